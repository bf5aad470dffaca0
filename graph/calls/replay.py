"""Parts of a run that is made again from its record: log, journal, models and trainer."""

from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ...models.contract import Model, Reply, Request, Role
from ...store.contract import E
from ...store.errors import BlobMissing, SlotConflict
from ...store.events import (
    CallCompleted,
    CallIntended,
    Event,
    GateDecided,
    RunFinished,
)
from ...store.log import Log
from ...store.memory import MemoryLog
from ...store.runs import find_run
from ...store.slots import FINISH, part
from ...store.strategies.versions import Strategies
from ...trainer.contract import Destination, OnStep, Stop, Training
from ...trainer.manifest import Manifest
from ...trainer.preflight import PreflightFailed
from .journal import Call, Journal, recorded_reply
from .record import EventDifference, Record, RecordEnds, ReplayDiffers
from .recorded_judge import RecordedJudge


@dataclass(frozen=True)
class Replay:
    """Result of making a run again."""

    run: str
    events: int
    """Events of the run in its log."""
    made: int
    """Of these, how many were made again, each the same."""
    given: Mapping[str, int]
    """Kind -> events that came from outside, and were taken from the log."""
    checked: int
    """Verdicts that were given again."""
    by_others: int
    """Verdicts taken from the log because today's judge is another one."""
    from_behind: int
    """Verdicts taken from the log because a sandbox or a model gave them."""
    older: int
    """Events in the form of an earlier version, which are the same as they are read today."""
    rounded: int
    """Events whose numbers are the same to nine digits; the last ones depend on the processor."""
    hash: str
    """End of the hash chain over what was made again, with the times of the log."""
    is_finished: bool
    """False where the run stopped on its way; as far as it came it was made again."""
    versions: Mapping[str, str]
    """Name -> hash of each version that was proposed again."""
    difference: EventDifference | None
    """The first difference; what is behind it was not looked at."""

    @property
    def same(self) -> int:
        """Events of the run that are the same."""
        return self.made + sum(self.given.values())

    @property
    def verdicts(self) -> int:
        """Verdicts that were taken from the log, and so not checked."""
        return self.by_others + self.from_behind

    @classmethod
    def of(
        cls,
        recorded: Record,
        kept: Log,
        judge: RecordedJudge,
        difference: EventDifference | None,
    ) -> "Replay":
        """Count up a replay that has come to its end."""
        run_id, strategies = recorded.run_id, Strategies(kept)
        domain = find_run(kept, run_id).domain
        return cls(
            run=run_id,
            events=len(recorded.own()),
            made=recorded.made,
            given=dict(recorded.given),
            checked=judge.checked,
            by_others=judge.by_others,
            from_behind=judge.from_behind,
            older=recorded.older,
            rounded=recorded.rounded,
            hash=recorded.hash,
            is_finished=kept.find(RunFinished, run_id, FINISH) is not None,
            versions={
                it.name: it.hash for it in strategies.versions(domain) if it.stream == run_id
            },
            difference=difference,
        )


class ReplayLog(MemoryLog):
    """Keeper in memory that takes an event only where the record has the same one."""

    def __init__(self, recorded: Record, on_event: Callable[[int, int], None]) -> None:
        """`on_event` is told how many events are done, of how many."""
        super().__init__()
        self.recorded, self._on_event = recorded, on_event
        self._take_outside_events()

    def record_all(self, events: Sequence[E]) -> list[E]:
        """Keep `events` as any keeper does. Raises RecordEnds, and ReplayDiffers as well."""
        for event in events:
            if self.find(Event, event.stream, event.slot) is None:
                for before in self.recorded.expect(event, self.text):
                    super().record_all([before])
        try:
            stand = super().record_all(events)
        except SlotConflict as fault:
            raise ReplayDiffers(fault.slot, str(fault)) from fault
        self._take_outside_events()
        return stand

    def text(self, sha256: str) -> str:
        """Return a text that was kept, or one of the record."""
        try:
            return super().text(sha256)
        except BlobMissing:
            return self.recorded.source.text(sha256)

    def _take_outside_events(self) -> None:
        for event in self.recorded.take_outside_events():
            super().record_all([event])
        self._on_event(self.recorded.place, len(self.recorded))


