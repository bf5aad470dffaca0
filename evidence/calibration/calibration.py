"""Calibrates the gate: rates of false accepts, and of accepts of a known gain."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

import numpy as np

from ..gate.power import UNDETECTABLE
from ..gate.rules import gain_rule_of
from ..gate.settings import GateSettings
from ..intervals import clopper_pearson
from .simulation import RunSize, Students, run_gates

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

    settings: GateSettings
    """Alpha is spent over all decisions of a run."""
    size: RunSize
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
        return self.low <= self.settings.alpha

    @property
    def enough(self) -> bool:
        """Tell whether so many runs could show that the rate is at most alpha, were none wrong."""
        return clopper_pearson(0, self.runs).high <= self.settings.alpha

    @property
    def at_detectable(self) -> Point:
        """The curve at the detectable gain, where its assumptions hold."""
        return next(
            point
            for point in self.curve
            if point.gain == self.detectable and point.discordance == self.settings.discordance
        )

    def as_json(self) -> dict[str, object]:
        terms, found = self.size._asdict(), asdict(self)
        del found["size"]
        tried = found.pop("settings")
        terms |= {name: tried[name] for name in ("alpha", "power", "replicates", "race")}
        if tried["rule"] != GateSettings.rule:
            terms["rule"] = tried["rule"]
        more = {
            "curve": [point._asdict() for point in self.curve],
            "holds": self.holds,
            "enough": self.enough,
            "found": self.at_detectable._asdict(),
            "alpha_each": self.settings.share,
        }
        return {"terms": terms} | found | more


def calibrate(
    settings: GateSettings,
    size: RunSize,
    *,
    runs: int = 2000,
    gates: int = 2000,
    seed: int = 0,
    progress: Progress = lambda what, done, total: None,
) -> Calibration:
    """Simulate `runs` runs without any effect, then `gates` gates for each known gain.

    Each run spends alpha over all of its decisions. Raises ValueError where a gate of this size
    could never accept, and where it would not end.
    """
    settings = replace(settings, decisions=size.decisions)
    _check_size(settings, size, runs, gates)
    detectable = gain_rule_of(settings).detectable(size.pairs)
    if detectable == UNDETECTABLE:
        raise ValueError(
            f"{size.pairs} pairs could never pass at {settings.share:.2g}, the share of alpha = "
            f"{settings.alpha:g} for each of {size.decisions} decisions. "
            "Give more pairs, or fewer rounds and candidates."
        )
    rng = np.random.default_rng(seed)
    wrong, differing, saved = _without_effect(settings, size, runs, rng, progress)
    curve = _curve(settings, (gates, settings.replicates, size.pairs), detectable, rng, progress)
    return Calibration(
        settings=settings,
        size=size,
        runs=runs,
        wrong=wrong,
        rate=wrong / runs,
        **clopper_pearson(wrong, runs)._asdict(),
        differing=differing,
        saved=saved,
        detectable=detectable,
        curve=curve,
    )


def _check_size(settings: GateSettings, size: RunSize, runs: int, gates: int) -> None:
    """Raise ValueError for more replies than the memory holds."""
    most = MOST_REPLIES // (size.pairs * settings.replicates)
    if not 1 <= min(runs, gates) <= max(runs, gates) <= most:
        raise ValueError(
            f"Wanted 1 to {most} runs and gates of {size.pairs} pairs with {settings.replicates} "
            f"replies each, found {runs} runs and {gates} gates."
        )


def _without_effect(
    settings: GateSettings, size: RunSize, runs: int, rng: np.random.Generator, progress: Progress
) -> tuple[int, float, float]:
    """Count runs with a false accept; measure the shares of pairs that differ and replies saved."""
    wrong = np.zeros(runs, dtype=bool)
    differing = asked = 0.0
    for number in range(size.rounds):
        student = Students(rng, (runs, settings.replicates, size.pairs), settings.discordance)
        old = student.incumbent()
        for place in range(1, size.candidates + 1):
            new = student.candidate()
            accepted, answered = run_gates(new, old, settings)
            wrong |= accepted
            asked += float(answered.mean()) / size.pairs
            differing += float((new[:, 0] != old[:, 0]).mean())
            done = number * size.candidates + place
            progress("decisions without effect", done, size.decisions)
    return int(wrong.sum()), differing / size.decisions, 1 - asked / size.decisions


def _curve(
    settings: GateSettings,
    shape: tuple[int, int, int],
    detectable: float,
    rng: np.random.Generator,
    progress: Progress,
) -> tuple[Point, ...]:
    """Power curve: at every discordance, gains from none to more than the detectable one."""
    places = [
        (min(reach * detectable, 1.0), discordance)
        for discordance in (settings.discordance, *OTHERS)
        for reach in REACH
    ]
    curve = []
    for done, (gain, discordance) in enumerate(places, start=1):
        student = Students(rng, shape, discordance, gain)
        accepted, _ = run_gates(student.candidate(), student.incumbent(), settings)
        count, gates = int(accepted.sum()), len(accepted)
        interval = clopper_pearson(count, gates)
        curve.append(Point(gain, discordance, gates, count, count / gates, *interval))
        progress("gains of the curve", done, len(places))
    return tuple(curve)
