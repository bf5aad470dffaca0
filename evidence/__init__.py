"""What may be claimed: numbers in, verdicts out."""

from .attribution import Answered, Arm, Attribution, Row, Slice, table
from .contrasts import CHANCE, Contrast, Gain, arm_name, beyond_chance, compare
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
from .gate import Claim, GateVerdict, decide, plan, spend
from .headline import headline
from .intervals import Interval, bootstrap, paired, wilson
from .leaks import Leak, Shared, leaks, overlap, shared, wording
from .margins import no_worse, no_worse_graded, pairs_needed
from .pairs import DISCORDANCE, UNDETECTABLE, mcnemar, sign_flip, smallest_detectable
from .racing import all_but_lost, hopeless, looks
from .replicates import agreed, means

__all__ = [
    "CHANCE",
    "DISCORDANCE",
    "UNDETECTABLE",
    "Answered",
    "Arm",
    "Attribution",
    "Claim",
    "Contrast",
    "Floor",
    "Gain",
    "GateVerdict",
    "Interval",
    "Leak",
    "Row",
    "Shared",
    "Slice",
    "agreed",
    "all_but_lost",
    "answer_shares",
    "answer_shift",
    "arm_name",
    "balanced_accuracy",
    "best_floor",
    "beyond_chance",
    "bootstrap",
    "compare",
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
    "plan",
    "shared",
    "sign_flip",
    "smallest_detectable",
    "spend",
    "table",
    "wilson",
    "wording",
]
