"""Domains that fail when they are asked for problems."""

import time
from collections.abc import Iterator, Sequence

from tutelage.domains.contract import NotEnoughProblems, Problem, Split
from tutelage.domains.scheduling import Scheduling


class Few(Scheduling):
    """It has none at all."""

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        raise NotEnoughProblems(f"{split} holds 0 problems and {n} were asked for.")


class Odd(Scheduling):
    """It is wrong in itself."""

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        raise ZeroDivisionError("by nought")


class Quoting(Scheduling):
    """It quotes a password in what it raises."""

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        raise ConnectionRefusedError("no way to postgres://me:hush@db/x")


class Picky(Scheduling):
    """It cannot be built."""

    def __init__(self) -> None:
        self.rooms = None.count  # type: ignore[attr-defined]  # the fault that is wanted


class Slow(Scheduling):
    """It takes its time."""

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        time.sleep(20)
        return super().problems(split, n, seed)


class Endless:
    """It cannot be read."""

    def __iter__(self) -> Iterator[Problem]:
        raise ZeroDivisionError("by nought")


class Unreadable(Scheduling):
    """It returns at once, and what it returned breaks whoever reads it."""

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        return Endless()  # type: ignore[return-value]  # the fault that is wanted
