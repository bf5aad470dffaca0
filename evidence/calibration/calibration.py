"""Calibrates the gate: rates of false accepts, and of accepts of a known gain."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np

from ..gate.power import DISCORDANCE, UNDETECTABLE
from ..intervals import clopper_pearson
from .simulation import Students, Terms, run_gates

OTHERS = (0.15, 0.45)
"""Shares of disagreeing pairs that `detectable_gain` does not assume: also drawn in the curve."""

MOST_REPLIES = 20_000_000
"""Replies of an arm that are held at once: some hundred megabytes."""

Progress = Callable[[str, int, int], None]
"""Called with what is counted, how many are done, and of how many."""

REACH = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Gains of the curve, in detectable ones."""


class Point(NamedTuple):
    """Share of gates that accepted a candidate with a known gain."""

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
    """Measured error rates of the gate."""

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
    """The gain that `detectable_gain` calls detectable with the power asked for."""
    curve: tuple[Point, ...]
    """At the discordance that `detectable_gain` assumes first, then at others."""

    @property
    def holds(self) -> bool:
        """Tell whether the rate is compatible with alpha."""
        return self.low <= self.terms.alpha

    @property
    def enough(self) -> bool:
        """Tell whether so many runs could show that the rate is at most alpha, were none wrong."""
        return clopper_pearson(0, self.runs).high <= self.terms.alpha

    @property
    def at_detectable(self) -> Point:
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
            "found": self.at_detectable._asdict(),
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
    """Simulate `runs` runs without any effect, then `gates` gates for each known gain.

    Raises ValueError where a gate of this size could never accept, and where it would not end.
    """
    _check_size(terms, runs, gates)
    if terms.detectable == UNDETECTABLE:
        raise ValueError(
            f"{terms.pairs} pairs could never pass at {terms.share:.2g}, the share of alpha = "
            f"{terms.alpha:g} for each of {terms.rounds * terms.candidates} decisions. "
            "Give more pairs, or fewer rounds and candidates."
        )
    rng = np.random.default_rng(seed)
    wrong, differing, saved = _without_effect(terms, runs, rng, progress)
    curve = _curve(terms, gates, rng, progress)
    return Calibration(
        terms=terms,
        runs=runs,
        wrong=wrong,
        rate=wrong / runs,
        **clopper_pearson(wrong, runs)._asdict(),
        differing=differing,
        saved=saved,
        detectable=terms.detectable,
        curve=curve,
    )


def _check_size(terms: Terms, runs: int, gates: int) -> None:
    """Raise ValueError for more replies than the memory holds."""
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
    """Count runs with a false accept; measure the shares of pairs that differ and replies saved."""
    wrong = np.zeros(runs, dtype=bool)
    differing = asked = 0.0
    decisions = terms.rounds * terms.candidates
    for number in range(terms.rounds):
        student = Students(rng, runs, terms, DISCORDANCE)
        old = student.incumbent()
        for place in range(1, terms.candidates + 1):
            new = student.candidate()
            accepted, answered = run_gates(new, old, terms)
            wrong |= accepted
            asked += float(answered.mean()) / terms.pairs
            differing += float((new[:, 0] != old[:, 0]).mean())
            progress("decisions without effect", number * terms.candidates + place, decisions)
    return int(wrong.sum()), differing / decisions, 1 - asked / decisions


def _curve(
    terms: Terms, gates: int, rng: np.random.Generator, progress: Progress
) -> tuple[Point, ...]:
    """Power curve: at every discordance, gains from none to more than the detectable one."""
    places = [
        (min(reach * terms.detectable, 1.0), discordance)
        for discordance in (DISCORDANCE, *OTHERS)
        for reach in REACH
    ]
    curve = []
    for done, (gain, discordance) in enumerate(places, start=1):
        curve.append(_point(terms, gain, discordance, gates, rng))
        progress("gains of the curve", done, len(places))
    return tuple(curve)


def _point(
    terms: Terms, gain: float, discordance: float, gates: int, rng: np.random.Generator
) -> Point:
    student = Students(rng, gates, terms, discordance, gain)
    accepted, _ = run_gates(student.candidate(), student.incumbent(), terms)
    count = int(accepted.sum())
    return Point(gain, discordance, gates, count, count / gates, *clopper_pearson(count, gates))
