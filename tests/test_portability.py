"""Every module imports on a system without fcntl, resource and the like, such as Windows."""

import subprocess
import sys

IMPORT_ALL = """
import builtins, importlib, os, pkgutil, types

real = builtins.__import__
POSIX = {"fcntl", "grp", "pwd", "resource", "termios"}
POSIX_OF_OS = {"fork", "forkpty", "getuid", "geteuid", "getgid", "killpg", "register_at_fork",
               "sched_getaffinity", "setsid", "uname"}
portable = types.ModuleType("os")
vars(portable).update({key: it for key, it in vars(os).items() if key not in POSIX_OF_OS})


def refuse(name, globals=None, locals=None, fromlist=(), level=0):
    # Of our modules alone: libraries know by themselves which system they are on.
    if name in POSIX and (globals or {}).get("__name__", "").startswith("tutelage"):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    if name == "os" and (globals or {}).get("__name__", "").startswith("tutelage"):
        return portable
    return real(name, globals, locals, fromlist, level)


builtins.__import__ = refuse

import tutelage

names = [found.name for found in pkgutil.walk_packages(tutelage.__path__, "tutelage.")]
# Run in the sandbox, as files of their own: in its child, on Linux, or in its guest.
boxed = ("tutelage.domains.sandbox.inside.", "tutelage.domains.sandbox.guest.")
outside = [name for name in names if not name.startswith(boxed)]
for name in outside:
    importlib.import_module(name)
print(len(names), len(outside))
"""


def test_every_module_imports_without_what_only_posix_has() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    modules, outside = map(int, done.stdout.split())
    assert modules > 200 and modules - outside <= 10, "all of the package was walked"
