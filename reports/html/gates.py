"""Gates on the page: all of them in one picture, and each with what it measured."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ...store.events import GateDecided, PortabilityMeasured
from ...store.slots import round_of
from ..run_story import RunStory
from . import plots
from .markup import (
    Html,
    anchor_of,
    count,
    esc,
    figure,
    interval,
    join,
    legend,
    line,
    p_value,
    percent,
    points,
    section,
    text,
)

DRAWN = 60
"""Gates that one plot can hold and still be read."""


def gates_section(story: RunStory) -> Html:
    """Return all gates of the run in one picture."""
    decided = story.all(GateDecided)
    if not decided:
        return section("gates", "The gates", text("p", "No gate has decided yet.", "note"))
    shown = decided[-DRAWN:]
    bars = [
        plots.GateBar(
            plots.Bar(_label(story, gate), gate.gain, gate.low, gate.high, gate.decision),
            gate.detectable if gate.claim == "better" else -gate.detectable,
            bool(gate.pairs),
        )
        for gate in shown
    ]
    earlier = f" The first {len(decided) - DRAWN} are not drawn." if len(decided) > DRAWN else ""
    counts: Counter[str] = Counter(gate.decision for gate in decided)
    once = (
        " A rule that was measured indecisive is not tried again against the same incumbent."
        if story.by_rulebook and counts["indecisive"]
        else ""
    )
    caption = (
        "Gain of each candidate over the incumbent of its round with its 95 % interval, on that "
        "round’s own validation problems. The pink mark is the smallest gain that the gate "
        "would find; left of zero it is the smallest loss that identical replies rule out, where "
        f"a candidate only takes rules away.{once}{earlier}"
    )
    summary = ", ".join(f"{counts[name]} {name}" for name in plots.DECISIONS if counts[name])
    drawn = figure(plots.gates(bars), caption)
    said = " ".join([f"{summary}.", *_early_stops(decided)])
    keys = [(name, color) for name, (color, _) in plots.DECISIONS.items()]
    named = legend([*keys, ("smallest detectable gain", "#cc79a7")])
    return section("gates", "The gates", text("p", said), named, drawn)


def _early_stops(decided: Sequence[GateDecided]) -> Iterator[str]:
    """Yield the replies that early stopping saved."""
    if early := [gate for gate in decided if gate.saved]:
        saved = sum(gate.saved for gate in early)
        yield (
            f"{count(len(early), 'gate')} stopped early because the candidate had all but lost: "
            f"{count(saved, 'reply', 'replies')} were never asked for."
        )


def _label(story: RunStory, gate: GateDecided) -> str:
    where = round_of(gate.slot)
    name = story.name(gate.candidate)
    return f"c{where.cycle} r{where.round}  {name}" if where else name


def gate_line(story: RunStory, gate: GateDecided) -> Html:
    """Return one gate as a line of its round."""
    anchor = anchor_of("gate", gate.slot)
    against = f" {story.name(gate.candidate)} against {story.name(gate.incumbent)}, {gate.channel}"
    title = join([text("span", gate.decision, f"badge {gate.decision}"), esc(against)])
    if not gate.pairs:
        return line("Gate", title, text("p", gate.reason, "note"), anchor=anchor)
    found = f"gains from {100 * gate.detectable:.0f} points can be found"
    if gate.claim == "no worse":
        found = f"losses from {100 * gate.detectable:.1f} points can be ruled out"
    measured = (
        f"{points(gate.gain)} points ({interval(gate.low, gate.high)}); "
        f"{percent(gate.incumbent_accuracy)} → {percent(gate.candidate_accuracy)} on "
        f"{count(gate.pairs, 'pair')}; {gate.wins} won, {gate.losses} lost; p {p_value(gate.p)} "
        f"at alpha {gate.alpha:.4f}; {found}; "
        f"floor {percent(gate.floor)}"
    )
    odd = [
        f"each arm answered {gate.replicates} times, luck alone made "
        f"{100 * abs(gate.replicate_gain):.1f} points"
        if gate.replicates > 1
        else "",
        f"stopped early after {gate.pairs} of {gate.planned} pairs, {gate.saved} replies saved"
        if gate.saved
        else "",
        "asked to be no worse, for it only takes away" if gate.claim == "no worse" else "",
        f"{gate.missing} pairs missing" if gate.missing else "",
        f"unparsed {gate.incumbent_unparsed} → {gate.candidate_unparsed}"
        if gate.incumbent_unparsed or gate.candidate_unparsed
        else "",
    ]
    return line(
        "Gate",
        title,
        text("div", "; ".join([measured, *filter(None, odd)]) + "."),
        text("p", " ".join(filter(None, (gate.reason, _adapters(gate), gate.price))), "note"),
        anchor=anchor,
    )


def _adapters(gate: GateDecided) -> str:
    """Return the adapters of the two arms; through words it is the same one."""
    old, new = gate.incumbent_adapter, gate.candidate_adapter
    if old == new:
        return f"Both arms wore adapter {old}." if old else ""
    return f"Adapters {old} → {new}."


def portability_line(story: RunStory, event: PortabilityMeasured) -> Html:
    """Return the effect of a version on one more model, as a line of its round."""
    badge = text("span", event.verdict, f"badge {event.verdict}")
    measured = (
        f" {story.name(event.candidate)} for {event.model}: {points(event.gain)} points "
        f"({interval(event.low, event.high)}) on {count(event.pairs, 'pair')}"
    )
    return line("Portable", badge, esc(measured))
