"""Compares two LaTeX expressions by math-verify, in a worker process.

Its time limits are signals, which raise in threads, and sympy can take for ever: so one worker
process answers for all threads, one question at a time, and is killed and replaced when it is late.
"""

import functools
import json
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path

START = 60.0
"""Seconds for the first answer of a new process: it imports sympy first."""
LATE = 10.0
"""Seconds for each answer after that."""
WORKER = Path(__file__).with_name("worker.py")
LONGEST = 2_000
"""Characters of each side; longer ones are not asked about."""


class Unavailable(RuntimeError):
    """The worker does not start: math-verify is missing, or the machine gives it no process."""


class SymbolicJudge:
    """A worker process, started when it is first needed, restarted when it is late or dead."""

    def __init__(self, *, late: float = LATE, script: Path = WORKER) -> None:
        self._late, self._script = late, script
        self.restarts = 0
        """How many workers were killed or found dead."""
        self._begin()
        # After a fork the pipe is the parent's, and the lock may be held by nobody who lives.
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def same(self, gold: str, given: str) -> bool | None:
        """Return True or False, or None where a side could not be read in time or at all.

        Raises Unavailable.
        """
        if max(len(gold), len(given)) > LONGEST:
            return None
        with self._lock:
            if self._process is None:
                self._process = self._start_worker()
            said = self._ask(self._process, json.dumps([gold, given]))
            if said is None:
                self.restarts += 1
                self.close()
                return None
        found: bool | None = json.loads(said)
        return found

    def close(self) -> None:
        """End the worker; the next question starts a new one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._process = None

    def _start_worker(self) -> subprocess.Popen[bytes]:
        if os.name != "posix":
            raise Unavailable("The symbolic judge needs Linux or macOS: it limits its worker so.")
        process = subprocess.Popen(
            [sys.executable, "-I", str(self._script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # No key of ours is its business.
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        )
        if self._line(process, START) != b"ready\n":
            process.kill()
            process.communicate()
            raise Unavailable(
                "The symbolic judge does not start. Is math-verify installed? Try "
                f"`{sys.executable} -I {self._script}`: it should print `ready`."
            )
        return process

    def _ask(self, process: subprocess.Popen[bytes], question: str) -> bytes | None:
        try:
            assert process.stdin is not None
            process.stdin.write(question.encode() + b"\n")
            process.stdin.flush()
        except OSError:
            return None
        return self._line(process, self._late)

    def _line(self, process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
        """Read the next line of the worker; None when it is late or gone."""
        assert process.stdout is not None
        deadline, found = time.monotonic() + seconds, b""
        while not found.endswith(b"\n"):
            left = deadline - time.monotonic()
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, left))
            piece = os.read(process.stdout.fileno(), 4096) if ready else b""
            if not piece:
                return None
            found += piece
        return found


_JUDGE = SymbolicJudge()


@functools.lru_cache(maxsize=10_000)
def same(gold: str, given: str) -> bool:
    """Tell whether the shared worker finds two LaTeX expressions to be the same."""
    return gold == given or _JUDGE.same(gold, given) is True
