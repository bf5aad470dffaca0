"""Parsing: pairs, sums, brackets, ranges, packed text, quotes, templates."""

from ..inputs import choice, either, fixed, integer, joined, mapped, text
from ..templates import Template

TOPIC = "parsing"


def _glued(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


RANGES = joined(
    either(
        mapped(integer(0, 12), str),
        mapped(fixed(integer(0, 6), choice("-"), integer(2, 9)), _glued),
    ),
    ",",
    4,
)

TEMPLATES = (
    Template(
        name="read_pairs",
        topic=TOPIC,
        difficulty=2,
        choices={
            "by": (";", "&"),
            "sign": ("=", ":"),
            "twice": (
                {"say": "the last one counts", "code": "number"},
                {"say": "the first one counts", "code": "pairs.get(key, number)"},
                {"say": "they are added up", "code": "pairs.get(key, 0) + number"},
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
        inputs=lambda pen, shape: [
            joined(
                either(
                    choice(""),
                    mapped(
                        fixed(
                            choice("a", "b", "cd"), choice(str(pen.params["sign"])), integer(-5, 30)
                        ),
                        _glued,
                    ),
                    mapped(
                        fixed(choice("a", "b"), choice(str(pen.params["sign"])), integer(0, 9)),
                        _glued,
                    ),
                ),
                str(pen.params["by"]),
                5,
            )(pen, shape)
        ],
    ),
    Template(
        name="read_ranges",
        topic=TOPIC,
        difficulty=2,
        choices={
            "last": ({"say": "included", "code": " + 1"}, {"say": "left out", "code": ""}),
            "order": (
                {"say": "each number once, sorted", "code": "sorted(set(numbers))"},
                {"say": "as they stand in the text, repeated ones too", "code": "numbers"},
                {
                    "say": "each number once, where it comes first",
                    "code": "list(dict.fromkeys(numbers))",
                },
            ),
            "back": (
                {"say": "stands for no number", "code": "continue"},
                {"say": "raises `ValueError`", "code": 'raise ValueError("backwards")'},
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
        inputs=fixed(RANGES),
    ),
    Template(
        name="pack",
        topic=TOPIC,
        difficulty=2,
        choices={
            "place": (
                {"say": "after", "code": "letter + str(length)"},
                {"say": "before", "code": "str(length) + letter"},
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
        inputs=fixed(text("aab ", 10)),
    ),
    Template(
        name="split_outside",
        topic=TOPIC,
        difficulty=3,
        choices={
            "by": (",", ";"),
            "quote": ("'", "|"),
            "keep": (
                {"say": "stay in the parts", "code": "letter"},
                {"say": "are left out of the parts", "code": '""'},
            ),
            "blank": (
                {"say": "are kept", "code": "parts"},
                {"say": "are dropped", "code": "[part for part in parts if part]"},
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
        inputs=lambda pen, shape: [
            text(f"ab{pen.params['by']}{pen.params['quote']}{pen.params['by']}", 9)(pen, shape)
        ],
    ),
)
