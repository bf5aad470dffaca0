"""Node in which the teacher reads attempts, failure beside success, and writes lessons."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from langgraph.runtime import Runtime

from ...store import slots
from ...store.events import AttemptJudged, CallIntended, FailuresSorted, Reflected, Solved
from ..calls.secrets import seems_secret
from ..context import Run
from ..measure.ablation import measure_credit
from ..measure.rereading import attempts_in, first_call
from ..measure.rollouts import by_problem
from ..measure.shown_attempts import show_attempts
from ..measure.unsolved_queue import close_gaps
from ..screening.injection import order_in
from ..state import RunState, round_slot
from ..teacher.contract import LONGEST_LESSON, Unusable, shorten, unusable_otherwise
from ..teacher.prompts import LESSONS

FAILURES_A_PROBLEM = 2
"""Failures read beside one success, where not all can be read."""


def reflect(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Record lessons from this round's attempts and, as a cycle starts, the feedback's."""
    run = runtime.context
    slot = round_slot(state, "reflect")
    if run.log.find(Reflected, run.id, slot) is None:
        _reflect(run, state, slot)
    return {"reflected": slot}


def _reflect(run: Run, state: RunState, slot: str) -> None:
    measure_credit(run, state)
    run.progress.stage("reflect", f"{run.teacher.name} reads the attempts")
    until = first_call(run, slot)
    attempts = _attempts(run, state, until)
    selection = select_contrasts(attempts, run.teacher.reads)
    closures = close_gaps(run, state, slot, until)
    shown = [*show_attempts(run, selection.attempts), *closures]
    strategy = run.version(state["strategy"]).strategy
    try:
        with unusable_otherwise():
            told = run.teacher.reflect(run.teacher_call(slot), run.domain.guide, strategy, shown)
            lessons = _drop_orders(run, slot, told)
    except Unusable as error:
        run.progress.say(f"Reflection {slot} gave no lessons: {error}")
        lessons = []
    modes = Counter(mode for event in attempts for mode in event.failure_modes)
    grouped = slots.inside(slots.below(slot, slots.GROUP))
    groups = run.log.events(CallIntended, stream=run.id, prefix=grouped)
    run.log.record(
        Reflected(
            stream=run.id,
            slot=slot,
            attempts=tuple(event.slot for event in selection.attempts),
            failure_modes=dict(sorted(modes.items(), key=lambda item: (-item[1], item[0]))),
            lessons=tuple(lessons),
            knowledge_gaps=_open_problems(run, state, attempts),
            contrasts=selection.contrasts,
            gaps_closed=tuple(one.problem.id for one in closures),
            groups=max(1, sum(1 for _ in groups)),
        )
    )


class Selection(NamedTuple):
    """Attempts of a batch that the teacher reads."""

    attempts: list[AttemptJudged]
    """Problem by problem, failures before successes; the most telling problems first."""
    contrasts: tuple[str, ...]
    """Problems that were read success beside failure."""


def select_contrasts(attempts: Sequence[AttemptJudged], limit: int | None) -> Selection:
    """Select failures, with the success beside them where the same problem was solved as well.

    The largest spread between a problem's samples comes first, and problems that all samples
    solve are skipped. Where problems were answered once, no success stands beside a failure: then
    a quarter of what is read are other problems' successes. At most `limit` attempts.
    """
    kept = by_problem(event for event in attempts if event.outcome != "error")
    groups = sorted(kept.values(), key=lambda group: -_spread(group))
    mixed = [group for group in groups if 0 < sum(e.outcome == "right" for e in group) < len(group)]
    failed = [group for group in groups if all(e.outcome != "right" for e in group)]
    alone = [group[0] for group in groups if len(group) == 1 and group[0].outcome == "right"]
    room = limit or len(attempts)
    most = FAILURES_A_PROBLEM if limit else len(attempts)
    blocks = [_side_by_side(group, most) for group in mixed] + [group[:most] for group in failed]
    beside = [] if mixed else alone[: max(4, min(sum(map(len, blocks)), room) // 4)]
    read: list[AttemptJudged] = []
    for block in blocks:
        if len(read) + len(block) <= max(0, room - len(beside)):
            read += block
    shown = {event.problem for event in read}
    contrasts = tuple(group[0].problem for group in mixed if group[0].problem in shown)
    return Selection([*read, *beside[: room - len(read)]], contrasts)


def _spread(group: Sequence[AttemptJudged]) -> float:
    return max(event.score for event in group) - min(event.score for event in group)


def _side_by_side(group: Sequence[AttemptJudged], most: int) -> list[AttemptJudged]:
    failures = [event for event in group if event.outcome != "right"]
    right = next(event for event in group if event.outcome == "right")
    return [*failures[:most], right]


def _drop_orders(run: Run, slot: str, lessons: Sequence[str]) -> list[str]:
    """Drop lessons that give orders: a reply that obeys an attempt must not speak to the next.

    A model's lessons are as many and as long as lessons are, before anything reads them.
    """
    if run.teacher.model is None:
        return list(lessons)
    lessons = [shorten(each, LONGEST_LESSON) for each in lessons[:LESSONS]]
    kept = [each for each in lessons if not order_in(each) and not seems_secret(each, ())]
    if len(kept) < len(lessons):
        run.progress.say(
            f"Reflection {slot}: {len(lessons) - len(kept)} lessons gave orders; dropped."
        )
    return kept


def _attempts(run: Run, state: RunState, until: int | None) -> list[AttemptJudged]:
    before = _last_feedback(run, state)
    solved = run.event(Solved, state["solved"])
    places = [*(before.attempts if before else ()), *solved.attempts]
    return attempts_in(run, places, until=until)


def _last_feedback(run: Run, state: RunState) -> FailuresSorted | None:
    """Return the feedback that ended the last cycle, in the first round of the next."""
    if state["round"] > 1 or state["cycle"] == 1:
        return None
    return run.event(FailuresSorted, slots.cycle_step(state["cycle"] - 1, "feedback"))


def _open_problems(run: Run, state: RunState, attempts: Sequence[AttemptJudged]) -> tuple[str, ...]:
    """Return what no sample solved; of the feedback's problems, what its experiments left open."""
    sorted_before = _last_feedback(run, state)
    gap = sorted_before.gaps if sorted_before else {}
    done = {e.problem for e in attempts if e.outcome == "right"}
    done |= {e.problem for e in attempts if gap.get(e.slot, "knowledge") != "knowledge"}
    tried = [e.problem for e in attempts if e.outcome != "error"]
    return tuple(problem for problem in dict.fromkeys(tried) if problem not in done)
