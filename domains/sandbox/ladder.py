"""Which protection this machine has, tried from the strongest down; below the last, refusal."""

import atexit
import os
import platform
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from .parent import Sandbox
from .process import Protection
from .shapes import Call, Level, Limits, Ran, Returned, SandboxUnavailable
from .wasi import WasiSandbox

UNSAFE = "TUTELAGE_UNSAFE_EXEC"
"""Set to 1, programs run without protections where none can be had, and every verdict says so."""

ONLY = "TUTELAGE_SANDBOX"
"""Set to one of RUNGS, no other rung is tried; both are safe, and no value makes one unsafe."""
RUNGS = ("zygote", "wasi")

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
        except (OSError, AttributeError):
            pass
    return found
"""
"""A program that tries what is forbidden and tells what it reached.

On WebAssembly there is no os.kill and no os.fork at all: an AttributeError reaches nothing either.
"""


class Box(Protocol):
    """What runs programs at one level."""

    def level(self) -> tuple[Level, str]:
        """The level, and what it stands on. Raises SandboxUnavailable where it cannot be had."""

    def run(
        self,
        program: str,
        calls: Sequence[Call],
        *,
        limits: Limits | None = None,
        files: Mapping[str, str] | None = None,
    ) -> Ran:
        """Load `program` on its own and make `calls`."""

    def close(self) -> None:
        """End what was started; the next run starts it again."""


class Ladder:
    """Finds the first rung that holds, and keeps it for the life of the process."""

    def __init__(self, protection: Protection | None = None, only: str | None = None) -> None:
        self._protected = Sandbox(protection)
        self._wasi = WasiSandbox()
        self._only = only
        self._rung: tuple[Box | None, Level, str] | None = None
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
        return replace(box.run(program, calls, limits=limits, files=files), why=why)

    def close(self) -> None:
        """End what was started."""
        self._protected.close()
        self._wasi.close()
        if self._rung is not None and self._rung[0] is not None:
            self._rung[0].close()

    def _found(self) -> tuple[Box | None, Level, str]:
        if self._rung is None:
            with self._lock:
                if self._rung is None:
                    self._rung = self._climb()
        return self._rung

    def _climb(self) -> tuple[Box | None, Level, str]:
        only = os.environ.get(ONLY, "") if self._only is None else self._only
        if only and only not in RUNGS:
            return None, "none", f"{ONLY}={only} names none of {', '.join(RUNGS)}"
        faults = [f"{ONLY}={only}"] if only else []
        rungs: tuple[Box, Box] = (self._protected, self._wasi)
        for name, box in zip(RUNGS, rungs, strict=True):
            if only in ("", name):
                fault = probe(box)
                if not fault:
                    level, why = box.level()
                    return box, level, "; ".join([why, *faults])
                box.close()
                faults.append(fault)
        if os.environ.get(UNSAFE) != "1":
            return None, "none", "; ".join(faults)
        unsafe = Sandbox(Protection(on=False))
        level, why = unsafe.level()
        return unsafe, level, "; ".join([why, *faults, f"{UNSAFE}=1 allows it"])


def probe(box: Box) -> str:
    """Why `box` does not hold; empty where a program that tries to get out gets nowhere."""
    try:
        ran = box.run(PROBE, [Call("reached")])
    except SandboxUnavailable as error:
        return str(error)
    except OSError as error:
        return f"{platform.system()} {platform.release()}: {error}"
    if ran.status != "done" or not isinstance(ran.results[0], Returned):
        return f"the protections cannot be put on ({ran.detail or ran.results[0]})"
    reached = ran.results[0].value
    return f"a confined program reached {reached}" if reached else ""


shared = Ladder()
"""The one that `run` and `level` use; nothing is started before the first use."""
atexit.register(shared.close)
