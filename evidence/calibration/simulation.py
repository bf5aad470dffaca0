"""Simulates students with a known effect, and puts them through the very gate that runs use.

A student answers most problems always alike; the share 2 d of them is open, and there every reply
is a fair coin. So two arms without any effect disagree on the share d of the problems, and no reply
is ever handed on. A gain tips the candidate's coin, which leaves d as it is; beyond d the candidate
is always right there, and the incumbent's coin is tipped as well. These are the assumptions of
`detectable_gain`, so that what it promises can be held against what is found.

Every verdict comes from `decide` (with `replicates` and `racing`, where they are on); outcomes that
come up again are looked up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..gate.decide import alpha_share, decide, detectable_gain
from ..gate.racing import futility_reason, interim_looks
from ..gate.replicates import Replicates, means, require_agreement


@dataclass(frozen=True)
class Terms:
    """A gate as a run uses it: how large, how often, how strict."""

    pairs: int = 60
    """Problems of a round's block."""
    rounds: int = 4
    candidates: int = 2
    """Versions a round: they share the block and the incumbent's replies."""
    alpha: float = 0.05
    """Chance of any false accept in a whole run."""
    power: float = 0.8
    replicates: int = 1
    race: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.alpha < self.power < 1:
            raise ValueError(
                f"Wanted 0 < alpha < power < 1, found {self.alpha:g} and {self.power:g}."
            )

    @property
    def share(self) -> float:
        """Share of alpha that one decision may spend."""
        return alpha_share(self.alpha, self.rounds * self.candidates)

    @property
    def detectable(self) -> float:
        return detectable_gain(self.pairs, self.share, self.power, replicates=self.replicates)


class Students:
    """Problems of many gates, and fresh replies to them: gate by replicate by problem."""

    def __init__(
        self,
        rng: np.random.Generator,
        gates: int,
        terms: Terms,
        discordance: float,
        gain: float = 0.0,
    ) -> None:
        self._rng = rng
        self._shape = (gates, terms.replicates, terms.pairs)
        share = max(2 * discordance, gain)
        self._open = rng.random((gates, 1, terms.pairs)) < share
        self._known = rng.random((gates, 1, terms.pairs)) < 0.5
        tipped = gain / share
        self._candidate = min(1.0, 0.5 + tipped)
        self._incumbent = self._candidate - tipped

    def candidate(self) -> np.ndarray:
        return self._replies(self._candidate)

    def incumbent(self) -> np.ndarray:
        return self._replies(self._incumbent)

    def _replies(self, coin: float) -> np.ndarray:
        """Right or wrong."""
        return np.where(self._open, self._rng.random(self._shape) < coin, self._known)


def run_gates(new: np.ndarray, old: np.ndarray, terms: Terms) -> tuple[np.ndarray, np.ndarray]:
    """Tell for every gate whether it accepts, and after how many problems it ends."""
    if terms.replicates > 1:
        ended = [
            _run_gate(a.astype(float).tolist(), b.astype(float).tolist(), terms)
            for a, b in zip(new, old, strict=True)
        ]
        return np.array([e[0] for e in ended]), np.array([e[1] for e in ended])
    stops = [stop - 1 for stop in _interim_looks(terms)]
    wins = (new[:, 0] & ~old[:, 0]).cumsum(axis=1)[:, stops]
    losses = (~new[:, 0] & old[:, 0]).cumsum(axis=1)[:, stops]
    seen = np.concatenate([wins, losses], axis=1)
    outcomes, place = np.unique(seen, axis=0, return_inverse=True)
    ended = [_race(tuple(map(int, outcome)), terms) for outcome in outcomes]
    return (
        np.array([e[0] for e in ended])[place.ravel()],
        np.array([e[1] for e in ended])[place.ravel()],
    )


def _interim_looks(terms: Terms) -> list[int]:
    return interim_looks(terms.pairs) if terms.race else [terms.pairs]


def _run_gate(new: Replicates, old: Replicates, terms: Terms) -> tuple[bool, int]:
    """Run one gate from its replies, as a run does."""
    for asked in _interim_looks(terms):
        ours, theirs = [row[:asked] for row in new], [row[:asked] for row in old]
        if asked < terms.pairs and _is_futile(ours, theirs, terms):
            return False, asked
    return _accepts(new, old, terms), terms.pairs


def _race(counts: Sequence[int], terms: Terms) -> tuple[bool, int]:
    """Run one gate with one reply a problem, from its wins and losses at every interim look."""
    stops = _interim_looks(terms)
    for asked, wins, losses in zip(stops, counts[: len(stops)], counts[len(stops) :], strict=True):
        if asked < terms.pairs and _is_futile_at(wins, losses, asked, terms):
            return False, asked
    return _accepts_at(wins, losses, terms), terms.pairs


@lru_cache(maxsize=65536)
def _is_futile_at(wins: int, losses: int, asked: int, terms: Terms) -> bool:
    return _is_futile(*_arms(wins, losses, asked), terms)


@lru_cache(maxsize=65536)
def _accepts_at(wins: int, losses: int, terms: Terms) -> bool:
    return _accepts(*_arms(wins, losses, terms.pairs), terms)


def _arms(wins: int, losses: int, n: int) -> tuple[Replicates, Replicates]:
    rest = n - wins - losses
    return (
        [[1.0] * wins + [0.0] * losses + [1.0] * rest],
        [[0.0] * wins + [1.0] * losses + [1.0] * rest],
    )


def _is_futile(new: Replicates, old: Replicates, terms: Terms) -> bool:
    left = terms.pairs - len(new[0])
    graded = terms.replicates > 1
    gain = terms.detectable
    return bool(futility_reason(*means(new, old), left, terms.share, gain=gain, graded=graded))


def _accepts(new: Replicates, old: Replicates, terms: Terms) -> bool:
    # The bootstrap only draws the interval of graded scores, which accepts nothing.
    verdict = decide(
        *means(new, old),
        alpha=terms.share,
        power=terms.power,
        graded=terms.replicates > 1,
        replicates=terms.replicates,
        samples=100,
    )
    return require_agreement(verdict, new, old).decision == "accept"
