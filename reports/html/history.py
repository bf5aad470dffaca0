"""Round by round: what was tried, what the gate said to it, what was promoted."""

from collections import Counter
from collections.abc import Iterator

from ...store.events import (
    CreditMeasured,
    FailuresSorted,
    GateDecided,
    PortabilityMeasured,
    ProposalRefused,
    Reflected,
    ReviewAsked,
    RoundOpened,
    Solved,
    StrategyPromoted,
    StrategyProposed,
    StrategyRolledBack,
    Transferred,
)
from .edits import proposed, refused
from .facts import Facts, place
from .gates import carried, decided
from .markup import (
    Html,
    anchor_of,
    between,
    bullets,
    card,
    code,
    count,
    esc,
    join,
    line,
    link,
    percent,
    points,
    section,
    text,
)
from .reviews import reviewed

LESSONS = 8
LESSON = 400
GAPS = {
    "application": "solved with the strategy in the prompt: more examples",
    "demonstration": "the teacher solves it, the student does not even with words",
    "knowledge": "the teacher fails too",
    "format": "only the reply’s format is wrong",
}


def story(told: Facts) -> Html:
    """One card a round; a cycle ends with its transfer and its feedback."""
    parts: list[Html] = []
    rounds = told.rounds
    for number, where in enumerate(rounds):
        parts.append(_round(told, where))
        if number + 1 == len(rounds) or rounds[number + 1][0] != where[0]:
            parts.append(_cycle_end(told, where[0]))
    by_hand = [gate for gate in told.all(GateDecided) if place(gate.slot) is None]
    if by_hand:
        parts.append(card("Gates that a person asked for", [decided(told, g) for g in by_hand]))
    changed = [_changed(told, e) for e in _by_people(told)]
    if changed:
        parts.append(card("By a person", changed))
    return section("story", "Round by round", *(parts or [text("p", "No round yet.", "note")]))


def _by_people(told: Facts) -> Iterator[StrategyPromoted | StrategyRolledBack]:
    for promotion in told.all(StrategyPromoted):
        if place(promotion.slot) is None:
            yield promotion
    yield from told.all(StrategyRolledBack)


def _changed(told: Facts, event: StrategyPromoted | StrategyRolledBack) -> Html:
    if isinstance(event, StrategyPromoted):
        return _promotion(told, event)
    return line("Rolled back", esc(f"to {told.name(event.strategy)} by {event.by}. {event.reason}"))


def _round(told: Facts, where: tuple[int, int]) -> Html:
    lines = [_opened(told, event) for event in told.within(RoundOpened, where) if event.fronts]
    lines += [_solved(told, solved) for solved in told.within(Solved, where)]
    lines += [_credited(told, event) for event in told.within(CreditMeasured, where)]
    lines += [_reflected(reflected) for reflected in told.within(Reflected, where)]
    candidates = [it for it in told.within(StrategyProposed, where) if it.origin != "review"]
    lines += [proposed(told, event) for event in candidates]
    lines += [refused(event) for event in told.within(ProposalRefused, where)]
    if told.over(where) and not _proposals(told, where):
        lines.append(line("Propose", Html("nothing that was not tried before")))
    for gate in told.within(GateDecided, where):
        lines.append(decided(told, gate))
        tried = told.within(PortabilityMeasured, where)
        lines += [carried(told, it) for it in tried if it.candidate == gate.candidate]
    lines += [reviewed(told, event) for event in told.within(ReviewAsked, where)]
    promotions = told.within(StrategyPromoted, where)
    lines += [_promotion(told, event) for event in promotions]
    if told.over(where) and told.within(GateDecided, where) and not promotions:
        lines.append(line("Promoted", Html("nothing: the incumbent stays")))
    return card(f"Cycle {where[0]}, round {where[1]}", lines)


