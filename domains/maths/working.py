"""Worked solutions: the kinds of steps asked for, each on lines of its own, then the answer."""

import re
from collections.abc import Callable

from .problems import shown
from .template import Made
from .units import UNITS


def write(made: Made, steps: frozenset[str]) -> str:
    """Write out `steps`, always in the same order, and the answer."""
    blocks = [writer(made) for kind, writer in WRITERS.items() if kind in steps]
    return "\n".join([*blocks, f"Answer: {shown(made.answer, made.unit)}"])


def _given(made: Made) -> str:
    return f"Numbers: {', '.join(re.findall(r'[0-9]+', made.text))}"


def _rounded(made: Made) -> str:
    """Each number of the problem by its first digit."""
    numbers = [int(digits) for digits in re.findall(r"\d+", made.text)]
    return f"Rounded: {', '.join(str(round(n, 1 - len(str(n)))) for n in numbers)}"


def _unit(made: Made) -> str:
    if not made.unit:
        return "Unit: none"
    return f"Unit: {made.unit}, of {UNITS[made.unit].measures}"


WRITERS: dict[str, Callable[[Made], str]] = {
    "given": _given,
    "rounded": _rounded,
    "equation": lambda made: f"Equation: {made.equation}",
    "working": lambda made: "\n".join(made.working),
    "unit": _unit,
    "check": lambda made: f"Check: {made.check}",
}
