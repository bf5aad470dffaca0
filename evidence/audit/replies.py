"""Reads replies again, with more patience than the parser that scored them."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

_MARKUP = " \t\r\n*_`\"'“”‘’$.!"
_MARK = r"\b(?:answer|conclusion|verdict|result|label|class|prediction|option|choice)\b"
_IS = re.compile(r"[\W_]*(?:(?:is|was|be|would|will|must|should|clearly|therefore|thus)\b[\W_]*)*")
"""What may stand between that word and the answer, and says that it is the answer."""
_NUMBER = re.compile(r"(?<![\w.])[-−]?\$?\d[\d,]*(?:\.\d+)?(?!\w)")
_CLOSED = (".", "!", "?", ")", "]", "}", '"', "'", "*", "`", "|", "…", "”", "’", "$")


class Reader(Protocol):
    """A way of reading answers, which whoever asks for an audit brings along."""

    def plain(self, answer: str) -> str:
        """Return the one form that an answer has in all its notations."""

    def same(self, gold: str, answer: str) -> bool:
        """Tell whether two plain answers have one value, though they are written differently."""

    def visible_text(self, reply: str) -> str:
        """Return a reply without its thinking and its markup."""

    def conclusion(self, reply: str, classes: Sequence[str], numeric: bool) -> str | None:
        """Return the plain answer that a reply gives; None where it stands by none."""


def conclusion(
    reply: str, reader: Reader, classes: Sequence[str] = (), numeric: bool = False
) -> str | None:
    """Return the plain answer that a reply ends with; None where it states none.

    What the reader finds goes first. It judges, and takes nothing that is unclear; to find doubts,
    more is tried. Among `classes` (plain): the last one that is said to be the answer, else the
    only one in the last line, else the one that the reply opens with if no other follows. A class
    that is denied or offered as a choice ("YES or NO") is not stated. Where answers are `numeric`:
    the only number of the last sentence. Else the last line.
    """
    found = reader.conclusion(reply, classes, numeric)
    if found is not None:
        return found
    said = reader.visible_text(reply).rstrip()
    if classes:
        stated = _stated_class(said, tuple(classes))
        return None if stated is None else reader.plain(stated)
    line = said.rpartition("\n")[2]
    if not numeric:
        return reader.plain(line) or None
    sentence = re.split(r"[.!?]\s", line)[-1]
    numbers = _NUMBER.findall(sentence)
    return None if len(numbers) != 1 or _DENIAL.search(sentence) else reader.plain(numbers[0])


def first_mention(reply: str, answer: str) -> int | None:
    """Return the place behind the first mention of an answer in a reply, whatever it says of it."""
    found = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", reply, re.I)
    return found.end() if found else None


def seems_cut_short(reply: str, concluded: bool) -> bool:
    """Tell whether a reply ends in the middle of a sentence, without a conclusion."""
    text = reply.rstrip()
    return not concluded and len(text) >= 20 and not text.endswith(_CLOSED)


class _Words(NamedTuple):
    named: re.Pattern[str]
    choice: re.Pattern[str]
    stated: re.Pattern[str]


@lru_cache(maxsize=64)
def _words(classes: tuple[str, ...]) -> _Words:
    any_class = "|".join(re.escape(name) for name in sorted(classes, key=len, reverse=True))
    one = rf"(?<![\w-])(?:{any_class})(?![\w-])"
    return _Words(
        re.compile(one, re.I),
        re.compile(
            rf"{one}(?:\W{{0,3}}(?:or|and|/|\||vs\.?)\W{{0,3}}(?:answer\W{{1,3}})?{one})+", re.I
        ),
        re.compile(rf"{_MARK}([^\n.;]{{0,40}}?)(?<!\w)({any_class})(?![\w-])", re.I),
    )


def _stated_class(said: str, classes: tuple[str, ...]) -> str | None:
    words = _words(classes)
    text = words.choice.sub(" ", said)
    stated = [
        m[2]
        for m in words.stated.finditer(text)
        if (_IS.fullmatch(m[1]) or _names_class(text, m, 2)) and not _has_denial(text, m.start(2))
    ]
    if stated:
        return stated[-1]
    at = text.rfind("\n") + 1
    sentence = max(text.rstrip(".!?").rfind(mark) for mark in ".!?") + 1
    for start in (at, max(at, sentence)):
        found = list(_mentions(text, start, words))
        if len({answer.casefold() for answer, _ in found}) == 1:
            return found[-1][0]
    everywhere = list(_mentions(text, 0, words))
    opens = bool(everywhere) and not text[: everywhere[0][1]].strip(_MARKUP)
    alone = len({answer.casefold() for answer, _ in everywhere}) == 1
    return everywhere[0][0] if opens and alone else None


def _mentions(text: str, start: int, words: _Words) -> Iterator[tuple[str, int]]:
    """Classes that are meant as answers; of one letter or digit, nobody can tell."""
    for m in words.named.finditer(text, start):
        named = len(m[0]) > 1 and not m[0].isdigit() and _names_class(text, m, 0)
        if named and not _has_denial(text, m.start()):
            yield m[0], m.start()


def _names_class(text: str, m: re.Match[str], group: int) -> bool:
    """Tell whether a class stands for itself: "NO" and "no." do, "no" in "no meeting" does not."""
    after = text[m.end(group) : m.end(group) + 1]
    return (len(m[group]) > 1 and m[group].isupper()) or after == "" or after in ".,;:!?)]}*_\"'`\n"


_DENIAL = re.compile(r"\b(?:not|never|no|wrong|incorrect)\b|n['’]t\b", re.I)


def _has_denial(text: str, at: int) -> bool:
    before = text[max(0, at - 16) : at]
    return bool(re.search(r"(?:\bnot|n't|n’t|\bnever)\W{1,3}(?:(?:be|an?)\s)?$", before, re.I))
