"""Counts and exact tests of a candidate's scores against the incumbent's, problem by problem."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ..intervals import Interval, is_binary, paired_interval
from ..pairs import Scores, answered_pairs, differences, mcnemar, sign_flip_at
from .settings import GateSettings


@dataclass(frozen=True)
class Comparison:
    """Two arms on the same problems, with every number that a gate decides by."""

    settings: GateSettings
    pairs: int
    missing: int
    wins: int
    losses: int
    ours: Sequence[float]
    """Scores of the candidate where both arms answered; `theirs` are the incumbent's."""
    theirs: Sequence[float]
    differences: Sequence[float]
    binary: bool
    """Every score is plainly right or wrong."""

    @property
    def candidate(self) -> float:
        """Accuracy of the candidate; `incumbent` is the other arm's."""
        return sum(self.ours) / self.pairs if self.pairs else 0.0

    @property
    def incumbent(self) -> float:
        return sum(self.theirs) / self.pairs if self.pairs else 0.0

    @property
    def gain(self) -> float:
        gained = self.wins - self.losses if self.binary else sum(self.differences)
        return gained / self.pairs if self.pairs else 0.0

    @cached_property
    def interval(self) -> Interval:
        s = self.settings
        return paired_interval(self.ours, self.theirs, s.confidence, s.seed, s.samples)

    @cached_property
    def harm(self) -> float:
        """p-value of the opposite claim, that the candidate is worse."""
        s = self.settings
        if self.binary:
            return mcnemar(self.losses, self.wins)
        return sign_flip_at([-d for d in self.differences], s.share, s.seed, s.samples)

    @property
    def tally(self) -> str:
        if self.wins + self.losses == 0:
            return f"Both scored the same on all {self.pairs} problems"
        return f"{self.wins} wins against {self.losses} losses in {self.pairs} pairs"

    @property
    def change(self) -> str:
        """The change of accuracy."""
        if self.wins + self.losses == 0:
            return "no change"
        return f"a {'gain' if self.gain >= 0 else 'loss'} of {points(abs(self.gain))}"

    def with_wins(self, more: int) -> "Comparison":
        """Return the same with so many wins more: the best that may still come."""
        return replace(
            self,
            pairs=self.pairs + more,
            wins=self.wins + more,
            ours=[*self.ours, *[1.0] * more],
            theirs=[*self.theirs, *[0.0] * more],
            differences=[*self.differences, *[1.0] * more],
        )


def compare_arms(candidate: Scores, incumbent: Scores, settings: GateSettings) -> Comparison:
    """Count the pairs that both arms answered."""
    both = answered_pairs(candidate, incumbent)
    n, found = len(both), differences(both)
    ours, theirs = zip(*both, strict=True) if both else ((), ())
    return Comparison(
        settings=settings,
        pairs=n,
        missing=len(candidate) - n,
        wins=sum([d > 0 for d in found]),
        losses=sum([d < 0 for d in found]),
        ours=ours,
        theirs=theirs,
        differences=found,
        binary=is_binary((*ours, *theirs)),
    )


def arms_of_counts(wins: int, losses: int, n: int) -> tuple[Scores, Scores]:
    """Return right/wrong scores of both arms that make so many wins and losses in `n` pairs."""
    same = [1.0] * (n - wins - losses)
    return [1.0] * wins + [0.0] * losses + same, [0.0] * wins + [1.0] * losses + same


def points(share: float) -> str:
    return f"{100 * share:.1f} points"
