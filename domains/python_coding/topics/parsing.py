"""Parsing: pairs, sums, brackets, ranges, packed text, quotes, numbers, templates."""

from ..inputs import (
    choice,
    concatenated,
    dicts,
    either,
    fixed_list,
    integer,
    joined_text,
    mapped_value,
    text,
)
from ..templates import Template, filling

RANGES = joined_text(
    either(
        mapped_value(integer(0, 12), str),
        concatenated(integer(0, 6), choice("-"), integer(2, 9)),
    ),
    ",",
    4,
)


def _close_brackets(value: object) -> str:
    """Close after the second part what opens in the first."""
    opened, rest = map(str, value) if isinstance(value, list) else ("", "")
    partner = {"(": ")", "[": "]", "{": "}", "<": ">"}
    return opened + rest + "".join(partner[sign] for sign in reversed(opened))


def _put_marks(marks: str, name: str) -> str:
    """Put the name between the marks of a task."""
    opening = next(sign for sign in "<[%" if sign in marks)
    return opening + name + {"<": ">", "[": "]", "%": "%"}[opening]


SUM = concatenated(
    integer(0, 12), joined_text(concatenated(choice("+", "-", "*"), integer(0, 9)), "", 4)
)

TEMPLATES = (
    Template(
        name="read_pairs",
        difficulty=2,
        choices={
            "by": (";", "&"),
            "sign": ("=", ":"),
            "twice": (
                filling("the last one counts", "number"),
                filling("the first one counts", "pairs.get(key, number)"),
                filling("they are added up", "pairs.get(key, 0) + number"),
            ),
        },
        text="""
Write `read_pairs(text)`: a dict from a text such as `a${sign}1${by}b${sign}22`: keys, `$sign`,
whole numbers, with `$by` between the pairs. Empty parts are skipped; where a key comes twice,
$twice_say.
""",
        plan="Split at the outer separator, skip what is empty, split each part at the inner one.",
        code="""
def read_pairs(text):
    pairs = {}
    for part in text.split("$by"):
        if part:
            key, number = part.split("$sign")
            number = int(number)
            pairs[key] = $twice_code
    return pairs
""",
        inputs=lambda rnd, shape: [
            joined_text(
                either(
                    choice(""),
                    concatenated(
                        choice("a", "b", "cd"), choice(str(rnd.params["sign"])), integer(-5, 30)
                    ),
                    concatenated(choice("a", "b"), choice(str(rnd.params["sign"])), integer(0, 9)),
                ),
                str(rnd.params["by"]),
                5,
            )(rnd, shape)
        ],
    ),
    Template(
        name="read_ranges",
        difficulty=2,
        choices={
            "last": (filling("included", " + 1"), filling("left out", "")),
            "order": (
                filling("each number once, sorted", "sorted(set(numbers))"),
                filling("as they stand in the text, repeated ones too", "numbers"),
                filling("each number once, where it comes first", "list(dict.fromkeys(numbers))"),
            ),
            "back": (
                filling("stands for no number", "continue"),
                filling("raises `ValueError`", 'raise ValueError("backwards")'),
            ),
        },
        text="""
Write `read_ranges(text)`: the list of the numbers that a text such as `1-3,7` stands for: numbers
and ranges with `,` between them, the end of a range $last_say; $order_say. A range whose end is
smaller than its start $back_say. An empty text gives `[]`.
""",
        plan="Split at commas; a part with a dash is a range, others are numbers; order last.",
        code="""
def read_ranges(text):
    numbers = []
    for part in text.split(","):
        if "-" in part:
            first, last = map(int, part.split("-"))
            if last < first:
                $back_code
            numbers.extend(range(first, last$last_code))
        elif part:
            numbers.append(int(part))
    return $order_code
""",
        inputs=fixed_list(RANGES),
    ),
    Template(
        name="pack",
        difficulty=2,
        choices={
            "place": (
                filling("after", "letter + str(length)"),
                filling("before", "str(length) + letter"),
            ),
            "least": (1, 2, 3, 4),
        },
        text="""
Write `pack(text)`: each longest run of at least $least equal letters is replaced by the letter with
the length of the run $place_say it; shorter runs stay as they are. The text holds no digits.
""",
        plan="Find each run's end, then write it the short or the long way.",
        code="""
def pack(text):
    packed = ""
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and text[end] == text[start]:
            end += 1
        letter, length = text[start], end - start
        packed += $place_code if length >= $least else letter * length
        start = end
    return packed
""",
        inputs=fixed_list(text("aab ", 10)),
    ),
    Template(
        name="split_outside",
        difficulty=3,
        choices={
            "by": (",", ";"),
            "quote": ("'", "|"),
            "keep": (
                filling("stay in the parts", "letter"),
                filling("are left out of the parts", '""'),
            ),
            "blank": (
                filling("are kept", "parts"),
                filling("are dropped", "[part for part in parts if part]"),
            ),
        },
        text="""
Write `split_outside(text)`: the list of the parts between `$by`, where a `$by` between two `$quote`
does not split. The `$quote` themselves $keep_say; empty parts $blank_say. After a last `$quote`
without a partner, nothing splits any more.
""",
        plan="Go letter by letter and remember whether you are between quotes.",
        code="""
def split_outside(text):
    parts = [""]
    quoted = False
    for letter in text:
        if letter == "$quote":
            quoted = not quoted
            parts[-1] += $keep_code
        elif letter == "$by" and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return $blank_code
""",
        inputs=lambda rnd, shape: [
            text(f"ab{rnd.params['by']}{rnd.params['quote']}{rnd.params['by']}", 9)(rnd, shape)
        ],
    ),
    Template(
        name="work_out",
        difficulty=3,
        choices={
            "order": (
                filling("`*` goes before `+` and `-`", "0"),
                filling("there is no precedence: it is worked out from left to right", "1"),
                filling("`+` and `-` go before `*`", "2"),
            ),
            "blank": (filling("0", "0"), filling("`None`", "None")),
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
        inputs=fixed_list(either(SUM, SUM, SUM, text("123", 2))),
    ),
    Template(
        name="brackets",
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
        inputs=lambda rnd, shape: [
            either(
                text(f"{rnd.params['pairs']}a<}}", 5),
                mapped_value(
                    fixed_list(text(str(rnd.params["pairs"])[::2], 3), choice("", "x", "{", ">")),
                    _close_brackets,
                ),
                mapped_value(
                    fixed_list(text(str(rnd.params["pairs"])[::2], 3), choice("", ")", "]")),
                    _close_brackets,
                ),
            )(rnd, shape)
        ],
    ),
    Template(
        name="from_digits",
        difficulty=2,
        choices={
            "digits": ("01", "abc", "xyzw", "0123456"),
            "bad": (
                filling("raises `ValueError`", "raise ValueError(digit)"),
                filling("is ignored", "continue"),
                filling("gives -1 for the whole text", "return -1"),
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
        inputs=lambda rnd, shape: [
            either(text(str(rnd.params["digits"]), 5), text(f"{rnd.params['digits']} -", 5))(
                rnd, shape
            )
        ],
    ),
    Template(
        name="fill_in",
        difficulty=3,
        ood=True,
        choices={
            "marks": (
                {"say": "<name>", "open": "<", "close": ">"},
                {"say": "[name]", "open": "[", "close": "]"},
                {"say": "%name%", "open": "%", "close": "%"},
            ),
            "missing": (
                filling("stays as it is, marks included", "text[start : end + 1]"),
                filling("is left out", '""'),
                filling("becomes `?`", '"?"'),
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
        inputs=lambda rnd, shape: [
            joined_text(
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
                    mapped_value(
                        choice("a", "b", "c", ""),
                        lambda name: _put_marks(str(rnd.params["marks"]), str(name)),
                    ),
                ),
                "",
                5,
            )(rnd, shape),
            dicts(choice("a", "b"), choice("one", "two", "", "<a>"), 2)(rnd, "ordinary"),
        ],
    ),
)
