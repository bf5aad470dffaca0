"""Non-inferiority tests: does a candidate that takes rules away lose less than a margin?

That no loss is significant proves nothing; these tests put the burden on the candidate. Identical
replies to n problems rule a loss of `margin` out with p = (1 - margin)^n, and no test that holds
for every kind of loss can do better.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, sqrt

import numpy as np
from scipy.special import bdtr, gammaln, ndtr, ndtri, xlog1py, xlogy

CELLS = 100
"""Widths of a cell of the nuisance parameter in one margin: the price of a proof, 1 % of it."""

BETS = 32


def no_worse(wins: int, losses: int, n: int, margin: float) -> float:
    """p-value that the candidate loses `margin` or more, from `n` right/wrong pairs.

    An unconditional exact test (Hsueh, Liu and Chen, Biometrics 57, 2001), ordered by likelihood
    ratio (Lloyd and Moldovan, Statistics in Medicine 27, 2008): the largest chance, over all shares
    of losses that go with the margin, of an outcome that speaks for the candidate as this one does.
    It is never below that chance. Between two shares it takes the best corner of both, since more
    wins and fewer losses only ever make such an outcome likelier.
    """
    if min(wins, losses) < 0 or wins + losses > n:
        raise ValueError(f"Wanted wins + losses <= n, found {wins} + {losses} > {n}.")
    return _exact(wins, losses, n, margin) if n else 1.0


def graded_no_worse(differences: Sequence[float], margin: float) -> float:
    """p-value that the mean of `differences`, each from -1 to 1, is -`margin` or less.

    Conservative, and free of assumptions on their shape: 1 / the mean wealth of bets that are fair
    or worse when the loss is the margin or more (Waudby-Smith and Ramdas, JRSS B 86, 2024). Half of
    the wealth is laid on no loss at all, which identical replies win; the rest on milder bets.
    """
    found = np.asarray(differences, dtype=float)
    if not (np.abs(found) <= 1).all():
        raise ValueError("Wanted differences from -1 to 1. Drop missing pairs first.")
    bold = 1 / (1 - margin)
    bets = np.append(bold * (np.arange(BETS) + 0.5) / BETS, bold)
    shares = np.append(np.full(BETS, 0.5 / BETS), 0.5)
    # A loss costs the boldest bet all that it has; rounding must not turn that into a debt.
    stakes = np.maximum(0.0, 1 + np.outer(found + margin, bets))
    with np.errstate(divide="ignore"):
        wealth = np.log(stakes).sum(axis=0) + np.log(shares)
    return min(1.0, float(np.exp(-np.logaddexp.reduce(wealth))))


@lru_cache(maxsize=1024)
def smallest_margin(n: int, alpha: float, graded: bool = False) -> float:
    """The smallest loss that identical replies to `n` problems rule out at `alpha`.

    Of `graded` scores more has to be shown: what the test of those would let pass.
    """
    if not n:
        return 1.0
    low = float(1 - alpha ** (1 / n))
    if not graded:
        return low
    high, same = 1.0, [0.0] * n
    while high - low > 1e-9:
        middle = (low + high) / 2
        if graded_no_worse(same, middle) <= alpha:
            high = middle
        else:
            low = middle
    return high


def chance_no_worse(
    n: int, alpha: float, margin: float, discordance: float, replicates: int = 1
) -> float:
    """Approximate how often a loss of `margin` is ruled out where there is none but noise.

    A normal approximation; of graded scores it is more than their test grants.
    """
    if smallest_margin(n, alpha, replicates > 1) > margin:
        return 0.0
    return float(ndtr(margin * sqrt(n * replicates / discordance) + ndtri(alpha)))


@lru_cache(maxsize=4096)
def _exact(wins: int, losses: int, n: int, margin: float) -> float:
    evidence = _evidence(n, margin)
    # For every number of wins, the most losses that still speak for the candidate as much.
    as_good = evidence >= evidence[wins, losses] - 1e-9
    most = np.where(as_good.any(axis=1), n - np.argmax(as_good[:, ::-1], axis=1), -1)
    most = np.maximum.accumulate(most)
    won = np.arange(n + 1)
    most, won = most[most >= 0], won[most >= 0]
    edges = np.linspace(margin, (1 + margin) / 2, 1 + ceil((1 - margin) / 2 * CELLS / margin))
    lose, win = edges[:-1, None], edges[1:, None] - margin
    ways = gammaln(n + 1) - gammaln(won + 1) - gammaln(n - won + 1)
    chance = np.exp(ways + xlogy(won, win) + xlog1py(n - won, -win))
    # What is left of the pairs that are not won; beyond 1 at the far corner it is all losses.
    rest = np.minimum(1.0, lose / np.maximum(1 - win, 1e-300))
    few = bdtr(np.minimum(most, n - won), n - won, np.broadcast_to(rest, chance.shape))
    return float(min(1.0, (chance * few).sum(axis=1).max()))


@lru_cache(maxsize=64)
def _evidence(n: int, margin: float) -> np.ndarray:
    """Signed log likelihood ratio against a loss of `margin`, by wins and losses.

    Minus infinity where wins and losses are more than `n`.
    """
    wins, losses = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    ties = n - wins - losses
    # The likeliest share of losses if the loss were the margin: a root of the score equation.
    b = -(2 * n - wins + losses) * margin - wins - losses
    c = losses * margin * (1 + margin)
    lost = (np.sqrt(np.maximum(0.0, b * b - 8 * n * c)) - b) / (4 * n)
    won = np.maximum(0.0, lost - margin)
    same = np.maximum(0.0, 1 - lost - won)
    with np.errstate(invalid="ignore", divide="ignore"):
        null = xlogy(wins, won) + xlogy(losses, lost) + xlogy(ties, same)
        free = xlogy(wins, wins / n) + xlogy(losses, losses / n) + xlogy(ties, ties / n)
        ratio = np.where(wins - losses > -margin * n, 1.0, -1.0) * (free - null)
    return np.where(ties < 0, -np.inf, ratio)
