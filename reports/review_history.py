"""History of reviews: what was decided, and what was measured about it afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..graph.measure.rule_worth import RuleWorth, rule_worths
from ..store.events import GateDecided, ReviewAnswered, ReviewAsked
from ..store.log import Entry, Log
from ..store.slots import parse_reference, reference
from ..store.strategies.review_answers import find_answer


@dataclass(frozen=True)
class Review:
    """One version before one person."""

    asked: ReviewAsked
    answered: ReviewAnswered | None
    """None while nobody has answered."""
    at: datetime | None
    """UTC, of the answer."""
    shown: GateDecided | None
    """The gate that the reviewer saw."""
    later: tuple[GateDecided, ...]
    """What gates found since about the version, or about the one that the reviewer made of it."""
    worth: Mapping[str, RuleWorth]
    """Rule id -> what was measured since, of the rules that were decided on."""


def reviews(log: Log, domain: str, *, stream: str | None = None) -> list[Review]:
    """Return the reviews of a domain, or of one of its runs, oldest first."""
    answers = {reference(it.event): it for it in log.entries(stream=stream, kinds=[ReviewAnswered])}
    asked = (it for it in log.events(ReviewAsked, stream=stream) if it.domain == domain)
    return [_review(log, it, answers) for it in asked]


def _review(log: Log, asked: ReviewAsked, answers: Mapping[str, Entry]) -> Review:
    answer = find_answer(log, asked)
    entry = answers[reference(answer)] if answer else None
    worths = rule_worths(log, asked.domain, after=entry.seq) if entry else {}
    # By the order of the log and not by the clock, which somebody may have moved.
    later = log.events(GateDecided, after=entry.seq) if entry else ()
    judged = (answer.candidate, answer.revised) if answer else ()
    return Review(
        asked=asked,
        answered=answer,
        at=entry.at if entry else None,
        shown=log.find(GateDecided, *parse_reference(asked.gate)),
        later=tuple(gate for gate in later if gate.candidate in judged),
        worth={rule: worths[rule] for rule in asked.rules if rule in worths},
    )
