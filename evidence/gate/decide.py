"""The gate: a paired test that a candidate must pass on problems it was not made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..intervals import Interval, is_binary, paired
from ..pairs import Scores, answered, differences, p_better
from .margins import no_worse, no_worse_graded, smallest_margin
from .power import DISCORDANCE, smallest_detectable

Decision = Literal["accept", "reject", "indecisive"]
Claim = Literal["better", "no worse"]
COVERAGE = 0.6
"""Share of the pairs that both arms must have answered before anything is decided."""


@dataclass(frozen=True)
class GateVerdict:
    """What the gate decided, and every number that it decided by."""

    decision: Decision
    reason: str
    """One sentence that a person understands."""
    pairs: int
    """Problems that both arms answered."""
    missing: int
    """Pairs dropped because an infrastructure error took at least one of the answers."""
    wins: int
    """Pairs in which the candidate scored higher."""
    losses: int
    candidate_accuracy: float
    incumbent_accuracy: float
    gain: float
    low: float
    high: float
    """Interval of the gain, at the confidence asked for (95 %)."""
    p: float
    """One-sided and exact: the chance of such a gain if the candidate were no better.

    Under `no worse` if its loss were the margin; there graded scores get an upper bound.
    """
    alpha: float
    detectable: float
    """The smallest gain that a gate of this size finds with the power asked for; see `plan`.

    Under `no worse` the smallest loss that identical replies rule out.
    """
    claim: Claim = "better"
    replicates: int = 1
    """Replies a problem of each arm; see `replicates.agreed`."""
    replicate_gain: float = 0.0
    """Largest gain of one replicate of the incumbent over another: what luck alone made here."""


def plan(
    n: int,
    alpha: float,
    power: float = 0.8,
    discordance: float = DISCORDANCE,
    claim: Claim = "better",
    replicates: int = 1,
    graded: bool = False,
) -> float:
    """Smallest gain that a gate over `n` problems would find; known before any reply is seen.

    Above 1 (UNDETECTABLE) means that the block is too small to accept anything at `alpha`.
    Graded scores are planned as if they were right/wrong, and the mean of `replicates` as what it
    is. For the claim `no worse` it is the smallest loss that identical replies rule out: beyond
    the margin, the block is too small.
    """
    if claim == "no worse":
        return smallest_margin(n, alpha, graded or replicates > 1)
    return smallest_detectable(n, alpha, power, discordance, replicates)


def spend(alpha: float, decisions: int) -> float:
    """Share of `alpha` for one of `decisions` gates, so that all of them together keep to it."""
    if decisions < 1:
        raise ValueError(f"Wanted at least one decision to spend alpha on, found {decisions}.")
    return alpha / decisions


def decide(
    candidate: Scores,
    incumbent: Scores,
    *,
    alpha: float,
    power: float = 0.8,
    claim: Claim = "better",
    margin: float = 0.05,
    graded: bool = False,
    replicates: int = 1,
    floor: float | None = None,
    worthwhile: float | None = None,
    discordance: float = DISCORDANCE,
    coverage: float = COVERAGE,
    confidence: float = 0.95,
    seed: int = 0,
    samples: int = 10_000,
) -> GateVerdict:
    """Judge the candidate against the incumbent, answer by answer on the same problems.

    None is an answer lost to an infrastructure error: its pair is dropped and counted, and
    with less than `coverage` of the pairs left nothing is decided. `worthwhile` is the smallest
    gain worth having; left out, it is the detectable one. A candidate is accepted when its gain
    is significant and, where a `floor` is given, its accuracy lies above it.

    The claim `no worse` is for candidates that only take away: accepted when a loss of `margin` is
    ruled out (see `margins`), refused when they do harm. Of scores that may lie between 0 and 1 it
    must be told beforehand (`graded`), even where these happen not to. Scores that are the means
    of several replies say of how many (`replicates`): those find smaller gains.
    """
    measured = _measure(candidate, incumbent, alpha, confidence, seed, samples)
    detectable = plan(len(candidate), alpha, power, discordance, claim, replicates, graded)
    if claim == "better":
        p = measured.p
        worth = detectable if worthwhile is None else worthwhile
        decision, reason = _judge(measured, alpha, floor, worth, detectable, coverage)
    else:
        p = _loss_ruled_out(measured, margin, graded)
        decision, reason = _judge_loss(measured, p, alpha, floor, margin, coverage, graded)
    return GateVerdict(
        decision=decision,
        reason=reason,
        pairs=measured.pairs,
        missing=measured.missing,
        wins=measured.wins,
        losses=measured.losses,
        candidate_accuracy=measured.candidate,
        incumbent_accuracy=measured.incumbent,
        gain=measured.gain,
        low=measured.interval.low,
        high=measured.interval.high,
        p=p,
        alpha=alpha,
        detectable=detectable,
        claim=claim,
        replicates=replicates,
    )


@dataclass(frozen=True)
class _Measured:
    pairs: int
    missing: int
    wins: int
    losses: int
    candidate: float
    incumbent: float
    gain: float
    interval: Interval
    differences: Sequence[float]
    binary: bool
    p: float
    harm: float
    """p-value of the opposite claim, that the candidate is worse."""


def _measure(
    candidate: Scores,
    incumbent: Scores,
    alpha: float,
    confidence: float,
    seed: int,
    samples: int,
) -> _Measured:
    both = answered(candidate, incumbent)
    ours, theirs = [a for a, _ in both], [b for _, b in both]
    n = len(both)
    found = differences(both)
    wins, losses = sum(d > 0 for d in found), sum(d < 0 for d in found)
    binary = is_binary((*ours, *theirs))
    gained = wins - losses if binary else sum(found)
    return _Measured(
        pairs=n,
        missing=len(candidate) - n,
        wins=wins,
        losses=losses,
        candidate=sum(ours) / n if n else 0.0,
        incumbent=sum(theirs) / n if n else 0.0,
        gain=gained / n if n else 0.0,
        interval=paired(ours, theirs, confidence, seed, samples),
        differences=found,
        binary=binary,
        p=p_better(both, alpha, seed, samples),
        harm=p_better([(b, a) for a, b in both], alpha, seed, samples),
    )


def _loss_ruled_out(m: _Measured, margin: float, graded: bool) -> float:
    """p-value that the candidate loses the margin or more."""
    if m.binary and not graded:
        return no_worse(m.wins, m.losses, m.pairs, margin)
    return no_worse_graded(m.differences, margin)


def _judge(
    m: _Measured,
    alpha: float,
    floor: float | None,
    worth: float,
    detectable: float,
    coverage: float,
) -> tuple[Decision, str]:
    tally, change = _told(m)
    if few := _uncovered(m, coverage):
        return "indecisive", few
    if 0.5**m.pairs > alpha:
        return "indecisive", (
            f"{m.pairs} pairs are too few: even {m.pairs} wins would not pass at {alpha:.2g}."
        )
    if m.p <= alpha and m.gain > 0:
        if floor is not None and m.candidate <= floor:
            return "reject", _below(m, floor)
        return "accept", f"{tally}, {change} (p = {m.p:.2g}, at most {alpha:.2g} allowed)."
    if m.harm <= alpha and m.gain < 0:
        return "reject", f"{tally}, {change} (p = {m.harm:.2g}): it does harm."
    if m.interval.high < worth:
        return "reject", (
            f"{tally}: the gain is at most {_points(m.interval.high)}, "
            f"less than the {_points(worth)} this gate looks for."
        )
    return "indecisive", (
        f"{tally}, {change} (p = {m.p:.2g}): too close to call; "
        f"a gate of this size looks for gains of {_points(detectable)} or more."
    )


def _judge_loss(
    m: _Measured,
    p: float,
    alpha: float,
    floor: float | None,
    margin: float,
    coverage: float,
    graded: bool,
) -> tuple[Decision, str]:
    """The verdict on a candidate that only takes away."""
    tally, change = _told(m)
    if few := _uncovered(m, coverage):
        return "indecisive", few
    if m.harm <= alpha and m.gain < 0:
        return "reject", f"{tally}, {change} (p = {m.harm:.2g}): it does harm."
    if p <= alpha:
        if floor is not None and m.candidate <= floor:
            return "reject", _below(m, floor)
        return "accept", (
            f"{tally}: a loss of {_points(margin)} or more is ruled out "
            f"(p = {p:.2g}, at most {alpha:.2g} allowed)."
        )
    best = smallest_margin(m.pairs, alpha, graded or not m.binary)
    if best > margin:
        return "indecisive", (
            f"{tally}. {m.pairs} pairs are too few: even identical replies would only rule out "
            f"a loss of {_points(best)}, "
            f"and at most {_points(margin)} may be lost."
        )
    return "indecisive", (
        f"{tally}, {change}: a loss of {_points(margin)} is not ruled out (p = {p:.2g})."
    )


def _told(m: _Measured) -> tuple[str, str]:
    """The counts, and the change of accuracy, in words."""
    if m.wins + m.losses == 0:
        return f"Both scored the same on all {m.pairs} problems", "no change"
    return (
        f"{m.wins} wins against {m.losses} losses in {m.pairs} pairs",
        f"a {'gain' if m.gain >= 0 else 'loss'} of {_points(abs(m.gain))}",
    )


def _uncovered(m: _Measured, coverage: float) -> str:
    """Why too few pairs were answered; empty where there are enough."""
    planned = m.pairs + m.missing
    if m.pairs and m.pairs >= coverage * planned:
        return ""
    return (
        f"Only {m.pairs} of {planned} pairs were answered by both; the rest were lost to "
        "errors, so nothing is decided."
    )


def _below(m: _Measured, floor: float) -> str:
    tally, change = _told(m)
    return (
        f"{tally}, {change}, but its accuracy of {m.candidate:.1%} does not beat "
        f"the floor of {floor:.1%}."
    )


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"
