"""Base of all kinds of events."""

from collections.abc import Callable
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

Decision = Literal["accept", "reject", "indecisive"]
Channel = Literal["words", "weights"]
Payload = dict[str, Any]
Upcast = Callable[[Payload], Payload]


class Event(BaseModel):
    """Base of all kinds: the place in the log, which fields are inputs, and what old ones lacked.

    A stored event is never rewritten: it is lifted, schema by schema, whenever it is read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: ClassVar[frozenset[str]] = frozenset()
    """Fields that must agree when a taken slot is recorded again; the rest is outcome."""
    upcasts: ClassVar[tuple[Upcast, ...]] = ()
    """Each lifts a payload by one schema, the first one from 1 to 2."""

    stream: str
    slot: str

    @classmethod
    def newest_schema(cls) -> int:
        """Return the schema that is written today."""
        return 1 + len(cls.upcasts)


def keep_payload(payload: Payload) -> Payload:
    """Change nothing: the defaults of the new fields say what the old schema meant."""
    return payload
