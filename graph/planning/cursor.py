"""Cursor of a run: the checkpoint, which says what comes next, and is never believed over the log.

It may be lost, damaged, or older or newer than the log: what is recorded decides, and a run that
begins from its first node finds there all that it did. So a checkpoint is used only where it is
whole, of this very version, and no further than the log; any other one is thrown away.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from ...store.errors import StoreError

CHECKPOINT_FILE = "checkpoint.db"
"""In a run's folder."""
KEPT_CHECKPOINTS = 2
"""The newest checkpoint and its parent: the checkpoint is a cursor that may be lost."""
LIBRARIES = ("langgraph", "langgraph-checkpoint", "langgraph-checkpoint-sqlite")
"""Another version of one of these may read the same bytes otherwise."""
STRANGE = """
    SELECT type, name FROM sqlite_master WHERE NOT (
        type = 'table' AND name IN ('checkpoints', 'writes') OR type = 'index' AND sql IS NULL)
"""
"""Query for what LangGraph never makes: a trigger or a view may take rows and keep none."""
NO_FAULT_OF_THE_FILE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL)
"""Errors that a new file would meet as well."""


class SealedSerializer(JsonPlusSerializer):
    """Serializer that seals each value with a hash, and reads nothing but what it sealed itself.

    Only plain values come back (strict msgpack).
    """

    def __init__(self) -> None:
        super().__init__(allowed_msgpack_modules=None)
        self._versions = "/".join(version(name) for name in LIBRARIES)

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        kind, data = super().dumps_typed(obj)
        return kind, self._seal(kind, data) + data

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        kind, sealed = data
        seal, content = sealed[:32], sealed[32:]
        if seal != self._seal(kind, content):
            raise ValueError("it was damaged, or another version of tutelage or langgraph wrote it")
        return super().loads_typed((kind, content))

    def _seal(self, kind: str, data: bytes) -> bytes:
        return hashlib.sha256(f"{self._versions}/{kind}/".encode() + data).digest()


class CursorSaver(SqliteSaver):
    """Saver that prunes as it writes; `SqliteSaver.prune` is not implemented."""

    def __init__(self, path: Path) -> None:
        self.path = path
        connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
        super().__init__(connection, serde=SealedSerializer())

    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[sqlite3.Cursor]:
        """Open a cursor, as everything here does. Raises StoreError for what SQLite says."""
        try:
            with super().cursor(transaction) as opened:
                yield opened
        except sqlite3.Error as error:
            raise StoreError(
                f"The checkpoint {self.path} cannot be used ({error}). What is recorded stays "
                "recorded. Free some space, or make the file and its folder writable, and resume "
                "the run."
            ) from error

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        saved = super().put(config, checkpoint, metadata, new_versions)
        thread = saved["configurable"]["thread_id"]
        with self.cursor() as cursor:
            for table in ("writes", "checkpoints"):
                cursor.execute(
                    f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id NOT IN ("
                    "SELECT checkpoint_id FROM checkpoints WHERE thread_id = ? "
                    "ORDER BY checkpoint_id DESC LIMIT ?)",
                    (thread, thread, KEPT_CHECKPOINTS),
                )
        return saved

    def check(self, thread: RunnableConfig) -> None:
        """Raise whatever is wrong with the file, or with the checkpoint of this thread."""
        with self.cursor() as cursor:
            (found,) = cursor.execute("PRAGMA quick_check(1)").fetchone()
            strange = cursor.execute(STRANGE).fetchone()
            cursor.execute("DELETE FROM writes WHERE 0")  # writes nothing, where one may write
        if found != "ok":
            raise ValueError(found)
        if strange:
            raise ValueError("it holds the {} {!r}, which is none of its own".format(*strange))
        saved = self.get_tuple(thread)
        if saved and not isinstance(saved.metadata.get("step"), int):
            raise ValueError("its metadata name no step")


@contextmanager
def open_saver(
    path: Path, thread: RunnableConfig, say: Callable[[str], None]
) -> Iterator[CursorSaver]:
    """Open the checkpoint at `path`; one that cannot be used is put aside, and `say` is told.

    Raises StoreError where it cannot be replaced either.
    """
    try:
        saver = _open(path, thread)
    except StoreError as error:
        if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF in NO_FAULT_OF_THE_FILE:
            raise
        saver = _replace(path, thread, say, error.__cause__ or error)
    # Whatever a damaged file makes SQLite and LangGraph raise.
    except Exception as error:
        saver = _replace(path, thread, say, error)
    try:
        yield saver
    finally:
        saver.conn.close()


def _open(path: Path, thread: RunnableConfig) -> CursorSaver:
    saver = CursorSaver(path)
    try:
        saver.check(thread)
    except BaseException:
        saver.conn.close()
        raise
    return saver


def _replace(
    path: Path, thread: RunnableConfig, say: Callable[[str], None], why: BaseException
) -> CursorSaver:
    """Move what stands at `path` aside and open a new checkpoint there."""
    try:
        aside = _free_name(path)
        saver = _open(path, thread)
    except (OSError, sqlite3.Error, StoreError) as error:
        raise StoreError(
            f"The checkpoint {path} cannot be used ({why}), and not be replaced ({error}). "
            "What is recorded stays recorded. Make the folder writable, or free some space, and "
            "resume the run."
        ) from error
    kept = f" It was moved to {aside}." if aside else ""
    say(f"The checkpoint could not be used ({why}): the run goes on from its log.{kept}")
    return saver


def _free_name(path: Path) -> Path | None:
    """Free the name `path`, and those of the files that SQLite keeps beside it."""
    number = 1
    while (aside := path.with_name(f"{path.name}.old-{number}")).exists():
        number += 1
    found = path.exists() or path.is_symlink()
    for ending in ("", "-wal", "-shm", "-journal"):
        part = path.with_name(path.name + ending)
        if part.exists() or part.is_symlink():
            part.rename(aside.with_name(aside.name + ending))
    return aside if found else None
