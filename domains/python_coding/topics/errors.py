"""Error handling: what is raised, what is caught, and what goes on all the same."""

from ..inputs import choice, dicts, either, fixed, integer, ints, lists, mapped
from ..templates import Template

TOPIC = "error handling"
NUMERAL = either(
    mapped(integer(-9, 30), str), choice("", "x", "1.5", " 7 ", "2a", "11", "101", "-")
)
WHOLE = mapped(integer(-9, 30), str)

TEMPLATES = (
    Template(
        name="read_number",
        topic=TOPIC,
        difficulty=2,
        choices={
            "low": (0, 1, -5),
            "high": (9, 20),
            "blank": (
                {"say": "gives `None`", "code": "return None"},
                {"say": "raises `LookupError`", "code": 'raise LookupError("empty")'},
            ),
        },
        text="""
Write `read_number(text)`: the whole number that the text holds, perhaps with spaces around it. What
is no whole number raises `ValueError`; a number below $low or above $high raises `OverflowError`; a
text of nothing but spaces $blank_say.
""",
        plan="Deal with the blank text, let int() raise for what is no number, check the range.",
        code="""
def read_number(text):
    if not text.strip():
        $blank_code
    number = int(text)
    if number < $low or number > $high:
        raise OverflowError("out of range")
    return number
""",
        inputs=fixed(either(WHOLE, WHOLE, choice("", "  ", "x", "1.5", " 7 ", "-"))),
    ),
    Template(
        name="divide_all",
        topic=TOPIC,
        difficulty=1,
        choices={
            "how": (
                {"say": "whole quotient (rounded down)", "op": "//"},
                {"say": "remainder", "op": "%"},
            ),
            "zero": (
                {"say": "gives `None` in its place", "code": "results.append(None)"},
                {"say": "gives 0 in its place", "code": "results.append(0)"},
                {"say": "is left out", "code": "continue"},
                {"say": "ends the list before it", "code": "break"},
            ),
        },
        text="""
Write `divide_all(pairs)`: for each pair `[one, other]` the $how_say of `one` divided by `other`, as
a list. A pair whose `other` is 0 $zero_say.
""",
        plan="Catch ZeroDivisionError around the one division, inside the loop.",
        code="""
def divide_all(pairs):
    results = []
    for one, other in pairs:
        try:
            results.append(one $how_op other)
        except ZeroDivisionError:
            $zero_code
    return results
""",
        inputs=fixed(lists(fixed(integer(-9, 20), choice(0, 1, 2, 3, -2, 0, 7)), 5)),
    ),
    Template(
        name="dig",
        topic=TOPIC,
        difficulty=2,
        choices={
            "missing": (
                {"say": "raise `KeyError`", "code": "raise KeyError(key)"},
                {"say": "return `None`", "code": "return None"},
                {
                    "say": "return the keys that were found before it, as a list",
                    "code": "return keys[:depth]",
                },
            ),
            "flat": (
                {"say": "raise `TypeError`", "code": 'raise TypeError("no dict")'},
                {"say": "return that value", "code": "return here"},
                {"say": "return `False`", "code": "return False"},
            ),
        },
        text="""
Write `dig(table, keys)`: follow the keys one after the other through dicts in dicts, and return
what stands at the end; without keys that is the table. Where a dict lacks the key, $missing_say;
where keys are left and what is reached is no dict, $flat_say.
""",
        plan="Walk down one key at a time; check for a dict first, then for the key.",
        code="""
def dig(table, keys):
    here = table
    for depth, key in enumerate(keys):
        if not isinstance(here, dict):
            $flat_code
        if key not in here:
            $missing_code
        here = here[key]
    return here
""",
        inputs=fixed(
            dicts(
                choice("a", "b", "c"),
                either(
                    integer(0, 9),
                    dicts(
                        choice("a", "b"),
                        either(integer(0, 9), dicts(choice("a", "b"), integer(0, 9), 2)),
                        2,
                    ),
                ),
                3,
            ),
            lists(choice("a", "b", "c"), 2),
        ),
    ),
    Template(
        name="first_number",
        topic=TOPIC,
        difficulty=2,
        choices={
            "base": (2, 8, 10, 16),
            "side": ({"say": "first", "code": ""}, {"say": "last", "code": "[::-1]"}),
            "none": (
                {"say": "return -1", "code": "return -1"},
                {"say": "raise `LookupError`", "code": 'raise LookupError("no number")'},
            ),
        },
        text="""
Write `first_number(texts)`: the value of the $side_say text that `int(text, $base)` can read.
Where there is none, $none_say.
""",
        plan="Try each text in turn, and go on to the next one on ValueError.",
        code="""
def first_number(texts):
    for text in texts$side_code:
        try:
            return int(text, $base)
        except ValueError:
            pass
    $none_code
""",
        inputs=fixed(lists(NUMERAL, 4)),
    ),
    Template(
        name="item_at",
        topic=TOPIC,
        difficulty=2,
        choices={
            "start": (0, 1),
            "outside": (
                {"say": "raises `IndexError`", "code": 'raise IndexError("outside")'},
                {"say": "gives `None`", "code": "return None"},
                {
                    "say": "gives the nearest value there is (`None` in an empty list)",
                    "code": "return (values[0] if place < 0 else values[-1]) if values else None",
                },
                {
                    "say": "goes round (and raises `IndexError` in an empty list)",
                    "code": 'if not values:\n            raise IndexError("empty")\n'
                    "        return values[place % len(values)]",
                },
            ),
        },
        text="""
Write `item_at(values, number)`: the value with that number, where the first one has number $start.
A number outside the list, a negative one too, $outside_say.
""",
        plan="Make an index of it and check both ends: a negative one would count from behind.",
        code="""
def item_at(values, number):
    place = number - $start
    if place < 0 or place >= len(values):
        $outside_code
    return values[place]
""",
        inputs=fixed(ints(0, 9, 4), integer(-3, 8)),
    ),
    Template(
        name="read_all",
        topic=TOPIC,
        difficulty=2,
        choices={
            "most": (0, 1, 2),
            "base": (10, 16, 2),
        },
        text="""
Write `read_all(texts)`: a dict with the lists `"good"`, the numbers that `int(text, $base)` reads,
and `"bad"`, the texts that it cannot read. If there are more than $most bad ones, raise
`RuntimeError`.
""",
        plan="Sort each text into one of the lists, and check the number of bad ones.",
        code="""
def read_all(texts):
    good = []
    bad = []
    for text in texts:
        try:
            good.append(int(text, $base))
        except ValueError:
            bad.append(text)
    if len(bad) > $most:
        raise RuntimeError("too many bad ones")
    return {"good": good, "bad": bad}
""",
        inputs=fixed(lists(NUMERAL, 4)),
    ),
)
