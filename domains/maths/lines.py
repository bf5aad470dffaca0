"""Looks at every equation that a text writes down, and says which are false.

A numeric equation is evaluated. One with unknowns is evaluated at the values the problem gives them
(one that holds at any of them holds); letters that the problem does not know are not judged.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from .expressions import (
    TOKEN,
    Functions,
    Node,
    Unbounded,
    Unreadable,
    Value,
    close,
    names_in,
    plain,
    read_plain,
    value,
)
from .forms import POINTS

MOST = 6_000
"""Characters from the end of a text; what stands before is not looked at."""
EQUATIONS = 200
"""Looked at in one text."""
WIDEST = 120
"""Characters between two signs; wider sides are no equation."""


class Known(NamedTuple):
    """What a problem says of its letters."""

    values: Mapping[str, Sequence[Value]]
    """Name -> the values it may have. No values: the equation must hold for any."""
    functions: Functions


class Line(NamedTuple):
    """One equation, as written."""

    text: str
    holds: bool
    numeric: bool
    """It holds no unknown."""


NOTHING = Known({}, {})
PIECES = re.compile(r"[\n;:?!|$]|,\s|\.(?:\s|$)|\\\\|\b(?:or|and|so|then|gives|thus)\b")
EQUALS = re.compile(r"(?<![<>=!≈≠])=(?!=)")
UNIT_OR_WORD = re.compile(r"$|[mhlgs](?![a-zA-Z(])|[A-Za-z]{2}|[^-+*/^(A-Za-z0-9]")
"""What may stand behind an equation: nothing, a unit, a word, a sign that calculates nothing."""
OPEN_WORDS = re.compile(r"\b(?:of|than|by|minus|plus|times|over|per|half|twice|double)\s*$", re.I)


def lines(text: str, known: Known = NOTHING) -> list[Line]:
    """Every equation of `text` that can be judged, in order."""
    found = itertools.islice(_equations(text[-MOST:], known), EQUATIONS)
    return list(found)


def false_lines(text: str, known: Known = NOTHING) -> list[Line]:
    """The equations of `text` that do not hold."""
    return [line for line in lines(text, known) if not line.holds]


def _equations(text: str, known: Known) -> Iterator[Line]:
    text = re.sub(r"%\s+of\b", "/100 *", plain(text)).replace("%", "/100")
    for piece in PIECES.split(text):
        sides = EQUALS.split(piece)
        for place, (left, right) in enumerate(itertools.pairwise(sides)):
            one = _left(left, known) if place == 0 else _right(left, known)
            other = _right(right, known)
            if one is not None and other is not None:
                judged = _judged(one, other, known)
                if judged is not None:
                    yield Line(f"{left.strip()[-80:]} = {right.strip()[:80]}", *judged)


def _left(text: str, known: Known) -> Node | None:
    """The longest ending of `text` that is an expression, if all its letters are known."""
    for place in _starts(text):
        before, tree = text[:place], _read(text[place:])
        if tree is not None:
            broken_off = OPEN_WORDS.search(before) or before.endswith(".")
            return None if broken_off or not _all_known(tree, known) else tree
    return None


def _right(text: str, known: Known) -> Node | None:
    """The longest beginning of `text` that is an expression; words and a unit may follow."""
    ends = [match.end() for match in TOKEN.finditer(text[:WIDEST])]
    for end in reversed(ends):
        tree, rest = _read(text[:end]), text[end:].lstrip()
        if tree is not None and _all_known(tree, known):
            # What goes on behind a sign was not read: it would be judged as less than it is.
            return tree if UNIT_OR_WORD.match(rest) else None
    return None


def _all_known(tree: Node, known: Known) -> bool:
    return names_in(tree) <= known.values.keys()


def _starts(text: str) -> list[int]:
    tail = max(0, len(text) - WIDEST)
    return [match.start() for match in TOKEN.finditer(text, tail)]


def _read(text: str) -> Node | None:
    try:
        return read_plain(text)
    except Unreadable:
        return None


def _judged(one: Node, other: Node, known: Known) -> tuple[bool, bool] | None:
    """Whether it holds, and whether it is numeric; None where nobody can tell."""
    names = sorted(names_in(one) | names_in(other))
    choices = [known.values[name] or POINTS for name in names]
    free = any(not known.values[name] for name in names)
    if free and "name" in (one.kind, other.kind):
        # "At x = 1" chooses, it claims nothing.
        return None
    results = []
    try:
        for chosen in itertools.islice(itertools.product(*choices), 64):
            at = dict(zip(names, chosen, strict=True))
            left, right = (value(side, at, known.functions) for side in (one, other))
            near = _rounding(one, other)
            results.append(close(left, right) or -near <= left - right <= near)
    except (Unreadable, Unbounded):
        return None
    return (all(results) if free else any(results)), not names


def _rounding(*sides: Node) -> Fraction:
    """How far a side may be off because the other is written with two decimals or more."""
    decimals = [len(side.text.partition(".")[2]) for side in sides if side.kind == "number"]
    most = max(decimals, default=0)
    return Fraction(1, 2) / int("1" + "0" * most) if most >= 2 else Fraction(0)
