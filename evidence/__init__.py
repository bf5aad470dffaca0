"""What may be claimed: numbers in, verdicts out."""

from .attribution.contrasts import CHANCE, Contrast, Gain, arm_name, beyond_chance, compare
from .attribution.headline import headline
from .attribution.table import Answered, Arm, Attribution, Row, Slice, table
from .audit.audit import Audit, Result, Tested, audit
from .audit.doubts import Finding
from .audit.replies import Conclusion, conclusion, plain
from .audit.systems import System
from .floors import (
    Floor,
    answer_shares,
    answer_shift,
    balanced_accuracy,
    best_floor,
    constant_answer,
    floors,
    mcc,
)
from .gate.decide import Claim, GateVerdict, decide, plan, spend
from .gate.margins import no_worse, no_worse_graded, pairs_needed
from .gate.power import DISCORDANCE, UNDETECTABLE, smallest_detectable
from .gate.racing import all_but_lost, hopeless, looks
from .gate.replicates import agreed, means
from .intervals import Interval, bootstrap, paired, wilson
from .leaks import Leak, Shared, leaks, overlap, shared, wording
from .pairs import mcnemar, sign_flip

__all__ = [
    "CHANCE",
    "DISCORDANCE",
    "UNDETECTABLE",
    "Answered",
    "Arm",
    "Attribution",
    "Audit",
    "Claim",
    "Conclusion",
    "Contrast",
    "Finding",
    "Floor",
    "Gain",
    "GateVerdict",
    "Interval",
    "Leak",
    "Result",
    "Row",
    "Shared",
    "Slice",
    "System",
    "Tested",
    "agreed",
    "all_but_lost",
    "answer_shares",
    "answer_shift",
    "arm_name",
    "audit",
    "balanced_accuracy",
    "best_floor",
    "beyond_chance",
    "bootstrap",
    "compare",
    "conclusion",
    "constant_answer",
    "decide",
    "floors",
    "headline",
    "hopeless",
    "leaks",
    "looks",
    "mcc",
    "mcnemar",
    "means",
    "no_worse",
    "no_worse_graded",
    "overlap",
    "paired",
    "pairs_needed",
    "plain",
    "plan",
    "shared",
    "sign_flip",
    "smallest_detectable",
    "spend",
    "table",
    "wilson",
    "wording",
]
