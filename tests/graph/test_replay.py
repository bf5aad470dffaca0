"""A run is made again from its log alone, and its record is left at the first difference.

Every store here is replayed under other library versions, and in other places, than it was made.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tutelage.domains.contract import Guide, Problem, Verdict
from tutelage.graph.calls.replay import Replay
from tutelage.graph.context import Run
from tutelage.graph.measure import by_hand
from tutelage.graph.planning.opening import Overrides
from tutelage.graph.run import go, replay
from tutelage.models.contract import Model, Reply, Request, Role
from tutelage.store.events import (
    AdapterTrained,
    AttemptJudged,
    AttemptReread,
    CallInDoubt,
    Event,
    GateDecided,
)
from tutelage.store.log import Log, open_log
from tutelage.store.memory import MemoryLog
from tutelage.trainer.contract import Destination, Training
from tutelage.trainer.manifest import Manifest
from tutelage.trainer.preflight import PreflightFailed, PreflightFault

from ..golden import scenario
from ..golden.fresh import write_fresh
from ..golden.test_golden import unpack
from .fakes import RULES, Coach, Parity, Pupil
from .ideas import Sums
from .world import CARRY_HELPS, small_run


class Deaf(Pupil):
    """A student of whom nothing may be asked."""

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        raise AssertionError("every reply stands in the log")


def refuse_opening(spec: str, *, role: Role = "other") -> Model:
    raise AssertionError(f"{spec} must not be opened")


PARTS = Overrides(domain=Parity(), student=Deaf(CARRY_HELPS), opener=refuse_opening)
TINY: dict[str, Any] = {
    "splits": {"train": 70, "val": 80, "test": 20, "ood": 8},
    "loop": {"cycles": 1, "rounds": 2, "candidates": 2, "batch": 14, "feedback": 8},
    "train": {"examples": 14},
}
STORES = {
    "small": ("golden", replace(PARTS, teacher=scenario.Planned())),
    "small-killed": ("golden", replace(PARTS, teacher=scenario.Planned())),
    "quickstart-fast": ("quickstart-fast", Overrides(opener=refuse_opening)),
    "taught": ("taught", Overrides(domain=Sums(), opener=refuse_opening)),
    "tuned": ("tuned", PARTS),
}
"""Store -> its run, and what its config cannot name."""


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The golden stores, and the fresh ones, which nobody writes to."""
    fresh = tmp_path_factory.mktemp("fresh")
    write_fresh(fresh)
    packed = ("small", "small-killed", "quickstart-fast")
    return {name: unpack(name, tmp_path_factory.mktemp(name)) for name in packed} | {
        "taught": fresh,
        "tuned": fresh,
    }


def last_hash(log: Log, run: str) -> str:
    return [entry.hash for entry in log.entries(stream=run)][-1]


def replay_again(run: Run, parts: Overrides = PARTS) -> Replay:
    """Replay a run that was just made, and expect that it ends as it did."""
    found = replay(run.log, run.id, overrides=parts)
    assert found.difference is None
    assert found.hash == last_hash(run.log, run.id)
    assert found.same == found.events == sum(1 for _ in run.log.entries(stream=run.id))
    return found


@pytest.mark.parametrize("name", STORES)
def test_a_stored_run_ends_in_the_same_hashes_and_asks_no_model(
    homes: dict[str, Path], name: str
) -> None:
    run, parts = STORES[name]
    with open_log(homes[name] / "store") as log:
        before = [entry.hash for entry in log.entries()]
        found = replay(log, run, overrides=parts)
        assert found.difference is None
        assert found.hash == last_hash(log, run)
        assert found.same == found.events
        assert found.is_finished == (name != "small-killed")
        assert found.made > 500 and found.given["CallCompleted"] > 200
        assert "AttemptJudged" not in found.given or name == "tuned", "those by hand"
        assert [entry.hash for entry in log.entries()] == before, "nothing is written"


