"""Hash chain over the events: shows what was changed, cut or lost after it was recorded."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, text

from .errors import StoreError
from .events.upcasts import revive
from .files import write_atomically
from .tables import TRIGGERS

GENESIS = "0" * 64
"""Stands for the hash before the first event of a stream."""

_ROWS = text(
    "SELECT seq, stream, slot, kind, schema, CAST(payload AS TEXT) AS payload, "
    "CAST(at AS TEXT) AS at, prev_hash, hash FROM event ORDER BY seq"
)


@dataclass(frozen=True)
class VerifyReport:
    """Result of checking a whole store."""

    ok: bool
    events: int
    faults: list[str]
    """One sentence each; it names stream, seq and slot where there is one."""
    warnings: list[str] = field(default_factory=list)
    """What could not be looked at, and so cannot be vouched for."""
    heads: dict[str, "Head"] = field(default_factory=dict)
    """The end of each stream. Who notes the hashes elsewhere sees whatever is changed later."""
    noted: datetime | None = None
    """When heads.json was written; None where there is none that can be read."""
    covered: int = 0
    """Events that heads.json vouches for."""


@dataclass(frozen=True)
class Head:
    """End of a stream: how many events, and place and hash of the last one."""

    count: int
    seq: int
    hash: str


@dataclass(frozen=True)
class HeadsNote:
    """Ends of all streams as of the last close, from the file beside the database."""

    heads: dict[str, Head] = field(default_factory=dict)
    at: datetime | None = None
    """When it was written; None where there is none that can be read."""
    fault: str = ""
    """Why it cannot be read."""


def canonical_json(payload: object) -> str:
    """Return the one JSON text of `payload`. Raises ValueError for NaN and infinity."""
    return json.dumps(
        payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def hash_event(
    prev_hash: str, stream: str, slot: str, kind: str, schema: int, payload: str, at: datetime
) -> str:
    """Return the SHA-256 (hex) of an event and, through `prev_hash`, of all before it."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return sha256(canonical_json([prev_hash, stream, slot, kind, schema, payload, moment]))


def sha256(content: str) -> str:
    """Return the SHA-256 (hex) of a text. Raises UnicodeEncodeError where UTF-8 cannot write it."""
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass
class _ChainCheck:
    """State of the check on its way through the events, in the order of the store."""

    heads: dict[str, Head] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    events: int = 0
    seq: int = 0

    def step(self, row: Row[Any], texts: set[str]) -> None:
        """Check one event against the chain so far."""
        place = f"stream {row.stream!r}, seq {row.seq}, slot {row.slot!r}"
        before = self.heads.get(row.stream, Head(0, 0, GENESIS))
        if row.seq != self.seq + 1:
            self.faults.append(f"{place}: the events between it and seq {self.seq} are gone.")
        if row.prev_hash != before.hash:
            self.faults.append(
                f"{place}: the event before it in its stream was cut, added or changed."
            )
        self.faults += [f"{place}: {fault}" for fault in _find_faults(row, texts)]
        self.heads[row.stream] = Head(before.count + 1, row.seq, row.hash)
        self.events += 1
        self.seq = row.seq


def _find_faults(row: Row[Any], texts: set[str]) -> Iterator[str]:
    """Yield a sentence for each fault of one event, whatever stands around it."""
    try:
        at = datetime.fromisoformat(row.at).replace(tzinfo=UTC)
        sealed = hash_event(
            row.prev_hash, row.stream, row.slot, row.kind, row.schema, row.payload, at
        )
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


def verify_chain(connection: Connection, note: HeadsNote) -> VerifyReport:
    """Walk the whole store inside the caller's transaction; `note` are ends seen earlier.

    A note that is missing is a warning: a first process that is killed leaves none.
    """
    heads = note.heads
    walk = _ChainCheck(faults=[*_check_pages(connection), *_check_triggers(connection)])
    texts: set[str] = set()
    for key, content in connection.execute(text("SELECT sha256, CAST(text AS TEXT) FROM blob")):
        texts.add(key)
        if hashlib.sha256(content.encode(errors="surrogateescape")).hexdigest() != key:
            walk.faults.append(f"The text {key} is not what was kept: its hash differs.")
    kept: dict[tuple[str, int], str] = {}
    wanted = {(stream, head.seq) for stream, head in heads.items()}
    for row in connection.execute(_ROWS):
        walk.step(row, texts)
        if (row.stream, row.seq) in wanted:
            kept[row.stream, row.seq] = row.hash
    rows = connection.execute(text("SELECT stream, count, last, hash FROM head")).all()
    ends = {row.stream: Head(row[1], row[2], row[3]) for row in rows}
    for stream in ends.keys() | walk.heads.keys():
        walk.faults += _compare_heads(stream, ends.get(stream), walk.heads.get(stream))
    for stream, head in heads.items():
        if kept.get((stream, head.seq)) != head.hash:
            walk.faults.append(
                f"stream {stream!r}, seq {head.seq}: {HEADS_FILE} saw event {head.count} here, "
                "and it is gone or another."
            )
    return VerifyReport(
        not walk.faults,
        walk.events,
        walk.faults,
        warnings=list(_warn_without_note(note)) if walk.events else [],
        heads=walk.heads,
        noted=note.at,
        covered=sum(head.count for head in heads.values()),
    )


def _warn_without_note(note: HeadsNote) -> Iterator[str]:
    """Warn of the changes that nobody can see without the file of heads."""
    if note.fault:
        yield (
            f"{HEADS_FILE} {note.fault}. Without it nobody can see from here whether the end of a "
            "stream was cut together with its head, or all events were written and sealed anew. A "
            "first process that was killed, or still works, leaves none; otherwise somebody "
            "removed or changed it. Compare the hashes below with those that you noted elsewhere; "
            "the next command that records writes a new file."
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


def _compare_heads(stream: str, said: Head | None, found: Head | None) -> Iterator[str]:
    """Compare the head of a stream, written beside its events, with the end of the events."""
    if said == found:
        return
    if said is None or found is None:
        missing = "head" if said is None else "events"
        head = said or found
        yield f"stream {stream!r}, seq {head.seq if head else 0}: its {missing} are gone."
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


HEADS_FILE = "heads.json"
"""The ends of all streams as of the last close, in a file beside the database."""


def read_heads(home: Path) -> HeadsNote:
    """Read the ends that were noted in `home`; an unreadable note says why."""
    path = home / HEADS_FILE
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        heads = {stream: Head(**head) for stream, head in noted.items()}
        if not all(isinstance(head.count, int) for head in heads.values()):
            raise ValueError("a count is no number")
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return HeadsNote(heads, at) if heads else HeadsNote(fault="names no stream")
    except FileNotFoundError:
        return HeadsNote(fault="is missing")
    except (OSError, ValueError, TypeError, AttributeError):
        return HeadsNote(fault="cannot be read")


def write_heads(home: Path, connection: Connection) -> None:
    """Note the ends of all streams; a note that the events contradict is kept as evidence.

    The caller holds the write lock: nobody else writes a note meanwhile.
    """
    rows = connection.execute(text("SELECT stream, count, last, hash FROM head"))
    heads = {row[0]: Head(row[1], row[2], row[3]) for row in rows}
    at_seq = text("SELECT hash FROM event WHERE stream = :stream AND seq = :seq")
    for stream, head in read_heads(home).heads.items():
        found = connection.execute(at_seq, {"stream": stream, "seq": head.seq}).scalar()
        if found != head.hash:
            heads[stream] = head
    content = canonical_json({stream: asdict(head) for stream, head in heads.items()})
    write_atomically(home / HEADS_FILE, content + "\n")
