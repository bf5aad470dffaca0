"""Worked solutions: each kind of step on lines of its own, then the answer."""

import re
from collections.abc import Callable

from .problems import answer_with_unit
from .template import WorkedProblem

MEASURES = {
    **dict.fromkeys(("mm", "cm", "m", "km"), "length"),
    **dict.fromkeys(("mm^2", "cm^2", "m^2", "km^2"), "area"),
    **dict.fromkeys(("mm^3", "cm^3", "m^3", "km^3"), "volume"),
    "min": "time", "h": "time", "km/h": "speed", "$": "money", "years": "age",
}  # fmt: skip
"""The units of the problems, and what they measure."""


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
    return f"Unit: {made.unit}, of {MEASURES[made.unit]}"


WRITERS: dict[str, Callable[[WorkedProblem], str]] = {
    "given": _copy_numbers,
    "rounded": _round_numbers,
    "equation": lambda made: f"Equation: {made.equation}",
    "working": lambda made: "\n".join(made.working),
    "unit": _unit,
    "check": lambda made: f"Check: {made.check}",
}
