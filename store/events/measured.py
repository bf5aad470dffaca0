"""Events of measurements of versions: probes, gates, fronts, credit, portability."""

from typing import Literal

from ..slots import gate_by_hand
from .event import Channel, Decision, Event, Payload, keep_payload


def _add_planned_pairs(payload: Payload) -> Payload:
    """Add the planned pairs: no old gate stopped early, so all of its block, if it was tried."""
    return payload | {"planned": len(payload.get("block", ()))}


class ProbeDecided(Event):
    upcasts = (keep_payload,)
    inputs = frozenset({"model", "strategy"})
    kind: Literal["ProbeDecided"] = "ProbeDecided"
    model: str
    strategy: str
    """Hash of the version that was put in the prompt."""
    channel: Channel
    forced: bool = False
    """True where the config named the channel."""
    n: int
    gain: float
    low: float
    high: float
    p: float | None = None
    """Two-sided and exact; None where an earlier version probed."""


class GateDecided(Event):
    upcasts = (_add_planned_pairs,)
    inputs = frozenset({"candidate", "incumbent", "channel"})
    kind: Literal["GateDecided"] = "GateDecided"
    domain: str
    candidate: str
    incumbent: str
    channel: Channel
    decision: Decision
    reason: str
    block: tuple[str, ...] = ()
    """Ids of the validation problems it decides by; empty when refused untrained."""
    pairs: int = 0
    missing: int = 0
    """Pairs dropped because of infrastructure errors."""
    wins: int = 0
    losses: int = 0
    candidate_accuracy: float = 0.0
    incumbent_accuracy: float = 0.0
    gain: float = 0.0
    low: float = 0.0
    high: float = 0.0
    """95 % interval of the gain."""
    p: float = 1.0
    alpha: float = 0.0
    """Spent on this decision."""
    detectable: float = 0.0
    """Smallest gain this gate would find with the configured power.

    Under `no worse` the smallest loss that identical replies would rule out.
    """
    floor: float = 0.0
    """Best floor on the block."""
    candidate_unparsed: int = 0
    incumbent_unparsed: int = 0
    candidate_adapter: str = ""
    incumbent_adapter: str = ""
    candidate_attempts: str = ""
    """Slot prefix of the candidate arm's attempts."""
    incumbent_attempts: str = ""
    claim: Literal["better", "no worse"] = "better"
    """`no worse` where the edits only take away: then the loss must be below the margin."""
    replicates: int = 1
    """Fresh replies a problem of each arm; the same-round replicates must agree."""
    replicate_gain: float = 0.0
    """Largest gain of one incumbent replicate over another: what luck alone made here."""
    planned: int = 0
    """Pairs the gate would have answered had nothing stopped it early."""
    saved: int = 0
    """Replies that were never asked for because the candidate was clearly losing."""

    @property
    def by_hand(self) -> int:
        """Number of this gate among those by hand on the run's pool, from 1; 0 for one of the loop.

        The slot carries it, so that gates by hand of any age tell it.
        """
        return gate_by_hand(self.slot)

    @property
    def price(self) -> str:
        """Return one sentence on what asking by hand costs; empty for a gate of the loop."""
        if not self.by_hand:
            return ""
        return (
            f"This is gate {self.by_hand} by hand on the run's validation pool, which the run's "
            "own gates have used as well: its p does not pay for those looks."
        )


class FailuresSorted(Event):
    """Each failure of the tuned student, sorted by experiment."""

    inputs = frozenset({"strategy", "adapter"})
    kind: Literal["FailuresSorted"] = "FailuresSorted"
    strategy: str
    adapter: str
    attempts: tuple[str, ...]
    right: int
    gaps: dict[str, str]
    """Slot of the failed attempt -> application, demonstration, knowledge, format, unmeasured."""


class FrontierScored(Event):
    """A version's scores on the fixed sub-block that the Pareto frontier is read from."""

    inputs = frozenset({"strategy", "adapter"})
    kind: Literal["FrontierScored"] = "FrontierScored"
    strategy: str
    adapter: str
    problems: tuple[str, ...]
    scores: tuple[float, ...]
    """Mean over the repeats, problem by problem; a reply lost to an error leaves -1."""
    lower: tuple[float, ...]
    """Lower confidence bounds of the scores: what the frontier compares."""
    repeats: int = 1


class CreditMeasured(Event):
    """A version with and without one of its rules, on train problems that exercise the rule."""

    inputs = frozenset({"strategy", "rule", "adapter"})
    kind: Literal["CreditMeasured"] = "CreditMeasured"
    domain: str
    strategy: str
    rule: str
    adapter: str
    problems: tuple[str, ...]
    n: int
    wins: int
    """Pairs in which the strategy scored higher with the rule than without it."""
    losses: int
    gain: float
    low: float
    high: float
    p: float
    """Two-sided and exact."""


class PortabilityMeasured(Event):
    """Effect of a candidate on one more model, against the incumbent on the gate's problems."""

    inputs = frozenset({"candidate", "incumbent", "model"})
    kind: Literal["PortabilityMeasured"] = "PortabilityMeasured"
    domain: str
    candidate: str
    incumbent: str
    model: str
    channel: Channel
    verdict: Literal["helps", "harms", "unclear", "deaf"]
    """`harms`: the interval lies below 0. `deaf`: it holds 0, and no words were shown to move the
    model, so its cell says nothing more."""
    pairs: int
    missing: int = 0
    candidate_accuracy: float = 0.0
    incumbent_accuracy: float = 0.0
    gain: float = 0.0
    low: float = 0.0
    high: float = 0.0
    p: float = 1.0
    """Two-sided and exact."""
