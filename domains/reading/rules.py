"""Named rules by which an answer is compared with the one that is wanted.

exact      the same characters; only spaces and what wraps them do not count
text       the same words; case, spacing and final punctuation do not count
number     the same value: 1,000 = 1000.0, 1/2 = 0.5, a noun or a unit behind it is passed over
class      one of the classes, and only one
contains   the answer holds it as whole words, and does not deny it
set        the same items, in any order
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from .classes import class_of
from .contract import Reading, Unreadable
from .denials import has_denial
from .dress import undress
from .numbers import Number, read_number, same_number
from .reading import read_reply
from .wrappers import BULLET, open_markdown, unwrap


class Terms(NamedTuple):
    """Facts of a question that its answers are compared by."""

    classes: tuple[str, ...] = ()
    tolerance: Fraction | None = None
    """Share of the wanted number by which another one may differ from it."""
    in_percent: bool = False
    """The question asks for percent: a number without the sign counts them, too."""
    scales: frozenset[str] = frozenset()
    """Scales that the question asks in: `how many dozen`. Behind a number they are nouns."""


class FileJudge(NamedTuple):
    """A judge that a file names: its parser, and its comparison of what that returns."""

    parse: Callable[[str, Terms], str]
    """Return the answer that an unwrapped text gives. Raises Unreadable."""
    same: Callable[[str, str, Terms], bool]
    """Compare the wanted answer, as its file gives it, with a parsed one."""
    words: bool = True
    """Nearly any words are an answer."""


def read_by(rule: str, reply: str, terms: Terms) -> Reading[str]:
    """Return the answer of a reply, as the rule of that name reads it."""
    parse, same, words = JUDGES[rule]
    return read_reply(
        reply,
        lambda text: parse(text, terms),
        same=lambda one, other: same(one, other, terms),
        words=words,
    )


def is_right(rule: str, wanted: str, given: str, terms: Terms) -> bool:
    """Tell whether a parsed answer is the wanted one."""
    return JUDGES[rule].same(wanted, given, terms)


def words_of(text: str) -> str:
    """Return the words of an answer: its dress, its case and its final punctuation do not count."""
    return _bare(text).strip("\"'“”‘’„«»").rstrip(_ENDS).casefold()


_UNSPACED = "\u0e00"
_ENDS = ".!?;, *_。、…"


def _bare(text: str) -> str:
    """Return a wanted answer, or a given one, as a reply's is unwrapped."""
    return " ".join(unwrap(open_markdown(undress(text))).split())


def _any_words(text: str, terms: Terms) -> str:
    if not text.strip():
        raise Unreadable("It says nothing.")
    return text


def first_line(text: str) -> str:
    """Return the line of an answer; those below it may explain it."""
    return text.strip().partition("\n")[0]


def _parts(text: str) -> tuple[str, str, str]:
    """Return an answer, its first line, and its first sentence: what stands behind may explain."""
    line = first_line(text)
    return text, line, re.split(r"(?<=[.!])\s|(?<=。)", line)[0]


def _same_characters(wanted: str, given: str, terms: Terms) -> bool:
    gold, *said = (_bare(it) for it in (wanted, *_parts(given)))
    return gold in said


def _same_words(wanted: str, given: str, terms: Terms) -> bool:
    return words_of(wanted) in map(words_of, _parts(given))


def _one_number(text: str, terms: Terms) -> str:
    _number(text, terms)
    return text


_RELATIVE = re.compile(r"(?:pairs?(?: of .*)?|(?P<fewer>fewer|less))")
"""Nouns that change a number, unless the question asks in them."""


def _number(text: str, terms: Terms) -> Number:
    """Return the number of a text, in the scale that was asked for. Raises Unreadable."""
    for scale in terms.scales:
        text = re.sub(rf"(?<=\d)\s{scale}s?(?!\w)", "", text, flags=re.I)
    number = read_number(text)
    changed = _RELATIVE.fullmatch(number.unit)
    if changed and changed["fewer"]:
        raise Unreadable(f"`{number.unit}` says how far it is from another one.")
    return number._replace(value=number.value * 2) if changed else number


def _same_value(wanted: str, given: str, terms: Terms) -> bool:
    """Tell whether both are one number; what cannot be read is no number."""
    try:
        gold, other = (_in_percent(_number(it, terms), terms) for it in (wanted, given))
    except Unreadable:
        return False
    return same_number(gold, other, terms.tolerance)


def _in_percent(number: Number, terms: Terms) -> Number:
    counts_them = terms.in_percent and not number.percent
    return number._replace(value=number.value / 100) if counts_them else number


def _one_class(text: str, terms: Terms) -> str:
    return class_of(text, terms.classes)


def _same_class(wanted: str, given: str, terms: Terms) -> bool:
    return wanted.casefold() == given.casefold()


def _holds(wanted: str, given: str, terms: Terms) -> bool:
    """Tell whether an answer says the wanted words, and stands by them alone."""
    words, said = words_of(wanted), words_of(first_line(given))
    return bool(words) and any(
        not has_denial(said, found.start(), found.end()) and not _CHOICE.search(said, found.end())
        for found in re.finditer(_whole(words), said)
    )


_CHOICE = re.compile(
    r"(?<!\w)(?:(?:or|alternatively|maybe|perhaps)(?!\w)(?! not(?!\w)| so(?!\w))|no\s?(?:[:.]|$)"
    r"|(?:is|was|are|be)\s(?:\w+\s)?(?:wrong|incorrect|false|mistaken|not (?:right|correct|true)))"
    r"|[(\[]\s*(?:wrong|incorrect|false|no)(?!\w)"
)
"""Offers something else, or takes back what was said."""


def _whole(words: str) -> str:
    """Return a pattern for words that are part of no longer one, and of no other number."""
    first, last = words[:1], words[-1:]
    begins = r"(?<![\w-])(?<!\d[.,])" if first.isdigit() else r"(?<!\w)"
    ends = r"(?!\w|[.,]\d)" if last.isdigit() else r"(?!\w)"
    # Scripts without spaces have no such edges.
    return (
        f"{begins if first < _UNSPACED else ''}{re.escape(words)}{ends if last < _UNSPACED else ''}"
    )


_LISTED = re.compile(r"^[^,;\n]{0,60}?(?<!\w)(?:are|is|include|includes)(?!\w)\s*:?\s*", re.I)


def _items(text: str) -> list[str]:
    bare = unwrap(undress(text)).replace("\\{", "{").replace("\\}", "}")
    if len(bare) > 2 and (bare[0], bare[-1]) in (("{", "}"), ("[", "]"), ("(", ")")):
        bare = bare[1:-1]
    parts = re.split(r"[,;\n]|(?<!\w)and(?!\w)", bare)
    return sorted(filter(None, (words_of(BULLET.sub("", part)) for part in parts)))


def _some_items(text: str, terms: Terms) -> str:
    if not _items(text):
        raise Unreadable("It lists nothing.")
    return text


def _same_items(wanted: str, given: str, terms: Terms) -> bool:
    said = _parts(given)
    return _items(wanted) in map(_items, (*said, *(_LISTED.sub("", it) for it in said)))


JUDGES: Mapping[str, FileJudge] = {
    "exact": FileJudge(_any_words, _same_characters),
    "text": FileJudge(_any_words, _same_words),
    "number": FileJudge(_one_number, _same_value, words=False),
    "class": FileJudge(_one_class, _same_class, words=False),
    "contains": FileJudge(_any_words, _holds),
    "set": FileJudge(_some_items, _same_items),
}
