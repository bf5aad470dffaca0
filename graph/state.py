"""What the checkpoint holds: ids and counters. Texts live in the store."""

from typing import TypedDict


class RunState(TypedDict, total=False):
    cycle: int
    """From 1."""
    round: int
    """Within the cycle, from 1."""
    strategy: str
    """Hash of the current version; of the empty strategy before anything was promoted."""
    adapter: str
    """Key of the tuned student's adapter; empty before the first transfer."""
    solved: str
    """Slot of the round's Solved event."""
    reflected: str
    """Slot of the round's Reflected event."""
    candidates: list[str]
    """Hashes of the versions this round sent to the gate."""


FIRST: RunState = {
    "cycle": 1,
    "round": 1,
    "strategy": "",
    "adapter": "",
    "solved": "",
    "reflected": "",
    "candidates": [],
}
