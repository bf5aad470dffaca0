"""Dicts: grouped words, joined counts, the best names of a table."""

from ..inputs import dicts, fixed_list, integer, lists, text
from ..templates import Template, filling

NAMES = text("abc", 2)
TEMPLATES = (
    Template(
        name="group",
        difficulty=2,
        choices={
            "key": (
                filling("its first letter", "word[0]"),
                filling("its last letter", "word[-1]"),
                filling("its length, as a string", "str(len(word))"),
            ),
            "value": (
                filling("the list of these words in their order", "found"),
                filling("how many words these are", "len(found)"),
                filling("the first of these words in the alphabet", "min(found)"),
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
        difficulty=2,
        choices={
            "keys": (
                filling("all keys of either dict", "one.keys() | other.keys()"),
                filling("the keys that both dicts have", "one.keys() & other.keys()"),
            ),
            "how": (
                filling("the sum of both values", "one.get(key, 0) + other.get(key, 0)"),
                filling("the larger value", "max(one.get(key, 0), other.get(key, 0))"),
                filling("the smaller value", "min(one.get(key, 0), other.get(key, 0))"),
                filling("the first minus the second", "one.get(key, 0) - other.get(key, 0)"),
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
        difficulty=2,
        choices={
            "n": (1, 2, 3),
            "sign": (filling("highest", "-"), filling("lowest", "")),
            "tie": (
                filling("first", "sorted(scores)"),
                filling("last", "sorted(scores, reverse=True)"),
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
