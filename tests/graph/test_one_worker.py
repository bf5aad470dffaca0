"""Two processes that are sent to one run: one works, the other is told which; none pays twice."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tutelage.store import open_log
from tutelage.store.events import CallInDoubt, CallIntended, RunFinished

from ..commands.conftest import write_desk
from .server import TeacherServer, obliging

ROOT = Path(__file__).parents[2]
NOTEBOOK = """
import sys
from pathlib import Path
from tutelage.graph.config.config import load_config
from tutelage.graph.planning.opening import open_run
from tutelage.graph.run import go
from tutelage.store import StoreError
word, home, runs = sys.argv[1:]
known = "small" if word == "resume" else None
run = open_run(home, Path(runs), load_config(Path("small.toml")), run_id=known)
try:
    print(go(run))
except StoreError as error:
    sys.exit(str(error))
"""
CALL = 4
"""Call of the teacher at which the first process is held up."""


class Desk:
    """A folder with a config whose teacher is a server that holds up one call."""

    def __init__(self, folder: Path, server: HTTPServer) -> None:
        write_desk(folder)
        self.folder = folder
        self.held, self.go_on = threading.Event(), threading.Event()
        self.server = TeacherServer(server, self._answer)
        config = folder / "small.toml"
        teacher = f'teacher = "messages:{self.server.url}#teacher"\ncalls.concurrency = 1'
        config.write_text(config.read_text().replace('teacher = "rulebook"', teacher))
        (folder / "linked").symlink_to(".tutelage", target_is_directory=True)

    def _answer(self, system: str, user: str) -> str:
        if len(self.server.asked) == CALL:
            self.held.set()
            self.go_on.wait(60)
        return obliging(system, user)

    def send(self, who: str, word: str, home: str, runs: str) -> "subprocess.Popen[str]":
        """Send a notebook or a command line to the run: to `run` it or to `resume` it."""
        if who == "notebook":
            words = ["-c", NOTEBOOK, word, home, runs]
        else:
            what = "small.toml" if word == "run" else "small"
            words = ["-m", "tutelage", "--home", home, "--runs", runs, word, what]
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / ".dev"), str(ROOT)))},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def count_calls(self) -> int:
        """Count the slots of the teacher's calls; the run must be finished, and its log whole."""
        with open_log(self.folder / ".tutelage") as log:
            assert log.verify().ok and len(list(log.events(RunFinished))) == 1
            intended = [it.model.startswith("messages:") for it in log.events(CallIntended)]
            self.doubts = len(list(log.events(CallInDoubt)))
        return sum(intended)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with HTTPServer(host="127.0.0.1", threaded=True) as listening:
        desk = Desk(tmp_path, listening)
        yield desk
        desk.go_on.set()


@contextmanager
def _ended(process: "subprocess.Popen[str]") -> "Iterator[subprocess.Popen[str]]":
    with process:
        try:
            yield process
        finally:
            process.kill()


slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("first", "second", "home", "runs"),
    [
        ("command", "notebook", "linked", "elsewhere"),
        pytest.param("notebook", "notebook", ".tutelage", "runs", marks=slow),
        pytest.param("command", "command", "linked", "elsewhere", marks=slow),
        pytest.param("notebook", "command", ".tutelage", "elsewhere", marks=slow),
    ],
)
def test_the_second_is_told_who_works_and_no_call_is_paid_twice(
    desk: Desk, first: str, second: str, home: str, runs: str
) -> None:
    with _ended(desk.send(first, "run", ".tutelage", "runs")) as one:
        assert desk.held.wait(60), one.communicate()
        with _ended(desk.send(second, "resume", home, runs)) as two:
            _, said = two.communicate(timeout=60)
            assert two.returncode == 1
            assert "'small' is worked on already" in said and f"process {one.pid} on " in said
        assert len(desk.server.asked) == CALL, "the second asked nobody"
        desk.go_on.set()
        _, said = one.communicate(timeout=120)
        assert one.returncode == 0, said
    assert len(desk.server.asked) == desk.count_calls() and desk.doubts == 0


@pytest.mark.parametrize("second", ["notebook", pytest.param("command", marks=slow)])
def test_where_the_first_is_killed_the_next_goes_on_at_once(desk: Desk, second: str) -> None:
    with _ended(desk.send("notebook", "run", ".tutelage", "runs")) as one:
        assert desk.held.wait(60), one.communicate()
        one.send_signal(signal.SIGKILL)
        one.wait()
        desk.go_on.set()
    with _ended(desk.send(second, "resume", ".tutelage", "runs")) as two:
        _, said = two.communicate(timeout=120)
        assert two.returncode == 0, said
    assert len(desk.server.asked) == desk.count_calls() + 1, "the call at the kill, and no other"
    assert desk.doubts == 1
