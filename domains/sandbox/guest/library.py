"""Load the standard library while the component is built: later there is no disk."""

import importlib
import pkgutil
import sys
import types

LEFT_OUT = """
    _ios_support antigravity ensurepip idlelib pip pydoc_data test this tkinter turtle turtledemo
    venv
"""
"""Modules that open a window, print when loaded, or are of no use without a disk."""

PACKAGES = (
    *("collections", "concurrent", "email", "encodings", "html", "http", "importlib", "json"),
    *("logging", "re", "string", "sysconfig", "unittest", "urllib", "wsgiref", "xml", "zoneinfo"),
)
"""Packages whose parts programs load one by one."""
BUILDERS = ("/bundled", "/world")
"""Folders of the builder's own start code: it is loaded when `app` already is."""


def load() -> None:
    """Import all that can be imported here; leave out modules that this Python lacks."""
    for name in sorted(sys.stdlib_module_names - set(LEFT_OUT.split())):
        _load(name)
    for part in pkgutil.walk_packages(BUILDERS):
        _load(part.name)
    for package in PACKAGES:
        for part in pkgutil.walk_packages(sys.modules[package].__path__, f"{package}."):
            if not part.name.endswith("__main__"):
                _load(part.name)


def _load(name: str) -> types.ModuleType | None:
    try:
        return importlib.import_module(name)
    except (ImportError, AttributeError, OSError):
        return None


def close() -> None:
    """Close the import system: modules that are not loaded are not there from now on."""
    sys.path.clear()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [it for it in sys.meta_path if getattr(it, "__name__", "") != "PathFinder"]
