"""Gate of a run: both arms answer the same problems, then the evidence decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...domains.contract import Problem
from ...evidence.gate.decide import (
    Claim,
    Decision,
    GateVerdict,
    alpha_share,
    decide,
    detectable_gain,
)
from ...evidence.gate.margins import chance_no_worse
from ...evidence.gate.power import DISCORDANCE
from ...evidence.gate.racing import futility_reason, interim_looks, stop_for_futility
from ...evidence.gate.replicates import Replicates, means, require_agreement
from ...store.events import AttemptJudged, Channel, GateDecided
from ...store.strategies.versions import Version
from ...trainer.contract import TrainingInput
from ...trainer.preflight import PreflightFailed
from ..context import Run
from .acceptance import claim_of
from .adapters import adapter_of, dataset_of, input_of
from .floors import measure_floors
from .probe import whole_points
from .rollouts import attempt, scores

MORE_UNPARSED = 0.05
"""Share of replies; a candidate that makes more than so many unreadable is told of."""
NOTHING_TO_TRAIN = "Its examples are the incumbent's, word for word: there is nothing to train."
NOTHING_LOST = (
    "It only takes rules away, and its examples stay the incumbent's, word for word: nothing that "
    "is trained changes, so nothing is lost."
)


@dataclass(frozen=True)
class Gate:
    """One candidate against one incumbent on one block of problems."""

    run: Run
    incumbent: Version
    candidate: Version
    channel: Channel
    block: Sequence[Problem]
    adapter: str = ""
    """Active in both arms of a `words` gate: the tuned student's, once there is one."""
    decisions: int = 1
    """How many decisions share the run's alpha."""

    @property
    def alpha(self) -> float:
        """Share of the run's alpha that this decision may spend."""
        return alpha_share(self.run.config.gate.alpha, self.decisions)

    @property
    def claim(self) -> Claim:
        """Claim that has to be shown of this candidate."""
        return claim_of(self.incumbent.strategy, self.candidate.strategy)

    @property
    def detectable(self) -> float:
        """Smallest gain this gate can find, known before any reply; under `no worse` a loss."""
        power, replicates = self.run.config.gate.power, self.replicates
        return detectable_gain(
            len(self.block), self.alpha, power, claim=self.claim, replicates=replicates
        )

    @property
    def replicates(self) -> int:
        """Fresh replies of each arm to each problem."""
        return self.run.config.gate.replicates

    def decide(self, candidate_slot: str, incumbent_slot: str) -> GateDecided:
        """Run both arms and decide; what gain can be found is told before any reply is seen.

        Both arms answer the same part of the block, the incumbent first, and then the next part:
        a candidate that has all but lost is asked no more. The parts depend on the block alone, so
        a run that is resumed asks and decides as it would have.
        """
        self.run.progress.stage("validate", self._announcement())
        new_adapter = old_adapter = self.adapter
        if self.channel == "weights":
            ours, theirs = self._inputs()
            if ours.hash == theirs.hash:
                return self._equal_examples(f"{candidate_slot}/gate")
            try:
                new_adapter = adapter_of(self.run, self.candidate, ours)
            except PreflightFailed as fault:
                return self._decide_early(f"{candidate_slot}/gate", "reject", str(fault))
            old_adapter = adapter_of(self.run, self.incumbent, theirs)
        floor = measure_floors(self.run, f"val/{incumbent_slot}", self.block)
        new_slot, old_slot = (
            f"{candidate_slot}/candidate",
            self._incumbent_slot(incumbent_slot, old_adapter),
        )
        why = ""
        whole = len(self.block)
        for asked in interim_looks(whole) if self.run.config.search.race else [whole]:
            part = self.block[:asked]
            old = self._answers(self.incumbent, old_slot, old_adapter, part)
            new = self._answers(self.candidate, new_slot, new_adapter, part)
            if asked < len(self.block) and (why := self._futility(new, old)):
                break
        return self._event(
            f"{candidate_slot}/gate",
            _mention_unparsed_replies(self._verdict(new, old, floor.accuracy, why), new, old),
            block=tuple(problem.id for problem in part),
            saved=(len(self.block) - len(part)) * self.replicates,
            floor=floor.accuracy,
            candidate_unparsed=_count_unparsed_replies(new),
            incumbent_unparsed=_count_unparsed_replies(old),
            candidate_adapter=new_adapter,
            incumbent_adapter=old_adapter,
            candidate_attempts=new_slot,
            incumbent_attempts=old_slot,
        )

    def _announcement(self) -> str:
        found, gate = self.detectable, self.run.config.gate
        can = f"gains from {whole_points(min(found, 1.0))} points can be found"
        if self.claim == "no worse":
            can = f"it only takes rules away, and may lose {100 * gate.margin:.1f} points at most"
            luck = chance_no_worse(
                len(self.block), self.alpha, gate.margin, DISCORDANCE, self.replicates
            )
            can += (
                f"; even identical replies would rule out no loss below {100 * found:.1f} points"
                if found > gate.margin
                else f"; identical replies pass, and without any loss about {luck:.0%} of those "
                f"whose luck differs on {DISCORDANCE:.0%} of the problems"
            )
        return (
            f"{self.candidate.name} against {self.incumbent.name} on {len(self.block)} problems "
            f"({self.channel}); {can}"
        )

    def _futility(self, new: Sequence[AttemptJudged], old: Sequence[AttemptJudged]) -> str:
        """Return why the rest of the block need not be asked; empty while there is hope."""
        return futility_reason(
            *means(self._rows(new), self._rows(old)),
            len(self.block) - len(new) // self.replicates,
            self.alpha,
            gain=self.detectable,
            claim=self.claim,
            margin=self.run.config.gate.margin,
            graded=self.replicates > 1,
        )

    def _verdict(
        self, new: Sequence[AttemptJudged], old: Sequence[AttemptJudged], floor: float, why: str
    ) -> GateVerdict:
        """Return the verdict on what was answered; `why` the race was stopped, if it was."""
        ours, theirs, settings = self._rows(new), self._rows(old), self.run.config.gate
        verdict = decide(
            *means(ours, theirs),
            alpha=self.alpha,
            power=settings.power,
            claim=self.claim,
            margin=settings.margin,
            graded=self.replicates > 1,
            replicates=self.replicates,
            floor=floor,
        )
        if why:
            verdict = stop_for_futility(verdict, len(self.block), why)
        return replace(
            require_agreement(verdict, ours, theirs, settings.margin), detectable=self.detectable
        )

    def _rows(self, attempts: Sequence[AttemptJudged]) -> Replicates:
        """Return scores by replicate; attempts stand problem by problem."""
        found = scores(attempts)
        return [found[sample :: self.replicates] for sample in range(self.replicates)]

    def _incumbent_slot(self, shared_slot: str, adapter: str) -> str:
        """Return the slot of the incumbent arm, shared by candidates that share its adapter.

        Candidates with other examples leave the incumbent other problems to be trained on: then it
        is another adapter, and another arm.
        """
        first = self.run.log.find(AttemptJudged, self.run.id, f"{shared_slot}/{self.block[0].id}/0")
        if isinstance(first, AttemptJudged) and first.adapter != adapter:
            return f"{shared_slot}-{adapter}"
        return shared_slot

    def _inputs(self) -> tuple[TrainingInput, TrainingInput]:
        """Return both versions' inputs, the candidate's first, on problems both solve right."""
        ours, theirs = (dataset_of(self.run, v.strategy) for v in (self.candidate, self.incumbent))
        both = {e.problem for e in ours.examples} & {e.problem for e in theirs.examples}
        return (
            input_of(self.run, self.candidate.strategy, ours.only(both)),
            input_of(self.run, self.incumbent.strategy, theirs.only(both)),
        )

    def _answers(
        self, version: Version, prefix: str, adapter: str, part: Sequence[Problem]
    ) -> list[AttemptJudged]:
        return attempt(
            self.run,
            prefix,
            part,
            strategy=version.strategy if self.channel == "words" else None,
            adapter=adapter,
            samples=self.replicates,
            what=f"gate, {version.name}",
        )

    def _equal_examples(self, slot: str) -> GateDecided:
        """Decide on equal examples: there is nothing to gain, and nothing to lose either."""
        if self.claim == "no worse":
            accepted = self._decide_early(slot, "accept", NOTHING_LOST)
            # Other models read the words: they are still to be asked on these problems.
            return accepted.model_copy(update={"block": tuple(each.id for each in self.block)})
        return self._decide_early(slot, "reject", NOTHING_TO_TRAIN)

    def _decide_early(self, slot: str, decision: Decision, reason: str) -> GateDecided:
        """Return a decision that needs no training and no reply."""
        return GateDecided(
            **self._identity(slot),
            decision=decision,
            reason=reason,
            alpha=self.alpha,
            detectable=self.detectable,
            claim=self.claim,
            planned=len(self.block),
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
                "planned": len(self.block),
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


def _mention_unparsed_replies(
    verdict: GateVerdict, new: Sequence[AttemptJudged], old: Sequence[AttemptJudged]
) -> GateVerdict:
    """Return the verdict, with a word on replies that the candidate made unreadable."""
    ours, theirs = _count_unparsed_replies(new), _count_unparsed_replies(old)
    if ours - theirs <= MORE_UNPARSED * len(new):
        return verdict
    said = f"No answer could be read from {ours} of its {len(new)} replies (incumbent: {theirs})."
    return replace(verdict, reason=f"{verdict.reason} {said}")


def _count_unparsed_replies(attempts: Sequence[AttemptJudged]) -> int:
    return sum(event.outcome == "unparsed" for event in attempts)
