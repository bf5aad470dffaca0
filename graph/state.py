"""State of the loop and the slots of its nodes: the checkpoint holds ids and counters only.

Texts live in the store. A slot is the identity of an event.
"""

import hashlib
from typing import TypedDict

from ..store import slots
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
}


def seed_of(run_seed: int, slot: str) -> int:
    """Return the seed of a sampled reply: one for every slot, so that no arms share their luck."""
    return int(hashlib.sha256(f"{run_seed}/{slot}".encode()).hexdigest()[:8], 16)


def cycle_slot(state: RunState, node: CycleStep) -> str:
    """Return the slot of a node that comes once a cycle."""
    return slots.cycle_step(state["cycle"], node)


def round_slot(state: RunState, node: RoundStep) -> str:
    """Return the slot of a node that comes once a round."""
    return RoundId(state["cycle"], state["round"]).slot(node)
