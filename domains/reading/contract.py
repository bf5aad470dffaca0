"""The contract of reading: from a reply and a parser to an answer, or why there is none."""

from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
LONGEST = 2_000
"""Characters; a candidate that is longer is no answer, unless it is of words."""


class Unreadable(ValueError):
    """The text is no answer of the kind that is wanted; the message says why."""


class Step(NamedTuple):
    """One thing that was done on the way from a reply to its answer."""

    name: str
    """`without thinking`, `undressed`, `no answer`, `read` or `refused`."""
    text: str


@dataclass(frozen=True)
class Reading(Generic[T]):
    """Result of reading a reply."""

    answer: T | None
    """None where nothing could be read, or where the reply does not stand by one answer."""
    text: str | None
    """That answer as it was written, unwrapped; None likewise."""
    refusal: str = ""
    """Why there is none, in one sentence; empty where there is one."""
    withdrawn: str = ""
    """The answer that was read and that the reply does not stand by; empty where there is none."""
    working: str = ""
    """What stands before the answer, thinking set aside."""
    steps: tuple[Step, ...] = ()
