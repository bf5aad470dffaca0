"""Record of a run, read event by event: what a run that is made again is held against.

What came from outside is taken from here: the config and the problems, replies of models, reviews
by people, steps by hand, versions of other runs. Every other event has to be made again, each in
its turn and with the same payload; then the hash chain, with the recorded times, is the same too.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple, get_args

from ...store import slots
from ...store.contract import encode
from ...store.events import (
    AdapterTrained,
    AttemptJudged,
    AttemptReread,
    BatchCollected,
    BatchIntended,
    BatchSubmitted,
    CallCompleted,
    CallGivenUp,
    CallInDoubt,
    CallTakenUp,
    Event,
    ExamplesBuilt,
    ProbeDecided,
    ReviewAnswered,
    RunStarted,
    SplitFrozen,
    Transferred,
)
from ...store.hash_chain import GENESIS, hash_event
from ...store.log import Entry, Log
from ...store.readings import apply_reading
from ...store.runs import find_run, run_ids
from ...store.strategies.lineage import LineageEvent
from ...trainer.contract import UNTRAINABLE
from ...trainer.examples import Dataset

_TRIES = frozenset((CallCompleted, CallInDoubt, CallGivenUp, CallTakenUp))
_BATCHES = frozenset((BatchIntended, BatchSubmitted, BatchCollected))
GIVEN = _TRIES | _BATCHES | {RunStarted, SplitFrozen, ReviewAnswered}
"""Kinds that no run makes by itself, or that say by which way its replies came."""
Texts = Callable[[str], str]
"""Hash of a kept text -> the text."""
_FLOAT = re.compile(r"(?:-|(?<!\d))\d++\.\d+(?:e[+-]?\d+)?")


class RecordEnds(Exception):
    """The run goes on where its record ends: it was made again as far as it had come."""


class FieldDifference(NamedTuple):
    """One field of an event, as it was recorded and as it was made again."""

    name: str
    recorded: str
    """JSON, or the text itself of a field that names a kept one."""
    replayed: str


@dataclass(frozen=True)
class EventDifference:
    """The first event that is made otherwise than it was recorded."""

    slot: str
    said: str
    """The difference in one sentence."""
    fields: tuple[FieldDifference, ...] = ()


class ReplayDiffers(Exception):
    """A run that is made again leaves its record."""

    def __init__(self, slot: str, said: str, *fields: FieldDifference) -> None:
        super().__init__(said)
        self.difference = EventDifference(slot, said, fields)


class Record:
    """The events of a run, in order, and how far they have been made again."""

    def __init__(self, source: Log, run_id: str) -> None:
        """Read the run. Raises LookupError for an unknown one."""
        find_run(source, run_id)
        self.source, self.run_id = source, run_id
        # A version's number, and which one is current, may depend on other runs and on people.
        lines = source.entries(kinds=get_args(LineageEvent))
        foreign = (entry for entry in lines if entry.event.stream != run_id)
        own = source.entries(stream=run_id)
        self._runs = frozenset(run_ids(source))
        self._entries: Sequence[Entry] = list(merge(own, foreign, key=lambda entry: entry.seq))
        self.place = 0
        """Events that are done, those of other runs among them."""
        self.hash = GENESIS
        """End of the run's chain over all that is done."""
        self._finished, self._judge = False, ""
        self.made = self.older = self.rounded = 0
        self.given: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._entries)

    def own(self) -> list[tuple[int, Entry]]:
        """Return the events of the run itself, each with its place."""
        return [it for it in enumerate(self._entries) if it[1].event.stream == self.run_id]

    def upcoming(self) -> Event | None:
        """Return the next event; None at the end."""
        return self._entries[self.place].event if self.place < len(self) else None

    @property
    def judge(self) -> str:
        """Name and version of the judge of the attempt that comes next, else of the last one."""
        match self.upcoming():
            case AttemptJudged(judge=judge) | AttemptReread(judge=judge):
                return judge
        return self._judge

    @property
    def engine(self) -> str:
        """Engine of the attempt that comes next; empty behind the last one."""
        if self.place == len(self):
            return ""
        after = self._entries[self.place].seq - 1
        coming = self.source.events(AttemptJudged, stream=self.run_id, after=after)
        return next((attempt.engine for attempt in coming), "")

    def find_training(self, fits: Callable[[AdapterTrained], bool]) -> AdapterTrained | None:
        """Return the training that fits: the next event or the last one done, else a later one."""
        found = [
            (place, entry.event)
            for place, entry in self.own()
            if isinstance(entry.event, AdapterTrained) and fits(entry.event)
        ]
        done = [event for place, event in found if place <= self.place]
        return done[-1] if done else found[0][1] if found else None

    def could_train(self) -> bool | None:
        """Tell whether the student could be trained; None where the record does not show it."""
        for _, entry in self.own():
            match entry.event:
                case AdapterTrained() | ProbeDecided(slot=slots.PROBE, channel="weights"):
                    return True
                case Transferred(reason=reason):
                    return not reason.endswith(UNTRAINABLE)
        return None

    def readings(self) -> Iterator[tuple[int, AttemptJudged]]:
        """Yield each attempt of the run with its place, and again with that of a later reading."""
        attempts: dict[str, AttemptJudged] = {}
        for place, entry in self.own():
            match entry.event:
                case AttemptJudged() as attempt:
                    attempts[attempt.slot] = attempt
                    yield place, attempt
                case AttemptReread() as reading:
                    yield place, apply_reading(attempts[reading.attempt], reading)

    def right_solutions(self) -> Iterator[tuple[str, str]]:
        """Yield problem and text of each worked solution that became an example: it was right."""
        for _, entry in self.own():
            match entry.event:
                case ExamplesBuilt(examples_text=name):
                    for it in Dataset.from_jsonl(self.source.text(name)).examples:
                        yield it.problem, it.completion

    def take_outside_events(self) -> Iterator[Event]:
        """Yield, and count as done, what comes next from outside."""
        while (event := self.upcoming()) is not None:
            if not (self._is_from_outside(event) or self._leads_to_step_by_hand()):
                return
            yield self._take()

    def expect(self, event: Event, texts: Texts) -> Iterator[Event]:
        """Hold a new event against the next one; yield first what a step by hand left before it.

        Raises RecordEnds, and ReplayDiffers where another event stands.
        """
        place = (event.stream, event.slot)
        while (stands := self.upcoming()) is not None and (stands.stream, stands.slot) != place:
            if not (self._is_from_outside(stands) or slots.may_be_by_hand(stands.slot)):
                break
            yield self._take()
        if stands is None:
            raise RecordEnds
        if fields := tuple(self._compare(stands, event, texts)):
            raise ReplayDiffers(stands.slot, _describe(stands, event, fields), *fields)
        self.made += 1
        self._advance(event)

    def check_end(self) -> None:
        """Raise ReplayDiffers where the record has more than the run that has come to its end."""
        if (left := self.upcoming()) is not None:
            kind = type(left).__name__
            raise ReplayDiffers(left.slot, f"The record goes on with {kind} in {left.slot!r}.")

    def _is_from_outside(self, event: Event) -> bool:
        return (
            event.stream != self.run_id
            or type(event) in GIVEN
            or slots.parse(event.slot).by_hand
            or self._finished
        )

    def _leads_to_step_by_hand(self) -> bool:
        """Tell whether what comes next is what a step by hand leaves before it is recorded."""
        for entry in islice(self._entries, self.place, None):
            event = entry.event
            if event.stream not in self._runs or slots.parse(event.slot).by_hand:
                return True
            if not slots.may_be_by_hand(event.slot):
                return False
        return False

    def _take(self) -> Event:
        event = self._entries[self.place].event
        if event.stream == self.run_id:
            self.given[type(event).__name__] += 1
        self._advance(event)
        return event

    def _advance(self, event: Event) -> None:
        """Go on to the next event; seal this one, made again or taken, at its recorded time."""
        stands = self._entries[self.place]
        self.place += 1
        if event.stream != self.run_id:
            return
        kind, schema, (payload, _) = type(event).__name__, event.newest_schema(), encode(event)
        sealed = hash_event(self.hash, event.stream, event.slot, kind, schema, payload, stands.at)
        if sealed != stands.hash and payload != encode(stands.event)[0]:
            self.rounded += 1
        elif sealed != stands.hash and schema > 1:
            self.older += 1
        elif sealed != stands.hash:
            said = f"{kind} in {event.slot!r} is not what was sealed: `tutelage log verify`."
            raise ReplayDiffers(event.slot, said)
        self.hash = stands.hash
        self._finished = self._finished or event.slot == slots.FINISH
        if isinstance(event, AttemptJudged | AttemptReread):
            self._judge = event.judge

    def _compare(self, stands: Event, event: Event, texts: Texts) -> Iterator[FieldDifference]:
        """Yield what differs, but for the last digits of numbers: they depend on the processor."""
        if (type(stands), stands.slot) != (type(event), event.slot):
            yield FieldDifference("kind", type(stands).__name__, type(event).__name__)
            yield FieldDifference("slot", stands.slot, event.slot)
            return
        old, new = (it.model_dump(mode="json", exclude={"kind"}) for it in (stands, event))
        for name in old:
            if _round(old[name]) == _round(new[name]):
                continue
            if name.endswith("_text"):
                was, now = self.source.text(old[name]), texts(new[name])
                if _round_text(was) != _round_text(now):
                    yield FieldDifference(name, was, now)
            else:
                was, now = (json.dumps(it[name], indent=2, sort_keys=True) for it in (old, new))
                yield FieldDifference(name, was, now)


def _describe(stands: Event, event: Event, fields: Sequence[FieldDifference]) -> str:
    old, new = (f"{type(it).__name__} in {it.slot!r}" for it in (stands, event))
    if old != new:
        return f"The record has {old}, and the replay made {new}."
    return f"{old} differs in {', '.join(field.name for field in fields)}."


def _round(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _round(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_round(each) for each in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def _round_text(text: str) -> str:
    return _FLOAT.sub(lambda number: f"{float(number[0]):.9g}", text)
