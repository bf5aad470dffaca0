"""Scheduling: meeting rooms, room plans, bookings that earn most, job order."""

from collections.abc import Callable, Mapping, Sequence

from ..contract import Domain
from .jobs import JobOrder
from .rooms import Scheduling
from .weighted import WeightedIntervals
from .witness import Witness

__all__ = ["KINDS", "JobOrder", "Scheduling", "WeightedIntervals", "Witness", "of_kind"]

KINDS: Mapping[str, Callable[..., Domain]] = {
    "rooms": Scheduling,
    "witness": Witness,
    "weighted": WeightedIntervals,
    "jobs": JobOrder,
}


def of_kind(*, kind: str = "rooms", topics: Sequence[str] = ()) -> Domain:
    """Return the domain of one kind; `topics` narrows train, val and test.

    Raises ValueError for a kind or a topic that does not exist.
    """
    if kind not in KINDS:
        raise ValueError(f"Scheduling has no kind {kind!r}. Known: {', '.join(KINDS)}.")
    return KINDS[kind](topics=topics)
