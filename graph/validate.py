"""The gate: each candidate against the incumbent, paired, on the round's own block."""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from ..store.events import GateDecided
from ..store.versions import Version
from .baseline import probe
from .context import Run
from .gate import Gate
from .slots import round_slot
from .state import RunState


def validate(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Gate the round's candidates; promote the accepted one with the largest gain, if any."""
    run = runtime.context
    slot = round_slot(state, "validate")
    if not state["candidates"]:
        run.watch.say("Nothing was proposed in this round: there is nothing to gate.")
    done = [
        _gate(run, state, f"{slot}/{number}", run.strategies.get(candidate))
        for number, candidate in enumerate(state["candidates"], start=1)
    ]
    _promote(run, slot, done)
    return {"round": state["round"] + 1, "decided": slot}


def _gate(run: Run, state: RunState, slot: str, candidate: Version) -> GateDecided:
    event = run.log.find(run.id, f"{slot}/gate")
    if isinstance(event, GateDecided):
        return event
    found = run.channel() or probe(run, candidate.strategy)
    block, worn = run.block(state), state["adapter"]
    incumbent = run.version(state["incumbent"])
    gate = Gate(run, incumbent, candidate, found.channel, block, worn, run.config.decisions)
    event = run.log.record(gate.decide(slot, f"{round_slot(state, 'validate')}/incumbent"))
    run.watch.say(f"Gate {candidate.name}: {event.decision}. {event.reason}")
    return event


def _promote(run: Run, slot: str, decided: Sequence[GateDecided]) -> None:
    if run.log.find(run.id, f"{slot}/promote") is not None:
        return
    accepted = [event for event in decided if event.decision == "accept"]
    if not accepted:
        return
    best = max(accepted, key=lambda event: event.gain)
    run.strategies.promote(
        run.domain.name,
        run.branch,
        best.candidate,
        stream=run.id,
        slot=f"{slot}/promote",
        gate=f"{run.id}#{best.slot}",
        reason=best.reason,
    )
    run.watch.say(f"Promoted {run.strategies.get(best.candidate).name}: {best.reason}")
