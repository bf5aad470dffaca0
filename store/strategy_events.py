"""Events of what is learned: rounds, lessons, versions, and all that was measured about them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .edits import Edit
from .event import Channel, Decision, Event
from .rules import Rule

SURE = 0.05
"""A change is claimed only where its two-sided p-value is at most this."""


class ProbeDecided(Event):
    schema_version = 2
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

    @property
    def helped(self) -> bool:
        """Whether words were shown to help: the interval and the test agree.

        The channel alone does not say it: a config may name it, and a student may have no other.
        """
        return self.low > 0 and (self.channel == "words" if self.p is None else self.p <= SURE)

    @property
    def harmed(self) -> bool:
        """Whether words were shown to harm: such a model is not deaf."""
        return self.high < 0


class RoundOpened(Event):
    """What a round works from, fixed before its first attempt."""

    schema_version = 2
    kind: Literal["RoundOpened"] = "RoundOpened"
    strategy: str
    """Hash of the parent: what is solved with, reflected on and edited."""
    adapter: str
    incumbent: str = ""
    """Hash of what the candidates must beat; empty (schema 1): the parent itself."""
    fronts: dict[str, int] = Field(default_factory=dict)
    """Hash of each version on the Pareto frontier -> problems it is among the best on."""


class Solved(Event):
    inputs = frozenset({"strategy", "adapter"})
    kind: Literal["Solved"] = "Solved"
    policy: Literal["teacher", "student"]
    strategy: str
    adapter: str
    attempts: tuple[str, ...]
    """Slots of the attempts."""
    right: int


class Reflected(Event):
    schema_version = 2
    inputs = frozenset({"attempts"})
    kind: Literal["Reflected"] = "Reflected"
    attempts: tuple[str, ...]
    """Slots that were read: failures first, then the successes beside them."""
    failure_modes: dict[str, int]
    lessons: tuple[str, ...]
    knowledge_gaps: tuple[str, ...] = ()
    """Problems that no sample solved: they join the queue of gaps."""
    contrasts: tuple[str, ...] = ()
    """Problems that were read success beside failure, the largest spread first."""
    gaps_closed: tuple[str, ...] = ()
    """Problems of the queue that the teacher solved for this reflection."""
    groups: int = 1
    """Groups that a large batch was shuffled into, each read on its own, then reduced."""


class StrategyProposed(Event):
    schema_version = 2
    inputs = frozenset({"domain", "branch", "parents"})
    kind: Literal["StrategyProposed"] = "StrategyProposed"
    domain: str
    branch: str
    """`domain/run`, or `domain/import`."""
    strategy: str
    """Hash of the version."""
    rules: tuple[Rule, ...]
    parents: tuple[str, ...]
    edits: tuple[Edit, ...]
    reflection: str = ""
    """Slot of the reflection it came from."""
    rationale: str = ""
    origin: Literal["teacher", "merge", "ledger", "review", "import"] = "teacher"
    """Who made the edits: `merge` of two versions, the credit `ledger`, a person in `review`."""


class ProposalRefused(Event):
    """The teacher's edits could not be used: they never became a version."""

    schema_version = 2
    kind: Literal["ProposalRefused"] = "ProposalRefused"
    reason: str
    edits: tuple[Edit, ...] = ()
    """What was refused, where it could be read as edits at all. Never part of any version."""
    parent: str = ""


class GateDecided(Event):
    schema_version = 2
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


class StrategyPromoted(Event):
    inputs = frozenset({"domain", "branch"})
    kind: Literal["StrategyPromoted"] = "StrategyPromoted"
    domain: str
    branch: str
    strategy: str
    gate: str = ""
    """`stream#slot` of the gate that allowed it; empty only when a person promoted it."""
    by: str = "gate"
    reason: str = ""


class StrategyRolledBack(Event):
    inputs = frozenset({"domain", "branch"})
    kind: Literal["StrategyRolledBack"] = "StrategyRolledBack"
    domain: str
    branch: str
    strategy: str
    """Hash of the version that is current again."""
    by: str
    reason: str = ""


class FailuresSorted(Event):
    """Each failure of the tuned student, sorted by experiment (DESIGN section 8)."""

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
    """What a candidate does for one more model, against the incumbent on the gate's problems."""

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


class RuleDecision(BaseModel):
    """What a person said about one rule of a version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    decision: Literal["approve", "edit", "reject"]
    text: str = ""
    """The rule as the reviewer wants it; only with `edit`."""
    reason: str = ""


class ReviewAsked(Event):
    """A version was laid before a person; the answer is bound to its hash."""

    inputs = frozenset({"candidate"})
    kind: Literal["ReviewAsked"] = "ReviewAsked"
    domain: str
    branch: str
    candidate: str
    incumbent: str
    gate: str
    """`stream#slot` of the gate that measured it."""
    rules: tuple[str, ...]
    """Ids of the rules to decide on: added, changed, or gone."""
    reviewer: str = ""


class ReviewAnswered(Event):
    inputs = frozenset({"candidate"})
    kind: Literal["ReviewAnswered"] = "ReviewAnswered"
    candidate: str
    """Hash of the version that was shown."""
    reviewer: str
    verdict: Literal["approve", "edit", "reject"]
    decisions: tuple[RuleDecision, ...] = ()
    reason: str = ""
    revised: str = ""
    """Hash of the version that the reviewer's edits made, where there are any."""
