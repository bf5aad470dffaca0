"""Classes: things with a state that is exercised step by step."""

from collections.abc import Callable

from ...sandbox import Json
from ..harness import STEPS
from ..inputs import Drawer, InputGenerator, Shape, choice, fixed_list, integer, size_of
from ..templates import Template, filling

KEY = choice("a", "b", "c", "d")


def steps(*kinds: Drawer, most: int = 9) -> Drawer:
    """Draw a series of method calls, with no constructor arguments."""

    def draw(rnd: InputGenerator, shape: Shape) -> Json:
        return [[], [rnd.choice(kinds)(rnd, "ordinary") for _ in range(size_of(rnd, shape, most))]]

    return draw


def method(name: str, *args: Drawer) -> Callable[[InputGenerator, Shape], Json]:
    return fixed_list(choice(name), *args)


TEMPLATES = (
    Template(
        name="Tally",
        difficulty=2,
        harness=STEPS,
        choices={
            "by": (1, 2, 5),
            "tie": (
                filling("first", "sorted(self.counts)"),
                filling("last", "sorted(self.counts, reverse=True)"),
            ),
            "best": ({"say": "highest", "fun": "max"}, {"say": "lowest", "fun": "min"}),
        },
        text="""
Write a class `Tally()`. `add(name)` raises the count of a name by $by and returns the new count
(counts start at 0). `count(name)` returns a count, 0 for a new name. `drop(name)` forgets a name
and raises `KeyError` if it is not known. `top()` returns the name with the $best_say count, the
$tie_say in the alphabet of equal ones, and `None` if there are no names.
""",
        plan="Keep a dict; reading a count must not add a name to it.",
        code="""
class Tally:
    def __init__(self):
        self.counts = {}

    def add(self, name):
        self.counts[name] = self.counts.get(name, 0) + $by
        return self.counts[name]

    def count(self, name):
        return self.counts.get(name, 0)

    def drop(self, name):
        del self.counts[name]

    def top(self):
        return $best_fun($tie_code, key=self.counts.get, default=None)
""",
        inputs=steps(
            *3 * [method("add", KEY)],
            method("count", KEY),
            method("drop", KEY),
            method("top"),
            most=10,
        ),
    ),
    Template(
        name="Account",
        difficulty=2,
        harness=STEPS,
        choices={
            "fee": (0, 1, 2),
            "debt": (0, 5, 20),
        },
        text="""
Write a class `Account()` that starts with a balance of 0. `deposit(amount)` adds and
`withdraw(amount)` takes the amount and a fee of $fee; both return the new balance. Both raise
`ValueError` if the amount is not above 0; `withdraw` raises `OverflowError` if the balance would
fall below -$debt. What raises changes nothing. `balance()` returns the balance.
""",
        plan="Check everything before anything is changed.",
        code="""
class Account:
    def __init__(self):
        self.money = 0

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("not above 0")
        self.money += amount
        return self.money

    def withdraw(self, amount):
        if amount <= 0:
            raise ValueError("not above 0")
        if self.money - amount - $fee < -$debt:
            raise OverflowError("too much debt")
        self.money -= amount + $fee
        return self.money

    def balance(self):
        return self.money
""",
        inputs=steps(
            method("deposit", integer(-1, 9)),
            method("withdraw", integer(-1, 9)),
            method("withdraw", integer(0, 25)),
            method("balance"),
            most=8,
        ),
    ),
    Template(
        name="Recent",
        difficulty=2,
        harness=STEPS,
        choices={
            "size": (2, 3, 4),
            "how": (
                filling("sum", "sum(self.last)"),
                filling("maximum", "max(self.last)"),
                filling("range (largest minus smallest)", "max(self.last) - min(self.last)"),
            ),
        },
        text="""
Write a class `Recent()` that remembers the last $size numbers. `add(number)` takes a number in and
returns the $how_say of what is remembered then; `get(back)` returns the number that came `back`
numbers before the newest (0: the newest) and raises `IndexError` for one that is not remembered or
a negative `back`; `clear()` forgets all and returns how many that were.
""",
        plan="Append, then cut the list to its last numbers; check the index yourself.",
        code="""
class Recent:
    def __init__(self):
        self.last = []

    def add(self, number):
        self.last.append(number)
        self.last = self.last[-$size:]
        return $how_code

    def get(self, back):
        if not 0 <= back < len(self.last):
            raise IndexError("not remembered")
        return self.last[-1 - back]

    def clear(self):
        count = len(self.last)
        self.last = []
        return count
""",
        inputs=steps(
            *3 * [method("add", integer(-9, 9))],
            method("get", integer(-1, 4)),
            method("clear"),
            most=10,
        ),
    ),
    Template(
        name="Dial",
        difficulty=2,
        harness=STEPS,
        choices={
            "size": (5, 7, 12, 24),
            "start": (0, 1),
            "turns": (
                filling(
                    "how often it went past its end (forwards) in all",
                    "max(0, by) and (place + by) // $size",
                ),
                filling("how many places it was turned in all, whatever the direction", "abs(by)"),
            ),
        },
        text="""
Write a class `Dial()` with $size places that are numbered from $start on; it stands at the first
one. `turn(by)` turns it so many places forwards (backwards where `by` is negative), going round,
and returns the number of the place it stands at. `turned()` returns $turns_say.
""",
        plan="Count places from 0 inside and add the first number only when you return one.",
        code="""
class Dial:
    def __init__(self):
        self.place = 0
        self.total = 0

    def turn(self, by):
        place = self.place
        self.total += $turns_code
        self.place = (place + by) % $size
        return self.place + $start

    def turned(self):
        return self.total
""",
        inputs=steps(
            method("turn", integer(-15, 30)), method("turn", integer(0, 6)), method("turned")
        ),
    ),
    Template(
        name="Stack",
        difficulty=2,
        harness=STEPS,
        choices={
            "limit": (1, 2, 3, 4),
            "full": (
                filling("raises `OverflowError`", 'raise OverflowError("full")'),
                filling("drops the oldest value first", "del self.values[0]"),
                filling("changes nothing and returns `False`", "return False"),
            ),
        },
        text="""
Write a class `Stack()` that holds at most $limit values. `push(value)` puts a value on top and
returns `True`; on a full stack it $full_say. `pop()` removes and returns the value on top, `peek()`
returns it; on an empty stack both raise `IndexError`. `size()` returns how many values it holds.
""",
        plan="Keep a list; check for a full one in push alone; an empty list raises by itself.",
        code="""
class Stack:
    def __init__(self):
        self.values = []

    def push(self, value):
        if len(self.values) == $limit:
            $full_code
        self.values.append(value)
        return True

    def pop(self):
        return self.values.pop()

    def peek(self):
        return self.values[-1]

    def size(self):
        return len(self.values)
""",
        inputs=steps(
            *3 * [method("push", integer(0, 9))],
            method("pop"),
            method("peek"),
            method("size"),
        ),
    ),
    Template(
        name="Cache",
        difficulty=3,
        harness=STEPS,
        choices={
            "limit": (2, 3),
            "policy": (
                filling(
                    "was neither put nor got for the longest time",
                    "self.values[key] = self.values.pop(key)",
                ),
                filling("was put first (putting a known key again only changes its value)", "pass"),
            ),
            "missing": (
                filling("returns `None`", "return None"),
                filling("raises `KeyError`", "raise KeyError(key)"),
            ),
        },
        text="""
Write a class `Cache()` that holds at most $limit keys. `put(key, value)` stores a value; where that
makes one key too many, the key that $policy_say is dropped. `get(key)` returns the value and
$missing_say for a key that is not there. `keys()` returns the sorted list of keys.
""",
        plan="A dict keeps the order of its keys: taking one out and in again moves it last.",
        code="""
class Cache:
    def __init__(self):
        self.values = {}

    def touch(self, key):
        $policy_code

    def put(self, key, value):
        self.values[key] = value
        self.touch(key)
        if len(self.values) > $limit:
            del self.values[next(iter(self.values))]

    def get(self, key):
        if key not in self.values:
            $missing_code
        self.touch(key)
        return self.values[key]

    def keys(self):
        return sorted(self.values)
""",
        inputs=steps(
            method("put", KEY, integer(0, 9)),
            method("put", KEY, integer(0, 9)),
            method("get", KEY),
            method("get", KEY),
            method("keys"),
            most=12,
        ),
    ),
    Template(
        name="Queue",
        difficulty=3,
        harness=STEPS,
        ood=True,
        choices={
            "best": ({"say": "highest", "sign": "-"}, {"say": "lowest", "sign": ""}),
            "tie": (
                filling("came first", "item[2]"),
                filling("came last", "-item[2]"),
                filling("is first in the alphabet", "item[0]"),
            ),
            "empty": (
                filling("returns `None`", "return None"),
                filling("raises `LookupError`", 'raise LookupError("empty")'),
            ),
        },
        text="""
Write a class `Queue()`. `add(name, rank)` puts a name in and returns how many there are now.
`next()` takes out and returns the name with the $best_say rank; of equal ones the one that
$tie_say. If there is none, it $empty_say. `cancel(name)` takes out every entry of that name and
returns how many there were.
""",
        plan="Note a running number with each entry; choose by rank first, then by the tie rule.",
        code="""
class Queue:
    def __init__(self):
        self.items = []
        self.count = 0

    def add(self, name, rank):
        self.items.append((name, rank, self.count))
        self.count += 1
        return len(self.items)

    def next(self):
        if not self.items:
            $empty_code
        best = min(self.items, key=lambda item: (${best_sign}item[1], $tie_code))
        self.items.remove(best)
        return best[0]

    def cancel(self, name):
        before = len(self.items)
        self.items = [item for item in self.items if item[0] != name]
        return before - len(self.items)
""",
        inputs=steps(
            *3 * [method("add", KEY, integer(0, 3))],
            method("next"),
            method("next"),
            method("cancel", KEY),
            most=12,
        ),
    ),
)
