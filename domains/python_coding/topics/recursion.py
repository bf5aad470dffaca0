"""More of recursion: nested lists, digits, choices."""

from ...sandbox import Json
from ..inputs import Pen, Shape, fixed, integer, ints, size_of
from ..templates import Template

TOPIC = "recursion and dynamic programming"


def nested(pen: Pen, shape: Shape, depth: int = 0) -> Json:
    """Lists in lists, four deep at most."""
    inner: list[Json] = []
    for _ in range(size_of(pen, shape, 4) if depth == 0 else pen.randint(0, 3)):
        deeper = depth < 4 and pen.random() < 0.45
        lo = -9 if shape == "negative" or pen.random() < 0.5 else 0
        inner.append(nested(pen, shape, depth + 1) if deeper else pen.randint(lo, 9))
    return inner


TEMPLATES = (
    Template(
        name="flatten",
        topic=TOPIC,
        difficulty=2,
        choices={
            "levels": (1, 2, 3, 9),
            "keep": (
                {"say": "all numbers", "code": "True"},
                {"say": "the numbers above 0", "code": "one > 0"},
                {"say": "the even numbers", "code": "one % 2 == 0"},
            ),
        },
        text="""
Write `flatten(nested)` for lists of numbers and lists: take lists out of their lists at most
$levels levels deep (deeper ones stay as they are), with $keep_say and, of those at hand, no others.
""",
        plan="Recurse into a list while levels are left; a number is a matter of the filter alone.",
        code="""
def flatten(nested, levels=$levels):
    flat = []
    for one in nested:
        if isinstance(one, list):
            if levels > 0:
                flat.extend(flatten(one, levels - 1))
            else:
                flat.append(one)
        elif $keep_code:
            flat.append(one)
    return flat
""",
        inputs=fixed(nested),
    ),
    Template(
        name="weigh",
        topic=TOPIC,
        difficulty=2,
        choices={
            "times": (1, 2, 3),
            "plus": (0, 1, 5),
            "empty": ({"say": "weighs nothing", "code": "0"}, {"say": "weighs 10", "code": "10"}),
        },
        text="""
Write `weigh(nested)` for lists of numbers and lists: the sum of all numbers, each multiplied by its
weight: $times times its depth, plus $plus. Numbers of the outermost list have depth 1. An empty
list, at any depth, $empty_say.
""",
        plan="Carry the depth along; an empty list is the base case.",
        code="""
def weigh(nested, depth=1):
    if not nested:
        return $empty_code
    total = 0
    for one in nested:
        if isinstance(one, list):
            total += weigh(one, depth + 1)
        else:
            total += one * ($times * depth + $plus)
    return total
""",
        inputs=fixed(nested),
    ),
    Template(
        name="digit_root",
        topic=TOPIC,
        difficulty=2,
        choices={
            "base": (3, 4, 5, 8, 10, 16),
            "what": (
                {"say": "the number that is left", "one": "number", "more": ""},
                {"say": "how often that was done", "one": "0", "more": "1 + "},
            ),
        },
        text="""
Write `digit_root(number)`: a number of 0 or more is replaced by the sum of its digits in base
$base until it has one digit in that base. Return $what_say.
""",
        plan="One digit is the base case; else sum the digits by dividing, and recurse.",
        code="""
def digit_root(number):
    if number < $base:
        return $what_one
    total = 0
    while number:
        total += number % $base
        number //= $base
    return ${what_more}digit_root(total)
""",
        inputs=fixed(integer(0, 5000)),
    ),
    Template(
        name="count_choices",
        topic=TOPIC,
        difficulty=3,
        choices={
            "most": (2, 3, 8),
            "how": (
                {"say": "exactly", "op": "=="},
                {"say": "at most", "op": "<="},
                {"say": "more than", "op": ">"},
            ),
        },
        text="""
Write `count_choices(numbers, goal)`: in how many ways at most $most places of the list can be
chosen (choosing none is one way) so that the numbers there add up to $how_say `goal`.
""",
        plan="Each number is left out or taken; recurse on the rest with what is left to choose.",
        code="""
def count_choices(numbers, goal, most=$most):
    if not numbers or most == 0:
        return int(0 $how_op goal)
    without = count_choices(numbers[1:], goal, most)
    return without + count_choices(numbers[1:], goal - numbers[0], most - 1)
""",
        inputs=fixed(ints(-3, 6, 4), integer(-2, 9)),
    ),
)
