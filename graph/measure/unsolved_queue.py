"""Knowledge gaps: a queue of problems that nobody solved, some put to the teacher each round.

The queue is no state of its own. It is read off the reflections, oldest first: what joined, what
was due in each round, what was closed.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ...domains.contract import Problem
from ...store import slots
from ...store.events import AttemptJudged, FailuresSorted, Reflected, Solved
from ..context import Run
from ..state import RunState
from ..teacher.contract import ShownAttempt
from .rereading import attempts_in
from .rollouts import attempt, right_solution

DUE = 4
"""Problems of the queue that a round takes up, at most."""
TRIES = 3
"""A problem that the teacher failed in so many rounds is set aside."""
WAITING = 64
"""The queue's length; of a longer one the oldest are set aside."""
SAMPLES = 2
"""Replies of a model teacher to a problem that is due."""


def due_problems(reflections: Iterable[Reflected]) -> list[str]:
    """Return what the round after these takes up: least tried first, then the oldest."""
    tries: dict[str, int] = {}
    for event in reflections:
        for problem in _first_due(tries):
            tries[problem] += 1
        for problem in event.gaps_closed:
            tries.pop(problem, None)
        for problem in event.knowledge_gaps:
            tries.setdefault(problem, 0)
        waiting = [problem for problem, times in tries.items() if times < TRIES]
        tries = {problem: tries[problem] for problem in waiting[-WAITING:]}
    return _first_due(tries)


def close_gaps(
    run: Run, state: RunState, slot: str, until: int | None = None
) -> list[ShownAttempt]:
    """Take up what is due; return each problem that the teacher now solves, beside its failure.

    A model answers below `slot`; for a teacher without one the domain's worked solution counts.
    `until` is the place in the log as of which replies are read, where it is not today.
    """
    reflections = list(_reflections(run))
    problems = {problem.id: problem for problem in run.problems["train"]}
    taken = [problems[problem] for problem in due_problems(reflections)]
    if taken and run.teacher.model is not None:
        attempt(
            run,
            slots.part(slot, "gap"),
            taken,
            model=run.teacher.model,
            strategy=run.version(state["strategy"]).strategy,
            samples=SAMPLES,
            what="knowledge gaps",
        )
    return list(_beside_failures(run, slot, taken, reflections, until))


def closed_gaps(run: Run, reflected: Reflected, until: int) -> list[ShownAttempt]:
    """Return the gaps that a reflection closed, as its teacher read them."""
    problems = {problem.id: problem for problem in run.problems["train"]}
    taken = [problems[problem] for problem in reflected.gaps_closed]
    return list(_beside_failures(run, reflected.slot, taken, list(_reflections(run)), until))


def _first_due(tries: dict[str, int]) -> list[str]:
    return list(islice(sorted(tries, key=lambda problem: tries[problem]), DUE))


def _reflections(run: Run) -> Iterator[Reflected]:
    return (it for it in run.log.events(Reflected, stream=run.id) if slots.cycle_of(it.slot))


def _beside_failures(
    run: Run,
    slot: str,
    problems: Sequence[Problem],
    reflections: Sequence[Reflected],
    until: int | None,
) -> Iterator[ShownAttempt]:
    for problem in problems:
        joined = next(event.slot for event in reflections if problem.id in event.knowledge_gaps)
        failure = _failure(run, joined, problem.id, until)
        if failure and (solution := _solution(run, slot, problem, until)):
            yield ShownAttempt(problem, failure, run.log.text(failure.reply_text), solution)


def _solution(run: Run, slot: str, problem: Problem, until: int | None) -> str:
    """Return the teacher's right reply below `slot`, or the domain's own; empty if none is."""
    if run.teacher.model is None:
        return right_solution(run.domain, problem) or ""
    arm = slots.part(slot, "gap")
    places = [slots.below(arm, problem.id, sample) for sample in range(SAMPLES)]
    tries = attempts_in(run, places, until=until)
    right = (event for event in tries if event.outcome == "right")
    return next((run.log.text(event.reply_text) for event in right), "")


def _failure(run: Run, reflected: str, problem: str, until: int | None) -> AttemptJudged | None:
    """Return an attempt at `problem` that failed before the reflection in slot `reflected`."""
    where = slots.round_of(reflected)
    assert where is not None, "the loop's reflections stand in rounds"
    before = slots.cycle_step(where.cycle - 1, "feedback")
    solved = run.log.find(Solved, run.id, where.slot("solve"))
    told = run.log.find(FailuresSorted, run.id, before)
    tried = [slot for event in (solved, told) if event for slot in event.attempts]
    found = (run.log.find(AttemptJudged, run.id, slot) for slot in tried)
    first = next((it.slot for it in found if it and it.problem == problem), None)
    return attempts_in(run, [first], until=until)[0] if first else None
