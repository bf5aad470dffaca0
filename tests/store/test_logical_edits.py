"""A hundred kinds of edit by hand, each seen by `verify`, or by a head line that was kept."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tutelage.store import StoreError, open_log
from tutelage.store.events import CallCompleted
from tutelage.store.hash_chain import Link, VerifyReport, sha256

from .forger import (
    UNGUARDED,
    Database,
    Edit,
    chain,
    forge,
    move_heads,
    note,
    order,
    remake,
    seal,
    seal_all,
    seal_note,
    seal_store,
    seal_streams,
    sql,
)
from .old_stores import unlink

COPY = "INSERT INTO event (seq, stream, slot, kind, schema, payload, at, prev_hash, hash) SELECT "
LAST = 8
"""Streams a, b, c stand as a b a c b a c b."""

COLUMNS = {
    "stream": "'x'",
    "slot": "'x'",
    "kind": "'CallInDoubt'",
    "schema": "0",
    "payload": "REPLACE(payload, '\"ok\"', '\"no\"')",
    "at": "'2020-01-01 00:00:00.000000'",
    "prev_hash": "'x'",
    "hash": "'x'",
}
"""Column of an event -> another value."""


def _events() -> Iterator[tuple[str, Edit]]:
    for column, value in COLUMNS.items():
        for seq in (3, LAST):
            yield (
                f"{column} of {seq}",
                sql(f"UPDATE event SET {column} = {value} WHERE seq = {seq}"),
            )
    for column in ("stream", "slot", "kind", "payload", "prev_hash", "hash"):
        bytes_ = f"UPDATE event SET {column} = CAST({column} AS BLOB) WHERE seq = 4"
        yield f"{column} as bytes", sql(bytes_)
    for column in ("stream", "slot", "payload", "at"):
        change = sql(f"UPDATE event SET {column} = {COLUMNS[column]} WHERE seq = 3")
        last = sql(f"UPDATE event SET {column} = {COLUMNS[column]} WHERE seq = {LAST}")
        yield f"{column} resealed", chain(change, seal(3))
        yield f"{column} resealed, chain too", chain(change, seal_streams)
        yield f"{column} of the last resealed, head too", chain(last, seal(LAST), move_heads)
        yield f"{column} resealed, store too", chain(change, seal_streams, seal_store)
    for name, text in {
        "T": "REPLACE(at, ' ', 'T')",
        "an offset": "at || '+00:00'",
        "no fraction": "SUBSTR(at, 1, 19)",
    }.items():
        yield f"moment with {name}", sql(f"UPDATE event SET at = {text} WHERE seq = 2")
    yield "hash in capitals", sql("UPDATE event SET hash = UPPER(hash) WHERE seq = 2")
    yield "a line break behind the payload", sql("UPDATE event SET payload = payload || '\n'")


def _drops_and_adds() -> Iterator[tuple[str, Edit]]:
    for name, which in {
        "the first event": "seq = 1",
        "a middle event": "seq = 4",
        "the last event": f"seq = {LAST}",
        "the last two": f"seq > {LAST - 2}",
        "a stream": "stream = 'c'",
        "all events": "1",
    }.items():
        drop = sql(f"DELETE FROM event WHERE {which}")
        yield f"drop {name}", drop
        yield f"drop {name}, head too", chain(drop, move_heads)
        yield f"drop {name}, head and link too", chain(drop, move_heads, seal_store)
    gone = sql("DELETE FROM event WHERE stream = 'c'")
    yield "drop a stream, the rest closed up", chain(gone, order(1, 2, 3, 5, 6, 8), seal_store)
    copy = f"{COPY} 9, stream, 'y', kind, schema, payload, at, hash, 'x' FROM event WHERE seq = 8"
    yield "add an event", sql(copy)
    yield "add an event with its head", chain(sql(copy), seal(9), move_heads)
    for seq in (0, -1, 2**40):
        yield f"add an event as {seq}", sql(copy.replace("9,", f"{seq},", 1))
    yield "add an event in front", chain(sql(copy.replace("9,", "0,", 1)), seal_streams)
    twin = f"{COPY} seq + 8, 'z', slot, kind, schema, payload, at, prev_hash, hash FROM event"
    yield "double a stream", sql(f"{twin} WHERE stream = 'a'")
    yield "double a stream, sealed", chain(sql(f"{twin} WHERE stream = 'a'"), seal_streams)


def _orders() -> Iterator[tuple[str, Edit]]:
    for name, seqs in {
        "two neighbours": (2, 1, 3, 4, 5, 6, 7, 8),
        "two far apart": (1, 2, 3, 4, 5, 8, 7, 6),
        "streams one behind the other": (1, 3, 6, 2, 5, 8, 4, 7),
        "the last stream first": (4, 7, 2, 5, 8, 1, 3, 6),
        "two of one stream": (3, 2, 1, 4, 5, 6, 7, 8),
        "turned round": (8, 7, 6, 5, 4, 3, 2, 1),
    }.items():
        yield f"order: {name}", order(*seqs)
        yield f"order: {name}, store resealed", chain(order(*seqs), seal_streams, seal_store)
    shift = "UPDATE event SET seq = -seq", "UPDATE event SET seq = 1 - seq WHERE seq < -4"
    back = "UPDATE event SET seq = -seq WHERE seq < 0"
    yield "order: a gap", chain(sql(*shift, back), move_heads)
    yield "order: a gap, store resealed", chain(sql(*shift, back), move_heads, seal_store)
    from_0 = sql("UPDATE event SET seq = -seq", "UPDATE event SET seq = -seq - 1")
    yield "order: from 0", chain(from_0, move_heads)
    links = "UPDATE link SET hash = (SELECT hash FROM link l WHERE l.seq = 5 - link.seq) "
    swap = chain(order(1, 3, 2, 4, 5, 6, 7, 8), sql(links + "WHERE seq IN (2, 3)"))
    yield "order: two, with their links", swap


def _ends() -> Iterator[tuple[str, Edit]]:
    for column, value in {
        "stream": "'x'",
        "first": "2",
        "last": "8",
        "count": "2",
        "hash": "'x'",
    }.items():
        yield f"head: {column}", sql(f"UPDATE head SET {column} = {value} WHERE stream = 'a'")
        bytes_ = f"UPDATE head SET {column} = CAST({column} AS BLOB) WHERE stream = 'a'"
        yield f"head: {column} as bytes", sql(bytes_)
    yield "head: dropped", sql("DELETE FROM head WHERE stream = 'c'")
    yield "head: all dropped", sql("DELETE FROM head")
    yield (
        "head: added",
        sql("INSERT INTO head SELECT 'x', first, last, count, hash FROM head LIMIT 1"),
    )
    back = "last = 3, count = 2, hash = (SELECT hash FROM event WHERE seq = 3)"
    yield "head: moved back", sql(f"UPDATE head SET {back} WHERE stream = 'a'")
    yield "link: hash", sql("UPDATE link SET hash = 'x' WHERE seq = 3")
    yield "link: last hash", sql(f"UPDATE link SET hash = 'x' WHERE seq = {LAST}")
    yield "link: as bytes", sql("UPDATE link SET hash = CAST(hash AS BLOB) WHERE seq = 3")
    for seq in (1, 4, LAST):
        yield f"link: {seq} dropped", sql(f"DELETE FROM link WHERE seq = {seq}")
    yield "link: all dropped", sql("DELETE FROM link")
    for seq in (0, 9, 100):
        yield f"link: {seq} added", sql(f"INSERT INTO link SELECT {seq}, hash FROM link LIMIT 1")
    yield "link: renumbered", sql("UPDATE link SET seq = -seq", "UPDATE link SET seq = 9 + seq")


def _texts() -> Iterator[tuple[str, Edit]]:
    yield "text: changed", sql("UPDATE blob SET text = text || '.'")
    yield "text: emptied", sql("UPDATE blob SET text = ''")
    yield "text: dropped", sql("DELETE FROM blob WHERE text LIKE 'reply 1%'")
    yield "text: all dropped", sql("DELETE FROM blob")
    yield "text: another key", sql("UPDATE blob SET sha256 = 'x' WHERE text LIKE 'reply 1%'")
    yield "text: key in capitals", sql("UPDATE blob SET sha256 = UPPER(sha256)")
    yield "text: as bytes", sql("UPDATE blob SET text = CAST(text AS BLOB)")
    yield "text: no UTF-8", sql("UPDATE blob SET text = CAST(x'ff' AS TEXT)")
    other = "(SELECT text FROM blob b WHERE b.sha256 != blob.sha256)"
    yield "text: exchanged", sql(f"UPDATE blob SET text = {other}")
    yield "text: added", sql(f"INSERT INTO blob VALUES ('{sha256('a text')}', 'a text')")


def _meta() -> Iterator[tuple[str, Edit]]:
    for version in ("'0'", "'1'", "'3'", "'02'", "'-1'", "''", "'two'", "CAST('2' AS BLOB)"):
        yield f"version {version}", sql(f"UPDATE meta SET value = {version}")
    yield "version dropped", sql("DELETE FROM meta")
    yield "version under another name", sql("UPDATE meta SET name = 'Version'")
    yield "a second fact", sql("INSERT INTO meta VALUES ('owner', 'me')")


def _add_as_sqlite(statement: str) -> Edit:
    """Return an edit that adds a part whose name only SQLite itself may give."""
    return sql("PRAGMA writable_schema = ON", statement, "PRAGMA writable_schema = OFF")


def _tables() -> Iterator[tuple[str, Edit]]:
    for table, old, new in (
        ("event", ", \n\tUNIQUE (stream, slot)", ""),
        ("event", "UNIQUE (stream, slot)", "UNIQUE (stream, slot, kind)"),
        ("event", "UNIQUE (stream, slot)", "UNIQUE (stream, slot) ON CONFLICT REPLACE"),
        ("event", "\n\tPRIMARY KEY (seq), ", ""),
        ("event", "seq INTEGER NOT NULL", "seq INT NOT NULL"),
        ("event", "hash VARCHAR NOT NULL, \n\tPRIMARY", "hash VARCHAR, \n\tPRIMARY"),
        ("event", "payload VARCHAR NOT NULL", "payload VARCHAR NOT NULL DEFAULT '{}'"),
        ("event", "slot VARCHAR NOT NULL", "slot VARCHAR NOT NULL COLLATE NOCASE"),
        ("event", "UNIQUE (stream, slot)", "UNIQUE (stream, slot), CHECK (stream != 'd')"),
        ("event", "kind VARCHAR NOT NULL", "kind VARCHAR NOT NULL, also VARCHAR"),
        ("event", "payload VARCHAR", "payload BLOB"),
        ("event", "payload VARCHAR", "payload TEXTINT"),
        ("event", "slot VARCHAR", "slot POINTTEXT"),
        ("blob", "sha256 VARCHAR", "sha256 CHARINT"),
        ("blob", ", \n\tPRIMARY KEY (sha256)", ""),
        ("blob", "PRIMARY KEY (sha256)", "PRIMARY KEY (sha256, text)"),
        ("head", "PRIMARY KEY (stream)\n)", "PRIMARY KEY (stream)\n) WITHOUT ROWID"),
        ("head", "first INTEGER", "first VARCHAR"),
        ("meta", ", \n\tPRIMARY KEY (name)", ""),
        ("link", ", \n\tPRIMARY KEY (seq)", ""),
        ("link", "hash VARCHAR NOT NULL", "hash VARCHAR"),
    ):
        yield f"table {table}: {new.strip() or 'no ' + old.strip()}", remake(table, old, new)
    for add in (
        "TABLE more (a)",
        "VIEW seen AS SELECT * FROM event",
        "INDEX more ON event (kind)",
        "UNIQUE INDEX more ON event (slot, stream, kind)",
        "UNIQUE INDEX more ON head (hash) WHERE count > 1",
        "TRIGGER more BEFORE INSERT ON event BEGIN SELECT RAISE(IGNORE); END",
        "TRIGGER more AFTER INSERT ON event BEGIN UPDATE meta SET value = '1'; END",
        "TRIGGER more AFTER INSERT ON blob BEGIN DELETE FROM meta; END",
        "TRIGGER more BEFORE UPDATE ON meta BEGIN SELECT RAISE(IGNORE); END",
    ):
        yield f"added: {add}", sql(f"CREATE {add}")
    for kind, add in {
        "trigger": "TRIGGER sqlite_stat_x BEFORE INSERT ON blob BEGIN SELECT RAISE(IGNORE); END",
        "index": "UNIQUE INDEX sqlite_stat1 ON event (slot, stream, kind)",
        "table": "TABLE sqlite_stat1 (tbl, idx, stat, more)",
        "view": "VIEW sqlite_stat1 AS SELECT 1 AS tbl, 2 AS idx, 3 AS stat",
    }.items():
        yield f"added under SQLite's own name: {kind}", _add_as_sqlite(f"CREATE {add}")
    yield "table link dropped", sql("DROP TABLE link")
    yield "index dropped", sql("DROP INDEX event_of_stream")
    turned = "CREATE INDEX event_of_stream ON event (seq, stream)"
    yield "index turned round", sql("DROP INDEX event_of_stream", turned)
    yield "table renamed", sql("ALTER TABLE blob RENAME TO blobs")
    yield "column renamed", sql("ALTER TABLE head RENAME COLUMN first TO begin")


def _triggers() -> Iterator[tuple[str, Edit]]:
    """Yield edits after which the triggers are not put back."""

    def without(name: str, old: str, new: str) -> Edit:
        def edit(database: Database, _: Path) -> None:
            made = dict(database.execute(UNGUARDED).fetchall())[name]
            database.execute(f"DROP TRIGGER {name}")
            assert old in made
            if new != old:
                database.execute(made.replace(old, new))

        return edit

    for name in ("event_no_update", "event_no_delete", "event_no_replace", "event_needs_link",
                 "blob_no_update", "head_only_grows", "link_no_update", "link_no_gap"):  # fmt: skip
        yield f"trigger {name} dropped", without(name, "", "")
    yield "trigger ignores", without("event_no_delete", "ABORT, 'event is append-only'", "IGNORE")
    yield "trigger never fires", without("link_no_update", "ON link", "ON link WHEN 0")
    yield "trigger of another table", without("blob_no_delete", "ON blob", "ON meta")
    yield "trigger fires later", without("event_no_update", "BEFORE", "AFTER")
    yield "trigger of a column", without("event_no_update", "UPDATE", "UPDATE OF slot")
    yield "trigger compares less", without("head_only_grows", "NEW.first != OLD.first OR ", "")


def _shift_counts(said: Any) -> None:
    said["streams"]["a"]["count"] -= 1
    said["streams"]["b"]["count"] += 1


def _age_note(_: Database, home: Path) -> None:
    said = json.loads((home / "heads.json").read_text())
    (home / "heads.json").write_text(json.dumps(said["streams"]))


def _notes() -> Iterator[tuple[str, Edit]]:
    a: Callable[[Any], Any] = lambda said: said["streams"]["a"]  # noqa: E731
    yield "note: count lowered", note(lambda said: a(said).update(count=2))
    yield "note: count raised", note(lambda said: a(said).update(count=4))
    yield "note: seq", note(lambda said: a(said).update(seq=3))
    yield "note: hash", note(lambda said: a(said).update(hash="x"))
    yield "note: two counts of one sum", note(_shift_counts)
    yield (
        "note: of before links, count lowered",
        chain(note(lambda s: a(s).update(count=2)), _age_note),
    )
    yield "note: moved back", note(lambda said: a(said).update(count=1, seq=1))
    yield "note: stream dropped", note(lambda said: said["streams"].pop("a"))
    yield "note: stream renamed", note(lambda said: said["streams"].update(z=a(said)))
    yield "note: store's count", note(lambda said: said["store"].update(seq=7))
    yield "note: store's hash", note(lambda said: said["store"].update(hash="x"))


SEEN = [*_events(), *_drops_and_adds(), *_orders(), *_ends(), *_meta(), *_tables(), *_notes()]
SEEN += [(name, edit) for name, edit in _texts() if name != "text: added"]

WARNED = {
    "text: added": dict(_texts())["text: added"],
    "note: removed": lambda _, home: (home / "heads.json").unlink(),
    "note: emptied": lambda _, home: (home / "heads.json").write_text(""),
    "note: brackets": lambda _, home: (home / "heads.json").write_text("[" * 200_000),
    "note: store dropped": note(lambda said: said.pop("store")),
    "note: of before links": _age_note,
    "note: of before links, of one stream": chain(
        note(lambda said: said.update(streams={"a": said["streams"]["a"]})), _age_note
    ),
    "note: of a later version": note(lambda said: said.update(version=3)),
}
"""Edits that change no event: told as a warning."""

CUT = chain(sql("DELETE FROM event WHERE seq > 6"), move_heads, seal_store)
PAYLOAD = sql("UPDATE event SET payload = REPLACE(payload, '\"ok\"', '\"no\"') WHERE seq = 3")


def _go_back_to_version_1(database: Database, home: Path) -> None:
    unlink(home)
    _age_note(database, home)


OUT_OF_SCOPE = {
    "everything resealed": chain(PAYLOAD, seal_all),
    "everything resealed in another order": chain(order(2, 1, 3, 4, 5, 8, 7, 6), seal_all),
    "everything resealed without a stream": chain(
        sql("DELETE FROM event WHERE stream = 'c'"), order(1, 2, 3, 5, 6, 8), seal_all
    ),
    "tail cut with heads, links and note": chain(CUT, seal_note),
    "tail cut with heads and links, note removed": chain(CUT, WARNED["note: removed"]),
    "order changed and resealed, note removed": chain(
        order(2, 1, 3, 4, 5, 8, 7, 6), seal_streams, seal_store, WARNED["note: removed"]
    ),
}
"""Edits of somebody who seals events, heads, links and note anew: named in README."""


def _completion(stream: str, slot: str, reply: str) -> CallCompleted:
    return CallCompleted(stream=stream, slot=slot, request="q", reply_text=reply, outcome="ok")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store of eight events in three streams, and two texts; never written to."""
    home = tmp_path_factory.mktemp("whole")
    with open_log(home) as log:
        keys = log.keep_all(["reply 1", "reply 2"])
        for number, stream in enumerate("abacbacb"):
            log.record(_completion(stream, f"slot-{number}", keys[number % 2]))
    assert _verify(home).ok
    return home


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "store"))


