"""Verification of a database: pages, tables, triggers, events, and the note of their ends."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Connection, inspect, text

from ..chain_check import HEAD_LINE, find_stream_faults, verify_chain
from ..hash_chain import Head, Link, StoredEvent, VerifyReport
from .heads_note import HEADS_FILE, HeadsNote, lost_heads, read_ends
from .schema import compare_schema
from .tables import LINK, STORE_VERSION

_EVENTS = f"SELECT {', '.join(StoredEvent._fields)} FROM event"
_ROWS = text(f"{_EVENTS} ORDER BY seq")
_FIRSTS = text(
    "SELECT stream, first, (SELECT MIN(seq) FROM event WHERE event.stream = head.stream) FROM head"
)
_ROWS_OF = text(f"{_EVENTS} WHERE stream = :stream ORDER BY seq")
_TEXT = "SELECT text FROM blob WHERE sha256 = ?"
_LINK = "SELECT hash FROM link WHERE seq = ?"
_UNSEEN = (
    f"{HEADS_FILE} {{}}. Without it nobody can see from here whether the end of a stream was cut "
    "together with its head, or all events were written and sealed anew. A first process that was "
    "killed, or still works, leaves none; otherwise somebody removed or changed it. A line of "
    "`tutelage log head` that you kept elsewhere sees it: `tutelage log verify --against LINE`. "
    "The next command that records writes a new file."
)
_OLDER_COPY = (
    f"Only {HEADS_FILE} tells of what is missing. If you put an older copy of the database back on "
    f"purpose, put its {HEADS_FILE} back too, or move this one away: then what came after the copy "
    "is lost, and is made again."
)
_OLD_NOTE = (
    f"{HEADS_FILE} is from before the order of the events was sealed: it does not say where the "
    "store ends. The next command that records writes a new file; if one has recorded since, "
    "somebody changed it."
)
_NOT_SEALED = (
    "The order of the events across streams is not sealed yet: the store is of version 1. The next "
    "command that records something seals it."
)


def verify_database(
    connection: Connection, note: HeadsNote, against: Sequence[Link] = ()
) -> VerifyReport:
    """Walk the whole database inside the caller's transaction.

    `note` are ends seen earlier, `against` heads of the store that were noted elsewhere. A note
    that is missing is a warning: a first process that is killed leaves none.
    """
    version, *odd = _check_version(connection)
    texts = connection.execute(text("SELECT sha256, text FROM blob"))
    seen = [(HEADS_FILE, note.store)] if note.store else []
    found = verify_chain(
        map(StoredEvent._make, connection.execute(_ROWS)),
        ((key, content) for key, content in texts),
        read_ends(connection),
        _read_links(connection),
        faults=[
            *_check_pages(connection),
            *odd,
            *compare_schema(connection, version),
            *_check_firsts(connection),
        ],
        seen=[*seen, *((HEAD_LINE, head) for head in against)],
    )
    faults = [*found.faults, *_check_note(connection, note)]
    warnings = [_UNSEEN.format(note.fault)] if note.fault and found.events else []
    if faults and all(f"{HEADS_FILE} saw" in it for it in faults):
        warnings.append(_OLDER_COPY)
    if version == 1:
        warnings.append(_NOT_SEALED)
    elif note.heads and not note.store:
        warnings.append(_OLD_NOTE)
    return replace(
        found,
        ok=not faults,
        faults=faults,
        warnings=warnings + found.warnings,
        noted=note.at,
        covered=note.events,
    )


def check_stream(connection: Connection, note: HeadsNote, stream: str) -> list[str]:
    """Return the faults of one stream inside the caller's transaction, without its neighbours'.

    With those of the pages of all: a damaged index hides a slot from `find`, and not from here.
    """
    raw = cast(Any, connection.connection.dbapi_connection)

    def read_cell(sql: str, key: object) -> str | None:
        # Without SQLAlchemy, which costs more than the rest: there are as many texts as events.
        row = raw.execute(sql, (key,)).fetchone()
        return row and str(row[0])

    sealed = _check_version(connection)[0] > 1
    found = [
        *_check_pages(connection),
        *find_stream_faults(
            stream,
            map(StoredEvent._make, connection.execute(_ROWS_OF, {"stream": stream})),
            lambda key: read_cell(_TEXT, key),
            read_ends(connection).get(stream),
            (lambda seq: read_cell(_LINK, seq)) if sealed else None,
        ),
    ]
    noted = {stream: note.heads[stream]} if stream in note.heads else {}
    lost = [_lost_sentence(*it) for it in lost_heads(connection, HeadsNote(noted))]
    return [*found, *lost, *([_OLDER_COPY] if lost and not found else [])]


def _lost_sentence(stream: str, head: Head) -> str:
    return (
        f"stream {stream!r}, seq {head.seq}: {HEADS_FILE} saw event {head.count} here, "
        "and it is gone or another."
    )


def _check_pages(connection: Connection) -> Iterator[str]:
    for (found,) in connection.execute(text("PRAGMA integrity_check(20)")):
        if found != "ok":
            yield f"The database file is damaged: {found}"


def _check_version(connection: Connection) -> tuple[int, *tuple[str, ...]]:
    """Return the version whose tables must be there, and what is wrong with what is said of it."""
    rows = [tuple(row) for row in connection.execute(text("SELECT name, value FROM meta"))]
    for version in range(1, STORE_VERSION + 1):
        if rows == [("version", str(version))]:
            return (version,)
    return STORE_VERSION, f"The table meta was changed: it must name a version, and holds {rows}."


def _check_firsts(connection: Connection) -> Iterator[str]:
    for stream, said, found in connection.execute(_FIRSTS):
        if said != found:
            yield f"stream {stream!r}, seq {found}: it begins here, and its head says {said!r}."


def _check_note(connection: Connection, note: HeadsNote) -> Iterator[str]:
    """Yield a sentence for each thing in which the note differs from the events or from itself."""
    for stream, head in lost_heads(connection, note):
        yield _lost_sentence(stream, head)
    if note.store and note.store.seq != note.events:
        yield (
            f"{HEADS_FILE} saw {note.store.seq} events in the store and {note.events} in its "
            "streams: a stream was taken out of it or added."
        )


def _read_links(connection: Connection) -> Iterator[tuple[int, str]] | None:
    if not inspect(connection).has_table(LINK.name):
        return None
    rows = connection.execute(text("SELECT seq, hash FROM link"))
    return ((seq, hash_) for seq, hash_ in rows)
