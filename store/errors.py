"""Errors of a store, each with what to do about it.

StoreError                  full or failing disk, a lock that never came free
├── StoreTooNew             a newer tutelage wrote it
├── StoreCorrupt            not a store, or damaged
├── SlotConflict            the slot holds something else
└── BlobMissing             no text under this hash (also a LookupError)
"""

import sqlite3
from pathlib import Path


class StoreError(Exception):
    """Nothing of what was asked for has been kept."""


class StoreTooNew(StoreError):
    """The store, or an event in it, is newer than this code. It was left as it was."""


class StoreCorrupt(StoreError):
    """The file is no store, or it is damaged. It was left as it was."""


class SlotConflict(StoreError):
    """A taken slot was recorded again with another kind or other inputs."""

    def __init__(self, stream: str, slot: str, field: str, stands: object, given: object) -> None:
        self.stream, self.slot, self.field = stream, slot, field
        super().__init__(
            f"Slot {slot!r} of stream {stream!r} is taken: {field} is {_short(stands)}, "
            f"and now {_short(given)} was given. What is recorded stays; go on with the "
            "inputs it began with, or start a new run."
        )


class BlobMissing(StoreError, LookupError):
    """No text is kept under this hash."""


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """Return the typed error for what SQLite said about the database at `path`."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return lock_timeout(path)
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return StoreError(
            f"The disk refused to write or read {path} ({error}); nothing was kept. "
            "Free some space, or look at the disk, and run the command again."
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreError(
            f"{path} cannot be opened for writing ({error}). Make the folder and its files "
            "writable, or name another with TUTELAGE_HOME."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreCorrupt(
            f"{path} is damaged or no store ({error}). Restore it from a copy, or move it away "
            "to begin a new one."
        )
    return StoreError(f"{path}: {error}. Nothing was kept; `tutelage log verify` looks closer.")


def lock_timeout(path: Path) -> StoreError:
    """Return the error of a writer that waited longer than it may for another one."""
    return StoreError(
        f"{path} stayed locked by another process; nothing was kept. "
        "Wait until that process is done, or end it, and run the command again."
    )


def _short(value: object, limit: int = 80) -> str:
    shown = repr(value)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
