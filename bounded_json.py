"""JSON from outside, read within bounds: its length and depth are looked at before it is parsed."""

import json
import re
from typing import Any

LONGEST = 20_000_000
"""Characters of one JSON text, at most; a whole file of lines may be longer."""
DEEPEST = 100
"""Lists and objects inside each other, at most: far above honest text, far below Python's stack."""

_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.S)
"""A whole string, so that no bracket in it counts, or a bracket."""
_HALF = re.compile(r"[\ud800-\udfff]|\\u[dD][89a-fA-F]")
"""Half of a character, or how JSON writes one; two such halves may be a whole one."""


class UnreadableJson(ValueError):
    """The text is no JSON, or none that can be read and kept; the message says why."""


def read_json(text: str, *, longest: int = LONGEST) -> Any:
    """Parse a text that anybody may have written. Raises UnreadableJson, and nothing else.

    Refused with all that is no JSON: what is too long or too deep, whole numbers of thousands of
    digits, and halves of characters, which UTF-8 cannot write. NaN and infinity are read.
    """
    if len(text) > longest:
        raise UnreadableJson(f"it has {len(text)} characters, and {longest} is the most")
    if (depth := _depth(text)) > DEEPEST:
        raise UnreadableJson(f"it is nested {depth} deep, and {DEEPEST} is the most")
    try:
        found = json.loads(text)
        if _HALF.search(text):
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise UnreadableJson("it holds half of a character, which UTF-8 cannot write") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnreadableJson(str(error) or type(error).__name__) from None
    return found


def _depth(text: str) -> int:
    """Return how deep lists and objects are nested, whether they are closed or not."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return 0
    deepest = depth = 0
    for part in _STRUCTURE.finditer(text):
        if part[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif part[0] in "]}":
            depth -= 1
    return deepest