def _verify(home: Path, *against: Link) -> VerifyReport:
    """Verify a store; one that refuses to open is told as a fault."""
    try:
        with open_log(home) as log:
            return log.verify(against)
    except StoreError as error:
        return VerifyReport(False, 0, [str(error)])


def _content(home: Path) -> list[object]:
    """All that can be edited: rows with their types, SQL, and the note."""
    with closing(sqlite3.connect(home / "tutelage.db")) as database:
        made = "SELECT type, name, tbl_name, sql FROM sqlite_master"
        found: list[object] = list(database.execute(made).fetchall())
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        database.text_factory = bytearray
        for (table,) in tables:
            rows = database.execute(f"SELECT * FROM {table}")
            found += [[(type(cell), cell) for cell in row] for row in rows]
    path = home / "heads.json"
    return [*found, path.read_text() if path.exists() else None]


def _edit(home: Path, edit: Edit, *, guarded: bool = True) -> None:
    before = _content(home)
    forge(home, edit, guarded=guarded)
    assert _content(home) != before, "an edit that changes nothing shows nothing"


@pytest.mark.parametrize("name", dict(SEEN))
def test_an_edit_of_what_was_recorded_is_seen(home: Path, name: str) -> None:
    _edit(home, dict(SEEN)[name])
    report = _verify(home)
    assert not report.ok and report.faults


