"""Generators and iterators: lazy, endless, grouped, and stopped in time."""

from ..harness import TAKE
from ..inputs import fixed_list, integer, ints
from ..templates import OVER, Template, filling

TEMPLATES = (
    Template(
        name="count_on",
        difficulty=1,
        harness=TAKE,
        choices={"step": (1, 2, 3), "skip": (4, 5, 7)},
        text="""
Write a generator `count_on(start)` that yields, without end, `start`, `start + $step`,
`start + 2 * $step` and so on, but for the multiples of $skip.
""",
        plan="An endless loop that yields what is not skipped and steps on in any case.",
        code="""
def count_on(start):
    number = start
    while True:
        if number % $skip != 0:
            yield number
        number += $step
""",
        inputs=fixed_list(integer(-20, 20)),
    ),
    Template(
        name="slide",
        difficulty=2,
        harness=TAKE,
        choices={
            "size": (2, 3, 4),
            "step": (1, 2, 3),
            "rest": (
                filling("only whole ones", "len(part) == $size"),
                filling("shorter ones at the end of the list too", "part"),
            ),
        },
        text="""
Write a generator `slide(values)` that yields parts of the list as lists: $size neighbours each,
starting at index 0, $step, 2 * $step and so on; $rest_say.
""",
        plan="Walk over the starting places and slice; decide what to do with short slices.",
        code="""
def slide(values):
    for start in range(0, len(values), $step):
        part = values[start : start + $size]
        if $rest_code:
            yield part
""",
        inputs=fixed_list(ints(0, 9, 7)),
    ),
    Template(
        name="weave",
        difficulty=3,
        harness=TAKE,
        choices={
            "one": (1, 2),
            "other": (1, 2, 3),
            "end": (
                filling("goes on with the rest of the other one", "continue"),
                filling(
                    "ends as soon as a turn finds too few values, with those that it found",
                    "return",
                ),
            ),
        },
        text="""
Write a generator `weave(first, second)` for two lists that yields in turns $one values of the first
and $other of the second. When one list has too few values left for its turn, it yields those and
$end_say.
""",
        plan="Keep a place in each list, slice a turn out, and check whether the slice was short.",
        code="""
def weave(first, second):
    here = there = 0
    while here < len(first) or there < len(second):
        turn = first[here : here + $one]
        here += $one
        yield from turn
        if len(turn) < $one and "$end_code" == "return":
            return
        turn = second[there : there + $other]
        there += $other
        yield from turn
        if len(turn) < $other and "$end_code" == "return":
            return
""",
        inputs=fixed_list(ints(0, 9, 4), ints(10, 19, 4)),
    ),
    Template(
        name="hailstones",
        difficulty=2,
        harness=TAKE,
        choices={
            "by": (3, 5),
            "plus": (1, 3),
            "stop": (1, 2, 4),
        },
        text="""
Write a generator `hailstones(number)`: it yields the number, then again and again the next one,
which is half of an even number, and $by times an odd number plus $plus. It ends after the first
number that is $stop or less.
""",
        plan="Yield first, then look whether that was the end, then step on.",
        code="""
def hailstones(number):
    while True:
        yield number
        if number <= $stop:
            return
        number = number // 2 if number % 2 == 0 else number * $by + $plus
""",
        inputs=fixed_list(integer(0, 40)),
    ),
    Template(
        name="until",
        difficulty=1,
        harness=TAKE,
        choices={
            "how": OVER,
            "limit": (2, 7),
            "last": (
                filling("that value included", "yield value\n            return"),
                filling("that value left out", "return"),
            ),
        },
        text="""
Write a generator `until(values)` that yields the values of the list up to the first one that is
$how_say $limit, $last_say.
""",
        plan="Check before or after the yield, as the value that ends it is left out or included.",
        code="""
def until(values):
    for value in values:
        if value $how_op $limit:
            $last_code
        yield value
""",
        inputs=fixed_list(ints(-3, 12, 6)),
    ),
    Template(
        name="numbers_with",
        difficulty=2,
        harness=TAKE,
        choices={
            "by": (2, 3, 4),
            "rest": (0, 1),
            "what": (
                filling("sum of decimal digits", "sum(int(digit) for digit in str(number))"),
                filling("number of ones in binary", 'bin(number).count("1")'),
            ),
        },
        text="""
Write a generator `numbers_with(start)` that yields, without end, the numbers from `start` (0 or
more) on whose $what_say leaves $rest when divided by $by.
""",
        plan="An endless loop over the numbers with one condition.",
        code="""
def numbers_with(start):
    number = start
    while True:
        if $what_code % $by == $rest:
            yield number
        number += 1
""",
        inputs=fixed_list(integer(0, 120)),
    ),
    Template(
        name="again",
        difficulty=2,
        harness=TAKE,
        choices={
            "times": (2, 3, 4),
            "how": (
                filling("each time in the same order", "values"),
                filling("each second time backwards", "values[::-1] if turn % 2 else values"),
                filling(
                    "each time without the values that came first the times before", "values[turn:]"
                ),
            ),
        },
        text="""
Write a generator `again(values)` that yields all values of the list $times times, $how_say.
""",
        plan="A loop over the turns around a loop over the values.",
        code="""
def again(values):
    for turn in range($times):
        yield from $how_code
""",
        inputs=fixed_list(ints(0, 9, 5)),
    ),
    Template(
        name="runs_of",
        difficulty=2,
        harness=TAKE,
        choices={
            "least": (1, 2, 3),
            "what": (
                filling("the list `[value, length]`", "[value, length]"),
                filling("its value", "value"),
                filling("its length", "length"),
            ),
        },
        text="""
Write a generator `runs_of(values)` that yields, for every longest run of equal neighbours that has
at least $least values, $what_say.
""",
        plan="Walk with two places: the start of a run and the first place that differs.",
        code="""
def runs_of(values):
    start = 0
    while start < len(values):
        end = start
        while end < len(values) and values[end] == values[start]:
            end += 1
        value, length = values[start], end - start
        if length >= $least:
            yield $what_code
        start = end
""",
        inputs=fixed_list(ints(0, 2, 8)),
    ),
    Template(
        name="Steps",
        difficulty=3,
        harness=TAKE,
        ood=True,
        choices={
            "by": (1, 2, 3, -1, -2),
            "end": (
                {"say": "included, if it is met exactly", "more": ">", "less": "<"},
                {"say": "left out", "more": ">=", "less": "<="},
            ),
            "bounce": (
                filling("ends", "raise StopIteration"),
                {
                    "say": "starts again at `first`, for ever (if there is not even one number, "
                    "it ends at once)",
                    "code": "self.number = self.first",
                },
            ),
        },
        text="""
Write a class `Steps(first, last)` that is its own iterator (`__iter__`, `__next__`): it gives
`first` and then always $by more, up to `last` ($end_say), and then it $bounce_say.
""",
        plan="Keep the next number; check the end before a number is given, and step after.",
        code="""
class Steps:
    def __init__(self, first, last):
        self.first = self.number = first
        self.last = last

    def __iter__(self):
        return self

    def past(self, number):
        return number $end_more self.last if $by > 0 else number $end_less self.last

    def __next__(self):
        if self.past(self.first):
            raise StopIteration
        if self.past(self.number):
            $bounce_code
        number = self.number
        self.number += $by
        return number
""",
        inputs=fixed_list(integer(-6, 6), integer(-6, 6)),
    ),
)
