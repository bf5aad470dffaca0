"""Sorting and searching: orders, ranks, binary search, merging, partitions."""

from ...sandbox import Json
from ..inputs import Pen, Shape, fixed, integer, ints, rising
from ..templates import Template

TOPIC = "sorting and searching"


def _ordered_and_wanted(pen: Pen, shape: Shape) -> Json:
    """A list in the order that the task speaks of, and a number near it."""
    numbers, wanted = ints(-6, 6, 9)(pen, shape), pen.number(-7, 7)
    assert isinstance(numbers, list)
    ordered = rising(numbers)
    return [ordered[::-1] if "falling" in str(pen.params["way"]) else ordered, wanted]


TEMPLATES = (
    Template(
        name="find_place",
        topic=TOPIC,
        difficulty=3,
        choices={
            "end": ({"say": "first", "op": "<"}, {"say": "last", "op": "<="}),
            "absent": (
                {"say": "-1", "code": "-1"},
                {"say": "`None`", "code": "None"},
                {"say": "minus the length of the list", "code": "-len(numbers)"},
            ),
            "way": ({"say": "rising", "sign": ""}, {"say": "falling", "sign": "-"}),
        },
        text="""
Write `find_place(numbers, wanted)` for a list in $way_say order, where numbers may come several
times: the index of the $end_say one that equals `wanted`, and $absent_say where there is none.
Halve the range at each step.
""",
        plan="Halve until the border is found, then look whether the number beside it is the one.",
        code="""
def find_place(numbers, wanted):
    low = 0
    high = len(numbers)
    while low < high:
        middle = (low + high) // 2
        if ${way_sign}numbers[middle] $end_op ${way_sign}wanted:
            low = middle + 1
        else:
            high = middle
    place = low - ("$end_op" == "<=")
    if 0 <= place < len(numbers) and numbers[place] == wanted:
        return place
    return $absent_code
""",
        inputs=_ordered_and_wanted,
    ),
    Template(
        name="kth",
        topic=TOPIC,
        difficulty=2,
        choices={
            "k": (2, 3, 4),
            "way": ({"say": "smallest", "code": ""}, {"say": "largest", "code": ", reverse=True"}),
            "equal": (
                {"say": "Equal numbers count each", "code": "numbers"},
                {"say": "Equal numbers count once", "code": "set(numbers)"},
            ),
        },
        text="""
Write `kth(numbers)`: number $k of the numbers, counted from the $way_say. $equal_say. Where there
are too few, raise `ValueError`.
""",
        plan="Sort what counts, and check how many there are before taking one.",
        code="""
def kth(numbers):
    ordered = sorted($equal_code$way_code)
    if len(ordered) < $k:
        raise ValueError("too few numbers")
    return ordered[$k - 1]
""",
        inputs=fixed(ints(-5, 5, 6)),
    ),
    Template(
        name="between",
        topic=TOPIC,
        difficulty=1,
        choices={
            "low": ({"say": "included", "op": "<="}, {"say": "left out", "op": "<"}),
            "high": ({"say": "included", "op": "<="}, {"say": "left out", "op": "<"}),
            "what": (
                {"say": "how many numbers lie", "code": "len(found)"},
                {"say": "the sum of the numbers that lie", "code": "sum(found)"},
                {"say": "the sorted list of the numbers that lie", "code": "sorted(found)"},
            ),
        },
        text="""
Write `between(numbers, low, high)`: $what_say between `low` ($low_say) and `high` ($high_say).
Where `low` is above `high`, no number does.
""",
        plan="Keep the numbers for which both comparisons hold.",
        code="""
def between(numbers, low, high):
    found = [number for number in numbers if low $low_op number $high_op high]
    return $what_code
""",
        inputs=fixed(ints(-6, 6, 8), integer(-6, 3), integer(-3, 6)),
    ),
    Template(
        name="disorder",
        topic=TOPIC,
        difficulty=2,
        choices={
            "gap": (0, 1, 2, 4),
            "way": (
                {"say": "greater", "code": "before - after"},
                {"say": "smaller", "code": "after - before"},
            ),
            "which": (
                {"say": "any two places", "code": "numbers[place + 1 :]"},
                {"say": "two neighbouring places", "code": "numbers[place + 1 : place + 2]"},
            ),
        },
        text="""
Write `disorder(numbers)`: for how many pairs of $which_say the earlier number is $way_say than the
later one by more than $gap.
""",
        plan="For each place look at the later ones only, and compare the difference with the gap.",
        code="""
def disorder(numbers):
    count = 0
    for place, before in enumerate(numbers):
        for after in $which_code:
            if $way_code > $gap:
                count += 1
    return count
""",
        inputs=fixed(ints(-5, 5, 7)),
    ),
    Template(
        name="nearest",
        topic=TOPIC,
        difficulty=2,
        choices={
            "best": (
                {"say": "nearest to", "fun": "min", "sign": ""},
                {"say": "farthest from", "fun": "max", "sign": "-"},
            ),
            "tie": (
                {"say": "smaller", "code": "${best_sign}number"},
                {"say": "larger", "code": "-(${best_sign}number)"},
            ),
            "absent": (
                {"say": "return `None`", "code": "return None"},
                {"say": "return the target", "code": "return target"},
                {"say": "raise `ValueError`", "code": 'raise ValueError("no numbers")'},
            ),
        },
        text="""
Write `nearest(numbers, target)`: the number $best_say the target, the $tie_say of two that are
equally far. For an empty list $absent_say.
""",
        plan="Compare by distance first, and by the number itself where distances are equal.",
        code="""
def nearest(numbers, target):
    if not numbers:
        $absent_code
    return $best_fun(numbers, key=lambda number: (abs(number - target), $tie_code))
""",
        inputs=fixed(ints(-6, 6, 6), integer(-6, 6)),
    ),
    Template(
        name="peaks",
        topic=TOPIC,
        difficulty=3,
        ood=True,
        choices={
            "reach": (1, 2),
            "how": (
                {"say": "greater than", "op": ">"},
                {"say": "less than", "op": "<"},
                {"say": "at least as great as", "op": ">="},
            ),
            "ends": (
                {
                    "say": "count, compared with the neighbours they have",
                    "code": "range(len(numbers))",
                },
                {"say": "never count", "code": "range($reach, len(numbers) - $reach)"},
            ),
        },
        text="""
Write `peaks(numbers)`: the indices of the numbers that are $how_say every number up to $reach
places to the left or right. Places with fewer neighbours than that on a side $ends_say.
""",
        plan="Compare each number with its neighbours, and take care that slices stop at the ends.",
        code="""
def peaks(numbers):
    found = []
    for place in $ends_code:
        before = numbers[max(0, place - $reach) : place]
        after = numbers[place + 1 : place + 1 + $reach]
        if all(numbers[place] $how_op other for other in before + after):
            found.append(place)
    return found
""",
        inputs=fixed(ints(-4, 4, 9)),
    ),
)
