"""Confidence intervals for shares, means and paired gains."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit


class Interval(NamedTuple):
    """The values that the data do not rule out."""

    low: float
    high: float


def wilson(right: int, n: int, confidence: float = 0.95) -> Interval:
    """Interval of a share, `right` out of `n`; nothing seen leaves (0, 1).

    Wilson's score interval (JASA 22, 1927). It holds its coverage at shares near 0 and 1.
    """
    return _share_interval(right, n, confidence, "wilson")


def clopper_pearson(found: int, n: int, confidence: float = 0.95) -> Interval:
    """Exact interval of a share, `found` out of `n`: it never covers less often than it says.

    Clopper and Pearson (Biometrika 26, 1934). For error rates, where too narrow is too bold.
    """
    return _share_interval(found, n, confidence, "exact")


def bootstrap(
    values: Sequence[float],
    confidence: float = 0.95,
    seed: int = 0,
    samples: int = 10_000,
    bounds: tuple[float, float] | None = None,
) -> Interval:
    """Interval of the mean by the expanded percentile bootstrap (Hesterberg 2015).

    The plain percentile interval is too narrow for few values; here the percentiles are moved
    out by Student's t and sqrt(n / (n - 1)), and the interval always holds the mean itself.
    `bounds` are the smallest and largest values possible. With them, values that are all equal
    do not pretend to certainty: the interval covers what n equal draws could have hidden.
    """
    z = _z(confidence)
    data = np.asarray(values, dtype=float)
    if not np.isfinite(data).all():
        raise ValueError("Wanted finite values, found NaN or infinity. Drop missing values first.")
    n = len(data)
    if n == 0:
        if bounds is None:
            raise ValueError("Wanted at least one value, found none. Give values or `bounds`.")
        return Interval(*bounds)
    mean = float(data.mean())
    if n == 1 or data.min() == data.max():
        return _interval_of_equal_values(mean, n, confidence, bounds)
    tail = float(ndtr(-math.sqrt(n / (n - 1)) * stdtrit(n - 1, ndtr(z))))
    low, high = np.quantile(_resampled_means(data, seed, samples), [tail, 1 - tail])
    return Interval(min(float(low), mean), max(float(high), mean))


def paired_interval(
    a: Sequence[float],
    b: Sequence[float],
    confidence: float = 0.95,
    seed: int = 0,
    samples: int = 10_000,
) -> Interval:
    """Interval of the mean of a - b over pairs of scores; no pairs leave (-1, 1).

    Right/wrong scores get Tango's score interval (Statistics in Medicine 17, 1998), which stays
    honest when few pairs disagree, or none. Graded scores get the bootstrap.
    """
    if len(a) != len(b):
        raise ValueError(f"Wanted pairs, found {len(a)} and {len(b)} scores.")
    if not all(0.0 <= score <= 1.0 for score in (*a, *b)):
        raise ValueError("Wanted scores between 0 and 1. Scale them, and drop missing pairs first.")
    if is_binary((*a, *b)):
        wins = sum(x > y for x, y in zip(a, b, strict=True))
        losses = sum(x < y for x, y in zip(a, b, strict=True))
        return tango(wins, losses, len(a), confidence)
    differences = [x - y for x, y in zip(a, b, strict=True)]
    return bootstrap(differences, confidence, seed, samples, bounds=(-1.0, 1.0))


def tango(wins: int, losses: int, n: int, confidence: float = 0.95) -> Interval:
    """Score interval of the gain (wins - losses) / n over `n` right/wrong pairs."""
    if min(wins, losses) < 0 or wins + losses > n:
        raise ValueError(f"Wanted wins + losses <= n, found {wins} + {losses} > {n}.")
    z = _z(confidence)
    if n == 0:
        return Interval(-1.0, 1.0)
    return Interval(_tango_low(wins, losses, n, z), -_tango_low(losses, wins, n, z))


def is_binary(scores: Sequence[float]) -> bool:
    """Tell whether every score is plainly right (1) or wrong (0)."""
    return all(score in (0.0, 1.0) for score in scores)


@lru_cache(maxsize=4096)
def _share_interval(
    right: int, n: int, confidence: float, method: Literal["wilson", "exact"]
) -> Interval:
    """Interval of a share by scipy, remembered: one takes half a millisecond."""
    # It takes long to load, and commands that only read an attribution import this file.
    from scipy.stats import binomtest

    if not 0 <= right <= n:
        raise ValueError(f"Wanted 0 <= right <= n, found right = {right}, n = {n}.")
    _require_confidence(confidence)
    if n == 0:
        return Interval(0.0, 1.0)
    found = binomtest(right, n).proportion_ci(confidence, method)
    return Interval(float(found.low), float(found.high))


def _require_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"Wanted a confidence between 0 and 1, found {confidence}.")


def _z(confidence: float) -> float:
    _require_confidence(confidence)
    return float(ndtri((1 + confidence) / 2))


def _interval_of_equal_values(
    value: float, n: int, confidence: float, bounds: tuple[float, float] | None
) -> Interval:
    """Interval of n equal values: those rarer than a certain share may never have been drawn."""
    if bounds is None:
        return Interval(value, value)
    share = 1 - ((1 - confidence) / 2) ** (1 / n)
    return Interval(value - share * (value - bounds[0]), value + share * (bounds[1] - value))


def _resampled_means(data: np.ndarray, seed: int, samples: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    # In slices, so that thousands of problems do not fill the memory.
    step = max(1, 2_000_000 // len(data))
    sizes = [min(step, samples - start) for start in range(0, samples, step)]
    return np.concatenate(
        [data[rng.integers(0, len(data), (size, len(data)))].mean(axis=1) for size in sizes]
    )


def _tango_low(wins: int, losses: int, n: int, z: float) -> float:
    def excess(gain: float) -> float:
        """Above zero while `gain` is too small to be believed."""
        b = (2 * n - wins + losses) * gain - wins - losses
        c = -losses * gain * (1 - gain)
        lost = (math.sqrt(max(0.0, b * b - 8 * n * c)) - b) / (4 * n)
        variance = max(0.0, n * (2 * lost + gain * (1 - gain)))
        return wins - losses - n * gain - z * math.sqrt(variance)

    low, high = -1.0, (wins - losses) / n
    for _ in range(60):
        middle = (low + high) / 2
        if excess(middle) > 0:
            low = middle
        else:
            high = middle
    return low
