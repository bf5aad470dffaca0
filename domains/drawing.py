"""Draws from several queues in turn, and refuses where a split holds too few problems."""

import itertools
from collections.abc import Iterable, Iterator
from typing import TypeVar

from .contract import NotEnoughProblems, Split

T = TypeVar("T")


def take_in_turn(queues: Iterable[Iterable[T]]) -> Iterator[T]:
    """Yield the first item of every queue, then the second ones, until all are used up."""
    turns = itertools.chain.from_iterable(itertools.zip_longest(*queues))
    return (item for item in turns if item is not None)


def take(
    items: Iterable[T], n: int, domain: str, split: Split, hint: str = "Ask for fewer."
) -> list[T]:
    """Return the first `n` items of a split. Raises NotEnoughProblems where there are fewer."""
    taken = list(itertools.islice(items, n))
    if len(taken) < n:
        raise NotEnoughProblems(
            f"Wanted {n} problems of {domain}'s {split}, there are {len(taken)}. {hint}"
        )
    return taken
