"""Check of the chains: walks a store's events in order and tells each fault in a sentence."""

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .errors import StoreError
from .hash_chain import (
    GENESIS,
    NO_EVENTS,
    START,
    Head,
    Link,
    StoredEvent,
    VerifyReport,
    hash_event,
    is_head,
    link_after,
)

HEAD_LINE = "The head line given"
"""Origin of a head that a person kept elsewhere."""
_UNNAMED = (
    "{} texts are named by no event: a process was killed before it recorded what they belong to, "
    "or somebody added them. Nothing reads them."
)
_BACKWARDS = (
    "{} events were recorded at an earlier moment than the event before them; the first is seq {}. "
    "A clock was set back, or somebody changed the order of the events and had it sealed anew."
)


@dataclass
class _OrderCheck:
    """State of the check of the chain over the whole store."""

    links: dict[int, str] | None
    """Place -> hash of the links that stand; None in a store of before there were any."""
    seen: dict[int, list[tuple[str, str]]]
    """Place -> who saw the store end there, and with which hash."""
    head: Link = NO_EVENTS
    """Made again from the events alone."""
    before: Link = NO_EVENTS
    """What stands as the link before: so one exchange is not told at every later event."""

    def step(self, row: StoredEvent) -> Iterator[str]:
        """Yield a sentence for each fault in the place of one event."""
        place = row.seq - 1 if type(row.seq) is int else 0
        if self.links and (left := self.links.get(place)):  # of an event that is gone
            self.before = Link(place, left)
        same = self.links is None or self.before == self.head
        self.head = _sealing_link(self.head, row)
        wanted = self.head if same else _sealing_link(self.before, row)
        if self.links is not None:
            stands = self.links.pop(row.seq, None)
            yield from _compare_links(wanted, stands)
            self.before = wanted if stands is None else Link(row.seq, stands)
        for origin, hash_ in self.seen.pop(row.seq, ()):
            if hash_ != self.head.hash:
                yield f"{origin} saw other events, or another order, up to here."

    def finish(self) -> Iterator[str]:
        """Yield a sentence for each link and each end that was seen and has no event."""
        for seq in self.links or ():
            yield f"seq {seq}: a link is there and its event is gone."
        for seq, ends in self.seen.items():
            yield from (
                f"seq {seq}: {origin} saw the store end here, and its last event is gone."
                for origin, hash_ in ends
                if (seq, hash_) != (0, GENESIS)
            )


def _sealing_link(before: Link, row: StoredEvent) -> Link:
    """Return the link that should seal an event; one without a hash where a hash is none."""
    try:
        return link_after(before, row.seq, row.hash)
    except (TypeError, ValueError):  # told already, of the event or the link
        return Link(row.seq, "")


def _compare_links(wanted: Link, stands: str | None) -> Iterator[str]:
    """Compare the link that stands at the place of an event with the one that should."""
    if stands is None:
        yield "no link seals its place in the store."
    elif stands != wanted.hash:
        yield "another event was recorded at this place: its link differs."


@dataclass
class _ChainCheck:
    """State of the check on its way through the events, in the order of the store."""

    order: _OrderCheck
    heads: dict[str, Head] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    events: int = 0
    seq: int = 0
    at: str = ""
    """Moment of the event before."""
    backwards: list[object] = field(default_factory=list)
    """Places of events with an earlier moment than the one before; the texts sort as they do."""

    def step(self, row: StoredEvent, texts: Container[str]) -> None:
        """Check one event against the chain so far."""
        before = self.heads.get(row.stream, START)
        faults = [*_find_faults(row, before.hash, texts), *self.order.step(row)]
        if row.seq != self.seq + 1:
            faults.insert(0, f"the events between it and seq {self.seq} are gone.")
        if faults:
            self.faults += [f"{_place_of(row)}: {fault}" for fault in faults]
        self.heads[row.stream] = Head(before.count + 1, row.seq, row.hash)
        if str(row.at) < self.at:
            self.backwards.append(row.seq)
        self.at = str(row.at)
        self.events += 1
        self.seq = row.seq if type(row.seq) is int else self.seq + 1


def _place_of(row: StoredEvent) -> str:
    return f"stream {row.stream!r}, seq {row.seq}, slot {row.slot!r}"


