"""Hash chain over the events: shows what was changed, cut or lost after it was recorded."""

import hashlib
import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from .errors import StoreError
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
    """The end of each stream. Who notes the hashes elsewhere sees whatever is changed later."""
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


class StoredEvent(NamedTuple):
    """One event as a keeper holds it. The hash covers its payload, a JSON text, byte by byte."""

    seq: int
    stream: str
    slot: str
    kind: str
    schema: int
    payload: str
    at: str
    """The moment in UTC, in ISO format."""
    prev_hash: str
    hash: str

    def event(self) -> Event:
        """Read the event as the class of today. Raises StoreTooNew or StoreCorrupt."""
        return revive(self.stream, self.slot, self.kind, self.schema, self.payload)


START = Head(0, 0, GENESIS)
"""End of a stream that has no event yet."""


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

    def step(self, row: StoredEvent, texts: set[str]) -> None:
        """Check one event against the chain so far."""
        place = f"stream {row.stream!r}, seq {row.seq}, slot {row.slot!r}"
        before = self.heads.get(row.stream, START)
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


def _find_faults(row: StoredEvent, texts: Container[str]) -> Iterator[str]:
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
        event = row.event()
    except (StoreError, TypeError) as error:
        yield f"it cannot be read ({error})"
        return
    for name in type(event).model_fields:
        if name.endswith("_text") and (key := getattr(event, name)) and key not in texts:
            yield f"the text {key} of its {name} is not in the store."


def verify_chain(
    rows: Iterable[StoredEvent],
    texts: Iterable[tuple[str, str]],
    ends: Mapping[str, Head],
    faults: Iterable[str] = (),
) -> VerifyReport:
    """Walk a whole store: its events in order, its texts by hash, the ends that it names.

    `faults` are those that the keeper found already.
    """
    walk = _ChainCheck(faults=list(faults))
    kept: set[str] = set()
    for key, content in texts:
        kept.add(key)
        if hashlib.sha256(content.encode(errors="surrogateescape")).hexdigest() != key:
            walk.faults.append(f"The text {key} is not what was kept: its hash differs.")
    for row in rows:
        walk.step(row, kept)
    for stream in ends.keys() | walk.heads.keys():
        walk.faults += _compare_heads(stream, ends.get(stream), walk.heads.get(stream))
    return VerifyReport(not walk.faults, walk.events, walk.faults, heads=walk.heads)


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


class _WholeTexts(Container[str]):
    """Texts that a keeper has; one that was changed counts as lost."""

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self._read = read

    def __contains__(self, key: object) -> bool:
        content = self._read(str(key))
        if content is None:
            return False
        return hashlib.sha256(content.encode(errors="surrogateescape")).hexdigest() == key


def find_stream_faults(
    stream: str,
    rows: Iterable[StoredEvent],
    read_text: Callable[[str], str | None],
    said: Head | None,
) -> Iterator[str]:
    """Yield a sentence for each fault of one stream: its events, their texts, its head `said`."""
    texts, head = _WholeTexts(read_text), START
    for row in rows:
        place = f"stream {stream!r}, seq {row.seq}, slot {row.slot!r}"
        if row.prev_hash != head.hash:
            yield f"{place}: the event before it in its stream was cut, added or changed."
        for fault in _find_faults(row, texts):
            yield f"{place}: {fault}"
        head = Head(head.count + 1, row.seq, row.hash)
    yield from _compare_heads(stream, said, head if head.count else None)
