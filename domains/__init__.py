"""Domains to learn: each makes problems, judges replies and shows worked solutions."""

from .check import check
from .contract import (
    SPLITS,
    BadFeature,
    Domain,
    ExpertRule,
    Guide,
    NotEnoughProblems,
    Pair,
    Problem,
    Split,
    Verdict,
    held_splits,
)
from .discover import nearby
from .identity import problem, split_of
from .registry import FORMS, BrokenDomain, NeedsOptions, UnknownDomain, get, names
from .scaffold import BadName, write

__all__ = [
    "FORMS",
    "SPLITS",
    "BadFeature",
    "BadName",
    "BrokenDomain",
    "Domain",
    "ExpertRule",
    "Guide",
    "NeedsOptions",
    "NotEnoughProblems",
    "Pair",
    "Problem",
    "Split",
    "UnknownDomain",
    "Verdict",
    "check",
    "get",
    "held_splits",
    "names",
    "nearby",
    "problem",
    "split_of",
    "write",
]
