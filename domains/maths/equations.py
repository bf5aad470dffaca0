"""Evaluates every equation that a text writes down, and finds the false ones.

A numeric equation is evaluated. One with unknowns is evaluated at the values the problem gives them
(one that holds at any of them holds); letters that the problem does not know are not judged.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from .expression_forms import POINTS
from .expressions import (
    TOKEN,
    Functions,
    Node,
    Unbounded,
    Unreadable,
    Value,
    close,
    names_in,
    parse_plain,
    plain,
    value,
)

MOST = 6_000
"""Characters from the end of a text; what stands before is not looked at."""
EQUATIONS = 200
"""Looked at in one text."""
WIDEST = 120
"""Characters between two signs; wider sides are no equation."""


class Bindings(NamedTuple):
    """Values and functions that a problem gives its letters."""

    values: Mapping[str, Sequence[Value]]
    """Name -> the values it may have. No values: the equation must hold for any."""
    functions: Functions


class Equation(NamedTuple):
    """An equation as written, and its evaluation."""

    text: str
    holds: bool
    numeric: bool
    """It holds no unknown."""


NO_BINDINGS = Bindings({}, {})
PIECES = re.compile(r"[\n;:?!|$]|,\s|\.(?:\s|$)|\\\\|\b(?:or|and|so|then|gives|thus)\b")
EQUALS = re.compile(r"(?<![<>=!≈≠])=(?!=)")
UNIT_OR_WORD = re.compile(r"$|[mhlgs](?![a-zA-Z(])|[A-Za-z]{2}|[^-+*/^(A-Za-z0-9]")
"""What may stand behind an equation: nothing, a unit, a word, a sign that calculates nothing."""
OPEN_WORDS = re.compile(r"\b(?:of|than|by|minus|plus|times|over|per|half|twice|double)\s*$", re.I)


def find_equations(text: str, bindings: Bindings = NO_BINDINGS) -> list[Equation]:
    """Return every equation of `text` that can be evaluated, in order."""
    found = itertools.islice(_equations(text[-MOST:], bindings), EQUATIONS)
    return list(found)


def false_equations(text: str, bindings: Bindings = NO_BINDINGS) -> list[Equation]:
    """Return the equations of `text` that do not hold."""
    return [line for line in find_equations(text, bindings) if not line.holds]


def _equations(text: str, bindings: Bindings) -> Iterator[Equation]:
    text = re.sub(r"%\s+of\b", "/100 *", plain(text)).replace("%", "/100")
    for piece in PIECES.split(text):
        sides = EQUALS.split(piece)
        for place, (left, right) in enumerate(itertools.pairwise(sides)):
            one = _left_side(left, bindings) if place == 0 else _right_side(left, bindings)
            other = _right_side(right, bindings)
            if one is not None and other is not None:
                judged = _judge_equation(one, other, bindings)
                if judged is not None:
                    yield Equation(f"{left.strip()[-80:]} = {right.strip()[:80]}", *judged)


def _left_side(text: str, bindings: Bindings) -> Node | None:
    """Return the longest ending of `text` that is an expression, if all its letters are known."""
    for place in _starts(text):
        before, tree = text[:place], _try_parse(text[place:])
        if tree is not None:
            broken_off = OPEN_WORDS.search(before) or before.endswith(".")
            return None if broken_off or not _has_known_letters(tree, bindings) else tree
    return None


def _right_side(text: str, bindings: Bindings) -> Node | None:
    """Return the longest beginning of `text` that is an expression; words and a unit may follow."""
    ends = [match.end() for match in TOKEN.finditer(text[:WIDEST])]
    for end in reversed(ends):
        tree, rest = _try_parse(text[:end]), text[end:].lstrip()
        if tree is not None and _has_known_letters(tree, bindings):
            # What goes on behind a sign was not read: it would be judged as less than it is.
            return tree if UNIT_OR_WORD.match(rest) else None
    return None


def _has_known_letters(tree: Node, bindings: Bindings) -> bool:
    return names_in(tree) <= bindings.values.keys()


def _starts(text: str) -> list[int]:
    tail = max(0, len(text) - WIDEST)
    return [match.start() for match in TOKEN.finditer(text, tail)]


def _try_parse(text: str) -> Node | None:
    try:
        return parse_plain(text)
    except Unreadable:
        return None


def _judge_equation(one: Node, other: Node, bindings: Bindings) -> tuple[bool, bool] | None:
    """Tell whether it holds and whether it is numeric; None where neither can be decided."""
    names = sorted(names_in(one) | names_in(other))
    choices = [bindings.values[name] or POINTS for name in names]
    free = any(not bindings.values[name] for name in names)
    if free and "name" in (one.kind, other.kind):
        # "At x = 1" chooses, it claims nothing.
        return None
    results = []
    try:
        for chosen in itertools.islice(itertools.product(*choices), 64):
            at = dict(zip(names, chosen, strict=True))
            left, right = (value(side, at, bindings.functions) for side in (one, other))
            near = _rounding(one, other)
            results.append(close(left, right) or -near <= left - right <= near)
    except (Unreadable, Unbounded):
        return None
    return (all(results) if free else any(results)), not names


def _rounding(*sides: Node) -> Fraction:
    """Return the error allowed where a side is written with two decimals or more."""
    decimals = [len(side.text.partition(".")[2]) for side in sides if side.kind == "number"]
    most = max(decimals, default=0)
    return Fraction(1, 2) / int("1" + "0" * most) if most >= 2 else Fraction(0)
