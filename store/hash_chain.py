"""Hash chains over the events: show what was changed, moved, cut or lost after it was recorded."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from .events import Event
from .events.upcasts import revive

GENESIS = "0" * 64
"""Stands for the hash before the first event of a stream."""


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
    """The end of each stream."""
    head: "Link | None" = None
    """The end of the whole store. Who notes it elsewhere sees whatever is changed before it."""
    noted: datetime | None = None
    """When the ends were noted outside of the events; None without a note that can be read."""
    covered: int = 0
    """Events that this note vouches for."""


@dataclass(frozen=True)
class Head:
    """End of a stream: how many events, and place and hash of the last one."""

    count: int
    seq: int
    hash: str


def is_head(head: Head) -> bool:
    """Tell whether a head that was read from outside has the types and sizes of one."""
    numbers = head.count, head.seq
    return type(head.hash) is str and all(type(n) is int and 0 < n < 2**63 for n in numbers)


class StoredEvent(NamedTuple):
    """One event as a keeper holds it. The hash covers its payload, a JSON text, byte by byte."""

    seq: int
    stream: str
    slot: str
    kind: str
    schema: int
    payload: str
    at: str
    """The moment, as `moment_text` writes it."""
    prev_hash: str
    hash: str

    def event(self) -> Event:
        """Read the event as the class of today. Raises StoreTooNew or StoreCorrupt."""
        return revive(self.stream, self.slot, self.kind, self.schema, self.payload)


START = Head(0, 0, GENESIS)
"""End of a stream that has no event yet."""


class Link(NamedTuple):
    """Link of the chain over the whole store; the newest one is the store's head."""

    seq: int
    """Place of the event that it adds, which is also how many events there are up to it."""
    hash: str


NO_EVENTS = Link(0, GENESIS)
"""Head of a store that has no event yet."""
HEAD_MARK = "tutelage-head"
"""Begins each head line."""
_HEAD_LINE = re.compile(
    rf"{HEAD_MARK}(?:[\s>]+([0-9]{{1,9}})[\s>]+([0-9]{{1,18}})[\s>]+([0-9a-f]{{64}})\b)?", re.I
)
"""A head line, which mail may have wrapped and quoted, or the mark of one that cannot be read."""


def head_line(head: Link) -> str:
    """Return the line that tells a store's head to whoever keeps it elsewhere."""
    return f"{HEAD_MARK} 1 {head.seq} {head.hash}"


def find_head_lines(text: str) -> list[Link]:
    """Return the heads of all such lines in a text, whatever stands around them.

    Raises ValueError where there is none, or one that is damaged or that a newer tutelage wrote.
    """
    found = list(_HEAD_LINE.finditer(text))
    if not found:
        raise ValueError(f"none: `{HEAD_MARK} 1 EVENTS HASH`")
    for line in found:
        if line[1] is None:
            at = text.count("\n", 0, line.start()) + 1
            raise ValueError(
                f"one in line {at} that cannot be read: `{HEAD_MARK} 1 EVENTS HASH` was cut or "
                "changed. Mend that line, or take it out if you can do without it"
            )
        if int(line[1]) != 1:
            raise ValueError(f"a head line of version {line[1]}, and this tutelage knows version 1")
    return [Link(int(line[2]), line[3].lower()) for line in found]


_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
).encode  # made once: that takes as long as to write an event


def canonical_json(payload: object) -> str:
    """Return the one JSON text of `payload`. Raises ValueError for NaN and infinity."""
    return _encode(payload)


def moment_text(at: datetime) -> str:
    """Return the one text of a moment as keepers hold it, in UTC."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def hash_event(
    prev_hash: str, stream: str, slot: str, kind: str, schema: int, payload: str, at: datetime
) -> str:
    """Return the SHA-256 (hex) of an event and, through `prev_hash`, of all before it."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return sha256(canonical_json([prev_hash, stream, slot, kind, schema, payload, moment]))


def link_after(before: Link, seq: int, event_hash: str) -> Link:
    """Return the link that seals an event at its place behind all events of the store before it."""
    return Link(seq, sha256(canonical_json([before.hash, seq, event_hash])))


def sha256(content: str) -> str:
    """Return the SHA-256 (hex) of a text. Raises UnicodeEncodeError where UTF-8 cannot write it."""
    return hashlib.sha256(content.encode()).hexdigest()
