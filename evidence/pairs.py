"""Tests on paired scores: exact wherever that can be counted."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import ceil, log
from typing import Literal

import numpy as np
from scipy.special import bdtr, bdtrc

Alternative = Literal["greater", "two-sided"]
Scores = Sequence[float | None]
"""One score a problem; None where an infrastructure error took the answer."""

FINEST = 120
"""Parts of 1 that scores are looked for in steps of: all of 1/2 to 1/6, 1/8, 1/10 and 1/100 fit."""

MOST_SAMPLES = 2_000_000
"""Sign patterns that one test may try; a second or two for the blocks of a gate."""


class MixedJudges(ValueError):
    """Replies that stand in one comparison were read by different judges."""


def require_one_judge(judges: Iterable[str]) -> None:
    """Raise MixedJudges unless one judge, by name and version, read all replies of a comparison.

    Unknown ones, which are empty, are one judge too.
    """
    if len(found := sorted(set(judges))) > 1:
        raise MixedJudges(
            f"The replies were read by {len(found)} judges: {', '.join(map(repr, found))}. How "
            "those differ is no gain: one of them has to read all replies first."
        )


class MixedEngines(ValueError):
    """Replies that stand in one comparison were made by different engines."""


def require_one_engine(engines: Iterable[str]) -> None:
    """Raise MixedEngines unless one engine, by name and version, made all replies of a comparison.

    Unknown ones, which are empty, may be any: older attempts kept none. So may one be any that says
    more (`torch 2, cpu` and `torch 2, cpu, model 3f2a`): older attempts kept less.
    """
    told = sorted(set(engines) - {""})
    found = [it for it in told if not any(more.startswith(f"{it}, ") for more in told)]
    if len(found) > 1:
        raise MixedEngines(
            f"The replies were made by {len(found)} engines: {'; '.join(found)}. How those differ "
            "is no gain: one of them has to make all replies of a comparison."
        )


def answered_pairs(candidate: Scores, incumbent: Scores) -> list[tuple[float, float]]:
    """The pairs that both arms answered."""
    if len(candidate) != len(incumbent):
        raise ValueError(
            f"Wanted both arms on the same problems, found {len(candidate)} and {len(incumbent)}."
        )
    return [
        (float(a), float(b))
        for a, b in zip(candidate, incumbent, strict=True)
        if a is not None and b is not None
    ]


def differences(pairs: Sequence[tuple[float, float]]) -> list[float]:
    """Candidate minus incumbent, rounded, so that 0.3 - 0.1 - 0.2 is not a win."""
    return [round(a - b, 12) for a, b in pairs]


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

    Exact when the differences are steps of one size, such as tenths: then all sign patterns are
    counted. Exact too when all 2^n patterns are at most `samples`; beyond that, `samples` random
    ones are tried. Pairs without a difference tell nothing and are left out.
    """
    sizes, observed = _nonzero_sizes(differences)
    if parts := _parts(sizes):
        steps = np.rint(sizes * parts).astype(int)
        return _exact_p(steps, round(observed * parts), alternative)
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


def sign_flip_resolution(
    differences: Sequence[float], alternative: Alternative = "greater", samples: int = 10_000
) -> float:
    """The smallest p-value that `sign_flip` can find by random patterns; 0 where it is exact."""
    sizes, _ = _nonzero_sizes(differences)
    if 2 ** len(sizes) <= samples or _parts(sizes):
        return 0.0
    return (1 if alternative == "greater" else 2) / (samples + 1)


def sign_flip_at(
    differences: Sequence[float], alpha: float, seed: int = 0, samples: int = 10_000
) -> float:
    """One-sided p-value of `sign_flip`, fine enough to be held against `alpha`.

    It takes at least 20 / alpha samples. Where those would be too many, it is Chernoff's bound
    instead: never below the exact p-value, and equal to it when every pair is won.
    """
    if 20 / alpha <= MOST_SAMPLES:
        return sign_flip(differences, "greater", seed, max(samples, ceil(20 / alpha)))
    sizes, observed = _nonzero_sizes(differences)
    if _parts(sizes) or 2 ** len(sizes) <= MOST_SAMPLES:
        return sign_flip(differences, "greater", seed, MOST_SAMPLES)
    tilts = np.geomspace(1e-3, 1e3, 200) / sizes.max()
    spread = np.log1p(np.exp(-2 * np.outer(tilts, sizes))).sum(axis=1)
    bounds = spread - len(sizes) * log(2) + tilts * (sizes.sum() - observed)
    return float(np.exp(min(0.0, bounds.min())))


def _nonzero_sizes(differences: Sequence[float]) -> tuple[np.ndarray, float]:
    """The sizes of the differences that are not zero, and the sum of them with their signs."""
    moved = np.asarray([d for d in differences if d != 0], dtype=float)
    if not np.isfinite(moved).all():
        raise ValueError("Wanted finite differences, found NaN. Drop missing pairs first.")
    return np.abs(moved), float(moved.sum())


def _parts(sizes: np.ndarray) -> int | None:
    """The fewest parts of 1 that every size is a whole number of; None beyond `FINEST`."""
    for parts in range(1, FINEST + 1):
        steps = np.rint(sizes * parts)
        if steps.all() and (np.abs(sizes * parts - steps) < 1e-9 * parts).all():
            return parts
    return None


def _exact_p(steps: np.ndarray, observed: int, alternative: Alternative) -> float:
    """The exact p-value: the share of all sign patterns whose sum reaches the observed one."""
    spread = _sum_distribution(tuple(np.sort(steps).tolist()))
    lost = (len(spread) - 1 - observed) // 2
    greater = min(1.0, float(spread[: lost + 1].sum()))
    if alternative == "greater":
        return greater
    return min(1.0, 2 * min(greater, float(spread[lost:].sum())))


@lru_cache(maxsize=512)
def _sum_distribution(steps: tuple[int, ...]) -> np.ndarray:
    """Distribution of the sums of all sign patterns, built up one pair after the other.

    Place k is the chance of the sum total - 2 k: of k steps that change sides.
    """
    total = sum(steps)
    spread = np.zeros(total + 1)
    spread[0] = 1.0
    for step in steps:
        spread[step:] = (spread[step:] + spread[: total + 1 - step]) / 2
        spread[:step] /= 2
    return spread


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
