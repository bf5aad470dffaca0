"""Changes and cuts behind the log's back are refused, and found when they were not."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tutelage.store import open_log
from tutelage.store.errors import StoreCorrupt
from tutelage.store.events import CallCompleted
from tutelage.store.hash_chain import VerifyReport

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A closed store: three events of run-1 with one of run-2 between, one text."""
    with open_log(tmp_path) as log:
        key = log.keep("a reply that was long")
        for stream, slot in (("run-1", "a"), ("run-1", "b"), ("run-2", "a"), ("run-1", "c")):
            log.record(
                CallCompleted(stream=stream, slot=slot, request="q", reply_text=key, outcome="ok")
            )
    return tmp_path


@pytest.fixture
def outside(home: Path) -> Iterator[sqlite3.Connection]:
    """Somebody with a plain connection, no pragma set."""
    with closing(sqlite3.connect(home / "tutelage.db", isolation_level=None)) as connection:
        yield connection


def _disarm(outside: sqlite3.Connection) -> None:
    for (name,) in outside.execute(TRIGGERS).fetchall():
        outside.execute(f"DROP TRIGGER {name}")


def _verify(home: Path) -> VerifyReport:
    with open_log(home) as log:
        return log.verify()


def _places(report: VerifyReport) -> list[str]:
    return [fault for fault in report.faults if fault.startswith("stream")]


def test_an_untouched_store_is_whole(home: Path) -> None:
    report = _verify(home)
    assert (report.ok, report.events, report.faults, report.warnings) == (True, 4, [], [])
    assert report.noted is not None and report.covered == 4
    assert {stream: mark.count for stream, mark in report.heads.items()} == {"run-1": 3, "run-2": 1}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE event SET payload = '{}' WHERE seq = 1",
        "UPDATE link SET hash = 'other'",
        "DELETE FROM link WHERE seq = 4",
        "INSERT OR REPLACE INTO link VALUES (4, 'other')",
        "UPDATE event SET seq = 99 WHERE seq = 4",
        "DELETE FROM event WHERE seq = 4",
        "DELETE FROM event",
        "UPDATE blob SET text = 'other'",
        "DELETE FROM blob",
        "DELETE FROM head",
        "UPDATE head SET count = 1 WHERE stream = 'run-1'",
        "UPDATE head SET hash = 'other' WHERE stream = 'run-1'",
    ],
)
def test_the_database_refuses_to_change_what_is_written(
    home: Path, outside: sqlite3.Connection, sql: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|only grows|follows the link"):
        outside.execute(sql)
    assert _verify(home).ok


@pytest.mark.parametrize("taken", ["1, 'run-9', 'new'", "NULL, 'run-1', 'a'", "77, 'run-1', 'a'"])
@pytest.mark.parametrize("how", ["INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT"])
def test_an_insert_over_a_taken_place_changes_nothing(
    home: Path, outside: sqlite3.Connection, how: str, taken: str
) -> None:
    before = outside.execute("SELECT * FROM event").fetchall()
    outside.execute(
        f"{how} INTO event (seq, stream, slot, kind, schema, payload, at, prev_hash, hash) "
        f"VALUES ({taken}, 'RunFinished', 1, '{{}}', '2026-01-01 00:00:00.000000', '', '')"
    )
    outside.execute(f"{how} INTO blob SELECT sha256, 'another text' FROM blob")
    outside.execute(f"{how} INTO head SELECT stream, 1, 1, 1, hash FROM head")
    assert outside.execute("SELECT * FROM event").fetchall() == before
    assert _verify(home).ok


def test_one_changed_byte_anywhere_in_a_payload_is_found_and_its_place_named(
    home: Path, outside: sqlite3.Connection
) -> None:
    _disarm(outside)
    (payload,) = outside.execute("SELECT payload FROM event WHERE seq = 2").fetchone()
    raw = payload.encode()
    for position in range(len(raw)):
        for flip in (0x01, 0x80):  # another letter, and no UTF-8 at all
            changed = bytearray(raw)
            changed[position] ^= flip
            outside.execute(
                "UPDATE event SET payload = CAST(? AS TEXT) WHERE seq = 2", (bytes(changed),)
            )
            with open_log(home) as log:
                report = log.verify()
            assert not report.ok
            assert report.events == 4, "one bad event does not hide the others"
            assert "stream 'run-1', seq 2, slot 'b'" in _places(report)[0]
            assert all("seq 2, slot 'b'" in fault for fault in _places(report))
    outside.execute("UPDATE event SET payload = ? WHERE seq = 2", (payload,))
    assert not _places(_verify(home)), "put back as it was, only the lost triggers are at fault"


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'CallInDoubt'",
        "schema = 0",
        "at = '2020-01-01 00:00:00.000000'",
        "at = 'noon'",
        "hash = 'other'",
        "prev_hash = 'other'",
        "slot = 'bb'",
        "stream = 'run-3'",
        "seq = 40",
    ],
)
def test_no_column_of_an_event_can_be_changed_unseen(
    home: Path, outside: sqlite3.Connection, change: str
) -> None:
    _disarm(outside)
    outside.execute(f"UPDATE event SET {change} WHERE seq = 2")
    report = _verify(home)
    assert not report.ok and _places(report)


