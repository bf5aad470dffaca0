"""Error handling: raising, catching, and going on after a failure."""

from ..inputs import choice, dicts, either, fixed_list, integer, ints, lists, mapped_value, text
from ..templates import Template, filling

NUMERAL = either(
    mapped_value(integer(-9, 30), str), choice("", "x", "1.5", " 7 ", "2a", "11", "101", "-")
)
WHOLE = mapped_value(integer(-9, 30), str)

TEMPLATES = (
    Template(
        name="check_word",
        difficulty=2,
        choices={
            "least": (3, 4, 6),
            "kind": (
                filling("no digit", "letter.isdigit()"),
                filling("no upper-case letter", "letter.isupper()"),
                filling("nothing but letters and digits", "not letter.isalnum()"),
            ),
        },
        text="""
Write `check_word(word)`: raise `TypeError` if the word is no string, else `ValueError` if it has
fewer than $least characters, else `LookupError` if it has $kind_say; else return its length.
""",
        plan="Check in the order of the text: each check relies on those before it.",
        code="""
def check_word(word):
    if not isinstance(word, str):
        raise TypeError("no string")
    if len(word) < $least:
        raise ValueError("too short")
    if not any($kind_code for letter in word):
        raise LookupError("too plain")
    return len(word)
""",
        inputs=fixed_list(
            either(text("abA1.", 5), text("abA1.", 7), choice(5, None, ["a"]), text("ab", 7))
        ),
    ),
    Template(
        name="retry",
        difficulty=2,
        choices={
            "times": (1, 2, 3, 4),
            "end": (
                filling("raise `RuntimeError` at once", 'raise RuntimeError("stopped")'),
                filling("return -1 at once", "return -1"),
                filling('treat it like `"fail"`', "continue"),
            ),
        },
        text="""
Write `retry(replies)` for a list of `"ok"`, `"fail"` and `"stop"`: look at the first $times replies
at most and return the index of the first `"ok"`. At a `"stop"` before it, $end_say. If there is no
`"ok"` among those looked at, raise `TimeoutError`.
""",
        plan="Loop over as many replies as may be looked at; the error comes after the loop.",
        code="""
def retry(replies):
    for number, reply in enumerate(replies[:$times]):
        if reply == "ok":
            return number
        if reply == "stop":
            $end_code
    raise TimeoutError("no reply was good")
""",
        inputs=fixed_list(lists(choice("ok", "fail", "fail", "fail", "stop"), 6)),
    ),
    Template(
        name="transfer",
        difficulty=3,
        ood=True,
        choices={
            "least": (0, 1, 5),
            "bad": (
                filling(
                    "nothing at all is changed and `ValueError` is raised",
                    'raise ValueError("a bad move")',
                ),
                filling("it is skipped", "continue"),
                filling("the moves before it are done and those after it are not", "break"),
            ),
        },
        text="""
Write `transfer(balances, moves)` for a dict of balances and a list of moves
`[giver, taker, amount]`: a new dict with the balances after all moves, done in order. A move is
bad if a name is unknown or the giver would have less than $least left. Where a move is bad,
$bad_say.
""",
        plan="Work on a copy, check the whole move, then do both halves of it.",
        code="""
def transfer(balances, moves):
    after = dict(balances)
    for giver, taker, amount in moves:
        known = giver in after and taker in after
        if not known or after[giver] - amount < $least:
            $bad_code
        after[giver] -= amount
        after[taker] += amount
    return after
""",
        inputs=fixed_list(
            dicts(choice("a", "b", "c"), integer(0, 12), 5),
            lists(fixed_list(choice("a", "b", "c"), choice("a", "b", "c"), integer(0, 8)), 3),
        ),
    ),
    Template(
        name="read_number",
        difficulty=2,
        choices={
            "low": (0, 1, -5),
            "high": (9, 20),
            "blank": (
                filling("gives `None`", "return None"),
                filling("raises `LookupError`", 'raise LookupError("empty")'),
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
        inputs=fixed_list(either(WHOLE, WHOLE, choice("", "  ", "x", "1.5", " 7 ", "-"))),
    ),
    Template(
        name="divide_all",
        difficulty=1,
        choices={
            "how": (
                {"say": "whole quotient (rounded down)", "op": "//"},
                {"say": "remainder", "op": "%"},
            ),
            "zero": (
                filling("gives `None` in its place", "results.append(None)"),
                filling("gives 0 in its place", "results.append(0)"),
                filling("is left out", "continue"),
                filling("ends the list before it", "break"),
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
        inputs=fixed_list(lists(fixed_list(integer(-9, 20), choice(0, 1, 2, 3, -2, 0, 7)), 5)),
    ),
    Template(
        name="dig",
        difficulty=2,
        choices={
            "missing": (
                filling("raise `KeyError`", "raise KeyError(key)"),
                filling("return `None`", "return None"),
                filling(
                    "return the keys that were found before it, as a list", "return keys[:depth]"
                ),
            ),
            "flat": (
                filling("raise `TypeError`", 'raise TypeError("no dict")'),
                filling("return that value", "return here"),
                filling("return `False`", "return False"),
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
        inputs=fixed_list(
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
        difficulty=2,
        choices={
            "base": (2, 8, 10, 16),
            "side": (filling("first", ""), filling("last", "[::-1]")),
            "none": (
                filling("return -1", "return -1"),
                filling("raise `LookupError`", 'raise LookupError("no number")'),
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
        inputs=fixed_list(lists(NUMERAL, 4)),
    ),
    Template(
        name="item_at",
        difficulty=2,
        choices={
            "start": (0, 1),
            "outside": (
                filling("raises `IndexError`", 'raise IndexError("outside")'),
                filling("gives `None`", "return None"),
                filling(
                    "gives the nearest value there is (`None` in an empty list)",
                    "return (values[0] if place < 0 else values[-1]) if values else None",
                ),
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
        inputs=fixed_list(ints(0, 9, 4), integer(-3, 8)),
    ),
    Template(
        name="read_all",
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
        inputs=fixed_list(lists(NUMERAL, 4)),
    ),
)
