"""The tests of a task: drawn inputs, with what the reference makes of them."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..sandbox import Call, Json, Raised, Returned, close, same
from .harness import PLAIN
from .inputs import FILE, SHAPES, Pen, Shape
from .reference import Program, Result
from .templates import Task

EXAMPLES = 3
SHORT = 110
"""Characters of an example that a problem shows."""


class Case(NamedTuple):
    """One call."""

    shape: Shape
    args: tuple[Json, ...]
    files: Mapping[str, str]
    expected: Result

    def passes(self, found: Result) -> bool:
        """Whether `found` is what the reference gave: value, type, and arguments as left behind."""
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
    """Same types and values; floats may differ in their last digits."""
    return close(found, expected) if _has_float(expected) else same(found, expected)


@functools.lru_cache(maxsize=4096)
def hidden_of(task: Task) -> tuple[Case, ...]:
    """The tests that judge a reply: always the same for the same task."""
    shapes = [*SHAPES, *SHAPES]
    tests = (task.template.drive or PLAIN).tests
    return tuple(draw(task, "hidden", tests, shapes))


def draw(task: Task, purpose: str, n: int, shapes: Sequence[Shape] = ()) -> list[Case]:
    """`n` cases: the forced `shapes` first, then by chance."""
    pen = Pen(f"{task.id}/{purpose}", task.params, task.near)
    drawn = []
    for number in range(n):
        shape = shapes[number] if number < len(shapes) else pen.choice((*SHAPES, "ordinary"))
        args, files = _placed(task.template.inputs(pen, shape), f"{purpose}{number}")
        drawn.append((shape, args, files))
    everything = {name: content for *_, files in drawn for name, content in files.items()}
    program = Program(f"{task.code}\n\n{task.drive}", everything)
    return [Case(*one, program(task.calls, one[1])) for one in drawn]


def _placed(drawn: Json, stem: str) -> tuple[tuple[Json, ...], dict[str, str]]:
    """The arguments, with a name wherever a file was drawn, and those files."""
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
    """What the problem shows: results that differ, one that raises if any does, short first."""
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


def passes_all(task: Task, program: Program, cases: Sequence[Case], lines: int) -> bool:
    """Whether a program of ours passes; raises Endless."""
    return all(case.passes(program(task.calls, case.args, lines)) for case in cases)


def _outcome(case: Case) -> str:
    return repr(case.expected.kind if isinstance(case.expected, Raised) else case.expected.value)


def _length(case: Case) -> int:
    return len(repr(case.args)) + len(_outcome(case)) + sum(map(len, case.files.values()))


def _has_float(value: Json) -> bool:
    return any(isinstance(one, float) for one in _leaves(value))


def _leaves(value: Json) -> Iterator[Json]:
    inner: Sequence[Json] = ()
    if isinstance(value, list):
        inner = value
    elif isinstance(value, dict):
        inner = list(value.values())
    else:
        yield value
    for one in inner:
        yield from _leaves(one)
