"""Exact tests on paired answers, and the smallest gain they can find."""

from collections.abc import Sequence
from functools import lru_cache, partial
from math import ceil, log
from typing import Literal

import numpy as np
from scipy.special import bdtr, bdtrc, gammaln, xlog1py, xlogy

from .intervals import is_binary

Alternative = Literal["greater", "two-sided"]
Scores = Sequence[float | None]
"""One score a problem; None where an infrastructure error took the answer."""

DISCORDANCE = 0.3
"""Share of pairs assumed to disagree when nothing is known: about what sampling alone makes."""

UNDETECTABLE = 2.0
"""Stands for "no gain at all": larger than any gain, and still a number that JSON can hold."""

FINEST = 120
"""Parts of 1 that scores are looked for in steps of: all of 1/2 to 1/6, 1/8, 1/10 and 1/100 fit."""

MOST_SAMPLES = 2_000_000
"""Sign patterns that one test may try; a second or two for the blocks of a gate."""

MOST_REPLIES = 500_000
"""Simulated replies of an arm that tell a chance under replicates, in 500 to 3,000 gates."""


def answered(candidate: Scores, incumbent: Scores) -> list[tuple[float, float]]:
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


def p_better(
    pairs: Sequence[tuple[float, float]], alpha: float, seed: int = 0, samples: int = 10_000
) -> float:
    """One-sided p-value that the candidate is no better; for right/wrong scores McNemar's."""
    found = differences(pairs)
    if is_binary([score for pair in pairs for score in pair]):
        return mcnemar(sum(d > 0 for d in found), sum(d < 0 for d in found))
    return sign_flip_at(found, alpha, seed, samples)


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
    sizes, observed = _moved(differences)
    if parts := _parts(sizes):
        steps = np.rint(sizes * parts).astype(int)
        return _counted(steps, round(observed * parts), alternative)
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
    sizes, _ = _moved(differences)
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
    sizes, observed = _moved(differences)
    if _parts(sizes) or 2 ** len(sizes) <= MOST_SAMPLES:
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


def _parts(sizes: np.ndarray) -> int | None:
    """The fewest parts of 1 that every size is a whole number of; None beyond `FINEST`."""
    for parts in range(1, FINEST + 1):
        steps = np.rint(sizes * parts)
        if steps.all() and (np.abs(sizes * parts - steps) < 1e-9 * parts).all():
            return parts
    return None


def _counted(steps: np.ndarray, observed: int, alternative: Alternative) -> float:
    """The exact p-value: the share of all sign patterns whose sum reaches the observed one."""
    spread = _spread(tuple(np.sort(steps).tolist()))
    lost = (len(spread) - 1 - observed) // 2
    greater = min(1.0, float(spread[: lost + 1].sum()))
    if alternative == "greater":
        return greater
    return min(1.0, 2 * min(greater, float(spread[lost:].sum())))


