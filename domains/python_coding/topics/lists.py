"""Lists: counting, running values, chunks, windows, pairs."""

from ..inputs import choice, fixed_list, integer, ints, lists
from ..templates import OVER, Template, filling

TEMPLATES = (
    Template(
        name="count_if",
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
        inputs=fixed_list(ints()),
    ),
    Template(
        name="running",
        difficulty=1,
        choices={
            "how": (
                filling("sum of", "value + number"),
                filling("largest of", "max(value, number)"),
                filling("smallest of", "min(value, number)"),
                filling("difference, from left to right, of", "value - number"),
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
        inputs=fixed_list(ints()),
    ),
    Template(
        name="chunks",
        difficulty=2,
        choices={
            "size": (2, 3, 4, 5),
            "rest": (
                filling("A shorter last part is kept", "part"),
                filling("A shorter last part is dropped", "len(part) == $size"),
            ),
            "order": (
                filling("in their order", ""),
                filling("each turned round", "[::-1]"),
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
        inputs=fixed_list(ints(0, 9, 9)),
    ),
    Template(
        name="windows",
        difficulty=2,
        choices={
            "size": (2, 3, 4),
            "how": (
                filling("sum", "sum(window)"),
                filling("largest number", "max(window)"),
                filling("smallest number", "min(window)"),
                filling("largest minus its smallest number", "max(window) - min(window)"),
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
        inputs=fixed_list(ints()),
    ),
    Template(
        name="thin_out",
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
        inputs=fixed_list(ints(0, 4, 8)),
    ),
    Template(
        name="count_pairs",
        difficulty=2,
        choices={
            "how": (
                filling("add up to", "one + other"),
                filling("differ by", "abs(one - other)"),
                filling("have the product", "one * other"),
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
        inputs=fixed_list(ints(-4, 6, 7)),
    ),
    Template(
        name="clean_up",
        difficulty=2,
        ood=True,
        choices={
            "what": (
                filling("`None`", "value is None"),
                filling("the empty string", 'value == ""'),
                filling("negative", "isinstance(value, int) and value < 0"),
            ),
            "fill": (
                filling(
                    "takes the value before it, as it is after the change",
                    "values[place - 1] if place else first",
                ),
                filling("becomes the given value", "first"),
            ),
            "end": (
                filling("how many were changed", "changed"),
                filling("`None`", "None"),
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
        inputs=fixed_list(lists(choice(None, "", "a", 1, -2, -3, 5), 8), integer(7, 9)),
    ),
)
