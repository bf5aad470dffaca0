"""Check of an adapter's files against its manifest: what is loaded must be what was trained.

`manifest.json` is written last, and names the SHA-256 of each file. A folder without one is
somebody else's, of which nothing can be told.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from ..bounded_json import read_json
from .contract import ModelError

MANIFEST = "manifest.json"


def check_files(adapter: Path) -> None:
    """Raise ModelError where a file of `adapter` is not as its manifest says."""
    if (adapter / MANIFEST).exists() and (found := find_damage_once(adapter)):
        raise damage_error(adapter, found)


def find_damage_once(adapter: Path, key: str = "") -> str:
    """Say in what an adapter is not as its manifest says; empty where all of it is.

    With `key`, an adapter of another key is not what was trained either. A file that was found
    right is not read again while its size and times are the same.
    """
    named, files = _read_manifest(adapter)
    if key and files and named != key:
        return f"{MANIFEST} is that of another adapter, {named[:40]!r}"
    return find_damage(adapter, files, _hash_once)


def describe_other_weights(adapter: Path, recorded: Mapping[str, str]) -> str:
    """Say that an adapter's weights are not the `recorded` ones (file -> SHA-256); empty if so.

    Nothing is said where either lists no files: there it is damaged, elsewhere, or of no trainer.
    """
    listed = listed_files(adapter)
    if not listed or not recorded or listed == recorded:
        return ""
    return (
        f"The adapter in {adapter} is whole, but its weights are not the recorded ones: it was "
        "trained again on another machine, or exchanged. What it answers need not agree with what "
        "was measured before."
    )


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def short_hash(files: Iterable[Path]) -> str:
    """Return 12 hex digits for the bytes of files: of one, how its SHA-256 begins."""
    found = [_hash_once(file) for file in files]
    whole = found[0] if len(found) == 1 else hashlib.sha256("".join(found).encode()).hexdigest()
    return whole[:12]


def find_damage(
    adapter: Path, files: Mapping[str, str], sha256: Callable[[Path], str] = hash_file
) -> str:
    """Say which of `files` (name -> SHA-256) is missing or differs; empty where none does."""
    if not files:
        return f"{MANIFEST} is missing, cannot be read, or names no files"
    for name, sha in files.items():
        try:
            if sha256(adapter / name) != sha:
                return f"{name} has another SHA-256 than {MANIFEST} says"
        except (OSError, ValueError) as error:
            return f"{name} cannot be read ({error})"
    return ""


def damage_error(adapter: Path, found: str) -> ModelError:
    """Return the error of an adapter that is not as it was trained."""
    return ModelError(
        f"The adapter in {adapter} is not as it was trained: {found}. It was not used. Put the "
        "folder back from a copy, or delete it: `tutelage resume RUN`, or for a finished run "
        "`tutelage transfer VERSION`, trains it again."
    )


def listed_files(adapter: Path) -> Mapping[str, str]:
    """Return the files that the manifest names, with their SHA-256; none where it is unreadable."""
    return _read_manifest(adapter)[1]


def _read_manifest(adapter: Path) -> tuple[str, Mapping[str, str]]:
    """Return the key and the files that the manifest names; nothing where it is unreadable."""
    try:
        manifest = read_json((adapter / MANIFEST).read_text(encoding="utf-8"))
        files = {str(name): str(sha) for name, sha in manifest["files"].items()}
        return str(manifest["key"]), files
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return "", {}


def _hash_once(path: Path) -> str:
    it = path.stat()
    return _remember_hash(path, (it.st_dev, it.st_ino, it.st_size, it.st_mtime_ns, it.st_ctime_ns))


@lru_cache(maxsize=256)
def _remember_hash(path: Path, state: tuple[int, ...]) -> str:
    """Return the SHA-256 of a file; `state` is new whenever somebody wrote into it."""
    return hash_file(path)
