"""Kinds of events, named in the past tense, as one discriminated union.

`stream` is the run ("store" for commands outside a run); `slot` is the place in it,
`c<cycle>/r<round>/<node>/<candidate>/<arm>/<problem>/<sample>` as far as each part applies.
Texts longer than a line are blobs: a field called `..._text` holds the SHA-256 of one.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from .event import Channel, Decision, Event
from .measured import (
    CreditMeasured,
    FailuresSorted,
    FrontierScored,
    GateDecided,
    PortabilityMeasured,
    ProbeDecided,
)
from .run import (
    AdapterTrained,
    AttemptJudged,
    CallCompleted,
    CallInDoubt,
    CallIntended,
    Evaluated,
    ExamplesBuilt,
    FloorsMeasured,
    RunFinished,
    RunStarted,
    SealOpened,
    SplitFrozen,
    Transferred,
)
from .strategy import (
    ProposalRefused,
    Reflected,
    ReviewAnswered,
    ReviewAsked,
    RoundOpened,
    RuleDecision,
    Solved,
    StrategyPromoted,
    StrategyProposed,
    StrategyRolledBack,
)

__all__ = [
    "ANY_EVENT",
    "AdapterTrained",
    "AnyEvent",
    "AttemptJudged",
    "CallCompleted",
    "CallInDoubt",
    "CallIntended",
    "Channel",
    "CreditMeasured",
    "Decision",
    "Evaluated",
    "Event",
    "ExamplesBuilt",
    "FailuresSorted",
    "FloorsMeasured",
    "FrontierScored",
    "GateDecided",
    "PortabilityMeasured",
    "ProbeDecided",
    "ProposalRefused",
    "Reflected",
    "ReviewAnswered",
    "ReviewAsked",
    "RoundOpened",
    "RuleDecision",
    "RunFinished",
    "RunStarted",
    "SealOpened",
    "Solved",
    "SplitFrozen",
    "StrategyPromoted",
    "StrategyProposed",
    "StrategyRolledBack",
    "Transferred",
]

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
    | FrontierScored
    | CreditMeasured
    | PortabilityMeasured
    | ReviewAsked
    | ReviewAnswered
    | SealOpened
    | Evaluated
    | RunFinished,
    Field(discriminator="kind"),
]

ANY_EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
"""Reads any kind from its JSON."""
