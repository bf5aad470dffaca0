"""Opening of a store: inspected before anything is touched; every commit reaches the disk."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from ..errors import StoreCorrupt, StoreError, StoreTooNew
from .heads_note import HEADS_FILE, read_heads
from .locks import WriteLock, lock_timeout
from .migrations import bring_up_to_date
from .tables import STORE_VERSION

DATABASE = "tutelage.db"


def connect(path: Path, busy_seconds: float) -> tuple[Engine, WriteLock]:
    """Return an engine on the database at `path`, made where there is none, and its write lock.

    Raises StoreTooNew, StoreCorrupt or StoreError, and then leaves the file as it was.
    """
    with translate_errors(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Before the events: who writes both meanwhile writes the note last.
            noted = read_heads(path.parent).events
            version = 0
            if path.exists() and path.stat().st_size > 0:
                version = _read_version(path, busy_seconds, noted)
            if noted and not version:
                raise _emptied_store_error(path, noted)
            lock = WriteLock(path, busy_seconds)
        except OSError as error:
            raise _explain(_sqlite_error(error, sqlite3.SQLITE_CANTOPEN), path) from error
        engine = _engine(path, busy_seconds)
        try:
            with lock, writer_connection(engine.connect()) as connection:
                if version < STORE_VERSION:
                    with connection.begin():
                        bring_up_to_date(connection)
        except BaseException:
            lock.close()
            engine.dispose()
            raise
    return engine, lock


def writer_connection(connection: Connection) -> Connection:
    """Return the connection, whose transactions now take SQLite's write lock when they begin.

    A transaction that reads first and locks later can find that another process wrote between.
    """
    return connection.execution_options(tutelage_begin="BEGIN IMMEDIATE")


def _read_version(path: Path, busy_seconds: float, noted: int) -> int:
    """Return the store's version; 0 without tables. Refuses what is no store; writes no byte.

    Refuses as well a store with no event where `noted` events were seen earlier.
    """
    with path.open("rb") as file:
        magic = file.read(16)
    if magic != b"SQLite format 3\0":
        raise StoreCorrupt(
            f"{path} is no SQLite database. Move it away to begin a new store, or restore a copy."
        )
    # Even a reader leaves files beside a WAL database, unless it is told that nothing is in there.
    waiting = path.with_name(f"{path.name}-wal")
    how = "mode=ro" if waiting.exists() and waiting.stat().st_size else "immutable=1"
    address = f"{path.resolve().as_uri()}?{how}"
    with closing(sqlite3.connect(address, uri=True, timeout=busy_seconds)) as raw:
        tables = {row[0] for row in raw.execute("SELECT name FROM sqlite_master")}
        if not tables:
            return 0
        row = None
        if {"meta", "event", "head", "blob"} <= tables:
            row = raw.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
            if noted and not raw.execute("SELECT 1 FROM event LIMIT 1").fetchone():
                raise _emptied_store_error(path, noted)
    if row is None or not re.fullmatch("[1-9][0-9]{0,8}", str(row[0])):
        raise StoreCorrupt(
            f"{path} is a SQLite database but no store. Name another folder with TUTELAGE_HOME."
        )
    if int(row[0]) > STORE_VERSION:
        raise StoreTooNew(
            f"{path} is a store of version {row[0]}; this tutelage knows up to {STORE_VERSION}. "
            "Update tutelage. The store was left as it was."
        )
    return int(row[0])


def _emptied_store_error(path: Path, noted: int) -> StoreCorrupt:
    return StoreCorrupt(
        f"{path} holds no event, and {HEADS_FILE} beside it saw {noted}: the store was emptied "
        f"or lost. Restore it from a copy, or move {HEADS_FILE} away to begin a new one."
    )


def _engine(path: Path, busy_seconds: float) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)))

    @event.listens_for(engine, "connect")
    def set_pragmas(raw: DBAPIConnection, _record: object) -> None:
        # None: the driver begins nothing by itself, `begin` below says how.
        raw.isolation_level = None
        cursor = raw.cursor()
        for pragma in (
            f"busy_timeout = {int(busy_seconds * 1000)}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "journal_size_limit = 67108864",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("tutelage_begin", "BEGIN")
        connection.exec_driver_sql(how)

    return engine


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Raise what SQLite says inside as a StoreError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(error, path) from error
    except UnicodeDecodeError as error:  # SQLite quotes a damaged table, and Python cannot read it
        raise _explain(_sqlite_error(error, sqlite3.SQLITE_CORRUPT), path) from error
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error):
            raise
        raise _explain(error.orig, path) from error


def _explain(error: sqlite3.Error, path: Path) -> StoreError:
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


def _sqlite_error(error: Exception, code: int) -> sqlite3.Error:
    found = sqlite3.OperationalError(str(error))
    found.sqlite_errorcode = code
    return found
