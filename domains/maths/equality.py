"""Compares two bare expressions: no unit, no label and no words around them.

Texts that are the same in one spelling are equal, and fractions are compared exactly. What
math-verify passes over must be the same as written. All else is equal only where math-verify says
so and the values at some points do not deny it; where the two disagree, nothing is equal, and the
verdict tells the doubt.
"""

import contextlib
import functools
import re
from collections.abc import Iterator
from contextvars import ContextVar
from fractions import Fraction
from typing import NamedTuple

from ..reading.contract import LONGEST
from . import symbolic
from .expression_forms import latex
from .expressions import Unbounded, Unreadable, parse, value
from .notation import tidy

# A base, a degree sign, per cent, dots, a prime, a ratio.
PASSED_OVER = re.compile(
    r"(?<=[\d)}])_\{[^{}]*\}|\^\\circ|\\?%|\\?\$|\\approx|\\[lc]?dots|\.\.\.|['\":]"
)
RELATION = re.compile(r"([<>=]|\\(?:le|ge|ne|in|subset)(?![A-Za-z]))")
ORDERED = re.compile(r"(?<![A-Za-z])[(\[][^()\[\]]*,[^()\[\]]*[)\]]")


class Equality(NamedTuple):
    """The verdict on two expressions, and what speaks against it."""

    same: bool
    doubt: str = ""
    """Why two ways of comparing disagree; empty where they agree."""


_LATE = Equality(False, "math-verify came to no end within its limits")
_late: ContextVar[list[Equality]] = ContextVar("late")
"""The comparisons of a reply that came to no end."""


@contextlib.contextmanager
def one_reply() -> Iterator[None]:
    """Let the comparisons within cost one worker at most: behind a late one no other is asked."""
    token = _late.set([])
    try:
        yield
    finally:
        _late.reset(token)


def equal(gold: str, given: str) -> Equality:
    """Compare two expressions, plain or in LaTeX. Raises symbolic.Unavailable."""
    late = _late.get([])
    if max(len(gold), len(given)) > LONGEST or not (gold.isprintable() and given.isprintable()):
        return Equality(False)
    one, other = tidy(gold), tidy(given)
    if squeeze(one) == squeeze(other):
        return Equality(bool(one))
    if not (one and other) or _form(one) != _form(other):
        return Equality(False)
    values = _exact(one), _exact(other)
    if None not in values:
        return Equality(values[0] == values[1])
    found = _LATE if late else _ask(_write(one), _write(other))
    if found is _LATE:
        late.append(found)
    return found


@functools.lru_cache(maxsize=10_000)
def _ask(gold: str, given: str) -> Equality:
    found = symbolic.JUDGE.compare(gold, given)
    if found.late:
        return _LATE
    if found.values_agree in (None, found.same):
        return Equality(found.same is True)
    said = "the same, their values differ" if found.same else "different, their values agree"
    return Equality(False, f"math-verify finds them {said}")


def squeeze(text: str) -> str:
    """Remove the spaces that part no two words or numbers."""
    return re.sub(r"(?<![0-9A-Za-z]) | (?![0-9A-Za-z])", "", text)


def _form(text: str) -> list[str]:
    """Return what must be the same as written; a sum's `k=1` relates nothing."""
    related = RELATION.search(re.sub(r"_\{[^{}]*\}", "", text))
    ordered = len(ORDERED.findall(text))
    return sorted(PASSED_OVER.findall(text)) + ["="] * bool(related) + [","] * ordered


def _write(text: str) -> str:
    """Return LaTeX in which all that we can read has its brackets."""
    return "".join(map(_write_side, RELATION.split(text)))


def _write_side(text: str) -> str:
    try:
        return latex(parse(text))
    except Unreadable:
        return f"{text} "


def _exact(text: str) -> Fraction | None:
    try:
        found = value(parse(text))
    except (Unreadable, Unbounded):
        return None
    return found if isinstance(found, Fraction) else None
