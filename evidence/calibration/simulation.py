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
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..gate.comparison import arms_of_counts
from ..gate.decide import decide
from ..gate.racing import end_race, futility_reason, interim_looks, race
from ..gate.replicates import Replicates, means
from ..gate.settings import GateSettings


class RunSize(NamedTuple):
    """Gates of a simulated run: how large, and how many."""

    pairs: int = 60
    """Problems of a round's block."""
    rounds: int = 4
    candidates: int = 2
    """Versions a round: they share the block and the incumbent's replies."""

    @property
    def decisions(self) -> int:
        return self.rounds * self.candidates


class Students:
    """Problems of many gates, and fresh replies to them: gate by replicate by problem."""

    def __init__(
        self,
        rng: np.random.Generator,
        shape: tuple[int, int, int],
        discordance: float,
        gain: float = 0.0,
    ) -> None:
        self._rng = rng
        self._shape, (gates, _, pairs) = shape, shape
        share = max(2 * discordance, gain)
        self._open = rng.random((gates, 1, pairs)) < share
        self._known = rng.random((gates, 1, pairs)) < 0.5
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


def run_gates(
    new: np.ndarray, old: np.ndarray, settings: GateSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Tell for every gate whether it accepts, and after how many problems it ends."""
    # The bootstrap only draws the interval of graded scores, which accepts nothing.
    settings, place = replace(settings, samples=100), np.arange(len(new))
    if settings.replicates > 1:
        ended = [
            _run_gate(a.astype(float).tolist(), b.astype(float).tolist(), settings)
            for a, b in zip(new, old, strict=True)
        ]
    else:
        stops = interim_looks(new.shape[2], settings.race)
        ups, downs = new[:, 0] & ~old[:, 0], ~new[:, 0] & old[:, 0]
        seen = [each[:, :stop].sum(axis=1) for stop in stops for each in (ups, downs)]
        outcomes, place = np.unique(np.stack(seen, axis=1), axis=0, return_inverse=True)
        ended = [_run_counted_gate(each.tolist(), stops, settings) for each in outcomes]
    accepted, asked = zip(*ended, strict=True)
    return np.array(accepted)[place.ravel()], np.array(asked)[place.ravel()]


def _run_gate(new: Replicates, old: Replicates, settings: GateSettings) -> tuple[bool, int]:
    """Run one gate from its replies, as a run does."""

    def ask(asked: int) -> tuple[Replicates, Replicates]:
        return [row[:asked] for row in new], [row[:asked] for row in old]

    (ours, theirs), why = race(
        len(new[0]),
        settings,
        ask,
        lambda arms, left: futility_reason(*means(*arms), left, settings),
    )
    accepted = not why and end_race(ours, theirs, len(new[0]), settings, why).decision == "accept"
    return accepted, len(ours[0])


def _run_counted_gate(
    counts: Sequence[int], stops: Sequence[int], settings: GateSettings
) -> tuple[bool, int]:
    """Run one gate with one reply a problem, from its wins and losses at every interim look."""
    at = dict(zip(stops, zip(counts[::2], counts[1::2], stops, strict=True), strict=True))
    seen, why = race(
        stops[-1], settings, at.__getitem__, lambda it, left: _why_futile(*it, left, settings)
    )
    return not why and _accepts(*seen, settings), seen[2]


@lru_cache(maxsize=65536)
def _why_futile(wins: int, losses: int, asked: int, left: int, settings: GateSettings) -> str:
    return futility_reason(*arms_of_counts(wins, losses, asked), left, settings)


@lru_cache(maxsize=65536)
def _accepts(wins: int, losses: int, pairs: int, settings: GateSettings) -> bool:
    return decide(*arms_of_counts(wins, losses, pairs), settings).decision == "accept"
