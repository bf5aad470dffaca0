"""Verification of a database: pages, triggers, events, and a note of their ends beside it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, text

from ..files import write_atomically
from ..hash_chain import (
    Head,
    StoredEvent,
    VerifyReport,
    canonical_json,
    find_stream_faults,
    verify_chain,
)
from .tables import TRIGGERS

HEADS_FILE = "heads.json"
"""The ends of all streams as of the last close, in a file beside the database."""

_COLUMNS = (
    "SELECT seq, stream, slot, kind, schema, CAST(payload AS TEXT) AS payload, "
    "CAST(at AS TEXT) AS at, prev_hash, hash FROM event"
)
_ROWS = text(f"{_COLUMNS} ORDER BY seq")
_ROWS_OF = text(f"{_COLUMNS} WHERE stream = :stream ORDER BY seq")
_TEXT = "SELECT CAST(text AS TEXT) FROM blob WHERE sha256 = ?"
_UNSEEN = (
    f"{HEADS_FILE} {{}}. Without it nobody can see from here whether the end of a stream was cut "
    "together with its head, or all events were written and sealed anew. A first process that was "
    "killed, or still works, leaves none; otherwise somebody removed or changed it. Compare the "
    "hashes below with those that you noted elsewhere; the next command that records writes a new "
    "file."
)


@dataclass(frozen=True)
class HeadsNote:
    """Ends of all streams as of the last close, from the file beside the database."""

    heads: dict[str, Head] = field(default_factory=dict)
    at: datetime | None = None
    """When it was written; None where there is none that can be read."""
    fault: str = ""
    """Why it cannot be read."""


def verify_database(connection: Connection, note: HeadsNote) -> VerifyReport:
    """Walk the whole database inside the caller's transaction; `note` are ends seen earlier.

    A note that is missing is a warning: a first process that is killed leaves none.
    """
    texts = connection.execute(text("SELECT sha256, CAST(text AS TEXT) FROM blob"))
    found = verify_chain(
        map(StoredEvent._make, connection.execute(_ROWS)),
        ((key, content) for key, content in texts),
        _read_ends(connection),
        [*_check_pages(connection), *_check_triggers(connection)],
    )
    faults = found.faults + [_lost_sentence(*lost) for lost in _lost_heads(connection, note)]
    return replace(
        found,
        ok=not faults,
        faults=faults,
        warnings=[_UNSEEN.format(note.fault)] if note.fault and found.events else [],
        noted=note.at,
        covered=sum(head.count for head in note.heads.values()),
    )


def check_stream(connection: Connection, note: HeadsNote, stream: str) -> list[str]:
    """Return the faults of one stream inside the caller's transaction, without its neighbours'."""
    raw = cast(Any, connection.connection.dbapi_connection)

    def read_text(key: str) -> str | None:
        # Without SQLAlchemy, which costs more than the rest: there are as many texts as events.
        row = raw.execute(_TEXT, (key,)).fetchone()
        return row and str(row[0])

    rows = map(StoredEvent._make, connection.execute(_ROWS_OF, {"stream": stream}))
    faults = [*find_stream_faults(stream, rows, read_text, _read_ends(connection).get(stream))]
    noted = {stream: note.heads[stream]} if stream in note.heads else {}
    return faults + [_lost_sentence(*lost) for lost in _lost_heads(connection, HeadsNote(noted))]


def _lost_sentence(stream: str, head: Head) -> str:
    return (
        f"stream {stream!r}, seq {head.seq}: {HEADS_FILE} saw event {head.count} here, "
        "and it is gone or another."
    )


def _check_pages(connection: Connection) -> Iterator[str]:
    for (found,) in connection.execute(text("PRAGMA integrity_check(20)")):
        if found != "ok":
            yield f"The database file is damaged: {found}"


def _check_triggers(connection: Connection) -> Iterator[str]:
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    standing = {row.name: row.sql for row in rows}
    for name, (table, sql) in TRIGGERS.items():
        if standing.get(name) != sql:
            yield f"The trigger {name} that guards the table {table.name} was dropped or changed."


def read_heads(home: Path) -> HeadsNote:
    """Read the ends that were noted in `home`; an unreadable note says why."""
    path = home / HEADS_FILE
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        canonical_json(noted).encode()  # what UTF-8 cannot write, no database can be asked for
        heads = {stream: Head(**head) for stream, head in noted.items()}
        numbers = [number for head in heads.values() for number in (head.count, head.seq)]
        if not all(type(number) is int and 0 < number < 2**63 for number in numbers):
            raise ValueError("a count or a place is no number of SQLite's")
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return HeadsNote(heads, at) if heads else HeadsNote(fault="names no stream")
    except FileNotFoundError:
        return HeadsNote(fault="is missing")
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return HeadsNote(fault="cannot be read")


def _read_ends(connection: Connection) -> dict[str, Head]:
    """Read the ends that the database names."""
    numbers = "CAST(count AS INTEGER), CAST(last AS INTEGER)"  # whatever somebody put there
    rows = connection.execute(text(f"SELECT stream, {numbers}, hash FROM head"))
    return {row[0]: Head(row[1], row[2], row[3]) for row in rows}


def _lost_heads(connection: Connection, note: HeadsNote) -> Iterator[tuple[str, Head]]:
    """Yield the ends that were noted, and where the events have none or another."""
    at_seq = text("SELECT hash FROM event WHERE stream = :stream AND seq = :seq")
    for stream, head in note.heads.items():
        found = connection.execute(at_seq, {"stream": stream, "seq": head.seq}).scalar()
        if found != head.hash:
            yield stream, head


def write_heads(home: Path, connection: Connection) -> None:
    """Note the ends of all streams; a note that the events contradict is kept as evidence.

    The caller holds the write lock: nobody else writes a note meanwhile.
    """
    heads = _read_ends(connection) | dict(_lost_heads(connection, read_heads(home)))
    content = canonical_json({stream: asdict(head) for stream, head in heads.items()})
    write_atomically(home / HEADS_FILE, content + "\n")
