"""Lists and dicts: counting, running values, chunks, groups, tables."""

from ..drawing import choice, dicts, fixed, integer, ints, lists, text
from ..templates import OVER, Template

TOPIC = "lists and dicts"
NAMES = text("abc", 2)
TEMPLATES = (
    Template(
        name="count_if",
        topic=TOPIC,
        difficulty=1,
        choices={
            "how": OVER,
            "limit": (0, 5, 12),
        },
        text="Write `count_if(numbers)`: how many of the numbers are $how_say $limit.",
        plan="Count in one pass.",
        code="""
def count_if(numbers):
    count = 0
    for number in numbers:
        if number $how_op $limit:
            count += 1
    return count
""",
        inputs=fixed(ints()),
    ),
    Template(
        name="running",
        topic=TOPIC,
        difficulty=1,
        choices={
            "how": (
                {"say": "sum of", "code": "value + number"},
                {"say": "largest of", "code": "max(value, number)"},
                {"say": "smallest of", "code": "min(value, number)"},
                {"say": "difference, from left to right, of", "code": "value - number"},
            ),
            "start": (0, 5, -3),
        },
        text="""
Write `running(numbers)`: for each place of the list the $how_say $start and all numbers up to that
place, as a list of the same length.
""",
        plan="Carry one value along and note it after each number.",
        code="""
def running(numbers):
    value = $start
    values = []
    for number in numbers:
        value = $how_code
        values.append(value)
    return values
""",
        inputs=fixed(ints()),
    ),
    Template(
        name="chunks",
        topic=TOPIC,
        difficulty=2,
        choices={
            "size": (2, 3, 4, 5),
            "rest": (
                {"say": "A shorter last part is kept", "code": "part"},
                {"say": "A shorter last part is dropped", "code": "len(part) == $size"},
            ),
            "order": (
                {"say": "in their order", "code": ""},
                {"say": "each turned round", "code": "[::-1]"},
            ),
        },
        text="""
Write `chunks(values)`: the list cut into parts of $size from its start, $order_say, as a list of
lists. $rest_say.
""",
        plan="Step through the list by the size of a part and slice.",
        code="""
def chunks(values):
    parts = []
    for start in range(0, len(values), $size):
        part = values[start : start + $size]
        if $rest_code:
            parts.append(part$order_code)
    return parts
""",
        inputs=fixed(ints(0, 9, 9)),
    ),
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
        inputs=fixed(lists(text("abc", 3), 6)),
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
    return {key: $how_code for key in keys}
""",
        inputs=fixed(dicts(NAMES, integer(-9, 9)), dicts(NAMES, integer(-9, 9))),
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
        inputs=fixed(dicts(NAMES, integer(0, 4), 6)),
    ),
    Template(
        name="windows",
        topic=TOPIC,
        difficulty=2,
        choices={
            "size": (2, 3, 4),
            "how": (
                {"say": "sum", "code": "sum(window)"},
                {"say": "largest number", "code": "max(window)"},
                {"say": "smallest number", "code": "min(window)"},
                {"say": "largest minus its smallest number", "code": "max(window) - min(window)"},
            ),
        },
        text="""
Write `windows(numbers)`: for every $size neighbours of the list, from left to right, their
$how_say, as a list. Fewer than $size numbers give `[]`.
""",
        plan="The last window starts at the length minus its size; go up to there, not further.",
        code="""
def windows(numbers):
    found = []
    for start in range(len(numbers) - $size + 1):
        window = numbers[start : start + $size]
        found.append($how_code)
    return found
""",
        inputs=fixed(ints()),
    ),
    Template(
        name="thin_out",
        topic=TOPIC,
        difficulty=2,
        choices={
            "times": (1, 2, 3),
            "which": (
                {
                    "say": "the first $times stay; the result keeps the order of the list",
                    "walk": "values",
                    "end": "kept",
                },
                {
                    "say": "the last $times stay; the result keeps the order of the list",
                    "walk": "values[::-1]",
                    "end": "kept[::-1]",
                },
                {
                    "say": "$times stay; the result is sorted, the largest first",
                    "walk": "values",
                    "end": "sorted(kept, reverse=True)",
                },
            ),
        },
        text="""
Write `thin_out(values)`: a new list in which of equal numbers only $which_say.
""",
        plan="Count how often each value was kept while walking from the right end.",
        code="""
def thin_out(values):
    seen = {}
    kept = []
    for value in $which_walk:
        seen[value] = seen.get(value, 0) + 1
        if seen[value] <= $times:
            kept.append(value)
    return $which_end
""",
        inputs=fixed(ints(0, 4, 8)),
    ),
    Template(
        name="count_pairs",
        topic=TOPIC,
        difficulty=2,
        choices={
            "how": (
                {"say": "add up to", "code": "one + other"},
                {"say": "differ by", "code": "abs(one - other)"},
                {"say": "have the product", "code": "one * other"},
            ),
            "goal": (0, 2, 4, 6),
        },
        text="""
Write `count_pairs(numbers)`: how many pairs of two places of the list hold numbers that $how_say
$goal. Each pair of places counts once.
""",
        plan="Compare each number with those after it only.",
        code="""
def count_pairs(numbers):
    count = 0
    for place, one in enumerate(numbers):
        for other in numbers[place + 1 :]:
            if $how_code == $goal:
                count += 1
    return count
""",
        inputs=fixed(ints(-4, 6, 7)),
    ),
    Template(
        name="clean_up",
        topic=TOPIC,
        difficulty=2,
        ood=True,
        choices={
            "what": (
                {"say": "`None`", "code": "value is None"},
                {"say": "the empty string", "code": 'value == ""'},
                {"say": "negative", "code": "isinstance(value, int) and value < 0"},
            ),
            "fill": (
                {
                    "say": "takes the value before it, as it is after the change",
                    "code": "values[place - 1] if place else first",
                },
                {"say": "becomes the given value", "code": "first"},
            ),
            "end": (
                {"say": "how many were changed", "code": "changed"},
                {"say": "`None`", "code": "None"},
            ),
        },
        text="""
Write `clean_up(values, first)`, which changes the list in place: each element that is $what_say
$fill_say (the given value `first` where there is none before it). It returns $end_say.
""",
        plan="Go from left to right by place, assigning into the list itself.",
        code="""
def clean_up(values, first):
    changed = 0
    for place, value in enumerate(values):
        if $what_code:
            values[place] = $fill_code
            changed += 1
    return $end_code
""",
        inputs=fixed(lists(choice(None, "", "a", 1, -2, -3, 5), 8), integer(7, 9)),
    ),
)
