"""Tells whether words are said, or denied."""

import re

_WORDS = (
    r"(?:not|never|neither|nor|no|cannot|without|unlike|isnt|[a-z]+n['’]t|rather than|instead of"
    r"|wrong(?:ly)?|false(?:ly)?|incorrect(?:ly)?|anything but)"
)
_CLAUSE = re.compile(r"[.,;:!?\n]|(?<!\w)(?<!anything )but(?!\w)", re.I)
_BEFORE = re.compile(rf"(?<!\w){_WORDS}\W+(?:\w+\W+){{0,3}}$", re.I)
_BEHIND = re.compile(
    r"[\s\"'*)]{0,3}(?:[a-z]+n['’]t(?!\w)|(?:is|are|was|were|be|does|do|did|has|have|can|could|would)"
    r"\s+(?:\w+\s+)?(?:not|never|wrong|false|incorrect|mistaken|no)(?!\w))",
    re.I,
)
_REMARK = re.compile(r"\s*[(\[]\s*(?:wrong|incorrect|false|not|no)(?!\w)", re.I)
REACH = 80
"""Characters before some words in which their denial is looked for."""


def has_denial(text: str, start: int, end: int) -> bool:
    """Tell whether the words of `text` from `start` to `end` are denied in their own clause."""
    clause = _CLAUSE.split(text[max(0, start - REACH) : start])[-1]
    denied = _BEFORE.search(clause) or _BEHIND.match(text, end) or _REMARK.match(text, end)
    return denied is not None
