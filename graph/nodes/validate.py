"""Node that gates each candidate against the incumbent, on the round's own block."""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from ...store import slots
from ...store.events import GateDecided, StrategyPromoted
from ...store.strategies.versions import Version
from ..context import Run
from ..measure.gate import Gate
from ..measure.portability import measure_portability, promotion_bar
from ..measure.probe import probe
from ..measure.reviews import ask_reviewer
from ..state import RunState, round_slot


def validate(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Gate the round's candidates; promote the best that may be, or lay it before a person."""
    run = runtime.context
    slot = round_slot(state, "validate")
    if not state["candidates"]:
        run.progress.say("Nothing was proposed in this round: there is nothing to gate.")
    done = [
        _gate(run, state, slots.below(slot, number), run.strategies.get(candidate))
        for number, candidate in enumerate(state["candidates"], start=1)
    ]
    best = _best(run, done)
    if best is not None and run.config.loop.review != "never":
        ask_reviewer(run, state, best)
    elif best is not None:
        _promote(run, slot, best)
    return {"decided": slot}


def _gate(run: Run, state: RunState, slot: str, candidate: Version) -> GateDecided:
    if (event := run.log.find(GateDecided, run.id, slots.part(slot, "gate"))) is not None:
        return event
    found = run.channel() or probe(run, candidate.strategy)
    block, worn = run.gate_problems(state), state["adapter"]
    incumbent = run.version(state["incumbent"])
    gate = Gate(run, incumbent, candidate, found.channel, block, worn, run.config.decisions)
    shared = slots.part(round_slot(state, "validate"), "incumbent")
    event = run.log.record(gate.decide(slot, shared))
    run.progress.say(f"Gate {candidate.name}: {event.decision}. {event.reason}")
    return event


def _best(run: Run, gates: Sequence[GateDecided]) -> GateDecided | None:
    """Return the gate of the version that may become current: accepted, by the largest gain.

    Where a person decides always, one that is not proved yet may be shown to them too. What
    would harm a further model is neither promoted nor shown, where the config forbids that.
    """
    enough = ("accept", "indecisive") if run.config.loop.review == "always" else ("accept",)
    able = [event for event in gates if event.decision in enough]
    for event in able:
        measure_portability(run, event, slots.step_of(event.slot))
    free = [event for event in able if _may_pass(run, event)]
    return max(free, key=lambda event: (event.decision == "accept", event.gain), default=None)


def _may_pass(run: Run, event: GateDecided) -> bool:
    # The log has the reason already: the measured harm, and the config that forbids it.
    why = promotion_bar(run, event)
    if why:
        run.progress.say(f"{run.version(event.candidate).name} is not promoted. {why}")
    return not why


def _promote(run: Run, slot: str, best: GateDecided) -> None:
    promotion = slots.part(slot, "promote")
    if run.log.find(StrategyPromoted, run.id, promotion) is not None:
        return
    run.strategies.promote(
        run.domain.name,
        run.branch,
        best.candidate,
        stream=run.id,
        slot=promotion,
        gate=slots.reference(best),
        reason=best.reason,
    )
    run.progress.say(f"Promoted {run.strategies.get(best.candidate).name}: {best.reason}")
