"""Run one program: ask for a process, hand the program over, read what comes back, end it."""

import contextlib
import json
import os
import platform
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Self

from .decoding import Broken, Forged, decode, most_bytes
from .inside.wire import HEADER, LENGTH
from .process import PATIENCE, Protection, Zygote, ZygoteDied
from .shapes import Call, Level, Limits, Raised, Ran, Returned, SandboxUnavailable, Status

FILE_BYTES = 16_000_000
"""The longest file, and the most bytes in all, that a private directory may hold."""
FILES = 200
GLANCE = 0.02
"""Seconds between two looks at how much a program has written."""


class Stopped(Exception):
    """A program was ended before it was done: `status` and why."""

    def __init__(self, status: Status, detail: str) -> None:
        super().__init__(detail)
        self.status: Status = status


class Sandbox:
    """Runs programs through one zygote, started when first needed and again when it died."""

    def __init__(self, protection: Protection | None = None) -> None:
        self._protection = protection or Protection(machine=platform.machine())
        self._zygote: Zygote | None = None
        self._lock = threading.Lock()
        self._owner = os.getpid()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the zygote; the next run starts another."""
        self._own()
        with self._lock:
            if self._zygote is not None:
                self._zygote.close()
                self._zygote = None

    def level(self) -> tuple[Level, str]:
        """What stands between a program and this machine, and why.

        Raises SandboxUnavailable where the protections cannot be put on.
        """
        try:
            found = self._started().found
        except (OSError, LookupError) as error:
            raise SandboxUnavailable(str(error)) from error
        if found["fault"]:
            raise SandboxUnavailable(found["fault"])
        if not self._protection.on:
            return "unsafe", "no protections but caps on memory, time and files"
        said = f"Landlock {found['version']} and seccomp"
        if found["namespaces"]:
            return "zygote+ns", f"{said} in namespaces of its own"
        return "zygote", f"{said}; namespaces of its own were not to be had"

    def run(
        self,
        program: str,
        calls: Sequence[Call],
        *,
        limits: Limits | None = None,
        files: Mapping[str, str] | None = None,
    ) -> Ran:
        """Load `program` in a process of its own and make `calls`."""
        limits = limits or Limits()
        level, why = self.level()
        request = _request(program, calls, limits)
        with _private(files) as directory:
            try:
                results = self._attempt(request, len(calls), limits, directory)
            except Stopped as stopped:
                return Ran(stopped.status, (), str(stopped), level, why)
            except Broken as broken:
                return Ran("broken", (), str(broken), level, why)
            except Forged as forged:
                return Ran("killed", (), str(forged), level, why)
        return Ran("done", results, "", level, why)

    def _attempt(
        self, request: bytes, calls: int, limits: Limits, directory: str
    ) -> tuple[Returned | Raised, ...]:
        zygote = self._started()
        try:
            return _Process(zygote, limits, directory).exchange(request, calls)
        except ZygoteDied:
            # Nothing of the program is kept from a try whose zygote died: it is run afresh.
            self._replace(zygote)
            return _Process(self._started(), limits, directory).exchange(request, calls)

    def _started(self) -> Zygote:
        self._own()
        with self._lock:
            if self._zygote is None:
                self._zygote = Zygote(self._protection)
            return self._zygote

    def _replace(self, died: Zygote) -> None:
        with self._lock:
            if self._zygote is died:
                self._zygote = None
                died.close()

    def _own(self) -> None:
        """After a fork of this process: leave the zygote to the one that started it."""
        if self._owner != os.getpid():
            self._owner = os.getpid()
            self._lock = threading.Lock()
            if self._zygote is not None:
                self._zygote.forget()
                self._zygote = None


class _Process:
    """One program's process, from its fork to its end."""

    def __init__(self, zygote: Zygote, limits: Limits, directory: str) -> None:
        self._zygote = zygote
        self._limits = limits
        self._directory = directory
        self._pid = 0
        self._deadline = 0.0

    def exchange(self, request: bytes, calls: int) -> tuple[Returned | Raised, ...]:
        """Send `request`, return what came back; the process is gone afterwards, whatever comes."""
        ours, theirs = socket.socketpair()
        with ours:
            try:
                with theirs:
                    self._fork(ours, theirs)
                raw = self._answer(ours, request, most_bytes(calls, self._limits))
            except BaseException as error:
                ended = self._end()
                if isinstance(error, EOFError | BrokenPipeError | ConnectionResetError):
                    raise Stopped("killed", _how(ended)) from None
                raise
            self._end()
        return decode(raw, calls, self._limits)

    def _fork(self, ours: socket.socket, theirs: socket.socket) -> None:
        self._zygote.fork(theirs, {
            "memory": self._limits.memory_mb << 20,
            "seconds": self._limits.seconds,
            "directory": self._directory,
            "file_size": FILE_BYTES if self._directory else 0,
        })  # fmt: skip
        theirs.close()
        self._deadline = time.monotonic() + PATIENCE
        try:
            kind, self._pid = HEADER.unpack(self._receive(ours, HEADER.size))
            if kind == b"x":
                size, self._pid = self._pid, 0
                raise Stopped("refused", self._receive(ours, size).decode("utf-8", "replace"))
        except (EOFError, Stopped, ConnectionResetError) as error:
            if isinstance(error, Stopped) and error.status == "refused":
                raise
            raise ZygoteDied("The zygote does not fork.") from error
        self._deadline = time.monotonic() + self._limits.seconds

    def _answer(self, ours: socket.socket, request: bytes, most: int) -> bytes:
        ours.settimeout(self._limits.seconds)
        try:
            ours.sendall(request)
        except TimeoutError:
            raise self._late() from None
        kind, size = HEADER.unpack(self._receive(ours, HEADER.size))
        if kind == b"x":
            said = self._receive(ours, min(size, 4096)).decode("utf-8", "replace")
            raise Stopped("refused", said)
        if kind != b"r":
            raise Forged("what it sent begins like nothing of ours")
        if size > most:
            raise Stopped("killed", f"its results are longer than {most} bytes")
        return self._receive(ours, size)

    def _receive(self, ours: socket.socket, size: int) -> bytes:
        parts = []
        while size:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise self._late()
            ours.settimeout(min(left, GLANCE) if self._directory else left)
            try:
                part = ours.recv(min(size, 1 << 20))
            except TimeoutError:
                self._look()
                continue
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _late(self) -> Stopped:
        return Stopped("timeout", f"not done within {self._limits.seconds:g} s")

    def _look(self) -> None:
        if not self._directory:
            return
        sizes = [path.lstat().st_size for path in _plain(Path(self._directory))]
        if sum(sizes) > FILE_BYTES or len(sizes) > FILES:
            raise Stopped("killed", f"its files hold more than {FILES} files or {FILE_BYTES} bytes")

    def _end(self) -> int:
        pid, self._pid = self._pid, 0
        return self._zygote.end(pid) if pid else 0


