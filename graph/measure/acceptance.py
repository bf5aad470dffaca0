"""Acceptance: the claim that a gate has to show of a candidate, and losses that are ruled out."""

from dataclasses import replace

from ...evidence.gate.comparison import arms_of_counts, compare_arms
from ...evidence.gate.rule import Claim
from ...evidence.gate.rules import USUAL, rule_of
from ...evidence.gate.settings import GateSettings
from ...store.rules import Strategy
from ..config.config import RunConfig


def claim_of(incumbent: Strategy, candidate: Strategy) -> Claim:
    """Return `no worse` where the candidate is the incumbent without some of its rules."""
    left, kept = incumbent.rules, candidate.rules
    taken = len(kept) < len(left) and kept == tuple(rule for rule in left if rule in kept)
    return "no worse" if taken else "better"


def settings_of(config: RunConfig, claim: Claim) -> GateSettings:
    """Return the settings of one gate of a run, for a candidate that has to show `claim`."""
    settings = config.gate_settings
    return settings if claim == "better" else replace(settings, rule=USUAL[claim].name)


def rules_out_loss(config: RunConfig, wins: int, losses: int) -> bool:
    """Tell whether so many wins and losses in a round's block rule out that the margin is lost.

    None of either are identical replies. Scores between 0 and 1 may need some more.
    """
    settings = settings_of(config, "no worse")
    compared = compare_arms(*arms_of_counts(wins, losses, config.block), settings)
    return rule_of(settings).p(compared) <= settings.share
