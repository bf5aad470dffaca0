"""Reads the cells of results: texts, numbers, and what evaluation harnesses wrap them in."""

import json
import math
import re

UNREAD = frozenset({"", "[invalid]"})
"""Says that no answer was read."""
_ENDS_IN = re.compile(r"^####[ \t]+(.+)$", re.M)


def text_of(value: object) -> str:
    """Return the text of a cell; a list of one is what it holds, any other one is JSON."""
    value = _only_item(value)
    if value is None or value != value:
        return ""  # Nothing, or the NaN that a table writes for it.
    if isinstance(value, str):
        # Half a pair of surrogates, as JSON may hold it, can be printed nowhere.
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def number_of(value: object) -> float | None:
    """Return the finite number of a cell; None where it holds none."""
    if not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def gold_of(value: object) -> str:
    """Return the right answer: of a worked solution, what it ends with (`#### 18`)."""
    text = text_of(value)
    ends = _ENDS_IN.findall(text)
    return str(ends[-1]) if ends else text


def answer_of(value: object) -> str | None:
    """Return the answer as it was read; None where none was."""
    choice = _likeliest(value)
    text = text_of(value if choice is None else choice)
    return None if text in UNREAD else text


def reply_of(value: object) -> str | None:
    """Return a reply; log-probabilities were measured, and not said."""
    said = _only_item(value)
    return None if isinstance(said, list | dict) else text_of(said) or None


def _only_item(value: object) -> object:
    while isinstance(value, list) and len(value) == 1:
        (value,) = value
    return value


def _likeliest(value: object) -> int | None:
    """Return the number of the likeliest of several choices; None where there are none.

    lm-eval-harness logs a question of choices so: each is its log-probability, and whether a
    greedy decoder would say it.
    """
    choices = value if isinstance(value, list) and len(value) > 1 else []
    scores = [
        number_of(choice[0])
        for choice in choices
        if isinstance(choice, list) and len(choice) == 2 and str(choice[1]) in ("True", "False")
    ]
    known = [score for score in scores if score is not None]
    return known.index(max(known)) if known and len(known) == len(choices) else None
