"""Node that trains the current version into the student's weights."""

from langgraph.runtime import Runtime

from ...store.events import Transferred
from ...trainer.contract import UNTRAINABLE
from ..context import Run
from ..measure.adapters import adapter_of
from ..state import RunState, cycle_slot


def transfer(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Train the adapter of the current version, or say why there is none to train."""
    run = runtime.context
    slot = cycle_slot(state, "transfer")
    event = run.log.find(Transferred, run.id, slot) or run.log.record(_transfer(run, slot))
    if event.reason:
        run.progress.say(f"Nothing was transferred: {event.reason}")
    return {"adapter": event.adapter, "strategy": event.strategy}


def _transfer(run: Run, slot: str) -> Transferred:
    current = run.current()
    run.progress.stage("transfer", f"{current.name} into the weights of {run.student.name}")
    adapter, reason = "", ""
    if run.trainer is None:
        reason = f"{run.student.name} {UNTRAINABLE}"
    elif not current.strategy.rules:
        reason = "no version has passed a gate yet."
    else:
        adapter = adapter_of(run, current)
    return Transferred(
        stream=run.id, slot=slot, strategy=current.hash, adapter=adapter, reason=reason
    )
