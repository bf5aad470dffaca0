"""Counts and exact tests of a candidate's scores against the incumbent's, problem by problem."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..intervals import Interval, is_binary, paired_interval
from ..pairs import Scores, answered_pairs, differences, p_better
from .margins import graded_no_worse, no_worse


@dataclass(frozen=True)
class Comparison:
    """Two arms on the same problems, with every number that a gate decides by."""

    pairs: int
    missing: int
    wins: int
    losses: int
    candidate: float
    """Accuracy of the candidate; `incumbent` is the other arm's."""
    incumbent: float
    gain: float
    interval: Interval
    differences: Sequence[float]
    binary: bool
    """Every score is plainly right or wrong."""
    p: float
    """p-value that the candidate is no better."""
    harm: float
    """p-value of the opposite claim, that the candidate is worse."""

    def p_no_worse(self, margin: float, graded: bool) -> float:
        """p-value that the candidate loses the margin or more."""
        if self.binary and not graded:
            return no_worse(self.wins, self.losses, self.pairs, margin)
        return graded_no_worse(self.differences, margin)


def compare_arms(
    candidate: Scores,
    incumbent: Scores,
    alpha: float,
    confidence: float,
    seed: int,
    samples: int,
) -> Comparison:
    """Count and test the pairs that both arms answered."""
    both = answered_pairs(candidate, incumbent)
    ours, theirs = [a for a, _ in both], [b for _, b in both]
    n = len(both)
    found = differences(both)
    wins, losses = sum(d > 0 for d in found), sum(d < 0 for d in found)
    binary = is_binary((*ours, *theirs))
    gained = wins - losses if binary else sum(found)
    return Comparison(
        pairs=n,
        missing=len(candidate) - n,
        wins=wins,
        losses=losses,
        candidate=sum(ours) / n if n else 0.0,
        incumbent=sum(theirs) / n if n else 0.0,
        gain=gained / n if n else 0.0,
        interval=paired_interval(ours, theirs, confidence, seed, samples),
        differences=found,
        binary=binary,
        p=p_better(both, alpha, seed, samples),
        harm=p_better([(b, a) for a, b in both], alpha, seed, samples),
    )
