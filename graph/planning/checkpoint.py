"""The checkpoint: a disposable cursor in its own SQLite file that keeps only the newest rows."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

KEEP = 2
"""The newest checkpoint and its parent."""


class CursorSaver(SqliteSaver):
    """Prunes as it writes: `SqliteSaver.prune` is not implemented, and old rows only cost disk."""

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
                    (thread, thread, KEEP),
                )
        return saved


@contextmanager
def open_saver(path: Path) -> Iterator[CursorSaver]:
    """The saver over `path`; only plain values come back from it (strict msgpack)."""
    connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
    try:
        serde: Any = JsonPlusSerializer(allowed_msgpack_modules=None)
        yield CursorSaver(connection, serde=serde)
    finally:
        connection.close()