def _find_faults(row: StoredEvent, before: str, texts: Container[str]) -> Iterator[str]:
    """Yield a sentence for each fault of one event; `before` is the hash that its stream had."""
    if row.prev_hash != before:
        yield "the event before it in its stream was cut, added or changed."
    try:
        at = datetime.fromisoformat(row.at).replace(tzinfo=UTC)
        sealed = hash_event(
            row.prev_hash, row.stream, row.slot, row.kind, row.schema, row.payload, at
        )
    except (ValueError, TypeError) as error:
        yield f"its columns cannot be read ({error})."
        return
    if f"{row.at}+00:00" != at.isoformat(" ", "microseconds"):
        yield f"its moment {row.at!r} is not written as it was recorded."
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


class _KeptTexts(Container[str]):
    """Keys of the texts that are there; those that no event has named yet stand in `unnamed`."""

    def __init__(self) -> None:
        self._kept: set[str] = set()
        self.unnamed: set[str] = set()

    def add(self, key: str) -> None:
        self._kept.add(key)
        self.unnamed.add(key)

    def __contains__(self, key: object) -> bool:
        self.unnamed.discard(str(key))
        return key in self._kept


def verify_chain(
    rows: Iterable[StoredEvent],
    texts: Iterable[tuple[str, str]],
    ends: Mapping[str, Head],
    links: Iterable[tuple[int, str]] | None,
    *,
    faults: Iterable[str] = (),
    seen: Iterable[tuple[str, Link]] = (),
) -> VerifyReport:
    """Walk a whole store: its events in order, its texts by hash, the ends that it names.

    `links` are None where the keeper has none yet, `faults` those that it found already, and `seen`
    heads of the store that somebody saw earlier, each behind who that was.
    """
    places: dict[int, list[tuple[str, str]]] = {}
    for origin, head in seen:
        places.setdefault(head.seq, []).append((origin, head.hash))
    stand = None if links is None else dict(links)
    walk, kept = _ChainCheck(_OrderCheck(stand, places), faults=list(faults)), _KeptTexts()
    for key, content in texts:
        kept.add(key)
        if not isinstance(content, str) or _text_hash(content) != key:
            walk.faults.append(f"The text {key} is not what was kept: its hash differs.")
    for row in rows:
        walk.step(row, kept)
    walk.faults += walk.order.finish()
    for stream in ends.keys() | walk.heads.keys():
        walk.faults += _compare_heads(stream, ends.get(stream), walk.heads.get(stream))
    spare = [_UNNAMED.format(len(kept.unnamed))] if kept.unnamed else []
    if walk.backwards:
        spare.append(_BACKWARDS.format(len(walk.backwards), walk.backwards[0]))
    return VerifyReport(
        not walk.faults, walk.events, walk.faults, spare, walk.heads, walk.order.head
    )


def _text_hash(content: str) -> str:
    """Return the SHA-256 of a text as it was read, which may hold bytes that are no UTF-8."""
    return hashlib.sha256(content.encode(errors="surrogateescape")).hexdigest()


def _compare_heads(stream: str, said: Head | None, found: Head | None) -> Iterator[str]:
    """Compare the head of a stream, written beside its events, with the end of the events."""
    if said == found:
        return
    if said is None or found is None:
        missing = "head" if said is None else "events"
        head = said or found
        yield f"stream {stream!r}, seq {head.seq if head else 0}: its {missing} are gone."
    elif not is_head(said):
        yield f"stream {stream!r}, seq {found.seq}: its head cannot be read."
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
        return content is not None and _text_hash(content) == key


def find_stream_faults(
    stream: str,
    rows: Iterable[StoredEvent],
    read_text: Callable[[str], str | None],
    said: Head | None,
    read_link: Callable[[int], str | None] | None,
) -> Iterator[str]:
    """Yield a sentence for each fault of one stream: its events, their texts, its head `said`.

    `read_link` returns the hash of the link at a place; None where the keeper has no links yet.
    """
    texts, head = _WholeTexts(read_text), START
    for row in rows:
        yield from (f"{_place_of(row)}: {it}" for it in _find_faults(row, head.hash, texts))
        if read_link:
            before = Link(0, (read_link(row.seq - 1) if row.seq > 1 else GENESIS) or "")
            faults = _compare_links(_sealing_link(before, row), read_link(row.seq))
            yield from (f"{_place_of(row)}: {fault}" for fault in faults)
        head = Head(head.count + 1, row.seq, row.hash)
    yield from _compare_heads(stream, said, head if head.count else None)
