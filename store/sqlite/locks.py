"""Locks on files beside a store, which the operating system frees when their holder ends."""

import hashlib
import json
import os
import platform
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import lock_descriptor, unlock_descriptor

from ...bounded_json import read_json
from ..errors import StoreError, StreamBusy, closed_error

WORKING = "working"
"""Folder beside the database with a lock file for each stream that somebody worked on."""
LOOKS = 50
"""Tries to take the lock of a stream: who only looks holds it for a moment."""
LONGEST_NOTE = 1000
"""Bytes that a holder's note may have."""


class LockFile:
    """Lock of one holder among the handles, threads and processes of one machine.

    It ends with the process that opened it, however that ends: a forked child, which would share it
    and keep it alive, lets go of it.
    """

    def __init__(self, path: Path, *, make: bool = True) -> None:
        """Open the lock file; `make` it where it is missing. Raises OSError."""
        self.path = path
        # On a descriptor that stays open: a lock by path adds a quarter to the cost of a record.
        self.descriptor = os.open(path, os.O_RDWR | (os.O_CREAT if make else 0), 0o666)
        found = os.fstat(self.descriptor)
        self.identity = found.st_dev, found.st_ino
        _OPEN.add(self)

    def take(self) -> bool:
        """Take the lock; False where another has it. Raises StoreError where there are no locks."""
        if self.descriptor < 0:
            raise StoreError(
                "This log was opened by the process that this one was forked from: nothing was "
                "kept. Open it again in the process that uses it."
            )
        try:
            return lock_descriptor(self.descriptor, blocking=False)
        except OSError as error:
            raise StoreError(
                f"{self.path} cannot be locked ({error}); nothing was kept. Let the store be on a "
                "file system that has locks, or look at the disk."
            ) from error

    def release(self) -> None:
        """Give the lock back."""
        if self.descriptor >= 0:
            unlock_descriptor(self.descriptor)

    def close(self) -> None:
        """Let go of the file, and so of the lock; once is enough."""
        _OPEN.discard(self)
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1


_OPEN: "weakref.WeakSet[LockFile]" = weakref.WeakSet()


def _close_inherited() -> None:
    """Close, in a forked child, what its parent locks: the parent's own locks stay."""
    for lock in list(_OPEN):
        with suppress(OSError):
            lock.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_inherited)


class WriteLock:
    """Admits one writer at a time, among the threads and processes of one machine.

    SQLite's own lock is free again while a process copies its WAL back, and before 3.51.3 a second
    writer at that instant can damage the file. Those who wait here are also served sooner.
    """

    def __init__(self, path: Path, patience: float, *, make: bool = True) -> None:
        """Open the lock of the database at `path`; `make` it where it is missing. Raises OSError.

        `patience` is how many seconds to wait for another writer.
        """
        self._path = path
        self._patience = patience
        self._threads = threading.Lock()
        self._closed = False
        self.file = LockFile(path.with_suffix(".lock"), make=make)

    def __enter__(self) -> None:
        end = time.monotonic() + self._patience
        if not self._threads.acquire(timeout=self._patience):
            raise lock_timeout(self._path)
        try:
            if self._closed:  # perhaps while we waited
                raise closed_error()
            while not self.file.take():
                if time.monotonic() > end:
                    raise lock_timeout(self._path)
                time.sleep(0.001)
        except BaseException:
            self._threads.release()
            raise

    def __exit__(self, *_: object) -> None:
        self.file.release()
        self._threads.release()

    @property
    def inherited(self) -> bool:
        """This process was forked from the one that opened the lock, or the lock was closed."""
        return self.file.descriptor < 0

    def close(self) -> None:
        """Let go of the lock file."""
        with self._threads:
            self._closed = True
            self.file.close()


def lock_timeout(path: Path) -> StoreError:
    """Return the error of a writer that waited longer than it may for another one."""
    return StoreError(
        f"{path} stayed locked by another process: what was recorded before is kept, and nothing "
        "of this. Wait until that process is done, or end it, and run the command again."
    )


@contextmanager
def hold_stream(home: Path, stream: str) -> Iterator[LockFile]:
    """Be the only one who works on `stream` of the store in `home`, by this lock.

    Raises StreamBusy, and StoreError where no lock can be had.
    """
    lock = _open_stream_lock(_lock_of(home, stream))
    try:
        for _ in range(LOOKS):
            if lock.take():
                break
            time.sleep(0.01)
        else:
            raise StreamBusy(stream, _read_note(lock.descriptor) or "another process")
        _write_note(lock.descriptor, describe_self())
        yield lock
    finally:
        lock.close()


def _open_stream_lock(path: Path) -> LockFile:
    try:
        path.parent.mkdir(exist_ok=True)
        return LockFile(path)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be opened ({error}), so nobody can see to it that one process works "
            "on a run. Make the folder of the store and its files writable, or look at the disk."
        ) from error


def find_worker(home: Path, stream: str) -> str:
    """Return who works on `stream`; empty where nobody does. Makes and changes no file."""
    try:
        descriptor = os.open(_lock_of(home, stream), os.O_RDONLY)
    except OSError:
        return ""
    try:
        for _ in range(LOOKS):
            if lock_descriptor(descriptor, blocking=False):
                return ""
            if note := _read_note(descriptor):
                return note
            time.sleep(0.01)
        return "another process"
    except OSError:
        return ""
    finally:
        os.close(descriptor)


def describe_self() -> str:
    """Return this process, its machine and the time, as others are told of them."""
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"process {os.getpid()} on {platform.node() or 'this machine'} since {since}"


def _lock_of(home: Path, stream: str) -> Path:
    # A stream may be called anything, and a file may not.
    return home / WORKING / f"{hashlib.sha256(stream.encode()).hexdigest()[:32]}.lock"


def _write_note(descriptor: int, note: str) -> None:
    """Note the holder behind the first byte, which Windows lets nobody else read."""
    # On a full disk others are told that somebody works, and not who.
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f"\n{json.dumps({'holder': note})}\n".encode())


def _read_note(descriptor: int) -> str:
    """Return the holder as noted, which is true only while the lock is held; empty for none."""
    try:
        os.lseek(descriptor, 1, os.SEEK_SET)
        return str(read_json(os.read(descriptor, LONGEST_NOTE).decode())["holder"])
    except (OSError, ValueError, TypeError, KeyError):
        return ""
