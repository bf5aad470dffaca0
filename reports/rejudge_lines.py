"""Tables and lines that tell what another reading of a run's replies changes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ..graph.measure.rejudge import JudgeFault, RejudgedArm, RejudgedReply, Rejudgement
from ..graph.measure.rejudged_gates import RejudgedGate
from ..store.events import AttemptJudged
from ..store.log import Log
from ..store.slots import arm_of
from ..store.strategies.versions import Strategies
from .wording import points, share, version_name

Rows = Sequence[Sequence[object]]
TAIL = 240
"""Characters of a reply, from its end, that stand beside a change; JSON has all of it."""
REASONS = ("before", "now", "#replies")
ARMS = ("arm", "before", "now", "#replies")
GATES = ("gate", "candidate", "before", "now", "#gain before", "#gain now")
EVALUATION = ("arm", "#replies", "#changed", "#right before", "#right now", "#% before", "#% now")


def rejudge_summary(found: Rejudgement) -> Iterator[str]:
    """Yield who read how many replies, before and now, and how many of them changed."""
    replies, changed = len(found.replies), len(found.changes)
    gates = len(found.gates)
    moved = sum(it.outcome in ("changed", "asks on") for it in found.gates)
    aside = found.left_out + found.other_domain
    if found.faults:
        yield f"{found.judge} raised an error on {len(found.faults)} replies of {found.run}."
    if not (changed or moved or found.faults):
        yield (
            f"No change: {found.judge} reads all {replies} replies of {found.run} as before "
            f"({found.run_again} run again, {aside} left out), and 0 of {gates} gates would decide "
            "otherwise."
        )
        return
    yield (
        f"{found.judge} reads {changed} of {replies} replies of {found.run} otherwise, and "
        f"{moved} of {gates} gates would decide otherwise."
    )
    told = (f"{by or 'a judge without a version'} ({n})" for by, n in found.judges_before.items())
    yield f"Read before by {'; '.join(told)}."
    if found.run_again:
        yield f"{found.run_again} replies were judged once more by a sandbox or a model."
    if found.left_out:
        yield f"{found.left_out} replies were left out: a sandbox or a model has to judge them."
    if found.other_domain:
        yield f"{found.other_domain} replies were left out: their problems are of another domain."


def fault_lines(found: Rejudgement, most: int | None) -> Iterator[str]:
    """Yield each reply on which the judge raised, at most so many, and what it raised."""
    for attempt, said in found.faults[:most]:
        yield f"{attempt.slot}  problem {attempt.problem}"
        yield f"  raised: {said}"
    if most is not None and len(found.faults) > most:
        yield f"... {len(found.faults) - most} more errors; --all shows them."


def reason_rows(found: Rejudgement) -> Rows:
    """Return what a reply was, what it is now, and how many went that way."""
    counts = Counter((_reason(it.before), _reason(it.now)) for it in found.changes)
    return [(*way, n) for way, n in counts.most_common()]


def arm_rows(found: Rejudgement) -> Rows:
    """Return the same, arm by arm."""
    counts = Counter(
        (arm_of(it.before.slot), it.before.outcome, it.now.outcome) for it in found.changes
    )
    return [(*way, n) for way, n in counts.items()]


def gate_rows(found: Rejudgement, log: Log) -> Rows:
    """Return the gates that would not decide as they did, and those of which nobody knows."""
    strategies = Strategies(log)
    return [
        (
            it.gate.slot,
            version_name(strategies, it.gate.domain, it.gate.candidate),
            it.gate.decision,
            _decision(it),
            points(it.gate.gain),
            points(it.now.gain) if it.now else "-",
        )
        for it in found.gates
        if it.outcome != "same"
    ]


def evaluation_rows(found: Rejudgement) -> Rows:
    """Return the arms of the attribution table, also those in which nothing changes."""
    return [
        (
            it.arm,
            it.replies,
            it.changed,
            it.right_before,
            it.right_now,
            share(it.accuracy_before),
            share(it.accuracy_now),
        )
        for it in found.evaluation
    ]


def change_lines(found: Rejudgement, log: Log, most: int | None) -> Iterator[str]:
    """Yield each changed reply, at most so many: what was read before and now, and its end."""
    for reply in found.changes[:most]:
        was, now = reply
        yield f"{was.slot}  problem {was.problem}"
        yield f"  before: {_reason(was)}, {_answer(was)}"
        yield f"  now:    {_reason(now)}, {_answer(now)}. {' '.join(now.feedback.split())}"
        text = " ".join(log.text(was.reply_text).split())
        yield f"  reply:  {'...' if len(text) > TAIL else ''}{text[-TAIL:]}"
    if most is not None and len(found.changes) > most:
        yield f"... {len(found.changes) - most} more; --all shows them."


def rejudge_as_json(found: Rejudgement, log: Log) -> dict[str, Any]:
    """Return all of it as `--json` prints it."""
    reasons = [
        dict(zip(("before", "now", "replies"), it, strict=True)) for it in reason_rows(found)
    ]
    return {
        "run": found.run,
        "judge": found.judge,
        "judged_before": dict(found.judges_before),
        "replies": len(found.replies),
        "changed": len(found.changes),
        "run_again": found.run_again,
        "left_out": found.left_out,
        "other_domain": found.other_domain,
        "errors": [_fault_as_json(it, log) for it in found.faults],
        "reasons": reasons,
        "arms": [_arm_as_json(it) for it in found.arms],
        "gates": [_gate_as_json(it) for it in found.gates],
        "attribution": [_arm_as_json(it) for it in found.evaluation],
        "changes": [_change_as_json(it, log) for it in found.changes],
    }


def _arm_as_json(arm: RejudgedArm) -> dict[str, Any]:
    return arm._asdict()


def _fault_as_json(fault: JudgeFault, log: Log) -> dict[str, Any]:
    attempt = fault.attempt
    return {
        "slot": attempt.slot,
        "arm": arm_of(attempt.slot),
        "problem": attempt.problem,
        "raised": fault.said,
        "reply": log.text(attempt.reply_text),
    }


def _gate_as_json(it: RejudgedGate) -> dict[str, Any]:
    gate = it.gate
    return {
        "gate": gate.slot,
        "candidate": gate.candidate,
        "outcome": it.outcome,
        "before": {"decision": gate.decision, "gain": gate.gain, "p": gate.p},
        "now": it.now and {"decision": it.now.decision, "gain": it.now.gain, "p": it.now.p},
    }


def _change_as_json(reply: RejudgedReply, log: Log) -> dict[str, Any]:
    kept = {"outcome", "score", "answer", "feedback", "failure_modes", "judge", "judged_by"}
    was, now = (it.model_dump(mode="json", include=kept) for it in reply)
    before = reply.before
    return {
        "slot": before.slot,
        "arm": arm_of(before.slot),
        "problem": before.problem,
        "before": was,
        "now": now,
        "reply": log.text(before.reply_text),
    }


def _decision(it: RejudgedGate) -> str:
    if it.outcome == "asks on":
        return "would ask on"
    return it.now.decision if it.now else "not known"


def _reason(attempt: AttemptJudged) -> str:
    """Return the outcome, a score between, and the named mistakes: `wrong 0.5 (sign_slip)`."""
    graded = f" {attempt.score:g}" if 0 < attempt.score < 1 else ""
    modes = f" ({', '.join(attempt.failure_modes)})" if attempt.failure_modes else ""
    return f"{attempt.outcome}{graded}{modes}"


def _answer(attempt: AttemptJudged) -> str:
    return "nothing read" if attempt.answer is None else f"read {attempt.answer!r}"
