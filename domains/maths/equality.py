"""Compares two bare expressions: no unit, no label and no words around them."""

from typing import NamedTuple

from . import symbolic


class Equality(NamedTuple):
    """The verdict on two expressions, and what speaks against it."""

    same: bool
    doubt: str = ""
    """Why two ways of comparing disagree; empty where they agree."""


def equal(gold: str, given: str) -> Equality:
    """Compare two expressions, plain or in LaTeX. Raises symbolic.Unavailable."""
    return Equality(symbolic.same(gold, given))
