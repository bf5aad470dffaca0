"""Each event seals the one before it: what was changed, cut or lost afterwards is seen."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, text

from .errors import StoreError
from .events.upcasts import revive
from .tables import TRIGGERS

GENESIS = "0" * 64
"""What the first event of a stream seals."""

_ROWS = text(
    "SELECT seq, stream, slot, kind, schema, CAST(payload AS TEXT) AS payload, "
    "CAST(at AS TEXT) AS at, prev_hash, hash FROM event ORDER BY seq"
)


@dataclass(frozen=True)
class Report:
    """What `verify` found."""

    ok: bool
    events: int
    faults: list[str]
    """One sentence each; it names stream, seq and slot where there is one."""
    warnings: list[str] = field(default_factory=list)
    """What could not be looked at, and so cannot be vouched for."""
    heads: dict[str, "Mark"] = field(default_factory=dict)
    """The end of each stream. Who notes the hashes elsewhere sees whatever is changed later."""
    noted: datetime | None = None
    """When heads.json was written; None where there is none that can be read."""
    covered: int = 0
    """Events that heads.json vouches for."""


@dataclass(frozen=True)
class Mark:
    """Where a stream ended when somebody looked."""

    count: int
    seq: int
    hash: str


@dataclass(frozen=True)
class Note:
    """The ends of all streams as of the last close, from the file beside the database."""

    marks: dict[str, Mark] = field(default_factory=dict)
    at: datetime | None = None
    """When it was written; None where there is none that can be read."""
    fault: str = ""
    """Why it cannot be read."""


def canonical(payload: object) -> str:
    """The one JSON text of `payload`. Raises ValueError for NaN and infinity."""
    return json.dumps(
        payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def seal(
    prev_hash: str, stream: str, slot: str, kind: str, schema: int, payload: str, at: datetime
) -> str:
    """SHA-256 (hex) of an event and, through `prev_hash`, of all before it in its stream."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return sha256(canonical([prev_hash, stream, slot, kind, schema, payload, moment]))


def sha256(content: str) -> str:
    """SHA-256 (hex) of a text. Raises UnicodeEncodeError where UTF-8 cannot write it."""
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass
class _Walk:
    """What is known of the streams on the way through the events."""

    marks: dict[str, Mark] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    events: int = 0
    seq: int = 0

    def step(self, row: Row[Any], texts: set[str]) -> None:
        """Check one event against the chain so far."""
        place = f"stream {row.stream!r}, seq {row.seq}, slot {row.slot!r}"
        before = self.marks.get(row.stream, Mark(0, 0, GENESIS))
        if row.seq != self.seq + 1:
            self.faults.append(f"{place}: the events between it and seq {self.seq} are gone.")
        if row.prev_hash != before.hash:
            self.faults.append(
                f"{place}: the event before it in its stream was cut, added or changed."
            )
        self.faults += [f"{place}: {fault}" for fault in _flaws(row, texts)]
        self.marks[row.stream] = Mark(before.count + 1, row.seq, row.hash)
        self.events += 1
        self.seq = row.seq


def _flaws(row: Row[Any], texts: set[str]) -> Iterator[str]:
    """What is wrong with one event, whatever stands around it."""
    try:
        at = datetime.fromisoformat(row.at).replace(tzinfo=UTC)
        sealed = seal(row.prev_hash, row.stream, row.slot, row.kind, row.schema, row.payload, at)
    except (ValueError, TypeError) as error:
        yield f"its columns cannot be read ({error})."
        return
    if sealed != row.hash:
        yield "its content is not what was recorded: the hash differs."
    try:
        event = revive(row.stream, row.slot, row.kind, row.schema, row.payload)
    except (StoreError, TypeError) as error:
        yield f"it cannot be read ({error})"
        return
    for name in type(event).model_fields:
        if name.endswith("_text") and (key := getattr(event, name)) and key not in texts:
            yield f"the text {key} of its {name} is not in the store."


