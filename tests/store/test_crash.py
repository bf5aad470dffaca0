"""Acknowledged events outlive the process; many processes share one stream."""

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tutelage.store import open_log
from tutelage.store.events import CallCompleted

fork = multiprocessing.get_context("fork")


def _completion(slot: str, reply: str = "") -> CallCompleted:
    return CallCompleted(stream="run-1", slot=slot, request="q", reply_text=reply, outcome="ok")


def _write_for_ever(home: Path, name: str, acknowledge: int) -> None:
    """Record one event after another; after each, say so in eight bytes."""
    log = open_log(home)
    for number in range(10**6):
        log.record(_completion(f"{name}/{number}", log.keep(f"reply {number} of {name}")))
        os.write(acknowledge, b"%08d" % number)


def _kill_a_writer(home: Path, name: str, heard: int, then: float) -> int:
    """SIGKILL a writer `then` seconds after `heard` events; how many it acknowledged in all."""
    reading, writing = os.pipe()
    child = fork.Process(target=_write_for_ever, args=(home, name, writing))
    child.start()
    os.close(writing)
    pipe = os.fdopen(reading, "rb")
    early = len(pipe.read(8 * heard))
    time.sleep(then)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert child.exitcode == -signal.SIGKILL
    with pipe:
        return (early + len(pipe.read())) // 8


def _survive(home: Path, kills: int) -> None:
    chance = random.Random(7)
    acknowledged = {}
    for number in range(kills):
        name = f"life-{number}"
        acknowledged[name] = _kill_a_writer(home, name, number % 5, chance.uniform(0.0, 0.02))
        with open_log(home) as log:
            found = [entry.event.slot for entry in log.entries(prefix=f"{name}/")]
        assert found == [f"{name}/{n}" for n in range(len(found))], "in order, without a hole"
        assert acknowledged[name] <= len(found) <= acknowledged[name] + 1
    with open_log(home) as log:
        report = log.verify()
        assert report.ok, report.faults
        assert report.events >= sum(acknowledged.values()) > kills, "the writers got to write"


def test_a_killed_writer_loses_no_acknowledged_event(tmp_path: Path) -> None:
    _survive(tmp_path, kills=20)


@pytest.mark.slow
def test_many_killed_writers_lose_no_acknowledged_event(tmp_path: Path) -> None:
    _survive(tmp_path, kills=300)


def _write_both(home: Path, name: str) -> None:
    with open_log(home) as log:
        for number in range(60):
            log.record(_completion(f"{name}/{number}"))
            log.record(_completion(f"shared/{number}", reply=""))


def test_processes_that_open_and_append_at_once_lose_nothing_and_keep_the_chain(
    tmp_path: Path,
) -> None:
    writers = [fork.Process(target=_write_both, args=(tmp_path, f"w{n}")) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    with open_log(tmp_path) as log:
        assert len(list(log.entries(stream="run-1"))) == 3 * 60 + 60
        report = log.verify()
        assert report.ok, report.faults


def test_processes_that_make_the_store_at_once_find_one_store(tmp_path: Path) -> None:
    for attempt in range(5):
        home = tmp_path / str(attempt)
        makers = [fork.Process(target=_make, args=(home, n)) for n in range(4)]
        for maker in makers:
            maker.start()
        for maker in makers:
            maker.join()
        assert [maker.exitcode for maker in makers] == [0] * 4
        with open_log(home) as log:
            assert log.verify().events == 4


def _make(home: Path, number: int) -> None:
    with open_log(home) as log:
        log.record(_completion(str(number)))
