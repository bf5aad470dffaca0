"""Sorting and searching: orders, ranks, binary search, merging, partitions."""

from ...sandbox import Json
from ..inputs import (
    InputGenerator,
    Shape,
    ascending,
    fixed_list,
    integer,
    ints,
    lists,
    rising,
    text,
)
from ..templates import Template, filling


def _ordered_list_and_target(rnd: InputGenerator, shape: Shape) -> Json:
    """Draw a list in the order that the task speaks of, and a number near it."""
    numbers, wanted = ints(-6, 6, 9)(rnd, shape), rnd.number(-7, 7)
    assert isinstance(numbers, list)
    ordered = rising(numbers)
    return [ordered[::-1] if "falling" in str(rnd.params["way"]) else ordered, wanted]


TEMPLATES = (
    Template(
        name="sort_words",
        difficulty=1,
        choices={
            "key": (
                filling("length", "len(word)"),
                filling("number of letters `a`", 'word.count("a")'),
                filling('last letter (an empty word has `""`)', "word[-1:]"),
            ),
            "way": (
                filling("smallest first", ""),
                filling("largest first", ", reverse=True"),
            ),
            "tie": (
                filling("alphabetical order", "sorted(words)"),
                filling("the order in which they came", "list(words)"),
            ),
        },
        text="""
Write `sort_words(words)`: a new list of the words sorted by their $key_say, $way_say; words that
are equal in this stand in $tie_say.
""",
        plan="Sort for the ties first: Python's sort keeps the order of equal ones.",
        code="""
def sort_words(words):
    ordered = $tie_code
    ordered.sort(key=lambda word: $key_code$way_code)
    return ordered
""",
        inputs=fixed_list(lists(text("abc", 4), 6)),
    ),
    Template(
        name="merge",
        difficulty=2,
        choices={
            "which": (
                filling("all numbers of both", "one + other"),
                filling("each number of either once", "set(one) | set(other)"),
                filling("each number that is in both once", "set(one) & set(other)"),
                filling("each number that is in just one of them once", "set(one) ^ set(other)"),
                filling(
                    "each number of the first that is not in the second once",
                    "set(one) - set(other)",
                ),
            ),
            "way": (filling("rising", ""), filling("falling", ", reverse=True")),
        },
        text="""
Write `merge(one, other)` for two rising lists of numbers: a new list with $which_say, in $way_say
order.
""",
        plan="Say first which numbers belong into the result, then put them in order.",
        code="""
def merge(one, other):
    return sorted($which_code$way_code)
""",
        inputs=fixed_list(ascending(ints(-5, 8, 6)), ascending(ints(-5, 8, 6))),
    ),
    Template(
        name="ranks",
        difficulty=3,
        choices={
            "best": ({"say": "highest", "op": ">"}, {"say": "lowest", "op": "<"}),
            "kind": (
                filling(
                    "places after equal scores are skipped (1, 2, 2, 4)",
                    "sum(other $best_op score for other in scores)",
                ),
                filling(
                    "no place is skipped (1, 2, 2, 3)",
                    "len({other for other in scores if other $best_op score})",
                ),
                {
                    "say": "all of them get the worst of their places (1, 3, 3, 4)",
                    "code": "sum(other $best_op score for other in scores) "
                    "+ scores.count(score) - 1",
                },
            ),
            "start": (0, 1),
        },
        text="""
Write `ranks(scores)`: the place of each score, in the order of the list. The $best_say is best;
equal scores share a place, and $kind_say. These counts start at 1; yours starts at $start.
""",
        plan="A score's place follows from how many scores are better.",
        code="""
def ranks(scores):
    places = []
    for score in scores:
        better = $kind_code
        places.append(better + $start)
    return places
""",
        inputs=fixed_list(ints(0, 5, 7)),
    ),
    Template(
        name="part_in_place",
        difficulty=3,
        choices={
            "pivot": (0, 3, -4),
            "first": (
                filling("smaller, then equal, then larger", "less + equal + more"),
                filling("larger, then equal, then smaller", "more + equal + less"),
                filling("equal, then smaller, then larger", "equal + less + more"),
            ),
        },
        text="""
Write `part_in_place(numbers)`, which reorders the list in place by how numbers compare with $pivot:
$first_say; numbers of one kind keep their order. It returns how many are equal to $pivot.
""",
        plan="Sort the numbers into three lists and assign to the slice of the whole list.",
        code="""
def part_in_place(numbers):
    less = [number for number in numbers if number < $pivot]
    equal = [number for number in numbers if number == $pivot]
    more = [number for number in numbers if number > $pivot]
    numbers[:] = $first_code
    return len(equal)
""",
        inputs=fixed_list(ints(-6, 6, 8)),
    ),
    Template(
        name="find_place",
        difficulty=3,
        choices={
            "end": ({"say": "first", "op": "<"}, {"say": "last", "op": "<="}),
            "absent": (
                filling("-1", "-1"),
                filling("`None`", "None"),
                filling("minus the length of the list", "-len(numbers)"),
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
        inputs=_ordered_list_and_target,
    ),
    Template(
        name="kth",
        difficulty=2,
        choices={
            "k": (2, 3, 4),
            "way": (filling("smallest", ""), filling("largest", ", reverse=True")),
            "equal": (
                filling("Equal numbers count each", "numbers"),
                filling("Equal numbers count once", "set(numbers)"),
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
        inputs=fixed_list(ints(-5, 5, 6)),
    ),
    Template(
        name="between",
        difficulty=1,
        choices={
            "low": ({"say": "included", "op": "<="}, {"say": "left out", "op": "<"}),
            "high": ({"say": "included", "op": "<="}, {"say": "left out", "op": "<"}),
            "what": (
                filling("how many numbers lie", "len(found)"),
                filling("the sum of the numbers that lie", "sum(found)"),
                filling("the sorted list of the numbers that lie", "sorted(found)"),
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
        inputs=fixed_list(ints(-6, 6, 8), integer(-6, 3), integer(-3, 6)),
    ),
    Template(
        name="disorder",
        difficulty=2,
        choices={
            "gap": (0, 1, 2, 4),
            "way": (
                filling("greater", "before - after"),
                filling("smaller", "after - before"),
            ),
            "which": (
                filling("any two places", "numbers[place + 1 :]"),
                filling("two neighbouring places", "numbers[place + 1 : place + 2]"),
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
        inputs=fixed_list(ints(-5, 5, 7)),
    ),
    Template(
        name="nearest",
        difficulty=2,
        choices={
            "best": (
                {"say": "nearest to", "fun": "min", "sign": ""},
                {"say": "farthest from", "fun": "max", "sign": "-"},
            ),
            "tie": (
                filling("smaller", "${best_sign}number"),
                filling("larger", "-(${best_sign}number)"),
            ),
            "absent": (
                filling("return `None`", "return None"),
                filling("return the target", "return target"),
                filling("raise `ValueError`", 'raise ValueError("no numbers")'),
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
        inputs=fixed_list(ints(-6, 6, 6), integer(-6, 6)),
    ),
    Template(
        name="peaks",
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
                filling("count, compared with the neighbours they have", "range(len(numbers))"),
                filling("never count", "range($reach, len(numbers) - $reach)"),
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
        inputs=fixed_list(ints(-4, 4, 9)),
    ),
)
