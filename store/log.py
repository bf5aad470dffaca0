"""Append-only event log: records what happened, in order, once and for ever."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, Self

from .events import Event
from .hash_chain import VerifyReport
from .recording import E, Entry
from .sqlite_log import SqliteLog

__all__ = ["Entry", "Log", "open_log"]


class Log(Protocol):
    """One store. Threads may share it."""

    def record(self, event: E) -> E:
        """Keep `event` and return it; if its slot is taken, return what stands there.

        It is on the disk when this returns. Raises SlotConflict when the slot holds another kind
        or other inputs, and ValueError for what JSON and UTF-8 cannot write.
        """

    def record_all(self, events: Sequence[E]) -> list[E]:
        """Keep all of `events` or, when one raises, none."""

    def find(self, kind: type[E], stream: str, slot: str) -> E | None:
        """Return what stands in a slot, which is of `kind` (`Event` is any).

        Raises SlotConflict for another kind.
        """

    def entries(
        self,
        *,
        stream: str | None = None,
        kinds: Sequence[type[Event]] = (),
        prefix: str = "",
        after: int = 0,
    ) -> Iterator[Entry]:
        """Yield events in the order of the store, from behind `after`.

        `prefix` is how the slot begins. What is recorded while this is read may be missed.
        """

    def events(self, kind: type[E], *, stream: str | None = None, prefix: str = "") -> Iterator[E]:
        """Yield the events of one kind, in the order of the store."""

    def end(self) -> int:
        """Return the place of the newest event; 0 where there is none."""

    def keep(self, text: str) -> str:
        """Keep a text, once, and return its SHA-256."""

    def keep_all(self, texts: Sequence[str]) -> list[str]:
        """Keep each text, once, all in one write; return their SHA-256."""

    def text(self, sha256: str) -> str:
        """Return the text under a hash. Raises BlobMissing."""

    def streams(self) -> list[str]:
        """Return all streams, in the order of their first events."""

    def verify(self) -> VerifyReport:
        """Check every event, text and end of a stream. Raises nothing."""

    def close(self) -> None:
        """Let go of the store."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def open_log(home: Path, *, busy_seconds: float = 30.0) -> Log:
    """Open the store in `home`; make one where there is none.

    `busy_seconds` is how long to wait for another process that writes. Raises StoreTooNew or
    StoreCorrupt and leaves the file as it was.
    """
    return SqliteLog.open(home, busy_seconds=busy_seconds)
