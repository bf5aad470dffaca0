"""Draws arguments of a given shape: empty, single, with duplicates, negative, large, ordinary."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Literal, get_args

from ..sandbox import Json

Shape = Literal["empty", "single", "duplicates", "negative", "large", "ordinary"]
SHAPES: tuple[Shape, ...] = get_args(Shape)


class InputGenerator(Random):
    """Random generator that knows the parameters of the problem at hand."""

    def __init__(self, seed: str, params: Mapping[str, object], near: tuple[int, ...] = ()) -> None:
        super().__init__(seed)
        self.params = params
        self.near = near
        """Numbers that the problem names: beside them, things tend to break."""

    def number(self, lo: int, hi: int) -> int:
        """Draw a number from `lo` to `hi`, every third time beside one that the problem names."""
        if self.near and self.random() < 0.35:
            return max(lo, min(hi, self.choice(self.near) + self.randint(-1, 1)))
        return self.randint(lo, hi)


Drawer = Callable[[InputGenerator, Shape], Json]


def integer(lo: int = 0, hi: int = 20) -> Drawer:
    """A number; `empty` is the lowest, `single` the one above it, `large` the highest."""

    def draw(rnd: InputGenerator, shape: Shape) -> Json:
        if shape == "negative" and lo < 0:
            return rnd.randint(lo, -1)
        extreme: Mapping[Shape, int] = {"empty": lo, "single": min(lo + 1, hi), "large": hi}
        return extreme[shape] if shape in extreme else rnd.number(lo, hi)

    return draw


def choice(*values: Json) -> Drawer:
    return lambda rnd, shape: rnd.choice(values)


def size_of(rnd: InputGenerator, shape: Shape, most: int) -> int:
    if shape == "empty":
        return 0
    if shape == "single":
        return 1
    return 2 * most if shape == "large" else rnd.randint(2, most)


def lists(of: Drawer, most: int = 7, least: int = 0) -> Drawer:
    """A list; `duplicates` repeats one or two elements, `negative` passes on to the elements."""

    def draw(rnd: InputGenerator, shape: Shape) -> Json:
        inner: Shape = "negative" if shape == "negative" else "ordinary"
        size = max(least, size_of(rnd, shape, most))
        if shape == "duplicates":
            few = [of(rnd, inner) for _ in range(2)]
            return [rnd.choice(few) for _ in range(size)]
        return [of(rnd, inner) for _ in range(size)]

    return draw


def ints(lo: int = -20, hi: int = 20, most: int = 7, least: int = 0) -> Drawer:
    return lists(integer(lo, hi), most, least)


def text(alphabet: str = "abcde ", most: int = 9) -> Drawer:
    """A string over `alphabet`; `duplicates` repeats one or two letters."""

    def draw(rnd: InputGenerator, shape: Shape) -> Json:
        size = rnd.randint(1, most) if shape == "ordinary" else size_of(rnd, shape, most)
        letters = rnd.sample(alphabet, min(2, len(alphabet))) if shape == "duplicates" else alphabet
        return "".join(rnd.choice(letters) for _ in range(size))

    return draw


def joined_text(of: Drawer, by: str = " ", most: int = 6) -> Drawer:
    """Join drawn strings with `by` between them."""
    some = lists(of, most)

    def draw(rnd: InputGenerator, shape: Shape) -> Json:
        parts = some(rnd, shape)
        return by.join(str(part) for part in parts) if isinstance(parts, list) else ""

    return draw


def dicts(keys: Drawer, of: Drawer, most: int = 5) -> Drawer:
    def draw(rnd: InputGenerator, shape: Shape) -> Json:
        inner: Shape = "ordinary" if shape in ("empty", "single") else shape
        return {
            str(keys(rnd, "ordinary")): of(rnd, inner) for _ in range(size_of(rnd, shape, most))
        }

    return draw


def fixed_list(*parts: Drawer) -> Drawer:
    """A list of exactly these, such as the arguments of a call; now and then of mixed shapes."""

    def draw(rnd: InputGenerator, shape: Shape) -> Json:
        mixed = shape == "ordinary" and rnd.random() < 0.3
        return [part(rnd, rnd.choice(SHAPES) if mixed else shape) for part in parts]

    return draw


def mapped_value(of: Drawer, by: Callable[[Json], Json]) -> Drawer:
    return lambda rnd, shape: by(of(rnd, shape))


def concatenated(*parts: Drawer, by: str = "") -> Drawer:
    """A string of exactly these, with `by` between them."""
    return mapped_value(
        fixed_list(*parts),
        lambda found: by.join(map(str, found)) if isinstance(found, list) else "",
    )


def ascending(of: Drawer) -> Drawer:
    """Sort a drawn list."""
    return mapped_value(of, lambda found: rising(found) if isinstance(found, list) else found)


def rising(values: list[Json]) -> list[Json]:
    """Sort values of one type."""
    return sorted(values)  # type: ignore[type-var]  # JSON of one type can be compared


def either(*drawers: Drawer) -> Drawer:
    """Draw from one of these, by chance: for strings that mostly are well formed, say."""
    return lambda rnd, shape: rnd.choice(drawers)(rnd, shape)


FILE = "file"
"""The key that marks an argument as a file with that content."""


def file(of: Drawer, missing: float = 0.0) -> Drawer:
    """A file's name, whose content is drawn; with some chance there is no such file."""

    def draw(rnd: InputGenerator, shape: Shape) -> Json:
        return {FILE: None if rnd.random() < missing else of(rnd, shape)}

    return draw


def new_file(rnd: InputGenerator, shape: Shape) -> Json:
    """The name of a file that is not there yet."""
    return {FILE: None}
