"""Contrasts between two arms, problem by problem: gain, interval and p-value."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scipy.special import bdtr, bdtrc

from ..effects import ALPHA, beyond_chance
from ..intervals import Interval, bootstrap, is_binary, paired_interval, wilson
from ..pairs import mcnemar, sign_flip, sign_flip_resolution

Student = tuple[str, bool]
"""A student, and whether the strategy stood in its prompt."""
Scores = Mapping[str, float]
"""Mean score by problem."""
DRAWS = 10_000
"""Sign patterns that are drawn where there are too many to count them all."""


class Gain(NamedTuple):
    """Mean difference of two lists of scores, pair by pair."""

    gain: float
    low: float
    high: float
    p: float
    """Two-sided."""

    @property
    def is_beyond_chance(self) -> bool:
        """Tell whether it may be claimed to differ from zero, up or down."""
        return beyond_chance(self.low, self.high, self.p)


@dataclass(frozen=True)
class Contrast:
    """Gain of one arm over another on the same problems."""

    name: str
    split: str
    gain: float
    low: float
    high: float
    p: float
    """Two-sided."""
    n: int
    """Problems that both answered."""
    a: str
    b: str
    draws: int = 0
    """Sign patterns that p was simulated with; 0 where it is exact, or an earlier version's."""

    @property
    def is_beyond_chance(self) -> bool:
        """Tell whether it may be claimed to differ from zero, up or down."""
        return beyond_chance(self.low, self.high, self.p)

    @property
    def disagrees(self) -> bool:
        """Tell whether interval and test disagree on zero: then nothing is claimed either way."""
        return (self.low > 0 or self.high < 0) != (self.p <= ALPHA)


def footnotes(contrasts: Sequence[Contrast]) -> list[str]:
    """Explain the marks `~` and `open`, as far as a table of these contrasts has them."""
    draws = max((c.draws for c in contrasts), default=0)
    simulated = f"~: p is simulated, with {draws:,} drawn sign patterns; the others are exact."
    disagree = "open: interval and test disagree on zero, so nothing is claimed."
    marks = ((simulated, draws > 0), (disagree, any(c.disagrees for c in contrasts)))
    return [note for note, used in marks if used]


COMPARED: tuple[tuple[Student, Student], ...] = (
    (("tuned", False), ("base", False)),
    (("tuned", False), ("labels_only", False)),
    (("tuned", True), ("tuned", False)),
    (("base", True), ("base", False)),
    (("base", True), ("placebo", True)),
    (("tuned", False), ("base", True)),
    (("tuned", False), ("teacher", False)),
    (("tuned", False), ("teacher", True)),
)
"""Pairs of arms that are compared, in this order, where both were measured."""


def arm_name(student: str, strategy: bool) -> str:
    """ "tuned", or "tuned+strategy" with the strategy in its prompt."""
    return f"{student}+strategy" if strategy else student


def between_arms(
    split: str, scores: Mapping[Student, Scores], confidence: float, seed: int
) -> list[Contrast]:
    """Compare the arms of one split, problem by problem."""
    return [
        _contrast(split, arm_name(*a), arm_name(*b), scores[a], scores[b], confidence, seed)
        for a, b in COMPARED
        if a in scores and b in scores
    ]


def compare(
    a: Sequence[float],
    b: Sequence[float],
    confidence: float = 0.95,
    seed: int = 0,
    samples: int = DRAWS,
) -> Gain:
    """Compare the scores `a` with the scores `b` of the same problems; no pairs show nothing."""
    low, high = paired_interval(a, b, confidence, seed, samples)
    differences = [round(i - j, 12) for i, j in zip(a, b, strict=True)]
    if is_binary((*a, *b)):
        p = mcnemar(sum(d > 0 for d in differences), sum(d < 0 for d in differences), "two-sided")
    else:
        p = sign_flip(differences, "two-sided", seed, samples)
    return Gain(mean(differences), low, high, p)


def _contrast(
    split: str, a: str, b: str, ours: Scores, theirs: Scores, confidence: float, seed: int
) -> Contrast:
    both = sorted(ours.keys() & theirs.keys())
    mine, other = [ours[it] for it in both], [theirs[it] for it in both]
    found = compare(mine, other, confidence, seed)
    draws = (
        0
        if is_binary((*mine, *other))
        else _draws([round(i - j, 12) for i, j in zip(mine, other, strict=True)])
    )
    return Contrast(f"{a} - {b}", split, *found, len(both), a, b, draws)


def _draws(differences: Sequence[float]) -> int:
    """Count the sign patterns that `sign_flip` draws of these; 0 where it goes through them all."""
    return DRAWS if sign_flip_resolution(differences, "two-sided", DRAWS) else 0


def over_floor(
    split: str,
    scores: Mapping[Student, Scores],
    floor: float,
    right: Scores | None,
    confidence: float,
    seed: int,
) -> list[Contrast]:
    """Compare each student that may be headlined with the floor of its split."""
    found = []
    for student in (("tuned", False), ("tuned", True), ("base", True)):
        if student not in scores:
            continue
        a, ours = arm_name(*student), scores[student]
        if right is not None:
            found.append(_contrast(split, a, "floor", ours, right, confidence, seed))
        else:
            found.append(_over_number(split, a, list(ours.values()), floor, confidence, seed))
    return found


def _over_number(
    split: str, a: str, scores: list[float], floor: float, confidence: float, seed: int
) -> Contrast:
    n = len(scores)
    low, high = share(scores, confidence)
    draws = 0
    if is_binary(scores):
        right = int(sum(scores))
        above = float(bdtrc(right - 1, n, floor)) if right else 1.0
        p = min(1.0, 2 * min(above, float(bdtr(right, n, floor))))
    else:
        above_floor = [score - floor for score in scores]
        p, draws = sign_flip(above_floor, "two-sided", seed), _draws(above_floor)
    gain = mean(scores) - floor if n else 0.0
    interval = (low - floor, high - floor)
    return Contrast(f"{a} - floor", split, gain, *interval, p, n, a, "floor", draws)


def internalisation(scores: Mapping[Student, Scores], confidence: float, seed: int) -> float | None:
    """Share of the prompt's help that went into the weights; None where that help may be zero."""
    try:
        base, prompted, tuned = (
            scores[arm] for arm in (("base", False), ("base", True), ("tuned", False))
        )
    except KeyError:
        return None
    # All three on the same problems, or the ratio compares different tests.
    common = sorted(base.keys() & prompted.keys() & tuned.keys())
    without, words = [base[p] for p in common], [prompted[p] for p in common]
    if not compare(words, without, confidence, seed).is_beyond_chance:
        return None
    return (mean([tuned[p] for p in common]) - mean(without)) / (mean(words) - mean(without))


def share(scores: Sequence[float], confidence: float, samples: int = 10_000) -> Interval:
    """Interval of a mean score: Wilson for right/wrong, bootstrap for graded."""
    if is_binary(scores):
        return wilson(int(sum(scores)), len(scores), confidence)
    return bootstrap(scores, confidence, samples=samples, bounds=(0.0, 1.0))


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return math.fsum(values) / len(values) if values else 0.0
