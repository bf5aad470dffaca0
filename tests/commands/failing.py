"""Domains that fail when they are asked for problems."""

from collections.abc import Sequence

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
