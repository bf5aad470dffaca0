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
    Readable,
    Split,
    Verdict,
    Versioned,
    held_splits,
)
from .discover import nearby
from .guide_file import read_guide
from .identity import problem, split_of
from .lookup import find_problem, first_problem
from .reading import Reading, Unreadable, read_reply
from .reading.numbers import number_of
from .registry import FORMS, BrokenDomain, NeedsOptions, UnknownDomain, get, names
from .scaffold import BadName, write_scaffold
from .trial import DomainRaised
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
    "DomainRaised",
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
    "Readable",
    "Reading",
    "Split",
    "UnknownDomain",
    "Unreadable",
    "Verdict",
    "Versioned",
    "check",
    "find_problem",
    "first_problem",
    "get",
    "held_splits",
    "judge_of",
    "names",
    "nearby",
    "number_of",
    "problem",
    "read_guide",
    "read_reply",
    "split_of",
    "write_scaffold",
]
