"""Accept or reject a candidate by a paired test on problems that it was not made from."""

from dataclasses import dataclass

from ..pairs import Scores
from .comparison import Comparison, compare_arms
from .rule import AcceptanceRule, Claim, Decision
from .rules import rule_of
from .settings import GateSettings


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


def detectable_gain(n: int, settings: GateSettings) -> float:
    """Smallest gain that a gate over `n` problems would find; known before any reply is seen.

    Above 1 (UNDETECTABLE) the block is too small to accept anything. Of removals it is a loss; see
    `MarginTest.detectable`.
    """
    return rule_of(settings).detectable(n)


def decide(candidate: Scores, incumbent: Scores, settings: GateSettings) -> GateVerdict:
    """Judge the candidate against the incumbent, answer by answer on the same problems.

    None is an answer lost to an infrastructure error: its pair is dropped and counted, and
    with less than `settings.coverage` of the pairs left nothing is decided. What measurably does
    harm is refused. Of the rest the rule that `settings` name accepts, where the candidate's
    accuracy also lies above the `settings.floor`.
    """
    rule, compared = rule_of(settings), compare_arms(candidate, incumbent, settings)
    p = rule.p(compared)
    decision, reason = _judge(rule, compared, p)
    return GateVerdict(
        decision=decision,
        reason=reason,
        pairs=compared.pairs,
        missing=compared.missing,
        wins=compared.wins,
        losses=compared.losses,
        candidate_accuracy=compared.candidate,
        incumbent_accuracy=compared.incumbent,
        gain=compared.gain,
        low=compared.interval.low,
        high=compared.interval.high,
        p=p,
        alpha=settings.share,
        detectable=rule.detectable(len(candidate)),
        claim=rule.claim,
        replicates=settings.replicates,
    )


def _judge(rule: AcceptanceRule, c: Comparison, p: float) -> tuple[Decision, str]:
    settings = c.settings
    if not c.pairs or c.pairs < settings.coverage * (c.pairs + c.missing):
        return "indecisive", (
            f"Only {c.pairs} of {c.pairs + c.missing} pairs were answered by both; the rest were "
            "lost to errors, so nothing is decided."
        )
    if c.harm <= settings.share and c.gain < 0:
        return "reject", f"{c.tally}, {c.change} (p = {c.harm:.2g}): it does harm."
    decision, reason = rule.judge(c, p)
    floor = settings.floor
    if decision == "accept" and floor is not None and c.candidate <= floor:
        return "reject", (
            f"{c.tally}, {c.change}, but its accuracy of {c.candidate:.1%} does not beat "
            f"the floor of {floor:.1%}."
        )
    return decision, reason
