"""Reads the answer out of a reply, and compares it by a named rule.

exact      the same characters; only spaces and markup around it do not count
text       the same words; case, spacing and final punctuation do not count
number     the same value: 1,000 = 1000.0, 1/2 = 0.5, a unit behind it is passed over
class      one of the classes, and only one
contains   the first line holds it as whole words
set        the same items, in any order
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

MARK = re.compile(r"\banswer\b[*_`]*\s*(?::|\bis\b)[*_`: ]*", re.I)
NUMBER = re.compile(
    r"(?<![\w.])(?<!\d,)[-+−]?\s?"
    r"(?:(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,40})(?:\.\d{1,40})?|\.\d{1,40})"
    r"(?:e[-+]?\d{1,2}|\s?/\s?\d{1,40})?(?![.,]?\d)(?!e[-+]?\d)",
    re.I | re.A,
)
CLOSE = Fraction(1, 10**6)
"""Two numbers are the same when they differ by less than this share of the wanted one."""
HEDGE = re.compile(r"\W{0,4}(?:or|and|/|\|)\W{0,4}", re.I)


class ParsedAnswer(NamedTuple):
    """The answer that was read from a reply."""

    answer: str | None
    """None where nothing could be read."""
    right: bool = False


Compare = Callable[[str, str, Sequence[str]], ParsedAnswer]
"""The answer given, the one wanted, the classes -> how the given one reads."""


def answer_of(reply: str) -> str | None:
    """Return the text after the last `Answer:`; a reply of one line may leave the mark out."""
    marks = list(MARK.finditer(reply))
    answer = reply[marks[-1].end() :].strip() if marks else reply.strip()
    return answer if answer and (marks or "\n" not in answer) else None


def shows_work(reply: str) -> bool:
    """Tell whether anything stands before the answer."""
    marks = list(MARK.finditer(reply))
    return bool(marks) and bool(re.search(r"\w", reply[: marks[-1].start()]))


def number_of(text: str) -> Fraction | None:
    """The only number of `text`, or the one after its last `=`; None where that is not clear."""
    found = [match[0] for match in NUMBER.finditer(text.rpartition("=")[2])]
    if len(found) != 1:
        return None
    plain = re.sub(r"[\s,+]", "", found[0]).replace("−", "-")
    try:
        return Fraction(plain)
    except (ValueError, ZeroDivisionError):
        return None


def same_number(one: Fraction, wanted: Fraction) -> bool:
    """Tell whether both are the same, but for rounding far behind the point."""
    return abs(one - wanted) <= abs(wanted) * CLOSE


def class_of(text: str, classes: Sequence[str]) -> str | None:
    """The class that `text` opens with, unless it offers another one beside it."""
    opening = re.sub(r"^[\W_]+", "", text)
    for name in sorted(classes, key=len, reverse=True):
        if re.match(rf"{re.escape(name)}(?!\w)", opening, re.I):
            rest = HEDGE.match(opening[len(name) :])
            after = opening[len(name) + rest.end() :] if rest else ""
            hedged = any(re.match(rf"{re.escape(it)}(?!\w)", after, re.I) for it in classes)
            return None if hedged else name
    return None


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" \t*_`\"'")


def _exact(said: str, wanted: str, classes: Sequence[str]) -> ParsedAnswer:
    first = _bare(said.split("\n")[0])
    return ParsedAnswer(first, _bare(wanted) in (first, _bare(said)))


def _words(text: str) -> str:
    return _bare(text).rstrip(".!?;, *_`").casefold()


def _text(said: str, wanted: str, classes: Sequence[str]) -> ParsedAnswer:
    first = said.split("\n")[0]
    return ParsedAnswer(_bare(first), _words(wanted) in (_words(first), _words(said)))


def _number(said: str, wanted: str, classes: Sequence[str]) -> ParsedAnswer:
    found, true = number_of(said.split("\n")[0]), number_of(wanted)
    if found is None:
        return ParsedAnswer(None)
    return ParsedAnswer(_bare(said.split("\n")[0]), true is not None and same_number(found, true))


def _class(said: str, wanted: str, classes: Sequence[str]) -> ParsedAnswer:
    found = class_of(said, classes)
    return ParsedAnswer(found, found is not None and found.casefold() == wanted.casefold())


def _contains(said: str, wanted: str, classes: Sequence[str]) -> ParsedAnswer:
    first = _bare(said.split("\n")[0])
    whole = rf"(?<!\w){re.escape(_words(wanted))}(?!\w)"
    return ParsedAnswer(first, re.search(whole, _words(first)) is not None)


def _items(text: str) -> list[str]:
    return sorted(_words(item) for item in re.split(r"[,;\n]|\band\b", text) if _words(item))


def _set(said: str, wanted: str, classes: Sequence[str]) -> ParsedAnswer:
    first, items = said.split("\n")[0], _items(wanted)
    return ParsedAnswer(_bare(first), items in (_items(first), _items(said)))


JUDGES: Mapping[str, Compare] = {
    "exact": _exact,
    "text": _text,
    "number": _number,
    "class": _class,
    "contains": _contains,
    "set": _set,
}
