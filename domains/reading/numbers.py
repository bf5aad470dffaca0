"""Reads one number as people write it, exactly, and compares two of them.

Only a text that is one number is read, with a label before it and a noun or a unit behind it:
words that calculate or deny, single letters and a second number make it something else.
"""

import contextlib
import re
from fractions import Fraction

from .contract import LONGEST, Unreadable
from .number_notation import DIGITS_ALONE, NUMBER, Number, decimal_of, spell_plainly, value_of
from .number_words import ASKED_PERCENT, ASKED_SCALE, COUNTED, DENIED, read_sign, read_tail

__all__ = ["Number", "asked_scales", "asks_for_percent", "number_of", "read_number", "same_number"]

MOST_DIGITS, SIDES = 30_000, 9
"""Characters of a text that is nothing but digits, and sides of an equation."""
CLOSE, NOISE = Fraction(1, 10**6), Fraction(1, 10**12)
"""Shares of a gold answer with decimals by which one that rounds it, or any other, may differ."""
DECIMALS = 6
"""Decimals that a fraction without an end needs at least."""


def number_of(text: str) -> Fraction:
    """Return the value of a text that is one number. Raises Unreadable."""
    return read_number(text).value


def read_number(text: str) -> Number:
    """Read a text that is one number, or an equation that leads to one. Raises Unreadable."""
    bare = text.strip()
    if len(bare) <= MOST_DIGITS and DIGITS_ALONE.fullmatch(bare):
        return decimal_of(bare, 0)
    if len(bare) > LONGEST:
        raise Unreadable("It is too long for a number.")
    plain = spell_plainly(bare)
    if plain.count("=") >= SIDES:
        raise Unreadable("It is too long an equation.")
    first, _, rounded = plain.partition("≈")
    if not rounded:
        return _equal_sides(first)
    if _LABEL.fullmatch(first):
        return _equal_sides(rounded)
    exact = _equal_sides(first)
    if not _rounds(_equal_sides(rounded), exact):
        raise Unreadable("Its sides differ.")
    return exact


def same_number(gold: Number, given: Number, tolerance: Fraction | None = None) -> bool:
    """Tell whether `given` has the value of `gold`.

    Whole numbers and fractions are compared exactly. A gold answer with decimals leaves room for
    rounding far behind the point, `tolerance` (a share of the gold answer) for more; a fraction
    that never ends may stand as a decimal number that is rightly rounded.
    """
    difference = abs(gold.value - given.value)
    if tolerance is None:
        tolerance = Fraction(0)
        if gold.decimals and gold.value.denominator > 1:
            places = min(gold.decimals, gold.decimals if given.decimals is None else given.decimals)
            rounded = 2 * difference <= Fraction(1, 10**places)
            tolerance = CLOSE if rounded else NOISE
    return difference <= abs(gold.value) * tolerance or any(
        exact.decimals is None
        and (decimal.decimals or 0) >= DECIMALS
        and bool(decimal.value)
        and _rounds(decimal, exact)
        for exact, decimal in ((gold, given), (given, gold))
    )


def asks_for_percent(question: str) -> bool:
    """Tell whether a question wants percent: it says so, and not only behind a number."""
    return any(
        not COUNTED.search(question, 0, found.start()) for found in ASKED_PERCENT.finditer(question)
    )


def asked_scales(question: str) -> frozenset[str]:
    """Return the scales that a question asks in, such as `dozen`: there they are nouns."""
    return frozenset(
        found[1].lower()
        for found in ASKED_SCALE.finditer(question)
        if not COUNTED.search(question, 0, found.start(1))
    )


def _rounds(decimal: Number, exact: Number) -> bool:
    """Tell whether a decimal number is the other one, rounded to the places that it has."""
    if decimal.decimals is None:
        return decimal.value == exact.value
    return abs(decimal.value - exact.value) * 2 <= Fraction(1, 10**decimal.decimals)


_LABEL = re.compile(r"[A-Za-z' ]{0,60}(?:_\{?\w{1,3}\}?)?(?:\([^()=]{0,9}\))?\s*")
"""What a result may be called: `x`, `x_1`, `f'(2)`, `area`."""
_WORKED = re.compile(
    r"(?:[\d\s.,+\-*/^(){}%'°$€£!|_]|\\[a-z]+|(?<![^\W\d_])[mgslLh](?![^\W\d_])|[^\W\d_]{2,}+)*+"
)
"""A sum that is written out: no letter of algebra stands in it."""


def _equal_sides(text: str) -> Number:
    """Return the number of an equation: a label, a sum and its result, or two names of one value.

    Raises Unreadable where the sides differ, and where there is something to be solved.
    """
    found: Number | None = None
    for side in text.split("="):
        number = None
        with contextlib.suppress(Unreadable):
            number = _alone(side)
        if number is None:
            if "=" not in text or not (_LABEL.fullmatch(side) or _WORKED.fullmatch(side)):
                raise Unreadable("It is no number.")
            if DENIED.search(side):
                raise Unreadable("It denies a number.")
        elif found is None or (found.unit and number.unit and found.unit != number.unit):
            found = number
        elif not _rounds(number, found):
            raise Unreadable("Its sides differ.")
    if found is None:
        raise Unreadable("It is no number.")
    return found


def _alone(text: str) -> Number:
    """Return the only number of a text without an equals sign. Raises Unreadable."""
    text = _open_brackets(text.strip())
    found = list(NUMBER.finditer(text))
    if len(found) != 1:
        raise Unreadable("It gives more than one number." if found else "It gives no number.")
    (match,) = found
    sign = read_sign(match, text[: match.start()])
    scale, percent, unit = read_tail(text[match.end() :], bool(match["money"]))
    value, decimals, percent, unit = value_of(match)._replace(percent=percent, unit=unit)
    scale = scale / 100 if percent else scale
    if decimals is not None:
        decimals = max(0, decimals - _zeros(scale))
    return Number(sign * value * scale, decimals, percent, unit)


def _zeros(scale: Fraction) -> int:
    """Return by how many places a scale moves the point."""
    if scale.numerator < scale.denominator:
        return 1 - len(str(scale.denominator))
    return len(str(scale.numerator)) - 1


def _open_brackets(text: str) -> str:
    while len(text) > 2 and (text[0], text[-1]) in (("(", ")"), ("[", "]"), ("{", "}")):
        if any(it in text[1:-1] for it in "()[]{}"):
            break
        text = text[1:-1].strip()
    return text
