"""Events of calls that are made as one batch, which the service answers within a day."""

from typing import Literal

from .event import Event


class BatchIntended(Event):
    """Calls were put together; the service may have them from now on."""

    inputs = frozenset({"model", "calls_text"})
    kind: Literal["BatchIntended"] = "BatchIntended"
    model: str
    calls: int
    """How many."""
    calls_text: str
    """Blob: JSON list of the calls' slots."""


class BatchSubmitted(Event):
    """The service has taken the batch, under an id of its own."""

    kind: Literal["BatchSubmitted"] = "BatchSubmitted"
    batch: str


class BatchCollected(Event):
    """The batch has ended, and every answer in it is recorded."""

    kind: Literal["BatchCollected"] = "BatchCollected"
    unanswered: int
    """Calls without an answer, for which nobody was paid: each is made by itself."""
    unanswered_text: str
    """Blob: JSON list of their slots."""
    reason: str = ""
    """Why the batch was given up, in one sentence; empty where it ended."""
