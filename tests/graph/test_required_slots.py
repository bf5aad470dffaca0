"""A run is complete only where every slot is filled that must have been: no end above a hole."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tutelage.commands.errors import FAILED, _exit_code
from tutelage.graph.context import Run, RunStatus
from tutelage.graph.planning import required_slots
from tutelage.graph.planning.required_slots import RunHasHole, is_complete, missing_slots
from tutelage.graph.run import go
from tutelage.store.events import Event
from tutelage.store.log import Log, open_log
from tutelage.store.runs import run_ids

from ..golden.test_golden import RUNS, unpack
from .fakes import Parity, Pupil
from .moments import open_world
from .world import CARRY_HELPS, small_run

SMALL = {"train": 60, "val": 60, "test": 6, "ood": 4}
CONFIGS: Mapping[str, dict[str, Any]] = {
    "one candidate": {
        "loop": {"cycles": 1, "rounds": 3, "candidates": 1, "batch": 6, "feedback": 6}
    },
    "other rounds in each cycle": {
        "loop": {"cycles": 2, "rounds": [1, 2], "candidates": 3, "batch": 5, "feedback": 5}
    },
    "words, to one who hears": {
        "gate": {"channel": "words"},
        "student": Pupil(CARRY_HELPS, hears=True),
    },
    "a frontier": {
        "loop": {"cycles": 1, "rounds": 2, "candidates": 2, "batch": 6, "feedback": 6},
        "search": {"frontier": 20},
    },
    "a dull student, and no ood": {
        "splits": {**SMALL, "ood": 0},
        "student": Pupil({}),
    },
}


def run_whole(home: Path, **changes: Any) -> Run:
    settings = {
        "splits": SMALL,
        "loop": {"cycles": 2, "rounds": 1, "candidates": 2, "batch": 6, "feedback": 6},
        "train": {"examples": 10},
    }
    run = small_run(home, **(settings | changes))
    assert go(run) is RunStatus.FINISHED
    return run


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_whole(tmp_path_factory.mktemp("whole"))


def tell_again(log: Log, home: Path, *left_out: str) -> Log:
    """A store of the same events without those in some slots, as if they never came."""
    again, events = open_log(home), [entry.event for entry in log.entries()]
    texts = [value for event in events for name, value in event if name.endswith("_text") and value]
    again.keep_all([log.text(each) for each in texts])
    again.record_all([event for event in events if event.slot not in left_out])
    return again


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_a_run_to_its_end_fills_every_required_slot(tmp_path: Path, changes: Any) -> None:
    run = run_whole(tmp_path, **changes)
    assert is_complete(run.log, run.id) and not missing_slots(run.log, run.id)
    run.log.close()


def test_so_does_one_whose_domain_has_no_rules_so_that_the_gate_probes(tmp_path: Path) -> None:
    run = open_world(tmp_path, domain=Parity(()))
    assert go(run) is RunStatus.FINISHED
    assert is_complete(run.log, run.id)
    run.log.close()


@pytest.mark.parametrize("name", RUNS)
def test_so_did_the_golden_runs(tmp_path: Path, name: str) -> None:
    with open_log(unpack(name, tmp_path) / "store") as log:
        for run_id in run_ids(log):
            assert not missing_slots(log, run_id)
            assert is_complete(log, run_id)


def test_a_run_on_its_way_is_not_complete_and_has_no_fault(tmp_path: Path) -> None:
    with open_log(unpack("small-killed", tmp_path) / "store") as log:
        assert not is_complete(log, "golden")
        assert "c2/transfer" in missing_slots(log, "golden")


@pytest.mark.parametrize(
    "slot",
    [
        "split/ood",
        "floors/val",
        "baseline/probe",
        "c1/r1/open",
        "c1/r1/solve",
        "c2/r1/reflect",
        "c1/r1/update_strategy/2",
        "c1/r1/validate/2/gate",
        "c1/transfer",
        "c2/feedback",
        "evaluate",
    ],
)
def test_an_end_above_a_hole_is_refused_and_the_slot_is_named(
    tmp_path: Path, whole: Run, slot: str
) -> None:
    assert whole.log.find(Event, whole.id, slot) is not None
    with tell_again(whole.log, tmp_path / "store", slot) as log:
        assert log.verify().ok, "nobody but the run can see it"
        before = log.end()
        with pytest.raises(RunHasHole, match=slot) as refusal:
            is_complete(log, whole.id)
        assert _exit_code(refusal.value) == FAILED and "Restore the store" in str(refusal.value)
        run = small_run(tmp_path, run_id=whole.id)
        with pytest.raises(RunHasHole, match=slot):
            go(run)
        run.log.close()
        assert log.end() == before, "nothing is filled in afterwards"


def test_a_promotion_that_the_gate_allowed_must_stand(tmp_path: Path, whole: Run) -> None:
    promotions = [it.event.slot for it in whole.log.entries() if it.event.slot.endswith("/promote")]
    with tell_again(whole.log, tmp_path, *promotions) as log:
        assert promotions and missing_slots(log, whole.id) == promotions


def test_a_hole_below_no_end_is_filled(tmp_path: Path, whole: Run) -> None:
    after = [entry.event.slot for entry in whole.log.entries()]
    tail = after[after.index("c2/r1/solve") + 1 :]
    tell_again(whole.log, tmp_path / "store", "c1/feedback", "c1/r1/reflect", *tail).close()
    run = small_run(tmp_path, run_id=whole.id)
    run.config = whole.config
    assert go(run) is RunStatus.FINISHED
    told = {entry.event.slot for entry in run.log.entries()}
    assert told >= set(after)
    run.log.close()


def test_a_slot_that_no_walk_fills_is_told_as_a_fault_of_ours(
    tmp_path: Path, whole: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = required_slots._Requirements.slots
    monkeypatch.setattr(
        required_slots._Requirements, "slots", lambda self: [*every(self), "c1/a-new-node"]
    )
    after = [entry.event.slot for entry in whole.log.entries()]
    tail = after[after.index("c2/feedback") + 1 :]
    tell_again(whole.log, tmp_path / "store", *tail).close()
    run = small_run(tmp_path, run_id=whole.id)
    run.config = whole.config
    with pytest.raises(RunHasHole, match=r"c1/a-new-node.* fault of Tutelage.* report") as refusal:
        go(run)
    assert "walk from the first node fills" not in str(refusal.value)
    assert run.log.find(Event, run.id, "evaluate") is None
    run.log.close()
