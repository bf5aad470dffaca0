"""Input and output of the sandbox, as frozen data."""

from dataclasses import dataclass
from typing import Literal

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Level = Literal["zygote+ns", "zygote", "wasi", "unsafe", "none"]
Status = Literal["done", "broken", "timeout", "killed", "refused"]


@dataclass(frozen=True)
class Limits:
    """Limits of one program, all its calls together."""

    seconds: float = 4.0
    """Wall time from the moment its process is ready; the parent holds the clock."""
    memory_mb: int = 512
    result_bytes: int = 1_000_000
    depth: int = 64
    """The deepest nesting of a returned value."""

    def __post_init__(self) -> None:
        if not (0 < self.seconds <= 600 and 64 <= self.memory_mb <= 65_536):
            raise ValueError(f"{self}: seconds in (0, 600] and memory_mb in [64, 65536] are wanted")
        if not (64 <= self.result_bytes <= 64_000_000 and 1 <= self.depth <= 200):
            raise ValueError(
                f"{self}: result_bytes in [64, 64000000], depth in [1, 200] are wanted"
            )


@dataclass(frozen=True)
class Call:
    """One call of a function that the program defines."""

    function: str
    """A name, or a dotted one."""
    args: tuple[Json, ...] = ()


@dataclass(frozen=True)
class Returned:
    """The call gave a value."""

    value: Json
    args: tuple[Json, ...]
    """The arguments as they stand after the call, so that a mutation is visible."""


@dataclass(frozen=True)
class Raised:
    """The call raised, or gave what is no JSON (then `kind` is TypeError)."""

    kind: str
    """The name of the exception's class."""
    said: str
    """The first 200 characters of its message."""


@dataclass(frozen=True)
class ProgramResult:
    """The outcome of one program."""

    status: Status
    """done: one result a call; broken: the program itself did not load; timeout, killed: stopped;
    refused: the protections could not be put on, so nothing of the program was run."""
    results: tuple[Returned | Raised, ...]
    """One a call where done; otherwise empty."""
    detail: str
    """The reason that it is not done; empty where it is."""
    level: Level
    """The protection between the program and this machine."""
    why: str
    """The reason for that level."""


class SandboxUnavailable(RuntimeError):
    """This machine can confine no program, and unsafe execution was not asked for."""