@pytest.mark.parametrize("name", dict(_triggers()))
def test_a_changed_guard_is_seen(home: Path, name: str) -> None:
    _edit(home, dict(_triggers())[name], guarded=False)
    (fault,) = _verify(home).faults
    assert "trigger" in fault


@pytest.mark.parametrize("name", WARNED)
def test_an_edit_that_changes_no_event_is_told(home: Path, name: str) -> None:
    _edit(home, WARNED[name])
    report = _verify(home)
    assert report.ok and len(report.warnings) == 1


@pytest.mark.parametrize("name", [*OUT_OF_SCOPE, "back to version 1 in another order"])
def test_who_seals_everything_anew_is_seen_by_a_head_line(
    whole: Path, home: Path, name: str
) -> None:
    head = _verify(whole).head
    assert head
    if name in OUT_OF_SCOPE:
        _edit(home, OUT_OF_SCOPE[name])
    else:
        _edit(home, chain(order(2, 1, 3, 4, 5, 8, 7, 6), seal_all))
        _edit(home, _go_back_to_version_1, guarded=False)
    assert _verify(home).ok, "out of scope without a line, as README says"
    report = _verify(home, head)
    assert not report.ok and "The head line given saw" in report.faults[0]


@pytest.mark.parametrize("with_note", [True, False])
def test_an_order_that_a_migration_sealed_anew_is_told_for_ever(
    home: Path, with_note: bool
) -> None:
    """Nobody computes a hash: the chain is dropped, and the program makes another."""
    _edit(home, order(2, 1, 3, 4, 5, 6, 7, 8))
    _edit(home, _go_back_to_version_1, guarded=False)
    if not with_note:
        (home / "heads.json").unlink()
        with open_log(home) as log:
            log.record(_completion("d", "later", ""))
    (told,) = [it for it in _verify(home).warnings if "earlier moment" in it]
    assert told.startswith("1 events") and "seq 2." in told


