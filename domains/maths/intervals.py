"""Reads intervals, and lists of numbers that may have names."""

import math
import re
from typing import TypeAlias

from .expressions import Unreadable, Value, parse, plain, value
from .quantities import quantity

End: TypeAlias = tuple[Value, bool]
"""A value, and whether it belongs to the interval."""

BRACKETS = re.compile(r"(?:[A-Za-z]\s*∈|[A-Za-z] in\b)?\s*([(\[])([^,;]+)[,;]([^,;]+)([)\]])")
CHAIN = re.compile(r"([^<>=]+)(<=?)\s*[A-Za-z]\s*(<=?)([^<>=]+)")
FALLING = re.compile(r"([^<>=]+)(>=?)\s*[A-Za-z]\s*(>=?)([^<>=]+)")
ONE_SIDED = re.compile(r"[A-Za-z]\s*([<>]=?)([^<>=]+)")
ONE_SIDED_BACKWARDS = re.compile(r"([^<>=A-Za-z]+)([<>]=?)\s*[A-Za-z]")


def interval_of(text: str) -> tuple[End, End]:
    """The ends of `(2, 5]`, `2 < x <= 5`, `x > 2`, `(2, inf)`. Raises Unreadable."""
    text = plain(text).strip()
    if len(text) > 120:
        raise Unreadable("too long for an interval")
    if found := BRACKETS.fullmatch(text):
        return (_end(found[2]), found[1] == "["), (_end(found[3]), found[4] == "]")
    if found := CHAIN.fullmatch(text):
        return (_end(found[1]), "=" in found[2]), (_end(found[4]), "=" in found[3])
    if found := FALLING.fullmatch(text):
        return (_end(found[4]), "=" in found[3]), (_end(found[1]), "=" in found[2])
    if found := ONE_SIDED.fullmatch(text):
        return _half(found[1], _end(found[2]))
    if found := ONE_SIDED_BACKWARDS.fullmatch(text):
        return _half(found[2].translate(str.maketrans("<>", "><")), _end(found[1]))
    halves = re.split(r"\band\b", text)
    if len(halves) == 2:
        (low, high), (other_low, other_high) = map(interval_of, halves)
        # Of two half-lines, what both hold.
        low = other_low if math.isinf(low[0]) else low
        return low, other_high if math.isinf(high[0]) else high
    raise Unreadable("it is no interval")


def _half(sign: str, end: Value) -> tuple[End, End]:
    if sign[0] == ">":
        return (end, "=" in sign), (math.inf, False)
    return (-math.inf, False), (end, "=" in sign)


def _end(text: str) -> Value:
    text = text.strip().replace("oo", "inf").replace("infinity", "inf")
    if text.replace(" ", "") in ("inf", "+inf", "-inf"):
        return -math.inf if "-" in text else math.inf
    return value(parse(text))


NAMED = re.compile(r"^\s*\(?\s*([A-Za-z])(?:_\{?\d\}?|\d)?\s*=")


def values_of(text: str) -> list[tuple[str, Value]]:
    """The numbers of `x = 2 or x = -5`, `{2, -5}`, `2 and -5`, each with its name if it has one."""
    text = plain(text).strip()
    if len(text) > 200:
        raise Unreadable("too long for a list of numbers")
    text = re.sub(r"\\text\s*\{\s*(or|and)\s*\}", r" \1 ", text)
    text = re.sub(r"^[A-Za-z]\s*(?:∈|=|\bin\b)\s*(?=\{)", "", text)
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    found = []
    for piece in re.split(r"\bor\b|\band\b|[,;]", text):
        named = NAMED.match(piece)
        if piece.strip():
            number, _, behind = quantity(piece[named.end() :] if named else piece)
            if behind:
                raise Unreadable("there is more than a number")
            found.append((named[1] if named else "", number))
    if not found:
        raise Unreadable("there is no number")
    return found
