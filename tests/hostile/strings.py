"""Makes hostile strings: a fixed bank, and for each pattern what its own parts repeat."""

import re
import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice, product
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import sre_constants as sre
    import sre_parse

BANK = (
    *"aZ1 \t\n._-,;:*`~'\"()[]{}<>/\\|=+#$%@!?&^é中α\u0301\u200b\u2212",
    "a ", "1 ", "a.", "1,", "1.", "a-", "- ", ", ", "\n\n", " \n", "\n ", "a:", ": ", "a\n", "1\n",
    "```", "```\n", "~~~", "**", "$$", "\\[", "\\(", "\\boxed{", "\\frac{", "((", "{}", "()", "[]",
    "a=", "=1", "1+", "1/", "->", "<b>", "</b>", "<think>", "</think>", "aα", "no ", "not ",
    "answer ", "answer: ", "the answer is ", "Answer: 1\n", "or ", "and ", "a, ", "x = 1, ", "%20",
    "\\x20", '"a": ', "'a', ", "def a", "import a\n", "a@", "a.b", "step 1. ", "one ", "A",
)  # fmt: skip
"""Units of which a hostile text is made by repeating."""
LED = (
    ("```", " "),
    ("```", "a"),
    ("~~~", " "),
    ("a:", " "),
    ("a", " "),
    ("1", " "),
    ("answer", " "),
)
"""A beginning, and what is repeated behind it."""
ENDS = ("", "`", "!", "\n", "\x00")

_SAMPLES = "aZ1_ é\n.-,\"'(=α:/\\中%"
_MANY = 8


def general(size: int) -> Iterator[str]:
    """Yield the fixed bank at a size."""
    for unit in BANK:
        yield filled("", unit, size)
    for lead, unit in LED:
        for end in ENDS:
            yield filled(lead, unit, size, end)


def own(pattern: str, flags: int, size: int, most: int = 90) -> Iterator[str]:
    """Yield strings that are made of a pattern's own parts."""
    for lead, unit, end in islice(_parts(pattern, flags), most):
        yield filled(lead, unit, size, end)


def filled(lead: str, unit: str, size: int, end: str = "") -> str:
    """Return a text of `size` characters: a beginning, then a unit again and again, and an end."""
    left = size - len(lead) - len(end)
    return lead + (unit * (left // len(unit) + 1))[:left] + end


@cache
def _parts(pattern: str, flags: int) -> tuple[tuple[str, str, str], ...]:
    parsed: Any = sre_parse.parse(pattern, flags & ~re.DEBUG)
    found: dict[tuple[str, str, str], None] = {}
    chars = list(dict.fromkeys(c for op in _flat(parsed) for c in _chars_of(op)))[:14]
    whole = _example(parsed)
    for lead, items in _repeats(list(parsed), ""):
        for unit in items:
            for end in ("", "\x00"):
                found[lead, unit, end] = None
            if lead:
                found["", lead + unit, ""] = None
                found["", lead + unit * 3, ""] = None
                found["", lead, ""] = None
            found["", unit, ""] = None
    for char in chars:
        found["", char, ""] = None
    if whole:
        found["", whole, ""] = None
        found["", whole + " ", ""] = None
        if len(whole) > 1:
            found["", whole[:-1], ""] = None
            found["", whole[:-1] + " ", ""] = None
    for one, other in product(chars[:7], repeat=2):
        if one != other:
            found["", one + other, ""] = None
    return tuple(part for part in found if part[1])


def _flat(items: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield every operation of a parse tree."""
    for op, value in items:
        yield op, value
        for inner in _inner(op, value):
            yield from _flat(inner)


def _inner(op: Any, value: Any) -> list[Any]:
    """Return the sub-patterns of an operation."""
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return [value[2]]
    if op is sre.SUBPATTERN:
        return [value[3]]
    if op is sre.BRANCH:
        return list(value[1])
    if op in (sre.ASSERT, sre.ASSERT_NOT):
        return [value[1]]
    if op is sre.ATOMIC_GROUP:
        return [value]
    if op is sre.GROUPREF_EXISTS:
        return [it for it in value[1:] if it is not None]
    return []


def _repeats(items: list[Any], lead: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what leads to each repeat of many, and up to four texts that it may repeat."""
    for op, value in items:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            if value[1] >= _MANY:
                yield lead, _variants(value[2])
            yield from _repeats(list(value[2]), lead)
        else:
            for inner in _inner(op, value):
                yield from _repeats(list(inner), lead)
        if op not in (sre.ASSERT, sre.ASSERT_NOT, sre.AT):
            lead += _example([(op, value)])


def _variants(items: Any) -> list[str]:
    """Return texts that a sub-pattern matches: one for each of some choices of its characters."""
    found = [_example(items, choice) for choice in range(4)]
    return list(dict.fromkeys(it for it in found if it))


def _example(items: Iterable[Any], choice: int = 0) -> str:
    """Return a short text that the items match, look-arounds apart."""
    said = ""
    for op, value in items:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            said += _example(value[2], choice) * max(value[0], min(choice, 1) if value[1] else 0)
        elif op is sre.SUBPATTERN:
            said += _example(value[3], choice)
        elif op is sre.BRANCH:
            said += _example(value[1][choice % len(value[1])], choice)
        elif op is sre.ATOMIC_GROUP:
            said += _example(value, choice)
        elif chars := _chars_of((op, value)):
            said += chars[choice % len(chars)]
    return said


def _chars_of(item: tuple[Any, Any]) -> list[str]:
    """Return some characters that an operation on one character takes."""
    op, value = item
    if op is sre.LITERAL:
        return [chr(value)]
    if op is sre.ANY:
        return ["a", " ", "."]
    if op is sre.NOT_LITERAL:
        return [c for c in _SAMPLES if c != chr(value)][:3]
    if op is sre.IN:
        return [c for c in _candidates(value) if _takes(value, c)][:5]
    return []


def _candidates(members: Any) -> list[str]:
    """Return what may stand for a class of characters: our samples, and its own literals."""
    literal = [chr(it) for op, it in members if op is sre.LITERAL]
    ranges = [chr(it[0]) for op, it in members if op is sre.RANGE]
    return list(dict.fromkeys([*literal[:2], *_SAMPLES, *literal[2:], *ranges]))


def _takes(members: Any, char: str) -> bool:
    negated = bool(members) and members[0][0] is sre.NEGATE
    return negated != any(_is_in(op, value, char) for op, value in members)


def _is_in(op: Any, value: Any, char: str) -> bool:
    if op is sre.LITERAL:
        return bool(ord(char) == value)
    if op is sre.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    if op is sre.CATEGORY:
        name = str(value)
        yes = {"DIGIT": char.isdigit(), "SPACE": char.isspace()}.get(
            name.rsplit("_", 1)[-1], char.isalnum() or char == "_"
        )
        return bool(yes != ("_NOT_" in name))
    return False
