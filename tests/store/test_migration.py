"""A store of an older version is migrated once, whole or not at all, and keeps what it holds."""

import multiprocessing
import os
import sqlite3
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from tutelage.store import open_log
from tutelage.store.errors import StoreCorrupt
from tutelage.store.events import CallCompleted
from tutelage.store.sqlite import migrations

from .old_stores import rows_of, unlink

KEPT = ("event", "blob", "head")


def _completion(slot: str, stream: str = "run-1", reply: str = "") -> CallCompleted:
    return CallCompleted(stream=stream, slot=slot, request="q", reply_text=reply, outcome="ok")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A closed store of version 1 with two streams, which alternate."""
    with open_log(tmp_path) as log:
        key = log.keep("a reply")
        log.record_all([_completion(f"{n}", f"run-{n % 2}", key) for n in range(40)])
    unlink(tmp_path)
    return tmp_path


def test_an_old_store_is_migrated_and_its_events_stay_as_they_are(old: Path) -> None:
    before = rows_of(old, *KEPT)
    with open_log(old) as log:
        report = log.verify()
        assert (report.ok, report.events, report.warnings) == (True, 40, [])
        log.record(_completion("further"))
        assert log.verify().ok
    after = rows_of(old, *KEPT)
    assert after["event"][:40] == before["event"] and after["blob"] == before["blob"]
    assert rows_of(old, "meta") == {"meta": [("version", "2")]}


def test_a_migrated_store_is_what_a_new_one_would_be(old: Path, tmp_path: Path) -> None:
    open_log(old).close()
    links = rows_of(old, "link")
    open_log(old).close()
    assert rows_of(old, "link") == links, "once is enough"
    new = tmp_path / "new"
    open_log(new).close()
    schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    found = []
    for home in (old, new):
        with closing(sqlite3.connect(home / "tutelage.db")) as database:
            found.append(database.execute(schema).fetchall())
    assert found[0] == found[1]


def _die_in_the_middle(home: Path) -> None:
    link, left = migrations.link_after, iter(range(20))

    def link_or_die(*given: object) -> object:
        if next(left, None) is None:
            os._exit(9)
        return link(*given)  # type: ignore[arg-type]  # whatever it is called with

    migrations.link_after = link_or_die  # type: ignore[assignment]
    open_log(home)


def test_a_migration_that_is_killed_leaves_the_old_store(old: Path) -> None:
    before = rows_of(old, *KEPT, "meta")
    child = multiprocessing.get_context("fork").Process(target=_die_in_the_middle, args=(old,))
    child.start()
    child.join()
    assert child.exitcode == 9
    assert rows_of(old, *KEPT, "meta") == before
    with open_log(old) as log:
        assert log.verify().ok
    assert len(rows_of(old, "link")["link"]) == 40


def _open_and_record(home: Path, start: Barrier, name: str) -> None:
    start.wait()
    with open_log(home) as log:
        log.record(_completion(name, stream=name))


def test_of_processes_that_open_an_old_store_at_once_one_migrates(old: Path) -> None:
    context = multiprocessing.get_context("fork")
    start = context.Barrier(4)
    children = [
        context.Process(target=_open_and_record, args=(old, start, f"child-{n}")) for n in range(4)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * 4
    with open_log(old) as log:
        report = log.verify()
    assert (report.ok, report.events, report.faults) == (True, 44, [])


def test_a_version_that_its_tables_deny_is_no_reason_to_migrate(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        log.record(_completion("a"))
    with closing(sqlite3.connect(tmp_path / "tutelage.db")) as database:
        database.execute("UPDATE meta SET value = '1'")
        database.commit()
    before = rows_of(tmp_path, *KEPT, "link", "meta")
    with pytest.raises(StoreCorrupt, match=r"of version 1 and has a table of version 2.*Restore"):
        open_log(tmp_path)
    assert rows_of(tmp_path, *KEPT, "link", "meta") == before
