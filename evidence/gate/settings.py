"""Settings of a gate: all that it decides by, besides the scores."""

from dataclasses import dataclass

from .power import DISCORDANCE

COVERAGE = 0.6
"""Share of the pairs that both arms must have answered before anything is decided."""


@dataclass(frozen=True)
class GateSettings:
    """Everything that a gate decides by, besides the scores, checked once."""

    alpha: float = 0.05
    """Chance of any false accept in all its `decisions` together."""
    decisions: int = 1
    """Gates that alpha is spent over, evenly."""
    power: float = 0.8
    rule: str = "exact"
    """Name of the rule of acceptance; see `rules`."""
    margin: float = 0.05
    """Loss that a candidate may at most bring which only takes away."""
    replicates: int = 1
    """Replies a problem of each arm; see `replicates.require_agreement`."""
    graded: bool = False
    """Scores may lie between 0 and 1: to be told beforehand, even where these happen not to."""
    race: bool = True
    """Stop early when the candidate has all but lost."""
    floor: float | None = None
    """Accuracy that an accepted candidate lies above."""
    worthwhile: float | None = None
    """Smallest gain worth having; left out, it is the detectable one."""
    discordance: float = DISCORDANCE
    coverage: float = COVERAGE
    confidence: float = 0.95
    """Of the interval of the gain."""
    seed: int = 0
    samples: int = 10_000
    """Random sign patterns, and bootstrap samples, where nothing exact can be counted."""

    def __post_init__(self) -> None:
        if not 0 < self.alpha < self.power < 1:
            raise ValueError(
                f"Wanted 0 < alpha < power < 1, found {self.alpha:g} and {self.power:g}."
            )
        if not (0 < self.margin < 1 and 0 < self.discordance <= 1):
            raise ValueError(
                "Wanted a margin and a discordance between 0 and 1, found "
                f"{self.margin:g} and {self.discordance:g}."
            )
        if min(self.decisions, self.replicates) < 1:
            raise ValueError(
                "Wanted at least one decision to spend alpha on, and one reply a problem, found "
                f"{self.decisions} and {self.replicates}."
            )

    @property
    def share(self) -> float:
        """Share of alpha that one decision may spend, so that all of them together keep to it."""
        return self.alpha / self.decisions

    @property
    def many_valued(self) -> bool:
        """Tell whether a problem's score may lie between 0 and 1; means of replies do."""
        return self.graded or self.replicates > 1