def test_there_are_a_hundred_kinds_of_edit_and_no_two_of_one_name() -> None:
    names = [*(name for name, _ in SEEN), *(name for name, _ in _triggers()), *WARNED]
    assert len(names) == len(set(names)) > 100


SAME = {
    "tables in other words": chain(
        remake("event", "\n\tstream VARCHAR NOT NULL, ", ' "stream" Varchar(40)  not null,'),
        remake("event", "PRIMARY KEY (seq)", "CONSTRAINT pk_event PRIMARY KEY ([seq])"),
        remake("event", "UNIQUE (stream, slot)", "unique(`stream`,slot) -- as ever\n"),
        remake("blob", ", \n\tPRIMARY KEY (sha256)", ""),
        remake("blob", "sha256 VARCHAR NOT NULL", "sha256 TEXT NOT NULL PRIMARY KEY"),
        remake("link", ", \n\tPRIMARY KEY (seq)", ""),
        remake("link", "seq INTEGER NOT NULL", "seq INTEGER PRIMARY KEY"),
        remake("head", "CREATE TABLE head", 'create table "head"'),
    ),
    "an index in other words": sql(
        "DROP INDEX event_of_stream",
        'create index IF NOT EXISTS "event_of_stream" on [event]("stream" ASC, seq)',
    ),
    "notes for the planner": sql("ANALYZE"),
    "a number of the file's own": sql("PRAGMA user_version = 7", "PRAGMA application_id = 7"),
    "pages in another order": sql("VACUUM", "REINDEX"),
    "no WAL": sql("PRAGMA journal_mode = DELETE"),
}
"""Edits that decide nothing."""


