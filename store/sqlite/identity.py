"""Identity of an open store's files: notices when they vanish or others take their place."""

import threading
from collections import Counter
from pathlib import Path

from ..errors import StoreGone
from .locks import LockFile

BESIDE = ("-wal", "-shm")
"""Endings of the files that SQLite keeps beside a database for as long as somebody has it open."""
Identity = tuple[int, int]
"""Device and number of a file."""


class StoreFiles:
    """The files that one open log writes into, as they were when it first saw them."""

    def __init__(self, path: Path) -> None:
        """Remember the database at `path`. Raises OSError."""
        self.path = path
        found = path.stat()
        self._database: Identity = found.st_dev, found.st_ino
        self._beside: dict[str, Identity] = {}
        self.locks: list[LockFile] = []
        """Locks that protect nothing once somebody else cannot find their files."""
        with _COUNTING:
            _OPEN[self._database] += 1
        self._closed = False

    def check(self) -> None:
        """Raise StoreGone unless each file stands where it stood. Costs a stat for each."""
        self.check_database()
        for lock in self.locks:
            if _identify(lock.path) != lock.identity:
                raise StoreGone(lock.path)
        for ending in BESIDE:
            path = self.path.with_name(self.path.name + ending)
            found = _identify(path)
            # SQLite makes them when it first needs them.
            if found != self._beside.get(ending, found):
                raise StoreGone(path)
            if found is not None:
                self._beside[ending] = found

    def check_database(self) -> None:
        """Raise StoreGone unless the database stands where it stood."""
        if _identify(self.path) != self._database:
            raise StoreGone(self.path)

    def close(self) -> None:
        """Forget the files; once is enough."""
        with _COUNTING:
            if not self._closed:
                _OPEN[self._database] -= 1
        self._closed = True


_OPEN: Counter[Identity] = Counter()
_COUNTING = threading.Lock()


def is_open_here(path: Path) -> bool:
    """Tell whether this process has the database open, and so must not open it past SQLite.

    Closing any other descriptor of a file lets go of all locks that the process has on it.
    """
    found = _identify(path)
    return found is not None and _OPEN[found] > 0


def _identify(path: Path) -> Identity | None:
    """Return what the file at `path` is; None where none can be seen."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
