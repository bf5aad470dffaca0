"""Story of a run on the page: a card for each round and for the end of each cycle."""

from collections import Counter
from collections.abc import Iterator

from ...store import events
from ...store.slots import RoundId, parse_reference, round_of
from ..event_wording import describe_other
from ..run_story import RunStory
from ..wording import GAPS, OTHER_GAP
from .edits import proposal_line, refusal_line
from .gates import gate_line, portability_line
from .markup import (
    SHORT,
    Html,
    anchor_of,
    bullets,
    card,
    code,
    count,
    esc,
    interval,
    join,
    line,
    link,
    percent,
    points,
    section,
    text,
)
from .reviews import review_line

MOST_LESSONS = 8
"""Most lessons that a round lists; of more, the first."""


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
    if others := [text("p", describe_other(it)) for it in story.others]:
        parts.append(card("Also recorded", others))
    return section("story", "Round by round", *(parts or [text("p", "No round yet.", "note")]))


def _changes_by_people(story: RunStory) -> Iterator[Html]:
    for promotion in story.all(events.StrategyPromoted):
        if round_of(promotion.slot) is None:
            yield _promotion(story, promotion)
    for rollback in story.all(events.StrategyRolledBack):
        version, by = story.name(rollback.strategy), rollback.by
        yield line("Rolled back", esc(f"to {version} by {by}. {rollback.reason}"))


def _round(story: RunStory, where: RoundId) -> Html:
    lines = [
        _opening(story, event) for event in story.within(events.RoundOpened, where) if event.fronts
    ]
    lines += [_solving(story, it) for it in story.within(events.Solved, where)]
    lines += [_credit(story, it) for it in story.within(events.CreditMeasured, where)]
    lines += [_reflection(it) for it in story.within(events.Reflected, where)]
    proposals = story.within(events.StrategyProposed, where)
    refusals = story.within(events.ProposalRefused, where)
    lines += [proposal_line(story, it) for it in proposals if it.origin != "review"]
    lines += [refusal_line(event) for event in refusals]
    if story.is_over(where) and not (proposals or refusals):
        lines.append(line("Propose", Html("nothing that was not tried before")))
    for gate in story.within(events.GateDecided, where):
        lines.append(gate_line(story, gate))
        effects = story.within(events.PortabilityMeasured, where)
        lines += [portability_line(story, it) for it in effects if it.candidate == gate.candidate]
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


def _solving(story: RunStory, event: events.Solved) -> Html:
    n = len(event.attempts)
    share = f" ({percent(event.right / n)})" if n else ""
    at = story.name(event.strategy)
    return line("Solve", esc(f"the {event.policy}, at {at}: {event.right} of {n} right{share}"))


def _credit(story: RunStory, event: events.CreditMeasured) -> Html:
    measured = (
        f" {points(event.gain)} points ({interval(event.low, event.high)}) on "
        f"{count(event.n, 'pair')}: {story.name(event.strategy)} with it and without it"
    )
    return line("Credit", code(event.rule), esc(measured))


def _reflection(event: events.Reflected) -> Html:
    """Return the failure modes as chips, the lessons as a list, and notes on the problems."""
    attempts = esc(f"{count(len(event.attempts), 'attempt')} read. ")
    modes = join(text("span", f"{mode} {n}", "chip") for mode, n in event.failure_modes.items())
    lessons = bullets(esc(it, SHORT) for it in event.lessons[:MOST_LESSONS])
    left = len(event.lessons) - MOST_LESSONS
    notes = [f"and {count(left, 'more lesson')}"] if left > 0 else []
    if about := "; ".join(_notes_on_problems(event)):
        notes.append(f"{about}.")
    return line(
        "Reflect",
        attempts,
        modes,
        lessons if event.lessons else Html(""),
        *(text("p", note, "note") for note in notes),
    )


def _notes_on_problems(event: events.Reflected) -> Iterator[str]:
    if event.contrasts:
        yield f"{count(len(event.contrasts), 'problem')} with success beside failure"
    if event.knowledge_gaps:
        yield f"{count(len(event.knowledge_gaps), 'problem')} that nobody solved"
    if event.gaps_closed:
        yield f"{len(event.gaps_closed)} of the knowledge gaps closed"
    if event.groups > 1:
        yield f"read in {event.groups} shuffled groups"


def _promotion(story: RunStory, event: events.StrategyPromoted) -> Html:
    stream, slot = parse_reference(event.gate)
    if stream == story.run and any(gate.slot == slot for gate in story.all(events.GateDecided)):
        proof = join([Html(" by "), link(anchor_of("gate", slot), "this gate")])
    elif event.gate:
        proof = join([Html(" by the gate "), code(event.gate)])
    else:
        proof = esc(f" by {event.by}, without a gate: {event.reason}")
    return line("Promoted", code(story.name(event.strategy)), proof, cls="promoted")


def _cycle_end(story: RunStory, cycle: int) -> Html:
    lines = [_transfer(story, event) for event in story.ending(events.Transferred, cycle)]
    lines += [_feedback(event) for event in story.ending(events.FailuresSorted, cycle)]
    return card(f"End of cycle {cycle}", lines, "end") if lines else Html("")


def _transfer(story: RunStory, event: events.Transferred) -> Html:
    version = story.name(event.strategy)
    if not event.adapter:
        return line("Transfer", esc(f"{version} was not passed on: {event.reason}"))
    return line("Transfer", esc(f"{version} into the weights: adapter "), code(event.adapter))


def _feedback(event: events.FailuresSorted) -> Html:
    """Return the result on fresh problems, and each gap with what it asks for."""
    who = "the tuned student" if event.adapter else "the student"
    fresh = count(len(event.attempts), "fresh problem")
    gaps = bullets(
        join([text("strong", f"{n} {gap}"), esc(f" – {GAPS.get(gap, OTHER_GAP).on_page}")])
        for gap, n in Counter(event.gaps.values()).most_common()
    )
    return line(
        "Feedback",
        esc(f"{who} meets {fresh}: {event.right} right. "),
        gaps if event.gaps else Html(""),
    )