def verify(connection: Connection, note: Note) -> Report:
    """Walk the whole store inside the caller's transaction; `note` are ends seen earlier.

    A note that is missing is a warning: a first process that is killed leaves none.
    """
    marks = note.marks
    walk = _Walk(faults=[*_pages(connection), *_guards(connection)])
    texts: set[str] = set()
    for key, content in connection.execute(text("SELECT sha256, CAST(text AS TEXT) FROM blob")):
        texts.add(key)
        if hashlib.sha256(content.encode(errors="surrogateescape")).hexdigest() != key:
            walk.faults.append(f"The text {key} is not what was kept: its hash differs.")
    kept: dict[tuple[str, int], str] = {}
    wanted = {(stream, mark.seq) for stream, mark in marks.items()}
    for row in connection.execute(_ROWS):
        walk.step(row, texts)
        if (row.stream, row.seq) in wanted:
            kept[row.stream, row.seq] = row.hash
    heads = connection.execute(text("SELECT stream, count, last, hash FROM head")).all()
    ends = {row.stream: Mark(row[1], row[2], row[3]) for row in heads}
    for stream in ends.keys() | walk.marks.keys():
        walk.faults += _ends(stream, ends.get(stream), walk.marks.get(stream))
    for stream, mark in marks.items():
        if kept.get((stream, mark.seq)) != mark.hash:
            walk.faults.append(
                f"stream {stream!r}, seq {mark.seq}: {MARKS} saw event {mark.count} here, "
                "and it is gone or another."
            )
    return Report(
        not walk.faults,
        walk.events,
        walk.faults,
        warnings=list(_unseen(note)) if walk.events else [],
        heads=walk.marks,
        noted=note.at,
        covered=sum(mark.count for mark in marks.values()),
    )


def _unseen(note: Note) -> Iterator[str]:
    """What nobody can see without a note."""
    if note.fault:
        yield (
            f"{MARKS} {note.fault}. Without it nobody can see from here whether the end of a "
            "stream was cut together with its head, or all events were written and sealed anew. A "
            "first process that was killed, or still works, leaves none; otherwise somebody "
            "removed or changed it. Compare the hashes below with those that you noted elsewhere; "
            "the next command that records writes a new file."
        )


def _pages(connection: Connection) -> Iterator[str]:
    for (found,) in connection.execute(text("PRAGMA integrity_check(20)")):
        if found != "ok":
            yield f"The database file is damaged: {found}"


def _guards(connection: Connection) -> Iterator[str]:
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    standing = {row.name: row.sql for row in rows}
    for name, (table, sql) in TRIGGERS.items():
        if standing.get(name) != sql:
            yield f"The trigger {name} that guards the table {table.name} was dropped or changed."


def _ends(stream: str, said: Mark | None, found: Mark | None) -> Iterator[str]:
    """The head of a stream was written beside the events; both must tell the same end."""
    if said == found:
        return
    if said is None or found is None:
        missing = "head" if said is None else "events"
        mark = said or found
        yield f"stream {stream!r}, seq {mark.seq if mark else 0}: its {missing} are gone."
    elif said.count > found.count:
        yield (
            f"stream {stream!r}, seq {found.seq}: the tail behind it was cut; {said.count} events "
            f"were recorded, the last as seq {said.seq}, and {found.count} are there."
        )
    else:
        yield (
            f"stream {stream!r}, seq {found.seq}: its head names event {said.count} at seq "
            f"{said.seq}, the events end with {found.count} at seq {found.seq}."
        )


MARKS = "heads.json"
"""The ends of all streams as of the last close, in a file beside the database."""


def read_note(home: Path) -> Note:
    """The ends that were noted in `home`."""
    path = home / MARKS
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        marks = {stream: Mark(**mark) for stream, mark in noted.items()}
        if not all(isinstance(mark.count, int) for mark in marks.values()):
            raise ValueError("a count is no number")
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Note(marks, at) if marks else Note(fault="names no stream")
    except FileNotFoundError:
        return Note(fault="is missing")
    except (OSError, ValueError, TypeError, AttributeError):
        return Note(fault="cannot be read")


def write_marks(home: Path, connection: Connection) -> None:
    """Note the ends of all streams; a note that the events contradict is kept as evidence.

    The caller has the turn to write: nobody else writes a note meanwhile.
    """
    rows = connection.execute(text("SELECT stream, count, last, hash FROM head"))
    marks = {row[0]: Mark(row[1], row[2], row[3]) for row in rows}
    at_seq = text("SELECT hash FROM event WHERE stream = :stream AND seq = :seq")
    for stream, mark in read_note(home).marks.items():
        found = connection.execute(at_seq, {"stream": stream, "seq": mark.seq}).scalar()
        if found != mark.hash:
            marks[stream] = mark
    content = canonical({stream: asdict(mark) for stream, mark in marks.items()})
    draft = home / f"{MARKS}.{os.getpid()}"
    with draft.open("w", encoding="utf-8") as file:
        file.write(content + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(home / MARKS)
