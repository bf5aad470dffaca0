"""Kinds of events, named in the past tense: every direct subclass of `Event` in this folder.

`stream` is the run ("store" for commands outside a run); `slot` is the place in it,
`c<cycle>/r<round>/<node>/<candidate>/<arm>/<problem>/<sample>` as far as each part applies.
Texts longer than a line are blobs: a field called `..._text` holds the SHA-256 of one.
"""

from .batches import BatchCollected as BatchCollected
from .batches import BatchIntended as BatchIntended
from .batches import BatchSubmitted as BatchSubmitted
from .event import Channel as Channel
from .event import Decision as Decision
from .event import Event as Event
from .given_up import CallGivenUp as CallGivenUp
from .given_up import CallTakenUp as CallTakenUp
from .measured import CreditMeasured as CreditMeasured
from .measured import FailuresSorted as FailuresSorted
from .measured import FrontierScored as FrontierScored
from .measured import GateDecided as GateDecided
from .measured import PortabilityMeasured as PortabilityMeasured
from .measured import ProbeDecided as ProbeDecided
from .run import AdapterTrained as AdapterTrained
from .run import AttemptJudged as AttemptJudged
from .run import AttemptReread as AttemptReread
from .run import CallCompleted as CallCompleted
from .run import CallInDoubt as CallInDoubt
from .run import CallIntended as CallIntended
from .run import Evaluated as Evaluated
from .run import ExamplesBuilt as ExamplesBuilt
from .run import FloorsMeasured as FloorsMeasured
from .run import RunFinished as RunFinished
from .run import RunStarted as RunStarted
from .run import SealOpened as SealOpened
from .run import SplitFrozen as SplitFrozen
from .run import Transferred as Transferred
from .strategy import ProposalRefused as ProposalRefused
from .strategy import Reflected as Reflected
from .strategy import ReviewAnswered as ReviewAnswered
from .strategy import ReviewAsked as ReviewAsked
from .strategy import RoundOpened as RoundOpened
from .strategy import RuleDecision as RuleDecision
from .strategy import Solved as Solved
from .strategy import StrategyPromoted as StrategyPromoted
from .strategy import StrategyProposed as StrategyProposed
from .strategy import StrategyRolledBack as StrategyRolledBack
