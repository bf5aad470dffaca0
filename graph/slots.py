"""Where in a run something happens: `c<cycle>/r<round>/<node>/...`, the identity of every event."""

from .state import RunState


def in_loop(slot: str) -> bool:
    """Whether a slot belongs to a cycle, and not to a step that a person took by hand."""
    return slot.startswith("c") and slot[1:2].isdigit()


def cycle_slot(state: RunState, node: str) -> str:
    """The slot of a node that comes once a cycle."""
    return f"c{state['cycle']}/{node}"


def round_slot(state: RunState, node: str) -> str:
    """The slot of a node that comes once a round."""
    return f"c{state['cycle']}/r{state['round']}/{node}"
