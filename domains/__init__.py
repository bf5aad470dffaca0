"""What there is to learn: each domain makes problems, judges replies and shows worked solutions."""

from .check import CheckReport, Finding, check
from .contract import (
    SPLITS,
    BadFeature,
    Domain,
    ExpertRule,
    Guide,
    NotEnoughProblems,
    Outcome,
    Problem,
    Split,
    Verdict,
)
from .floors import Floor
from .identity import problem, split_of
from .registry import BrokenDomain, UnknownDomain, get, names

__all__ = [
    "SPLITS",
    "BadFeature",
    "BrokenDomain",
    "CheckReport",
    "Domain",
    "ExpertRule",
    "Finding",
    "Floor",
    "Guide",
    "NotEnoughProblems",
    "Outcome",
    "Problem",
    "Split",
    "UnknownDomain",
    "Verdict",
    "check",
    "get",
    "names",
    "problem",
    "split_of",
]