def test_a_cut_tail_is_seen(home: Path, outside: sqlite3.Connection) -> None:
    _disarm(outside)
    outside.execute("DELETE FROM event WHERE seq = 4")
    report = _verify(home)
    assert "stream 'run-1', seq 2: the tail behind it was cut; 3 events" in _places(report)[0]
    with open_log(home) as log:
        log.record(
            CallCompleted(stream="run-1", slot="d", request="q", reply_text="", outcome="ok")
        )
        assert "slot 'd'" in _places(log.verify())[0], "later events do not cover the cut"


def test_a_cut_tail_is_seen_when_its_head_was_moved_back_too(
    home: Path, outside: sqlite3.Connection
) -> None:
    _disarm(outside)
    outside.execute("DELETE FROM event WHERE seq = 4")
    outside.execute(
        "UPDATE head SET count = 2, last = 2, hash = (SELECT hash FROM event WHERE seq = 2) "
        "WHERE stream = 'run-1'"
    )
    outside.execute("DELETE FROM link WHERE seq = 4")
    for slot in ("d", "e"):
        with open_log(home) as log:
            log.record(
                CallCompleted(stream="run-1", slot=slot, request="q", reply_text="", outcome="ok")
            )
        order, end = _places(_verify(home))
        assert "seq 4, slot 'd': heads.json saw other events, or another order" in order
        assert end.startswith("stream 'run-1', seq 4: heads.json saw event 3 here")


def test_a_stream_that_is_gone_without_a_trace_in_the_database_is_missed(
    home: Path, outside: sqlite3.Connection
) -> None:
    _disarm(outside)
    outside.execute("DELETE FROM event WHERE stream = 'run-2'")
    outside.execute("DELETE FROM head WHERE stream = 'run-2'")
    assert any("'run-2', seq 3: heads.json saw event 1" in fault for fault in _verify(home).faults)
    (home / "heads.json").unlink()
    (fault,) = _places(_verify(home))
    assert "slot 'c'" in fault and "events between it and seq 2 are gone" in fault


@pytest.mark.parametrize("seq", [1, 2])
def test_an_event_taken_from_the_middle_is_missed(
    home: Path, outside: sqlite3.Connection, seq: int
) -> None:
    _disarm(outside)
    outside.execute("DELETE FROM event WHERE seq = ?", (seq,))
    assert any("'run-1'" in fault and "was cut" in fault for fault in _verify(home).faults)


