"""Build CPython into a WebAssembly component, once for a machine, and keep it.

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

from .shapes import SandboxUnavailable

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
"""Beside the component: what it was when it was made. A damaged one is native code too."""


def versions() -> dict[str, str]:
    """Library -> installed version. Raises SandboxUnavailable where one is missing."""
    try:
        return {name: metadata.version(name) for name in LIBRARIES}
    except metadata.PackageNotFoundError as error:
        raise SandboxUnavailable(
            f"CPython on WebAssembly needs {error.name}: `pip install '{EXTRA}'` gives that rung"
        ) from error


def place() -> Path:
    """Where the compiled component lies or would lie. Raises SandboxUnavailable."""
    made_of = hashlib.sha256(repr((versions(), platform.python_version(), _processor())).encode())
    for path in _sources():
        made_of.update(path.read_bytes())
    root = os.environ.get("TUTELAGE_CACHE")
    home = Path(root) if root else Path.home() / ".cache" / "tutelage"
    return home / f"wasi-{made_of.hexdigest()[:16]}" / _DONE


def state() -> str:
    """Whether the rung is installed, and whether it is built."""
    try:
        target = place()
    except SandboxUnavailable as error:
        return f"not installed: {error}"
    if _whole(target):
        return f"installed, built ({target.stat().st_size / 1e6:.0f} MB in {target.parent})"
    return "installed, not built: the first program that needs it waits half a minute"


def built() -> Path:
    """The compiled component, made now if it is not there whole. Raises SandboxUnavailable."""
    target = place()
    if not _whole(target):
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
                if not _whole(target):
                    _make(target)
            finally:
                lock.release()
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", "") or str(error)
            raise SandboxUnavailable(
                f"CPython could not be built for WebAssembly in {target.parent}: {said[-500:]}"
            ) from error
    return target


def command(*arguments: str) -> list[str]:
    """How the engine's process is started: an interpreter that sees wasmtime and our own half."""
    found = util.find_spec("wasmtime")
    assert found is not None and found.origin is not None
    packages = str(Path(found.origin).parent.parent)
    return [sys.executable, "-I", "-S", "-B", "-c", START, str(HERE), packages, *arguments]


def _make(target: Path) -> None:
    """Build beside the target and move it there: a half-made one is never found."""
    _say("Building Python for WebAssembly, once for this machine: about half a minute ...")
    folder = target.parent
    for left in folder.parent.glob(f"{folder.name}.making-*"):
        shutil.rmtree(left, ignore_errors=True)  # of one that was killed: we hold the lock
    scratch = Path(tempfile.mkdtemp(prefix=f"{folder.name}.making-", dir=folder.parent))
    try:
        _gather(scratch / "judged")
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


def _whole(target: Path) -> bool:
    """Whether what lies there is what was made, to the bit: about a tenth of a second."""
    try:
        return (target.parent / _SEAL).read_text() == _sha256(target)
    except OSError:
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _gather(package: Path) -> None:
    """Lay out the sources as one package: what runs in the zygote runs there too."""
    for path in _sources():
        copy = package / path.relative_to(HERE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    (package / "__init__.py").write_text("")
    zones = f"ZONES = {dict(_zones())!r}\n"
    (package / "guest" / "zones.py").write_text(zones, encoding="utf-8")


def _sources() -> list[Path]:
    """What the component is made of."""
    inside = [HERE / "inside" / name for name in ("__init__.py", "calling.py", "engine.py")]
    return inside + sorted(path for path in (HERE / "guest").iterdir() if path.is_file())


def _zones() -> Iterator[tuple[str, bytes]]:
    """The time zones that this machine knows."""
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
    """What the compiled code depends on: two machines may share one home."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    features = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return f"{platform.system()} {platform.machine()} {platform.processor()} {features}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