def test_the_command_loads_no_weights(homes: dict[str, Path]) -> None:
    code = (
        "import sys\n"
        "from tutelage.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'torch', 'transformers', 'peft', 'anthropic', 'chromadb'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    words = ("--home", str(homes["quickstart-fast"] / "store"), "replay", "quickstart-fast")
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert "ends in the same hashes, without a model: 1694 events" in done.stdout


def prefixes(log: Log, run: str) -> Iterator[MemoryLog]:
    """The log of a run that was killed behind the first event of each kind, one after the other."""
    cut, seen = MemoryLog(), set[type[Event]]()
    for entry in log.entries():
        for name, value in entry.event:
            if name.endswith("_text") and value:
                cut.keep(log.text(value))
        cut.record(entry.event)
        if entry.event.stream == run and type(entry.event) not in seen:
            seen.add(type(entry.event))
            yield cut


@pytest.mark.parametrize("name", ["taught", "tuned"])
def test_a_run_that_stopped_anywhere_is_made_again_as_far_as_it_came(
    homes: dict[str, Path], name: str
) -> None:
    run, parts = STORES[name]
    stopped = 0
    with open_log(homes[name] / "store") as log:
        for cut in prefixes(log, run):
            found = replay(cut, run, overrides=parts)
            assert (found.difference, found.hash) == (None, last_hash(cut, run))
            stopped += not found.is_finished
    assert stopped > 12


class Forgetful(Pupil):
    """A student whose second batch, and every ninth reply, are lost."""

    batch_size = 7

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        first = len(self.asked)
        if first == 7:
            self.asked.extend(requests)
            raise KeyboardInterrupt
        said = super().reply(requests)
        lost = Reply("", "error", detail="The line was cut.")
        return [lost if (first + n) % 9 == 0 else it for n, it in enumerate(said)]

    def with_adapter(self, adapter: Path | None) -> Model:
        return self


def test_lost_calls_a_dead_process_and_another_batch_size_are_part_of_the_record(
    tmp_path: Path,
) -> None:
    student = Forgetful(CARRY_HELPS)
    here = {"student": student, "gate": {"channel": "words"}, **TINY}
    run = small_run(tmp_path, **here)
    with suppress(KeyboardInterrupt):
        go(run)
    run.log.close()
    student.batch_size = 5
    run = small_run(tmp_path, run_id=run.id, **here)
    assert go(run)
    assert len(list(run.log.events(CallInDoubt))) == 7
    lost = [it for it in run.log.events(AttemptJudged) if it.outcome == "error"]
    assert len(lost) > 9
    replay_again(run)


class Wordy(Parity):
    """The same domain under a judge that says more, and keeps its version."""

    judge_version = 1

    def judge(self, problem: Problem, reply: str) -> Verdict:
        verdict = super().judge(problem, reply)
        return replace(verdict, feedback=f"{verdict.feedback} Look again.")


class Raised(Wordy):
    """That judge under a version of its own."""

    judge_version = 2


class Silent(Parity):
    """A judge of the same version that says nothing."""

    judge_version = 2

    def judge(self, problem: Problem, reply: str) -> Verdict:
        return replace(super().judge(problem, reply), feedback="")


class Mortal(Pupil):
    """A student whose process dies at its third batch of a gate's candidate."""

    batch_size = 7

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        told = sum(bool(it.context) for it in self.asked)
        if self.alive or told < 40:
            return super().reply(requests)
        self.alive = True
        raise KeyboardInterrupt

    alive = False


def test_a_run_that_went_on_under_another_judge_is_read_again_at_the_same_places(
    tmp_path: Path,
) -> None:
    here = {"student": Mortal(CARRY_HELPS, hears=True), "gate": {"channel": "words"}, **TINY}
    run = small_run(tmp_path, **here)
    with suppress(KeyboardInterrupt):
        go(run)
    run.log.close()
    run = small_run(tmp_path, run_id=run.id, domain=Raised(), **here)
    assert go(run)
    readings = list(run.log.events(AttemptReread))
    judges = Counter(it.judge for it in run.log.events(AttemptJudged))
    assert len(readings) > 10 and set(judges) == {"parity 1", "parity 2"}
    today = replay_again(run, replace(PARTS, domain=Raised()))
    assert today.verdicts == judges["parity 1"], "the others are judged again"
    assert replay_again(run).verdicts == judges["parity 2"] + len(readings)
    told = replay(run.log, run.id, overrides=replace(PARTS, domain=Silent()))
    assert told.difference is not None
    assert told.difference.said.startswith("AttemptReread in ")


class Strict(Coach):
    """A trainer that refuses the examples of the first rule."""

    def train(self, training: Training, place: Destination, *_: object, **__: object) -> Manifest:
        if "[carry]" in training.input.dataset.examples[0].completion:
            raise PreflightFailed([PreflightFault("balance", "One class is said too often.")])
        return super().train(training, place)


def test_a_training_that_was_refused_is_refused_again(tmp_path: Path) -> None:
    run = small_run(tmp_path, trainer=Strict(), gate={"channel": "weights"}, **TINY)
    assert go(run)
    reasons = [it.reason for it in run.log.events(GateDecided)]
    assert any("One class is said too often" in reason for reason in reasons)
    replay_again(run)


def test_what_a_person_did_between_two_sessions_is_taken_from_the_record(tmp_path: Path) -> None:
    student = Pupil(CARRY_HELPS, hears=True)
    run = small_run(tmp_path, student=student, gate={"channel": "words"}, **TINY)
    nodes: list[str] = []

    def interrupt(node: str) -> None:
        nodes.append(node)
        if len(nodes) == 5:
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        go(run, after_node=interrupt)
    first, second = (run.strategies.get(f"parity@{number}") for number in (1, 2))
    by_hand.transfer(run, second)
    by_hand.gate(run, second, first)
    where = {"stream": "store", "slot": "promote/early", "by": "Bea", "reason": "It reads well."}
    run.strategies.promote("parity", run.branch, second.hash, **where)
    assert go(run)
    found = replay_again(run)
    assert found.given["AdapterTrained"] == found.given["GateDecided"] == 1
    assert len(list(run.log.events(AdapterTrained))) > 1


class Reworded(Parity):
    """The same domain under a guide that asks in other words."""

    def __init__(self) -> None:
        super().__init__()
        guide: Guide = self.guide
        self.guide = replace(guide, reply_format="Close with `Answer: YES` or `Answer: NO`.")


class Harsh(Parity):
    """The same domain, whose solutions are wrong."""

    def solution(self, problem: object, steps: frozenset[str] | None = None) -> str:
        return "Answer: MAYBE"


def test_the_first_event_that_is_made_otherwise_is_told_with_both_sides(tmp_path: Path) -> None:
    run = small_run(tmp_path, **TINY)
    assert go(run)
    found = replay(run.log, run.id, overrides=replace(PARTS, domain=Reworded()))
    told = found.difference
    assert told is not None and told.slot.startswith("baseline/probe/bare/")
    texts = {field.name: field for field in told.fields}
    assert set(texts) == {"request", "system_text"}
    assert "End with" in texts["system_text"].recorded
    assert "Close with" in texts["system_text"].replayed
    assert found.hash != last_hash(run.log, run.id)


def test_a_teacher_that_proposes_something_else_is_told(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    assert go(run)
    fewer = Parity(RULES[1:])
    found = replay(run.log, run.id, overrides=replace(PARTS, domain=fewer))
    assert found.difference is not None
    assert {field.name for field in found.difference.fields} & {"request", "context_text"}


def test_a_solution_that_is_not_right_any_more_is_told(tmp_path: Path) -> None:
    run = small_run(tmp_path, **TINY)
    assert go(run)
    found = replay(run.log, run.id, overrides=replace(PARTS, domain=Harsh()))
    assert found.difference is not None and "ExamplesBuilt" in found.difference.said


def test_todays_judge_reads_again_and_another_ones_verdicts_stand(tmp_path: Path) -> None:
    run = small_run(tmp_path, **TINY)
    assert go(run)
    same = replay_again(run)
    assert same.verdicts == 0
    wordy = replay(run.log, run.id, overrides=replace(PARTS, domain=Wordy()))
    assert wordy.difference is not None and "differs in feedback" in wordy.difference.said
    raised = replay_again(run, replace(PARTS, domain=Raised()))
    assert raised.verdicts == sum(1 for _ in run.log.events(AttemptJudged))


def test_an_unknown_run_is_refused(tmp_path: Path) -> None:
    with open_log(tmp_path) as log, pytest.raises(LookupError, match="No run 'absent'"):
        replay(log, "absent", overrides=Overrides())
