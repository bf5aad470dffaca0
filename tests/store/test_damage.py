"""A damaged file is a StoreError or a fault of the report, whatever the byte; nothing else."""

import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tutelage.store import StoreError, open_log
from tutelage.store.events import CallCompleted, Event
from tutelage.store.hash_chain import sha256

from .forger import forge, sql

PAGE = 4096
STORY = [(f"run-{n % 3}", f"slot-{n}") for n in range(9)]


def _completion(stream: str, slot: str, reply: str) -> CallCompleted:
    return CallCompleted(stream=stream, slot=slot, request="q", reply_text=reply, outcome="ok")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The database of a closed store with nine events in three streams."""
    home = tmp_path_factory.mktemp("whole")
    with open_log(home) as log:
        key = log.keep("a reply")
        log.record_all([_completion(stream, slot, key) for stream, slot in STORY])
    return (home / "tutelage.db").read_bytes()


def _use(home: Path) -> bool:
    """Open, verify, read and write a store; tell whether it was found whole, and then is so."""
    sound = False
    with suppress(StoreError), open_log(home, busy_seconds=0.2) as log:
        sound = log.verify().ok
        if sound:
            assert [(it.event.stream, it.event.slot) for it in log.entries()] == STORY
            assert log.text(sha256("a reply")) == "a reply"
        for read in (
            lambda: list(log.entries()),
            lambda: list(log.events(CallCompleted, stream="run-1")),
            lambda: log.find(Event, "run-1", "slot-4"),
            lambda: log.keep("a reply"),
            lambda: log.text("0" * 64),
            lambda: log.check("run-1"),
            lambda: [log.end(), log.streams()],
            lambda: log.record(_completion("run-1", "further", "")),
        ):
            with suppress(StoreError):
                read()
    with suppress(StoreError), open_log(home, busy_seconds=0.2, read_only=True) as log:
        log.verify()
        assert [log.end(), *list(log.entries())]
    return sound


def _damage(whole: bytes, places: Iterator[int], luck: random.Random) -> Iterator[bytes]:
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= luck.randrange(1, 256)
        yield bytes(changed)


def _try_all(home: Path, damaged: Iterator[bytes]) -> list[bool]:
    found = []
    for content in damaged:
        for left in home.iterdir():
            left.unlink()
        (home / "tutelage.db").write_bytes(content)
        found.append(_use(home))
    return found


def test_a_flipped_byte_is_a_store_error_or_a_fault(whole: bytes, tmp_path: Path) -> None:
    luck = random.Random(1)
    places = [3970, *luck.sample(range(PAGE), 90), *luck.sample(range(PAGE, len(whole)), 60)]
    sound = _try_all(tmp_path, _damage(whole, iter(places), luck))
    assert 0 < sum(sound) < len(sound), "some bytes mean nothing, others do"


@pytest.mark.slow
def test_every_third_byte_of_the_first_page_and_300_others(whole: bytes, tmp_path: Path) -> None:
    luck = random.Random(2)
    places = [*range(0, PAGE, 3), *luck.sample(range(PAGE, len(whole)), 300)]
    sound = _try_all(tmp_path, _damage(whole, iter(places), luck))
    assert 0 < sum(sound) < len(sound)


def test_the_bytes_of_a_tables_sql_are_read_as_damage(whole: bytes, tmp_path: Path) -> None:
    place = whole.index(b"CREATE TABLE event")
    for offset in range(len(b"CREATE TABLE event (seq")):
        changed = whole[: place + offset] + b"\xac" + whole[place + offset + 1 :]
        assert not any(_try_all(tmp_path, iter([changed])))


def test_a_column_under_another_name_or_type_is_damage(whole: bytes, tmp_path: Path) -> None:
    place = whole.index(b"seq INTEGER NOT NULL, \n\tstream VARCHAR")
    for offset in range(len(b"seq INTEGER")):
        for flip in (0x01, 0x0F):
            changed = bytearray(whole)
            changed[place + offset] ^= flip
            assert not any(_try_all(tmp_path, iter([bytes(changed)])))


@pytest.mark.parametrize("size", [1, 15, 16, 100, 512, 4095, 4096, 4097, 12_000])
def test_a_cut_file_is_a_store_error_or_a_fault(whole: bytes, tmp_path: Path, size: int) -> None:
    found = _try_all(tmp_path, iter([whole[:size]]))
    assert found == [False]


def test_an_index_that_hides_a_slot_is_found_before_anything_goes_on(
    whole: bytes, tmp_path: Path
) -> None:
    key = b"run-1slot-4"
    _, place = [n for n in range(len(whole)) if whole.startswith(key, n)]
    (tmp_path / "tutelage.db").write_bytes(whole[:place] + b"run-1slot-~" + whole[place + 11 :])
    with open_log(tmp_path, read_only=True) as log:
        assert log.find(Event, "run-1", "slot-4") is None, "it would be asked, and paid, again"
        with pytest.raises(StoreError, match=r"(?s)copy.*row 5 missing from index"):
            log.check("run-1")


CELLS = {
    "event": ["seq", "stream", "slot", "kind", "schema", "payload", "at", "prev_hash", "hash"],
    "blob": ["sha256", "text"],
    "head": ["stream", "first", "last", "count", "hash"],
    "link": ["seq", "hash"],
    "meta": ["name", "value"],
}
ODD = (
    "''", "x''", "x'ff'", "CAST(x'ff' AS TEXT)", "CAST(x'eda080' AS TEXT)", "-1", "0.5", "1e999",
    "9223372036854775807", "'2026-02-30'", "'9999-12-31 23:59:59.999999+23:59'",
    "'' || char(0)", "'[' || REPLACE(HEX(ZEROBLOB(50000)), '0', '[')",
    "'{\"a\":' || REPLACE(HEX(ZEROBLOB(50000)), '0', '{\"a\":')",
)  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, names in CELLS.items() for column in names]
)
def test_whatever_stands_in_a_cell_is_a_store_error_or_a_fault(
    whole: bytes, tmp_path: Path, table: str, column: str
) -> None:
    for odd in ODD:
        for left in tmp_path.iterdir():
            left.unlink()
        (tmp_path / "tutelage.db").write_bytes(whole)
        change = f"UPDATE {table} SET {column} = {odd} WHERE rowid = 1"
        with suppress(sqlite3.IntegrityError):
            forge(tmp_path, sql(change))
            assert not _use(tmp_path), odd


DEEP = "[" * 200_000
SEEN = '{"count":1,"seq":1,"hash":"x"}'
NOTES = {
    "nothing": b"",
    "brackets": DEEP.encode(),
    "objects": b'{"a":' * 100_000,
    "a deep head": f'{{"run-1":{DEEP}'.encode(),
    "no UTF-8": b'{"run-1": "\xff"}',
    "half a character": b'{"\\ud800": ' + SEEN.encode() + b"}",
    "a list": b"[1]",
    "a number": b"7",
    "a long number": b'{"run-1":{"count":' + b"9" * 10_000 + b',"seq":1,"hash":"x"}}',
    "infinity": b'{"run-1":{"count":Infinity,"seq":1,"hash":"x"}}',
    "a yes": b'{"run-1":{"count":true,"seq":1,"hash":"x"}}',
    "no hash": b'{"run-1":{"count":1,"seq":1,"hash":null}}',
    "no store": f'{{"version":2,"streams":{{"run-1":{SEEN}}}}}'.encode(),
    "an odd store": f'{{"version":2,"store":[1],"streams":{{"run-1":{SEEN}}}}}'.encode(),
    "no streams": b'{"version":2,"store":{"seq":1,"hash":"x"}}',
    "streams that are none": b'{"version":2,"store":{"seq":1,"hash":"x"},"streams":[1]}',
    "a later version": b'{"version":3,"store":{"seq":1,"hash":"x"},"streams":{}}',
}


@pytest.mark.parametrize("name", NOTES)
def test_whatever_stands_in_the_note_is_a_warning(whole: bytes, tmp_path: Path, name: str) -> None:
    (tmp_path / "tutelage.db").write_bytes(whole)
    (tmp_path / "heads.json").write_bytes(NOTES[name])
    with open_log(tmp_path) as log:
        report = log.verify()
        assert report.ok and report.noted is None and report.covered == 0
        (warning,) = report.warnings
        assert warning.startswith("heads.json cannot be read")
        log.record(_completion("run-1", "further", ""))
    with open_log(tmp_path) as log:
        assert (log.verify().ok, log.verify().covered) == (True, 10), "a new note was written"


@pytest.mark.parametrize("what", ["a folder", "a pipe", "a large file"])
def test_a_note_that_is_no_plain_file_is_a_warning(whole: bytes, tmp_path: Path, what: str) -> None:
    (tmp_path / "tutelage.db").write_bytes(whole)
    path = tmp_path / "heads.json"
    if what == "a folder":
        path.mkdir()
    elif what == "a pipe":
        os.mkfifo(path)
    else:
        with path.open("wb") as file:
            file.truncate(10**12)
    with open_log(tmp_path) as log:
        report = log.verify()
    assert report.ok and len(report.warnings) == 1
