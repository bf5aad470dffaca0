"""Runs our own code in this process: references, and mutants of them. Never a model's reply.

A mutant may loop for ever, so that it is given a number of lines after which it is stopped.
"""

import copy
import io
import math
import sys
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from types import CodeType, FrameType
from typing import Any

from ..sandbox import Json, Raised, Returned

Result = Returned | Raised
LINES = 20_000
"""A reference needs far fewer for one call."""


class Endless(BaseException):
    """A program's run beyond its line limit; no `except Exception` of the program may catch it."""


class _MemoryFile(io.StringIO):
    """A file in memory, whose content is kept when it is closed."""

    def __init__(self, disk: MutableMapping[str, str], name: str, mode: str) -> None:
        super().__init__("" if "w" in mode else disk.get(name, ""))
        if "a" in mode:
            self.seek(0, io.SEEK_END)
        self._disk, self._name, self._writes = disk, name, mode[0] in "wa"
        if self._writes:
            disk[name] = self.getvalue()

    def close(self) -> None:
        if self._writes and not self.closed:
            self._disk[self._name] = self.getvalue()
        super().close()


def compile_program(code: str) -> CodeType:
    return compile(code, "<reference>", "exec")


class Program:
    """A loaded program of ours."""

    def __init__(self, code: str | CodeType, files: Mapping[str, str] | None = None) -> None:
        self._disk = dict(files or {})
        self._space: dict[str, Any] = {"__name__": "reference", "open": self._open}
        exec(code, self._space)

    def __call__(self, function: str, given: Sequence[Json], lines: int | None = None) -> Result:
        """Call it on copies; given `lines`, raises Endless after so many."""
        args = copy.deepcopy(tuple(given))
        call: Callable[[], Any] = lambda: self._space[function](*args)  # noqa: E731
        try:
            value = call() if lines is None else _run_within(call, lines)
            if not _is_json(value):
                return Raised("TypeError", f"not JSON: {type(value).__name__}")
            return Returned(value, args)
        except Exception as error:
            return Raised(type(error).__name__, str(error)[:200])

    def _open(self, name: str, mode: str = "r", **_: object) -> io.StringIO:
        if name not in self._disk and "r" in mode:
            raise FileNotFoundError(2, "No such file or directory", name)
        return _MemoryFile(self._disk, name, mode)


def _run_within(call: Callable[[], Any], lines: int) -> Any:
    left = lines

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Endless
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return call()
    finally:
        sys.settrace(before)


def _is_json(value: object) -> bool:
    if type(value) is list:
        return all(_is_json(one) for one in value)
    if type(value) is dict:
        return all(type(key) is str and _is_json(one) for key, one in value.items())
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in (bool, int, str)
