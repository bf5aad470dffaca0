"""The gate on trial: simulated students whose effect is known meet the very gate that runs use.

A student answers most problems always alike; the share 2 d of them is open, and there every reply
is a fair coin. So two arms without any effect disagree on the share d of the problems, and no reply
is ever handed on. A gain tips the candidate's coin, which leaves d as it is; beyond d the candidate
is always right there, and the incumbent's coin is tipped as well. These are the assumptions of
`plan`, so that what it promises can be held against what is found.

Every verdict comes from `decide` (with `replicates` and `racing`, where they are on); outcomes that
come up again are looked up.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .gate import decide, plan, spend
from .intervals import clopper_pearson
from .pairs import DISCORDANCE, UNDETECTABLE
from .racing import all_but_lost, looks
from .replicates import Replicates, agreed, means

OTHERS = (0.15, 0.45)
"""Shares of disagreeing pairs that `plan` does not assume: the curve is drawn there as well."""

MOST_REPLIES = 20_000_000
"""Replies of an arm that are held at once: some hundred megabytes."""

Progress = Callable[[str, int, int], None]
"""Told what is counted, how much of it is done, and of how many."""

REACH = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Gains of the curve, in detectable ones."""


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
        """What one decision may spend of alpha."""
        return spend(self.alpha, self.rounds * self.candidates)

    @property
    def detectable(self) -> float:
        return plan(self.pairs, self.share, self.power, replicates=self.replicates)


class Point(NamedTuple):
    """How often gates accepted a candidate with a known gain."""

    gain: float
    discordance: float
    """Share of pairs that disagree without any gain."""
    gates: int
    accepted: int
    share: float
    low: float
    """Clopper and Pearson's interval of the share, 95 %."""
    high: float


@dataclass(frozen=True)
class Calibration:
    """What the gate was found to do."""

    terms: Terms
    runs: int
    """Runs of an arm against itself, all rounds and candidates."""
    wrong: int
    """Runs with any false accept."""
    rate: float
    low: float
    """Clopper and Pearson's interval of the rate, 95 %."""
    high: float
    differing: float
    """Share of pairs in which an arm's replies differ from its own: luck had its chance."""
    saved: float
    """Share of the candidates' replies that racing never asked for, in these runs."""
    detectable: float
    """The gain that `plan` calls detectable with the power asked for."""
    curve: tuple[Point, ...]
    """At the discordance that `plan` assumes first, then at others."""

    @property
    def holds(self) -> bool:
        """Whether the rate is compatible with alpha."""
        return self.low <= self.terms.alpha

    @property
    def enough(self) -> bool:
        """Whether so many runs could show that the rate is at most alpha, were none wrong."""
        return clopper_pearson(0, self.runs).high <= self.terms.alpha

    @property
    def found(self) -> Point:
        """The curve at the detectable gain, where its assumptions hold."""
        return next(
            point
            for point in self.curve
            if point.gain == self.detectable and point.discordance == DISCORDANCE
        )

    def as_json(self) -> dict[str, object]:
        points = [point._asdict() for point in self.curve]
        more = {
            "holds": self.holds,
            "enough": self.enough,
            "found": self.found._asdict(),
            "alpha_each": self.terms.share,
        }
        return asdict(self) | {"curve": points} | more


def calibrate(
    terms: Terms,
    *,
    runs: int = 2000,
    gates: int = 2000,
    seed: int = 0,
    progress: Progress = lambda what, done, total: None,
) -> Calibration:
    """Put `runs` runs without any effect to the gate, then `gates` gates for each known gain.

    Raises ValueError where a gate of this size could never accept, and where it would not end.
    """
    _bounded(terms, runs, gates)
    if terms.detectable == UNDETECTABLE:
        raise ValueError(
            f"{terms.pairs} pairs could never pass at {terms.share:.2g}, the share of alpha = "
            f"{terms.alpha:g} for each of {terms.rounds * terms.candidates} decisions. "
            "Give more pairs, or fewer rounds and candidates."
        )
    rng = np.random.default_rng(seed)
    wrong, differing, saved = _without_effect(terms, runs, rng, progress)
    places = [
        (min(reach * terms.detectable, 1.0), discordance)
        for discordance in (DISCORDANCE, *OTHERS)
        for reach in REACH
    ]
    curve = []
    for done, (gain, discordance) in enumerate(places, start=1):
        curve.append(_point(terms, gain, discordance, gates, rng))
        progress("gains of the curve", done, len(places))
    return Calibration(
        terms=terms,
        runs=runs,
        wrong=wrong,
        rate=wrong / runs,
        **clopper_pearson(wrong, runs)._asdict(),
        differing=differing,
        saved=saved,
        detectable=terms.detectable,
        curve=tuple(curve),
    )


