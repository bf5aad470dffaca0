"""Dicts: grouped words, joined counts, the best names of a table."""

from ..inputs import dicts, fixed_list, integer, lists, text
from ..templates import Template
from .lists import TOPIC

NAMES = text("abc", 2)
TEMPLATES = (
    Template(
        name="group",
        topic=TOPIC,
        difficulty=2,
        choices={
            "key": (
                {"say": "its first letter", "code": "word[0]"},
                {"say": "its last letter", "code": "word[-1]"},
                {"say": "its length, as a string", "code": "str(len(word))"},
            ),
            "value": (
                {"say": "the list of these words in their order", "code": "found"},
                {"say": "how many words these are", "code": "len(found)"},
                {"say": "the first of these words in the alphabet", "code": "min(found)"},
            ),
        },
        text="""
Write `group(words)`: a dict in which the key of a word is $key_say, and the value of a key is
$value_say. Empty words are left out.
""",
        plan="Gather the words of each key in a list first, then make the values.",
        code="""
def group(words):
    groups = {}
    for word in words:
        if word:
            groups.setdefault($key_code, []).append(word)
    return {key: $value_code for key, found in groups.items()}
""",
        inputs=fixed_list(lists(text("abc", 3), 6)),
    ),
    Template(
        name="combine",
        topic=TOPIC,
        difficulty=2,
        choices={
            "keys": (
                {"say": "all keys of either dict", "code": "one.keys() | other.keys()"},
                {"say": "the keys that both dicts have", "code": "one.keys() & other.keys()"},
            ),
            "how": (
                {"say": "the sum of both values", "code": "one.get(key, 0) + other.get(key, 0)"},
                {"say": "the larger value", "code": "max(one.get(key, 0), other.get(key, 0))"},
                {"say": "the smaller value", "code": "min(one.get(key, 0), other.get(key, 0))"},
                {
                    "say": "the first minus the second",
                    "code": "one.get(key, 0) - other.get(key, 0)",
                },
            ),
        },
        text="""
Write `combine(one, other)` for two dicts of numbers: a dict with $keys_say, each with $how_say. A
key that a dict lacks counts there as 0.
""",
        plan="Make the set of keys first, then one value for each, with 0 for what is missing.",
        code="""
def combine(one, other):
    keys = $keys_code
    return {key: $how_code for key in sorted(keys)}
""",
        inputs=fixed_list(dicts(NAMES, integer(-9, 9)), dicts(NAMES, integer(-9, 9))),
    ),
    Template(
        name="best_names",
        topic=TOPIC,
        difficulty=2,
        choices={
            "n": (1, 2, 3),
            "sign": ({"say": "highest", "code": "-"}, {"say": "lowest", "code": ""}),
            "tie": (
                {"say": "first", "code": "sorted(scores)"},
                {"say": "last", "code": "sorted(scores, reverse=True)"},
            ),
        },
        text="""
Write `best_names(scores)` for a dict from names to numbers: the $n names with the $sign_say
numbers, best first; of equal ones the $tie_say in the alphabet goes before. Fewer names: all.
""",
        plan="Sort by name for the ties, then by number, which keeps the order of equal ones.",
        code="""
def best_names(scores):
    names = $tie_code
    names.sort(key=lambda name: ${sign_code}scores[name])
    return names[:$n]
""",
        inputs=fixed_list(dicts(NAMES, integer(0, 4), 6)),
    ),
)
