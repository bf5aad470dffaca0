"""Re-reading: what another judge read is read again before it is compared with anything.

A run that goes on under a newer judge asks for its recorded attempts as before. Those that another
judge read are read again, each in a slot of its own: nothing is rewritten, and a crash between two
readings costs neither. What was decided stays decided.
"""

from collections.abc import Iterable, Sequence

from ...domains.contract import Domain, Outcome, Problem, Verdict
from ...domains.versions import judge_of
from ...models.contract import Reply
from ...store import slots
from ...store.events import AttemptJudged, AttemptReread, CallCompleted, CallIntended
from ...store.log import Log
from ...store.readings import apply_reading, newest_readings
from ..calls.journal import recorded_reply
from ..context import Run

AT_ONCE = 32
"""Replies that are read again between two records."""


def judge(domain: Domain, problem: Problem, reply: Reply) -> Verdict:
    """Return the domain's verdict on a reply; one that the machinery lost is an error.

    A reply cut at its token limit is judged as it stands: the model said that much. A refusal, an
    envelope without text or a prompt that no longer fits are the arm's own doing, and score 0:
    taken for missing data they would let a version win by making its student refuse.
    """
    if reply.outcome in ("ok", "truncated"):
        return domain.judge(problem, reply.text)
    outcome: Outcome = "error" if reply.outcome == "error" else "unparsed"
    return Verdict(score=0.0, outcome=outcome, feedback=reply.detail or reply.outcome)


def reread(log: Log, domain: Domain, problem: Problem, attempt: AttemptJudged) -> Verdict:
    """Return today's verdict on a recorded reply; a sandbox or a model is asked once more."""
    call = log.find(CallCompleted, attempt.stream, slots.part(attempt.slot, "reply"))
    reply = recorded_reply(log, call) if call else Reply(log.text(attempt.reply_text))
    return judge(domain, problem, reply)


def read_by_one_judge(
    run: Run, attempts: Sequence[AttemptJudged], problems: Iterable[Problem], what: str = ""
) -> list[AttemptJudged]:
    """Return attempts at `problems` as today's judge reads them; what it has not read, it reads."""
    today = judge_of(run.domain)
    stale = [it for it in attempts if it.judge != today]
    if not stale:
        return list(attempts)
    known = {
        it.slot: run.log.find(AttemptReread, run.id, slots.reread(it.slot, today)) for it in stale
    }
    by_id = {problem.id: problem for problem in problems}
    unread = [it for it in stale if known[it.slot] is None]
    for start in range(0, len(unread), AT_ONCE):
        batch = unread[start : start + AT_ONCE]
        recorded = run.log.record_all([_reading(run, by_id[it.problem], it, today) for it in batch])
        known |= {event.attempt: event for event in recorded}
        run.progress.advance(f"{what or 'replies'}, read again", start + len(batch), len(unread))
        run.pause_point()
    read = [apply_reading(it, known.get(it.slot)) for it in attempts]
    if unread:
        _tell(run, today, attempts, read)
    return read


def _reading(run: Run, problem: Problem, attempt: AttemptJudged, today: str) -> AttemptReread:
    verdict = reread(run.log, run.domain, problem, attempt)
    return AttemptReread(
        stream=run.id,
        slot=slots.reread(attempt.slot, today),
        attempt=attempt.slot,
        judge=today,
        outcome=verdict.outcome,
        score=verdict.score,
        answer=verdict.answer,
        feedback=verdict.feedback,
        failure_modes=verdict.failure_modes,
        judged_by=verdict.judged_by,
        doubt=verdict.doubt,
    )


def _tell(
    run: Run, today: str, before: Sequence[AttemptJudged], now: Sequence[AttemptJudged]
) -> None:
    """Say how many replies were read again, and how many of them are worth something else now."""
    pairs = [(old, new) for old, new in zip(before, now, strict=True) if old.judge != new.judge]
    moved = sum((a.outcome, a.score) != (b.outcome, b.score) for a, b in pairs)
    run.progress.say(f"{today} read {len(pairs)} replies again, {moved} of them otherwise.")


def attempts_in(
    run: Run, places: Iterable[str], *, until: int | None = None
) -> list[AttemptJudged]:
    """Return attempts of train and val in these slots, as today's judge reads them.

    With `until` as they were read at that place of the log: so a teacher that was asked about them
    is never asked otherwise.
    """
    found = (run.log.find(AttemptJudged, run.id, slot) for slot in places)
    attempts = [event for event in found if event is not None]
    if until is None:
        return read_by_one_judge(
            run, attempts, (it for some in run.problems.values() for it in some)
        )
    start = slots.common_start([it.slot for it in attempts])
    readings = newest_readings(run.log, run.id, prefix=start, until=until)
    return [apply_reading(it, readings.get(it.slot)) for it in attempts]


def first_call(run: Run, step: str) -> int | None:
    """Return the place in the log of the first call that a step made; None before it."""
    calls = run.log.entries(stream=run.id, prefix=slots.inside(step), kinds=[CallIntended])
    return next((entry.seq for entry in calls), None)
