"""State of the loop and the slots of its nodes: the checkpoint holds ids and counters only.

Texts live in the store. A slot is the identity of an event.
"""

import hashlib
from typing import TypedDict

from ..store import slots
from ..store.log import Log
from ..store.slots import CycleStep, RoundId, RoundStep


class RunState(TypedDict, total=False):
    cycle: int
    """From 1."""
    round: int
    """Within the cycle, from 1."""
    strategy: str
    """Hash of the version this round edits (the parent), and after it the one to transfer.

    `solve` and `transfer` read it off the run's line and record it; the others go by this, so that
    a node that runs again later meets the version it met at first.
    """
    adapter: str
    """Key of the tuned student's adapter; empty before the first transfer."""
    solved: str
    """Slot of the round's Solved event."""
    reflected: str
    """Slot of the round's Reflected event."""
    incumbent: str
    """Hash of the version that the round's candidates must beat: the run's current one."""
    candidates: list[str]
    """Hashes of the versions this round sent to the gate."""
    decided: str
    """Slot of the round's `validate`."""
    log_seq: int
    """Place of the last event in the run's stream when this was written; 0 for none.

    A state is believed only where the log still holds that very event.
    """
    log_hash: str
    """Hash of that event, and so of all before it in the stream; empty for none."""


FIRST: RunState = {
    "cycle": 1,
    "round": 1,
    "strategy": "",
    "adapter": "",
    "solved": "",
    "reflected": "",
    "incumbent": "",
    "candidates": [],
    "decided": "",
    "log_seq": 0,
    "log_hash": "",
}


def with_log_end(log: Log, stream: str, state: RunState, update: RunState) -> RunState:
    """Return the update of a node and, with it, the end of the stream as the node left it."""
    seq, seal = state.get("log_seq", 0), state.get("log_hash", "")
    for entry in log.entries(stream=stream, after=seq):
        seq, seal = entry.seq, entry.hash
    return {**update, "log_seq": seq, "log_hash": seal}


def holds_log_end(log: Log, stream: str, state: RunState) -> bool:
    """Tell whether the log reaches as far as it did when the state was written."""
    seq = state["log_seq"]
    entry = next(iter(log.entries(stream=stream, after=seq - 1)), None)
    return seq == 0 or (entry is not None and (entry.seq, entry.hash) == (seq, state["log_hash"]))


def seed_of(run_seed: int, slot: str) -> int:
    """Return the seed of a sampled reply: one for every slot, so that no arms share their luck."""
    return int(hashlib.sha256(f"{run_seed}/{slot}".encode()).hexdigest()[:8], 16)


def cycle_slot(state: RunState, node: CycleStep) -> str:
    """Return the slot of a node that comes once a cycle."""
    return slots.cycle_step(state["cycle"], node)


def round_slot(state: RunState, node: RoundStep) -> str:
    """Return the slot of a node that comes once a round."""
    return RoundId(state["cycle"], state["round"]).slot(node)
