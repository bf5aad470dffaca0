"""Slots that a run has filled by the time it is evaluated, as its config and its log say.

A run whose log lacks one of them has a hole: it went on from a checkpoint that knew more than the
log. Named are those that come last in each node, since a node fills its slots in order.
"""

from collections.abc import Iterator, Sequence

from ...domains.contract import SPLITS
from ...store import slots
from ...store.errors import StoreCorrupt
from ...store.events import (
    Evaluated,
    Event,
    GateDecided,
    ProposalRefused,
    ReviewAnswered,
    ReviewAsked,
    RunFinished,
    StrategyProposed,
)
from ...store.log import Log
from ...store.runs import find_run
from ...store.slots import RoundId
from ..config.sections import Loop
from ..teacher.contract import NOTHING_MORE

SHOWN = 6
"""Missing slots that an error names."""


class RunHasHole(StoreCorrupt):
    """The log lacks events that a run must have had before it came so far."""

    def __init__(self, run_id: str, missing: Sequence[str], what_to_do: str) -> None:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        super().__init__(
            f"The log lacks events of run {run_id} that come before its evaluation, in the slots "
            f"{', '.join(missing[:SHOWN])}{more}. {what_to_do}"
        )
        self.run_id, self.missing = run_id, missing

    def after_walk(self) -> "RunHasHole":
        """Return the same where the walk that fills every hole has just left these slots empty."""
        return RunHasHole(
            self.run_id,
            self.missing,
            "The run has just been walked through from its first node, and they are empty still: "
            "this is a fault of Tutelage, which a further resume does not mend. Please report it, "
            f"with this message and what `tutelage show {self.run_id} --json` prints. What is "
            "recorded stays.",
        )


def is_complete(log: Log, run_id: str) -> bool:
    """Tell whether the run came to its end. Raises RunHasHole where it cannot have come there."""
    refuse_end_above_hole(log, run_id)
    return log.find(RunFinished, run_id, slots.FINISH) is not None


def refuse_end_above_hole(log: Log, run_id: str) -> None:
    """Raise RunHasHole where the run was evaluated, and cannot have come there."""
    if hole := find_hole(log, run_id):
        raise hole


def find_hole(log: Log, run_id: str) -> RunHasHole | None:
    """Return the hole below a run's evaluation or end; None for a run that came to neither."""
    evaluated = log.find(Evaluated, run_id, slots.EVALUATE) is not None
    if not evaluated and log.find(RunFinished, run_id, slots.FINISH) is None:
        return None
    missing = missing_slots(log, run_id) + ([] if evaluated else [slots.EVALUATE])
    if not missing:
        return None
    return RunHasHole(
        run_id,
        missing,
        "It was evaluated all the same, so its results cannot be trusted, and what is recorded "
        "stays. Restore the store from a copy that holds them, or begin a new run with "
        "`tutelage run`.",
    )


def refuse_holes(log: Log, run_id: str) -> None:
    """Raise RunHasHole unless everything before the evaluation is recorded."""
    if missing := missing_slots(log, run_id):
        raise RunHasHole(run_id, missing, "A walk from the first node fills them.")


def missing_slots(log: Log, run_id: str) -> list[str]:
    """Return the slots that are filled before the evaluation of every run, and empty here."""
    wanted = dict.fromkeys(_Requirements(log, run_id).slots())
    return [slot for slot in wanted if log.find(Event, run_id, slot) is None]


class _Requirements:
    """Demands on one run: by its config, and by what stands in its log."""

    def __init__(self, log: Log, run_id: str) -> None:
        config = find_run(log, run_id).config
        # As it was recorded: an end stays one where today's config would refuse a setting.
        self._loop = Loop.model_construct(**config.get("loop", {}))
        self._needs_portable = bool(config.get("gate", {}).get("require_portable"))
        # Read kind by kind: a step by hand fills no slot of a round.
        self._proposed = {
            it.slot: it.strategy for it in log.events(StrategyProposed, stream=run_id)
        }
        refused = log.events(ProposalRefused, stream=run_id)
        self._nothing_more = {it.slot for it in refused if it.reason == NOTHING_MORE}
        self._gates = {it.slot: it.decision for it in log.events(GateDecided, stream=run_id)}
        self._asked = {it.slot for it in log.events(ReviewAsked, stream=run_id)}
        self._answers = {it.slot: it.verdict for it in log.events(ReviewAnswered, stream=run_id)}

    def slots(self) -> Iterator[str]:
        """Yield them in the order of the loop."""
        yield slots.START
        yield from (slots.run_step("split", split) for split in SPLITS)
        yield slots.run_step("floors", "val")
        revised: list[str] = []
        for cycle, rounds in enumerate(self._loop.rounds_by_cycle, start=1):
            for place in (RoundId(cycle, number) for number in range(1, rounds + 1)):
                yield from (place.slot("open"), place.slot("solve"), place.slot("reflect"))
                candidates = list(revised)
                yield from self._proposals(place, candidates)
                if candidates:
                    yield slots.PROBE
                yield from self._decisions(place, len(candidates))
                made = self._proposed.get(slots.part(place.slot("review"), "revised"))
                revised = [made] if made else []
            yield slots.cycle_step(cycle, "transfer")
            yield slots.cycle_step(cycle, "feedback")

    def _proposals(self, place: RoundId, candidates: list[str]) -> Iterator[str]:
        """Yield the places of a round's proposals, and add to `candidates` what they became.

        A reviewer's candidates, which stand there already, take places too. A teacher that has
        nothing more to propose is not asked again.
        """
        for number in range(1, self._loop.candidates - len(candidates) + 1):
            yield (slot := slots.below(place.slot("update_strategy"), number))
            made = self._proposed.get(slot)
            if made and made not in candidates:
                candidates.append(made)
            if slot in self._nothing_more:
                return

    def _decisions(self, place: RoundId, candidates: int) -> Iterator[str]:
        """Yield the gate of each candidate, and what follows from a version that may pass."""
        step, review = place.slot("validate"), place.slot("review")
        gates = [slots.part(slots.below(step, it), "gate") for it in range(1, candidates + 1)]
        yield from gates
        how = self._loop.review
        enough = ("accept", "indecisive") if how == "always" else ("accept",)
        # A harm to other models, where the config looks for one, may have barred the best.
        able = any(self._gates.get(slot) in enough for slot in gates)
        passes = able and not self._needs_portable
        asked, answered = slots.part(review, "asked"), slots.part(review, "answered")
        if passes:
            yield slots.part(step, "promote") if how == "never" else asked
        if asked in self._asked:
            yield answered
        if (verdict := self._answers.get(answered, "reject")) != "reject":
            yield slots.part(review, "promote" if verdict == "approve" else "revised")
