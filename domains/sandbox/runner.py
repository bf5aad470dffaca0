"""Runner of programs at one level: from a program and its calls to a result, however it ends."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Self

from .confined_process import Stopped
from .contract import Call, Level, Limits, ProgramResult, Raised, Returned
from .results import Broken, Forged


class Runner(ABC):
    """Runs programs at one level. As a context it ends its processes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(
        self,
        program: str,
        calls: Sequence[Call],
        *,
        limits: Limits | None = None,
        files: Mapping[str, str] | None = None,
    ) -> ProgramResult:
        """Load `program` on its own and make `calls`."""
        level, why = self.level()
        try:
            results = self.make_calls(program, calls, limits or Limits(), files)
            return ProgramResult("done", results, "", level, why)
        except Stopped as stopped:
            return ProgramResult(stopped.status, (), str(stopped), level, why)
        except Broken as broken:
            return ProgramResult("broken", (), str(broken), level, why)
        except Forged as forged:
            return ProgramResult("killed", (), str(forged), level, why)

    @abstractmethod
    def level(self) -> tuple[Level, str]:
        """Return the level and its basis. Raises SandboxUnavailable where it cannot be had."""

    @abstractmethod
    def make_calls(
        self, program: str, calls: Sequence[Call], limits: Limits, files: Mapping[str, str] | None
    ) -> tuple[Returned | Raised, ...]:
        """Return one result a call. Raises Stopped, Broken or Forged where there are none."""

    @abstractmethod
    def close(self) -> None:
        """End all processes; the next run starts them again."""


def relative_path(name: str) -> PurePosixPath:
    """Return `name` as a path inside a private directory. Raises ValueError where it is none."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"{name!r} is no relative path inside a private directory")
    return path


def request_body(
    program: str, calls: Sequence[Call], limits: Limits, files: Mapping[str, str] | None
) -> dict[str, object]:
    """Return what a process is asked, ready for JSON. Raises ValueError for a name outside."""
    return {
        "program": program,
        "calls": [(call.function, call.args) for call in calls],
        "result_bytes": limits.result_bytes,
        "depth": limits.depth,
        "files": None if files is None else {str(relative_path(it)): files[it] for it in files},
    }
