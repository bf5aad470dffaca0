"""Events of learning: rounds, lessons, versions, and the reviews of people."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ..edits import Edit
from ..rules import Rule
from .event import Event, Payload, keep_payload


def _add_origin(payload: Payload) -> Payload:
    imported = str(payload["branch"]).endswith("/import")
    return payload | {"origin": "import" if imported else "teacher"}


class RoundOpened(Event):
    """Start of a round: what it works from, fixed before its first attempt."""

    upcasts = (keep_payload,)
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
    upcasts = (keep_payload,)
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
    upcasts = (_add_origin,)
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

    upcasts = (keep_payload,)
    kind: Literal["ProposalRefused"] = "ProposalRefused"
    reason: str
    edits: tuple[Edit, ...] = ()
    """What was refused, where it could be read as edits at all. Never part of any version."""
    parent: str = ""


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


class RuleDecision(BaseModel):
    """Decision of a person about one rule of a version."""

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
