"""Node that sorts the tuned student's failures by experiment, for the next cycle."""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from ...domains.contract import Problem
from ...store import slots
from ...store.events import AttemptJudged, FailuresSorted
from ...store.rules import Strategy
from ..context import Run
from ..measure.rollouts import attempt, right_solution
from ..state import RunState, cycle_slot


def feedback(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Put fresh train problems to the tuned student and sort what it fails."""
    run = runtime.context
    slot = cycle_slot(state, "feedback")
    if run.log.find(FailuresSorted, run.id, slot) is None:
        _sort(run, state, slot)
    return {"cycle": state["cycle"] + 1, "round": 1}


def _sort(run: Run, state: RunState, slot: str) -> None:
    problems = run.feedback_problems(state["cycle"])
    who = "the tuned student" if state["adapter"] else "the student"
    run.progress.stage("feedback", f"{who} answers {len(problems)} fresh train problems")
    current = run.version(state["strategy"])
    # A student that was not trained lives by the words in its prompt, if it can use them.
    words = current.strategy if not state["adapter"] and run.reads_words() else None
    adapter = state["adapter"]
    attempts = attempt(
        run, slots.part(slot, "student"), problems, strategy=words, adapter=adapter, what="feedback"
    )
    failures = [event for event in attempts if event.outcome in ("wrong", "unparsed")]
    gaps = _gaps(run, slot, failures, current.strategy, adapter)
    run.log.record(
        FailuresSorted(
            stream=run.id,
            slot=slot,
            strategy=current.hash,
            adapter=adapter,
            attempts=tuple(event.slot for event in attempts),
            right=sum(event.outcome == "right" for event in attempts),
            gaps=gaps,
        )
    )
    counts = {gap: list(gaps.values()).count(gap) for gap in sorted(set(gaps.values()))}
    run.progress.say(
        f"Feedback: {len(failures)} of {len(attempts)} failed; gaps {counts or 'none'}."
    )


def _gaps(
    run: Run, slot: str, failures: Sequence[AttemptJudged], strategy: Strategy, adapter: str
) -> dict[str, str]:
    """Name each failure's gap, by its slot: ask again with the strategy, then ask the teacher."""
    by_id = {problem.id: problem for problem in run.problems["train"]}
    told = attempt(
        run,
        slots.part(slot, "told"),
        [by_id[event.problem] for event in failures],
        strategy=strategy,
        adapter=adapter,
        beside=slots.part(slot, "student"),
        what="feedback, with the strategy",
    )
    beyond = [
        by_id[event.problem]
        for event, again in zip(failures, told, strict=True)
        if again.outcome != "right" and event.outcome != "unparsed"
    ]
    taught = _teacher_solves(run, slot, beyond, strategy)
    return {
        event.slot: _gap(event, again, taught) for event, again in zip(failures, told, strict=True)
    }


def _gap(event: AttemptJudged, told: AttemptJudged, taught: frozenset[str]) -> str:
    """Return the experiment's name for a failure; `unmeasured` where a reply was lost."""
    if told.outcome == "error":
        return "unmeasured"
    if told.outcome == "right":
        return "application"
    if event.outcome == "unparsed":
        return "format"
    return "demonstration" if event.problem in taught else "knowledge"


def _teacher_solves(
    run: Run, slot: str, problems: Sequence[Problem], strategy: Strategy
) -> frozenset[str]:
    """Return the ids of the problems that the teacher gets right."""
    if run.teacher.model is None:
        return frozenset(p.id for p in problems if right_solution(run.domain, p) is not None)
    attempts = attempt(
        run,
        slots.part(slot, "teacher"),
        problems,
        model=run.teacher.model,
        strategy=strategy,
        what="feedback, teacher",
    )
    return frozenset(event.problem for event in attempts if event.outcome == "right")
