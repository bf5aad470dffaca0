"""Domains to learn: each makes problems, judges replies and shows worked solutions."""

from .check import check
from .contract import (
    SPLITS,
    AnswerKind,
    AnswerKinds,
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
    Versioned,
    held_splits,
)
from .discover import nearby
from .guide_file import read_guide
from .identity import problem, split_of
from .registry import FORMS, BrokenDomain, NeedsOptions, UnknownDomain, get, names
from .scaffold import BadName, write_scaffold
from .versions import judge_of

__all__ = [
    "FORMS",
    "SPLITS",
    "AnswerKind",
    "AnswerKinds",
    "BadFeature",
    "BadName",
    "Belief",
    "BrokenDomain",
    "Domain",
    "ExpertRule",
    "Guide",
    "ModelJudged",
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
    "Versioned",
    "check",
    "get",
    "held_splits",
    "judge_of",
    "names",
    "nearby",
    "problem",
    "read_guide",
    "split_of",
    "write_scaffold",
]
