"""Wherever a run stops and another judge takes over, one judge reads each comparison."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from tutelage.domains.contract import Problem, Verdict
from tutelage.evidence.attribution.contrasts import mean
from tutelage.evidence.pairs import MixedJudges
from tutelage.graph.config.config import RunConfig, parse_config
from tutelage.graph.context import Run
from tutelage.graph.measure import rereading, rollouts
from tutelage.graph.measure.rollouts import by_problem
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.graph.teacher.model import ModelTeacher
from tutelage.models.scripted import ScriptedModel
from tutelage.reports.html.page import render
from tutelage.reports.run_json import run_as_json
from tutelage.reports.run_lines import run_lines
from tutelage.reports.run_story import read_run
from tutelage.store.events import (
    AttemptJudged,
    AttemptReread,
    CreditMeasured,
    Evaluated,
    Event,
    FrontierScored,
    GateDecided,
    PortabilityMeasured,
    ProbeDecided,
)
from tutelage.store.log import Log
from tutelage.store.memory import MemoryLog
from tutelage.store.readings import apply_reading, attempts_below, newest_readings
from tutelage.store.slots import inside, part, step_of

from ..golden.fresh import Deaf, TeacherScript
from ..golden.record import visible_text
from .ideas import Reader, Sums

E = TypeVar("E", bound=Event)


class Strict(Sums):
    """The domain under two judges, of which the first one refuses a third of the right replies."""

    def __init__(self, judge: int) -> None:
        self.judge_version = judge

    def judge(self, problem: Problem, reply: str) -> Verdict:
        if self.judge_version == 1 and int(problem.id, 16) % 3 == 0:
            return Verdict(0.0, "unparsed", "There is no answer.", ("slip",))
        return super().judge(problem, reply)


class Stopped(Exception):
    """The process ends here, as far as the run can tell."""


class StoppingLog(MemoryLog):
    """Stops before it records the first event of one kind, below a slot."""

    stops_at, below = "", ""

    def record_all(self, events: Sequence[E]) -> list[E]:
        at = events and type(events[0]).__name__ == self.stops_at
        if at and events[0].slot.startswith(self.below):
            raise Stopped
        return super().record_all(events)


def config() -> RunConfig:
    return parse_config(
        {
            "name": "changed",
            "teacher": "scripted:teacher",
            "student": Reader.name,
            "validators": ["scripted:deaf"],
            "domain": {"name": "sums"},
            "splits": {"train": 60, "val": 60, "test": 8, "ood": 2},
            "loop": {
                "cycles": 2,
                "rounds": [2, 1],
                "candidates": 2,
                "samples": 2,
                "batch": 6,
                "feedback": 6,
            },
            "gate": {"channel": "words", "replicates": 2, "margin": 0.2, "alpha": 0.2},
            "search": {"frontier": 12, "repeats": 2},
            "train": {"examples": 8},
        }
    )


def open_judged(log: Log, folder: Path, judge: int, teacher: ScriptedModel) -> Run:
    return open_run(
        "memory:unused",
        folder,
        config(),
        run_id="changed",
        overrides=Overrides(
            domain=Strict(judge),
            teacher=ModelTeacher(teacher),
            student=Reader(),
            validators=(Deaf(),),
        ),
        log=log,
    )


def arms(event: Event) -> Iterable[str]:
    """Return how the slots of the attempts begin that an event compares."""
    match event:
        case GateDecided():
            return filter(None, (event.candidate_attempts, event.incumbent_attempts))
        case PortabilityMeasured():
            return part(event.slot, "candidate"), part(event.slot, "incumbent")
        case ProbeDecided():
            return part(event.slot, "bare"), part(event.slot, "told")
        case CreditMeasured():
            round_ = step_of(event.slot).rpartition("/credit")[0]
            return event.slot, f"{round_}/solve"
        case Evaluated():
            return ("evaluate",)
    return ()


def judges_of(log: Log, event: Event, until: int) -> Iterator[str]:
    """Yield the judges of all attempts that an event compares, as it read them."""
    again = newest_readings(log, event.stream, until=until)
    for prefix in arms(event):
        for attempt in log.events(AttemptJudged, stream=event.stream, prefix=inside(prefix)):
            if not isinstance(event, CreditMeasured) or attempt.problem in event.problems:
                yield apply_reading(attempt, again.get(attempt.slot)).judge


KINDS = ("ProbeDecided", "Solved", "CreditMeasured", "Reflected", "StrategyProposed", "GateDecided",
         "PortabilityMeasured", "FrontierScored", "FailuresSorted", "Evaluated")  # fmt: skip


def change_judge(folder: Path, kind: str) -> tuple[Log, int]:
    """Stop a run before its first event of one kind, let the new judge take over to the end.

    Returns the log, and the place in it where the first judge's part ends.
    """
    teacher = ScriptedModel(TeacherScript(), name="scripted:teacher")
    log = StoppingLog()
    log.stops_at = kind
    with pytest.raises(Stopped):
        go(open_judged(log, folder, 1, teacher))
    stopped, log.stops_at = log.end(), ""
    assert go(open_judged(log, folder, 2, teacher)), "it comes to its end"
    return log, stopped


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_another_judge_takes_over_compares_nothing_that_two_judges_read(
    tmp_path: Path, kind: str
) -> None:
    log, stopped = change_judge(tmp_path, kind)
    compared = []
    for entry in log.entries(stream="changed"):
        if found := set(judges_of(log, entry.event, entry.seq)):
            compared.append(type(entry.event).__name__)
            assert found == {"sums 1" if entry.seq <= stopped else "sums 2"}, entry.event.slot
    assert {"GateDecided", "Evaluated", "PortabilityMeasured"} <= set(compared)


def test_versions_that_meet_on_a_frontier_are_scored_anew_by_the_new_judge(tmp_path: Path) -> None:
    log, stopped = change_judge(tmp_path, "FailuresSorted")
    scored: dict[str, list[tuple[int, FrontierScored]]] = defaultdict(list)
    for entry in log.entries(stream="changed", kinds=[FrontierScored]):
        assert isinstance(entry.event, FrontierScored)
        scored[entry.event.strategy].append((entry.seq, entry.event))
    twice = {name: both for name, both in scored.items() if len(both) > 1}
    assert twice, "the second cycle meets versions of the first"
    for (before, old), (after, new) in twice.values():
        assert before <= stopped < after
        assert sum(old.scores) < sum(new.scores), "the new judge refuses less"
        read = by_problem(attempts_below(log, "changed", inside(old.slot)))
        assert new.scores == tuple(mean([it.score for it in read[name]]) for name in new.problems)


@pytest.mark.parametrize(
    ("kind", "arm"),
    [
        (ProbeDecided, "baseline/probe/told"),
        (CreditMeasured, "c2/r1/credit"),
        (GateDecided, "c1/r1/validate/1/candidate"),
        (PortabilityMeasured, "c1/r1/validate/1/portability/1/incumbent"),
        (Evaluated, "evaluate/test/base+strategy"),
    ],
)
def test_a_step_that_forgets_to_read_again_is_stopped_before_it_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Event], arm: str
) -> None:
    teacher = ScriptedModel(TeacherScript(), name="scripted:teacher")
    log = StoppingLog()
    log.stops_at, log.below = "AttemptJudged", arm
    with pytest.raises(Stopped):
        go(open_judged(log, tmp_path, 1, teacher))
    log.stops_at = ""
    for module in (rereading, rollouts):
        monkeypatch.setattr(module, "read_by_one_judge", lambda run, attempts, *_: attempts)
    before = len(list(log.events(kind)))
    with pytest.raises(MixedJudges, match="read by 2 judges: 'sums 1', 'sums 2'"):
        go(open_judged(log, tmp_path, 2, teacher))
    assert len(list(log.events(kind))) == before


def test_a_judge_that_stays_reads_nothing_again(tmp_path: Path) -> None:
    teacher = ScriptedModel(TeacherScript(), name="scripted:teacher")
    log = StoppingLog()
    log.stops_at = "GateDecided"
    with pytest.raises(Stopped):
        go(open_judged(log, tmp_path, 2, teacher))
    log.stops_at = ""
    assert go(open_judged(log, tmp_path, 2, teacher))
    assert not list(log.events(AttemptReread))


def test_reports_tell_the_newest_reading_and_who_read_again(tmp_path: Path) -> None:
    log, _ = change_judge(tmp_path, "Evaluated")
    story = read_run(log, "changed")
    again = list(log.events(AttemptReread))
    assert story.read_again == {"sums 2": len(again)} and again
    attempts = list(attempts_below(log, "changed"))
    assert story.outcomes == Counter(it.outcome for it in attempts)
    raw = Counter(it.outcome for it in log.events(AttemptJudged))
    assert story.outcomes["unparsed"] < raw["unparsed"]
    assert story.judged_by == Counter(it.judge for it in attempts)
    assert f"Read again by sums 2 ({len(again)} replies)." in run_lines(story, "finished")
    assert run_as_json(story, is_finished=True)["read_again"] == {"sums 2": len(again)}
    assert f"{len(again)} replies by sums 2" in visible_text(render(story))
    assert story.evaluation is not None
    assert story.evaluation["read_again"] == {"sums 2": len(again)}
