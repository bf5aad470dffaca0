"""Ctrl-C while a run waits for a slow server: real processes, real signals, a real server."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tutelage.store.events import CallCompleted, CallInDoubt, CallIntended
from tutelage.store.log import open_log

from ..graph.server import TeacherServer, obliging

PROMPT, TOGETHER = 6, 2
"""Of the first step's 8 calls those that are answered at once, and those that wait."""


class SlowServer:
    """A student behind a network that, after a few answers, waits until the test says go."""

    def __init__(self, httpserver: HTTPServer) -> None:
        self.go, self.full = threading.Event(), threading.Event()
        self.asked = self.waiting = 0
        self._lock = threading.Lock()
        self.url = TeacherServer(httpserver, self._answer).url

    def _answer(self, system: str, user: str) -> str | Response:
        with self._lock:
            self.asked += 1
            waits = self.asked > PROMPT
            self.waiting += waits
            if self.waiting == TOGETHER:
                self.full.set()
        if waits:
            self.go.wait(60)
        return obliging(system, user)


@pytest.fixture
def slow() -> Iterator[SlowServer]:
    with HTTPServer(threaded=True) as httpserver:
        server = SlowServer(httpserver)
        yield server
        server.go.set()


@contextmanager
def run_until_all_wait(desk: Path, slow: SlowServer) -> Iterator["subprocess.Popen[str]"]:
    """A run all of whose calls in flight wait for the server, and that got the first Ctrl-C."""
    config = desk / "small.toml"
    text = config.read_text().replace("scripted:pupil.json", f"messages:{slow.url}#pupil")
    config.write_text(f"{text}calls.concurrency = 4\n")
    with subprocess.Popen(
        [sys.executable, "-m", "tutelage", "run", "small.toml"],
        cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as child:  # fmt: skip
        assert slow.full.wait(60), "the run asks its student"
        child.send_signal(signal.SIGINT)
        assert child.stdout is not None
        said = []
        for line in child.stdout:
            said.append(line)
            if "in flight" in line:
                break
        assert f"Calls in flight: {TOGETHER}. They are paid, so they are awaited" in said[-1], said
        assert "Ctrl-C again waits for nothing" in said[-1]
        yield child


def counts(desk: Path) -> tuple[int, int, int]:
    """Calls of the student in the log: intended, answered, in doubt."""
    with open_log(desk / ".tutelage") as log:
        kinds = (CallIntended, CallCompleted, CallInDoubt)
        found = [sum(1 for _ in log.events(kind)) for kind in kinds]
    return found[0], found[1], found[2]


def test_the_first_ctrl_c_says_what_is_awaited_and_records_it(desk: Path, slow: SlowServer) -> None:
    with run_until_all_wait(desk, slow) as child:
        slow.go.set()
        rest, _ = child.communicate(timeout=60)
    assert child.returncode == 130 and "Paused; everything finished is recorded" in rest
    assert "in flight" not in rest, "it is said once"
    assert counts(desk) == (PROMPT + TOGETHER, PROMPT + TOGETHER, 0)


def test_the_second_ctrl_c_ends_at_once_and_loses_nothing_recorded(
    desk: Path, slow: SlowServer
) -> None:
    with run_until_all_wait(desk, slow) as child:
        child.send_signal(signal.SIGINT)
        rest, _ = child.communicate(timeout=60)
    assert not slow.go.is_set(), "no reply had come"
    assert child.returncode == 130 and "Paused; everything finished is recorded" in rest
    assert counts(desk) == (PROMPT + TOGETHER, PROMPT, 0)
