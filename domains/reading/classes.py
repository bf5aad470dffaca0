"""Finds the class that an answer names: one of a few words or letters."""

import re
from collections.abc import Sequence
from functools import lru_cache

from .contract import Unreadable
from .denials import has_denial

_COMMON = frozenset(
    {"a", "i", "no", "on", "in", "to", "up", "it", "is", "as", "all", "any", "one", "none", "some",
     "both", "more", "less", "most", "same", "other"}
)  # fmt: skip
"""Classes that a sentence may hold without meaning them."""
_ALONE = re.compile(
    r"\s*(?:$|[.,;:!?)\]}*_\"'`\n|/–—-]"
    r"|(?:because|since|as|is|was|or|and|but|nor|not|vs|it|they|there|we)(?!\w))",
    re.I,
)
_LETTER = re.compile(r"\w")
_SLASH_BEFORE, _SLASH = re.compile(r"(\w+)/\Z"), re.compile(r"\A/(\w+)")
_WORD = 60
"""Characters that a word beside a slash has at most."""
_SENTENCES = re.compile(r"[.!?。]\s+\w")
_SAID = re.compile(
    r"(?:[(\[{:=>/|]|(?<!\w)(?:is|was|be|option|answer|choice|letter|class|label|category|but|not|or"
    r"|and|choose|pick|select|say|think|believe|guess|with|for|than))\W*$",
    re.I,
)
"""Words that lead to an answer of one letter."""


def class_of(text: str, classes: Sequence[str]) -> str:
    """Return the only class that `text` names. Raises Unreadable."""
    bare = " ".join(text.split()).strip("()[]{}\"'*_`. ")
    for name in classes:
        if bare.casefold() == name.casefold() or text == name:
            return name
    meant, possible = _names(text, tuple(classes))
    if len(meant) != 1 or possible - meant:
        raise Unreadable("It names more than one class." if meant else "It names no class.")
    return next(iter(meant))


@lru_cache(maxsize=64)
def _pattern(classes: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(classes, key=len, reverse=True)
    return re.compile(
        rf"(?<![\w-])(?<!\d[.,])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-]|[.,]\d)", re.I
    )


def _names(text: str, classes: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """Return the classes that are meant, and those that may be. Raises Unreadable."""
    known = {name.casefold(): name for name in classes}
    pattern = _pattern(classes)
    # A class that is a word of denial, such as "no", denies no other one.
    others = pattern.sub(lambda found: "_" * len(found[0]), text) if classes else text
    if _SENTENCES.search(others):
        raise Unreadable("It is more than one sentence.")
    meant, possible = set[str](), set[str]()
    for found in pattern.finditer(text) if classes else ():
        # "N/A" and "A/C" are words of their own, "A/B" offers two classes.
        glued = [
            *_SLASH_BEFORE.findall(text[max(0, found.start() - _WORD) : found.start()]),
            *_SLASH.findall(text[found.end() : found.end() + _WORD]),
        ]
        if any(part.casefold() not in known for part in glued):
            continue
        if not has_denial(others, found.start(), found.end()):
            name = known.get(found[0].casefold(), found[0])
            meant |= {name} if _stands_for_itself(text, found) else set()
            possible |= {name} if found[0] == name and _ALONE.match(text, found.end()) else set()
    return meant, possible


def _stands_for_itself(text: str, found: re.Match[str]) -> bool:
    """Tell whether a class stands for itself: "A." and "No" do, "a" in "a cat" does not."""
    if len(found[0]) > 1 and found[0].casefold() not in _COMMON:
        return True
    before = text[max(0, found.start() - 20) : found.start()]
    begins = not _LETTER.search(text, 0, found.start())
    leads = len(found[0]) > 1 or begins or _SAID.search(before)
    return bool(leads and _ALONE.match(text, found.end()))
