"""Somebody who edits a store with sqlite3: drops the triggers, edits, puts them back."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from tutelage.store.hash_chain import GENESIS, NO_EVENTS, hash_event, link_after

Database = sqlite3.Connection
Edit = Callable[[Database, Path], None]
"""Changes the database, or another file of the store in the folder."""

UNGUARDED = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


@contextmanager
def disarm(database: Database) -> Iterator[None]:
    """Drop the triggers, and put them back at the end, those that the edit made left alone."""
    triggers = database.execute(UNGUARDED).fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    yield
    for _, made in triggers:
        with suppress(sqlite3.OperationalError):  # the table is gone
            database.execute(made)


def forge(home: Path, edit: Edit, *, guarded: bool = True) -> None:
    """Edit the store in `home`. Not `guarded` are triggers that the edit is about."""
    with closing(sqlite3.connect(home / "tutelage.db", isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = OFF")
        if guarded:
            with disarm(database):
                edit(database, home)
        else:
            edit(database, home)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def sql(*statements: str) -> Edit:
    """Return an edit that runs these statements."""

    def edit(database: Database, _: Path) -> None:
        for statement in statements:
            database.execute(statement)

    return edit


def chain(*edits: Edit) -> Edit:
    """Return an edit that makes these, one behind the other."""

    def edit(database: Database, home: Path) -> None:
        for one in edits:
            one(database, home)

    return edit


def order(*seqs: int) -> Edit:
    """Return an edit after which the events that stood at `seqs` stand at 1, 2, 3 ..."""

    def edit(database: Database, _: Path) -> None:
        database.execute("UPDATE event SET seq = -seq")
        for new, old in enumerate(seqs, 1):
            database.execute("UPDATE event SET seq = ? WHERE seq = ?", (new, -old))

    return chain(edit, move_heads)


def move_heads(database: Database, _: Path) -> None:
    """Let all heads say what the events say."""
    database.execute("DELETE FROM head")
    database.execute(
        "INSERT INTO head SELECT stream, MIN(seq), MAX(seq), COUNT(*), (SELECT hash FROM event e "
        "WHERE e.stream = event.stream ORDER BY seq DESC LIMIT 1) FROM event GROUP BY stream"
    )


def seal(*seqs: int) -> Edit:
    """Return an edit that hashes these events anew, each as its columns now say."""

    def edit(database: Database, _: Path) -> None:
        for seq in seqs:
            _seal_event(database, seq, None)

    return edit


def _seal_event(database: Database, seq: int, previous: str | None) -> None:
    row = database.execute(
        "SELECT prev_hash, stream, slot, kind, schema, payload, at FROM event WHERE seq = ?", (seq,)
    ).fetchone()
    prev_hash = row[0] if previous is None else previous
    at = datetime.fromisoformat(row[-1]).replace(tzinfo=UTC)
    new = prev_hash, hash_event(prev_hash, *row[1:-1], at), seq
    database.execute("UPDATE event SET prev_hash = ?, hash = ? WHERE seq = ?", new)


def seal_streams(database: Database, home: Path) -> None:
    """Chain every stream anew, and let the heads say so."""
    for seq, stream in database.execute("SELECT seq, stream FROM event ORDER BY seq").fetchall():
        before = database.execute(
            "SELECT hash FROM event WHERE stream = ? AND seq < ? ORDER BY seq DESC LIMIT 1",
            (stream, seq),
        ).fetchone()
        _seal_event(database, seq, before[0] if before else GENESIS)
    move_heads(database, home)


def seal_store(database: Database, _: Path) -> None:
    """Chain the whole store anew."""
    database.execute("DELETE FROM link")
    end = NO_EVENTS
    for seq, hash_ in database.execute("SELECT seq, hash FROM event ORDER BY seq").fetchall():
        end = link_after(end, seq, hash_)
        database.execute("INSERT INTO link VALUES (?, ?)", (end.seq, end.hash))


def seal_note(database: Database, home: Path) -> None:
    """Write heads.json anew, as the program would."""
    heads = database.execute("SELECT stream, count, last, hash FROM head").fetchall()
    seq, hash_ = database.execute("SELECT seq, hash FROM link ORDER BY seq DESC").fetchone()
    note = {
        "version": 2,
        "store": {"seq": seq, "hash": hash_},
        "streams": {name: {"count": n, "seq": last, "hash": it} for name, n, last, it in heads},
    }
    (home / "heads.json").write_text(json.dumps(note))


seal_all = chain(seal_streams, seal_store, seal_note)
"""Edit of somebody who has read this package."""


def note(change: Callable[[dict[str, dict[str, dict[str, object]]]], object]) -> Edit:
    """Return an edit of what heads.json says."""

    def edit(_: Database, home: Path) -> None:
        said = json.loads((home / "heads.json").read_text())
        change(said)
        (home / "heads.json").write_text(json.dumps(said))

    return edit


def remake(table: str, old: str, new: str) -> Edit:
    """Return an edit that makes a table anew, with `new` in its SQL where `old` was."""

    def edit(database: Database, _: Path) -> None:
        find = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type = ? AND sql IS NOT NULL"
        (made,) = database.execute(find, (table, "table")).fetchone()
        assert old in made, made
        indexes = database.execute(find, (table, "index")).fetchall()
        names = ", ".join(row[1] for row in database.execute(f"PRAGMA table_info({table})"))
        database.execute(f"CREATE TABLE spare AS SELECT * FROM {table} ORDER BY 1")
        database.execute(f"DROP TABLE {table}")
        database.execute(made.replace(old, new))
        database.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM spare")
        database.execute("DROP TABLE spare")
        for (index,) in indexes:
            database.execute(index)

    return edit
