"""How a store is opened: looked at first, then touched; every commit reaches the disk."""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from .errors import StoreCorrupt, StoreTooNew, explain, locked
from .hash_chain import MARKS, read_note
from .tables import STORE_VERSION, create

DATABASE = "tutelage.db"


class Turn:
    """One writer at a time, among the threads and processes of one machine.

    SQLite's own lock is free again while a process copies its WAL back, and before 3.51.3 a second
    writer at that instant can damage the file. Those who wait here are also served sooner.
    """

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._threads = threading.Lock()
        self._file = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o666)

    def __enter__(self) -> None:
        end = time.monotonic() + self._patience
        if not self._threads.acquire(timeout=self._patience):
            raise locked(self._path)
        try:
            while not self._take():
                if time.monotonic() > end:
                    raise locked(self._path)
                time.sleep(0.001)
        except BaseException:
            self._threads.release()
            raise

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def close(self) -> None:
        """Let go of the lock file."""
        os.close(self._file)

    def _take(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def connect(home: Path, busy_seconds: float) -> tuple[Engine, Turn]:
    """An engine on the store in `home`, which is created where there is none, and its turn.

    Raises StoreTooNew, StoreCorrupt or StoreError, and then leaves the file as it was.
    """
    path = home / DATABASE
    with speaking(path):
        try:
            home.mkdir(parents=True, exist_ok=True)
            # Before the events: who writes both meanwhile writes the note last.
            noted = sum(mark.count for mark in read_note(home).marks.values())
            made = path.exists() and path.stat().st_size > 0 and _look(path, busy_seconds, noted)
            if noted and not made:
                raise _emptied(path, noted)
            turn = Turn(path, busy_seconds)
        except OSError as error:
            raise explain(_cannot_open(error), path) from error
        engine = _engine(path, busy_seconds)
        try:
            with turn, writing(engine.connect()) as connection:
                if not made:
                    with connection.begin():
                        create(connection)
        except BaseException:
            turn.close()
            engine.dispose()
            raise
    return engine, turn


@contextmanager
def speaking(path: Path) -> Iterator[None]:
    """What SQLite says inside is raised as a StoreError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error):
            raise
        raise explain(error.orig, path) from error


def writing(connection: Connection) -> Connection:
    """The connection, whose transactions take the write lock when they begin.

    A transaction that reads first and locks later can find that another process wrote between.
    """
    return connection.execution_options(tutelage_begin="BEGIN IMMEDIATE")


def _look(path: Path, busy_seconds: float, noted: int) -> bool:
    """Whether the tables are there. Refuses what is no store of ours, without writing a byte.

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
            return False
        row = None
        if {"meta", "event", "head", "blob"} <= tables:
            row = raw.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
            if noted and not raw.execute("SELECT 1 FROM event LIMIT 1").fetchone():
                raise _emptied(path, noted)
    if row is None or not str(row[0]).isdecimal():
        raise StoreCorrupt(
            f"{path} is a SQLite database but no store. Name another folder with TUTELAGE_HOME."
        )
    if int(row[0]) > STORE_VERSION:
        raise StoreTooNew(
            f"{path} is a store of version {row[0]}; this tutelage knows up to {STORE_VERSION}. "
            "Update tutelage. The store was left as it was."
        )
    return True


def _emptied(path: Path, noted: int) -> StoreCorrupt:
    return StoreCorrupt(
        f"{path} holds no event, and {MARKS} beside it saw {noted}: the store was emptied or lost. "
        f"Restore it from a copy, or move {MARKS} away to begin a new one."
    )


def _engine(path: Path, busy_seconds: float) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)))

    @event.listens_for(engine, "connect")
    def settle(raw: DBAPIConnection, _record: object) -> None:
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


def _cannot_open(error: OSError) -> sqlite3.Error:
    found = sqlite3.OperationalError(str(error))
    found.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    return found
