"""Harnesses that exercise a task's function or class where one plain call does not.

The source of a harness is appended to the program under test and enters the sandbox with it: it
holds no expected value, and what it returns is compared outside.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..sandbox import Json, Returned

ExampleWriter = Callable[[str, Sequence[Json], Json], str]


class Harness(NamedTuple):
    """Source that exercises a function or a class, and the text of its examples."""

    source: str
    """Defines `_drive(*args)`; `$name` is what was asked for."""
    write: ExampleWriter
    """Name, arguments and returned value -> an example as people read it."""
    note: str = ""
    """What the problem's text adds."""
    tests: int = 120
    """How many hidden tests there are: a sandboxed program may leave 200 files behind."""


def call(name: str, args: Sequence[Json]) -> str:
    return f"{name}({', '.join(map(repr, args))})"


def _write_call(name: str, args: Sequence[Json], value: Json) -> str:
    return f"{call(name, args)} == {value!r}"


def _write_first_values(name: str, args: Sequence[Json], value: Json) -> str:
    taken = value[1] if isinstance(value, list) else value
    return f"list(islice({call(name, args)}, 12)) == {taken!r}"


def _write_steps(name: str, args: Sequence[Json], value: Json) -> str:
    start, steps = args
    assert isinstance(start, list) and isinstance(steps, list) and isinstance(value, list)
    told = [f"it = {call(name, start)}"]
    for step, result in zip(steps, value, strict=True):
        assert isinstance(step, list)
        said = repr(result[0]) if isinstance(result, list) else f"raises {result}"
        told.append(f"{call(f'it.{step[0]}', step[1:])} -> {said}")
    return "; ".join(told)


def _write_file_result(name: str, args: Sequence[Json], value: Json) -> str:
    assert isinstance(value, list)
    return f"{call(name, args)} == {value[0]!r}, and {args[1]} then holds {value[1]!r}"


PLAIN = Harness("", _write_call)
TAKE = Harness(
    """
def _drive(*args):
    from itertools import islice

    made = $name(*args)
    return [iter(made) is made, list(islice(made, 12))]
""",
    _write_first_values,
    "It must be lazy: it may be asked for the first few values only.",
)
STEPS = Harness(
    """
def _drive(start, steps):
    thing = $name(*start)
    said = []
    for method, *rest in steps:
        try:
            said.append([getattr(thing, method)(*rest)])
        except Exception as error:
            said.append(type(error).__name__)
    return said
""",
    _write_steps,
)
WRITES_FILE = Harness(
    """
def _drive(path, out, *args):
    returned = $name(path, out, *args)
    with open(out) as file:
        return [returned, file.read()]
""",
    _write_file_result,
    tests=80,
)


def write_example(
    harness: Harness | None, name: str, args: Sequence[Json], returned: Returned
) -> str:
    return (harness or PLAIN).write(name, args, returned.value)
