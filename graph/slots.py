"""Where in a run something happens: `c<cycle>/r<round>/<node>/...`, the identity of every event."""

import hashlib

from .state import RunState


def seed_of(run_seed: int, slot: str) -> int:
    """The seed of a sampled reply: its own for every slot, so that no two arms share their luck."""
    return int(hashlib.sha256(f"{run_seed}/{slot}".encode()).hexdigest()[:8], 16)


def in_loop(slot: str) -> bool:
    """Whether a slot belongs to a cycle, and not to a step that a person took by hand."""
    return slot.startswith("c") and slot[1:2].isdigit()


def cycle_slot(state: RunState, node: str) -> str:
    """The slot of a node that comes once a cycle."""
    return f"c{state['cycle']}/{node}"


def round_slot(state: RunState, node: str) -> str:
    """The slot of a node that comes once a round."""
    return f"c{state['cycle']}/r{state['round']}/{node}"
