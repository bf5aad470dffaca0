"""Steps by hand begin as a run does: alone, on a log that is whole, with what is spent by now."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tutelage.graph.context import Run
from tutelage.graph.measure import by_hand
from tutelage.graph.run import go
from tutelage.store import slots
from tutelage.store.errors import StoreCorrupt, StreamBusy
from tutelage.store.events import AdapterTrained, CallCompleted, CallIntended
from tutelage.store.log import Log, open_log

from .test_rejudge import Elsewhere
from .world import small_run

TINY = {
    "splits": {"train": 40, "val": 40, "test": 6, "ood": 0},
    "loop": {"cycles": 1, "rounds": 1, "candidates": 2, "batch": 6, "feedback": 4},
    "train": {"examples": 6},
}


STEPS: Mapping[str, Callable[[Run], object]] = {
    "go": go,
    "gate": lambda run: by_hand.gate(
        run, *(run.strategies.get(f"parity@{number}") for number in (2, 1))
    ),
    "transfer": lambda run: by_hand.transfer(run, run.strategies.get("parity@1")),
    "evaluate": lambda run: by_hand.evaluate(
        run,
        run.strategies.get("parity@1"),
        next(it.adapter for it in run.log.events(AdapterTrained)),
    ),
    "evaluate_on": lambda run: by_hand.evaluate_on(
        run, run.strategies.get("parity@1"), "", Elsewhere(), 3
    ),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = small_run(tmp_path_factory.mktemp("by-hand"), **TINY)
    assert go(run)
    return run


def pay(log: Log, run: Run, slot: str, tokens: int) -> None:
    """Record a call of a model on a server, as another process would."""
    text = log.keep("Why?")
    asked = {"system_text": text, "context_text": text, "prompt_text": text, "max_tokens": 9}
    here = {"stream": run.id, "request": "0" * 64}
    log.record_all([
        CallIntended(**here, slot=slots.part(slot, "call"), model="anthropic:some", **asked),
        CallCompleted(**here, slot=slots.part(slot, "reply"), reply_text=text, outcome="ok",
                      input_tokens=tokens),
    ])  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_a_step_counts_what_others_spent_since_the_run_was_opened(run: Run, step: str) -> None:
    before = run.journal.spending.input_tokens
    with open_log(run.folder.parents[1] / "store") as other:
        pay(other, run, f"manual/elsewhere/{900 + list(STEPS).index(step)}", 1000)
    STEPS[step](run)
    assert run.journal.spending.input_tokens == before + 1000


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_refused_while_somebody_works_on_the_run(run: Run, step: str) -> None:
    with open_log(run.folder.parents[1] / "store") as other, other.alone(run.id):
        before = run.log.end()
        with pytest.raises(StreamBusy):
            STEPS[step](run)
        assert run.log.end() == before


def test_no_step_begins_on_a_log_that_was_changed(tmp_path: Path) -> None:
    run = small_run(tmp_path, **TINY)
    assert go(run)
    with closing(sqlite3.connect(tmp_path / "store" / "tutelage.db")) as store:
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            store.execute(f"DROP TRIGGER {name}")
        store.execute(
            "UPDATE event SET at = '2020-01-01 00:00:00.000000' WHERE kind = 'AttemptJudged'"
        )
        store.commit()
    before = run.log.end()
    for step in STEPS.values():
        with pytest.raises(StoreCorrupt, match="not what was recorded"):
            step(run)
    assert run.log.end() == before
    run.log.close()
