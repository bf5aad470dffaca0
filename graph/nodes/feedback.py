"""The tuned student's failures, each sorted by experiment, open the next cycle."""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from ...domains.contract import Domain, Problem
from ...store.events import AttemptJudged, FailuresSorted
from ...store.rules import Strategy
from ..context import Run
from ..measure.rollouts import attempt
from ..state import RunState, cycle_slot
from .solve import reads_words


def feedback(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Put fresh train problems to the tuned student and sort what it fails (DESIGN section 8)."""
    run = runtime.context
    slot = cycle_slot(state, "feedback")
    if run.log.find(run.id, slot) is None:
        _sort(run, state, slot)
    return {"cycle": state["cycle"] + 1, "round": 1}


def _sort(run: Run, state: RunState, slot: str) -> None:
    problems = run.feedback_problems(state["cycle"])
    who = "the tuned student" if state["adapter"] else "the student"
    run.watch.stage("feedback", f"{who} answers {len(problems)} fresh train problems")
    current = run.version(state["strategy"])
    # A student that was not trained lives by the words in its prompt, if it can use them.
    words = current.strategy if not state["adapter"] and reads_words(run) else None
    attempts = attempt(
        run,
        f"{slot}/student",
        problems,
        strategy=words,
        adapter=state["adapter"],
        what="feedback",
    )
    failed = [event for event in attempts if event.outcome in ("wrong", "unparsed")]
    by_id = {problem.id: problem for problem in problems}
    told = attempt(
        run,
        f"{slot}/told",
        [by_id[event.problem] for event in failed],
        strategy=current.strategy,
        adapter=state["adapter"],
        what="feedback, with the strategy",
    )
    beyond = [
        by_id[event.problem]
        for event, again in zip(failed, told, strict=True)
        if again.outcome != "right" and event.outcome != "unparsed"
    ]
    taught = _teacher_solves(run, slot, beyond, current.strategy)
    gaps = {
        event.slot: _gap(event, again, taught) for event, again in zip(failed, told, strict=True)
    }
    run.log.record(
        FailuresSorted(
            stream=run.id,
            slot=slot,
            strategy=current.hash,
            adapter=state["adapter"],
            attempts=tuple(event.slot for event in attempts),
            right=sum(event.outcome == "right" for event in attempts),
            gaps=gaps,
        )
    )
    counts = {gap: list(gaps.values()).count(gap) for gap in sorted(set(gaps.values()))}
    run.watch.say(f"Feedback: {len(failed)} of {len(attempts)} failed; gaps {counts or 'none'}.")


def _gap(event: AttemptJudged, told: AttemptJudged, taught: frozenset[str]) -> str:
    """The experiment's name for a failure; `unmeasured` where a reply was lost."""
    if told.outcome == "error":
        return "unmeasured"
    if told.outcome == "right":
        return "application"
    if event.outcome == "unparsed":
        return "format"
    return "demonstration" if event.problem in taught else "knowledge"


def solves(domain: Domain, problem: Problem) -> bool:
    """Whether the domain's own worked solution is judged right."""
    solution = domain.solution(problem)
    return solution is not None and domain.judge(problem, solution).outcome == "right"


def _teacher_solves(
    run: Run, slot: str, problems: Sequence[Problem], strategy: Strategy
) -> frozenset[str]:
    """Ids of the problems that the teacher gets right."""
    if run.teacher.model is None:
        return frozenset(problem.id for problem in problems if solves(run.domain, problem))
    attempts = attempt(
        run,
        f"{slot}/teacher",
        problems,
        model=run.teacher.model,
        strategy=strategy,
        what="feedback, teacher",
    )
    return frozenset(event.problem for event in attempts if event.outcome == "right")
