"""Recursion and dynamic programming: nested lists, digits, coins, subsequences, grids."""

from ...sandbox import Json
from ..inputs import InputGenerator, Shape, fixed_list, integer, ints, size_of, text
from ..templates import Template, filling


def nested_lists(rnd: InputGenerator, shape: Shape, depth: int = 0) -> Json:
    """Draw lists in lists, four deep at most."""
    inner: list[Json] = []
    for _ in range(size_of(rnd, shape, 4) if depth == 0 else rnd.randint(0, 3)):
        deeper = depth < 4 and rnd.random() < 0.45
        lo = -9 if shape == "negative" or rnd.random() < 0.5 else 0
        inner.append(nested_lists(rnd, shape, depth + 1) if deeper else rnd.randint(lo, 9))
    return inner


TOTALS, STEPS = "total in range(1, stairs + 1)", "step in $steps"


def grid(rnd: InputGenerator, shape: Shape) -> Json:
    """Draw a rectangle of numbers, one cell at least."""
    lo = -9 if shape == "negative" else 0
    size = {"empty": (1, 1), "single": (1, 4), "duplicates": (4, 1)}.get(shape)
    rows, columns = size or (rnd.randint(1, 5), rnd.randint(1, 5))
    return [[rnd.randint(lo, 9) for _ in range(columns)] for _ in range(rows)]