def _bounded(terms: Terms, runs: int, gates: int) -> None:
    """Refuses what the memory does not hold."""
    asked = max(runs, gates) * terms.pairs * terms.replicates
    if min(runs, gates) < 1 or asked > MOST_REPLIES:
        most = MOST_REPLIES // (terms.pairs * terms.replicates)
        raise ValueError(
            f"Wanted 1 to {most} runs and gates of {terms.pairs} pairs with {terms.replicates} "
            f"replies each, found {runs} runs and {gates} gates."
        )


def _without_effect(
    terms: Terms, runs: int, rng: np.random.Generator, progress: Progress
) -> tuple[int, float, float]:
    """Runs with a false accept, the share of pairs that differ, the share of replies saved."""
    wrong = np.zeros(runs, dtype=bool)
    differing = asked = 0.0
    decisions = terms.rounds * terms.candidates
    for number in range(terms.rounds):
        student = _Students(rng, runs, terms, DISCORDANCE)
        old = student.incumbent()
        for place in range(1, terms.candidates + 1):
            new = student.candidate()
            accepted, answered = _gates(new, old, terms)
            wrong |= accepted
            asked += float(answered.mean()) / terms.pairs
            differing += float((new[:, 0] != old[:, 0]).mean())
            progress("decisions without effect", number * terms.candidates + place, decisions)
    return int(wrong.sum()), differing / decisions, 1 - asked / decisions


def _point(
    terms: Terms, gain: float, discordance: float, gates: int, rng: np.random.Generator
) -> Point:
    student = _Students(rng, gates, terms, discordance, gain)
    accepted, _ = _gates(student.candidate(), student.incumbent(), terms)
    count = int(accepted.sum())
    return Point(gain, discordance, gates, count, count / gates, *clopper_pearson(count, gates))


class _Students:
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


def _gates(new: np.ndarray, old: np.ndarray, terms: Terms) -> tuple[np.ndarray, np.ndarray]:
    """For every gate whether it accepts, and after how many problems it ends."""
    if terms.replicates > 1:
        ended = [
            _decided(a.astype(float).tolist(), b.astype(float).tolist(), terms)
            for a, b in zip(new, old, strict=True)
        ]
        return np.array([e[0] for e in ended]), np.array([e[1] for e in ended])
    stops = [stop - 1 for stop in _looks(terms)]
    wins = (new[:, 0] & ~old[:, 0]).cumsum(axis=1)[:, stops]
    losses = (~new[:, 0] & old[:, 0]).cumsum(axis=1)[:, stops]
    seen = np.concatenate([wins, losses], axis=1)
    outcomes, place = np.unique(seen, axis=0, return_inverse=True)
    ended = [_raced(tuple(map(int, outcome)), terms) for outcome in outcomes]
    return (
        np.array([e[0] for e in ended])[place.ravel()],
        np.array([e[1] for e in ended])[place.ravel()],
    )


def _looks(terms: Terms) -> list[int]:
    return looks(terms.pairs) if terms.race else [terms.pairs]


def _decided(new: Replicates, old: Replicates, terms: Terms) -> tuple[bool, int]:
    """One gate from its replies, as in a run."""
    for asked in _looks(terms):
        ours, theirs = [row[:asked] for row in new], [row[:asked] for row in old]
        if asked < terms.pairs and _hopeless(ours, theirs, terms):
            return False, asked
    return _accepts(new, old, terms), terms.pairs


def _raced(counts: Sequence[int], terms: Terms) -> tuple[bool, int]:
    """One gate with one reply a problem, from its wins and losses at every look."""
    stops = _looks(terms)
    for asked, wins, losses in zip(stops, counts[: len(stops)], counts[len(stops) :], strict=True):
        if asked < terms.pairs and _hopeless_at(wins, losses, asked, terms):
            return False, asked
    return _accepts_at(wins, losses, terms), terms.pairs


@lru_cache(maxsize=65536)
def _hopeless_at(wins: int, losses: int, asked: int, terms: Terms) -> bool:
    return _hopeless(*_arms(wins, losses, asked), terms)


@lru_cache(maxsize=65536)
def _accepts_at(wins: int, losses: int, terms: Terms) -> bool:
    return _accepts(*_arms(wins, losses, terms.pairs), terms)


def _arms(wins: int, losses: int, n: int) -> tuple[Replicates, Replicates]:
    rest = n - wins - losses
    return (
        [[1.0] * wins + [0.0] * losses + [1.0] * rest],
        [[0.0] * wins + [1.0] * losses + [1.0] * rest],
    )


def _hopeless(new: Replicates, old: Replicates, terms: Terms) -> bool:
    left = terms.pairs - len(new[0])
    graded = terms.replicates > 1
    gain = terms.detectable
    return bool(all_but_lost(*means(new, old), left, terms.share, gain=gain, graded=graded))


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
    return agreed(verdict, new, old).decision == "accept"
