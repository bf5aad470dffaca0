"""Append-only event log: records what happened, in order, once and for ever."""

from collections.abc import Mapping
from pathlib import Path

from ..paths import expand_home
from .contract import Entry, Log
from .errors import StoreError
from .memory import MemoryLog
from .sqlite.log import SqliteLog

__all__ = ["KEEPERS", "Entry", "Log", "folder_of", "has_log", "lasts", "open_log"]

KEEPERS: Mapping[str, type[Log]] = {"sqlite": SqliteLog, "memory": MemoryLog}
"""Word before the colon of a home -> its keeper; a home without one is a folder, SQLite's."""


def open_log(home: str | Path, *, busy_seconds: float = 30.0, read_only: bool = False) -> Log:
    """Open the store in `home`, a folder or `KEEPER:PLACE`; make one where there is none.

    `busy_seconds` is how long to wait for another process that writes; `read_only` opens a store
    that is there, and changes nothing. Raises StoreError and leaves what it cannot read as it was.
    """
    keeper, place = _keeper(home)
    return keeper.open(place, busy_seconds=busy_seconds, read_only=read_only)


def has_log(home: str | Path) -> bool:
    """Tell whether there is a store in `home`."""
    keeper, place = _keeper(home)
    return keeper.exists(place)


def folder_of(home: str | Path) -> Path:
    """Return the folder for what stands beside a log, such as the index."""
    return Path(_keeper(home)[1])


def lasts(home: str | Path) -> bool:
    """Tell whether the store in `home` outlives the process that opens it."""
    return _keeper(home)[0].lasts


def _keeper(home: str | Path) -> tuple[type[Log], str]:
    word, colon, place = str(home).partition(":")
    if colon and word in KEEPERS:
        return KEEPERS[word], expand_home(place)
    # One letter is a drive of Windows.
    if colon and len(word) > 1 and word.isalnum() and not Path(home).exists():
        raise StoreError(
            f"No keeper of stores is called {word!r}. Known: {', '.join(KEEPERS)}. "
            f"For a folder of that name say ./{home}"
        )
    return SqliteLog, expand_home(str(home))
