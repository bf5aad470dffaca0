"""Contract of a keeper of the log, and the rules of recording and reading that all share."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple, Protocol, Self, TypeVar, cast

from .errors import SlotConflict, StoreCorrupt
from .events import Event
from .events.upcasts import KINDS, revive
from .hash_chain import Link, StoredEvent, VerifyReport, canonical_json, sha256

E = TypeVar("E", bound=Event)
FAULTS_SHOWN = 5
"""Faults of a stream that an error tells; `tutelage log verify` lists all."""


class Entry(NamedTuple):
    """An event and where it stands."""

    seq: int
    at: datetime
    hash: str
    event: Event


class Log(Protocol):
    """Contract of a keeper: one store, which threads may share, and which only grows.

    A keeper inherits what has a body. `tests/store/test_log_contract.py` puts it on trial.
    """

    lasts: ClassVar[bool] = True
    """Outlives the process that opened it, so that a run can be resumed."""

    @classmethod
    def open(cls, place: str, *, busy_seconds: float = 30.0, read_only: bool = False) -> Self:
        """Open the store at `place`, which is of the keeper's own kind; make it if it is missing.

        `busy_seconds` is how long to wait for another process that writes. `read_only` needs no
        right to write and makes nothing; the log then raises StoreError for whatever would record.
        Raises StoreError, and leaves what it cannot read as it was.
        """

    @classmethod
    def exists(cls, place: str) -> bool:
        """Tell whether `open` would find a store at `place`."""

    def record_all(self, events: Sequence[E]) -> list[E]:
        """Keep all of `events` or, when one raises, none; return what then stands in their slots.

        Nobody ever reads a part of them. A taken slot keeps what it has, whatever the outcome of
        the new event: so a crashed step may run again. What is returned reads as a resumed run will
        read it, and is as safe as this keeper makes anything. Raises SlotConflict where a slot
        holds another kind or other inputs, ValueError for what JSON and UTF-8 cannot write,
        StoreGone where the store is no longer where it was opened, StoreError for a log that was
        closed or is only to be read.
        """

    def record(self, event: E) -> E:
        """Keep one event, likewise."""
        return self.record_all([event])[0]

    def find(self, kind: type[E], stream: str, slot: str) -> E | None:
        """Return what stands in a slot, which is of `kind` (`Event` is any).

        Raises SlotConflict for another kind.
        """

    def entries(
        self,
        *,
        stream: str | None = None,
        kinds: Sequence[type[Event]] = (),
        prefix: str = "",
        after: int = 0,
    ) -> Iterator[Entry]:
        """Yield events in the order of the store, from behind `after`; 0 or less is before all.

        `prefix` is how the slot begins, character by character; without `kinds`, or with `Event`
        among them, every kind is wanted. The reader may record meanwhile; whether it reads that
        too is open.
        """

    def events(
        self, kind: type[E], *, stream: str | None = None, prefix: str = "", after: int = 0
    ) -> Iterator[E]:
        """Yield the events of one kind, in the order of the store."""
        for entry in self.entries(stream=stream, kinds=[kind], prefix=prefix, after=after):
            yield cast(E, entry.event)

    def end(self) -> int:
        """Return the place of the newest event; 0 where there is none."""

    def keep_all(self, texts: Sequence[str]) -> list[str]:
        """Keep each text, once, all in one write; return their SHA-256.

        Raises StoreError for a log that was closed, also where every text stands there already.
        """

    def keep(self, text: str) -> str:
        """Keep one text, likewise."""
        return self.keep_all([text])[0]

    def text(self, sha256: str) -> str:
        """Return the text under a hash. Raises BlobMissing."""

    def streams(self) -> list[str]:
        """Return all streams, in the order of their first events."""

    def verify(self, against: Sequence[Link] = ()) -> VerifyReport:
        """Check every event, text, end of a stream and the order of all.

        `against` are heads of this store that were noted elsewhere: it must still hold what they
        saw. Raises nothing: a fault is a sentence.
        """

    def check(self, stream: str) -> None:
        """Raise StoreCorrupt unless the events of `stream`, their texts and its end are whole.

        Reads the events of no other stream. A stream without events is whole. A keeper's own files,
        by which `find` finds a slot, must be undamaged too.
        """

    def alone(self, stream: str) -> AbstractContextManager[None]:
        """Be the one process, thread and handle that works on a run, for as long as a block lasts.

        Two at once would make calls, and pay them, twice. Whoever dies is alone no longer. Raises
        StreamBusy, which says who works on it, at once.
        """

    def worker(self, stream: str) -> str:
        """Return who is `alone` on a stream, such as "process 4711 on HOST since ..."; else ''."""

    def close(self) -> None:
        """Let go of the store; once is enough, whatever it raises.

        Raises StoreGone where what this log recorded is no longer where it was opened, StoreError
        where all is kept and a note beside it could not be written.
        """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def encode(event: E) -> tuple[str, E]:
    """Return the payload as it will stand in the store, and the event as it will be read there.

    What cannot be read again is not written; and a first run sees what a resumed one will see.
    """
    stream, slot, kind = event.stream, event.slot, type(event).__name__
    if KINDS.get(kind) is not type(event):
        raise TypeError(f"{kind} is no kind of event. Known: {', '.join(KINDS)}.")
    try:
        payload = canonical_json(event.model_dump(exclude={"stream", "slot", "kind"}))
        sha256(stream + slot + payload)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{kind} for slot {slot!r} of stream {stream!r} cannot be kept: {error}."
        ) from error
    return payload, cast(E, revive(stream, slot, kind, event.newest_schema(), payload))


def check_same_inputs(stands: Event, given: E) -> E:
    """Return what stands. Raises SlotConflict unless both are one kind with the same inputs."""
    if type(stands) is not type(given):
        raise SlotConflict(
            given.stream, given.slot, "kind", type(stands).__name__, type(given).__name__
        )
    for name in sorted(given.inputs):
        old, new = getattr(stands, name), getattr(given, name)
        if old != new:
            raise SlotConflict(given.stream, given.slot, name, old, new)
    return stands


def corrupt_stream(stream: str, where: object, faults: Sequence[str]) -> StoreCorrupt:
    """Return the error of a stream whose check found `faults`."""
    rest = len(faults) - FAULTS_SHOWN
    told = [*faults[:FAULTS_SHOWN], *([f"And {rest} more."] if rest > 0 else [])]
    return StoreCorrupt(
        f"{stream!r} in {where} is not what was recorded, and nothing goes on from it. Restore the "
        "whole store from a copy; `tutelage log verify` looks at all of it.\n" + "\n".join(told)
    )


def check_kind(kind: type[E], stands: Event) -> E:
    """Return the event as one of `kind`; `Event` is any. Raises SlotConflict for another."""
    if not isinstance(stands, kind):
        raise SlotConflict(stands.stream, stands.slot, "kind", type(stands).__name__, kind.__name__)
    return stands


def read_entry(row: StoredEvent) -> Entry:
    """Return an event and where it stands. Raises StoreCorrupt or StoreTooNew."""
    try:
        at = datetime.fromisoformat(row.at).replace(tzinfo=UTC)
    except (ValueError, TypeError) as error:
        raise StoreCorrupt(
            f"Slot {row.slot!r} of stream {row.stream!r} was recorded at {row.at!r}, which is no "
            "moment: it was changed or damaged. `tutelage log verify` looks closer."
        ) from error
    return Entry(row.seq, at, row.hash, row.event())


def names_of(kinds: Sequence[type[Event]]) -> frozenset[str]:
    """Return the names of the wanted kinds; none where every kind is, as with `Event`."""
    return frozenset() if Event in kinds else frozenset(kind.__name__ for kind in kinds)