def _how(ended: int) -> str:
    """How a process ended without an answer."""
    if os.WIFSIGNALED(ended):
        number = os.WTERMSIG(ended)
        if number == signal.SIGKILL:
            return "it was ended, or let go of its pipe, before its calls were done"
        return f"ended by {signal.Signals(number).name}"
    return f"it left with code {os.WEXITSTATUS(ended)} before its calls were done"


def _plain(directory: Path) -> Iterator[Path]:
    for _ in range(3):  # a file may go while we look
        with contextlib.suppress(FileNotFoundError):
            return iter([path for path in directory.rglob("*") if path.lstat()])
    return iter(())


def _request(program: str, calls: Sequence[Call], limits: Limits) -> bytes:
    body = json.dumps({
        "program": program,
        "calls": [(call.function, call.args) for call in calls],
        "result_bytes": limits.result_bytes,
        "depth": limits.depth,
    }).encode()  # fmt: skip
    return LENGTH.pack(len(body)) + body


@contextlib.contextmanager
def _private(files: Mapping[str, str] | None) -> Iterator[str]:
    """A directory with `files` in it, for one program alone; gone afterwards."""
    if files is None:
        yield ""
        return
    directory = Path(tempfile.mkdtemp(prefix="tutelage-")).resolve()
    try:
        for name, text in files.items():
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or not path.parts:
                raise ValueError(f"{name!r} is no relative path inside a private directory")
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_text(text, encoding="utf-8")
        yield str(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
