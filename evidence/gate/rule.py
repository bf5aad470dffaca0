"""Contract of a rule of acceptance: when a candidate passes, and when it hardly can any more."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from .comparison import Comparison
from .settings import GateSettings

Decision = Literal["accept", "reject", "indecisive"]
Claim = Literal["better", "no worse"]

FUTILE = 0.05
"""A chance to accept that is not worth the replies that it would take."""


@dataclass(frozen=True)
class AcceptanceRule(ABC):
    """Rule by which a gate accepts, under that gate's settings.

    Where the claim is false it accepts with a chance of at most `settings.share`: `tutelage gate
    calibrate --rule NAME` counts how often it does. Of right/wrong scores it reads the numbers of
    wins, losses and pairs and nothing else, since simulated gates are looked up by those.
    """

    settings: GateSettings
    name: ClassVar[str]
    """Names it in a config."""
    claim: ClassVar[Claim]
    """Claim that it demands proof of."""

    def __init_subclass__(cls) -> None:
        # One that inherits its name would silently stand in for the rule of that name.
        if "name" not in vars(cls):
            raise TypeError(f"{cls.__name__} is a rule of acceptance without a `name` of its own.")

    @abstractmethod
    def p(self, c: Comparison) -> float:
        """Return the p-value of the scores: the chance of such ones if the claim were false."""

    @abstractmethod
    def judge(self, c: Comparison, p: float) -> tuple[Decision, str]:
        """Return the decision and its reason; of enough answers, which do not show harm."""

    @abstractmethod
    def detectable(self, n: int) -> float:
        """Return the smallest effect that `n` problems would show; known before any reply."""

    @abstractmethod
    def fewest_pairs(self) -> int:
        """Return the number of problems below which no answers at all would be accepted."""

    @abstractmethod
    def promise(self, n: int) -> str:
        """Say what `n` problems can show."""

    @abstractmethod
    def futility(self, c: Comparison, left: int) -> str:
        """Return why `left` problems more can hardly bring an accept; empty while they can."""
