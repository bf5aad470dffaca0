"""Decisions of reviewers, each beside what was measured after it."""

from ...graph.measure.rule_worth import RuleWorth
from ...store.events import ReviewAsked, RuleDecision
from ..event_wording import VERBS
from ..run_story import RunStory
from .markup import SHORT, Html, bullets, code, count, esc, interval, join, line, points, text


def review_line(story: RunStory, asked: ReviewAsked) -> Html:
    """Return one review as a line of its round: question, answer, and later measurements."""
    (review,) = (it for it in story.reviews if it.asked == asked)
    name, answer = code(story.name(asked.candidate)), review.answered
    if answer is None:
        waits = f" waits for {asked.reviewer}: {count(len(asked.rules), 'rule')} to decide on."
        return line("Review", name, esc(waits))
    verdict = f" {VERBS[answer.verdict]} by {answer.reviewer}. {answer.reason}"
    decisions = bullets(_decision(it, review.worth.get(it.rule)) for it in answer.decisions)
    made = f" That made {story.name(answer.revised)} of it." if answer.revised else ""
    since = [
        text(
            "p",
            f"Measured since: {story.name(it.candidate)} against {story.name(it.incumbent)}, "
            f"{it.decision}, {points(it.gain)} points ({interval(it.low, it.high)}).",
            "note",
        )
        for it in review.later
    ]
    return line("Review", name, esc(verdict, SHORT), esc(made), decisions, *since)


def _decision(said: RuleDecision, later: RuleWorth | None) -> Html:
    parts = [text("span", VERBS[said.decision], "chip"), code(said.rule), esc(" ")]
    parts += [text("q", said.text), esc(" ")] if said.text else []
    parts += [esc(f"– {said.reason}", SHORT)] if said.reason else []
    if later is not None:
        measured = (
            f"measured since: {points(later.gain)} points ({interval(later.low, later.high)})"
        )
        parts.append(text("span", measured, "scope"))
    return join(parts)
