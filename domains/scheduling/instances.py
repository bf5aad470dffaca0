"""Draws instances from a generator: topics in turn, each problem in the split of its hash."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from ..contract import Problem, Split
from ..drawing import take, take_in_turn
from ..identity import split_of

PATIENCE = 5_000
"""So many draws that bring nothing new, and a topic counts as exhausted."""

T = TypeVar("T")
Make = Callable[[random.Random, int], Problem | None]
"""Draws one instance of a size; None where it is not worth asking."""


def sizes_of(name: str, known: Mapping[str, int], topics: Sequence[str]) -> Mapping[str, int]:
    """Return topic -> size; no topics means all. Raises ValueError for an unknown topic."""
    unknown = [topic for topic in topics if topic not in known]
    if unknown:
        raise ValueError(f"No topic {unknown[0]!r} in {name}. Known: {'; '.join(known)}.")
    return {topic: size for topic, size in known.items() if not topics or topic in topics}


def draw(
    name: str, make: Make, sizes: Mapping[str, int], split: Split, n: int, seed: int
) -> list[Problem]:
    """Return `n` distinct problems of `split`. The generator's sizes keep ood apart."""
    streams = [_stream(make, name, topic, size, split, seed) for topic, size in sizes.items()]
    return take(take_in_turn(streams), n, name, split)


def _stream(
    make: Make, name: str, topic: str, size: int, split: Split, seed: int
) -> Iterator[Problem]:
    rnd = random.Random(f"{name}/{split}/{seed}/{topic}")
    seen: set[str] = set()
    idle = 0
    while idle < PATIENCE:
        idle += 1
        made = make(rnd, size)
        if made is None or made.id in seen or split not in ("ood", split_of(made.id)):
            continue
        seen.add(made.id)
        idle = 0
        yield made


def shuffle_items(items: Sequence[T], canonical: object) -> list[T]:
    """Shuffle the items by the problem's canonical form, so that the same task reads the same."""
    return random.Random(str(canonical)).sample(items, len(items))