@pytest.mark.parametrize("name", SAME)
def test_what_decides_nothing_is_no_fault(whole: Path, home: Path, name: str) -> None:
    forge(home, SAME[name])
    head = _verify(whole).head
    assert head
    report = _verify(home, head)
    assert (report.ok, report.faults, report.warnings) == (True, [], [])


def test_triggers_in_other_words_are_the_same(home: Path) -> None:
    def write_anew(database: Database, _: Path) -> None:
        for name, made in database.execute(UNGUARDED).fetchall():
            database.execute(f"DROP TRIGGER {name}")
            table = made.partition(" ON ")[2].split()[0]
            words = made.replace(f" ON {table}", f" on\n[{table}] For Each Row /* of it */", 1)
            database.execute(words.replace("NEW.seq", "new . `seq`").replace("SELECT", "select"))

    _edit(home, write_anew, guarded=False)
    report = _verify(home)
    assert (report.ok, report.faults) == (True, [])


def test_a_head_line_holds_the_very_prefix_that_it_saw(whole: Path, home: Path) -> None:
    seen = _verify(home).head
    assert seen == Link(LAST, seen.hash if seen else "")
    with open_log(home) as log:
        log.record(_completion("d", "later", ""))
        assert log.verify([seen]).ok and log.verify([Link(0, "0" * 64), seen]).ok
        for wrong in (Link(LAST + 1, seen.hash), Link(5, seen.hash), Link(0, seen.hash)):
            report = log.verify([seen, wrong])
            (fault,) = report.faults
            assert not report.ok and f"seq {wrong.seq}" in fault
        (fault,) = log.verify([Link(12, seen.hash)]).faults
        assert fault == (
            "seq 12: The head line given saw the store end here, and its last event is gone."
        )
