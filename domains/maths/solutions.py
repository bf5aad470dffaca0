"""Worked solutions: each kind of step on lines of its own, then the answer."""

import re
from collections.abc import Callable

from .problems import answer_with_unit
from .template import WorkedProblem
from .units import UNITS


def write(made: WorkedProblem, steps: frozenset[str]) -> str:
    """Write out `steps`, always in the same order, and the answer."""
    blocks = [writer(made) for kind, writer in WRITERS.items() if kind in steps]
    return "\n".join([*blocks, f"Answer: {answer_with_unit(made.answer, made.unit)}"])


def _copy_numbers(made: WorkedProblem) -> str:
    return f"Numbers: {', '.join(re.findall(r'[0-9]+', made.text))}"


def _round_numbers(made: WorkedProblem) -> str:
    """Round each number of the problem to its first digit."""
    numbers = [int(digits) for digits in re.findall(r"\d+", made.text)]
    return f"Rounded: {', '.join(str(round(n, 1 - len(str(n)))) for n in numbers)}"


def _unit(made: WorkedProblem) -> str:
    if not made.unit:
        return "Unit: none"
    return f"Unit: {made.unit}, of {UNITS[made.unit].measures}"


WRITERS: dict[str, Callable[[WorkedProblem], str]] = {
    "given": _copy_numbers,
    "rounded": _round_numbers,
    "equation": lambda made: f"Equation: {made.equation}",
    "working": lambda made: "\n".join(made.working),
    "unit": _unit,
    "check": lambda made: f"Check: {made.check}",
}
