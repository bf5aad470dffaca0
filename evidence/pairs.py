"""Exact tests on paired answers, and the smallest gain they can find."""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, log
from typing import Literal

import numpy as np
from scipy.special import bdtr, bdtrc, gammaln, xlog1py, xlogy

Alternative = Literal["greater", "two-sided"]

DISCORDANCE = 0.3
"""Share of pairs assumed to disagree when nothing is known: about what sampling alone makes."""

UNDETECTABLE = 2.0
"""Stands for "no gain at all": larger than any gain, and still a number that JSON can hold."""

MOST_SAMPLES = 2_000_000
"""Sign patterns that one test may try; a second or two for the blocks of a gate."""


def mcnemar(wins: int, losses: int, alternative: Alternative = "greater") -> float:
    """Exact p-value that `wins` against `losses` is a fair coin; pairs that agree tell nothing."""
    if min(wins, losses) < 0:
        raise ValueError(f"Wanted counts, found {wins} wins and {losses} losses.")
    n = wins + losses
    greater = float(bdtrc(wins - 1, n, 0.5)) if wins else 1.0
    if alternative == "greater":
        return greater
    less = float(bdtr(wins, n, 0.5))
    return min(1.0, 2 * min(greater, less))


def sign_flip(
    differences: Sequence[float],
    alternative: Alternative = "greater",
    seed: int = 0,
    samples: int = 10_000,
) -> float:
    """p-value that the mean paired difference is no better than its signs by chance.

    All 2^n sign patterns are tried when they are at most `samples`, so the value is exact;
    beyond that, `samples` random ones. Pairs without a difference tell nothing and are left out.
    """
    sizes, observed = _moved(differences)
    every = 2 ** len(sizes) <= samples
    sums = _all_sums(sizes) if every else _random_sums(sizes, seed, samples)
    # A sum that differs by rounding alone is the same sum.
    slack = 1e-9 * float(sizes.sum())

    def chance(found: int) -> float:
        return found / len(sums) if every else (found + 1) / (len(sums) + 1)

    greater = chance(int(np.count_nonzero(sums >= observed - slack)))
    if alternative == "greater":
        return greater
    less = chance(int(np.count_nonzero(sums <= observed + slack)))
    return min(1.0, 2 * min(greater, less))


def sign_flip_at(
    differences: Sequence[float], alpha: float, seed: int = 0, samples: int = 10_000
) -> float:
    """One-sided p-value of `sign_flip`, fine enough to be held against `alpha`.

    It takes at least 20 / alpha samples. Where those would be too many, it is Chernoff's bound
    instead: never below the exact p-value, and equal to it when every pair is won.
    """
    if 20 / alpha <= MOST_SAMPLES:
        return sign_flip(differences, "greater", seed, max(samples, ceil(20 / alpha)))
    sizes, observed = _moved(differences)
    if 2 ** len(sizes) <= MOST_SAMPLES:
        return sign_flip(differences, "greater", seed, MOST_SAMPLES)
    tilts = np.geomspace(1e-3, 1e3, 200) / sizes.max()
    spread = np.log1p(np.exp(-2 * np.outer(tilts, sizes))).sum(axis=1)
    bounds = spread - len(sizes) * log(2) + tilts * (sizes.sum() - observed)
    return float(np.exp(min(0.0, bounds.min())))


def _moved(differences: Sequence[float]) -> tuple[np.ndarray, float]:
    """The sizes of the differences that are not zero, and the sum of them with their signs."""
    moved = np.asarray([d for d in differences if d != 0], dtype=float)
    if not np.isfinite(moved).all():
        raise ValueError("Wanted finite differences, found NaN. Drop missing pairs first.")
    return np.abs(moved), float(moved.sum())


def _all_sums(sizes: np.ndarray) -> np.ndarray:
    sums = np.zeros(1)
    for size in sizes:
        sums = np.concatenate([sums + size, sums - size])
    return sums


def _random_sums(sizes: np.ndarray, seed: int, samples: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    # In slices, so that millions of patterns do not fill the memory.
    step = max(1, 2_000_000 // len(sizes))
    rows = [min(step, samples - start) for start in range(0, samples, step)]
    lost = [rng.integers(0, 2, (n, len(sizes)), dtype=np.int8) @ sizes for n in rows]
    return float(sizes.sum()) - 2 * np.concatenate(lost)


@lru_cache(maxsize=1024)
def smallest_detectable(
    n: int, alpha: float, power: float = 0.8, discordance: float = DISCORDANCE
) -> float:
    """Smallest gain that an exact one-sided McNemar gate with `n` pairs finds with `power`.

    Exact: the power is summed over every possible number of disagreeing pairs. `discordance`
    is the assumed share of pairs that disagree; a gain larger than it makes all of them wins.
    UNDETECTABLE when not even `n` wins out of `n` would pass at `alpha`.
    """
    if not 0 < alpha < power < 1 or not 0 < discordance <= 1 or n < 0:
        raise ValueError(
            "Wanted 0 < alpha < power < 1, 0 < discordance <= 1 and n >= 0, "
            f"found alpha = {alpha}, power = {power}, discordance = {discordance}, n = {n}."
        )
    needed = _wins_needed(n, alpha)
    if needed[n] > n:
        return UNDETECTABLE
    low, high = 0.0, 1.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        if _power(needed, middle, discordance) >= power:
            high = middle
        else:
            low = middle
    return high


def _wins_needed(n: int, alpha: float) -> np.ndarray:
    """For each number of disagreeing pairs, the fewest wins whose p-value is at most `alpha`."""
    return np.array(
        [
            1 + int(np.count_nonzero(bdtrc(np.arange(m), m, 0.5) > alpha))
            if 0.5**m <= alpha
            else m + 1
            for m in range(n + 1)
        ]
    )


def _power(needed: np.ndarray, gain: float, discordance: float) -> float:
    n = len(needed) - 1
    disagreeing = np.arange(n + 1)
    share = max(discordance, gain)
    win = (share + gain) / (2 * share)
    chance = np.exp(
        gammaln(n + 1)
        - gammaln(disagreeing + 1)
        - gammaln(n - disagreeing + 1)
        + xlogy(disagreeing, share)
        + xlog1py(n - disagreeing, -share)
    )
    possible = needed <= disagreeing
    found = bdtrc(needed[possible] - 1, disagreeing[possible], win)
    return float((chance[possible] * found).sum())
