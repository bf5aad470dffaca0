"""Tests of a task: drawn inputs, with the results of the reference solution."""

import functools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..sandbox import Call, Json, Raised, Returned, close, same
from .harness import PLAIN
from .inputs import FILE, SHAPES, InputGenerator, Shape
from .reference_runner import Program, Result
from .templates import Task

EXAMPLES = 3
SHORT = 110
"""Characters of an example that a problem shows."""


class Case(NamedTuple):
    """One call, with its expected result."""

    shape: Shape
    args: tuple[Json, ...]
    files: Mapping[str, str]
    expected: Result

    def passes(self, found: Result) -> bool:
        """Tell whether `found` is the reference's result: value, type, and arguments afterwards."""
        if isinstance(found, Raised) or isinstance(self.expected, Raised):
            return (
                isinstance(found, Raised)
                and isinstance(self.expected, Raised)
                and found.kind == self.expected.kind
            )
        return agree(found.value, self.expected.value) and same(
            list(found.args), list(self.expected.args)
        )


def agree(found: Json, expected: Json) -> bool:
    """Tell whether types and values are the same; floats may differ in their last digits."""
    return close(found, expected) if _has_float(expected) else same(found, expected)


@functools.lru_cache(maxsize=4096)
def hidden_of(task: Task) -> tuple[Case, ...]:
    """Return the tests that judge a reply: always the same for the same task."""
    shapes = [*SHAPES, *SHAPES]
    tests = (task.template.harness or PLAIN).tests
    return tuple(draw(task, "hidden", tests, shapes))


def draw(task: Task, purpose: str, n: int, shapes: Sequence[Shape] = ()) -> list[Case]:
    """Draw `n` cases: the forced `shapes` first, then by chance."""
    rnd = InputGenerator(f"{task.id}/{purpose}", task.params, task.near)
    drawn = []
    for number in range(n):
        shape = shapes[number] if number < len(shapes) else rnd.choice((*SHAPES, "ordinary"))
        args, files = _name_files(task.template.inputs(rnd, shape), f"{purpose}{number}")
        drawn.append((shape, args, files))
    everything = {name: content for *_, files in drawn for name, content in files.items()}
    program = Program(f"{task.code}\n\n{task.harness}", everything)
    return [Case(*one, program(task.calls, one[1])) for one in drawn]


def _name_files(drawn: Json, stem: str) -> tuple[tuple[Json, ...], dict[str, str]]:
    """Return the arguments, with a name wherever a file was drawn, and those files."""
    assert isinstance(drawn, list), "inputs draws the list of arguments"
    args, files = list(drawn), {}
    for place, arg in enumerate(drawn):
        if isinstance(arg, dict) and arg.keys() == {FILE}:
            args[place] = name = f"{stem}{'abc'[place]}.txt"
            if arg[FILE] is not None:
                files[name] = str(arg[FILE])
    return tuple(args), files


@functools.lru_cache(maxsize=4096)
def examples_of(task: Task) -> tuple[Case, ...]:
    """Return the cases that the problem shows: results that differ, one that raises if any does."""
    cases = [case for case in draw(task, "example", 60, SHAPES) if _length(case) <= SHORT]
    cases.sort(key=_length)
    rich = cases[len(cases) // 2 :]
    raising = [case for case in cases if isinstance(case.expected, Raised)]
    returning = [case for case in rich + cases if isinstance(case.expected, Returned)]
    chosen: list[Case] = []
    for case in [*raising[:1], *returning]:
        if _outcome(case) not in map(_outcome, chosen):
            chosen.append(case)
    return tuple(sorted(chosen[:EXAMPLES], key=_length))


def as_calls(task: Task, cases: Sequence[Case]) -> list[Call]:
    return [Call(task.calls, case.args) for case in cases]


def files_of(cases: Sequence[Case]) -> dict[str, str]:
    return {name: content for case in cases for name, content in case.files.items()}


def _outcome(case: Case) -> str:
    return repr(case.expected.kind if isinstance(case.expected, Raised) else case.expected.value)


def _length(case: Case) -> int:
    return len(repr(case.args)) + len(_outcome(case)) + sum(map(len, case.files.values()))


def _has_float(value: Json) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, float) or any(map(_has_float, inner))
