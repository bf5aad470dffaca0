"""Gate of a run: both arms answer the same problems, then the evidence decides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...domains.contract import Problem
from ...evidence.gate.decide import GateVerdict
from ...evidence.gate.racing import end_race, futility_reason, race
from ...evidence.gate.replicates import Replicates, means
from ...evidence.gate.rule import AcceptanceRule, Decision
from ...evidence.gate.rules import USUAL, rule_of
from ...evidence.gate.settings import GateSettings
from ...evidence.pairs import require_one_engine, require_one_judge
from ...store import slots
from ...store.events import AttemptJudged, Channel, GateDecided
from ...store.strategies.versions import Version
from ...trainer.contract import TrainingInput
from ...trainer.preflight import PreflightFailed
from ..context import Run
from .acceptance import claim_of, settings_of
from .adapters import adapter_of, dataset_of, input_of
from .floors import measure_floors
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
    def settings(self) -> GateSettings:
        """Everything that it decides by; the floor is measured on its block."""
        claim = claim_of(self.incumbent.strategy, self.candidate.strategy)
        return replace(settings_of(self.run.config, claim), decisions=self.decisions)

    @property
    def rule(self) -> AcceptanceRule:
        """Rule of acceptance, by the claim that has to be shown of this candidate."""
        return rule_of(self.settings)

    def decide(self, candidate_slot: str, incumbent_slot: str) -> GateDecided:
        """Run both arms and decide; what gain can be found is told before any reply is seen.

        Both arms answer the same part of the block, the incumbent first, and then the next part:
        a candidate that has all but lost is asked no more. The parts depend on the block alone, so
        a run that is resumed asks and decides as it would have.
        """
        self.run.progress.stage(
            "validate",
            f"{self.candidate.name} against {self.incumbent.name} on {len(self.block)} problems "
            f"({self.channel}); {self.rule.promise(len(self.block))}",
        )
        new_adapter = old_adapter = self.adapter
        if self.channel == "weights":
            ours, theirs = self._inputs()
            if ours.hash == theirs.hash:
                return self._equal_examples(slots.part(candidate_slot, "gate"))
            try:
                new_adapter = adapter_of(self.run, self.candidate, ours)
            except PreflightFailed as fault:
                return self._decide_early(slots.part(candidate_slot, "gate"), "reject", str(fault))
            old_adapter = adapter_of(self.run, self.incumbent, theirs)
        return self._run_arms(candidate_slot, incumbent_slot, new_adapter, old_adapter)

    def _run_arms(
        self, candidate_slot: str, incumbent_slot: str, new_adapter: str, old_adapter: str
    ) -> GateDecided:
        """Ask both arms, as far as there is hope, and decide on what they answered."""
        floor = measure_floors(self.run, slots.block_of(incumbent_slot), self.block)
        new_slot, old_slot = (
            slots.part(candidate_slot, "candidate"),
            self._incumbent_slot(incumbent_slot, old_adapter),
        )
        settings = replace(self.settings, floor=floor.accuracy)

        def ask(asked: int) -> Arms:
            part = self.block[:asked]
            old = self._answers(self.incumbent, old_slot, old_adapter, part, beside=new_slot)
            new = self._answers(self.candidate, new_slot, new_adapter, part, beside=old_slot)
            return new, old

        (new, old), verdict = decide_by_race(len(self.block), settings, ask)
        return self._event(
            slots.part(candidate_slot, "gate"),
            _mention_unparsed_replies(verdict, new, old),
            block=tuple(problem.id for problem in self.block[: len(new) // settings.replicates]),
            saved=len(self.block) * settings.replicates - len(new),
            floor=floor.accuracy,
            candidate_unparsed=_count_unparsed_replies(new),
            incumbent_unparsed=_count_unparsed_replies(old),
            candidate_adapter=new_adapter,
            incumbent_adapter=old_adapter,
            candidate_attempts=new_slot,
            incumbent_attempts=old_slot,
        )

    def _incumbent_slot(self, shared_slot: str, adapter: str) -> str:
        """Return the slot of the incumbent arm, shared by candidates that share its adapter.

        Candidates with other examples leave the incumbent other problems to be trained on: then it
        is another adapter, and another arm.
        """
        place = slots.below(shared_slot, self.block[0].id, 0)
        first = self.run.log.find(AttemptJudged, self.run.id, place)
        if first is not None and first.adapter != adapter:
            return slots.with_adapter(shared_slot, adapter)
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
        self,
        version: Version,
        prefix: str,
        adapter: str,
        part: Sequence[Problem],
        beside: str,
    ) -> list[AttemptJudged]:
        return attempt(
            self.run,
            prefix,
            part,
            strategy=version.strategy if self.channel == "words" else None,
            adapter=adapter,
            samples=self.settings.replicates,
            beside=beside,
            what=f"gate, {version.name}",
        )

    def _equal_examples(self, slot: str) -> GateDecided:
        """Decide on equal examples: there is nothing to gain, and nothing to lose either."""
        if self.rule.claim == "no worse":
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
            alpha=self.settings.share,
            detectable=self.rule.detectable(len(self.block)),
            claim=self.rule.claim,
            planned=len(self.block),
        )

    def _event(self, slot: str, verdict: GateVerdict, **more: object) -> GateDecided:
        told = ""
        if self.channel == "weights":
            told = " Trained with one seed: this holds for this pair of adapters."
        if self.rule.name != USUAL[self.rule.claim].name:
            told += f" Decided by the rule {self.rule.name!r}."
        return GateDecided.model_validate(
            {
                **vars(verdict),
                **self._identity(slot),
                **more,
                "reason": verdict.reason + told,
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


Arms = tuple[Sequence[AttemptJudged], Sequence[AttemptJudged]]
"""Attempts of the candidate and of the incumbent; each arm's stand problem by problem."""


def decide_by_race(
    planned: int, settings: GateSettings, ask: Callable[[int], Arms]
) -> tuple[Arms, GateVerdict]:
    """Ask both arms about ever more problems while there is hope; decide on what they answered.

    Raises MixedJudges rather than compare what different judges read.
    """
    (new, old), why = race(
        planned,
        settings,
        ask,
        lambda arms, left: futility_reason(*means(*_rows(arms, settings)), left, settings),
    )
    return (new, old), end_race(*_rows((new, old), settings), planned, settings, why)


def _rows(arms: Arms, settings: GateSettings) -> tuple[Replicates, Replicates]:
    """Return both arms' scores by replicate."""
    require_one_judge(event.judge for arm in arms for event in arm)
    require_one_engine(event.engine for arm in arms for event in arm)
    count = settings.replicates
    ours, theirs = map(scores, arms)
    return [ours[i::count] for i in range(count)], [theirs[i::count] for i in range(count)]


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
