"""What a reviewer's decisions make of a version: typed edits, and rules that come back."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import ValidationError

from .diff import FIELDS, diff
from .edits import Deprecate, Edit, Update, apply
from .events import RuleDecision
from .rules import Rule, Strategy
from .versions import Version


class Revision(NamedTuple):
    """A version that a person made of one that was shown."""

    strategy: Strategy
    parents: tuple[str, ...]
    """The version that was shown, and the incumbent where rules of it come back."""
    edits: tuple[Edit, ...]
    """On the version that was shown."""


def revise(candidate: Version, incumbent: Version, decisions: Sequence[RuleDecision]) -> Revision:
    """The candidate as the decisions want it: an approved rule stays, a rejected change is undone.

    A rule that was taken out and shall stay keeps its id: it comes from the incumbent, the second
    parent. Raises ValueError where a decision cannot be carried out.
    """
    found = diff(incumbent, candidate)
    gone = {rule.id: rule for rule in found.deprecated}
    added = {rule.id for rule in found.added}
    takes: list[Edit] = []
    updates: list[Edit] = []
    back: set[str] = set()
    for it in decisions:
        if it.decision == "edit" and it.rule in gone:
            raise ValueError(
                f"Rule {it.rule} is taken out by this version: approve that, or reject it, which "
                "keeps the rule as it was."
            )
        if it.decision == "edit":
            updates.append(_reworded(it))
        elif it.decision == "reject" and it.rule in added:
            takes.append(Deprecate(rule=it.rule, rationale=it.reason, consolidates=True))
        elif it.decision == "reject" and it.rule in gone:
            back.add(it.rule)
        elif it.decision == "reject":
            updates.append(_undone(candidate.strategy, incumbent.strategy, it))
    edits = (*takes, *updates)
    rules = list(apply(candidate.strategy, edits, "").rules)
    for place, rule in enumerate(incumbent.strategy.rules):
        if rule.id in back:
            rules.insert(place, rule)
    parents = (candidate.hash, incumbent.hash) if back else (candidate.hash,)
    return Revision(Strategy(rules=tuple(rules)), parents, edits)


def _reworded(decision: RuleDecision) -> Update:
    try:
        return Update(rule=decision.rule, text=decision.text, rationale=decision.reason)
    except ValidationError as error:
        raise ValueError(f"Rule {decision.rule}: {error.errors()[0]['msg']}.") from None


def _undone(candidate: Strategy, incumbent: Strategy, decision: RuleDecision) -> Update:
    """The rule says again what it said in the incumbent, where it stood there."""
    (new, _), (old, place) = (_standing(it, decision.rule) for it in (candidate, incumbent))
    fields = {
        name: getattr(old, name) for name in FIELDS if getattr(old, name) != getattr(new, name)
    }
    return Update(rule=decision.rule, rationale=decision.reason, place=place, **fields)


def _standing(strategy: Strategy, rule_id: str) -> tuple[Rule, int]:
    return next(
        (rule, place) for place, rule in enumerate(strategy.rules, start=1) if rule.id == rule_id
    )
