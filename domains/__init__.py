"""What there is to learn: each domain makes problems, judges replies and shows worked solutions."""

from .contract import (
    SPLITS,
    Domain,
    ExpertRule,
    Guide,
    NotEnoughProblems,
    Outcome,
    Problem,
    Split,
    Verdict,
)
from .identity import problem, split_of

__all__ = [
    "SPLITS",
    "Domain",
    "ExpertRule",
    "Guide",
    "NotEnoughProblems",
    "Outcome",
    "Problem",
    "Split",
    "Verdict",
    "problem",
    "split_of",
]
