"""Rules of promotion and rollback: a gate that accepted a version, or a person with a reason."""

from ..errors import StoreError
from ..events import Event, GateDecided, StrategyPromoted
from ..log import Log
from ..slots import parse_reference
from .lineage import Lineage


class PromotionRefused(StoreError):
    """A version may not become current: no gate accepted it, and no person gave a reason."""


def check_promotion(log: Log, promotion: StrategyPromoted, name: str) -> None:
    """Raise PromotionRefused unless a gate accepted the version `name`, or a person says why."""
    if promotion.by == "gate":
        _require_accepting_gate(log, promotion, name)
    elif not promotion.by.strip() or not promotion.reason.strip():
        raise PromotionRefused(
            f"{name} cannot be promoted by {promotion.by!r} without a reason: a person says who "
            "they are and why they overrule the gate."
        )


def check_rollback(lineage: Lineage, domain: str, branch: str) -> None:
    """Raise PromotionRefused where nothing stands on the branch that could be taken back."""
    if not lineage.lines.get(branch):
        raise PromotionRefused(
            f"Nothing is promoted on branch {branch!r}: there is nothing to roll back. "
            f"Branches of {domain}: {', '.join(lineage.lines) or 'none'}."
        )


def refuse_return(branch: str, now: str, to: str) -> PromotionRefused:
    """Return the refusal of a rollback to a version at which the branch never was."""
    return PromotionRefused(
        f"Branch {branch!r} is at {now} and cannot roll back to {to}: that version does not stand "
        "below it on this branch. Promote it, with a gate or with a reason."
    )


def _require_accepting_gate(log: Log, promotion: StrategyPromoted, name: str) -> None:
    gate = promotion.gate
    event = log.find(Event, *parse_reference(gate))
    if not isinstance(event, GateDecided):
        found = f"{gate!r} is no gate in this log" if gate else "none was named"
        raise PromotionRefused(
            f"{name} needs a gate that accepted it, and {found}. Name one as `stream#slot`, "
            "or let a person promote it with a reason."
        )
    if (event.domain, event.candidate) != (promotion.domain, promotion.strategy):
        raise PromotionRefused(
            f"{name} needs a gate that accepted it, and {gate!r} measured another version: "
            f"{event.candidate[:12]} of {event.domain}."
        )
    if event.decision != "accept":
        raise PromotionRefused(
            f"{name} needs a gate that accepted it, and {gate!r} decided "
            f"{event.decision}: {event.reason}"
        )
