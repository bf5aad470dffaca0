"""Reads answers of no domain: those in anyone's results, of which nothing is known beforehand."""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from .contract import Unreadable
from .dress import undress
from .numbers import number_of, read_number, same_number
from .rules import Terms, first_line, read_by, words_of
from .thinking import drop_thinking
from .wrappers import open_markdown

_NUMERIC = re.compile(
    r"(?=.*[\d¼-¾⅐-⅞])(?:[^A-Za-z\\]|\\[dt]?frac(?![a-z])|\\[,;:!$%{} ]|(?<=\d)[eE](?=[-+]?\d))*+",
    re.S,
)
"""A number in signs and digits alone: in words and with units, answers stay as they are."""


class AnswerReader:
    """One form for each answer, and the answer that a reply ends with."""

    def plain(self, answer: str) -> str:
        """Return an answer without what does not change it: case, markup, the way of a number."""
        return _plain(answer)

    def same(self, gold: str, answer: str) -> bool:
        """Tell whether two plain answers are one number, but for rounding far behind the point."""
        try:
            return same_number(read_number(gold), read_number(answer))
        except Unreadable:
            return False

    def visible_text(self, reply: str) -> str:
        """Return a reply without its thinking and its markup."""
        return open_markdown(undress(drop_thinking(reply)))

    def conclusion(self, reply: str, classes: Sequence[str], numeric: bool) -> str | None:
        """Return the plain answer that a reply gives; None where it stands by none."""
        rule = "class" if classes else "number" if numeric else "text"
        found = read_by(rule, reply, Terms(tuple(classes))).answer
        if found is None:
            return None
        return _in_digits(number_of(found)) if rule == "number" else _plain(first_line(found))


@lru_cache(maxsize=10_000)
def _plain(answer: str) -> str:
    bare = words_of(answer) or answer.strip()
    try:
        return _in_digits(number_of(bare)) if _NUMERIC.fullmatch(bare) else bare
    except Unreadable:
        return bare


def _in_digits(value: Fraction) -> str:
    """Return a value as a decimal number where it ends, else as a fraction; exact at any size."""
    twos = (value.denominator & -value.denominator).bit_length() - 1
    fives, rest = 0, value.denominator >> twos
    while rest % 5 == 0:
        fives, rest = fives + 1, rest // 5
    places = max(twos, fives)
    # A decimal writes a whole number of any length; Python's own stop at 4,300 digits.
    if rest != 1:
        return f"{Decimal(value.numerator)}/{Decimal(value.denominator)}"
    digits = f"{Decimal(abs(value.numerator) * 10**places // value.denominator)}".zfill(places + 1)
    sign, at = "-" if value < 0 else "", len(digits) - places
    return f"{sign}{digits[:at]}.{digits[at:]}" if places else f"{sign}{digits}"