TEMPLATES = (
    Template(
        name="flatten",
        difficulty=2,
        choices={
            "levels": (1, 2, 3, 9),
            "keep": (
                filling("all numbers", "True"),
                filling("the numbers above 0", "one > 0"),
                filling("the even numbers", "one % 2 == 0"),
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
        inputs=fixed_list(nested_lists),
    ),
    Template(
        name="weigh",
        difficulty=2,
        choices={
            "times": (1, 2, 3),
            "plus": (0, 1, 5),
            "empty": (filling("weighs nothing", "0"), filling("weighs 10", "10")),
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
        inputs=fixed_list(nested_lists),
    ),
    Template(
        name="digit_root",
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
        inputs=fixed_list(integer(0, 5000)),
    ),
    Template(
        name="count_choices",
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
        inputs=fixed_list(ints(-3, 6, 4), integer(-2, 9)),
    ),
    Template(
        name="climb",
        difficulty=2,
        choices={
            "steps": ("(1, 2)", "(1, 3)", "(2, 3)", "(1, 2, 3)", "(1, 4)", "(2, 5)"),
            "order": (
                {
                    "say": "The same steps in another order are another way",
                    "one": TOTALS,
                    "two": STEPS,
                },
                {
                    "say": "The same steps in another order are the same way",
                    "one": STEPS,
                    "two": TOTALS,
                },
            ),
        },
        text="""
Write `climb(stairs)`: in how many ways a staircase of so many stairs can be climbed exactly, with
steps of $steps stairs. $order_say. No stairs can be climbed in one way.
""",
        plan="Build the ways up from zero stairs; the order of the loops decides what counts.",
        code="""
def climb(stairs):
    ways = [1] + [0] * stairs
    for $order_one:
        for $order_two:
            if step <= total:
                ways[total] += ways[total - step]
    return ways[stairs]
""",
        inputs=fixed_list(integer(0, 18)),
    ),
    Template(
        name="pay",
        difficulty=3,
        choices={
            "coins": ("(2, 5)", "(3, 4)", "(1, 5, 7)", "(2, 3, 7)", "(4, 6)", "(3, 7)"),
            "what": (
                filling("the fewest coins that make it", "min"),
                filling("the most coins that make it", "max"),
            ),
        },
        text="""
Write `pay(amount)`: with coins of $coins, as many of each as you like, $what_say; -1 if none do.
""",
        plan="Solve every smaller amount first; each coin leads back to one of them.",
        code="""
def pay(amount):
    best = [0]
    for total in range(1, amount + 1):
        counts = []
        for coin in $coins:
            if coin <= total and best[total - coin] >= 0:
                counts.append(best[total - coin] + 1)
        best.append($what_code(counts, default=-1))
    return best[amount]
""",
        inputs=fixed_list(integer(0, 30)),
    ),
    Template(
        name="apart",
        difficulty=3,
        choices={
            "gap": (1, 2, 3),
            "best": ({"say": "largest", "fun": "max"}, {"say": "smallest", "fun": "min"}),
            "bonus": (0, 2),
        },
        text="""
Write `apart(numbers)`: the $best_say sum of numbers chosen so that between two chosen ones at least
$gap others stand; each chosen number counts $bonus more than it is. Choosing none gives 0.
""",
        plan="A place is left out, or it adds to the best that ends far enough before it.",
        code="""
def apart(numbers):
    best = [0]
    for place, number in enumerate(numbers):
        before = best[max(0, place - $gap)]
        best.append($best_fun(best[-1], before + number + $bonus))
    return best[-1]
""",
        inputs=fixed_list(ints(-9, 9, 8)),
    ),
    Template(
        name="climb_down",
        difficulty=3,
        choices={
            "gap": (0, 1, 2, 4),
            "way": (
                filling("more", "numbers[place] - numbers[before]"),
                filling("less", "numbers[before] - numbers[place]"),
            ),
            "kind": (
                filling("chosen from the list in its order, not always neighbours", "range(place)"),
                filling("that are neighbours in the list", "range(max(0, place - 1), place)"),
            ),
        },
        text="""
Write `climb_down(numbers)`: the length of the longest series of numbers $kind_say, in which each
is at least $gap $way_say than the one before it. An empty list gives 0.
""",
        plan="For each place find the longest series that ends there, from those that end before.",
        code="""
def climb_down(numbers):
    lengths = []
    for place in range(len(numbers)):
        length = 1
        for before in $kind_code:
            if $way_code >= $gap:
                length = max(length, lengths[before] + 1)
        lengths.append(length)
    return max(lengths, default=0)
""",
        inputs=fixed_list(ints(-9, 9, 9)),
    ),
    Template(
        name="cross",
        difficulty=3,
        choices={
            "best": ({"say": "smallest", "fun": "min"}, {"say": "largest", "fun": "max"}),
            "diagonal": (
                filling("right or down", ""),
                filling("right, down, or both at once (diagonally)", ", (1, 1)"),
                filling("right, down, or two cells down at once", ", (2, 0)"),
            ),
            "end": (
                filling("in the lower right corner", "sums[-1][-1]"),
                filling("anywhere in the last row", "$best_fun(sums[-1])"),
            ),
        },
        text="""
Write `cross(grid)` for a rectangle of numbers (a list of rows): the $best_say sum of the cells on a
way that starts in the upper left corner, goes $diagonal_say at each step, and ends $end_say.
""",
        plan="The best sum of a cell is its number plus the best of the cells one may come from.",
        code="""
def cross(grid):
    sums = []
    for row, numbers in enumerate(grid):
        sums.append([])
        for column, number in enumerate(numbers):
            before = []
            for down, right in ((1, 0), (0, 1)$diagonal_code):
                if row >= down and column >= right:
                    before.append(sums[row - down][column - right])
            sums[row].append(number + $best_fun(before, default=0))
    return $end_code
""",
        inputs=fixed_list(grid),
    ),
    Template(
        name="rewrite_cost",
        difficulty=3,
        ood=True,
        choices={"add": (1, 2, 3), "drop": (1, 2), "swap": (1, 2)},
        text="""
Write `rewrite_cost(one, other)`: what it costs at least to turn the first string into the second
when adding a letter costs $add, dropping one costs $drop, and replacing one by another costs $swap.
""",
        plan="Fill a table of the costs for all beginnings of both strings.",
        code="""
def rewrite_cost(one, other):
    costs = [$add * place for place in range(len(other) + 1)]
    for letter in one:
        row = [costs[0] + $drop]
        for place, wanted in enumerate(other):
            replaced = costs[place] + (0 if letter == wanted else $swap)
            row.append(min(replaced, costs[place + 1] + $drop, row[place] + $add))
        costs = row
    return costs[-1]
""",
        inputs=fixed_list(text("abc", 5), text("abc", 5)),
    ),
)
