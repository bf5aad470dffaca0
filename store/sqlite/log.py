"""Keeper of the log in one SQLite database."""

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, cast

from sqlalchemy import Connection, Engine, String, bindparam, func, select, type_coerce
from sqlalchemy.dialects.sqlite import insert

from ..contract import (
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
from ..errors import BlobMissing, StoreCorrupt, StoreError, closed_error, read_only_error
from ..events import Event
from ..events.upcasts import revive
from ..hash_chain import (
    GENESIS,
    NO_EVENTS,
    Link,
    StoredEvent,
    VerifyReport,
    hash_event,
    link_after,
    sha256,
)
from .database import DATABASE, connect, connect_reader, is_there, translate_errors
from .heads_note import read_heads
from .identity import StoreFiles
from .locks import WriteLock, find_worker
from .tables import BLOB, EVENT, HEAD
from .verify import check_stream, verify_database
from .writer import Writer

PAGE = 500
"""Events read in one short transaction: a long reader would keep the WAL from shrinking."""


_READ = [
    type_coerce(EVENT.c.at, String) if name == "at" else EVENT.c[name]
    for name in StoredEvent._fields
]
"""All columns; the moment as text, so that a broken one is told with its place."""
_AT = (EVENT.c.stream == bindparam("stream"), EVENT.c.slot == bindparam("slot"))
_STANDING = select(EVENT.c.kind, EVENT.c.schema, EVENT.c.payload).where(*_AT)
_END = select(HEAD.c.count, HEAD.c.hash).where(HEAD.c.stream == bindparam("stream"))
_NEWEST = select(func.max(EVENT.c.seq))
_APPEND = insert(EVENT).on_conflict_do_nothing().returning(EVENT.c.seq)
_FIRST = insert(HEAD)
_NEXT = (
    HEAD.update()
    .where(HEAD.c.stream == bindparam("of"))
    .values(count=bindparam("n"), last=bindparam("seq"), hash=bindparam("seal"))
)
# Plain SQL, for these two are said once a write and once an event: SQLAlchemy's way costs more.
_STORE_HEAD = "SELECT seq, hash FROM link ORDER BY seq DESC LIMIT 1"
_SEAL = "INSERT INTO link (seq, hash) VALUES (?, ?)"
_KEEP = insert(BLOB).on_conflict_do_nothing()
_TEXT = select(BLOB.c.text).where(BLOB.c.sha256 == bindparam("sha256"))


_OPENING = threading.Lock()
"""One opening at a time: who looks at a file must know whether another thread has it open."""


class SqliteLog(Log):
    """One store, in one folder. Threads may share it; so may processes, each with its own."""

    def __init__(
        self, path: Path, engine: Engine, lock: WriteLock | None, *, read_only: bool
    ) -> None:
        self._home = path.parent
        self._path = path
        self._engine = engine
        self._lock = lock
        self._files = StoreFiles(path)
        self._writer = None if read_only or lock is None else Writer(self._files, engine, lock)
        self._closed = False

    @classmethod
    def open(cls, place: str, *, busy_seconds: float = 30.0, read_only: bool = False) -> Self:
        """Open the database in the folder `place`."""
        # The file itself: a link to it, or to its folder, is the same store, with the same locks.
        path = Path(os.path.realpath(Path(place) / DATABASE))
        with _OPENING, translate_errors(path):
            engine, lock = (connect_reader if read_only else connect)(path, busy_seconds)
            try:
                return cls(path, engine, lock, read_only=read_only)
            except BaseException:
                engine.dispose()
                if lock:
                    lock.close()
                raise

    @classmethod
    def exists(cls, place: str) -> bool:
        return is_there(Path(place) / DATABASE)

    def record_all(self, events: Sequence[E]) -> list[E]:
        stand = list[E]()
        with self._writer_or_raise().begin() as connection:
            end = connection.exec_driver_sql(_STORE_HEAD).first()
            head = Link(*end) if end else NO_EVENTS
            for event in events:
                stands, head = _append(connection, event, head)
                stand.append(stands)
        return stand

    def find(self, kind: type[E], stream: str, slot: str) -> E | None:
        with self._reader() as connection:
            row = connection.execute(_STANDING, {"stream": stream, "slot": slot}).first()
        return check_kind(kind, revive(stream, slot, *row)) if row else None

    def entries(
        self,
        *,
        stream: str | None = None,
        kinds: Sequence[type[Event]] = (),
        prefix: str = "",
        after: int = 0,
    ) -> Iterator[Entry]:
        wanted = select(*_READ).order_by(EVENT.c.seq).limit(PAGE)
        inside = [EVENT.c.stream == stream] if stream is not None else []
        if prefix:
            # In a subquery, so that SQLite takes the index of the slots to find them.
            inside.append(EVENT.c.slot.between(prefix, prefix + chr(sys.maxunicode)))
            inside = [EVENT.c.seq.in_(select(EVENT.c.seq).where(*inside))]
        if names := names_of(kinds):
            inside.append(EVENT.c.kind.in_(names))
        wanted = wanted.where(*inside)
        while True:
            with self._reader() as connection:
                rows = connection.execute(wanted.where(EVENT.c.seq > after)).all()
            for row in rows:
                entry = read_entry(StoredEvent._make(row))
                yield entry
                after = entry.seq
            if len(rows) < PAGE:
                return

    def end(self) -> int:
        with self._reader() as connection:
            newest = connection.scalar(_NEWEST) or 0
        if type(newest) is not int:
            raise StoreCorrupt(
                f"{self._path} names {newest!r} as its newest place: it was changed or damaged. "
                "`tutelage log verify` looks closer."
            )
        return newest

    def keep_all(self, texts: Sequence[str]) -> list[str]:
        keys = [sha256(text) for text in texts]
        writer = self._writer_or_raise()
        with self._reader() as connection:
            new = {
                key: text
                for key, text in dict(zip(keys, texts, strict=True)).items()
                if not connection.execute(_TEXT, {"sha256": key}).first()
            }
        if new:
            with writer.begin() as connection:
                rows = [{"sha256": key, "text": text} for key, text in new.items()]
                connection.execute(_KEEP, rows)
        return keys

    def text(self, sha256: str) -> str:
        with self._reader() as connection:
            found = connection.execute(_TEXT, {"sha256": sha256}).scalar()
        if found is None:
            raise BlobMissing(sha256, self._path)
        return str(found)

    def streams(self) -> list[str]:
        with self._reader() as connection:
            return list(connection.scalars(select(HEAD.c.stream).order_by(HEAD.c.first)))

    def verify(self, against: Sequence[Link] = ()) -> VerifyReport:
        try:
            with self._tolerant_reader() as connection:
                return verify_database(connection, read_heads(self._home), against)
        except StoreError as error:
            return VerifyReport(False, 0, [str(error)])

    def check(self, stream: str) -> None:
        with self._tolerant_reader() as connection:
            faults = check_stream(connection, read_heads(self._home), stream)
        if faults:
            raise corrupt_stream(stream, self._path, faults)

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        """A connection to the database that was opened, and not to what took its place."""
        with translate_errors(self._path):
            self._files.check_database()
            with self._engine.connect() as connection:
                yield connection

    @contextmanager
    def _tolerant_reader(self) -> Iterator[Connection]:
        """A connection of its own, which reads bytes that are no UTF-8 too: they have a place."""
        with self._reader() as connection:
            raw = cast(Any, connection.connection.dbapi_connection)
            raw.text_factory = lambda found: found.decode(errors="surrogateescape")
            connection.detach()
            yield connection

    def alone(self, stream: str) -> AbstractContextManager[None]:
        return self._writer_or_raise().alone(stream)

    def worker(self, stream: str) -> str:
        return find_worker(self._home, stream)

    def close(self) -> None:
        """Note the ends of the streams beside the database and let go of it."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._writer is not None:
                self._writer.close()
            elif self._lock is not None:
                # Whoever does not get it leaves a writer behind, and so nothing to copy back.
                with suppress(StoreError), self._lock:
                    self._engine.dispose()
                self._lock.close()
        finally:
            self._engine.dispose()
            self._files.close()

    def _writer_or_raise(self) -> Writer:
        if self._closed:
            raise closed_error()
        if self._writer is None:
            raise read_only_error(self._path)
        return self._writer


def _append(connection: Connection, event: E, head: Link) -> tuple[E, Link]:
    """Add one event to its stream, behind the store's `head`, in the caller's write transaction.

    Returns what then stands in its slot, and the store's head.
    """
    stream, slot = event.stream, event.slot
    payload, given = encode(event)
    row = connection.execute(_STANDING, {"stream": stream, "slot": slot}).first()
    if row is not None:
        return check_same_inputs(revive(stream, slot, *row), given), head
    end = connection.execute(_END, {"stream": stream}).first()
    count, previous = end or (0, GENESIS)
    kind, schema, at = type(event).__name__, event.newest_schema(), datetime.now(UTC)
    hash_ = hash_event(previous, stream, slot, kind, schema, payload, at)
    link = link_after(head, head.seq + 1, hash_)
    connection.exec_driver_sql(_SEAL, link)
    added = connection.execute(
        _APPEND,
        {"stream": stream, "slot": slot, "kind": kind, "schema": schema, "payload": payload}
        | {"seq": link.seq, "at": at, "prev_hash": previous, "hash": hash_},
    ).scalar()
    if added is None:
        raise StoreCorrupt(
            f"Slot {slot!r} of stream {stream!r} is free and place {link.seq} of the store refuses "
            "an event. `tutelage log verify` looks closer."
        )
    if end is None:
        first = {"stream": stream, "first": added, "last": added, "count": 1, "hash": hash_}
        connection.execute(_FIRST, first)
    else:
        onward = {"of": stream, "n": count + 1, "seq": added, "seal": hash_}
        connection.execute(_NEXT, onward)
    return given, link
