"""Readings of recorded replies: each judge's stands beside the others', and the newest counts."""

from collections.abc import Iterator, Mapping

from .events import AttemptJudged, AttemptReread
from .log import Log

READING = set(AttemptReread.model_fields) - {"stream", "slot", "kind", "attempt"}
"""Fields of an attempt that its judge fills in."""


def apply_reading(attempt: AttemptJudged, reading: AttemptReread | None) -> AttemptJudged:
    """Return an attempt as a later reading tells it; as it is where there is none."""
    return attempt.model_copy(update=reading.model_dump(include=READING)) if reading else attempt


def newest_readings(
    log: Log, run: str, *, prefix: str = "", until: int | None = None
) -> Mapping[str, AttemptReread]:
    """Return slot of an attempt -> its newest reading, of those below `prefix`.

    With `until`, as it was at that place of the log. Empty for a run that read nothing again.
    """
    found: dict[str, AttemptReread] = {}
    for entry in log.entries(stream=run, kinds=[AttemptReread], prefix=prefix):
        if until is not None and entry.seq >= until:
            break
        match entry.event:
            case AttemptReread() as reading:
                found[reading.attempt] = reading
    return found


def attempts_below(log: Log, run: str, prefix: str = "") -> Iterator[AttemptJudged]:
    """Yield the attempts whose slots begin with `prefix`, each by its newest reading."""
    readings = newest_readings(log, run, prefix=prefix)
    for attempt in log.events(AttemptJudged, stream=run, prefix=prefix):
        yield apply_reading(attempt, readings.get(attempt.slot))


def place_of(log: Log, run: str, slot: str) -> int:
    """Return the place in the log of what stands in a slot. Raises LookupError."""
    for entry in log.entries(stream=run, prefix=slot):
        if entry.event.slot == slot:
            return entry.seq
    raise LookupError(f"Slot {slot!r} of stream {run!r} is empty.")
