"""A pen that writes the events of a round as the loop would, for whoever reads them."""

from typing import Any

from tutelage.graph.context import Run
from tutelage.store.edits import Edit, apply
from tutelage.store.events import (
    GateDecided,
    PortabilityMeasured,
    RoundOpened,
    StrategyPromoted,
    StrategyProposed,
)
from tutelage.store.rules import Strategy


class Pen:
    """Writes the events of one round, as the loop would."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.at = {"stream": run.id}

    def open(self, place: str, parent: Strategy, **more: Any) -> None:
        self.run.log.record(
            RoundOpened(**self.at, slot=f"{place}/open", strategy=parent.hash, adapter="", **more)
        )

    def propose(
        self, slot: str, parent: Strategy, *edits: Edit, origin: Any = "teacher"
    ) -> Strategy:
        made = apply(parent, edits, slot)
        self.run.log.record(
            StrategyProposed(
                **self.at,
                slot=slot,
                domain="parity",
                branch=self.run.branch,
                strategy=made.hash,
                rules=made.rules,
                parents=(parent.hash,),
                edits=edits,
                origin=origin,
            )
        )
        return made

    def gate(self, slot: str, new: Strategy, old: Strategy, **found: Any) -> GateDecided:
        told = {"decision": "accept", "gain": 0.2, "low": 0.1, "high": 0.3, "pairs": 40}
        event = GateDecided.model_validate(
            {
                **self.at,
                "slot": slot,
                "domain": "parity",
                "candidate": new.hash,
                "incumbent": old.hash,
                "channel": "words",
                "reason": "8 wins against 0 losses.",
                **told,
                **found,
            }
        )
        return self.run.log.record(event)

    def promote(self, gate: GateDecided) -> None:
        self.run.log.record(
            StrategyPromoted(
                **self.at,
                slot=f"{gate.slot}/promote",
                domain="parity",
                branch=self.run.branch,
                strategy=gate.candidate,
                gate=f"{gate.stream}#{gate.slot}",
            )
        )

    def carry(
        self, slot: str, gate: GateDecided, model: str, verdict: Any, gain: float, **more: int
    ) -> None:
        self.run.log.record(
            PortabilityMeasured(
                **self.at,
                slot=slot,
                domain="parity",
                candidate=gate.candidate,
                incumbent=gate.incumbent,
                model=model,
                channel="words",
                verdict=verdict,
                **{"pairs": 40, **more},
                gain=gain,
                low=gain - 0.1,
                high=gain + 0.1,
            )
        )

    def merge(self, slot: str, both: Strategy, ours: Strategy, theirs: Strategy) -> None:
        self.run.log.record(
            StrategyProposed(
                **self.at,
                slot=slot,
                domain="parity",
                branch=self.run.branch,
                strategy=both.hash,
                rules=both.rules,
                parents=(ours.hash, theirs.hash),
                edits=(),
                origin="merge",
            )
        )
