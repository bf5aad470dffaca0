"""Many calls at once to a real server with every trouble, from processes that are killed."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tutelage.graph.calls.budget import Spending
from tutelage.graph.calls.journal import Journal
from tutelage.graph.config.sections import Budget
from tutelage.models.registry import open_model
from tutelage.store.events import CallCompleted, CallInDoubt, CallIntended
from tutelage.store.log import open_log
from tutelage.store.memory import MemoryLog

from .many_calls_child import CONCURRENCY, PROMPT, requests
from .troubled_server import USAGE, TroubledServer

ROOT = Path(__file__).parents[2]
KILLS, CALLS = 40, 64


def kills(count: int) -> tuple[list[str], int]:
    """Moments of kills, and calls so many that no child can make all before its moment.

    Each call that a child begins takes a write of its own; one more may complete several. Beside
    them there are children whose budget is spent before: each has twice the budget of the last.
    """
    luck = random.Random(16)
    moments = [(luck.choice(("before", "after")), luck.randrange(2, 20)) for _ in range(count)]
    most = 2 * CALLS + sum(number for _, number in moments)
    return [f"{kind}:{number}" for kind, number in moments], most


def survive(home: Path, server: TroubledServer, count: int) -> None:
    """Make all calls through `count` kills, and hold the log against what the server saw."""
    moments, calls = kills(count)
    with server.listening() as url:
        words = [str(home), url, str(calls), "200", *moments]
        done = subprocess.run(
            [sys.executable, "-m", "tests.graph.many_calls_child", *words],
            cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    replies = json.loads((home / "replies.json").read_text())
    assert replies == [[f"ask/{number}", str(number), "ok"] for number in range(calls)]
    assert not server.asked_twice, "no completed call is asked, or paid, again"
    assert server.over <= CONCURRENCY * USAGE, "no budget is exceeded by more than was in flight"
    assert server.most_at_once <= CONCURRENCY + CONCURRENCY * (count > 0), "of two processes"
    with open_log(home / "store") as log:
        assert log.verify().ok
        doubts = Counter(event.call for event in log.events(CallInDoubt))
        intended = [event.slot for event in log.events(CallIntended)]
        assert len(list(log.events(CallCompleted))) == calls
    assert intended == [f"ask/{number}/call" for number in range(calls)], "begun in order"
    for number in range(calls):
        assert server.answered[PROMPT.format(number)] <= 1 + doubts[f"ask/{number}"]


def test_calls_survive_kills_while_many_are_in_flight(tmp_path: Path) -> None:
    survive(tmp_path, TroubledServer(), 4)


@pytest.mark.slow
def test_forty_kills_pay_no_completed_call_twice_and_exceed_no_budget(tmp_path: Path) -> None:
    survive(tmp_path, TroubledServer(), KILLS)


def test_sixteen_calls_are_under_way_at_once_and_in_order(tmp_path: Path) -> None:
    server = TroubledServer(troubles=False, gather=CONCURRENCY)
    with server.listening() as url:
        journal = Journal(MemoryLog(), "run", Spending(Budget()), (), concurrency=CONCURRENCY)
        replies = journal.replies(open_model(f"messages:{url}#m"), requests(CALLS))
        numbers = [int(reply.text) for batch in replies for _, reply in batch]
    assert numbers == list(range(CALLS)) and server.most_at_once == CONCURRENCY


@pytest.mark.slow
def test_sixteen_at_once_are_ten_times_as_fast_as_one_by_one(tmp_path: Path) -> None:
    """The server takes forty times as long as our own work on a call, however slow that is here."""
    server = TroubledServer(troubles=False, seconds=0.0)
    took: list[float] = []
    with server.listening() as url:
        model = open_model(f"messages:{url}#m")
        for number, (concurrency, calls) in enumerate(((1, 8), (1, 8), (1, 8), (16, CALLS))):
            with open_log(tmp_path / f"{number}") as log:
                journal = Journal(log, "run", Spending(Budget()), (), concurrency=concurrency)
                began = time.monotonic()
                for _ in journal.replies(model, requests(calls)):
                    pass
                took.append((time.monotonic() - began) / calls)
            if number == 1:
                server.seconds = max(0.1, 40 * took[1])
    assert took[2] / took[3] >= 10, took
