"""Power of a paired test: the smallest gain it finds, and the chance to pass with a given one."""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
from scipy.special import bdtrc, gammaln, xlog1py, xlogy

from ..pairs import mcnemar

Test = Callable[[int, int], float]
"""One-sided p-value of wins and losses: smaller with a win more or a loss less."""

DISCORDANCE = 0.3
"""Share of pairs assumed to disagree when nothing is known: about what sampling alone makes."""

UNDETECTABLE = 2.0
"""Stands for "no gain at all": larger than any gain, and still a number that JSON can hold."""

MOST_REPLIES = 500_000
"""Simulated replies of an arm that tell a chance under replicates, in 500 to 3,000 gates."""


@lru_cache(maxsize=1024)
def smallest_detectable(
    n: int,
    alpha: float,
    power: float = 0.8,
    discordance: float = DISCORDANCE,
    replicates: int = 1,
    test: Test = mcnemar,
) -> float:
    """Smallest gain that a one-sided gate with `n` pairs finds with `power`.

    Exact for the `test` of one reply a problem: the power is summed over every possible
    number of disagreeing pairs. `discordance` is the assumed share of pairs of replies that
    disagree; a gain larger than it makes all of them wins. With `replicates` it is simulated.
    UNDETECTABLE when not even `n` wins out of `n` would pass at `alpha`.
    """
    if test(n, 0) > alpha:
        return UNDETECTABLE
    chance = (
        partial(chance_to_pass, n, alpha, discordance=discordance, test=test)
        if replicates == 1
        else partial(chance_to_agree, n, alpha, discordance=discordance, replicates=replicates)
    )
    # More replies find less, so that the exact gain of one is where to look below.
    low, high = 0.0, 1.0
    if replicates > 1:
        high = smallest_detectable(n, alpha, power, discordance, test=test)
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
    test: Test = mcnemar,
) -> float:
    """Chance that a one-sided `test` accepts after `n` pairs more.

    `gain` is what the candidate truly brings, `wins` and `losses` what was seen before. Exact: it
    is summed over every possible number of disagreeing pairs.
    """
    seen = wins + losses
    disagreeing = np.arange(n + 1)
    needed = _needed_wins(seen + n, alpha, test)[seen:] - wins
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
    """Exact p-values of the sums of rows, each given by how many steps are of size 1, 2, ...

    As `pairs.sign_flip` counts it, for all rows at once: a Fourier sum over the steps that
    change sides.
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
def _needed_wins(n: int, alpha: float, test: Test) -> np.ndarray:
    """Fewest wins whose p-value is at most `alpha`, for each number of disagreeing pairs."""
    needed = [1]
    for m in range(1, n + 1):
        least = needed[-1]
        needed.append(least if test(least, m - least) <= alpha else least + 1)
    return np.array(needed)
