"""Calls made as batches: each is paid once, at half the price, whatever breaks at any moment."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tutelage.graph.calls.batch_records import known_batches
from tutelage.graph.calls.budget import BudgetSpent, Spending, spending_of
from tutelage.graph.calls.journal import Journal
from tutelage.graph.config.sections import Budget
from tutelage.graph.context import Paused
from tutelage.graph.planning.opening import Overrides
from tutelage.graph.run import go, replay
from tutelage.models import Model, ModelError, ModelRefused, Request, open_model
from tutelage.models.remote.message_batches import MessageBatches
from tutelage.store.events import BatchIntended, CallInDoubt, CallIntended
from tutelage.store.log import Log
from tutelage.store.memory import MemoryLog

from ..models.batch_server import NO_ANSWER, BatchServer
from .fakes import RULES, Coach, Parity, Pupil
from .server import obliging
from .world import CARRY_HELPS, small_run

ROOT = Path(__file__).parents[2]
PRICED = Budget(usd=100.0, input_price=10.0, output_price=100.0)
A_CALL = 0.002
"""Dollars of one call of the server at these prices, made by itself."""


@pytest.fixture
def server() -> Iterator[BatchServer]:
    server = BatchServer(looks=0)
    yield server
    server.close()


@pytest.fixture
def model(server: BatchServer) -> Model:
    return open_model(f"messages:{server.url}#m")


def ask(
    log: Log, model: Model, count: int = 24, budget: Budget = PRICED, **given: Any
) -> tuple[list[str], Spending]:
    spending = spending_of(log, "run", budget)
    journal = Journal(log, "run", spending, **({"batches": True} | given))
    calls = [(f"solve/{number}", Request(f"word {number}")) for number in range(count)]
    texts = [reply.text for part in journal.replies(model, calls) for _, reply in part]
    return texts, spending


def words(count: int = 24) -> list[str]:
    return [f"WORD {number}" for number in range(count)]


def kinds(log: Log) -> list[tuple[str, int]]:
    names = (type(entry.event).__name__ for entry in log.entries())
    return [(name, len(list(some))) for name, some in groupby(names)]


def test_many_calls_go_out_as_one_batch_at_half_the_price(
    server: BatchServer, model: Model
) -> None:
    log = MemoryLog()
    texts, spending = ask(log, model)
    assert texts == words(), "in order, whatever the order of the results"
    assert kinds(log) == [
        ("CallIntended", 24),
        ("BatchIntended", 1),
        ("BatchSubmitted", 1),
        ("CallCompleted", 24),
        ("BatchCollected", 1),
    ]
    assert spending.dollars == pytest.approx(24 * A_CALL / 2)
    assert spending.input_tokens + spending.output_tokens == 24 * 110, "tokens count whole"
    assert spending_of(log, "run", PRICED).dollars == pytest.approx(24 * A_CALL / 2)
    assert (server.singles, len(server.batches)) == ([], 1)
    assert ask(log, model)[0] == words() and len(server.batches) == 1, "and never again"


def test_entries_without_an_answer_are_asked_for_once_more_by_themselves(
    server: BatchServer, model: Model
) -> None:
    ways = dict(zip(("word 3", "word 7", "word 9"), NO_ANSWER, strict=True))
    server.say = lambda prompt: ways.get(prompt) or prompt.upper()
    log = MemoryLog()
    texts, spending = ask(log, model)
    assert texts == words() and sorted(server.singles) == sorted(ways)
    assert set(server.paid.values()) == {1} and not list(log.events(CallInDoubt))
    dollars = 21 * A_CALL / 2 + 3 * A_CALL
    assert spending.dollars == pytest.approx(dollars)
    assert spending_of(log, "run", PRICED).dollars == pytest.approx(dollars)


def test_few_calls_and_calls_that_nobody_wants_in_batches_are_made_one_by_one(
    server: BatchServer, model: Model
) -> None:
    assert ask(MemoryLog(), model, 19)[0] == words(19)
    assert ask(MemoryLog(), model, batches=False)[0] == words()
    assert (len(server.singles), server.batches) == (19 + 24, {})


@pytest.mark.parametrize("way", ["no endpoint", "400", "403", "413"])
def test_where_no_batch_is_taken_the_calls_are_made_one_by_one(
    server: BatchServer, model: Model, way: str
) -> None:
    server.has_batches = way != "no endpoint"
    server.fail("create", way)
    log = MemoryLog()
    told: list[str] = []
    texts, spending = ask(log, model, tell=told.append)
    assert texts == words() and len(server.singles) == 24
    (said,) = told
    assert "takes no batch" in said and "one by one, at 2 times the price" in said
    assert ("404" if way == "no endpoint" else way) in said, "and why"
    assert not list(log.events(CallInDoubt)), "none of them was in flight"
    assert spending.dollars == pytest.approx(24 * A_CALL)
    assert spending_of(log, "run", PRICED).dollars == pytest.approx(24 * A_CALL)


def test_a_service_that_refuses_each_batch_is_told_of_once(
    server: BatchServer, model: Model
) -> None:
    server.fail("create", "403", "403")
    told: list[str] = []
    journal = Journal(MemoryLog(), "run", Spending(PRICED), batches=True, tell=told.append)
    for step in ("solve", "reflect"):
        list(journal.replies(model, [(f"{step}/{n}", Request(f"word {n}")) for n in range(24)]))
    assert len(told) == 1 and not server.trouble["create"]


@pytest.mark.parametrize("way", ["401", "402"])
def test_a_key_or_an_account_that_is_good_for_nothing_stops_the_run_and_costs_nothing(
    server: BatchServer, model: Model, way: str
) -> None:
    log = MemoryLog()
    server.fail("create", way)
    with pytest.raises(ModelRefused, match=way):
        ask(log, model)
    assert not server.singles
    assert ask(log, model)[0] == words() and len(server.batches) == 1 and not server.singles
    assert set(server.paid.values()) == {1} and not list(log.events(CallInDoubt))


@pytest.mark.parametrize("ways", [["429"], ["500"], ["cut"], ["lost"], ["cut", "lost"]])
def test_a_submission_is_tried_again_and_arrives_once(
    server: BatchServer, model: Model, ways: list[str]
) -> None:
    for _ in range(4):
        server.add([f"theirs {number}" for number in range(24)])
    server.fail("create", *ways)
    texts, spending = ask(MemoryLog(), model)
    assert texts == words() and server.singles == []
    ours = {prompt: times for prompt, times in server.paid.items() if prompt.startswith("word")}
    assert set(ours.values()) == {1} and len(server.batches) == 5
    assert spending.dollars == pytest.approx(24 * A_CALL / 2)


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_batch_is_found_again_whatever_the_clock_of_its_service(
    server: BatchServer, model: Model, hours: int
) -> None:
    server.clock = timedelta(hours=hours)
    server.fail("create", "lost")
    assert ask(MemoryLog(), model)[0] == words()
    assert len(server.batches) == 1 and set(server.paid.values()) == {1}


def test_every_other_step_is_tried_again(server: BatchServer, model: Model) -> None:
    server.looks = 1
    server.fail("look", "500", "", "429", "cut")
    server.fail("results", "half", "503")
    assert ask(MemoryLog(), model)[0] == words()
    assert set(server.paid.values()) == {1}


def test_calls_that_no_batch_holds_together_go_out_in_several(
    server: BatchServer, model: Model
) -> None:
    service: Any = model
    assert isinstance(service.batches, MessageBatches)
    service.batches.most_calls = 10
    log = MemoryLog()
    assert ask(log, model)[0] == words()
    assert [event.calls for event in log.events(BatchIntended)] == [10, 10, 4]
    assert server.singles == []


def test_a_batch_is_no_larger_than_the_budget_allows(server: BatchServer, model: Model) -> None:
    """At worst a call takes 2 tokens to read and 256 to write: 0.0128 dollars in a batch."""
    half = Budget(usd=0.5, input_price=10.0, output_price=100.0)
    log = MemoryLog()
    texts, spending = ask(log, model, 64, half)
    assert texts == words(64)
    sizes = [event.calls for event in log.events(BatchIntended)]
    assert sizes and max(sizes) <= 0.5 / 0.0128 and spending.dollars <= 0.5
    tight = Budget(usd=0.02, input_price=10.0, output_price=100.0)
    with pytest.raises(BudgetSpent):
        ask(MemoryLog(), model, 64, tight)
    assert len(server.batches) == len(sizes), "nothing is sent that could go over"


def test_a_run_that_is_stopped_goes_on_with_its_batch_whatever_its_config_says_now(
    server: BatchServer, model: Model
) -> None:
    server.looks = 2
    for wanted in (True, False):
        log, looks = MemoryLog(), iter(range(100))

        def stop() -> None:
            if next(looks) == 1:  # noqa: B023
                raise Paused

        before = len(server.batches)
        with pytest.raises(Paused):
            ask(log, model, pause_point=stop)
        (batch,) = known_batches(log, "run")
        assert batch.id and batch.unanswered is None
        assert ask(log, model, batches=wanted)[0] == words()
        assert len(server.batches) == before + 1 and server.singles == []
        assert not list(log.events(CallInDoubt))


def test_answers_that_are_gone_are_paid_again_only_if_somebody_says_so(
    server: BatchServer, model: Model
) -> None:
    log = MemoryLog()

    def lose() -> None:
        server.batches.clear()
        raise Paused

    server.looks = 1
    with pytest.raises(Paused):
        ask(log, model, pause_point=lose)
    with pytest.raises(ModelError, match="batches = false"):
        ask(log, model)
    assert (server.batches, server.singles) == ({}, [])
    texts, spending = ask(log, model, batches=False)
    assert texts == words() and len(list(log.events(CallInDoubt))) == 24
    assert spending.dollars > 24 * A_CALL, "what was paid for nothing counts as well"


def test_calls_that_were_in_flight_by_themselves_are_in_doubt_in_a_batch_too(
    server: BatchServer, model: Model
) -> None:
    log = MemoryLog()
    journal = Journal(log, "run", Spending(PRICED))
    asked = [(f"solve/{number}", Request(f"word {number}")) for number in range(5)]
    log.record_all([journal.intent_of(*call, model.name) for call in asked])
    assert ask(log, model)[0] == words()
    assert len(list(log.events(CallInDoubt))) == 5 and len(server.batches) == 1


def test_calls_in_doubt_that_the_budget_does_not_allow_are_not_doubted_again_and_again(
    model: Model,
) -> None:
    log = MemoryLog()
    journal = Journal(log, "run", Spending(PRICED))
    asked = [(f"solve/{number}", Request(f"word {number}")) for number in range(24)]
    log.record_all([journal.intent_of(*call, model.name) for call in asked])
    tight = Budget(usd=0.03, input_price=10.0, output_price=100.0)
    for _ in range(3):
        with pytest.raises(BudgetSpent):
            ask(log, model, budget=tight)
    assert not list(log.events(CallInDoubt))


def tried(server: BatchServer, place: Path, count: int, *ends: int) -> list[dict[str, Any]]:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.graph.batch_child",
            str(place),
            server.url,
            str(count),
            *map(str, ends),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_lives(server: BatchServer, lives: list[dict[str, Any]], count: int) -> None:
    """Each came to all replies, in order, and paid for one batch and no call twice."""
    for life in lives:
        name = life["name"]
        assert life["texts"] == [f"{name} {number}".upper() for number in range(count)]
        assert life["dollars"] == [pytest.approx(count * A_CALL / 2)] * 2, name
        assert life["doubts"] == 0, name
    assert set(server.paid.values()) == {1} and server.singles == []
    batches = Counter(
        batch["asked"][0]["params"]["messages"][0]["content"].split()[0]
        for batch in server.batches.values()
    )
    assert set(batches.values()) == {1}


def test_a_process_killed_around_a_submission_pays_once(
    server: BatchServer, tmp_path: Path
) -> None:
    """Before it is sent, after it was taken and before that is recorded, and after that."""
    server.looks = 1
    lives = tried(server, tmp_path, 24, 3, 4, 5)
    assert [life["killed"] for life in lives] == [True] * 3
    check_lives(server, lives, 24)


@pytest.mark.slow
def test_a_process_killed_at_any_moment_of_a_batch_pays_once(
    server: BatchServer, tmp_path: Path
) -> None:
    server.looks = 1
    (whole,) = tried(server, tmp_path, 24, 0)
    lives = tried(server, tmp_path, 24, *range(1, whole["moments"] + 1))
    assert all(life["killed"] for life in lives) and len(lives) > 15
    check_lives(server, [whole, *lives], 24)


def test_a_run_with_batches_tells_the_same_story_and_is_made_again_from_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = BatchServer(say=lambda prompt: obliging("", prompt), looks=0)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    domain = Parity([rule for rule in RULES if not rule.name])
    told = []
    for batches in (False, True):
        run = small_run(
            tmp_path / str(batches),
            domain=domain,
            teacher="anthropic:claude-under-test",
            splits={"train": 80, "val": 80, "test": 12, "ood": 4},
            loop={"cycles": 1, "rounds": 1, "candidates": 1, "batch": 24, "feedback": 6},
            train={"examples": 8},
            calls={"batches": batches},
        )
        assert go(run)
        assert bool(server.batches) == batches
        again = replay(
            run.log,
            run.id,
            overrides=Overrides(domain=domain, student=Pupil(CARRY_HELPS), trainer=Coach()),
        )
        assert again.difference is None and again.is_finished
        told.append(
            {
                entry.event.slot: entry.event.model_dump(mode="json")
                for entry in run.log.entries(stream=run.id)
                if type(entry.event).__name__ not in ("RunStarted",)
                and not type(entry.event).__name__.startswith("Batch")
            }
        )
        intended = len(list(run.log.events(CallIntended, stream=run.id)))
        assert intended > 60
        run.log.close()
    assert told[0] == told[1]
    server.close()
