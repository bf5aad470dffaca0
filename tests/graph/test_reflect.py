"""Reflection: the attempts that are read, the queue of gaps, and large batches."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tutelage.domains.contract import Problem
from tutelage.graph.context import Run
from tutelage.graph.measure.shown_attempts import evidence_of
from tutelage.graph.measure.unsolved_queue import DUE, TRIES, WAITING, due_problems
from tutelage.graph.nodes.reflect import select_contrasts
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.graph.teacher.contract import ShownAttempt
from tutelage.graph.teacher.model import LARGE, ModelTeacher, group_attempts
from tutelage.models.contract import Request
from tutelage.models.scripted import ScriptedModel
from tutelage.store.events import AttemptJudged, CallIntended, Reflected

from .fakes import RULES, Coach, Parity, Pupil
from .world import CARRY_HELPS, config, small_run


def judge_event(problem: str, sample: int, score: float, outcome: str = "") -> AttemptJudged:
    return AttemptJudged(
        stream="run",
        slot=f"c1/r1/solve/{problem}/{sample}",
        problem=problem,
        model="m",
        strategy="",
        adapter="",
        reply_text="",
        outcome=outcome or ("right" if score == 1 else "wrong"),
        score=score,
        answer=None,
        feedback="",
        failure_modes=(),
    )


def batch(scores: dict[str, Sequence[float]]) -> list[AttemptJudged]:
    return [judge_event(p, k, score) for p, each in scores.items() for k, score in enumerate(each)]


def test_success_stands_beside_failure_of_the_same_problem_largest_spread_first() -> None:
    scores = {"near": (0.75, 1.0), "all": (1.0, 1.0), "far": (1.0, 0.0), "none": (0.0, 0.5)}
    selection = select_contrasts(batch(scores), limit=10)
    assert selection.contrasts == ("far", "near")
    assert [(e.problem, e.score) for e in selection.attempts] == [
        ("far", 0.0),
        ("far", 1.0),
        ("near", 0.75),
        ("near", 1.0),
        ("none", 0.0),
        ("none", 0.5),
    ], "what all samples solve is skipped"


def test_what_is_read_is_bounded_and_no_contrast_is_cut_in_two() -> None:
    scores = {f"p{k}": (1.0, 0.0, 0.0, 0.0) for k in range(9)}
    selection = select_contrasts(batch(scores), limit=8)
    counts = Counter(event.problem for event in selection.attempts)
    assert len(selection.attempts) <= 8 and set(counts.values()) == {3}
    assert set(selection.contrasts) == set(counts)
    everything = select_contrasts(batch(scores), limit=None)
    assert sum(e.outcome != "right" for e in everything.attempts) == 27


def test_where_problems_are_answered_once_other_problems_successes_stand_beside() -> None:
    scores = {f"p{k}": (float(k >= 12),) for k in range(20)}
    selection = select_contrasts(batch(scores), limit=12)
    assert selection.contrasts == ()
    assert Counter(e.outcome for e in selection.attempts) == {"wrong": 8, "right": 4}


def test_an_infrastructure_error_is_neither_failure_nor_success() -> None:
    lost = [judge_event("p", 0, 0.0, "error"), judge_event("p", 1, 1.0)]
    assert select_contrasts(lost, None).contrasts == ()


def reflect_event(number: int, gaps: Sequence[str] = (), closed: Sequence[str] = ()) -> Reflected:
    return Reflected(
        stream="run",
        slot=f"c1/r{number}/reflect",
        attempts=(),
        failure_modes={},
        lessons=(),
        knowledge_gaps=tuple(gaps),
        gaps_closed=tuple(closed),
    )


def test_the_queue_gives_each_problem_its_turn_and_sets_the_hopeless_aside() -> None:
    told = [reflect_event(1, [f"p{k}" for k in range(2 * DUE)])]
    turns: list[list[str]] = []
    for number in range(2, 12):
        turns.append(due_problems(told))
        told.append(reflect_event(number))
    assert turns[0] == [f"p{k}" for k in range(DUE)]
    assert turns[1] == [f"p{k}" for k in range(DUE, 2 * DUE)]
    tries = Counter(problem for turn in turns for problem in turn)
    assert set(tries.values()) == {TRIES} and len(tries) == 2 * DUE
    assert turns[-1] == []


def test_what_was_closed_leaves_the_queue_and_a_long_queue_forgets_its_oldest() -> None:
    told = [reflect_event(1, ["a", "b"]), reflect_event(2, ["c"], closed=["a"])]
    assert due_problems(told) == ["c", "b"], "b was taken up once already"
    told.append(reflect_event(3, [f"p{k}" for k in range(WAITING)]))
    assert due_problems(told) == [f"p{k}" for k in range(DUE)]


def reflections(run: Run) -> list[Reflected]:
    entries = run.log.entries(stream=run.id, kinds=[Reflected])
    return [entry.event for entry in entries if isinstance(entry.event, Reflected)]


def test_the_rulebook_closes_gaps_by_worked_solutions(tmp_path: Path) -> None:
    loop = {"cycles": 1, "rounds": 2, "candidates": 1, "batch": 10, "feedback": 4}
    run = small_run(tmp_path, student=Pupil(CARRY_HELPS, hears=True), loop=loop)
    assert go(run)
    first, second = reflections(run)
    assert first.gaps_closed == () and first.knowledge_gaps
    assert second.gaps_closed == first.knowledge_gaps[:DUE]
    shown = [one for one in evidence_of(run, second) if one.solution]
    assert [one.problem.id for one in shown] == list(second.gaps_closed)
    assert all(one.attempt.outcome != "right" for one in shown)
    assert all(one.solution.endswith(f"Answer: {one.problem.answer}") for one in shown)


class Script:
    """A model teacher that learns: numbers it fails at first it solves from the third try on."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.tried: Counter[int] = Counter()

    def __call__(self, request: Request) -> str:
        if "makes one new candidate" in request.prompt:
            return json.dumps({"edits": []})
        if "Write lessons" in request.prompt:
            self.read.append(request.prompt)
            return json.dumps({"lessons": ["Write the last digit down."]})
        number = int(request.prompt.split()[3])
        self.tried[number] += 1
        right = self.tried[number] > 2 or number % 4 > 1
        return f"Answer: {('YES', 'NO')[number % 2 if right else 1 - number % 2]}"


