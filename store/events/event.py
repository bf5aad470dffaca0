"""Base of all kinds of events."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

Decision = Literal["accept", "reject", "indecisive"]
Channel = Literal["words", "weights"]


class Event(BaseModel):
    """Base of all kinds: the place in the log, and which fields are inputs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: ClassVar[int] = 1
    inputs: ClassVar[frozenset[str]] = frozenset()
    """Fields that must agree when a taken slot is recorded again; the rest is outcome."""

    stream: str
    slot: str
