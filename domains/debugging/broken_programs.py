"""Chooses a task's broken program: wrong on a hidden test, right on some where it can be."""

import functools
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from ..python_coding.cases import Case, files_of, hidden_of
from ..python_coding.reference_runner import LINES, Endless, Program, Result, compile_program
from ..python_coding.templates import Task
from .mutants import KINDS, Mutant, mutants

LOOKED_AT = 24
"""Mutants that are looked at before one that fails everywhere is taken."""


class BrokenProgram(NamedTuple):
    """A program with one mistake, and a test that shows it."""

    kind: str
    code: str
    before: str
    after: str
    case: Case
    found: Result
    """What the broken program makes of that test."""


@functools.cache
def broken_of(task: Task) -> BrokenProgram | None:
    """Return the broken program of a task: always the same; None if none can be proved wrong."""
    clumsy = None
    for number, mutant in enumerate(_in_turn(task)):
        if clumsy and number >= LOOKED_AT:
            break
        outcomes = _outcomes(task, mutant)
        failed = [(case, found) for case, found in outcomes if not case.passes(found)]
        if not failed:
            continue
        case, found = min(failed, key=lambda one: len(repr(one[0].args)))
        broken = BrokenProgram(mutant.kind, mutant.code, mutant.before, mutant.after, case, found)
        if len(failed) < len(outcomes):
            return broken
        clumsy = clumsy or broken
    return clumsy


def _in_turn(task: Task) -> Iterator[Mutant]:
    """Yield the mutants of a task, one of each kind before a second of any."""
    rnd = Random(task.id)
    by_kind: dict[str, list[Mutant]] = {kind: [] for kind in rnd.sample(list(KINDS), len(KINDS))}
    for mutant in mutants(task.code):
        by_kind[mutant.kind].append(mutant)
    for some in by_kind.values():
        rnd.shuffle(some)
    while any(by_kind.values()):
        yield from [some.pop() for some in by_kind.values() if some]


def _outcomes(task: Task, mutant: Mutant) -> list[tuple[Case, Result]]:
    """Return its results on the hidden tests; none where it does not load or does not end."""
    cases = hidden_of(task)
    try:
        program = Program(compile_program(f"{mutant.code}\n\n{task.harness}"), files_of(cases))
        return [(case, program(task.calls, case.args, LINES)) for case in cases]
    except (Endless, SyntaxError, NameError):
        return []
