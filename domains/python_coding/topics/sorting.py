"""More of sorting and searching: orders, merging, ranks, partitions."""

from ..inputs import ascending, fixed, ints, lists, text
from ..templates import Template

TOPIC = "sorting and searching"


TEMPLATES = (
    Template(
        name="sort_words",
        topic=TOPIC,
        difficulty=1,
        choices={
            "key": (
                {"say": "length", "code": "len(word)"},
                {"say": "number of letters `a`", "code": 'word.count("a")'},
                {"say": 'last letter (an empty word has `""`)', "code": "word[-1:]"},
            ),
            "way": (
                {"say": "smallest first", "code": ""},
                {"say": "largest first", "code": ", reverse=True"},
            ),
            "tie": (
                {"say": "alphabetical order", "code": "sorted(words)"},
                {"say": "the order in which they came", "code": "list(words)"},
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
        inputs=fixed(lists(text("abc", 4), 6)),
    ),
    Template(
        name="merge",
        topic=TOPIC,
        difficulty=2,
        choices={
            "which": (
                {"say": "all numbers of both", "code": "one + other"},
                {"say": "each number of either once", "code": "set(one) | set(other)"},
                {"say": "each number that is in both once", "code": "set(one) & set(other)"},
                {
                    "say": "each number that is in just one of them once",
                    "code": "set(one) ^ set(other)",
                },
                {
                    "say": "each number of the first that is not in the second once",
                    "code": "set(one) - set(other)",
                },
            ),
            "way": ({"say": "rising", "code": ""}, {"say": "falling", "code": ", reverse=True"}),
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
        inputs=fixed(ascending(ints(-5, 8, 6)), ascending(ints(-5, 8, 6))),
    ),
    Template(
        name="ranks",
        topic=TOPIC,
        difficulty=3,
        choices={
            "best": ({"say": "highest", "op": ">"}, {"say": "lowest", "op": "<"}),
            "kind": (
                {
                    "say": "places after equal scores are skipped (1, 2, 2, 4)",
                    "code": "sum(other $best_op score for other in scores)",
                },
                {
                    "say": "no place is skipped (1, 2, 2, 3)",
                    "code": "len({other for other in scores if other $best_op score})",
                },
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
        inputs=fixed(ints(0, 5, 7)),
    ),
    Template(
        name="part_in_place",
        topic=TOPIC,
        difficulty=3,
        choices={
            "pivot": (0, 3, -4),
            "first": (
                {"say": "smaller, then equal, then larger", "code": "less + equal + more"},
                {"say": "larger, then equal, then smaller", "code": "more + equal + less"},
                {"say": "equal, then smaller, then larger", "code": "equal + less + more"},
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
        inputs=fixed(ints(-6, 6, 8)),
    ),
)
