"""Acceptance: the claim that a gate has to show of a candidate, and losses that are ruled out."""

from ...evidence.gate.decide import Claim, alpha_share
from ...evidence.gate.margins import graded_no_worse, no_worse
from ...store.rules import Strategy
from ..config.config import RunConfig


def claim_of(incumbent: Strategy, candidate: Strategy) -> Claim:
    """Return `no worse` where the candidate is the incumbent without some of its rules."""
    left, kept = incumbent.rules, candidate.rules
    taken = len(kept) < len(left) and kept == tuple(rule for rule in left if rule in kept)
    return "no worse" if taken else "better"


def rules_out_loss(config: RunConfig, wins: int, losses: int) -> bool:
    """Tell whether so many wins and losses in a round's block rule out that the margin is lost.

    None of either are identical replies. Scores between 0 and 1 may need some more.
    """
    n, margin = config.block, config.gate.margin
    if config.gate.replicates > 1:
        p = graded_no_worse([1.0] * wins + [-1.0] * losses + [0.0] * (n - wins - losses), margin)
    else:
        p = no_worse(wins, losses, n, margin)
    return p <= alpha_share(config.gate.alpha, config.decisions)
