"""Rejudging: today's judge reads every recorded reply of a run again, and nothing is recorded.

Beside each reply stands what was read of it before; beside each gate, and each arm of the
evaluation, what it would come to.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from ...domains.contract import SPLITS, Domain, Problem
from ...domains.versions import judge_of
from ...evidence.attribution.contrasts import mean
from ...store import slots
from ...store.events import AttemptJudged, SplitFrozen
from ...store.judged_by import judge_name
from ...store.log import Log
from ...store.readings import attempts_below
from ..calls.judge_model import BEHIND_A_JUDGE
from ..calls.record import RecordEnds
from ..config.config import RunConfig
from .rejudged_gates import RejudgedGate, decide_again
from .rereading import reread
from .rollouts import scores


class RejudgedReply(NamedTuple):
    """One attempt as it was read last, and as today's judge reads it."""

    before: AttemptJudged
    now: AttemptJudged

    @property
    def differs(self) -> bool:
        """Tell whether it counts as something else now."""
        was, now = self
        return (was.outcome, was.score) != (now.outcome, now.score)


class JudgeFault(NamedTuple):
    """One attempt on whose reply today's judge raises: it has no verdict."""

    attempt: AttemptJudged
    said: str
    """What it raised."""


class RejudgedArm(NamedTuple):
    """Replies of one arm, counted by both readings."""

    arm: str
    """Slot of the arm."""
    replies: int
    changed: int
    right_before: int
    right_now: int
    accuracy_before: float
    """Mean score of the replies that no error took."""
    accuracy_now: float


@dataclass(frozen=True)
class Rejudgement:
    """All of a run, read again."""

    run: str
    judge: str
    """Today's, by name and version."""
    judges_before: Mapping[str, int]
    """Judge -> replies that it was the last to read; empty for those of before judges were told."""
    replies: tuple[RejudgedReply, ...]
    run_again: int
    """Of these, how many a sandbox or a model judged once more."""
    left_out: int
    """Replies that only a sandbox or a model could judge."""
    other_domain: int
    """Replies to problems of another domain, which its own judge reads."""
    faults: tuple[JudgeFault, ...]
    """Replies on which the judge raises; they are in no arm."""
    gates: tuple[RejudgedGate, ...]

    @property
    def changes(self) -> list[RejudgedReply]:
        return [reply for reply in self.replies if reply.differs]

    @property
    def arms(self) -> list[RejudgedArm]:
        """Every arm, in the order of the log."""
        found: dict[str, list[RejudgedReply]] = {}
        for reply in self.replies:
            found.setdefault(slots.arm_of(reply.before.slot), []).append(reply)
        return [_count_arm(arm, replies) for arm, replies in found.items()]

    @property
    def evaluation(self) -> list[RejudgedArm]:
        """The arms of the attribution table; worked solutions are none."""
        return [it for it in self.arms if slots.is_below(it.arm, slots.EVALUATE)]


def rejudge(
    log: Log,
    run_id: str,
    config: RunConfig,
    domain: Domain,
    *,
    only_read: bool = False,
    on_reply: Callable[[int, int], None] = lambda done, total: None,
) -> Rejudgement:
    """Read all replies of a run as `domain` judges them today.

    `only_read` leaves out what a sandbox or a model has to judge, else both are asked again.
    """
    problems, other_places = _problems(log, run_id)
    attempts = list(attempts_below(log, run_id))
    counts: Counter[str] = Counter()
    replies: list[RejudgedReply] = []
    faults: list[JudgeFault] = []
    for done, attempt in enumerate(attempts, start=1):
        problem = problems.get(attempt.problem)
        if problem is None or any(slots.is_below(attempt.slot, it) for it in other_places):
            counts["other domain"] += 1
        elif isinstance(now := _reading_of(log, domain, problem, attempt, only_read), JudgeFault):
            faults.append(now)
        elif now:
            counts["run again"] += bool(now.judged_by)
            replies.append(RejudgedReply(attempt, now))
        else:
            counts["left out"] += 1
        on_reply(done, len(attempts))
    today = {reply.now.slot: reply.now for reply in replies}
    return Rejudgement(
        run=run_id,
        judge=judge_of(domain),
        judges_before=Counter(map(judge_name, attempts)),
        replies=tuple(replies),
        run_again=counts["run again"],
        left_out=counts["left out"],
        other_domain=counts["other domain"],
        faults=tuple(faults),
        gates=tuple(decide_again(log, run_id, config, today)),
    )


def _problems(log: Log, run_id: str) -> tuple[Mapping[str, Problem], list[str]]:
    """Return the run's problems by id, and the steps that took problems of other domains."""
    own = {slots.run_step("split", split) for split in SPLITS}
    problems: dict[str, Problem] = {}
    elsewhere: list[str] = []
    for event in log.events(SplitFrozen, stream=run_id):
        if event.slot in own:
            told = json.loads(log.text(event.problems_text))
            problems |= {entry["id"]: Problem(**entry) for entry in told}
        else:
            elsewhere.append(slots.step_of(event.slot))
    return problems, elsewhere


def _reading_of(
    log: Log, domain: Domain, problem: Problem, attempt: AttemptJudged, only_read: bool
) -> AttemptJudged | JudgeFault | None:
    """Return an attempt as it is read today, or what the judge raises; None where it is left out.

    A judge that raises is no reason to stop: no judge may, and the others wait to be told.
    """
    if only_read and attempt.judged_by:
        return None
    try:
        verdict = reread(log, domain, problem, attempt)
        read = attempt.model_copy(update=asdict(verdict) | {"judge": judge_of(domain)})
    except RecordEnds:  # a model would have to be asked, of which only the name is here
        return None
    except BEHIND_A_JUDGE:
        raise
    except Exception as error:  # The domain is a stranger's: it may raise anything.
        return JudgeFault(attempt, repr(error))
    if only_read and verdict.judged_by:
        return None
    return read


def _count_arm(arm: str, replies: Sequence[RejudgedReply]) -> RejudgedArm:
    before, now = [it.before for it in replies], [it.now for it in replies]
    return RejudgedArm(
        arm=arm,
        replies=len(replies),
        changed=sum(it.differs for it in replies),
        right_before=sum(it.outcome == "right" for it in before),
        right_now=sum(it.outcome == "right" for it in now),
        accuracy_before=mean([score for score in scores(before) if score is not None]),
        accuracy_now=mean([score for score in scores(now) if score is not None]),
    )
