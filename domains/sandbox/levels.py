"""Choose the strongest protection that holds on this machine; where none does, refuse."""

import atexit
import os
import platform
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from .contract import Call, Level, Limits, ProgramResult, Returned, SandboxUnavailable
from .runner import Runner
from .wasi import WasiSandbox
from .zygote import Protection
from .zygote_sandbox import ZygoteSandbox

UNSAFE = "TUTELAGE_UNSAFE_EXEC"
"""Set to 1, programs run without protections where none can be had, and every verdict says so."""

ONLY = "TUTELAGE_SANDBOX"
"""Set to one of KINDS, no other kind is tried; both are safe, and no value makes one unsafe."""
KINDS = ("zygote", "wasi")

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
"""A program that tries forbidden acts and returns those that succeeded.

On WebAssembly there is no os.kill and no os.fork at all: an AttributeError reaches nothing either.
"""


class StrongestSandbox:
    """Runs programs at the strongest level that holds, chosen once for the process."""

    def __init__(self, protection: Protection | None = None, only: str | None = None) -> None:
        self._protected = ZygoteSandbox(protection)
        self._wasi = WasiSandbox()
        self._only = only
        self._choice: tuple[Runner | None, Level, str] | None = None
        self._lock = threading.Lock()

    def level(self) -> tuple[Level, str]:
        """Return the level of this machine and the reason for it."""
        _, level, why = self._get_choice()
        return level, why

    def run(
        self,
        program: str,
        calls: Sequence[Call],
        *,
        limits: Limits | None = None,
        files: Mapping[str, str] | None = None,
    ) -> ProgramResult:
        """Run `program` at that level. Raises SandboxUnavailable where there is none."""
        runner, _, why = self._get_choice()
        if runner is None:
            raise SandboxUnavailable(
                f"No program is run here: {why}. See `tutelage doctor`; {UNSAFE}=1 runs programs "
                "without protections, and every verdict will say so."
            )
        return replace(runner.run(program, calls, limits=limits, files=files), why=why)

    def close(self) -> None:
        """End all processes."""
        self._protected.close()
        self._wasi.close()
        if self._choice is not None and self._choice[0] is not None:
            self._choice[0].close()

    def _get_choice(self) -> tuple[Runner | None, Level, str]:
        if self._choice is None:
            with self._lock:
                if self._choice is None:
                    self._choice = self._choose()
        return self._choice

    def _choose(self) -> tuple[Runner | None, Level, str]:
        only = os.environ.get(ONLY, "") if self._only is None else self._only
        if only and only not in KINDS:
            return None, "none", f"{ONLY}={only} names none of {', '.join(KINDS)}"
        faults = [f"{ONLY}={only}"] if only else []
        runners: tuple[Runner, Runner] = (self._protected, self._wasi)
        for name, runner in zip(KINDS, runners, strict=True):
            if only in ("", name):
                fault = probe(runner)
                if not fault:
                    level, why = runner.level()
                    return runner, level, "; ".join([why, *faults])
                runner.close()
                faults.append(fault)
        if os.environ.get(UNSAFE) != "1":
            return None, "none", "; ".join(faults)
        unsafe = ZygoteSandbox(Protection(on=False))
        level, why = unsafe.level()
        return unsafe, level, "; ".join([why, *faults, f"{UNSAFE}=1 allows it"])


def probe(runner: Runner) -> str:
    """Return the fault of `runner`; empty where a program that tries to get out gets nowhere."""
    try:
        ran = runner.run(PROBE, [Call("reached")])
    except SandboxUnavailable as error:
        return str(error)
    except OSError as error:
        return f"{platform.system()} {platform.release()}: {error}"
    if ran.status != "done" or not isinstance(ran.results[0], Returned):
        return f"the protections cannot be put on ({ran.detail or ran.results[0]})"
    reached = ran.results[0].value
    return f"a confined program reached {reached}" if reached else ""


shared = StrongestSandbox()
"""The sandbox that `run` and `level` use; nothing is started before the first use."""
atexit.register(shared.close)
