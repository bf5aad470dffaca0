"""Story of a run on the page: a card for each round and for the end of each cycle."""

from collections.abc import Iterator, Sequence

from ...store import events
from .. import event_wording
from ..run_story import RoundId, RunStory, cycle_of, round_of
from .edits import proposal_line, refusal_line
from .gates import gate_line
from .markup import (
    SHORT,
    Html,
    anchor_of,
    bullets,
    card,
    code,
    esc,
    join,
    line,
    link,
    section,
    sentence,
    text,
)
from .reviews import review_line


def story_section(story: RunStory) -> Html:
    """Return one card a round; a cycle ends with its transfer and its feedback."""
    parts: list[Html] = []
    rounds = story.rounds
    for number, where in enumerate(rounds):
        parts.append(_round(story, where))
        if number + 1 == len(rounds) or rounds[number + 1].cycle != where.cycle:
            parts.append(_cycle_end(story, where.cycle))
    if gates := [gate_line(story, gate) for gate in story.gates_by_hand]:
        parts.append(card("Gates that a person asked for", gates))
    if changes := list(_changes_by_people(story)):
        parts.append(card("By a person", changes))
    return section("story", "Round by round", *(parts or [text("p", "No round yet.", "note")]))


def _event_line(name: str, words: Sequence[str], *before: Html) -> Html:
    """Return an event's sentences as a line; those that belong to another become bullets."""
    heads = " ".join(it for it in words if not it.startswith("  "))
    items = [it.strip().removeprefix("- ") for it in words if it.startswith("  ")]
    listed = [bullets(sentence(it, SHORT) for it in items)] if items else []
    return line(name, *before, sentence(heads), *listed)


def _changes_by_people(story: RunStory) -> Iterator[Html]:
    for promotion in story.all(events.StrategyPromoted):
        if round_of(promotion.slot) is None:
            yield _promotion(story, promotion)
    for rollback in story.all(events.StrategyRolledBack):
        yield _event_line("Rolled back", event_wording.describe_rollback(rollback, story.names))


def _round(story: RunStory, where: RoundId) -> Html:
    lines = [
        _opening(story, event) for event in story.within(events.RoundOpened, where) if event.fronts
    ]
    names = story.names
    for solving in story.within(events.Solved, where):
        lines.append(_event_line("Solve", event_wording.describe_solving(solving, names)))
    for credit in story.within(events.CreditMeasured, where):
        lines.append(_event_line("Credit", event_wording.describe_credit(credit, names)))
    for reflection in story.within(events.Reflected, where):
        lines.append(_event_line("Reflect", event_wording.describe_reflection(reflection)))
    proposals = story.within(events.StrategyProposed, where)
    refusals = story.within(events.ProposalRefused, where)
    lines += [proposal_line(story, it) for it in proposals if it.origin != "review"]
    lines += [refusal_line(event) for event in refusals]
    if story.is_over(where) and not (proposals or refusals):
        lines.append(line("Propose", Html("nothing that was not tried before")))
    for gate in story.within(events.GateDecided, where):
        lines.append(gate_line(story, gate))
        effects = story.within(events.PortabilityMeasured, where)
        lines += [_portability(story, it) for it in effects if it.candidate == gate.candidate]
    lines += [review_line(story, event) for event in story.within(events.ReviewAsked, where)]
    promotions = story.within(events.StrategyPromoted, where)
    lines += [_promotion(story, event) for event in promotions]
    if story.is_over(where) and story.within(events.GateDecided, where) and not promotions:
        lines.append(line("Promoted", Html("nothing: the incumbent stays")))
    return card(f"Cycle {where.cycle}, round {where.round}", lines)


def _opening(story: RunStory, event: events.RoundOpened) -> Html:
    """Return the origin of the parent, in a run with a frontier."""
    won = ", ".join(f"{story.name(it)} {n}" for it, n in event.fronts.items())
    against = (
        "" if event.incumbent in ("", event.strategy) else f" to beat {story.name(event.incumbent)}"
    )
    return line(
        "Frontier",
        esc(f"problems that each version is among the best on: {won}. The round edits "),
        code(story.name(event.strategy)),
        esc(f"{against}."),
    )


def _portability(story: RunStory, event: events.PortabilityMeasured) -> Html:
    badge = text("span", event.verdict, f"badge {event.verdict}")
    words = event_wording.describe_portability(event, story.names)
    return _event_line("Portable", words, badge, Html(" "))


def _promotion(story: RunStory, event: events.StrategyPromoted) -> Html:
    stream, _, slot = event.gate.partition("#")
    if stream == story.run and any(gate.slot == slot for gate in story.all(events.GateDecided)):
        proof = join([Html(" by "), link(anchor_of("gate", slot), "this gate")])
    elif event.gate:
        proof = join([Html(" by the gate "), code(event.gate)])
    else:
        proof = esc(f" by {event.by}, without a gate: {event.reason}")
    return line("Promoted", code(story.name(event.strategy)), proof, cls="promoted")


def _cycle_end(story: RunStory, cycle: int) -> Html:
    lines = [
        _event_line("Transfer", event_wording.describe_transfer(event, story.names))
        for event in story.all(events.Transferred)
        if cycle_of(event.slot) == cycle
    ]
    lines += [
        _event_line("Feedback", event_wording.describe_feedback(event))
        for event in story.all(events.FailuresSorted)
        if cycle_of(event.slot) == cycle
    ]
    return card(f"End of cycle {cycle}", lines, "end") if lines else Html("")
