"""Identity of problems: the id is the hash of what is asked, and decides the split."""

import hashlib
import json
import sys
from collections.abc import Mapping
from typing import Any, Literal

from .contract import BadFeature, Problem


def problem(
    domain: str,
    *,
    text: str,
    topic: str,
    difficulty: int,
    answer: str,
    canonical: Any,
    data: Mapping[str, Any] | None = None,
    features: Mapping[str, float] | None = None,
) -> Problem:
    """Build a problem, named by `canonical`: JSON in which the same task looks the same.

    Sort in `canonical` what has no order in the task, and leave out what is only wording.
    Raises BadFeature for a feature that is no finite number; True and False count as 1 and 0.
    """
    only_numbers(features or {}, f"the domain {domain!r}")
    return Problem(
        id=name_of(domain, canonical),
        text=text,
        topic=topic,
        difficulty=difficulty,
        answer=answer,
        data=data or {},
        features=features or {},
    )


def name_of(domain: str, canonical: Any) -> str:
    """The first 16 hex digits of the SHA-256 of the domain's name and the canonical JSON."""
    content = json.dumps([domain, canonical], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def only_numbers(features: Mapping[str, Any], whose: str) -> None:
    """Raise BadFeature, which says `whose` it is, unless each feature is a finite number."""
    for name, value in features.items():
        # Nothing of numpy's, which JSON cannot hold: a run freezes its problems as JSON.
        if not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
            raise BadFeature(
                f"The feature {name!r} of {whose} is {value!r:.80} ({type(value).__name__}). "
                "Wanted a finite int, float or bool: give a number, or leave the feature out."
            )


def split_of(problem_id: str) -> Literal["train", "val", "test"]:
    """Assign a problem to its split, for ever: 60 % train, 20 % val, 20 % test.

    No seed takes part, so that one run's test is never another run's training. `ood` problems
    come from other generator parameters instead.
    """
    bucket = int(problem_id, 16) % 10
    return "train" if bucket < 6 else "val" if bucket < 8 else "test"
