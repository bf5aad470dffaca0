"""Shallow facts of a prompt that a guess could use.

Numbers are found here by a pattern of their own: floors of recorded runs rest on what it finds, and
so does the choice of a file's judge. How answers are read may change; these facts may not.
"""

import re
from collections.abc import Sequence
from fractions import Fraction

MANY = 10
"""More different answers than this are no classes, unless the file says so."""
_NUMBER = re.compile(
    r"(?<![\w.])(?<!\d,)[-+−]?\s?"
    r"(?:(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,40})(?:\.\d{1,40})?|\.\d{1,40})"
    r"(?:e[-+]?\d{1,2}|\s?/\s?\d{1,40})?(?![.,]?\d)(?!e[-+]?\d)",
    re.I | re.A,
)


def features_of(prompt: str, classes: Sequence[str]) -> dict[str, float]:
    """Return the shallow facts that a guess could use."""
    numbers = [_value_of(match[0]) for match in _NUMBER.finditer(prompt)]
    sizes = [min(abs(float(number)), 1e15) for number in numbers if number is not None]
    words = prompt.split()
    facts: dict[str, float] = {
        "characters": len(prompt),
        "words": len(words),
        "lines": prompt.count("\n") + 1,
        "longest word": max(map(len, words), default=0),
        "capitals": sum(letter.isupper() for letter in prompt),
        "numbers": len(sizes),
        "first number": sizes[0] if sizes else 0,
        "last number": sizes[-1] if sizes else 0,
        "largest number": max(sizes, default=0),
    }
    named = classes if len(classes) <= MANY else ()
    return facts | {
        f"says {name}": bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", prompt, re.I))
        for name in named
    }


def holds_one_number(answer: str) -> bool:
    """Tell whether an answer, or what follows its last `=`, holds a number, and only one."""
    found = _NUMBER.findall(answer.rpartition("=")[2])
    return len(found) == 1 and _value_of(found[0]) is not None


def _value_of(text: str) -> Fraction | None:
    try:
        return Fraction(re.sub(r"[\s,+]", "", text).replace("−", "-"))
    except (ValueError, ZeroDivisionError):
        return None
