"""Pareto frontier of versions over single problems: those that are among the best on some."""

from collections.abc import Mapping, Sequence

from .attribution.contrasts import mean, share

CONFIDENCE = 0.8
"""Of the interval whose lower end stands for a score: nine times in ten the truth lies above."""

Row = Sequence[float | None]


def lower_limit(repeats: Sequence[float], confidence: float = CONFIDENCE) -> float | None:
    """Lower limit of the mean of a problem's repeated scores; None where every reply was lost.

    Two right of two say more than one of one: luck is worth less the fewer the replies.
    """
    return share(repeats, confidence).low if repeats else None


def fronts(scores: Mapping[str, Row]) -> dict[str, int]:
    """Count the problems on which each version is among the best, the dominated ones left out.

    `scores` has one score a problem for each version, None where there is none. A version is
    dominated when on every problem it is best on another that stays is as good; the lowest means
    are looked at first, and of equals the one that is named first stays. Every problem's best
    score is still there among those that stay. A problem on which all of them are equally good
    tells none apart and is won by nobody, unless one version stands alone.
    """
    lengths = {len(row) for row in scores.values()}
    if len(lengths) > 1:
        raise ValueError(f"Wanted one score a problem for each version, found {sorted(lengths)}.")
    best = [_best(scores, problem) for problem in range(max(lengths, default=0))]
    staying = {name for names in best for name in names}
    order = [name for name in _ascending(scores) if name in staying]
    while dominated := next((n for n in order if _has_dominator(n, best, staying)), None):
        staying.discard(dominated)
        order.remove(dominated)
    won = [names for names in best if len(staying) == 1 or not staying <= names]
    return {name: sum(name in names for names in won) for name in scores if name in staying}


def _best(scores: Mapping[str, Row], problem: int) -> frozenset[str]:
    """Those with the highest score of a problem."""
    known = {name: row[problem] for name, row in scores.items()}
    top = max((score for score in known.values() if score is not None), default=None)
    return frozenset(name for name, score in known.items() if score is not None and score == top)


def _ascending(scores: Mapping[str, Row]) -> list[str]:
    """Names by their mean score, the lowest first; of equals the last named first."""
    names = list(scores)
    means = {name: mean([s for s in row if s is not None]) for name, row in scores.items()}
    return sorted(names, key=lambda name: (means[name], -names.index(name)))


def _has_dominator(name: str, best: Sequence[frozenset[str]], staying: set[str]) -> bool:
    others = staying - {name}
    return all(names & others for names in best if name in names)
