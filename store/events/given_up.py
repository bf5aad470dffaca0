"""Events of calls that are under way no more, though they have no reply."""

from typing import Literal

from .event import Event


class CallGivenUp(Event):
    """A call is under way no more: it was refused, or never came back from an outage or a stop.

    Nobody was paid for it, but for those of its tries that are in doubt.
    """

    kind: Literal["CallGivenUp"] = "CallGivenUp"
    call: str


class CallTakenUp(Event):
    """A call that was given up is made again, and under way from now on."""

    kind: Literal["CallTakenUp"] = "CallTakenUp"
    call: str
