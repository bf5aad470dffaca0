"""Round by round: what was tried, what the gate said to it, what was promoted."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ...store.edits import Add, Body, Edit, Merge, Split, Update, named
from ...store.events import (
    FailuresSorted,
    GateDecided,
    ProposalRefused,
    Reflected,
    Solved,
    StrategyPromoted,
    StrategyProposed,
    StrategyRolledBack,
    Transferred,
)
from .. import plots
from .facts import Facts, place
from .markup import (
    Html,
    anchor_of,
    between,
    bullets,
    code,
    count,
    esc,
    figure,
    join,
    legend,
    link,
    p_value,
    percent,
    points,
    section,
    tag,
    text,
)

DRAWN = 60
"""Gates that one plot can hold and still be read."""
LESSONS = 8
LESSON = 400
GAPS = {
    "application": "solved with the strategy in the prompt: more examples",
    "demonstration": "the teacher solves it, the student does not even with words",
    "knowledge": "the teacher fails too",
    "format": "only the reply’s format is wrong",
}


def gates(told: Facts) -> Html:
    """All gates of the run in one picture."""
    decided = told.all(GateDecided)
    if not decided:
        return section("gates", "The gates", text("p", "No gate has decided yet.", "note"))
    shown = decided[-DRAWN:]
    bars = [
        plots.GateBar(
            plots.Bar(_label(told, gate), gate.gain, gate.low, gate.high, gate.decision),
            gate.detectable,
            bool(gate.pairs),
        )
        for gate in shown
    ]
    earlier = f" The first {len(decided) - DRAWN} are not drawn." if len(decided) > DRAWN else ""
    counts: Counter[str] = Counter(gate.decision for gate in decided)
    once = (
        " A rule that was measured indecisive is not tried again against the same incumbent."
        if told.rulebook and counts["indecisive"]
        else ""
    )
    caption = (
        "Gain of each candidate over the incumbent of its round with its 95 % interval, on that "
        "round’s own validation problems. The pink mark is the smallest gain that the gate "
        f"would find.{once}{earlier}"
    )
    summary = ", ".join(f"{counts[name]} {name}" for name in plots.DECISIONS if counts[name])
    drawn = figure(plots.gates(bars), caption)
    return section("gates", "The gates", text("p", f"{summary}."), _legend(), drawn)


def _label(told: Facts, gate: GateDecided) -> str:
    where = place(gate.slot)
    return f"{_where(where)}  {told.name(gate.candidate)}" if where else told.name(gate.candidate)


def _where(where: tuple[int, int]) -> str:
    return f"c{where[0]} r{where[1]}"


def _legend() -> Html:
    keys = [(name, color) for name, (color, _) in plots.DECISIONS.items()]
    keys.append(("smallest detectable gain", "#cc79a7"))
    return legend(keys)


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
        parts.append(_card("Gates that a person asked for", [_gate(told, g) for g in by_hand]))
    changed = [_changed(told, e) for e in _by_people(told)]
    if changed:
        parts.append(_card("By a person", changed))
    return section("story", "Round by round", *(parts or [text("p", "No round yet.", "note")]))


def _by_people(told: Facts) -> Iterator[StrategyPromoted | StrategyRolledBack]:
    for promotion in told.all(StrategyPromoted):
        if place(promotion.slot) is None:
            yield promotion
    yield from told.all(StrategyRolledBack)


def _changed(told: Facts, event: StrategyPromoted | StrategyRolledBack) -> Html:
    if isinstance(event, StrategyPromoted):
        return _promotion(told, event)
    return _line(
        "Rolled back", esc(f"to {told.name(event.strategy)} by {event.by}. {event.reason}")
    )


def _round(told: Facts, where: tuple[int, int]) -> Html:
    lines = [_solved(told, solved) for solved in told.within(Solved, where)]
    lines += [_reflected(reflected) for reflected in told.within(Reflected, where)]
    lines += [_proposed(told, event) for event in told.within(StrategyProposed, where)]
    lines += [
        _line("Refused", esc(event.reason, LESSON)) for event in told.within(ProposalRefused, where)
    ]
    if told.over(where) and not _proposals(told, where):
        lines.append(_line("Propose", Html("nothing that was not tried before")))
    lines += [_gate(told, gate) for gate in told.within(GateDecided, where)]
    promotions = told.within(StrategyPromoted, where)
    lines += [_promotion(told, event) for event in promotions]
    if told.over(where) and told.within(GateDecided, where) and not promotions:
        lines.append(_line("Promoted", Html("nothing: the incumbent stays")))
    return _card(f"Cycle {where[0]}, round {where[1]}", lines)


def _proposals(told: Facts, where: tuple[int, int]) -> int:
    return len(told.within(StrategyProposed, where)) + len(told.within(ProposalRefused, where))


def _card(title: str, lines: Sequence[Html], kind: str = "") -> Html:
    return tag("div", text("h3", title), *lines, cls=f"card {kind}".strip())


def _line(name: str, *inside: Html, anchor: str = "", cls: str = "") -> Html:
    kind = f"line {cls}".strip()
    return tag("div", text("b", name), tag("div", *inside), cls=kind, anchor=anchor)


def _solved(told: Facts, event: Solved) -> Html:
    n = len(event.attempts)
    share = f" ({percent(event.right / n)})" if n else ""
    return _line(
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
    return _line("Reflect", read, modes, lessons if event.lessons else Html(""), *more)  # fmt: skip


def _proposed(told: Facts, event: StrategyProposed) -> Html:
    edits = bullets(_edit(edit) for edit in event.edits)
    return _line("Propose", code(told.name(event.strategy)), edits)


def _edit(edit: Edit) -> Html:
    shown = [text("span", edit.op, "op"), *(code(rule) for rule in named(edit)), esc(" ")]
    match edit:
        case Add() | Merge():
            shown.append(_body(edit))
        case Split():
            shown += [_body(part) for part in edit.into]
        case Update():
            shown += [text("q", edit.text)] if edit.text is not None else []
            shown += [_scope(edit.when or "", edit.when_not or "", edit.steps or ())]
    why = [text("div", edit.rationale, "note", LESSON)] if edit.rationale else []
    return join([*shown, *why])


def _body(said: Body) -> Html:
    scope = _scope(said.when, said.when_not, said.steps)
    return join([esc(f"{said.section}: "), text("q", said.text), scope])


def _scope(when: str, when_not: str, steps: Sequence[str]) -> Html:
    said = (("when", when), ("not when", when_not), ("writes out", ", ".join(steps)))
    return join(text("span", f"{name}: {words}", "scope") for name, words in said if words)


def _gate(told: Facts, gate: GateDecided) -> Html:
    anchor = anchor_of("gate", gate.slot)
    against = f" {told.name(gate.candidate)} against {told.name(gate.incumbent)}, {gate.channel}"
    title = join([text("span", gate.decision, f"badge {gate.decision}"), esc(against)])
    if not gate.pairs:
        return _line("Gate", title, text("p", gate.reason, "note"), anchor=anchor)
    measured = (
        f"{points(gate.gain)} points ({between(points(gate.low), points(gate.high))}); "
        f"{percent(gate.incumbent_accuracy)} → {percent(gate.candidate_accuracy)} on "
        f"{count(gate.pairs, 'pair')}; {gate.wins} won, {gate.losses} lost; p {p_value(gate.p)} "
        f"at alpha {gate.alpha:.4f}; gains from {100 * gate.detectable:.0f} points can be found; "
        f"floor {percent(gate.floor)}"
    )
    odd = [
        f"{gate.missing} pairs missing" if gate.missing else "",
        f"unparsed {gate.incumbent_unparsed} → {gate.candidate_unparsed}"
        if gate.incumbent_unparsed or gate.candidate_unparsed
        else "",
    ]
    return _line(
        "Gate",
        title,
        text("div", "; ".join([measured, *filter(None, odd)]) + "."),
        text("p", f"{gate.reason} {_worn(gate)}", "note"),
        anchor=anchor,
    )


def _worn(gate: GateDecided) -> str:
    """Which adapters the arms wore; through words it is the same one."""
    old, new = gate.incumbent_adapter, gate.candidate_adapter
    if old == new:
        return f"Both arms wore adapter {old}." if old else ""
    return f"Adapters {old} → {new}."


def _promotion(told: Facts, event: StrategyPromoted) -> Html:
    stream, _, slot = event.gate.partition("#")
    if stream == told.run and any(gate.slot == slot for gate in told.all(GateDecided)):
        proof = join([Html(" by "), link(anchor_of("gate", slot), "this gate")])
    elif event.gate:
        proof = join([Html(" by the gate "), code(event.gate)])
    else:
        proof = esc(f" by {event.by}, without a gate: {event.reason}")
    return _line("Promoted", code(told.name(event.strategy)), proof, cls="promoted")


def _cycle_end(told: Facts, cycle: int) -> Html:
    lines = [
        _transferred(told, event)
        for event in told.all(Transferred)
        if event.slot.startswith(f"c{cycle}/")
    ]
    lines += [
        _sorted(event) for event in told.all(FailuresSorted) if event.slot.startswith(f"c{cycle}/")
    ]
    return _card(f"End of cycle {cycle}", lines, "end") if lines else Html("")


def _transferred(told: Facts, event: Transferred) -> Html:
    name = told.name(event.strategy)
    if not event.adapter:
        return _line("Transfer", esc(f"{name} was not passed on: {event.reason}"))
    return _line("Transfer", esc(f"{name} into the weights: adapter "), code(event.adapter))


def _sorted(event: FailuresSorted) -> Html:
    n = len(event.attempts)
    gaps = Counter(event.gaps.values())
    who = "the tuned student" if event.adapter else "the student"
    said = esc(f"{who} meets {count(n, 'fresh problem')}: {event.right} right. ")
    named = bullets(
        join([text("strong", f"{number} {gap}"), esc(f" – {GAPS.get(gap, '')}")])
        for gap, number in gaps.most_common()
    )
    return _line("Feedback", said, named if gaps else Html(""))