def test_an_event_added_by_another_hand_is_refused_or_seen(
    home: Path, outside: sqlite3.Connection
) -> None:
    forge = (
        "INSERT INTO event (stream, slot, kind, schema, payload, at, prev_hash, hash) SELECT "
        "stream, 'forged', kind, schema, payload, at, hash, 'made up' FROM event WHERE seq = 4"
    )
    with pytest.raises(sqlite3.IntegrityError, match="event needs a link"):
        outside.execute(forge)
    outside.execute("INSERT INTO link VALUES (5, 'made up')")
    outside.execute(forge)
    assert any("seq 5, slot 'forged'" in fault for fault in _verify(home).faults)


@pytest.mark.parametrize(("one", "other"), [(2, 3), (3, 4), (1, 3)])
def test_events_of_two_streams_that_changed_places_are_seen(
    home: Path, outside: sqlite3.Connection, one: int, other: int
) -> None:
    triggers = outside.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    _disarm(outside)
    for old, new in ((one, -1), (other, one), (-1, other)):
        outside.execute("UPDATE event SET seq = ? WHERE seq = ?", (new, old))
    outside.execute(
        "UPDATE head SET last = (SELECT MAX(seq) FROM event WHERE event.stream = head.stream), "
        "first = (SELECT MIN(seq) FROM event WHERE event.stream = head.stream)"
    )
    for (sql,) in triggers:
        outside.execute(sql)
    moved = [fault for fault in _places(_verify(home)) if "recorded at this place" in fault]
    assert all(f"seq {at}," in fault for at, fault in zip((one, other), moved, strict=True))
    with open_log(home) as log:
        for stream in ("run-1", "run-2"):
            with pytest.raises(StoreCorrupt, match="recorded at this place"):
                log.check(stream)


def test_a_changed_text_and_a_missing_text_are_found(
    home: Path, outside: sqlite3.Connection
) -> None:
    _disarm(outside)
    (key,) = outside.execute("SELECT sha256 FROM blob").fetchone()
    outside.execute("UPDATE blob SET text = CAST(? AS TEXT)", (b"\xffa reply that was long",))
    assert any(key in fault and "hash differs" in fault for fault in _verify(home).faults)
    outside.execute("DELETE FROM blob")
    faults = _places(_verify(home))
    assert len(faults) == 4
    assert f"'run-1', seq 1, slot 'a': the text {key} of its reply_text is not" in faults[0]


def test_a_dropped_trigger_is_named(home: Path, outside: sqlite3.Connection) -> None:
    outside.execute("DROP TRIGGER event_no_delete")
    (fault,) = _verify(home).faults
    assert "event_no_delete" in fault


def test_a_damaged_file_is_reported_and_never_raised(home: Path) -> None:
    path = home / "tutelage.db"
    whole = path.read_bytes()
    with open_log(home) as log:
        path.write_bytes(whole[:4096] + b"\xff" * 4096 + whole[8192:])
        report = log.verify()
    assert not report.ok and report.faults


@pytest.mark.parametrize("odd", ["count = 'many'", "last = x'00ff'", "hash = x'ff'"])
def test_a_head_that_is_no_head_is_reported_and_never_raised(
    home: Path, outside: sqlite3.Connection, odd: str
) -> None:
    _disarm(outside)
    outside.execute(f"UPDATE head SET {odd} WHERE stream = 'run-1'")
    assert any("run-1" in fault for fault in _verify(home).faults)


def test_a_note_that_is_garbage_does_not_stop_anybody(home: Path) -> None:
    heads = [
        {"run-1": {"count": count, "seq": seq, "hash": "x"}}
        for count, seq in ((1, 2**70), (2**70, 1), (0, 1), (-1, 1), (1, 1.5))
    ]
    written = [json.dumps(it) for it in ({"run-1": {"count": 1}}, *heads)]
    for garbage in ("", "[1]", "{}", '{"run-1": 3}', "[" * 200_000, *written):
        (home / "heads.json").write_text(garbage)
        report = _verify(home)
        assert report.ok and report.noted is None and report.covered == 0
        (warning,) = report.warnings
        assert warning.startswith(("heads.json cannot be read", "heads.json names no stream"))


