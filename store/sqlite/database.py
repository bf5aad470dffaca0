"""Opening of a store: inspected before anything is touched; every commit reaches the disk."""

import errno
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from ..errors import StoreCorrupt, StoreError, StoreTooNew
from .heads_note import HEADS_FILE, read_heads
from .identity import BESIDE, is_open_here
from .locks import WriteLock, lock_timeout
from .migrations import bring_up_to_date
from .tables import STORE_VERSION

DATABASE = "tutelage.db"


def is_there(path: Path) -> bool:
    """Tell whether there is a database at `path`. Raises StoreError where nobody may look."""
    try:
        return path.exists()
    except OSError as error:
        raise _explain(_as_sqlite_error(error), path) from error


def connect(path: Path, busy_seconds: float) -> tuple[Engine, WriteLock]:
    """Return an engine on the database at `path`, made where there is none, and its write lock.

    Raises StoreTooNew, StoreCorrupt or StoreError, and then leaves the file as it was.
    """
    with translate_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        version = _inspect(path, busy_seconds)
        lock = WriteLock(path, busy_seconds)
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


def connect_reader(path: Path, busy_seconds: float) -> tuple[Engine, WriteLock | None]:
    """Return an engine that only reads the database at `path`, and the lock to close it under.

    None where no writer ever made that lock, or nothing may be written. Raises StoreTooNew,
    StoreCorrupt or StoreError.
    """
    with translate_errors(path):
        if not path.exists():
            raise StoreError(f"There is no store at {path}: nothing can be read.")
        could_write = all(os.access(each, os.W_OK) for each in (path, path.parent))
        address = f"{path.as_uri()}?{'mode=rw' if could_write else _choose_reading(path)}"
        if not _inspect(path, busy_seconds):
            raise StoreCorrupt(
                f"{path} is empty: it is no store yet. `tutelage run CONFIG` begins one."
            )
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            address, uri=True, timeout=busy_seconds, check_same_thread=False
        ),
        poolclass=QueuePool,
    )
    _set_up(engine, f"busy_timeout = {int(busy_seconds * 1000)}", "query_only = ON")
    with suppress(OSError):
        return engine, WriteLock(path, busy_seconds, make=False) if could_write else None
    return engine, None


def _choose_reading(path: Path) -> str:
    """Return how SQLite is to open a database that it may not change.

    It must make no file either: no writer could open that one.
    """
    waiting, shared = (path.with_name(path.name + ending) for ending in BESIDE)
    if shared.exists():
        return "mode=ro"
    if waiting.exists() and waiting.stat().st_size:
        raise StoreError(
            f"The last writes of {path} wait in {waiting.name}, which cannot be read where "
            "nothing may be written. Copy the whole folder to where you may write, and read it "
            "there; or let whoever owns the store run `tutelage log verify` once."
        )
    return "immutable=1"


def _inspect(path: Path, busy_seconds: float) -> int:
    """Return the version of the store at `path`; 0 where one can be made.

    Raises StoreTooNew or StoreCorrupt for what is none, and writes no byte.
    """
    # Before the events: who writes both meanwhile writes the note last.
    noted = read_heads(path.parent).events
    version = 0
    if path.exists() and path.stat().st_size > 0:
        version = _read_version(path, busy_seconds, noted)
    if noted and not version:
        raise _emptied_store_error(path, noted)
    return version


def writer_connection(connection: Connection) -> Connection:
    """Return the connection, whose transactions now take SQLite's write lock when they begin.

    A transaction that reads first and locks later can find that another process wrote between.
    """
    return connection.execution_options(tutelage_begin="BEGIN IMMEDIATE")


def _read_version(path: Path, busy_seconds: float, noted: int) -> int:
    """Return the store's version; 0 without tables. Refuses what is no store; writes no byte.

    Refuses as well a store with no event where `noted` events were seen earlier.
    """
    if is_open_here(path):
        address = f"{path.as_uri()}?mode=ro"
    else:
        _check_magic(path)
        address = _address_to_look(path)
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


def _check_magic(path: Path) -> None:
    with path.open("rb") as file:
        magic = file.read(16)
    if magic != b"SQLite format 3\0":
        raise StoreCorrupt(
            f"{path} is no SQLite database. Move it away to begin a new store, or restore a copy."
        )


def _address_to_look(path: Path) -> str:
    """Return the address for a short look at what nobody may have open."""
    # Even a reader leaves files beside a WAL database, unless it is told that nothing is in there.
    waiting = path.with_name(f"{path.name}-wal")
    how = "mode=ro" if waiting.exists() and waiting.stat().st_size else "immutable=1"
    return f"{path.as_uri()}?{how}"


def _emptied_store_error(path: Path, noted: int) -> StoreCorrupt:
    return StoreCorrupt(
        f"{path} holds no event, and {HEADS_FILE} beside it saw {noted}: the store was emptied "
        f"or lost. Restore it from a copy, or move {HEADS_FILE} away to begin a new one."
    )


def _engine(path: Path, busy_seconds: float) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)))
    _set_up(
        engine,
        f"busy_timeout = {int(busy_seconds * 1000)}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "journal_size_limit = 67108864",
    )
    return engine


def _set_up(engine: Engine, *pragmas: str) -> None:
    """Give each connection its PRAGMA, and say how its transactions begin."""

    @event.listens_for(engine, "connect")
    def set_pragmas(raw: DBAPIConnection, _record: object) -> None:
        # None: the driver begins nothing by itself, `begin` below says how.
        raw.isolation_level = None
        cursor = raw.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("tutelage_begin", "BEGIN")
        connection.exec_driver_sql(how)


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Raise what SQLite, or the system, says inside as a StoreError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(error, path) from error
    except (UnicodeDecodeError, OverflowError) as error:
        # SQLite quotes a damaged table, which is no UTF-8, or a place is no number of SQLite's.
        raise _explain(_sqlite_error(error, sqlite3.SQLITE_CORRUPT), path) from error
    except OSError as error:
        raise _explain(_as_sqlite_error(error), path) from error
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
            f"{path} cannot be opened ({error}). Make the folder and its files readable and, for "
            "what records, writable; or name another with TUTELAGE_HOME."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreCorrupt(
            f"{path} is damaged or no store ({error}). Restore it from a copy, or move it away "
            "to begin a new one."
        )
    return StoreError(f"{path}: {error}. Nothing was kept; `tutelage log verify` looks closer.")


def _as_sqlite_error(error: OSError) -> sqlite3.Error:
    """Return the error as SQLite would tell it: a full or failing disk, or no way to open."""
    failing = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG)
    return _sqlite_error(error, sqlite3.SQLITE_IOERR if failing else sqlite3.SQLITE_CANTOPEN)


def _sqlite_error(error: Exception, code: int) -> sqlite3.Error:
    found = sqlite3.OperationalError(str(error))
    found.sqlite_errorcode = code
    return found
