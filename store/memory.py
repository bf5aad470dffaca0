"""Keeper of the log in memory, for tests and rehearsals."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime
from typing import Self, cast

from .chain_check import HEAD_LINE, find_stream_faults, verify_chain
from .contract import (
    E,
    Entry,
    Log,
    check_kind,
    check_same_inputs,
    corrupt_stream,
    encode,
    names_of,
    read_entry,
)
from .errors import BlobMissing, StoreError, StreamBusy, closed_error, read_only_error
from .events import Event
from .hash_chain import (
    NO_EVENTS,
    START,
    Head,
    Link,
    StoredEvent,
    VerifyReport,
    hash_event,
    link_after,
    moment_text,
    sha256,
)


class MemoryLog(Log):
    """One store, which ends with its process. Threads may share it."""

    lasts = False

    def __init__(self) -> None:
        self._slots: dict[tuple[str, str], StoredEvent] = {}
        self._ends: dict[str, Head] = {}
        self._links: list[Link] = []
        self._texts: dict[str, str] = {}
        self._workers: dict[str, tuple[int, str]] = {}
        """Stream -> the process that works on it, and how others are told of it."""
        self._lock = threading.Lock()
        self._closed = False
        self._read_only = False

    @classmethod
    def open(cls, place: str, *, busy_seconds: float = 30.0, read_only: bool = False) -> Self:
        """Open the store that this process has under the name `place`, or a new one."""
        if read_only and place not in _STORES:
            raise StoreError(f"There is no store memory:{place} in this process.")
        handle = copy(_STORES.setdefault(place, cls()))
        handle._read_only = read_only
        return cast(Self, handle)

    @classmethod
    def exists(cls, place: str) -> bool:
        return place in _STORES

    def record_all(self, events: Sequence[E]) -> list[E]:
        rows: dict[tuple[str, str], StoredEvent] = {}
        ends: dict[str, str] = {}
        stand: list[E] = []
        with self._lock:
            for event in events:
                payload, given = encode(event)
                slot = given.stream, given.slot
                if found := rows.get(slot) or self._slots.get(slot):
                    given = check_same_inputs(found.event(), given)
                else:
                    before = ends.get(given.stream) or self._ends.get(given.stream, START).hash
                    place = len(self._slots) + len(rows) + 1
                    rows[slot] = _seal(place, given, payload, before)
                    ends[given.stream] = rows[slot].hash
                stand.append(given)
            self._add(list(rows.values()), {})
        return stand

    def _add(self, rows: Sequence[StoredEvent], texts: Mapping[str, str]) -> None:
        """Take in what was checked and sealed: all that is ever kept comes through here."""
        if self._closed:
            raise closed_error()
        if self._read_only:
            raise read_only_error("The store")
        for row in rows:
            self._slots[row.stream, row.slot] = row
            count = self._ends.get(row.stream, START).count + 1
            self._ends[row.stream] = Head(count, row.seq, row.hash)
            before = self._links[-1] if self._links else NO_EVENTS
            self._links.append(link_after(before, row.seq, row.hash))
        self._texts.update(texts)

    def find(self, kind: type[E], stream: str, slot: str) -> E | None:
        with self._lock:
            row = self._slots.get((stream, slot))
        return check_kind(kind, row.event()) if row else None

    def entries(
        self,
        *,
        stream: str | None = None,
        kinds: Sequence[type[Event]] = (),
        prefix: str = "",
        after: int = 0,
    ) -> Iterator[Entry]:
        names = names_of(kinds)
        with self._lock:
            rows = list(self._slots.values())[max(after, 0) :]
        for row in rows:
            wanted = stream in (None, row.stream) and (not names or row.kind in names)
            if wanted and row.slot.startswith(prefix):
                yield read_entry(row)

    def end(self) -> int:
        with self._lock:
            return len(self._slots)

    def keep_all(self, texts: Sequence[str]) -> list[str]:
        keys = [sha256(text) for text in texts]
        with self._lock:
            found = dict(zip(keys, texts, strict=True))
            self._add([], {key: found[key] for key in found.keys() - self._texts.keys()})
        return keys

    def text(self, sha256: str) -> str:
        with self._lock:
            if sha256 not in self._texts:
                raise BlobMissing(sha256, "memory")
            return self._texts[sha256]

    def streams(self) -> list[str]:
        with self._lock:
            return list(self._ends)

    def verify(self, against: Sequence[Link] = ()) -> VerifyReport:
        rows, texts = self._slots.values(), self._texts.items()
        seen = [(HEAD_LINE, head) for head in against]
        with self._lock:
            return verify_chain(rows, texts, self._ends, self._links, seen=seen)

    def check(self, stream: str) -> None:
        with self._lock:
            rows = [row for row in self._slots.values() if row.stream == stream]
            end = self._ends.get(stream)
            links = {link.seq: link.hash for link in self._links}
            faults = list(find_stream_faults(stream, rows, self._texts.get, end, links.get))
        if faults:
            raise corrupt_stream(stream, "memory", faults)

    @contextmanager
    def alone(self, stream: str) -> Iterator[None]:
        if self._read_only:
            raise read_only_error("The store")
        with self._lock:
            if worker := self.worker(stream):
                raise StreamBusy(stream, worker)
            since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
            self._workers[stream] = os.getpid(), f"this process, {os.getpid()}, since {since}"
        try:
            yield
        finally:
            del self._workers[stream]

    def worker(self, stream: str) -> str:
        process, worker = self._workers.get(stream, (0, ""))
        # A forked child has a store of its own, on which its parent does not work.
        return worker if process == os.getpid() else ""

    def close(self) -> None:
        self._closed = True


_STORES: dict[str, MemoryLog] = {}
"""Name -> its store. Whoever opens one gets a handle of their own, to close, on what it holds."""


def _seal(seq: int, event: Event, payload: str, previous: str) -> StoredEvent:
    kind, schema, at = type(event).__name__, event.newest_schema(), datetime.now(UTC)
    hash_ = hash_event(previous, event.stream, event.slot, kind, schema, payload, at)
    place = seq, event.stream, event.slot
    return StoredEvent(*place, kind, schema, payload, moment_text(at), previous, hash_)
