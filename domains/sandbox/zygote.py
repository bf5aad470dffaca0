"""Parent's side of the zygote: start the process, have it fork, and close it."""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import threading
from pathlib import Path
from typing import Any, NamedTuple

from .inside.wire import ENDED
from .readable_paths import interpreter, readable_paths
from .seccomp import program

START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from inside import zygote; "
    "del sys.path[0]; zygote.main()"
)
PATIENCE = 30.0
"""Seconds that a zygote may take to start, to fork or to wait for the dead; then it is sick."""


class ZygoteDied(OSError):
    """The zygote is gone or does not answer; a new one has to be started."""


class Protection(NamedTuple):
    """Protections that a zygote puts on its children."""

    on: bool = True
    namespaces: bool = True
    """Also leave the machine's network and user ids, where that is allowed."""
    machine: str = ""
    """The machine whose system calls the filter names."""
    oldest: int = 3
    """The oldest Landlock that will do: since version 3 it guards truncation."""


class Zygote:
    """One clean interpreter with no environment and none of our files."""

    def __init__(self, protection: Protection) -> None:
        if not hasattr(socket, "AF_UNIX"):
            raise ZygoteDied("the protected interpreter needs Unix sockets, and there are none.")
        settings = _settings(protection)
        self._lock = threading.Lock()
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel.settimeout(PATIENCE)
        with theirs:
            self._process = subprocess.Popen(
                [
                    *(interpreter(), "-I", "-S", "-B", "-X", "utf8", "-c", START),
                    *(str(Path(__file__).resolve().parent), str(theirs.fileno())),
                ],
                env={},
                cwd="/",
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                process_group=0,  # Ctrl-C is for the run, which drains
            )
        try:
            self._channel.send(json.dumps(settings).encode())
            self.report: dict[str, Any] = json.loads(self._channel.recv(65536))
        except (OSError, ValueError) as error:
            self.close()
            raise ZygoteDied(f"The clean interpreter {interpreter()} does not start.") from error

    def fork(self, end: socket.socket, limits: dict[str, object]) -> None:
        """Have a confined process made that talks through the other end of `end`."""
        try:
            socket.send_fds(self._channel, [b"f" + json.dumps(limits).encode()], [end.fileno()])
        except OSError as error:
            raise ZygoteDied("The zygote is gone.") from error

    def discard(self, pid: int) -> None:
        """Kill the group of `pid` and let the zygote wait for it, whatever its exit status."""
        self._kill(pid)
        try:
            self._channel.send(b"d%d" % pid)
        except OSError as error:
            raise ZygoteDied("The zygote is gone.") from error

    def end(self, pid: int) -> int:
        """Kill the group of `pid`, wait for it, and return its exit status.

        The zygote keeps the dead until this call, so that `pid` can be nobody else's.
        """
        self._kill(pid)
        with self._lock:
            try:
                self._channel.send(b"w%d" % pid)
                return int(ENDED.unpack(self._channel.recv(ENDED.size))[0])
            except (OSError, struct.error) as error:
                raise ZygoteDied("The zygote is gone.") from error

    def _kill(self, pid: int) -> None:
        if self._process.poll() is not None:
            raise ZygoteDied("The zygote is gone.")  # and with it all it forked: no id is sure
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)

    def close(self) -> None:
        """End the process and all that it forked."""
        self._channel.close()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def forget(self) -> None:
        """Let go of a zygote that belongs to the process we were forked from."""
        self._channel.close()
        self._process.returncode = 0


def _settings(protection: Protection) -> dict[str, object]:
    if not protection.on:
        return {"protect": False}
    listed, read = readable_paths()
    filters = [program(protection.machine, files=files).hex() for files in (False, True)]
    return {
        "protect": True,
        "namespaces": protection.namespaces,
        "oldest": protection.oldest,
        "listed": listed,
        "read": read,
        "filters": filters,
    }
