"""More of parsing: sums, brackets, numbers in other digits, filled-in texts."""

from ..inputs import choice, dicts, either, fixed, integer, joined, mapped, text
from ..templates import Template

TOPIC = "parsing"


def _glued(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _closed(value: object) -> str:
    """What opens in the first part is closed after the second."""
    opened, rest = map(str, value) if isinstance(value, list) else ("", "")
    partner = {"(": ")", "[": "]", "{": "}", "<": ">"}
    return opened + rest + "".join(partner[sign] for sign in reversed(opened))


def _marked(marks: str, name: str) -> str:
    """The name between the marks of a task."""
    opening = next(sign for sign in "<[%" if sign in marks)
    return opening + name + {"<": ">", "[": "]", "%": "%"}[opening]


SUM = mapped(
    fixed(
        integer(0, 12), joined(mapped(fixed(choice("+", "-", "*"), integer(0, 9)), _glued), "", 4)
    ),
    _glued,
)

TEMPLATES = (
    Template(
        name="work_out",
        topic=TOPIC,
        difficulty=3,
        choices={
            "order": (
                {"say": "`*` goes before `+` and `-`", "code": "0"},
                {"say": "there is no precedence: it is worked out from left to right", "code": "1"},
                {"say": "`+` and `-` go before `*`", "code": "2"},
            ),
            "blank": ({"say": "0", "code": "0"}, {"say": "`None`", "code": "None"}),
        },
        text="""
Write `work_out(text)`: the value of a text such as `3+4*12-5`, of numbers without sign, `+`,
`-` and `*`, where $order_say. An empty text gives $blank_say.
""",
        plan="Split the text into numbers and signs, then fold them in the order of the rule.",
        code="""
def work_out(text):
    if not text:
        return $blank_code
    numbers = [0]
    signs = []
    for letter in text:
        if letter.isdigit():
            numbers[-1] = numbers[-1] * 10 + int(letter)
        else:
            signs.append(letter)
            numbers.append(0)
    for group in (("*", "+-"), ("+-*",), ("+-", "*"))[$order_code]:
        place = 0
        while place < len(signs):
            if signs[place] in group:
                one, other = numbers[place], numbers.pop(place + 1)
                sign = signs.pop(place)
                if sign == "*":
                    numbers[place] = one * other
                else:
                    numbers[place] = one + other if sign == "+" else one - other
            else:
                place += 1
    return numbers[0]
""",
        inputs=fixed(either(SUM, SUM, SUM, text("123", 2))),
    ),
    Template(
        name="brackets",
        topic=TOPIC,
        difficulty=2,
        choices={
            "pairs": ("()", "()[]", "<>{}", "()[]{}"),
            "what": (
                {
                    "say": "`True` if they are, else `False`",
                    "good": "True",
                    "bad": "False",
                    "left": "False",
                },
                {
                    "say": "how deep they are nested at most (0: no brackets), -1 if they are not",
                    "good": "deepest",
                    "bad": "-1",
                    "left": "-1",
                },
                {
                    "say": "-1 if they are; else the index of the first bracket that closes "
                    "wrongly, or the length of the text if none does",
                    "good": "-1",
                    "bad": "place",
                    "left": "len(text)",
                },
            ),
        },
        text="""
Write `brackets(text)`: are the brackets `$pairs` of the text balanced and properly nested? Return
$what_say. All other characters are ignored.
""",
        plan="Push what opens on a stack; what closes must fit the top; nothing may be left.",
        code="""
def brackets(text):
    opening = "$pairs"[::2]
    closing = "$pairs"[1::2]
    stack = []
    deepest = 0
    for place, letter in enumerate(text):
        if letter in opening:
            stack.append(closing[opening.index(letter)])
            deepest = max(deepest, len(stack))
        elif letter in closing:
            if not stack or stack.pop() != letter:
                return $what_bad
    return $what_left if stack else $what_good
""",
        inputs=lambda pen, shape: [
            either(
                text(f"{pen.params['pairs']}a<}}", 5),
                mapped(
                    fixed(text(str(pen.params["pairs"])[::2], 3), choice("", "x", "{", ">")),
                    _closed,
                ),
                mapped(
                    fixed(text(str(pen.params["pairs"])[::2], 3), choice("", ")", "]")), _closed
                ),
            )(pen, shape)
        ],
    ),
    Template(
        name="from_digits",
        topic=TOPIC,
        difficulty=2,
        choices={
            "digits": ("01", "abc", "xyzw", "0123456"),
            "bad": (
                {"say": "raises `ValueError`", "code": "raise ValueError(digit)"},
                {"say": "is ignored", "code": "continue"},
                {"say": "gives -1 for the whole text", "code": "return -1"},
            ),
        },
        text="""
Write `from_digits(text)`: the number that the text writes with the digits `$digits`, which stand
for 0, 1 and so on; there are no others, so their number is the base. Any other character $bad_say.
No digits at all give 0.
""",
        plan="Multiply what you have by the base and add the value of the next digit.",
        code="""
def from_digits(text):
    value = 0
    for digit in text:
        if digit not in "$digits":
            $bad_code
        value = value * len("$digits") + "$digits".index(digit)
    return value
""",
        inputs=lambda pen, shape: [
            either(text(str(pen.params["digits"]), 5), text(f"{pen.params['digits']} -", 5))(
                pen, shape
            )
        ],
    ),
    Template(
        name="fill_in",
        topic=TOPIC,
        difficulty=3,
        ood=True,
        choices={
            "marks": (
                {"say": "<name>", "open": "<", "close": ">"},
                {"say": "[name]", "open": "[", "close": "]"},
                {"say": "%name%", "open": "%", "close": "%"},
            ),
            "missing": (
                {"say": "stays as it is, marks included", "code": "text[start : end + 1]"},
                {"say": "is left out", "code": '""'},
                {"say": "becomes `?`", "code": '"?"'},
            ),
        },
        text="""
Write `fill_in(text, values)`: the text with each `$marks_say` replaced by the value of that name in
the dict. A name that the dict lacks $missing_say. An opening mark without a closing one after it,
and all that follows, stays as it is.
""",
        plan="Copy up to the next opening mark, look for its end, replace, go on behind it.",
        code="""
def fill_in(text, values):
    filled = ""
    place = 0
    while True:
        start = text.find("$marks_open", place)
        end = text.find("$marks_close", start + 1)
        if start < 0 or end < 0:
            return filled + text[place:]
        name = text[start + 1 : end]
        filled += text[place:start]
        filled += values.get(name, $missing_code)
        place = end + 1
""",
        inputs=lambda pen, shape: [
            joined(
                either(
                    text("ab", 2),
                    choice(
                        "<a>",
                        "[a]",
                        "%a%",
                        "<b>",
                        "[b]",
                        "%b%",
                        "<c>",
                        "[c]",
                        "%c%",
                        "<",
                        "[",
                        "%",
                        ">",
                    ),
                    mapped(
                        choice("a", "b", "c", ""),
                        lambda name: _marked(str(pen.params["marks"]), str(name)),
                    ),
                ),
                "",
                5,
            )(pen, shape),
            dicts(choice("a", "b"), choice("one", "two", "", "<a>"), 2)(pen, "ordinary"),
        ],
    ),
)
