"""Folder in which Chroma keeps the index: checked before it is opened, one process at a time.

Chroma is not safe between processes, and a damaged file can end the process that opens it. So
every use opens the folder anew, behind a lock, after SQLite has looked at the file; and a rebuild
writes a new folder beside the old one and takes its place only when it is whole.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import chromadb
from chromadb.api.client import Client
from chromadb.config import Settings
from chromadb.errors import ChromaError
from filelock import FileLock

from ..errors import StoreError


class IndexBroken(StoreError):
    """The index is not there or cannot be read. The strategies are safe: they are in the log."""


class IndexFolder:
    """Builds of the index, each a folder in `folder`; the newest is the one that is read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def is_empty(self) -> bool:
        """Tell whether there is no index yet, damaged or not."""
        return not self._builds() and not self._folder.is_file()

    @contextmanager
    def open_newest(self) -> Iterator[Client]:
        """Open the newest build. Raises IndexBroken when there is none or it is damaged."""
        with self._lock():
            builds = self._builds()
            if not builds:
                raise index_broken_error(f"There is no index in {self._folder}.")
            _inspect(builds[-1])
            with closing(_open(builds[-1])) as client:
                yield client

    @contextmanager
    def rebuild(self) -> Iterator[Client]:
        """Open an empty build, which replaces all others once the block ends without an error."""
        with self._lock():
            if self._folder.is_file():
                self._folder.unlink()
            self._folder.mkdir(parents=True, exist_ok=True)
            stamp = f"{time.time_ns():020d}"
            building = self._folder / f"building-{stamp}"
            with closing(_open(building)) as client:
                yield client
            finished = building.rename(self._folder / stamp)
            for other in self._folder.iterdir():
                if other.is_dir() and other != finished:
                    shutil.rmtree(other)

    def _builds(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(it for it in self._folder.iterdir() if it.is_dir() and it.name.isdecimal())

    @contextmanager
    def _lock(self) -> Iterator[None]:
        lock = self._folder.with_name(f"{self._folder.name}.lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, fallback_to_soft=False, poll_interval=0.01):
            yield


@contextmanager
def translate_faults() -> Iterator[None]:
    """Turn what Chroma raises over a damaged index into IndexBroken."""
    try:
        yield
    except BaseException as fault:
        # A panic of Chroma's core is no Exception and has no name that can be imported.
        known = isinstance(fault, (ChromaError, UnicodeDecodeError))
        if known or type(fault).__name__ == "PanicException":
            raise index_broken_error(f"The index cannot be read ({fault}).") from fault
        raise


def index_broken_error(what: str) -> IndexBroken:
    return IndexBroken(
        f"{what} The strategies themselves are in the log; build the index from them with "
        "`tutelage index rebuild`."
    )


def _open(folder: Path) -> Client:
    with translate_faults():
        try:
            client = chromadb.PersistentClient(folder, Settings(anonymized_telemetry=False))
        except AttributeError as fault:
            # Chroma remembers, for the life of the process, a folder that it failed to open.
            raise index_broken_error(f"The index in {folder} cannot be opened.") from fault
    assert isinstance(client, Client)
    return client


def _inspect(folder: Path) -> None:
    file = folder / "chroma.sqlite3"
    if not file.is_file():
        raise index_broken_error(f"{file} is missing.")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True)) as database:
            (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as fault:
        raise index_broken_error(f"{file} is damaged ({fault}).") from fault
    if found != "ok":
        raise index_broken_error(f"{file} is damaged ({found}).")
