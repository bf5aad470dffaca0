"""Templates of problems, and the text of numbers and polynomials in them."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from .answers import Form, Kind

Numbers = tuple[int, ...]
LEVELS = (1, 2, 3)
HARD = 4
"""The level that only ood draws from."""


@dataclass(frozen=True)
class WorkedProblem:
    """A problem with its worked solution; every line of it is true."""

    text: str
    answer: str
    """Without its unit."""
    equation: str
    """The equation or formula that the problem comes down to."""
    working: Sequence[str]
    """One transformation a line."""
    check: str
    """The answer put back into the problem."""
    kind: Kind = "number"
    unit: str = ""
    form: Form = ""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Letter -> what it may stand for; none: the lines hold for any."""
    functions: Mapping[str, str] = field(default_factory=dict)
    """Of x, which may stand for anything where `values` does not say what for."""
    stages: Sequence[str] = ()
    """Results on the way: what a solution that stops early answers."""


@dataclass(frozen=True)
class Exercise:
    """A family of problems. `draw` gives the numbers in which the same problem looks the same."""

    name: str
    draw: Callable[[random.Random, int], Numbers]
    """Numbers of a level; those of one level are never those of another."""
    make: Callable[..., WorkedProblem]
    away: bool = False
    """Training never sees it: only ood draws from it."""
    area: str = ""
    """Filled in where the templates of all areas are gathered."""


def size(rnd: random.Random, level: int) -> int:
    """Draw the number that sets the difficulty; each level has its own range."""
    low, high = {1: (2, 5), 2: (6, 9), 3: (10, 15), HARD: (16, 40)}[level]
    return rnd.randint(low, high)


def nonzero(rnd: random.Random, most: int) -> int:
    """Draw a number from -most to most, but not 0."""
    return rnd.choice((-1, 1)) * rnd.randint(1, most)


def size_and(
    *others: int | Sequence[int] | Callable[[int], Sequence[int]], step: int = 1, more: int = 0
) -> Callable[[random.Random, int], Numbers]:
    """Return a drawer of the number that sets the difficulty, and of `others` behind it.

    That number comes `step` times, and `more`. A sequence is chosen from, or what a function makes
    of that number; a number stands for those from minus to plus itself, but not 0.
    """

    def draw(rnd: random.Random, level: int) -> Numbers:
        first = size(rnd, level) * step + more
        some = [other(first) if callable(other) else other for other in others]
        return first, *(nonzero(rnd, it) if isinstance(it, int) else rnd.choice(it) for it in some)

    return draw


def num(number: Fraction | int) -> str:
    """Write a number: `3`, `-2`, `3/4`."""
    return str(Fraction(number))


def par(number: Fraction | int) -> str:
    """Write a number, in brackets where a sign or a bar would be misread."""
    written = num(number)
    return written if written.isdigit() else f"({written})"


def plus(number: Fraction | int) -> str:
    """Write a number as the rest of a sum: ` + 3` or ` - 3`."""
    return f" {'-' if number < 0 else '+'} {par(abs(Fraction(number)))}"


def poly(coefficients: Sequence[Fraction | int]) -> str:
    """Write a polynomial: `6x^2 - 4x + 1` of 6, -4, 1."""
    return _write_polynomial(coefficients, "x", "")


def put_in(coefficients: Sequence[Fraction | int], number: Fraction | int) -> str:
    """Write a polynomial with a number in place of its letter: `6*2^2 - 4*2 + 1`."""
    return _write_polynomial(coefficients, par(number), "*")


def _write_polynomial(coefficients: Sequence[Fraction | int], x: str, times: str) -> str:
    terms = []
    for place, factor in enumerate(coefficients):
        power = len(coefficients) - 1 - place
        if factor:
            size = abs(Fraction(factor))
            letter = "" if power == 0 else x if power == 1 else f"{x}^{power}"
            digits = "" if size == 1 and letter else par(size) if letter or times else num(size)
            terms.append((factor < 0, times.join(part for part in (digits, letter) if part)))
    if not terms:
        return "0"
    first = ("-" if terms[0][0] else "") + terms[0][1]
    return first + "".join(f" {'-' if minus else '+'} {term}" for minus, term in terms[1:])


def at(coefficients: Sequence[Fraction | int], number: Fraction | int) -> Fraction:
    """Evaluate the polynomial."""
    total = Fraction(0)
    for factor in coefficients:
        total = total * number + factor
    return total


def derivative(coefficients: Sequence[Fraction | int]) -> list[Fraction]:
    """Return the derivative's coefficients."""
    degree = len(coefficients) - 1
    return [Fraction(factor) * (degree - i) for i, factor in enumerate(coefficients[:-1])]


def antiderivative(coefficients: Sequence[Fraction | int]) -> list[Fraction]:
    """Return the coefficients of the antiderivative that is 0 at 0."""
    degree = len(coefficients)
    return [Fraction(factor, degree - i) for i, factor in enumerate(coefficients)] + [Fraction(0)]


def reduce_fraction(top: int, bottom: int) -> str:
    """Write a fraction and its lowest terms: `6/30 = 1/5`, or `7/30` alone."""
    done = num(Fraction(top, bottom))
    return done if done == f"{top}/{bottom}" else f"{top}/{bottom} = {done}"


def chain(sign: str, numbers: Sequence[Fraction | int]) -> str:
    """Write a sum or product: `3 + (-4) + 5`, `3*4*5`."""
    return sign.join(par(number) for number in numbers)
