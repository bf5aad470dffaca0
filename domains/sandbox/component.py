"""Build CPython into a WebAssembly component, once for a machine, and cache it.

The component lies below $TUTELAGE_CACHE or ~/.cache/tutelage, compiled for this processor, under a
name that changes with whatever it was made of.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zoneinfo
from collections.abc import Iterator
from importlib import metadata, util
from pathlib import Path

from .contract import SandboxUnavailable

EXTRA = "tutelage[wasi]"
LIBRARIES = ("componentize-py", "filelock", "wasmtime")
PATIENCE = 900.0
"""Seconds that a build may take; on an idle machine it takes about half a minute."""
HERE = Path(__file__).resolve().parent
START = (
    "import sys; sys.path[:0] = [sys.argv[1]]; sys.path.append(sys.argv[2]); "
    "from inside import engine; del sys.path[0]; engine.main()"
)
_BUILD = "from componentize_py import script; script()"
_DONE = "component"
_SEAL = "sha256"
"""Beside the component: its hash when it was made. A damaged one is native code too."""


def versions() -> dict[str, str]:
    """Return library -> installed version. Raises SandboxUnavailable where one is missing."""
    try:
        return {name: metadata.version(name) for name in LIBRARIES}
    except metadata.PackageNotFoundError as error:
        raise SandboxUnavailable(
            f"CPython on WebAssembly needs {error.name}: `pip install '{EXTRA}'` gives that rung"
        ) from error


def cached_path() -> Path:
    """Return the path that the compiled component has, or would have. Raises SandboxUnavailable."""
    made_of = hashlib.sha256(repr((versions(), platform.python_version(), _processor())).encode())
    for path in _sources():
        made_of.update(path.read_bytes())
    # As `weights.cache_root`: this folder imports nothing of ours, for it is tried by itself.
    named = os.environ.get("TUTELAGE_CACHE") or "~/.cache/tutelage"
    home = Path(os.path.expanduser(named)).absolute()  # noqa: PTH111
    return home / f"wasi-{made_of.hexdigest()[:16]}" / _DONE


def state() -> str:
    """Tell whether CPython on WebAssembly is installed, and whether it is built."""
    try:
        target = cached_path()
    except SandboxUnavailable as error:
        return f"not installed: {error}"
    if _is_whole(target):
        return f"installed, built ({target.stat().st_size / 1e6:.0f} MB in {target.parent})"
    return "installed, not built: the first program that needs it waits half a minute"


def build_once() -> Path:
    """Return the compiled component, built now unless it is whole. Raises SandboxUnavailable."""
    target = cached_path()
    if not _is_whole(target):
        from filelock import FileLock, Timeout

        try:
            target.parent.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(f"{target.parent}.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                _say("Another process builds Python for WebAssembly; waiting for it ...")
                lock.acquire(timeout=PATIENCE)
            try:
                if not _is_whole(target):
                    _build(target)
            finally:
                lock.release()
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", "") or str(error)
            raise SandboxUnavailable(
                f"CPython could not be built for WebAssembly in {target.parent}: {said[-500:]}"
            ) from error
    return target


def command(*arguments: str) -> list[str]:
    """Return the command of the engine's process: an interpreter that sees wasmtime and us."""
    found = util.find_spec("wasmtime")
    assert found is not None and found.origin is not None
    packages = str(Path(found.origin).parent.parent)
    return [sys.executable, "-I", "-S", "-B", "-c", START, str(HERE), packages, *arguments]


def _build(target: Path) -> None:
    """Build beside the target and move it there: nobody finds a half-made one."""
    _say("Building Python for WebAssembly, once for this machine: about half a minute ...")
    folder = target.parent
    for left in folder.parent.glob(f"{folder.name}.making-*"):
        shutil.rmtree(left, ignore_errors=True)  # of one that was killed: we hold the lock
    scratch = Path(tempfile.mkdtemp(prefix=f"{folder.name}.making-", dir=folder.parent))
    try:
        _lay_out(scratch / "judged")
        wasm = scratch / "component.wasm"
        _run(sys.executable, "-I", "-c", _BUILD, "--quiet", "--wit-path",
             str(HERE / "guest" / "program.wit"), "--world", "program", "componentize",
             "judged.guest.app", "--stub-wasi", "--python-path", str(scratch), "--output",
             str(wasm))  # fmt: skip
        (scratch / "made").mkdir()
        _run(*command("compile", str(wasm), str(scratch / "made" / _DONE)))
        (scratch / "made" / _SEAL).write_text(_sha256(scratch / "made" / _DONE))
        shutil.rmtree(folder, ignore_errors=True)
        (scratch / "made").replace(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _is_whole(target: Path) -> bool:
    """Tell whether the file is the one that was made, to the bit: about a tenth of a second."""
    try:
        return (target.parent / _SEAL).read_text() == _sha256(target)
    except OSError:
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lay_out(package: Path) -> None:
    """Copy the sources into one package: the zygote's `calling` runs there too."""
    for path in _sources():
        copy = package / path.relative_to(HERE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    (package / "__init__.py").write_text("")
    zones = f"ZONES = {dict(_zones())!r}\n"
    (package / "guest" / "zones.py").write_text(zones, encoding="utf-8")


def _sources() -> list[Path]:
    """List the source files of the component."""
    inside = [
        HERE / "inside" / name for name in ("__init__.py", "calling.py", "engine.py", "files.py")
    ]
    return inside + sorted(path for path in (HERE / "guest").iterdir() if path.is_file())


def _zones() -> Iterator[tuple[str, bytes]]:
    """Yield the time zones of this machine."""
    for key in sorted(zoneinfo.available_timezones()):
        for root in zoneinfo.TZPATH:
            if (path := Path(root, key)).is_file():
                yield key, path.read_bytes()
                break


def _run(*command: str) -> None:
    environment = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, errors="replace", timeout=PATIENCE, check=True,
    )  # fmt: skip


def _processor() -> str:
    """Describe the processor that code is compiled for: two machines may share one home."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    features = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return f"{platform.system()} {platform.machine()} {platform.processor()} {features}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
