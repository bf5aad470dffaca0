"""Measured effects: when one may be claimed, and how several become one, in plain arithmetic."""

import math
from collections.abc import Sequence
from typing import NamedTuple

ALPHA = 0.05
"""A difference is claimed only where its p-value, two-sided, is at most this."""


class Estimate(NamedTuple):
    """Gain over `n` pairs, with its interval."""

    n: int
    gain: float
    low: float
    high: float


def beyond_chance(low: float, high: float, p: float) -> bool:
    """Tell whether a difference may be claimed: its interval excludes zero, and so does its test.

    The interval approximates and the test is exact: with few disagreements they can differ.
    """
    return (low > 0 or high < 0) and p <= ALPHA


def shows_loss(gain: float, high: float, p: float) -> bool:
    """Tell whether there is a loss, by the interval or by the one-sided exact test.

    One of the two is enough where a harm that passes costs more than a false alarm. `p` is
    two-sided.
    """
    return high < 0 or (gain < 0 and p / 2 <= ALPHA)


def sign_test(wins: int, losses: int) -> float:
    """Return the two-sided exact p-value that wins and losses are a fair coin.

    It is McNemar's, in whole numbers: right to the last digit, where those of `mcnemar` may differ.
    """
    n, fewer = wins + losses, min(wins, losses)
    tail: int = sum(math.comb(n, k) for k in range(fewer + 1))
    return float(min(1.0, 2 * tail / 2**n))


def pool(estimates: Sequence[Estimate]) -> Estimate:
    """Pool gains that were measured on different pairs, each weighing as its pairs.

    Zou and Donner's recovery of variances from intervals (Statistics in Medicine 27, 2008).
    """
    n = sum(it.n for it in estimates)
    gain = sum(it.n * it.gain for it in estimates) / n
    below = sum((it.n / n * (it.gain - it.low)) ** 2 for it in estimates)
    above = sum((it.n / n * (it.high - it.gain)) ** 2 for it in estimates)
    return Estimate(n, gain, gain - math.sqrt(below), gain + math.sqrt(above))
