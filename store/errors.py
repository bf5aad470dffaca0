"""Errors of a store, each with what to do about it.

StoreError                  full or failing disk, a lock that never came free
├── StoreTooNew             a newer tutelage wrote it
├── StoreCorrupt            not a store, or damaged
├── StoreGone               vanished or exchanged under a process that works on it
├── SlotConflict            the slot holds something else
├── StreamBusy              somebody works on this run already
└── BlobMissing             no text under this hash (also a LookupError)
"""


class StoreError(Exception):
    """Nothing of what was asked for has been kept."""


class StoreTooNew(StoreError):
    """The store, or an event in it, is newer than this code. It was left as it was."""


class StoreCorrupt(StoreError):
    """The file is no store, or it is damaged. It was left as it was."""


class StoreGone(StoreError):
    """A file of the store vanished, or another took its place, while a process worked on it."""

    def __init__(self, what: object) -> None:
        super().__init__(
            f"{what} is not there any more, or is not what it was: it was removed, moved, "
            "exchanged or put back from an older copy while this process worked on the store. "
            "Nobody would find what is recorded from now on, so nothing more is kept. Move the "
            "store back, or restore all of it from a copy, and go on from there: `tutelage log "
            "verify`, then `tutelage resume RUN`."
        )


class SlotConflict(StoreError):
    """A taken slot was recorded again with another kind or other inputs."""

    def __init__(self, stream: str, slot: str, field: str, stands: object, given: object) -> None:
        self.stream, self.slot, self.field = stream, slot, field
        super().__init__(
            f"Slot {slot!r} of stream {stream!r} is taken: {field} is {_short(stands)}, "
            f"and now {_short(given)} was given. What is recorded stays; go on with the "
            "inputs it began with, or start a new run."
        )


class StreamBusy(StoreError):
    """Another process, thread or handle works on this stream, which is a run, already."""

    def __init__(self, stream: str, worker: str) -> None:
        self.stream, self.worker = stream, worker
        super().__init__(
            f"{stream!r} is worked on already, by {worker}: two at once would make calls, and pay "
            f"them, twice. Look on with `tutelage show {stream}`; wait for that process, or stop "
            "it, and try again."
        )


class BlobMissing(StoreError, LookupError):
    """No text is kept under this hash."""

    def __init__(self, sha256: str, where: object) -> None:
        super().__init__(
            f"No text {sha256!r} in {where}. `tutelage log verify` lists what is missing."
        )


def read_only_error(where: object) -> StoreError:
    """Return the error of a log that was opened for reading and should keep something."""
    return StoreError(f"{where} was opened for reading: nothing can be kept. Open it for writing.")


def closed_error() -> StoreError:
    """Return the error of a log that was closed and should keep something."""
    return StoreError("The log was closed: nothing more can be kept.")


def _short(value: object, limit: int = 80) -> str:
    shown = repr(value)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
