"""Engines of a run: each attempt records what made its reply, and no comparison mixes two."""

import json
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tutelage.evidence.pairs import MixedEngines, require_one_engine
from tutelage.graph.calls.journal import Journal
from tutelage.graph.context import Run
from tutelage.graph.measure.rollouts import attempt, compare_attempts
from tutelage.graph.run import go, replay
from tutelage.models import Model, ModelError, Reply, engine_of
from tutelage.models.scripted import ScriptedModel
from tutelage.reports.run_json import run_as_json
from tutelage.reports.run_lines import run_lines
from tutelage.reports.run_story import read_run
from tutelage.store.events import AttemptJudged

from .fakes import Pupil
from .test_replay import PARTS, TINY
from .world import CARRY_HELPS, small_run

OLD, NEW = "llama.cpp b11549", "llama.cpp b11600"


class EnginePupil(Pupil):
    """A student that a program of this machine answers."""

    repeatable = True

    def __init__(self, engine: str = OLD) -> None:
        super().__init__(CARRY_HELPS)
        self.engine = engine

    def with_adapter(self, adapter: Path | None) -> Model:
        worn: Any = super().with_adapter(adapter)
        worn.engine, worn.repeatable = self.engine, True
        return cast(Model, worn)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = small_run(tmp_path, student=EnginePupil(), **TINY)
    run.freeze()
    return run


def with_engine(run: Run, engine: str) -> Run:
    return replace(run, student=EnginePupil(engine))


def test_each_attempt_records_its_engine_and_the_run_is_made_again_by_its_record(
    tmp_path: Path,
) -> None:
    run = small_run(tmp_path, student=EnginePupil(), **TINY)
    assert go(run)
    attempts = list(run.log.events(AttemptJudged, stream=run.id))
    assert {it.engine for it in attempts} == {OLD}
    found = replay(run.log, run.id, overrides=PARTS)
    assert found.difference is None and found.same == found.events
    story = read_run(run.log, run.id)
    assert run_as_json(story, is_finished=True)["engines"] == {OLD: len(attempts)}
    assert f"Answered by {OLD} ({len(attempts)} replies)." in run_lines(story, "finished")


def test_a_model_that_knows_no_engine_has_that_of_its_kind() -> None:
    names = {
        "anthropic:x": "Messages API",
        "openai:http://127.0.0.1:9#m": "Chat Completions API",
        "scripted:pupil": "script",
        "python:ask": "Python",
        "anything": "Python",
    }
    for name, engine in names.items():
        assert engine_of(ScriptedModel(lambda request: "", name)) == engine


def test_attempts_that_were_not_made_are_an_error_and_no_shorter_list(run: Run) -> None:
    class Forgetful(Journal):
        def replies(self, *given: Any) -> Generator[list[tuple[str, Reply]]]:
            yield from list(super().replies(*given))[:-1]

    journal = Forgetful(run.log, run.id, run.journal.spending)
    with pytest.raises(RuntimeError, match=r"of 6 attempts were not made"):
        attempt(
            replace(run, journal=journal), "c1/r1/validate/1/incumbent", run.problems["val"][:6]
        )


def test_an_arm_that_one_engine_began_is_not_ended_by_another(run: Run) -> None:
    problems = run.problems["val"][:6]
    attempt(run, "c1/r1/validate/1/incumbent", problems[:3])
    now = with_engine(run, NEW)
    with pytest.raises(ModelError, match=f"answered by {NEW}.*{OLD}; {NEW}.*Nothing was asked"):
        attempt(now, "c1/r1/validate/1/incumbent", problems)
    assert now.student.asked == []  # type: ignore[attr-defined]
    assert len(attempt(run, "c1/r1/validate/1/incumbent", problems)) == 6, "the first one can"


def test_an_arm_is_not_answered_by_another_engine_than_the_arm_beside_it(run: Run) -> None:
    problems = run.problems["val"][:3]
    old = attempt(run, "c1/r1/validate/1/incumbent", problems)
    now = with_engine(run, NEW)
    with pytest.raises(ModelError, match="or begin a new run"):
        attempt(now, "c1/r1/validate/1/candidate", problems, beside="c1/r1/validate/1/incumbent")
    assert now.student.asked == []  # type: ignore[attr-defined]
    new = attempt(now, "c1/r2/validate/1/candidate", problems)
    with pytest.raises(MixedEngines, match=f"2 engines: {OLD}; {NEW}"):
        compare_attempts(new, old)


def test_a_run_goes_on_with_another_engine_where_no_comparison_is_open(run: Run) -> None:
    problems = run.problems["val"][:3]
    attempt(run, "c1/r1/solve", problems)
    again = with_engine(run, NEW)
    assert {it.engine for it in attempt(again, "c1/r2/solve", problems)} == {NEW}
    known = attempt(again, "c1/r1/solve", problems)
    assert {it.engine for it in known} == {OLD}, "what is recorded is read, whoever made it"


def test_another_model_beside_it_has_an_engine_of_its_own(run: Run) -> None:
    problems = run.problems["val"][:2]
    attempt(run, "evaluate/test/base", problems)
    teacher = ScriptedModel(lambda request: "Answer: YES", "scripted:teacher")
    made = attempt(run, "evaluate/test/teacher", problems, model=teacher, beside="evaluate")
    assert {it.engine for it in made} == {"script"}


def test_an_unknown_engine_may_be_any(run: Run) -> None:
    require_one_engine(["", OLD, "", OLD])
    with pytest.raises(MixedEngines):
        require_one_engine(["", OLD, NEW])
    problems = run.problems["val"][:4]
    event = attempt(run, "c1/r1/solve", problems[:1])[0]
    run.log.record(event.model_copy(update={"slot": "c1/r9/solve/x/0", "engine": ""}))
    assert attempt(with_engine(run, NEW), "c1/r9/solve", problems[1:])


def test_an_engine_that_says_less_may_be_one_that_says_more(run: Run) -> None:
    require_one_engine([OLD, f"{OLD}, model a"])
    for others in ([f"{OLD}, model a", f"{OLD}, model b"], [OLD, f"{OLD}0"]):
        with pytest.raises(MixedEngines):
            require_one_engine(["", OLD, *others])
    problems = run.problems["val"][:4]
    attempt(run, "c1/r1/solve", problems[:1])
    known = with_engine(run, f"{OLD}, model a")
    assert len(attempt(known, "c1/r1/solve", problems[:3])) == 3, "a run of before goes on"
    with pytest.raises(ModelError, match=r"2 engines: .*, model a; .*, model b"):
        attempt(with_engine(run, f"{OLD}, model b"), "c1/r1/solve", problems)


def test_replies_that_depend_on_each_other_are_not_compared(run: Run) -> None:
    pupil = EnginePupil()
    pupil.repeatable = False
    with pytest.raises(ModelError, match="Open it with one slot"):
        attempt(replace(run, student=pupil), "c1/r1/solve", run.problems["val"][:2])


def test_the_engine_stands_in_the_payload(run: Run) -> None:
    event = attempt(run, "c1/r1/solve", run.problems["val"][:1])[0]
    assert json.loads(event.model_dump_json())["engine"] == OLD and event.newest_schema() == 4
