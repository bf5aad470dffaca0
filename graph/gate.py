"""The gate's work in a run: both arms answer the same problems, then the evidence decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..domains.contract import Problem
from ..evidence.gate import GateVerdict, decide, plan, spend
from ..store.events import AttemptJudged, Channel, GateDecided
from ..store.versions import Version
from ..trainer.examples import Dataset
from ..trainer.preflight import PreflightFailed
from .attempts import attempt, scores
from .baseline import measure_floors, points
from .context import Run
from .weights import adapter_of, dataset_of

NOTHING_TO_TRAIN = "Its examples are the incumbent's, word for word: there is nothing to train."


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
        new_adapter = old_adapter = self.adapter
        if self.channel == "weights":
            ours, theirs = self._datasets()
            if ours.hash == theirs.hash:
                return self._refused(f"{candidate_slot}/gate", detectable, NOTHING_TO_TRAIN)
            try:
                new_adapter = self._trained(self.candidate, ours)
            except PreflightFailed as fault:
                return self._refused(f"{candidate_slot}/gate", detectable, str(fault))
            old_adapter = self._trained(self.incumbent, theirs)
        floor = measure_floors(run, f"val/{incumbent_slot}", self.block)
        old = self._answers(self.incumbent, incumbent_slot, old_adapter)
        new = self._answers(self.candidate, f"{candidate_slot}/candidate", new_adapter)
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

    def _datasets(self) -> tuple[Dataset, Dataset]:
        """The candidate's examples and the incumbent's, on the problems that both solve right."""
        ours, theirs = (dataset_of(self.run, v.strategy) for v in (self.candidate, self.incumbent))
        both = {e.problem for e in ours.examples} & {e.problem for e in theirs.examples}
        return ours.only(both), theirs.only(both)

    def _trained(self, version: Version, dataset: Dataset) -> str:
        source = f"{version.stream}#{version.slot}"
        return adapter_of(self.run, version.strategy, version.name, source, dataset)

    def _answers(self, version: Version, prefix: str, adapter: str) -> list[AttemptJudged]:
        return attempt(
            self.run,
            prefix,
            self.block,
            strategy=version.strategy if self.channel == "words" else None,
            adapter=adapter,
            what=f"gate, {version.name}",
        )

    def _refused(self, slot: str, detectable: float, reason: str) -> GateDecided:
        """A rejection before anything was trained or asked."""
        return GateDecided(
            **self._identity(slot),
            decision="reject",
            reason=reason,
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
