"""Statistics behind every claim: numbers in, verdicts out."""

from .attribution.headline import headline
from .attribution.table import JudgedReply, table
from .floors import best_floor, split_floors
from .gate.decide import GateVerdict, decide, detectable_gain
from .gate.margins import needed_pairs
from .pairs import mcnemar

__all__ = [
    "GateVerdict",
    "JudgedReply",
    "best_floor",
    "decide",
    "detectable_gain",
    "headline",
    "mcnemar",
    "needed_pairs",
    "split_floors",
    "table",
]
