"""More of error handling: words that are checked, replies, moves."""

from ..inputs import choice, dicts, either, fixed, integer, lists, text
from ..templates import Template

TOPIC = "error handling"

TEMPLATES = (
    Template(
        name="check_word",
        topic=TOPIC,
        difficulty=2,
        choices={
            "least": (3, 4, 6),
            "kind": (
                {"say": "no digit", "code": "letter.isdigit()"},
                {"say": "no upper-case letter", "code": "letter.isupper()"},
                {"say": "nothing but letters and digits", "code": "not letter.isalnum()"},
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
        inputs=fixed(
            either(text("abA1.", 5), text("abA1.", 7), choice(5, None, ["a"]), text("ab", 7))
        ),
    ),
    Template(
        name="retry",
        topic=TOPIC,
        difficulty=2,
        choices={
            "times": (1, 2, 3, 4),
            "end": (
                {"say": "raise `RuntimeError` at once", "code": 'raise RuntimeError("stopped")'},
                {"say": "return -1 at once", "code": "return -1"},
                {"say": 'treat it like `"fail"`', "code": "continue"},
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
        inputs=fixed(lists(choice("ok", "fail", "fail", "fail", "stop"), 6)),
    ),
    Template(
        name="transfer",
        topic=TOPIC,
        difficulty=3,
        ood=True,
        choices={
            "least": (0, 1, 5),
            "bad": (
                {
                    "say": "nothing at all is changed and `ValueError` is raised",
                    "code": 'raise ValueError("a bad move")',
                },
                {"say": "it is skipped", "code": "continue"},
                {"say": "the moves before it are done and those after it are not", "code": "break"},
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
        inputs=fixed(
            dicts(choice("a", "b", "c"), integer(0, 12), 5),
            lists(fixed(choice("a", "b", "c"), choice("a", "b", "c"), integer(0, 8)), 3),
        ),
    ),
)
