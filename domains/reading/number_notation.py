"""Notations of numbers: their signs spelt plainly, their pattern, their value."""

import re
import unicodedata
from fractions import Fraction
from typing import NamedTuple

from .contract import Unreadable
from .dress import undress
from .number_words import CURRENCY

LARGEST_EXPONENT = 2_000
CHUNK = 4_000
"""Digits that Python turns into a number at once; it refuses more than 4,300."""


class Number(NamedTuple):
    """The value of a number, and how it was written."""

    value: Fraction
    """With its percent sign and scale word counted in."""
    decimals: int | None = 0
    """Places behind the point that were written; None for a fraction."""
    percent: bool = False
    unit: str = ""
    """Noun or unit behind it, as written."""


DIGITS_ALONE = re.compile(r"-?\d+(?:\.\d+)?", re.A)
_SPELT = {
    "\\$": "$", "\\%": "%", "\\left": "", "\\right": "", "\\!": "", "{,}": ",", "\\,": " ",
    "\\;": " ", "\\:": " ", "\\ ": " ", "~": " ", "\\quad": " ", "\\times": "*", "\\cdot": "*",
    "×": "*", "·": "*", "⋅": "*", "∙": "*", "\\div": "/", "÷": "/", "⁄": "/", "^\\circ": "°",
    "^{\\circ}": "°", "\\degree": "°", "\\approx": "≈", "\\simeq": "≈", "≃": "≈", "≅": "≈",
    "\\displaystyle": "", "’": "'", "{}": "", "**": "^",
}  # fmt: skip
_SPELLING = re.compile("|".join(re.escape(it) for it in sorted(_SPELT, key=len, reverse=True)))
_TEXT = re.compile(r"\\(?:text|textbf|mathrm|mathbf|operatorname|mbox)\s?\{([^{}]*)\}")
_FRAC = re.compile(r"\\[dtc]?frac\s?(?:\{(-?[\d,]+)\}|(\d))\s?(?:\{(-?[\d,]+)\}|(\d))", re.A)
_BRACED = re.compile(r"(?<![\^_\w}])\{(-?\d[\d.,]*)\}")
_VULGAR = re.compile("[¼-¾⅐-⅞]")
_RAISED = re.compile("[⁰¹²³⁴-⁹⁺⁻]+")
_TIMES = re.compile(r"(?<=[\d)])\s?x\s?(?=[\d(])")


def spell_plainly(text: str) -> str:
    """Return `text` with its LaTeX and Unicode spelt as plain signs."""
    if not text.isascii():
        text = _VULGAR.sub(lambda it: f" {unicodedata.normalize('NFKC', it[0])} ", undress(text))
        text = _RAISED.sub(lambda it: f"^{unicodedata.normalize('NFKC', it[0])}", text)
        text = text.replace("−", "-")
    if "\\" in text or "{" in text:
        text = _FRAC.sub(lambda it: f" {it[1] or it[2]}/{it[3] or it[4]} ", _TEXT.sub(r" \1", text))
        text = _BRACED.sub(r"\1", text)
    return _TIMES.sub("*", _SPELLING.sub(lambda it: _SPELT[it[0]], text)).strip()


_WHOLE = r"(?:[1-9]\d{0,2}(?:(?:,\d{3})+|(?: \d{3})+|(?:'\d{3})+)(?!\d)|\d+)"
NUMBER = re.compile(
    rf"(?P<sign>[-+]\s?)?(?:(?P<money>(?:US)?[{re.escape(CURRENCY)}]\s?)(?P<after>-\s?)?)?"
    rf"(?<![\w.^])(?<!\d[,'])(?:"
    rf"(?P<ones>{_WHOLE})(?:\s| and )\s?(?P<part>\d{{1,9}})\s?/\s?(?P<of>\d{{1,9}})"
    rf"|(?P<over>{_WHOLE})\s?/\s?(?P<under>-?{_WHOLE})"
    rf"|(?P<ten>10)\^\{{?\s?(?P<power>[-+]?\d{{1,6}})\s?\}}?"
    rf"|(?P<digits>{_WHOLE}(?:\.\d+)?|\.\d+)(?P<again>\.?\\(?:overline|bar)\{{\d{{1,40}}\}})?"
    r"(?:e(?P<e>[-+]?\d{1,6})|\s?\*\s?10\^\{?\s?(?P<exponent>[-+]?\d{1,6})\s?\}?)?"
    r")(?![.,']?\d|/(?![^\W\d_]{2})|\^|_)",
    re.A | re.I,
)


def value_of(match: re.Match[str]) -> Number:
    """Return the number of a match without its sign. Raises Unreadable."""
    if match["of"]:
        part, of = int(match["part"]), int(match["of"])
        if part >= of:
            raise Unreadable("It is no mixed number.")
        return Number(_whole(match["ones"]) + Fraction(part, of), None)
    if match["over"]:
        under = _whole(match["under"])
        if not under:
            raise Unreadable("It divides by zero.")
        return Number(_whole(match["over"]) / under, None)
    if match["ten"]:
        return decimal_of("1", int(match["power"]))
    exponent = int(match["e"] or match["exponent"] or 0)
    number = decimal_of(re.sub(r"[ ,']", "", match["digits"]), exponent)
    if not match["again"]:
        return number
    again = re.sub(r"\D", "", match["again"])
    places = match["digits"].partition(".")[2]
    tail = Fraction(int(again), 10 ** len(again) - 1) / 10 ** len(places)
    return Number(number.value + tail * Fraction(10) ** exponent, None)


def decimal_of(digits: str, exponent: int) -> Number:
    """Return digits with a point, times a power of ten."""
    if abs(exponent) > LARGEST_EXPONENT:
        raise Unreadable("Its exponent is too large.")
    ones, _, places = digits.partition(".")
    value = _whole(ones + places) * Fraction(10) ** (exponent - len(places))
    return Number(value, max(0, len(places) - exponent))


def _whole(digits: str) -> Fraction:
    """Return the number that digits make, however many they are."""
    plain = re.sub(r"[ ,'-]", "", digits)
    found = 0
    for at in range(0, len(plain), CHUNK):
        part = plain[at : at + CHUNK]
        found = found * 10 ** len(part) + int(part)
    return Fraction(-found if digits.startswith("-") else found)
