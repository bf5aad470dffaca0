"""Writing of one log: a transaction at a time, in the store that stands where it was opened."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine

from ..errors import StoreError, StoreGone
from .database import translate_errors, writer_connection
from .heads_note import HEADS_FILE, write_heads
from .identity import StoreFiles
from .locks import WriteLock, hold_stream

_NEWEST = "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1"
_AT = "SELECT hash FROM event WHERE seq = ?"


class Writer:
    """The connection of a log that writes, and what it must find in its place."""

    def __init__(self, files: StoreFiles, engine: Engine, lock: WriteLock) -> None:
        self._path = files.path
        self._engine = engine
        self._lock = lock
        self._connection = writer_connection(engine.connect())
        self._newest = self._read_newest()
        self._wrote = False
        self._files = files
        self._files.locks.append(lock.file)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Write inside the block, all or nothing.

        Raises StoreGone where the store, before or after, is not where it was opened.
        """
        with self._lock, translate_errors(self._path):
            self._files.check()
            with self._connection.begin():
                self._check_newest()
                yield self._connection
                newest = self._read_newest()
            self._newest, self._wrote = newest, True
            self._files.check()

    @contextmanager
    def alone(self, stream: str) -> Iterator[None]:
        """Be the only one who works on a stream; the store must be there at the end as well.

        Where it is not, that is told, and not what the work met in what took its place.
        """
        with hold_stream(self._path.parent, stream) as lock:
            self._files.locks.append(lock)
            try:
                yield
            except Exception:
                self._check_there()
                raise
            else:
                self._check_there()
            finally:
                self._files.locks.remove(lock)

    def close(self) -> None:
        """Note the ends of the streams beside the database and let go of it.

        Raises, when all is let go, StoreGone where it is not what was written, and StoreError where
        the lock for the note could not be had.
        """
        with translate_errors(self._path), ExitStack() as end:
            if not self._lock.inherited:  # SQLite: a child lets its parent's connection be
                end.callback(self._let_go)
            try:
                end.enter_context(self._lock)
            except StoreError as error:
                if self._lock.inherited:
                    raise
                if self._wrote:
                    raise _unnoted_error(self._path) from error
                return  # whoever has the lock has the database open, and copies the WAL back
            # The last connection copies the WAL back: under the lock, as all that writes.
            end.callback(self._disconnect)
            if self._wrote:
                self._files.check()
                self._check_newest()
                # An older note is still true: a full disk must not keep the log from closing.
                with suppress(OSError), self._engine.connect() as connection:
                    write_heads(self._path.parent, connection)

    def _let_go(self) -> None:
        self._lock.close()  # first: it waits for a thread that still writes
        self._disconnect()

    def _disconnect(self) -> None:
        self._connection.close()
        self._engine.dispose()

    def _check_there(self) -> None:
        with self._lock, translate_errors(self._path):
            self._files.check()
            self._check_newest()

    def _check_newest(self) -> None:
        """Raise StoreGone unless the newest event that was seen is there: none is ever removed."""
        if self._newest is None:
            return
        seq, known = self._newest
        row = self._raw.execute(_AT, (seq,)).fetchone()
        if row is None or row[0] != known:
            raise StoreGone(f"Event {seq} of {self._path}")

    def _read_newest(self) -> tuple[int, str] | None:
        """Return place and hash of the newest event; None where there is none."""
        return cast("tuple[int, str] | None", self._raw.execute(_NEWEST).fetchone())

    @property
    def _raw(self) -> Any:
        # Without SQLAlchemy, which would add a tenth to the cost of a record.
        return self._connection.connection.dbapi_connection


def _unnoted_error(path: Path) -> StoreError:
    return StoreError(
        f"{path} stayed locked by another process when it was closed. All that was recorded is "
        f"kept; only {HEADS_FILE} beside it, the note of its ends, was not written. The next "
        "command that records writes it."
    )