def _opened(told: Facts, event: RoundOpened) -> Html:
    """Where the parent comes from, in a run with a frontier."""
    won = ", ".join(f"{told.name(it)} {n}" for it, n in event.fronts.items())
    against = (
        "" if event.incumbent in ("", event.strategy) else f" to beat {told.name(event.incumbent)}"
    )
    return line(
        "Frontier",
        esc(f"problems that each version is among the best on: {won}. The round edits "),
        code(told.name(event.strategy)),
        esc(f"{against}."),
    )


def _credited(told: Facts, event: CreditMeasured) -> Html:
    said = (
        f" {points(event.gain)} points ({between(points(event.low), points(event.high))}) on "
        f"{count(event.n, 'pair')}: {told.name(event.strategy)} with it and without it"
    )
    return line("Credit", code(event.rule), esc(said))


def _proposals(told: Facts, where: tuple[int, int]) -> int:
    return len(told.within(StrategyProposed, where)) + len(told.within(ProposalRefused, where))


def _solved(told: Facts, event: Solved) -> Html:
    n = len(event.attempts)
    share = f" ({percent(event.right / n)})" if n else ""
    return line(
        "Solve",
        esc(f"the {event.policy}, at {told.name(event.strategy)}: {event.right} of {n} right"),
        esc(share),
    )


def _reflected(event: Reflected) -> Html:
    read = esc(f"{count(len(event.attempts), 'attempt')} read. ")
    modes = join(text("span", f"{mode} {n}", "chip") for mode, n in event.failure_modes.items())
    lessons = bullets(esc(lesson, LESSON) for lesson in event.lessons[:LESSONS])
    left = len(event.lessons) - LESSONS
    more = [text("p", f"and {count(left, 'more lesson')}", "note")] if left > 0 else []
    beside = [
        f"{count(len(event.contrasts), 'problem')} with success beside failure"
        if event.contrasts
        else "",
        f"{count(len(event.knowledge_gaps), 'problem')} that nobody solved"
        if event.knowledge_gaps
        else "",
        f"{len(event.gaps_closed)} of the knowledge gaps closed" if event.gaps_closed else "",
        f"read in {event.groups} shuffled groups" if event.groups > 1 else "",
    ]
    told = "; ".join(filter(None, beside))
    more += [text("p", f"{told}.", "note")] if told else []
    return line("Reflect", read, modes, lessons if event.lessons else Html(""), *more)


def _promotion(told: Facts, event: StrategyPromoted) -> Html:
    stream, _, slot = event.gate.partition("#")
    if stream == told.run and any(gate.slot == slot for gate in told.all(GateDecided)):
        proof = join([Html(" by "), link(anchor_of("gate", slot), "this gate")])
    elif event.gate:
        proof = join([Html(" by the gate "), code(event.gate)])
    else:
        proof = esc(f" by {event.by}, without a gate: {event.reason}")
    return line("Promoted", code(told.name(event.strategy)), proof, cls="promoted")


def _cycle_end(told: Facts, cycle: int) -> Html:
    lines = [
        _transferred(told, event)
        for event in told.all(Transferred)
        if event.slot.startswith(f"c{cycle}/")
    ]
    lines += [
        _sorted(event) for event in told.all(FailuresSorted) if event.slot.startswith(f"c{cycle}/")
    ]
    return card(f"End of cycle {cycle}", lines, "end") if lines else Html("")


def _transferred(told: Facts, event: Transferred) -> Html:
    name = told.name(event.strategy)
    if not event.adapter:
        return line("Transfer", esc(f"{name} was not passed on: {event.reason}"))
    return line("Transfer", esc(f"{name} into the weights: adapter "), code(event.adapter))


def _sorted(event: FailuresSorted) -> Html:
    n = len(event.attempts)
    gaps = Counter(event.gaps.values())
    who = "the tuned student" if event.adapter else "the student"
    said = esc(f"{who} meets {count(n, 'fresh problem')}: {event.right} right. ")
    named = bullets(
        join([text("strong", f"{number} {gap}"), esc(f" – {GAPS.get(gap, '')}")])
        for gap, number in gaps.most_common()
    )
    return line("Feedback", said, named if gaps else Html(""))
