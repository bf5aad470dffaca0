"""What a person decided about a version, and beside it what was measured afterwards."""

from collections.abc import Iterator

from ...store.events import ReviewAsked, RuleDecision
from ...store.strategies.reviews import Review
from ...store.strategies.worth import Worth
from .facts import Facts
from .markup import Html, between, bullets, code, count, esc, join, line, points, text

LONGEST = 400
"""Characters of one reason that a page shows."""
VERBS = {"approve": "approved", "edit": "edited", "reject": "rejected"}


def reviewed(told: Facts, asked: ReviewAsked) -> Html:
    """One review as a line of its round: the question, the answer, and how it turned out."""
    (review,) = (it for it in told.reviews if it.asked == asked)
    name, answer = code(told.name(asked.candidate)), review.answered
    if answer is None:
        waits = f" waits for {asked.reviewer}: {count(len(asked.rules), 'rule')} to decide on."
        return line("Review", name, esc(waits))
    verdict = f" {VERBS[answer.verdict]} by {answer.reviewer}. {answer.reason}"
    decisions = bullets(_decision(it, review.worth.get(it.rule)) for it in answer.decisions)
    made = f" That made {told.name(answer.revised)} of it." if answer.revised else ""
    since = [text("p", it, "note") for it in _since(told, review)]
    return line("Review", name, esc(verdict, LONGEST), esc(made), decisions, *since)


def _decision(said: RuleDecision, later: Worth | None) -> Html:
    parts = [text("span", VERBS[said.decision], "chip"), code(said.rule), esc(" ")]
    parts += [text("q", said.text), esc(" ")] if said.text else []
    parts += [esc(f"– {said.reason}", LONGEST)] if said.reason else []
    if later is not None:
        measured = (
            f"measured since: {points(later.gain)} points "
            f"({between(points(later.low), points(later.high))})"
        )
        parts.append(text("span", measured, "scope"))
    return join(parts)


def _since(told: Facts, review: Review) -> Iterator[str]:
    """Later gates of what was shown, and of what the reviewer made of it."""
    for gate in review.later:
        yield (
            f"Measured since: {told.name(gate.candidate)} against {told.name(gate.incumbent)}, "
            f"{gate.decision}, {points(gate.gain)} points "
            f"({between(points(gate.low), points(gate.high))})."
        )
