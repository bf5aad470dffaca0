"""Draws arguments of a given shape: empty, single, with duplicates, negative, large, ordinary."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Literal, get_args

from ..sandbox import Json

Shape = Literal["empty", "single", "duplicates", "negative", "large", "ordinary"]
SHAPES: tuple[Shape, ...] = get_args(Shape)


class Pen(Random):
    """Random numbers, with what is known of the problem at hand."""

    def __init__(self, seed: str, params: Mapping[str, object], near: tuple[int, ...] = ()) -> None:
        super().__init__(seed)
        self.params = params
        self.near = near
        """Numbers that the problem names: beside them, things tend to break."""

    def number(self, lo: int, hi: int) -> int:
        """A number from `lo` to `hi`, every third time beside one that the problem names."""
        if self.near and self.random() < 0.35:
            return max(lo, min(hi, self.choice(self.near) + self.randint(-1, 1)))
        return self.randint(lo, hi)


Drawer = Callable[[Pen, Shape], Json]


def integer(lo: int = 0, hi: int = 20) -> Drawer:
    """A number; `empty` is the lowest, `single` the one above it, `large` the highest."""

    def draw(pen: Pen, shape: Shape) -> Json:
        if shape == "negative" and lo < 0:
            return pen.randint(lo, -1)
        fixed: Mapping[Shape, int] = {"empty": lo, "single": min(lo + 1, hi), "large": hi}
        return fixed[shape] if shape in fixed else pen.number(lo, hi)

    return draw


def choice(*values: Json) -> Drawer:
    return lambda pen, shape: pen.choice(values)


def size_of(pen: Pen, shape: Shape, most: int) -> int:
    if shape == "empty":
        return 0
    if shape == "single":
        return 1
    return 2 * most if shape == "large" else pen.randint(2, most)


def lists(of: Drawer, most: int = 7, least: int = 0) -> Drawer:
    """A list; `duplicates` repeats one or two elements, `negative` passes on to the elements."""

    def draw(pen: Pen, shape: Shape) -> Json:
        inner: Shape = "negative" if shape == "negative" else "ordinary"
        size = max(least, size_of(pen, shape, most))
        if shape == "duplicates":
            few = [of(pen, inner) for _ in range(2)]
            return [pen.choice(few) for _ in range(size)]
        return [of(pen, inner) for _ in range(size)]

    return draw


def ints(lo: int = -20, hi: int = 20, most: int = 7, least: int = 0) -> Drawer:
    return lists(integer(lo, hi), most, least)


def text(alphabet: str = "abcde ", most: int = 9) -> Drawer:
    """A string over `alphabet`; `duplicates` repeats one or two letters."""

    def draw(pen: Pen, shape: Shape) -> Json:
        size = pen.randint(1, most) if shape == "ordinary" else size_of(pen, shape, most)
        letters = pen.sample(alphabet, min(2, len(alphabet))) if shape == "duplicates" else alphabet
        return "".join(pen.choice(letters) for _ in range(size))

    return draw


def joined(of: Drawer, by: str = " ", most: int = 6) -> Drawer:
    """Strings put together with `by` between them."""
    some = lists(of, most)

    def draw(pen: Pen, shape: Shape) -> Json:
        parts = some(pen, shape)
        return by.join(str(part) for part in parts) if isinstance(parts, list) else ""

    return draw


def dicts(keys: Drawer, of: Drawer, most: int = 5) -> Drawer:
    def draw(pen: Pen, shape: Shape) -> Json:
        inner: Shape = "ordinary" if shape in ("empty", "single") else shape
        return {
            str(keys(pen, "ordinary")): of(pen, inner) for _ in range(size_of(pen, shape, most))
        }

    return draw


def fixed(*parts: Drawer) -> Drawer:
    """A list of exactly these, such as the arguments of a call; now and then of mixed shapes."""

    def draw(pen: Pen, shape: Shape) -> Json:
        mixed = shape == "ordinary" and pen.random() < 0.3
        return [part(pen, pen.choice(SHAPES) if mixed else shape) for part in parts]

    return draw


def mapped(of: Drawer, by: Callable[[Json], Json]) -> Drawer:
    return lambda pen, shape: by(of(pen, shape))


def ascending(of: Drawer) -> Drawer:
    """A drawn list, sorted."""
    return mapped(of, lambda found: rising(found) if isinstance(found, list) else found)


def rising(values: list[Json]) -> list[Json]:
    """Sorted; the values are of one type."""
    return sorted(values)  # type: ignore[type-var]  # JSON of one type can be compared


def either(*drawers: Drawer) -> Drawer:
    """One of these, by chance: for strings that mostly are well formed, say."""
    return lambda pen, shape: pen.choice(drawers)(pen, shape)


FILE = "file"
"""The key that marks an argument as a file with that content."""


def file(of: Drawer, missing: float = 0.0) -> Drawer:
    """A file's name, whose content is drawn; with some chance there is no such file."""

    def draw(pen: Pen, shape: Shape) -> Json:
        return {FILE: None if pen.random() < missing else of(pen, shape)}

    return draw


def new_file(pen: Pen, shape: Shape) -> Json:
    """The name of a file that is not there yet."""
    return {FILE: None}
