"""Asks math-verify in a worker process whether two LaTeX expressions are the same.

Its time limits are signals, which raise in threads, and sympy can take for ever: so one worker
process answers for all threads, one question at a time, ends itself when a question takes too
much of its own time, and is replaced.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

LIMIT = 3.0
"""Seconds of the worker's own time for one question: load of the machine makes none late."""
WORKER = Path(__file__).with_name("worker.py")


class Unavailable(RuntimeError):
    """The worker does not start: math-verify is missing, or the machine gives it no process."""


class LibraryAnswer(NamedTuple):
    """The worker's two answers about two expressions; None where it has none."""

    same: bool | None
    """What math-verify says."""
    values_agree: bool | None
    late: bool = False
    """The question took too much time or memory, and cost a worker."""


class SymbolicJudge:
    """A worker process, started when it is first needed, replaced when it has ended."""

    def __init__(self, *, limit: float = LIMIT, script: Path = WORKER) -> None:
        self._limit, self._script = limit, script
        self.restarts = 0
        """How many workers ended over a question, or were found dead."""
        self._begin()
        # After a fork the pipe is the parent's, and the lock may be held by nobody who lives.
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def compare(self, gold: str, given: str) -> LibraryAnswer:
        """Compare two expressions. Raises Unavailable.

        A worker that is killed from outside is no verdict on the question: it is asked once more.
        """
        question = json.dumps([gold, given, self._limit]).encode() + b"\n"
        with self._lock:
            for _ in range(2):
                if self._process is None:
                    self._process = self._start_worker()
                try:
                    said = _ask(self._process, question)
                except BaseException:
                    # Its answer would be taken for that of the next question.
                    self.close()
                    raise
                if said:
                    return LibraryAnswer(*json.loads(said))
                self.restarts += 1
                if self.close() == -signal.SIGPROF:
                    break
        return LibraryAnswer(None, None, late=True)

    def close(self) -> int | None:
        """End the worker, and return how it ended; the next question starts a new one."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        process.communicate()
        return process.returncode

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
        if _ask(process, b"") != b"ready\n":
            process.kill()
            process.communicate()
            raise Unavailable(
                "The symbolic judge does not start. Is math-verify installed? Try "
                f"`{sys.executable} -I {self._script}`: it should print `ready`."
            )
        return process


def _ask(process: "subprocess.Popen[bytes]", question: bytes) -> bytes:
    """Return the worker's next line; empty when it is gone."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(question)
        process.stdin.flush()
    except OSError:
        return b""
    line = process.stdout.readline()
    return line if line.endswith(b"\n") else b""


JUDGE = SymbolicJudge()
