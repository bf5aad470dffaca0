"""The gate: each candidate against the incumbent, paired, on the round's own block."""

from collections.abc import Sequence
from dataclasses import dataclass

from langgraph.runtime import Runtime

from ..domains.contract import Problem
from ..evidence.gate import GateVerdict, decide, plan, spend
from ..store.events import AttemptJudged, Channel, GateDecided
from ..store.versions import Version
from .attempts import attempt, scores
from .baseline import measure_floors, points, probe
from .context import Run
from .slots import round_slot
from .state import RunState
from .weights import adapter_of, dataset_of


def validate(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Gate the round's candidates; promote the accepted one with the largest gain, if any."""
    run = runtime.context
    slot = round_slot(state, "validate")
    done = [
        _gate(run, state, f"{slot}/{number}", run.strategies.get(candidate))
        for number, candidate in enumerate(state["candidates"], start=1)
    ]
    _promote(run, slot, done)
    return {"round": state["round"] + 1}


def _gate(run: Run, state: RunState, slot: str, candidate: Version) -> GateDecided:
    event = run.log.find(run.id, f"{slot}/gate")
    if isinstance(event, GateDecided):
        return event
    found = run.channel() or probe(run, candidate.strategy)
    decisions = run.config.total_rounds * run.config.loop.candidates
    block, worn = run.block(state), state["adapter"]
    incumbent = run.version(state["strategy"])
    gate = Gate(run, incumbent, candidate, found.channel, block, worn, decisions)
    event = run.log.record(gate.decide(slot, f"{round_slot(state, 'validate')}/incumbent"))
    run.watch.say(f"Gate {candidate.name}: {event.decision}. {event.reason}")
    return event


def _promote(run: Run, slot: str, decided: Sequence[GateDecided]) -> None:
    if run.log.find(run.id, f"{slot}/promote") is not None:
        return
    accepted = [event for event in decided if event.decision == "accept"]
    if not accepted:
        return
    best = max(accepted, key=lambda event: event.gain)
    run.strategies.promote(
        run.domain.name,
        run.branch,
        best.candidate,
        stream=run.id,
        slot=f"{slot}/promote",
        gate=f"{run.id}#{best.slot}",
        reason=best.reason,
    )
    run.watch.say(f"Promoted {run.strategies.get(best.candidate).name}: {best.reason}")


@dataclass(frozen=True)
class Gate:
    """One candidate against one incumbent on one block of problems."""

    run: Run
    incumbent: Version
    candidate: Version
    channel: Channel
    block: Sequence[Problem]
    adapter: str = ""
    """Worn by both arms of a `words` gate: the tuned student's, once there is one."""
    decisions: int = 1
    """How many decisions share the run's alpha."""

    @property
    def alpha(self) -> float:
        """What this decision may spend."""
        return spend(self.run.config.gate.alpha, self.decisions)

    def decide(self, candidate_slot: str, incumbent_slot: str) -> GateDecided:
        """Run both arms and decide; what gain can be found is told before any reply is seen."""
        run, power = self.run, self.run.config.gate.power
        detectable = plan(len(self.block), self.alpha, power)
        run.watch.stage(
            "validate",
            f"{self.candidate.name} against {self.incumbent.name} on {len(self.block)} problems "
            f"({self.channel}); gains from {points(min(detectable, 1.0))} points can be found",
        )
        if self.channel == "weights" and self._same_dataset():
            return self._refused_untrained(f"{candidate_slot}/gate", detectable)
        floor = measure_floors(run, f"val/{incumbent_slot}", self.block)
        old_adapter, old = self._arm(self.incumbent, incumbent_slot)
        new_adapter, new = self._arm(self.candidate, f"{candidate_slot}/candidate")
        verdict = decide(
            scores(new), scores(old), alpha=self.alpha, power=power, floor=floor.accuracy
        )
        return self._event(
            f"{candidate_slot}/gate",
            verdict,
            floor=floor.accuracy,
            candidate_unparsed=_unparsed(new),
            incumbent_unparsed=_unparsed(old),
            candidate_adapter=new_adapter,
            incumbent_adapter=old_adapter,
            candidate_attempts=f"{candidate_slot}/candidate",
            incumbent_attempts=incumbent_slot,
        )

    def _same_dataset(self) -> bool:
        ours, theirs = (dataset_of(self.run, v.strategy) for v in (self.candidate, self.incumbent))
        return ours.hash == theirs.hash

    def _arm(self, version: Version, prefix: str) -> tuple[str, list[AttemptJudged]]:
        run = self.run
        if self.channel == "words":
            attempts = attempt(
                run, prefix, self.block, strategy=version.strategy, adapter=self.adapter,
                what=f"gate, {version.name}",
            )  # fmt: skip
            return self.adapter, attempts
        adapter = adapter_of(
            run, version.strategy, version.name, f"{version.stream}#{version.slot}"
        )
        attempts = attempt(run, prefix, self.block, adapter=adapter, what=f"gate, {version.name}")
        return adapter, attempts

    def _refused_untrained(self, slot: str, detectable: float) -> GateDecided:
        return GateDecided(
            **self._identity(slot),
            decision="reject",
            reason="Its examples are the incumbent's, word for word: there is nothing to train.",
            alpha=self.alpha,
            detectable=detectable,
        )

    def _event(self, slot: str, verdict: GateVerdict, **more: object) -> GateDecided:
        claim = (
            " Trained with one seed: this holds for this pair of adapters."
            if self.channel == "weights"
            else ""
        )
        return GateDecided.model_validate(
            {
                **vars(verdict),
                **self._identity(slot),
                **more,
                "reason": verdict.reason + claim,
                "block": tuple(problem.id for problem in self.block),
            }
        )

    def _identity(self, slot: str) -> dict[str, str]:
        return {
            "stream": self.run.id,
            "slot": slot,
            "domain": self.run.domain.name,
            "candidate": self.candidate.hash,
            "incumbent": self.incumbent.hash,
            "channel": self.channel,
        }


def _unparsed(attempts: Sequence[AttemptJudged]) -> int:
    return sum(event.outcome == "unparsed" for event in attempts)
