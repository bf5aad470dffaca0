"""Reads replies again, with more patience than the parser that scored them."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

_NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?")
_MARKUP = " \t\r\n*_`\"'“”‘’$.!"
_MARK = r"\b(?:answer|conclusion|verdict|result|label|class|prediction|option|choice)\b"
_IS = re.compile(r"[\W_]*(?:(?:is|was|be|would|will|must|should|clearly|therefore|thus)\b[\W_]*)*")
"""What may stand between that word and the answer, and says that it is the answer."""
_STATED = re.compile(_MARK + r"[*_` ]*(?:\bis\b|\bwas\b|:|=|->|→)[*_`: ]*([^\n]+)", re.I)
_BOXED = re.compile(r"\\boxed\{([^{}]*)\}|(?m:^####\s*(.+)$)")
_CLOSED = (".", "!", "?", ")", "]", "}", '"', "'", "*", "`", "|", "…", "”", "’", "$")


class Conclusion(NamedTuple):
    """The answer that a reply ends with."""

    answer: str
    """In plain form; see `plain`."""
    at: int
    """Where in the reply it stands."""


@lru_cache(maxsize=10_000)
def plain(answer: str) -> str:
    """An answer without what does not change it: case, markup, a final full stop, 1,000 or 1.0."""
    bare = answer.strip(_MARKUP).casefold() or answer.strip()
    if _NUMBER.fullmatch(bare):
        try:
            return f"{Decimal(bare.replace(',', '')).normalize():f}"
        except InvalidOperation:
            return bare
    return bare


def conclusion(reply: str, classes: Sequence[str] = (), numeric: bool = False) -> Conclusion | None:
    """The answer that a reply states last, wherever it stands; None where it states none.

    Among `classes` (plain): the last one that is said to be the answer, else the only one in the
    last line, else the one that the reply opens with if no other follows. A class that is denied
    or offered as a choice ("YES or NO") is not stated. Open answers: what is boxed or said to be
    the answer, else the last line; where answers are `numeric`, the number in it.
    """
    if classes:
        return _stated_class(reply, tuple(classes))
    stated = [(m.start(), m[1] or m[2]) for m in _BOXED.finditer(reply)] or [
        (m.start(1), m[1]) for m in _STATED.finditer(reply)
    ]
    at, said = stated[-1] if stated else _last_line(reply)
    if numeric:
        numbers = list(_NUMBER.finditer(said))
        # "7, since 3 + 4" begins with it; a sum written out, and a line of working, end with it.
        place = 0 if stated and "=" not in said else -1
        return (
            Conclusion(plain(numbers[place][0]), at + numbers[place].start()) if numbers else None
        )
    return Conclusion(plain(said), at) if plain(said) else None


def first_mention(reply: str, answer: str) -> int | None:
    """Return the place behind the first mention of an answer in a reply, whatever it says of it."""
    found = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", reply, re.I)
    return found.end() if found else None


def seems_cut_short(reply: str, concluded: bool) -> bool:
    """Tell whether a reply ends in the middle of a sentence, without a conclusion."""
    text = reply.rstrip()
    return not concluded and len(text) >= 20 and not text.endswith(_CLOSED)


def _last_line(reply: str) -> tuple[int, str]:
    text = reply.rstrip()
    at = text.rfind("\n") + 1
    return at, text[at:]


class _Words(NamedTuple):
    named: re.Pattern[str]
    choice: re.Pattern[str]
    said: re.Pattern[str]


@lru_cache(maxsize=64)
def _words(classes: tuple[str, ...]) -> _Words:
    any_class = "|".join(re.escape(name) for name in sorted(classes, key=len, reverse=True))
    one = rf"(?<![\w-])(?:{any_class})(?![\w-])"
    said = rf"(?:{_MARK}([^\n.;]{{0,40}}?)|\\boxed\{{\s*|####\s*)(?<!\w)({any_class})(?![\w-])"
    return _Words(
        re.compile(one, re.I),
        re.compile(
            rf"{one}(?:\W{{0,3}}(?:or|and|/|\||vs\.?)\W{{0,3}}(?:answer\W{{1,3}})?{one})+", re.I
        ),
        re.compile(said, re.I),
    )


def _stated_class(reply: str, classes: tuple[str, ...]) -> Conclusion | None:
    words = _words(classes)
    # As many blanks, so that what follows stays in its place.
    text = words.choice.sub(lambda m: " " * len(m[0]), reply)
    stated = [
        m
        for m in words.said.finditer(text)
        if _IS.fullmatch(m[1] or "") or _names_class(text, m, 2)
    ]
    stated = [m for m in stated if not _has_denial(text, m.start(2))]
    if stated:
        return Conclusion(plain(stated[-1][2]), stated[-1].start(2))
    at, line = _last_line(text)
    if line.strip(_MARKUP).casefold() in classes:
        return Conclusion(plain(line), at)
    for start in (at, at + max(line.rstrip(".!?").rfind(mark) for mark in ".!?") + 1):
        found = list(_mentions(text, start, words))
        if len({answer for answer, _ in found}) == 1:
            return Conclusion(*found[-1])
    everywhere = list(_mentions(text, 0, words))
    opens = bool(everywhere) and not text[: everywhere[0][1]].strip(_MARKUP)
    alone = len({answer for answer, _ in everywhere}) == 1
    return Conclusion(*everywhere[0]) if opens and alone else None


def _mentions(text: str, start: int, words: _Words) -> Iterator[tuple[str, int]]:
    """Classes that are meant as answers; of one letter or digit, nobody can tell."""
    for m in words.named.finditer(text, start):
        named = len(m[0]) > 1 and not m[0].isdigit() and _names_class(text, m, 0)
        if named and not _has_denial(text, m.start()):
            yield plain(m[0]), m.start()


def _names_class(text: str, m: re.Match[str], group: int) -> bool:
    """Tell whether a class stands for itself: "NO" and "no." do, "no" in "no meeting" does not."""
    after = text[m.end(group) : m.end(group) + 1]
    return (len(m[group]) > 1 and m[group].isupper()) or after == "" or after in ".,;:!?)]}*_\"'`\n"


def _has_denial(text: str, at: int) -> bool:
    before = text[max(0, at - 16) : at]
    return bool(re.search(r"(?:\bnot|n't|n’t|\bnever)\W{1,3}(?:(?:be|an?)\s)?$", before, re.I))
