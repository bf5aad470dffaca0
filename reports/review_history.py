"""History of reviews: what was decided, and what was measured about it afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..graph.measure.rule_worth import RuleWorth, rule_worths
from ..store.events import GateDecided, ReviewAnswered, ReviewAsked
from ..store.log import Entry, Log
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
    entries = list(log.entries(kinds=(ReviewAsked, ReviewAnswered, GateDecided)))
    told = {f"{entry.event.stream}#{entry.event.slot}": entry for entry in entries}
    return [
        _review(log, event, told)
        for event in (entry.event for entry in entries)
        if isinstance(event, ReviewAsked)
        and event.domain == domain
        and stream in (None, event.stream)
    ]


def _review(log: Log, asked: ReviewAsked, told: Mapping[str, Entry]) -> Review:
    gate = told.get(asked.gate)
    answer = find_answer(log, asked)
    entry = told.get(f"{answer.stream}#{answer.slot}") if answer else None
    worths = rule_worths(log, asked.domain, after=entry.seq) if entry else {}
    return Review(
        asked=asked,
        answered=answer,
        at=entry.at if entry else None,
        shown=gate.event if gate and isinstance(gate.event, GateDecided) else None,
        later=tuple(_later_gates(entry, answer, told)) if entry and answer else (),
        worth={rule: worths[rule] for rule in asked.rules if rule in worths},
    )


def _later_gates(
    entry: Entry, answer: ReviewAnswered, told: Mapping[str, Entry]
) -> Iterator[GateDecided]:
    # By the order of the log and not by the clock, which somebody may have moved.
    for other in told.values():
        event = other.event
        if (
            isinstance(event, GateDecided)
            and other.seq > entry.seq
            and event.candidate in (answer.candidate, answer.revised)
        ):
            yield event
