"""The rounds of a run as plain data: what was tried in each, and what came of it."""

import re
from typing import Any

from ..store.edits import in_words
from ..store.events import (
    CreditMeasured,
    GateDecided,
    PortabilityMeasured,
    ProposalRefused,
    Reflected,
    ReviewAnswered,
    ReviewAsked,
    RoundOpened,
    Solved,
    StrategyPromoted,
    StrategyProposed,
)
from ..store.strategies.diff import verdict
from ..store.strategies.versions import Strategies
from .wording import name_of

_PLACE = re.compile(r"c(\d+)/r(\d+)/")

Learned = Solved | Reflected | StrategyProposed | ProposalRefused
Measured = CreditMeasured | PortabilityMeasured
Reviewed = ReviewAsked | ReviewAnswered
Happened = RoundOpened | Learned | Measured | Reviewed | GateDecided | StrategyPromoted
"""The kinds of which rounds are made."""


class Rounds:
    """Folds the events of one run into its rounds."""

    def __init__(self, strategies: Strategies, domain: str) -> None:
        self._strategies = strategies
        self._domain = domain
        self._rounds: dict[tuple[int, int], dict[str, Any]] = {}
        self.by_hand: list[dict[str, Any]] = []
        """Gates that a person asked for."""

    def all(self) -> list[dict[str, Any]]:
        """In the order in which they came."""
        return [self._rounds[key] for key in sorted(self._rounds)]

    def tell(self, event: Happened) -> None:
        place = _PLACE.match(event.slot)
        if place is None:
            if isinstance(event, GateDecided):
                self.by_hand.append(gate_facts(self._strategies, event))
            return
        round_ = self._round(int(place[1]), int(place[2]))
        match event:
            case RoundOpened():
                round_["opened"] = {
                    "parent": self._name(event.strategy),
                    "incumbent": self._name(event.incumbent or event.strategy),
                    "fronts": {self._name(it): n for it, n in event.fronts.items()},
                }
            case GateDecided():
                round_["gates"].append(gate_facts(self._strategies, event))
            case StrategyPromoted():
                round_["promoted"] = self._name(event.strategy)
            case CreditMeasured() | PortabilityMeasured():
                self._measured(round_, event)
            case ReviewAsked() | ReviewAnswered():
                self._reviewed(round_, event)
            case _:
                self._learned(round_, event)

    def _learned(self, round_: dict[str, Any], event: Learned) -> None:
        if isinstance(event, Solved):
            round_["solve"] = {
                "policy": event.policy,
                "strategy": self._name(event.strategy),
                "attempts": len(event.attempts),
                "right": event.right,
            }
        elif isinstance(event, Reflected):
            round_["reflect"] = {
                "failure_modes": event.failure_modes,
                "lessons": list(event.lessons),
                "unsolved": len(event.knowledge_gaps),
            }
        elif isinstance(event, StrategyProposed):
            round_["candidates"].append(
                {
                    "version": self._name(event.strategy),
                    "origin": event.origin,
                    "parents": [self._name(it) for it in event.parents],
                    "edits": [in_words(edit) for edit in event.edits],
                }
            )
        else:
            edits = [in_words(edit) for edit in event.edits]
            round_["refused"].append({"reason": event.reason, "edits": edits})

    def _measured(self, round_: dict[str, Any], event: Measured) -> None:
        kept = {"gain", "low", "high", "p"}
        if isinstance(event, CreditMeasured):
            told = event.model_dump(include={*kept, "rule", "n", "wins", "losses"})
            round_["credit"].append({"version": self._name(event.strategy), **told})
        else:
            told = event.model_dump(include={*kept, "model", "verdict", "pairs", "missing"})
            round_["portability"].append({"version": self._name(event.candidate), **told})

    def _reviewed(self, round_: dict[str, Any], event: Reviewed) -> None:
        if isinstance(event, ReviewAsked):
            asked = {"reviewer": event.reviewer, "rules": list(event.rules), "verdict": None}
            round_["review"] = {"version": self._name(event.candidate), **asked}
        else:
            told = event.model_dump(mode="json", include={"verdict", "decisions", "reason"})
            round_["review"] |= told
            round_["review"]["revised"] = self._name(event.revised) if event.revised else None

    def _round(self, cycle: int, number: int) -> dict[str, Any]:
        fresh: dict[str, Any] = {"cycle": cycle, "round": number}
        fresh |= dict.fromkeys(("opened", "solve", "reflect", "review", "promoted"))
        fresh |= {name: [] for name in ("credit", "candidates", "refused", "gates", "portability")}
        return self._rounds.setdefault((cycle, number), fresh)

    def _name(self, strategy: str) -> str:
        return name_of(self._strategies, self._domain, strategy)


def gate_facts(strategies: Strategies, gate: GateDecided) -> dict[str, Any]:
    """What a gate found, with versions by name."""
    identity = {"stream", "slot", "kind", "domain", "candidate", "incumbent", "block"}
    return {
        "gate": f"{gate.stream}#{gate.slot}",
        "candidate": name_of(strategies, gate.domain, gate.candidate),
        "incumbent": name_of(strategies, gate.domain, gate.incumbent),
        "verdict": verdict(gate),
        "by_hand": gate.by_hand,
        **gate.model_dump(mode="json", exclude=identity),
    }
