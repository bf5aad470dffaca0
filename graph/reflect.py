"""The teacher reads what happened, failures beside successes, and writes lessons."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from langgraph.runtime import Runtime

from ..models.contract import Reply, Request
from ..store.events import AttemptJudged, FailuresSorted, Reflected, Solved
from .context import Run
from .slots import round_slot
from .state import RunState
from .teacher import Ask, Seen, Unusable


def reflect(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Lessons from this round's attempts and, at the start of a cycle, from the feedback's."""
    run = runtime.context
    slot = round_slot(state, "reflect")
    if run.log.find(run.id, slot) is None:
        _reflect(run, state, slot)
    return {"reflected": slot}


def _reflect(run: Run, state: RunState, slot: str) -> None:
    run.watch.stage("reflect", f"{run.teacher.name} reads the attempts")
    attempts = _attempts(run, state)
    seen = _contrasts(run, attempts, run.teacher.reads)
    try:
        lessons = run.teacher.reflect(
            asking(run, slot), run.domain.guide, run.version(state["strategy"]).strategy, seen
        )
    except Unusable as error:
        run.watch.say(f"Reflection {slot} gave no lessons: {error}")
        lessons = []
    modes = Counter(mode for event in attempts for mode in event.failure_modes)
    run.log.record(
        Reflected(
            stream=run.id,
            slot=slot,
            attempts=tuple(one.attempt.slot for one in seen),
            failure_modes=dict(sorted(modes.items(), key=lambda item: (-item[1], item[0]))),
            lessons=tuple(lessons),
            knowledge_gaps=_unsolved(attempts),
        )
    )


def asking(run: Run, slot: str) -> Ask:
    """How a teacher calls its model: journaled, below `slot`."""

    def ask(part: str, request: Request) -> Reply:
        assert run.teacher.model is not None, "a teacher without a model asks nothing"
        return run.journal.one(run.teacher.model, f"{slot}/{part}", request)

    return ask


def _attempts(run: Run, state: RunState) -> list[AttemptJudged]:
    solved = run.log.find(run.id, state["solved"])
    assert isinstance(solved, Solved)
    slots = list(solved.attempts)
    if state["round"] == 1 and state["cycle"] > 1:
        sorted_failures = run.log.find(run.id, f"c{state['cycle'] - 1}/feedback")
        assert isinstance(sorted_failures, FailuresSorted)
        slots = [*sorted_failures.attempts, *slots]
    events = [run.log.find(run.id, slot) for slot in slots]
    return [event for event in events if isinstance(event, AttemptJudged)]


def _contrasts(run: Run, attempts: Sequence[AttemptJudged], limit: int | None) -> list[Seen]:
    """Failures, and about a quarter of what is read for what went right beside them.

    Problems with the largest spread between their samples come first. At most `limit`.
    """
    by_problem: dict[str, list[AttemptJudged]] = defaultdict(list)
    for event in attempts:
        if event.outcome != "error":
            by_problem[event.problem].append(event)
    groups = sorted(
        by_problem.values(),
        key=lambda group: min(e.score for e in group) - max(e.score for e in group),
    )
    failures = [e for group in groups for e in group if e.outcome != "right"]
    successes = [e for group in groups for e in group if e.outcome == "right"]
    limit = limit or len(attempts)
    beside = min(len(successes), max(4, min(len(failures), limit) // 4))
    failures = failures[: max(0, limit - beside)]
    problems = {problem.id: problem for problem in run.problems["train"]}
    return [
        Seen(problems[event.problem], event, run.log.text(event.reply_text))
        for event in [*failures, *successes[: limit - len(failures)][:beside]]
    ]


def _unsolved(attempts: Sequence[AttemptJudged]) -> tuple[str, ...]:
    solved = {event.problem for event in attempts if event.outcome == "right"}
    return tuple(dict.fromkeys(e.problem for e in attempts if e.problem not in solved))
