"""Stand-ins for streams, clock, randomness and files: programs have no machine to ask."""

import builtins
import datetime
import errno
import gc
import io
import itertools
import os
import random
import socket
import sys
import time
import types
import zoneinfo
from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..inside import files
from .zones import ZONES

TICK = 1e-6
"""Seconds that pass between two looks at the clock."""
KEPT = """
    _exit abort _path_normpath _path_splitroot_ex fspath strerror
    htonl htons inet_aton inet_ntoa inet_ntop inet_pton ntohl ntohs
"""
"""Functions that ask the machine for nothing, or end the program."""


def prepare() -> None:
    """Put everything in place, while the component is built."""
    os.environ.clear()
    posix, sockets = sys.modules["posix"], sys.modules["_socket"]
    for module in (posix, os, sockets, socket):
        _deny(module, KEPT.split())
    socket.socket.__init__ = _refuse("socket")  # type: ignore[method-assign]
    for module in (posix, os):
        module.getpid = module.cpu_count = lambda: 1  # type: ignore[attr-defined]
        module.isatty = lambda fd: False  # type: ignore[attr-defined]
        module.device_encoding = lambda fd: None  # type: ignore[attr-defined]
        module.write = _write  # type: ignore[attr-defined]
        module.urandom = random.Random(0).randbytes  # type: ignore[attr-defined]
    _streams()
    _clock()
    _chance()
    _zones()
    # Also C asks for files: a syntax error looks for its line in the file it was read from.
    sys.addaudithook(_no_disk)


def _no_disk(event: str, args: tuple[object, ...]) -> None:
    if event == "open":
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), args[0])


def begin(given: Mapping[str, str] | None) -> None:
    """Give the one program its files, and the random seed that every program has."""
    private = files.Private(given)
    for name, act in private.functions().items():
        setattr(os, name, act)
        setattr(sys.modules["posix"], name, act)
    builtins.open = io.open = private.open
    random.seed(0)


def _refuse(name: str) -> Callable[..., Any]:
    def deny(*_: object, **__: object) -> Any:
        raise PermissionError(errno.EPERM, f"there is no machine here to ask for {name}")

    return deny


def _deny(module: types.ModuleType, kept: Collection[str]) -> None:
    for name, value in list(vars(module).items()):
        if isinstance(value, types.BuiltinFunctionType) and name not in kept:
            setattr(module, name, _refuse(name))


class Nowhere(io.RawIOBase):
    """Takes everything and keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


def _streams() -> None:
    for name in ("stdout", "stderr", "__stdout__", "__stderr__"):
        out = io.TextIOWrapper(io.BufferedWriter(Nowhere()), encoding="utf-8", errors="replace")
        setattr(sys, name, out)
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")  # type: ignore[misc]


def _write(fd: int, data: bytes) -> int:
    if fd not in (1, 2):
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return len(data)


class Clock:
    """Moves by a tick when it is read, and by as much as a program sleeps."""

    def __init__(self) -> None:
        self.passed = 0.0

    def since(self, begin: float) -> Callable[[], float]:
        def now() -> float:
            self.passed += TICK
            return begin + self.passed

        return now

    def sleep(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.passed += seconds


def _clock() -> None:
    clock = Clock()
    now = clock.since(files.BEGIN)
    time.time, time.sleep = now, clock.sleep  # type: ignore[assignment]
    time.time_ns = lambda: int(now() * 1e9)
    for name in ("monotonic", "perf_counter", "process_time", "thread_time"):
        read = clock.since(0.0)
        setattr(time, name, read)
        setattr(time, f"{name}_ns", lambda read=read: int(read() * 1e9))
    time.clock_gettime = lambda which: now()
    time.clock_gettime_ns = lambda which: int(now() * 1e9)
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, _at(getattr(time, name), now))
    for name in ("asctime", "strftime"):
        setattr(time, name, _of(getattr(time, name), int(name == "strftime")))
    # These ask the machine from C, and C has no other place where they could be told not to.
    methods = gc.get_referents(vars(datetime.datetime))[0]
    methods["now"] = classmethod(lambda cls, tz=None: cls.fromtimestamp(time.time(), tz))
    methods["utcnow"] = classmethod(
        lambda cls: cls.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)
    )


def _at(convert: Callable[[float], Any], now: Callable[[], float]) -> Callable[..., Any]:
    """Return `convert`, with the present moment where no other is given."""
    return lambda seconds=None: convert(now() if seconds is None else seconds)


def _of(convert: Callable[..., Any], before: int) -> Callable[..., Any]:
    """Return `convert`, with the present day where none is given after `before` arguments."""
    return lambda *args: convert(*args, *(() if len(args) > before else (time.localtime(),)))


def _chance() -> None:
    original, unseeded = random.Random.seed, itertools.count(1)

    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        original(self, next(unseeded) if a is None else a, version)

    random.Random.seed = seed  # type: ignore[method-assign]
    random.seed = random._inst.seed
    random._urandom = os.urandom  # type: ignore[attr-defined]


def _zones() -> None:
    zoneinfo.reset_tzpath([])

    def load(key: str) -> io.BytesIO:
        if key not in ZONES:
            raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {key}")
        return io.BytesIO(ZONES[key])

    sys.modules["zoneinfo._common"].load_tzdata = load  # type: ignore[attr-defined]
