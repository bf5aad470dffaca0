"""Statistics behind every claim: numbers in, verdicts out."""

from .attribution.headline import headline
from .attribution.table import JudgedReply, table
from .floors import best_floor, split_floors
from .gate.decide import GateVerdict, decide, plan
from .gate.margins import needed_pairs
from .pairs import mcnemar

__all__ = [
    "GateVerdict",
    "JudgedReply",
    "best_floor",
    "decide",
    "headline",
    "mcnemar",
    "needed_pairs",
    "plan",
    "split_floors",
    "table",
]
