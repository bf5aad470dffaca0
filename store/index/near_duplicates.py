"""Near-duplicate rules of a strategy, found by meaning and offered for MERGE.

An offer and no more: "by start time" and "by end time" lie as near as two wordings of one rule.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

from ...weights import WeightsError
from ..rules import Strategy

if TYPE_CHECKING:
    from .embed import Vectors

    Embed = Callable[[Sequence[str]], Vectors]

ALIKE = 0.9
"""Cosine from which two rules are near-duplicates."""


def near_duplicates(
    strategy: Strategy,
    at_least: float = ALIKE,
    embed: "Embed | None" = None,
) -> list[tuple[str, str, float]]:
    """Return pairs of rule ids whose cosine is `at_least` that, the most alike first.

    A rule is what it says and where it holds; its section does not count. `embed` gives one unit
    vector a text; left out, it is MiniLM, which is loaded for two rules and more. Where its
    weights are not here nothing is offered.
    """
    embed = embed or (_minilm() if len(strategy.rules) > 1 else None)
    if embed is None:
        return []
    vectors = embed([rule.text + rule.scope for rule in strategy.rules])
    cosines = vectors @ vectors.T
    found = [
        (strategy.rules[a].id, strategy.rules[b].id, float(cosines[a, b]))
        for a, b in combinations(range(len(strategy.rules)), 2)
        if cosines[a, b] >= at_least
    ]
    return sorted(found, key=lambda pair: (-pair[2], pair[:2]))


@cache
def _minilm() -> "Embed | None":
    # Here, because it brings torch, and a strategy without two rules needs none.
    from .embed import MiniLM

    try:
        return MiniLM().embed
    except WeightsError:
        return None