@dataclass
class ReplayJournal(Journal):
    """Journal that asks nobody: where a reply is wanted that the record lacks, the record ends."""

    def replies(
        self, model: Model, calls: Sequence[Call], name: str = ""
    ) -> Generator[list[tuple[str, Reply]]]:
        """Yield the recorded replies, in order.

        A call is begun where the record has it next, else what has come is yielded: so the events
        come out in their order, whether calls were made one by one, in batches or many at once.
        """
        said = name or model.name
        todo, left = deque(calls), deque(slot for slot, _ in calls)
        while left:
            while todo and self._is_begun_next(todo[0][0]):
                self.log.record(self.intent_of(*todo.popleft(), said))
            if ready := self._take_ready(left):
                yield ready
            elif todo:  # The record has something else: it says what.
                self.log.record(self.intent_of(*todo.popleft(), said))
            else:
                raise RecordEnds

    def makes_optional(self, slot: str) -> bool:
        """Tell whether the run of then made the call."""
        recorded = cast(ReplayLog, self.log).recorded
        return recorded.source.find(CallIntended, self.stream, part(slot, "call")) is not None

    def engine(self, model: Model) -> str:
        return cast(ReplayLog, self.log).recorded.engine

    def _is_begun_next(self, slot: str) -> bool:
        """Tell whether the call of a slot was begun already, or is what the record has next."""
        call = part(slot, "call")
        stands = cast(ReplayLog, self.log).recorded.upcoming()
        is_next = stands is not None and (stands.stream, stands.slot) == (self.stream, call)
        return is_next or self.log.find(CallIntended, self.stream, call) is not None

    def _take_ready(self, left: deque[str]) -> list[tuple[str, Reply]]:
        """Take the first slots of `left` whose replies are there, as far as none is missing."""
        ready: list[tuple[str, Reply]] = []
        while left and (event := self._find_reply(left[0])) is not None:
            ready.append((left.popleft(), recorded_reply(self.log, event)))
        return ready

    def _find_reply(self, slot: str) -> CallCompleted | None:
        return self.log.find(CallCompleted, self.stream, part(slot, "reply"))


class RecordedModel:
    """Stand-in for a model, of which nothing is asked: its replies are in the record."""

    batch_size = 1

    def __init__(self, name: str, *, role: Role = "other") -> None:
        self.name = name

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        raise RecordEnds

    def with_adapter(self, adapter: Path | None) -> Model:
        return self


class RecordedTrainer:
    """Trainer that trains nothing: it returns what a training of the record came to."""

    def __init__(self, recorded: Record) -> None:
        self._recorded = recorded

    def train(
        self, training: Training, place: Destination, on_step: OnStep = None, stop: Stop = None
    ) -> Manifest:
        """Return the adapter under its recorded key, which holds the libraries of its day."""
        given, recipe = training.input, training.recipe.model_dump(mode="json")
        made_of = (training.student.name, given.dataset.hash, given.method, recipe, training.seed)
        read = given.strategy
        event = self._recorded.find_training(
            lambda it: (
                (it.base, it.dataset, it.method, it.recipe, it.seed) == made_of
                and (read is None or it.strategy == read.hash)
            )
        )
        if event is None:
            raise self._find_refusal(place.strategy_name)
        return Manifest(
            key=event.adapter,
            base=event.base,
            dataset=event.dataset,
            method=event.method,
            strategy=event.strategy,
            strategy_name=place.strategy_name,
            recipe=training.recipe,
            seed=event.seed,
            provenance=place.provenance,
            tokens=event.tokens,
            losses=(event.loss_first, event.loss_last),
            files=event.files,
        )

    def _find_refusal(self, name: str) -> Exception:
        """Return why the record has no such training: it was refused, never came, or differs."""
        match self._recorded.upcoming():
            case None:
                return RecordEnds()
            case GateDecided(block=(), decision="reject", reason=reason):
                return RecordedRefusal(reason)
            case stands:
                said = f"The replay trains {name} on examples of which the record has no adapter."
                return ReplayDiffers(stands.slot, said)


class RecordedRefusal(PreflightFailed):
    """A training that was refused when the run was made, with the reason of then."""

    def __init__(self, reason: str) -> None:
        super().__init__(())
        self.args = (reason,)
