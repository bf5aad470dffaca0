"""Note of the ends of the store and its streams, in a file beside the database."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from ...bounded_json import read_json
from ..files import write_atomically
from ..hash_chain import NO_EVENTS, Head, Link, canonical_json, is_head
from .tables import LINK

HEADS_FILE = "heads.json"
"""Written at each close of a log that recorded something."""
LARGEST_NOTE = 64_000_000
"""Bytes of that file that are read: room for half a million streams."""

_UP_TO = text(
    "SELECT hash, (SELECT COUNT(*) FROM event WHERE stream = :stream AND seq <= :seq) "
    "FROM event WHERE stream = :stream AND seq = :seq"
)


@dataclass(frozen=True)
class HeadsNote:
    """Ends of all streams as of the last close, from the file beside the database."""

    heads: dict[str, Head] = field(default_factory=dict)
    store: Link | None = None
    """End of the whole store; None in a note of before there were links."""
    at: datetime | None = None
    """When it was written; None where there is none that can be read."""
    fault: str = ""
    """Why it cannot be read."""

    @property
    def events(self) -> int:
        """Number of events that were seen."""
        return sum(head.count for head in self.heads.values())


def read_heads(home: Path) -> HeadsNote:
    """Read the ends that were noted in `home`; an unreadable note says why."""
    path = home / HEADS_FILE
    try:
        size = path.stat().st_size
        if not path.is_file() or size > LARGEST_NOTE:
            return HeadsNote(fault="cannot be read")
        noted = read_json(path.read_text(encoding="utf-8"), longest=LARGEST_NOTE)
        store = None
        if noted.get("version") == 2:  # of before it, each value is the head of a stream
            store, noted = Link(**noted["store"]), noted["streams"]
        heads = {stream: Head(**head) for stream, head in noted.items()}
        if not all(map(is_head, [*heads.values(), *([Head(1, *store)] if store else [])])):
            raise ValueError("a count or a place is no number of SQLite's")
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return HeadsNote(heads, store, at) if heads else HeadsNote(fault="names no stream")
    except FileNotFoundError:
        return HeadsNote(fault="is missing")
    except (OSError, ValueError, TypeError, AttributeError, LookupError, OverflowError):
        return HeadsNote(fault="cannot be read")


def read_ends(connection: Connection) -> dict[str, Head]:
    """Read the ends that the database names, whatever somebody put there."""
    rows = connection.execute(text("SELECT stream, count, last, hash FROM head"))
    return {row[0]: Head(row[1], row[2], row[3]) for row in rows}


def lost_heads(connection: Connection, note: HeadsNote) -> Iterator[tuple[str, Head]]:
    """Yield the ends that were noted, and where the events have none or another."""
    for stream, head in note.heads.items():
        found = connection.execute(_UP_TO, {"stream": stream, "seq": head.seq}).first()
        if found is None or tuple(found) != (head.hash, head.count):
            yield stream, head


def write_heads(home: Path, connection: Connection) -> None:
    """Note the ends of the store and its streams; what the store contradicts stays as evidence.

    The caller holds the write lock: nobody else writes a note meanwhile.
    """
    note, ends = read_heads(home), read_ends(connection)
    heads = {it: head for it, head in ends.items() if type(it) is str and is_head(head)}
    heads |= dict(lost_heads(connection, note))
    newest = connection.execute(LINK.select().order_by(LINK.c.seq.desc()).limit(1)).first()
    store = Link(*newest) if newest else NO_EVENTS
    if note.store:
        stands = connection.execute(LINK.select().where(LINK.c.seq == note.store.seq)).first()
        if stands is None or Link(*stands) != note.store:
            store = note.store
    content = {
        "version": 2,
        "store": store._asdict(),
        "streams": {stream: asdict(head) for stream, head in heads.items()},
    }
    write_atomically(home / HEADS_FILE, canonical_json(content) + "\n")
