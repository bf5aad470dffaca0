"""Rules of recording that every keeper of the log shares."""

from datetime import datetime
from typing import NamedTuple, TypeVar, cast

from .errors import SlotConflict
from .events import Event
from .events.upcasts import KINDS, revive
from .hash_chain import canonical_json, sha256

E = TypeVar("E", bound=Event)


class Entry(NamedTuple):
    """An event and where it stands."""

    seq: int
    at: datetime
    hash: str
    event: Event


def encode(event: E) -> tuple[str, E]:
    """Return the payload as it will stand in the store, and the event as it will be read there.

    What cannot be read again is not written; and a first run sees what a resumed one will see.
    """
    stream, slot, kind = event.stream, event.slot, type(event).__name__
    if KINDS.get(kind) is not type(event):
        raise TypeError(f"{kind} is no kind of event. Known: {', '.join(KINDS)}.")
    try:
        payload = canonical_json(event.model_dump(exclude={"stream", "slot", "kind"}))
        sha256(stream + slot + payload)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{kind} for slot {slot!r} of stream {stream!r} cannot be kept: {error}."
        ) from error
    return payload, cast(E, revive(stream, slot, kind, event.newest_schema(), payload))


def check_same_inputs(stands: Event, given: Event) -> None:
    """Raise SlotConflict unless both are one kind with the same inputs."""
    if type(stands) is not type(given):
        raise SlotConflict(
            given.stream, given.slot, "kind", type(stands).__name__, type(given).__name__
        )
    for name in sorted(given.inputs):
        old, new = getattr(stands, name), getattr(given, name)
        if old != new:
            raise SlotConflict(given.stream, given.slot, name, old, new)


def check_kind(kind: type[E], stands: Event) -> E:
    """Return the event as one of `kind`; `Event` is any. Raises SlotConflict for another."""
    if not isinstance(stands, kind):
        raise SlotConflict(stands.stream, stands.slot, "kind", type(stands).__name__, kind.__name__)
    return stands
