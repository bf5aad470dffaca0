"""Counts and exact tests of a candidate's scores against the incumbent's, problem by problem."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    candidate: float
    """Accuracy of the candidate; `incumbent` is the other arm's."""
    incumbent: float
    gain: float
    both: Sequence[tuple[float, float]]
    differences: Sequence[float]
    binary: bool
    """Every score is plainly right or wrong."""

    @cached_property
    def interval(self) -> Interval:
        s, ours, theirs = self.settings, [a for a, _ in self.both], [b for _, b in self.both]
        return paired_interval(ours, theirs, s.confidence, s.seed, s.samples)

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
        return _compare([*self.both, *[(1.0, 0.0)] * more], self.missing, self.settings)


def compare_arms(candidate: Scores, incumbent: Scores, settings: GateSettings) -> Comparison:
    """Count the pairs that both arms answered."""
    both = answered_pairs(candidate, incumbent)
    return _compare(both, len(candidate) - len(both), settings)


def _compare(
    both: Sequence[tuple[float, float]], missing: int, settings: GateSettings
) -> Comparison:
    n, found = len(both), differences(both)
    wins, losses = sum(d > 0 for d in found), sum(d < 0 for d in found)
    binary = is_binary([score for pair in both for score in pair])
    return Comparison(
        settings=settings,
        pairs=n,
        missing=missing,
        wins=wins,
        losses=losses,
        candidate=sum(a for a, _ in both) / n if n else 0.0,
        incumbent=sum(b for _, b in both) / n if n else 0.0,
        gain=(wins - losses if binary else sum(found)) / n if n else 0.0,
        both=both,
        differences=found,
        binary=binary,
    )


def arms_of_counts(wins: int, losses: int, n: int) -> tuple[Scores, Scores]:
    """Return right/wrong scores of both arms that make so many wins and losses in `n` pairs."""
    same = [1.0] * (n - wins - losses)
    return [1.0] * wins + [0.0] * losses + same, [0.0] * wins + [1.0] * losses + same


def points(share: float) -> str:
    return f"{100 * share:.1f} points"