def test_without_a_note_a_report_says_what_it_cannot_see(
    home: Path, outside: sqlite3.Connection
) -> None:
    triggers = outside.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    _disarm(outside)
    outside.execute("DELETE FROM event WHERE seq = 4")
    outside.execute(
        "UPDATE head SET count = 2, last = 2, hash = (SELECT hash FROM event WHERE seq = 2) "
        "WHERE stream = 'run-1'"
    )
    outside.execute("DELETE FROM link WHERE seq = 4")
    for (sql,) in triggers:
        outside.execute(sql)
    assert not _verify(home).ok, "the note saw the event that was cut"

    (home / "heads.json").unlink()
    report = _verify(home)
    assert report.ok, "a first process that is killed leaves no note either"
    (warning,) = report.warnings
    assert "heads.json is missing" in warning and "cut together with its head" in warning


ADVICE = "put its heads.json back too, or move this one away"


@pytest.mark.parametrize("way", ["its note too", "no note"])
def test_who_put_an_older_copy_back_is_told_of_the_note_beside_it(home: Path, way: str) -> None:
    database, note = ((home / name).read_bytes() for name in ("tutelage.db", "heads.json"))
    with open_log(home) as log:
        log.record(
            CallCompleted(stream="run-1", slot="new", request="q", reply_text="", outcome="ok")
        )
    (home / "tutelage.db").write_bytes(database)
    assert not _verify(home).ok and any(ADVICE in it for it in _verify(home).warnings)
    with open_log(home) as log, pytest.raises(StoreCorrupt, match=ADVICE):
        log.check("run-1")
    if way == "no note":
        (home / "heads.json").unlink()
    else:
        (home / "heads.json").write_bytes(note)
    with open_log(home) as log:
        log.check("run-1")
        assert log.verify().ok


def test_who_lost_more_than_an_end_is_not_told_to_go_on(
    home: Path, outside: sqlite3.Connection
) -> None:
    _disarm(outside)
    outside.execute("DELETE FROM event WHERE seq = 4")
    assert _verify(home).faults and not any(ADVICE in it for it in _verify(home).warnings)
    with open_log(home) as log, pytest.raises(StoreCorrupt) as told:
        log.check("run-1")
    assert "heads.json saw" in str(told.value) and ADVICE not in str(told.value)


def test_a_stream_whose_link_is_gone_is_told_so(home: Path, outside: sqlite3.Connection) -> None:
    _disarm(outside)
    outside.execute("DELETE FROM link WHERE seq = 4")
    with open_log(home) as log, pytest.raises(StoreCorrupt, match="no link seals its place"):
        log.check("run-1")


@pytest.mark.parametrize("how", ["no bytes", "no file", "no events"])
def test_a_store_that_was_emptied_beside_its_note_is_no_new_store(
    home: Path, outside: sqlite3.Connection, how: str
) -> None:
    if how == "no events":
        _disarm(outside)
        outside.execute("DELETE FROM event")
        outside.execute("DELETE FROM head")
    outside.close()
    for file in home.glob("tutelage.db*") if how != "no events" else ():
        file.unlink()
    if how == "no bytes":
        (home / "tutelage.db").touch()
    with pytest.raises(StoreCorrupt, match=r"heads\.json beside it saw 4"):
        open_log(home)
    (home / "heads.json").unlink()
    open_log(home).close()


def test_a_broken_moment_is_told_with_its_place(home: Path, outside: sqlite3.Connection) -> None:
    _disarm(outside)
    outside.execute("UPDATE event SET at = 'noon' WHERE seq = 2")
    wanted = r"Slot 'b' of stream 'run-1'.*'noon'.*log verify"
    with open_log(home) as log, pytest.raises(StoreCorrupt, match=wanted):
        list(log.entries())
