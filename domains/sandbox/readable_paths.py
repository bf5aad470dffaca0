"""Paths that a confined program may read: the standard library and the libraries it links."""

import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

FOREIGN = frozenset({"site-packages", "dist-packages", "__pycache__", "test"})
"""Parts of the library's folder that stay unread: what others installed, and what nobody needs."""
SHARED = ("/etc/ld.so.cache", "/usr/share/zoneinfo")


def interpreter() -> str:
    """Return the real interpreter, not a virtual environment's link or a manager's script."""
    return str(Path(getattr(sys, "_base_executable", None) or sys.executable).resolve())


def readable_paths() -> tuple[list[str], list[str]]:
    """Return the paths that may be listed, and those that may be read with all below them."""
    library = Path(sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix})).resolve()
    found = dict.fromkeys(str(path) for path in _paths(library) if path.exists())
    return [str(library)], list(found)


def _paths(library: Path) -> Iterator[Path]:
    for path in sorted(library.iterdir()):
        if path.name not in FOREIGN:
            yield path
    # Extension modules load shared libraries: those of the system and those beside Python.
    multiarch = getattr(sys.implementation, "_multiarch", "") or "none"
    for root in ("/lib", "/usr/lib"):
        yield (Path(root) / multiarch).resolve()
    for root in ("/lib64", "/usr/lib64"):
        yield from sorted(Path(root).resolve().glob("*.so*"))
    if not sys.base_prefix.startswith("/usr"):
        yield from sorted(Path(sys.base_prefix, "lib").glob("lib*.so*"))
    yield from (Path(path) for path in SHARED)
