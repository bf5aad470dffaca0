"""A run that dies anywhere ends where an unkilled one ends, and pays for no reply twice."""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tutelage.models.contract import CONCURRENCY
from tutelage.store.events import CallInDoubt
from tutelage.store.log import open_log

from .server import TeacherServer

Story = list[tuple[str, dict[str, Any]]]
"""Slot and event, in order."""
ROOT = Path(__file__).parents[2]
NODES = 16
"""baseline, evaluate, and twice: solve, reflect, update_strategy, validate, review, transfer,
feedback."""
RUNS, KILLS = 6, 10
"""Runs that are killed anywhere, and kills of each."""


def live(home: Path, server: TeacherServer, *kills: str) -> Story:
    """Run to the end through `kills`; what the log then tells, in-doubt marks aside."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.graph.crash_child", str(home), server.url, *kills],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    log = open_log(home / "store")
    assert log.verify().ok
    told = [
        (entry.event.slot, entry.event.model_dump(mode="json"))
        for entry in log.entries()
        if not isinstance(entry.event, CallInDoubt)
    ]
    log.close()
    return told


@pytest.fixture(scope="module")
def server() -> Iterator[TeacherServer]:
    with HTTPServer(host="127.0.0.1") as listening:
        yield TeacherServer(listening)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, server: TeacherServer) -> Story:
    """Story of an unkilled run; it asks the teacher once a slot."""
    told = live(tmp_path_factory.mktemp("whole"), server)
    assert len(server.asked) == paid_slots(told)
    return told


def paid_slots(told: Story) -> int:
    return sum(
        event["kind"] == "CallIntended" and event["model"].startswith("messages:")
        for _, event in told
    )


def test_a_run_killed_after_every_node_tells_the_same_story(
    tmp_path: Path, server: TeacherServer, whole: Story
) -> None:
    server.asked.clear()
    # Each child lives for one node more; where it resumes, finished nodes are not run again.
    killed = live(tmp_path, server, *["node:1"] * NODES)
    assert sorted(killed, key=str) == sorted(whole, key=str)
    assert len(server.asked) == paid_slots(whole), "no recorded call is made again"


def test_deleting_the_checkpoint_changes_nothing(
    tmp_path: Path, server: TeacherServer, whole: Story
) -> None:
    server.asked.clear()
    killed = live(tmp_path, server, "node:3", "forget", "node:6", "forget", "node:11", "forget")
    assert sorted(killed, key=str) == sorted(whole, key=str)
    assert len(server.asked) == paid_slots(whole)


def test_a_kill_between_reply_and_record_costs_what_is_in_flight_and_is_marked(
    tmp_path: Path, server: TeacherServer, whole: Story
) -> None:
    server.asked.clear()
    kills = ["reply:1", "reply:4", "reply:9"]
    killed = live(tmp_path, server, *kills)
    assert sorted(killed, key=str) == sorted(whole, key=str)
    with open_log(tmp_path / "store") as log:
        doubts = len(list(log.entries(kinds=[CallInDoubt])))
    assert len(kills) <= doubts <= CONCURRENCY * len(kills)
    assert len(server.asked) <= paid_slots(whole) + doubts, "what may be paid twice is marked"


def draw_kills() -> list[list[str]]:
    """Ten kills for each of six runs, anywhere; behind 9 of the 60 the folder or cursor is lost."""
    luck = random.Random(11)
    lost = luck.sample(range(RUNS * KILLS), round(0.15 * RUNS * KILLS))
    plans: list[list[str]] = [[] for _ in range(RUNS)]
    for number in range(RUNS * KILLS):
        plan = plans[number // KILLS]
        plan.append(f"{luck.choice(('before', 'after'))}:{luck.randrange(1, 13)}")
        if number in lost:
            plan.append(luck.choice(("forget", "lose")))
    return plans


@pytest.mark.slow
@pytest.mark.parametrize("kills", draw_kills(), ids=range(RUNS))
def test_ten_kills_anywhere_and_what_is_lost_behind_them_change_no_story(
    tmp_path: Path, server: TeacherServer, whole: Story, kills: list[str]
) -> None:
    server.asked.clear()
    killed = live(tmp_path, server, *kills)
    assert sorted(killed, key=str) == sorted(whole, key=str)
    with open_log(tmp_path / "store") as log:
        doubts = sum(1 for _ in log.entries(kinds=[CallInDoubt]))
    assert len(server.asked) <= paid_slots(whole) + doubts, "what may be paid twice is marked"
