"""What there is to learn: each domain makes problems, judges replies and shows worked solutions."""

from .card import Card
from .check import CheckReport, check
from .contract import (
    SPLITS,
    BadFeature,
    Belief,
    Domain,
    ExpertRule,
    Guide,
    ModelJudged,
    NotEnoughProblems,
    Outcome,
    Pair,
    Partial,
    Planted,
    Problem,
    Split,
    Verdict,
    held,
)
from .discover import Nearby, nearby
from .finding import Finding
from .floors import Floor
from .identity import problem, split_of
from .registry import FORMS, BrokenDomain, NeedsOptions, UnknownDomain, get, names
from .scaffold import BadName, Draft, write

__all__ = [
    "FORMS",
    "SPLITS",
    "BadFeature",
    "BadName",
    "Belief",
    "BrokenDomain",
    "Card",
    "CheckReport",
    "Domain",
    "Draft",
    "ExpertRule",
    "Finding",
    "Floor",
    "Guide",
    "ModelJudged",
    "Nearby",
    "NeedsOptions",
    "NotEnoughProblems",
    "Outcome",
    "Pair",
    "Partial",
    "Planted",
    "Problem",
    "Split",
    "UnknownDomain",
    "Verdict",
    "check",
    "get",
    "held",
    "names",
    "nearby",
    "problem",
    "split_of",
    "write",
]
