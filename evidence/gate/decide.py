"""Accept or reject a candidate by a paired test on problems that it was not made from."""

from dataclasses import dataclass
from typing import Literal

from ..pairs import Scores
from . import reasons
from .comparison import Comparison, compare_arms
from .margins import smallest_margin
from .power import DISCORDANCE, smallest_detectable

Decision = Literal["accept", "reject", "indecisive"]
Claim = Literal["better", "no worse"]
COVERAGE = 0.6
"""Share of the pairs that both arms must have answered before anything is decided."""


@dataclass(frozen=True)
class GateVerdict:
    """The decision of a gate, with every number that it rests on."""

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
    """The gain of `detectable_gain`: the smallest that a gate of this size finds.

    Under `no worse` the smallest loss that identical replies rule out.
    """
    claim: Claim = "better"
    replicates: int = 1
    """Replies a problem of each arm; see `replicates.require_agreement`."""
    replicate_gain: float = 0.0
    """Largest gain of one replicate of the incumbent over another: what luck alone made here."""


def detectable_gain(
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


def alpha_share(alpha: float, decisions: int) -> float:
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
    compared = compare_arms(candidate, incumbent, alpha, confidence, seed, samples)
    detectable = detectable_gain(
        len(candidate), alpha, power, discordance, claim, replicates, graded
    )
    if claim == "better":
        p = compared.p
        worth = detectable if worthwhile is None else worthwhile
        decision, reason = _judge_gain(compared, alpha, floor, worth, detectable, coverage)
    else:
        p = compared.p_no_worse(margin, graded)
        decision, reason = _judge_loss(compared, p, alpha, floor, margin, coverage, graded)
    return _verdict(compared, decision, reason, p, alpha, detectable, claim, replicates)


def _verdict(
    c: Comparison,
    decision: Decision,
    reason: str,
    p: float,
    alpha: float,
    detectable: float,
    claim: Claim,
    replicates: int,
) -> GateVerdict:
    return GateVerdict(
        decision=decision,
        reason=reason,
        pairs=c.pairs,
        missing=c.missing,
        wins=c.wins,
        losses=c.losses,
        candidate_accuracy=c.candidate,
        incumbent_accuracy=c.incumbent,
        gain=c.gain,
        low=c.interval.low,
        high=c.interval.high,
        p=p,
        alpha=alpha,
        detectable=detectable,
        claim=claim,
        replicates=replicates,
    )


def _judge_gain(
    c: Comparison,
    alpha: float,
    floor: float | None,
    worth: float,
    detectable: float,
    coverage: float,
) -> tuple[Decision, str]:
    """Judge a candidate that claims to be better."""
    if few := reasons.too_few_answers(c, coverage):
        return "indecisive", few
    if 0.5**c.pairs > alpha:
        return "indecisive", reasons.too_few_pairs(c, alpha)
    if c.p <= alpha and c.gain > 0:
        if floor is not None and c.candidate <= floor:
            return "reject", reasons.not_above_floor(c, floor)
        return "accept", reasons.gain_beyond_chance(c, alpha)
    if c.harm <= alpha and c.gain < 0:
        return "reject", reasons.harm_beyond_chance(c)
    if c.interval.high < worth:
        return "reject", reasons.gain_too_small(c, worth)
    return "indecisive", reasons.too_close(c, detectable)


def _judge_loss(
    c: Comparison,
    p: float,
    alpha: float,
    floor: float | None,
    margin: float,
    coverage: float,
    graded: bool,
) -> tuple[Decision, str]:
    """Judge a candidate that only takes away."""
    if few := reasons.too_few_answers(c, coverage):
        return "indecisive", few
    if c.harm <= alpha and c.gain < 0:
        return "reject", reasons.harm_beyond_chance(c)
    if p <= alpha:
        if floor is not None and c.candidate <= floor:
            return "reject", reasons.not_above_floor(c, floor)
        return "accept", reasons.loss_ruled_out(c, p, alpha, margin)
    smallest = smallest_margin(c.pairs, alpha, graded or not c.binary)
    if smallest > margin:
        return "indecisive", reasons.too_few_for_margin(c, smallest, margin)
    return "indecisive", reasons.loss_not_ruled_out(c, p, margin)