def teach(home: Path, script: Script, **loop: int) -> Run:
    size = {"cycles": 1, "rounds": 3, "candidates": 1, "batch": 6, "feedback": 4, **loop}
    return open_run(
        home / "store",
        home / "runs",
        config(
            teacher="scripted:teacher",
            splits={"train": 300, "val": 60, "test": 8, "ood": 4},
            loop=size,
            train={"examples": 4},
        ),
        overrides=Overrides(
            domain=Parity([rule for rule in RULES if not rule.name]),
            teacher=ModelTeacher(ScriptedModel(script, name="scripted:teacher")),
            student=Pupil({}),
            trainer=Coach(),
        ),
    )


def test_a_model_teacher_must_solve_what_nobody_solved_and_reads_it_beside_the_failure(
    tmp_path: Path,
) -> None:
    script = Script()
    run = teach(tmp_path, script, samples=2)
    assert go(run)
    first, second, *_ = reflections(run)
    assert len(first.knowledge_gaps) == 2, "12 and 13 of the numbers 10 to 15"
    assert second.gaps_closed == first.knowledge_gaps[:DUE]
    tries = [
        entry.event.slot
        for entry in run.log.entries(stream=run.id, kinds=[AttemptJudged])
        if entry.event.slot.startswith("c1/r2/reflect/gap/")
    ]
    assert {slot.split("/")[4] for slot in tries} == set(first.knowledge_gaps)
    assert "a solution that is right" in script.read[1]
    assert "a solution that is right" not in script.read[0]


def test_a_large_batch_is_read_in_groups_and_reduced_by_one_more_call(tmp_path: Path) -> None:
    script = Script()
    run = teach(tmp_path, script, rounds=1, batch=24)
    assert go(run)
    (only,) = reflections(run)
    n = len(only.attempts)
    assert n >= LARGE and only.groups == int(n**0.5)
    asked = [
        entry.event.slot
        for entry in run.log.entries(stream=run.id, kinds=[CallIntended], prefix="c1/r1/reflect/")
    ]
    assert asked == [
        *(f"c1/r1/reflect/group/{k}/call" for k in range(1, only.groups + 1)),
        "c1/r1/reflect/reduce/call",
    ]
    shown = re.findall(r"<attempt-", "".join(script.read[: only.groups]))
    assert len(shown) == n, "each attempt is read in exactly one group"


@pytest.mark.parametrize("n", [16, 25, 36])
def test_groups_are_like_in_size_keep_problems_together_and_never_change(n: int) -> None:
    seen = [
        ShownAttempt(
            Problem(id=f"p{k // 2}", text="", topic="", difficulty=1, answer=""),
            judge_event(f"p{k // 2}", k % 2, 0.0),
            "",
        )
        for k in range(n)
    ]
    groups = group_attempts(seen)
    assert len(groups) == int(n**0.5)
    assert sorted(one.attempt.slot for group in groups for one in group) == sorted(
        one.attempt.slot for one in seen
    )
    homes = [{one.problem.id for one in group} for group in groups]
    assert sum(map(len, homes)) == len(set().union(*homes))
    sizes = [len(group) for group in groups]
    assert max(sizes) - min(sizes) <= 2
    assert groups == group_attempts(seen) and groups != [
        seen[i :: len(groups)] for i in range(len(groups))
    ]
