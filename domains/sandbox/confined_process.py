"""One program's confined process, from its fork to its end, and the talk over its pipe."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable

from .contract import Limits, Raised, Returned, Status
from .inside.wire import HEADER
from .results import Forged, decode, most_bytes
from .zygote import PATIENCE, Zygote, ZygoteDied


class Stopped(Exception):
    """A program was ended before it was done: `status` and why."""

    def __init__(self, status: Status, detail: str) -> None:
        super().__init__(detail)
        self.status: Status = status


class Process:
    """A confined process that waits for its program. It is used once."""

    def __init__(self, zygote: Zygote, limits: Limits, *, files: bool = False) -> None:
        self._zygote = zygote
        self._limits = limits
        self._files = files
        self._deadline = 0.0
        self._ours, theirs = socket.socketpair()
        asked: dict[str, object] = {
            "memory": limits.memory_mb << 20,
            "seconds": limits.seconds,
            "files": files,
        }
        try:
            with theirs:
                zygote.fork(theirs, asked)
        except BaseException:
            self._ours.close()
            raise

    def fits(self, zygote: Zygote, limits: Limits) -> bool:
        """Tell whether a process made for these would be just like this one."""
        mine, wanted = self._limits, limits
        alike = (mine.memory_mb, mine.seconds) == (wanted.memory_mb, wanted.seconds)
        return alike and self._zygote is zygote

    def forget(self) -> None:
        """Close our end; without a program the process ends by itself."""
        self._ours.close()

    def drop(self) -> None:
        """End a process that was not needed."""
        with self._ours, contextlib.suppress(ZygoteDied, Stopped):
            self._zygote.discard(self._receive_pid())

    def exchange(
        self, request: bytes, calls: int, answered: Callable[[], None]
    ) -> tuple[Returned | Raised, ...]:
        """Give it `request`, read what comes, call `answered`; the process is gone afterwards."""
        with self._ours:
            pid = self._receive_pid()
            try:
                self._send(request)
                raw = self._receive_answer(most_bytes(calls, self._limits))
                answered()
            except BaseException as error:
                ended = self._zygote.end(pid)
                if isinstance(error, EOFError | BrokenPipeError | ConnectionResetError):
                    raise Stopped("killed", _describe_end(ended)) from None
                raise
            if self._files:
                self._zygote.end(pid)  # its files are gone before another program has some
            else:
                self._zygote.discard(pid)
        return decode(raw, calls, self._limits)

    def _receive_pid(self) -> int:
        """Return the process's id, which our own code sends before any of the program is there."""
        self._deadline = time.monotonic() + PATIENCE
        try:
            kind, number = HEADER.unpack(self._receive(HEADER.size))
            if kind == b"p":
                return int(number)
            said = self._receive(number).decode("utf-8", "replace")
        except (EOFError, OSError, Stopped) as error:
            raise ZygoteDied("The zygote does not fork.") from error
        raise Stopped("refused", said)

    def _send(self, request: bytes) -> None:
        self._deadline = time.monotonic() + self._limits.seconds
        self._ours.settimeout(self._limits.seconds)
        try:
            self._ours.sendall(request)
        except TimeoutError:
            raise timeout(self._limits) from None

    def _receive_answer(self, most: int) -> bytes:
        begun, size = HEADER.unpack(self._receive(HEADER.size))
        if begun == b"x":
            said = self._receive(size).decode("utf-8", "replace")
            raise Stopped("refused", said)
        # From here on a program may have written what comes, and no word of it makes a refusal.
        kind, size = HEADER.unpack(self._receive(HEADER.size))
        if kind != b"r":
            raise Forged("what it sent begins like nothing of ours")
        if size > most:
            raise overflow(most)
        return self._receive(size)

    def _receive(self, size: int) -> bytes:
        received = bytearray()  # not a list of parts: whoever sends byte by byte would fill it
        while len(received) < size:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise timeout(self._limits)
            self._ours.settimeout(left)
            try:
                part = self._ours.recv(min(size - len(received), 1 << 20))
            except TimeoutError:
                raise timeout(self._limits) from None
            if not part:
                raise EOFError
            received += part
        return bytes(received)


def timeout(limits: Limits) -> Stopped:
    return Stopped("timeout", f"not done within {limits.seconds:g} s")


def overflow(most: int) -> Stopped:
    return Stopped("killed", f"its results are longer than {most} bytes")


def _describe_end(ended: int) -> str:
    """Describe the end of a process that gave no answer."""
    if os.WIFSIGNALED(ended):
        number = os.WTERMSIG(ended)
        if number == signal.SIGKILL:
            return "it was ended, or let go of its pipe, before its calls were done"
        return f"ended by {signal.Signals(number).name}"
    return f"it left with code {os.WEXITSTATUS(ended)} before its calls were done"
