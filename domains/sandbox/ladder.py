"""Which protection this machine has, tried from the strongest down; below the last, refusal."""

import atexit
import os
import platform
import threading
from collections.abc import Mapping, Sequence

from .parent import Sandbox
from .process import Protection
from .shapes import Call, Level, Limits, Ran, Returned, SandboxUnavailable

UNSAFE = "TUTELAGE_UNSAFE_EXEC"
"""Set to 1, programs run without protections where none can be had, and every verdict says so."""

PROBE = """
import os, socket
def reached():
    found = []
    for name, act in (
        ("a file", lambda: os.open("/etc/passwd", os.O_RDONLY)),
        ("a folder", lambda: os.listdir("/")),
        ("a socket", lambda: socket.socket()),
        ("another process", lambda: os.kill(os.getppid(), 0)),
        ("a fork", lambda: os.fork() or os._exit(0)),
    ):
        try:
            act()
            found.append(name)
        except OSError:
            pass
    return found
"""
"""A program that tries what is forbidden and tells what it reached."""


class Ladder:
    """Finds the first rung that holds, and keeps it for the life of the process."""

    def __init__(self, protection: Protection | None = None) -> None:
        self._protected = Sandbox(protection)
        self._rung: tuple[Sandbox | None, Level, str] | None = None
        self._lock = threading.Lock()

    def level(self) -> tuple[Level, str]:
        """The level this machine has, and why it is that one."""
        _, level, why = self._found()
        return level, why

    def run(
        self,
        program: str,
        calls: Sequence[Call],
        *,
        limits: Limits | None = None,
        files: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run `program` at that level. Raises SandboxUnavailable where there is none."""
        box, _, why = self._found()
        if box is None:
            raise SandboxUnavailable(
                f"No program is run here: {why}. See `tutelage doctor`; {UNSAFE}=1 runs programs "
                "without protections, and every verdict will say so."
            )
        return box.run(program, calls, limits=limits, files=files)

    def close(self) -> None:
        """End what was started."""
        self._protected.close()
        if self._rung is not None and self._rung[0] is not None:
            self._rung[0].close()

    def _found(self) -> tuple[Sandbox | None, Level, str]:
        if self._rung is None:
            with self._lock:
                if self._rung is None:
                    self._rung = self._climb()
        return self._rung

    def _climb(self) -> tuple[Sandbox | None, Level, str]:
        fault = probe(self._protected)
        if not fault:
            return (self._protected, *self._protected.level())
        self._protected.close()
        if os.environ.get(UNSAFE) == "1":
            why = f"{fault}; {UNSAFE}=1 allows it"
            return Sandbox(Protection(on=False)), "unsafe", why
        return None, "none", fault


def probe(box: Sandbox) -> str:
    """Why `box` does not hold; empty where a program that tries to get out gets nowhere."""
    try:
        ran = box.run(PROBE, [Call("reached")])
    except (SandboxUnavailable, OSError) as error:
        return f"{platform.system()} {platform.release()}: {error}"
    if ran.status != "done" or not isinstance(ran.results[0], Returned):
        return f"the protections cannot be put on ({ran.detail or ran.results[0]})"
    reached = ran.results[0].value
    return f"a confined program reached {reached}" if reached else ""


shared = Ladder()
"""The one that `run` and `level` use; nothing is started before the first use."""
atexit.register(shared.close)
