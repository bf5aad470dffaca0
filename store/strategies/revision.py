"""Revision of a version by a reviewer's decisions: typed edits, and rules that come back."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import ValidationError

from ..edits import Edit, Update
from ..events import RuleDecision
from ..rules import Rule, Strategy
from .diff import diff
from .merge import merge_edits
from .versions import Version


class Revision(NamedTuple):
    """A version that a person made of one that was shown."""

    strategy: Strategy
    parents: tuple[str, ...]
    """The version that was shown, and the incumbent where rules of it come back."""
    edits: tuple[Edit, ...]
    """On the version that was shown; each with the reviewer's reason."""


def revise(candidate: Version, incumbent: Version, decisions: Sequence[RuleDecision]) -> Revision:
    """Return the candidate as decided: what is approved stays, what is rejected is undone.

    A rule that was taken out and shall stay keeps its id: it comes from the incumbent, the second
    parent. Raises ValueError where a decision cannot be carried out.
    """
    ours, theirs = candidate.strategy.by_id, incumbent.strategy.by_id
    said = dict(ours)
    undone = [it.rule for it in decisions if it.decision == "reject"]
    for rule in undone:
        said.pop(rule, None)
        if rule in theirs:
            said[rule] = theirs[rule]
    for it in decisions:
        if it.decision == "edit":
            said[it.rule] = _edit_rule(ours, it)
    strayed = {move.rule.id for move in diff(incumbent, candidate).moved}
    order = [rule for rule in ours if rule in said and not (rule in undone and rule in strayed)]
    for rule in theirs:
        if rule in undone and rule not in order:
            order.insert(_place(order, list(theirs), rule), rule)
    made = Strategy(rules=tuple(said[rule] for rule in order))
    back = any(rule not in ours for rule in order)
    return Revision(
        strategy=made,
        parents=(candidate.hash, incumbent.hash) if back else (candidate.hash,),
        edits=_with_reasons(merge_edits(candidate.strategy, made), decisions),
    )


def _edit_rule(ours: dict[str, Rule], decision: RuleDecision) -> Rule:
    if decision.rule not in ours:
        raise ValueError(
            f"Rule {decision.rule} is taken out by this version: approve that, or reject it, "
            "which keeps the rule as it was."
        )
    try:
        # An edit knows how long a rule may be; a rule itself takes anything.
        Update(rule=decision.rule, text=decision.text)
    except ValidationError as error:
        raise ValueError(f"Rule {decision.rule}: {error.errors()[0]['msg']}.") from None
    return ours[decision.rule].model_copy(update={"text": decision.text})


def _place(order: Sequence[str], wanted: Sequence[str], rule: str) -> int:
    """Return the place right behind the nearest rule before it in the incumbent; else in front."""
    before = wanted[: wanted.index(rule)]
    return next((order.index(it) + 1 for it in reversed(before) if it in order), 0)


def _with_reasons(edits: Sequence[Edit], decisions: Sequence[RuleDecision]) -> tuple[Edit, ...]:
    reasons = {it.rule: it.reason for it in decisions}
    return tuple(
        edit.model_copy(update={"rationale": reasons.get(edit.named_rules[0], "")})
        for edit in edits
    )