@lru_cache(maxsize=512)
def _spread(steps: tuple[int, ...]) -> np.ndarray:
    """How the sums of all sign patterns are spread, built up one pair after the other.

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


@lru_cache(maxsize=1024)
def smallest_detectable(
    n: int,
    alpha: float,
    power: float = 0.8,
    discordance: float = DISCORDANCE,
    replicates: int = 1,
) -> float:
    """Smallest gain that a one-sided gate with `n` pairs finds with `power`.

    Exact for the McNemar test of one reply a problem: the power is summed over every possible
    number of disagreeing pairs. `discordance` is the assumed share of pairs of replies that
    disagree; a gain larger than it makes all of them wins. With `replicates` it is simulated.
    UNDETECTABLE when not even `n` wins out of `n` would pass at `alpha`.
    """
    if not 0 < alpha < power < 1 or not 0 < discordance <= 1 or n < 0 or replicates < 1:
        raise ValueError(
            "Wanted 0 < alpha < power < 1, 0 < discordance <= 1, n >= 0 and replicates >= 1, found "
            f"alpha = {alpha}, power = {power}, discordance = {discordance}, n = {n}, "
            f"replicates = {replicates}."
        )
    if 0.5**n > alpha:
        return UNDETECTABLE
    chance = partial(_chance, n, alpha, discordance, replicates)
    # More replies find less, so that the exact gain of one is where to look below.
    low, high = 0.0, smallest_detectable(n, alpha, power, discordance) if replicates > 1 else 1.0
    if chance(high) < power:
        low, high = high, 1.0
    while high - low > (1e-9 if replicates == 1 else 1e-3):
        middle = (low + high) / 2
        low, high = (low, middle) if chance(middle) >= power else (middle, high)
    return high


def chance_to_pass(
    n: int,
    alpha: float,
    gain: float,
    discordance: float = DISCORDANCE,
    wins: int = 0,
    losses: int = 0,
) -> float:
    """Chance that an exact one-sided McNemar test accepts after `n` pairs more.

    `gain` is what the candidate truly brings, `wins` and `losses` what was seen before. Exact: it
    is summed over every possible number of disagreeing pairs.
    """
    seen = wins + losses
    disagreeing = np.arange(n + 1)
    needed = _wins_needed(seen + n, alpha)[seen:] - wins
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
    few = np.maximum(needed[possible], 0) - 1
    found = np.where(few < 0, 1.0, bdtrc(few, disagreeing[possible], win))
    return float((chance[possible] * found).sum())


def _chance(n: int, alpha: float, discordance: float, replicates: int, gain: float) -> float:
    if replicates == 1:
        return chance_to_pass(n, alpha, gain, discordance)
    return chance_to_agree(n, alpha, gain, discordance, replicates)


def chance_to_agree(
    n: int, alpha: float, gain: float, discordance: float, replicates: int
) -> float:
    """Chance that the means of `replicates` replies pass, and that each reply bears them out.

    Simulated, by the same luck for every gain: twice the share `discordance` of the problems is
    open, and a reply there is a coin that the gain has tipped. To a point or so; see MOST_REPLIES.
    """
    rng = np.random.default_rng(0)
    gates = min(3000, max(500, MOST_REPLIES // (replicates * n)))
    share = max(min(1.0, 2 * discordance), gain)
    right = min(1.0, 0.5 + gain / share)
    still = rng.random((gates, 1, n), np.float32) >= share
    luck = rng.random((2, gates, replicates, n), np.float32)
    luck[:, still.repeat(replicates, axis=1)] = 1.0
    ours, theirs = luck[0] < right, luck[1] < right - gain / share
    mine, other = ours.sum(axis=2), theirs.sum(axis=2)
    total = mine.sum(axis=1)
    agree = (mine.min(axis=1) * replicates > other.sum(axis=1)) & (
        total > other.max(axis=1) * replicates
    )
    moved = ours[agree].sum(axis=1) - theirs[agree].sum(axis=1)
    sizes = [(np.abs(moved) == size).sum(axis=1) for size in range(1, replicates + 1)]
    passed = _tails(np.stack(sizes, axis=1), moved.sum(axis=1)) <= alpha
    return float(passed.sum() / gates)


def _tails(counts: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """For rows of how many steps are of size 1, 2, ..., the exact p-value of each row's sum.

    As `_counted`, for all rows at once: a Fourier sum over the steps that change sides.
    """
    if not len(counts):
        return np.zeros(0)
    sizes = np.arange(1, counts.shape[1] + 1)
    totals = counts @ sizes
    lost = (totals - sums) // 2
    # Odd, so that no wave is ever zero and each stands for its mirror image too.
    places = int(totals.max()) + 1 | 1
    turns = np.pi * np.arange(1, places // 2 + 1) / places
    waves = np.cos(np.outer(sizes, turns))
    heights = np.exp(counts @ np.log(np.abs(waves)))
    signs = 1 - 2 * ((counts % 2) @ (waves < 0).astype(int) % 2)
    bends = np.cos(np.outer(totals - lost, turns)) * np.sin(np.outer(lost + 1, turns))
    found: np.ndarray = (
        lost + 1 + 2 * (heights * signs * bends / np.sin(turns)).sum(axis=1)
    ) / places
    # Nothing is below all steps to one side, whatever rounding says.
    least: np.ndarray = 0.5 ** counts.sum(axis=1)
    return np.where(found < least, least, found)


@lru_cache(maxsize=1024)
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
