"""What a person decided about a version, and beside it what was measured afterwards."""

from collections.abc import Iterator

from ...store.events import GateDecided, ReviewAnswered, ReviewAsked, RuleDecision
from ...store.ledger import Worth, ledger
from .facts import Facts
from .markup import (
    Html,
    between,
    bullets,
    code,
    count,
    esc,
    join,
    line,
    points,
    text,
)

LONGEST = 400
"""Characters of one reason that a page shows."""
VERBS = {"approve": "approved", "edit": "edited", "reject": "rejected"}


def reviewed(told: Facts, asked: ReviewAsked) -> Html:
    """One review as a line of its round: the question, the answer, and how it turned out."""
    name = code(told.name(asked.candidate))
    answer = _answer(told, asked)
    if answer is None:
        waits = f" waits for {asked.reviewer}: {count(len(asked.rules), 'rule')} to decide on."
        return line("Review", name, esc(waits))
    since = told.seqs[answer.slot]
    later = ledger(told.log, told.domain, after=since)
    verdict = f" {VERBS[answer.verdict]} by {answer.reviewer}. {answer.reason}"
    decisions = bullets(_decision(it, later.get(it.rule)) for it in answer.decisions)
    after = [text("p", it, "note") for it in _gated(told, answer, since)]
    return line("Review", name, esc(verdict, LONGEST), decisions, *after)


def _answer(told: Facts, asked: ReviewAsked) -> ReviewAnswered | None:
    slot = f"{asked.slot.removesuffix('/asked')}/answered"
    return next((it for it in told.all(ReviewAnswered) if it.slot == slot), None)


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


def _gated(told: Facts, answer: ReviewAnswered, since: int) -> Iterator[str]:
    """Later gates of what was shown, and of what the reviewer made of it."""
    about = {answer.candidate, answer.revised} - {""}
    for gate in told.all(GateDecided):
        if gate.candidate in about and told.seqs[gate.slot] > since:
            yield f"Since then {told.name(gate.candidate)}: {gate.decision}, {points(gate.gain)}."
