"""Replicates: several fresh replies a problem, which must agree before a gate accepts.

Pairs are problems, never replies: what is tested is the mean score of each problem. On top of the
test, every replicate of the candidate must score above the incumbent's mean, and the candidate's
mean above every replicate of the incumbent. That is one more condition, so it can only lower the
share of false accepts; it names the lucky seed that a gate with one reply a problem believes.
"""

from collections.abc import Sequence
from dataclasses import replace

from ..pairs import Scores, sign_flip
from .comparison import compare_arms
from .decide import GateVerdict
from .rules import rule_of
from .settings import GateSettings

Replicates = Sequence[Scores]
"""One row of scores a replicate; all rows over the same problems."""

BY_CHANCE = 0.05
"""p, over all replicates, up to which one is called lucky: a word in a reason, no verdict."""


def means(candidate: Replicates, incumbent: Replicates) -> tuple[Scores, Scores]:
    """Average each arm's scores problem by problem, over the replicates that both arms answered.

    None where there is none. Both means are then of equally many replies, so that without an
    effect neither arm is favoured.
    """
    both = [
        [(x, y) for x, y in zip(a, b, strict=True) if x is not None and y is not None]
        for a, b in zip(_by_problem(candidate), _by_problem(incumbent), strict=True)
    ]
    return (
        [sum(x for x, _ in pairs) / len(pairs) if pairs else None for pairs in both],
        [sum(y for _, y in pairs) / len(pairs) if pairs else None for pairs in both],
    )


def require_agreement(
    verdict: GateVerdict, candidate: Replicates, incumbent: Replicates, settings: GateSettings
) -> GateVerdict:
    """Hold an accept on the means back where the replicates do not bear it out each by itself.

    Under the claim `no worse` the margin may be lost.
    """
    count = len(candidate)
    if count < 2 or not verdict.pairs:
        return verdict
    rows = [compare_arms(a, b, settings) for a, b in zip(candidate, incumbent, strict=True)]
    ours, theirs = [row.candidate for row in rows], [row.incumbent for row in rows]
    verdict = replace(verdict, replicates=count, replicate_gain=max(theirs) - min(theirs))
    bar = -settings.margin if verdict.claim == "no worse" else 0.0
    our_mean, their_mean = sum(ours) / count, sum(theirs) / count
    disagree = min(ours) - their_mean <= bar or our_mean - max(theirs) <= bar
    ps = [rule_of(settings).p(row) for row in rows] if verdict.claim == "better" else []
    alone = _alone(ps, settings.share, candidate, incumbent)
    if verdict.decision == "accept" and disagree:
        return replace(
            verdict,
            decision="indecisive",
            reason=(
                f"The replicates disagree: the candidate scored {_shares(ours)} and the incumbent "
                f"{_shares(theirs)}. {alone or 'Each had to bear out the gain by itself.'}"
            ),
        )
    if verdict.decision != "accept" and alone:
        return replace(verdict, reason=f"{verdict.reason} {alone}")
    return verdict


def _alone(ps: Sequence[float], alpha: float, candidate: Replicates, incumbent: Replicates) -> str:
    """Name the replicates that a gate with a single reply a problem would have accepted.

    A lucky seed is one that gained more than the others did, beyond chance. Where the gain is near
    what can be found at all, some replicates pass and some do not without any such luck.
    """
    passed = [place for place, p in enumerate(ps) if p <= alpha]
    if not passed or len(passed) == len(ps):
        return ""
    which = ", ".join(str(place + 1) for place in passed)
    lucky = _p_passed_not_better(candidate, incumbent, passed) <= BY_CHANCE / len(ps)
    return (
        f"Alone, replicate {which} would have passed (p = {min(ps):.2g}) and the rest would not: "
        f"{'a lucky seed' if lucky else 'the replicates disagree, by no more than chance'}."
    )


def _p_passed_not_better(
    candidate: Replicates, incumbent: Replicates, passed: Sequence[int]
) -> float:
    """p-value that those which passed gained no more than the rest, problem by problem."""
    gains: list[float] = []
    for ours, theirs in zip(_by_problem(candidate), _by_problem(incumbent), strict=True):
        gained = [
            (place in passed, a - b)
            for place, (a, b) in enumerate(zip(ours, theirs, strict=True))
            if a is not None and b is not None
        ]
        high = [gain for inside, gain in gained if inside]
        rest = [gain for inside, gain in gained if not inside]
        if high and rest:
            gains.append(round(sum(high) / len(high) - sum(rest) / len(rest), 12))
    return sign_flip(gains, "greater")


def _by_problem(replicates: Replicates) -> list[Scores]:
    return [list(scores) for scores in zip(*replicates, strict=True)]


def _shares(accuracies: Sequence[float]) -> str:
    return ", ".join(f"{100 * accuracy:.1f}%" for accuracy in accuracies)
