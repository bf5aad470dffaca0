"""A run that dies anywhere ends where an unkilled one ends, and pays for no reply twice."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tutelage.store.events import CallInDoubt
from tutelage.store.log import open_log

from .server import TeacherServer

Story = list[tuple[str, dict[str, Any]]]
"""Slot and event, in order."""
ROOT = Path(__file__).parents[2]
NODES = 16
"""baseline, evaluate, and twice: solve, reflect, update_strategy, validate, review, transfer,
feedback."""


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


def test_a_kill_between_reply_and_record_costs_one_call_and_is_marked(
    tmp_path: Path, server: TeacherServer, whole: Story
) -> None:
    server.asked.clear()
    kills = ["reply:1", "reply:4", "reply:9"]
    killed = live(tmp_path, server, *kills)
    assert sorted(killed, key=str) == sorted(whole, key=str)
    assert len(server.asked) == paid_slots(whole) + len(kills)
    log = open_log(tmp_path / "store")
    doubts = list(log.entries(kinds=[CallInDoubt]))
    assert len(doubts) == len(kills), "each call that may have been paid twice is marked"
    log.close()
