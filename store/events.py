"""Every kind of event, named in the past tense: what a run is made of.

`stream` is the run ("store" for commands outside a run); `slot` is the place in it,
`c<cycle>/r<round>/<node>/<candidate>/<arm>/<problem>/<sample>` as far as each part applies.
Texts longer than a line are blobs: a field called `..._text` holds the SHA-256 of one.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from .rules import Edit, Rule

Decision = Literal["accept", "reject", "indecisive"]
Channel = Literal["words", "weights"]


class Event(BaseModel):
    """What all kinds share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: ClassVar[int] = 1
    inputs: ClassVar[frozenset[str]] = frozenset()
    """Fields that must agree when a taken slot is recorded again; the rest is outcome."""

    stream: str
    slot: str


class RunStarted(Event):
    inputs = frozenset({"config"})
    kind: Literal["RunStarted"] = "RunStarted"
    domain: str
    config: dict[str, Any]
    """As resolved, without the budget."""
    budget: dict[str, Any] = Field(default_factory=dict)
    """May be raised when the run is resumed."""


class SplitFrozen(Event):
    inputs = frozenset({"split", "problems"})
    kind: Literal["SplitFrozen"] = "SplitFrozen"
    split: str
    problems: tuple[str, ...]
    """Problem ids, in order."""
    problems_text: str
    """Blob: JSON list of the problems, whole."""


class CallIntended(Event):
    inputs = frozenset({"model", "request"})
    kind: Literal["CallIntended"] = "CallIntended"
    model: str
    """Spec string, with `+<adapter key>` where one is worn."""
    request: str
    """SHA-256 over all that is asked."""
    system_text: str
    context_text: str
    prompt_text: str
    max_tokens: int
    temperature: float = 0.0
    seed: int = 0


class CallCompleted(Event):
    inputs = frozenset({"request"})
    kind: Literal["CallCompleted"] = "CallCompleted"
    request: str
    reply_text: str
    outcome: str
    """As in `models.Reply.outcome`."""
    detail: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


class CallInDoubt(Event):
    """A call was intended, the process died, and it was made again."""

    kind: Literal["CallInDoubt"] = "CallInDoubt"
    call: str


class AttemptJudged(Event):
    inputs = frozenset({"problem", "model", "strategy", "adapter"})
    kind: Literal["AttemptJudged"] = "AttemptJudged"
    problem: str
    model: str
    strategy: str
    """Hash of the version in the prompt; empty for none."""
    adapter: str
    """Key of the adapter worn; empty for none."""
    reply_text: str
    outcome: Literal["right", "wrong", "unparsed", "error"]
    score: float
    answer: str | None = None
    feedback: str = ""
    failure_modes: tuple[str, ...] = ()


class FloorsMeasured(Event):
    kind: Literal["FloorsMeasured"] = "FloorsMeasured"
    split: str
    floors: dict[str, float]
    """Name of the floor -> accuracy on the split."""


class ProbeDecided(Event):
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


class RoundOpened(Event):
    """What a round works from, fixed before its first attempt."""

    kind: Literal["RoundOpened"] = "RoundOpened"
    strategy: str
    adapter: str


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
    inputs = frozenset({"attempts"})
    kind: Literal["Reflected"] = "Reflected"
    attempts: tuple[str, ...]
    """Slots that were read: failures first, then the successes beside them."""
    failure_modes: dict[str, int]
    lessons: tuple[str, ...]
    knowledge_gaps: tuple[str, ...] = ()
    """Problems that no sample solved."""


class StrategyProposed(Event):
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


class ProposalRefused(Event):
    """The teacher's edits could not be used: they never became a version."""

    kind: Literal["ProposalRefused"] = "ProposalRefused"
    reason: str


class GateDecided(Event):
    inputs = frozenset({"candidate", "incumbent", "channel"})
    kind: Literal["GateDecided"] = "GateDecided"
    domain: str
    candidate: str
    incumbent: str
    channel: Channel
    decision: Decision
    reason: str
    block: tuple[str, ...] = ()
    """Ids of the validation problems both arms answered; empty when refused untrained."""
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
    """Smallest gain this gate would find with the configured power."""
    floor: float = 0.0
    """Best floor on the block."""
    candidate_unparsed: int = 0
    incumbent_unparsed: int = 0
    candidate_adapter: str = ""
    incumbent_adapter: str = ""
    candidate_attempts: str = ""
    """Slot prefix of the candidate arm's attempts."""
    incumbent_attempts: str = ""


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


class ExamplesBuilt(Event):
    inputs = frozenset({"strategy", "problems"})
    kind: Literal["ExamplesBuilt"] = "ExamplesBuilt"
    strategy: str
    problems: str
    """SHA-256 over the problem ids, in order."""
    dataset: str
    """SHA-256 over the example hashes, in order."""
    examples: tuple[str, ...]
    """Hash of each example's prompt and completion."""
    examples_text: str
    """Blob: JSON lines of the examples."""
    coverage: dict[str, int] = Field(default_factory=dict)
    """Rule id -> how many examples exercise it."""
    classes: dict[str, int] = Field(default_factory=dict)
    dropped: int = 0
    """Solutions that the domain did not judge right."""


class AdapterTrained(Event):
    inputs = frozenset({"adapter"})
    kind: Literal["AdapterTrained"] = "AdapterTrained"
    adapter: str
    """Key: SHA-256 over base, dataset, recipe, seed and versions."""
    base: str
    dataset: str
    strategy: str
    recipe: dict[str, Any]
    seed: int
    folder: str
    """Relative to the run's folder."""
    files: dict[str, str] = Field(default_factory=dict)
    """File name -> SHA-256."""
    tokens: int = 0
    loss_first: float = 0.0
    loss_last: float = 0.0


class Transferred(Event):
    """The adapter of a version became the tuned student."""

    inputs = frozenset({"strategy"})
    kind: Literal["Transferred"] = "Transferred"
    strategy: str
    adapter: str
    """Empty where the student cannot be trained; `reason` says why."""
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


class SealOpened(Event):
    inputs = frozenset({"split"})
    kind: Literal["SealOpened"] = "SealOpened"
    split: str
    reason: str


class Evaluated(Event):
    inputs = frozenset({"strategy", "adapter"})
    kind: Literal["Evaluated"] = "Evaluated"
    strategy: str
    adapter: str
    attribution_text: str
    """Blob: the JSON of attribution.json."""


class RunFinished(Event):
    kind: Literal["RunFinished"] = "RunFinished"
    strategy: str
    adapter: str


AnyEvent = Annotated[
    RunStarted
    | SplitFrozen
    | CallIntended
    | CallCompleted
    | CallInDoubt
    | AttemptJudged
    | FloorsMeasured
    | ProbeDecided
    | RoundOpened
    | Solved
    | Reflected
    | StrategyProposed
    | ProposalRefused
    | GateDecided
    | StrategyPromoted
    | StrategyRolledBack
    | ExamplesBuilt
    | AdapterTrained
    | Transferred
    | FailuresSorted
    | SealOpened
    | Evaluated
    | RunFinished,
    Field(discriminator="kind"),
]

ANY_EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
"""Reads any kind from its JSON."""
