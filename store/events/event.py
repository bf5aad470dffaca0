"""What all kinds of events share."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

Decision = Literal["accept", "reject", "indecisive"]
Channel = Literal["words", "weights"]


class Event(BaseModel):
    """What all kinds share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: ClassVar[int] = 1
    inputs: ClassVar[frozenset[str]] = frozenset()
    """Fields that must agree when a taken slot is recorded again; the rest is outcome."""

    stream: str
    slot: str
