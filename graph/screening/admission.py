"""Admission to the gate: checks of a version before any reply is spent on it."""

import os
from collections.abc import Sequence

from ...domains.contract import Guide
from ...evidence.gate.settings import COVERAGE
from ...store import slots
from ...store.edits import Edit
from ...store.events import CreditMeasured, GateDecided, ReviewAnswered, StrategyProposed
from ...store.rules import Strategy
from ...store.strategies.collapse_guard import collapse_reason, count_tokens
from ...store.strategies.review_answers import ReviewRefused
from ...store.strategies.revision import Revision
from ..calls.secrets import secrets_of
from ..context import Run
from ..measure.acceptance import claim_of
from ..measure.candidates import rule_content, worths
from ..teacher.contract import Unusable
from .leaks import ForeignText, check_text


def check(
    run: Run,
    parent: Strategy,
    incumbent: Strategy,
    candidate: Strategy,
    edits: Sequence[Edit] = (),
    foreign: Sequence[ForeignText] = (),
) -> None:
    """Raise Unusable for a candidate that is nothing new, or that no strategy may be.

    `foreign` are the texts that whoever made the edits had read. Without `edits` a person decided
    rule by rule: what leaves was meant, and how rules are worded is theirs to say. Raises
    Forbidden where the edits must not even be kept.
    """
    if candidate.hash == parent.hash:
        raise Unusable("The edits change nothing.")
    # First of all: what must not be kept is not kept because of another fault either.
    check_text(
        candidate,
        edits,
        problems={str(split): members for split, members in run.problems.items()},
        parent=parent,
        classes=run.domain.guide.classes,
        foreign=foreign,
        common=_guide_texts(run.domain.guide),
        secrets=run.journal.secrets,
        models=[run.teacher.name, run.student.name, *(model.name for model in run.validators)],
        by_model=bool(edits) and run.teacher.model is not None,
    )
    if _content(candidate) == _content(incumbent):
        raise Unusable("The edits make the current version again.")
    if not candidate.rules:
        raise Unusable("The edits leave no rule at all.")
    steps = candidate.steps - set(run.domain.guide.step_kinds)
    if steps:
        raise Unusable(f"Unknown kinds of steps: {', '.join(sorted(steps))}.")
    _check_size(run, parent, candidate, edits)
    _check_memory(run, incumbent, candidate)


def check_revision(shown: Strategy, made: Revision) -> None:
    """Raise ReviewRefused for words that must not even be kept: an order to a model, a secret."""
    try:
        check_text(
            made.strategy,
            made.edits,
            problems={},
            parent=shown,
            secrets=secrets_of(os.environ),
            by_model=False,
        )
    except Unusable as fault:
        raise ReviewRefused(f"{fault} Nothing was recorded.") from None


def _guide_texts(guide: Guide) -> list[str]:
    """Return what the domain itself says of its capability: a rule may say it as well."""
    kinds, modes = guide.step_kinds.values(), guide.failure_modes.values()
    return [guide.description, guide.reply_format, *kinds, *modes]


def _check_size(run: Run, parent: Strategy, candidate: Strategy, edits: Sequence[Edit]) -> None:
    most, size = run.config.loop.strategy_tokens, count_tokens(candidate)
    # What is over the budget already may still become shorter.
    if size > most and size >= count_tokens(parent):
        raise Unusable(
            f"The strategy would have about {size} tokens, and {most} is the most "
            "(loop.strategy_tokens): merge or shorten rules, or take some away."
        )
    if not edits:
        return
    helps = {rule for rule, worth in worths(run).items() if worth.helps}
    if lost := collapse_reason(parent, candidate, edits, helps):
        raise Unusable(lost)


def check_rivals(run: Run, candidate: Strategy) -> None:
    """Raise Unusable for the words of a version that waits for its gate already."""
    waiting: set[str] = set()
    for entry in run.log.entries(stream=run.id, kinds=[StrategyProposed, GateDecided]):
        match entry.event:
            case StrategyProposed(strategy=proposed):
                waiting.add(proposed)
            case GateDecided(candidate=gated):
                waiting.discard(gated)
    for name in sorted(waiting):
        version = run.version(name)
        if _content(version.strategy) == _content(candidate):
            raise Unusable(f"{version.name} says the same, and waits for its gate already.")


def _check_memory(run: Run, incumbent: Strategy, candidate: Strategy) -> None:
    """The same words are put neither twice to the test that they failed nor twice to a person."""
    says = _content(candidate)
    proposed: dict[str, list[tuple[object, ...]]] = {}
    for entry in run.log.entries(
        stream=run.id, kinds=[StrategyProposed, GateDecided, ReviewAnswered]
    ):
        why = ""
        match entry.event:
            case StrategyProposed() as event:
                proposed[event.strategy] = _content(Strategy(rules=event.rules))
            case ReviewAnswered() as event if proposed.get(event.candidate) == says:
                why = _review_rejection(event)
            case GateDecided() as event if proposed.get(event.candidate) == says:
                why = _gate_failure(run, incumbent, candidate, event, entry.seq)
        if why:
            raise Unusable(f"The same words were {why}")


def _review_rejection(event: ReviewAnswered) -> str:
    """Return by whom and why a person rejected it; empty if nobody did."""
    reasons = event.reason or "; ".join(it.reason for it in event.decisions)
    return f"rejected by {event.reviewer} already: {reasons}" if event.verdict == "reject" else ""


def _gate_failure(
    run: Run, incumbent: Strategy, candidate: Strategy, event: GateDecided, seq: int
) -> str:
    """Return what the gate said, if that still holds; empty if another try is worth its replies.

    Not shown to be better, it may still be no worse. A removal that was left undecided is tried
    again only when one of the rules that leave was measured since: till then nothing speaks for
    it that did not speak for it before. Replies that were lost to errors decided nothing.
    """
    same = event.incumbent == incumbent.hash and event.claim == claim_of(incumbent, candidate)
    if not same or not slots.cycle_of(event.slot):
        return ""
    told = f"against {run.version(incumbent.hash).name} already: {event.reason}"
    if event.decision == "reject":
        return f"rejected {told}"
    covered = event.pairs and event.pairs >= COVERAGE * (event.pairs + event.missing)
    if event.decision != "indecisive" or event.claim != "no worse" or not covered:
        return ""
    leave = {rule.id for rule in incumbent.rules} - {rule.id for rule in candidate.rules}
    since = run.log.events(CreditMeasured, stream=run.id, after=seq)
    anew = any(it.n and it.rule in leave for it in since)
    return "" if anew else f"left undecided {told}"


def _content(strategy: Strategy) -> list[tuple[object, ...]]:
    """Return all that a student or a worked solution could follow: everything but the ids."""
    return [rule_content(rule) for rule in strategy.rules]
