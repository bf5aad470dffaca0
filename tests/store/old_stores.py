"""Stores of older versions, made from new ones."""

import sqlite3
from contextlib import closing
from pathlib import Path

Rows = dict[str, list[tuple[object, ...]]]


def unlink(home: Path) -> None:
    """Make a store of version 2 one of version 1, which has no links."""
    with closing(sqlite3.connect(home / "tutelage.db")) as database:
        database.execute("DROP TRIGGER event_needs_link")
        database.execute("DROP TABLE link")
        database.execute("UPDATE meta SET value = '1'")
        database.commit()


def rows_of(home: Path, *tables: str) -> Rows:
    """All rows of some tables, with every column, in the order of their keys."""
    with closing(sqlite3.connect(home / "tutelage.db")) as database:
        return {it: database.execute(f"SELECT * FROM {it} ORDER BY 1").fetchall() for it in tables}
