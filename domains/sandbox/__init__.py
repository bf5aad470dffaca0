"""Run untrusted programs and read the values they return, out of reach of the judge.

The program and the arguments go in; expected answers never do. `same` compares out here.
"""

from .compare import close, same
from .component import state as webassembly
from .contract import (
    Call,
    Json,
    Limits,
    ProgramResult,
    Raised,
    Returned,
    SandboxUnavailable,
)
from .levels import ONLY, UNSAFE, shared

run = shared.run
level = shared.level

__all__ = [
    "ONLY",
    "UNSAFE",
    "Call",
    "Json",
    "Limits",
    "ProgramResult",
    "Raised",
    "Returned",
    "SandboxUnavailable",
    "close",
    "level",
    "run",
    "same",
    "webassembly",
]
