"""Replies that no honest model gives, for whoever asks one."""

import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

from .server import EDITS

EDIT: Mapping[str, Any] = EDITS["edits"][0]
TEXTS = {
    "nothing": "",
    "no JSON": "I would add a rule.",
    "open brackets": "[" * 5_000,
    "open objects": '{"a":' * 5_000,
    "closed brackets": "[" * 5_000 + "]" * 5_000,
    "a lone surrogate": '{"lessons": ["\\ud800"]}',
    "half a surrogate, raw": '{"lessons": ["\ud800"]}',
    "a null": "null\0",
    "a long number": "9" * 5_000,
    "not a number": '{"lessons": NaN}',
    "too much": "x" * 1_200_000,
    "a long list": '{"edits": [' + "1," * 90_000 + "1]}",
    "a long lesson": json.dumps({"lessons": ["word " * 30_000]}),
    "one long word": json.dumps({"lessons": ["a" * 100_000]}),
    "many lessons": json.dumps({"lessons": ["Write it down."] * 5_000}),
    "a bare string": '"lessons"',
    "empty keys": '{"": {"": [""]}}',
}
"""What it is -> the reply; each may stand where lessons or edits were asked for."""
VALUES = (
    None, True, -1, 0, 2**63, 10**30, 10**4_000, 0.5, "", "\0", "\u202e", "x" * 601, "y " * 50_000,
    "z" * 100_000, "a\nb", [], {}, [[]], [None], ["carry"] * 5_000, ["w" * 5_000], ["a1"] * 5_000,
    [{"text": "x"}], {"": 1}, "ADD", "MERGE", "r-0000000000",
)  # fmt: skip
"""Values for one field of an edit, of the right type or not."""


def hostile_edits(seed: int) -> str:
    """Edits of which one to three fields were exchanged for whatever there is."""
    rnd = random.Random(seed)
    edits = [dict(EDIT) for _ in range(rnd.choice([1, 1, 2, 40]))]
    for edit in edits[:3]:
        edit["op"] = rnd.choice(["ADD", "UPDATE", "MERGE", "SPLIT", "DEPRECATE"])
        for field in rnd.sample(sorted(edit), rnd.choice([1, 1, 2, 3])):
            edit[field] = rnd.choice(VALUES)
        if rnd.random() < 0.2:
            body = {
                name: EDIT[name]
                for name in ("section", "text", "when", "when_not", "steps", "level")
            }
            edit["into"] = [body] * rnd.choice([1, 2, 3_000])
    said = json.dumps({"edits": edits}, ensure_ascii=rnd.random() < 0.5)
    return said.replace('"op"', '"op": "ADD", "op"', 1) if rnd.random() < 0.1 else said


def hostile_replies(seed: int, count: int) -> Iterator[str]:
    """`count` replies: texts of all kinds, and edits that are nearly right."""
    rnd = random.Random(seed)
    kinds = list(TEXTS.values())
    for number in range(count):
        yield rnd.choice(kinds) if rnd.random() < 0.3 else hostile_edits(1_000 * seed + number)
