"""More of classes: a stack, a cache and a queue."""

from collections.abc import Callable

from ...sandbox import Json
from ..harness import STEPS
from ..inputs import Drawer, Pen, Shape, choice, fixed, integer, size_of
from ..templates import Template

TOPIC = "classes"
KEY = choice("a", "b", "c", "d")


def steps(*kinds: Drawer, most: int = 9) -> Drawer:
    """No constructor arguments, and a series of method calls."""

    def draw(pen: Pen, shape: Shape) -> Json:
        return [[], [pen.choice(kinds)(pen, "ordinary") for _ in range(size_of(pen, shape, most))]]

    return draw


def method(name: str, *args: Drawer) -> Callable[[Pen, Shape], Json]:
    return fixed(choice(name), *args)


TEMPLATES = (
    Template(
        name="Stack",
        topic=TOPIC,
        difficulty=2,
        drive=STEPS,
        choices={
            "limit": (1, 2, 3, 4),
            "full": (
                {"say": "raises `OverflowError`", "code": 'raise OverflowError("full")'},
                {"say": "drops the oldest value first", "code": "del self.values[0]"},
                {"say": "changes nothing and returns `False`", "code": "return False"},
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
            method("push", integer(0, 9)),
            method("push", integer(0, 9)),
            method("push", integer(0, 9)),
            method("pop"),
            method("peek"),
            method("size"),
        ),
    ),
    Template(
        name="Cache",
        topic=TOPIC,
        difficulty=3,
        drive=STEPS,
        choices={
            "limit": (2, 3),
            "policy": (
                {
                    "say": "was neither put nor got for the longest time",
                    "code": "self.values[key] = self.values.pop(key)",
                },
                {
                    "say": "was put first (putting a known key again only changes its value)",
                    "code": "pass",
                },
            ),
            "missing": (
                {"say": "returns `None`", "code": "return None"},
                {"say": "raises `KeyError`", "code": "raise KeyError(key)"},
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
        topic=TOPIC,
        difficulty=3,
        drive=STEPS,
        ood=True,
        choices={
            "best": ({"say": "highest", "sign": "-"}, {"say": "lowest", "sign": ""}),
            "tie": (
                {"say": "came first", "code": "item[2]"},
                {"say": "came last", "code": "-item[2]"},
                {"say": "is first in the alphabet", "code": "item[0]"},
            ),
            "empty": (
                {"say": "returns `None`", "code": "return None"},
                {"say": "raises `LookupError`", "code": 'raise LookupError("empty")'},
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
            method("add", KEY, integer(0, 3)),
            method("add", KEY, integer(0, 3)),
            method("add", KEY, integer(0, 3)),
            method("next"),
            method("next"),
            method("cancel", KEY),
            most=12,
        ),
    ),
)
