"""A store is read where nothing may be written, and what would write says why it cannot."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tutelage.store import StoreError, open_log
from tutelage.store.errors import StoreCorrupt
from tutelage.store.events import CallCompleted, Event

from .old_stores import rows_of, unlink

ENTITLED = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Words before a command of root, to whom the modes of files then mean what they mean to others."""
READ = """
import sys
from tutelage.store import open_log, StoreError
from tutelage.store.events import CallCompleted
with open_log(sys.argv[1], read_only=True) as log:
    print(log.verify().ok, log.end(), [log.text(e.reply_text) for e in log.events(CallCompleted)])
    log.check("run-1")
    print(repr(log.worker("run-1")))
    for write in (lambda: log.keep("a text"), lambda: log.alone("run-1").__enter__()):
        try:
            write()
        except StoreError as error:
            print(error)
try:
    open_log(sys.argv[1])
except StoreError as error:
    print(error)
"""
KILLED = """
import os, signal, sys
from tutelage.store import open_log
from tutelage.store.events import CallCompleted
log = open_log(sys.argv[1])
log.record(CallCompleted(stream="run-1", slot="b", request="q", reply_text=log.keep("two"),
                         outcome="ok"))
os.kill(os.getpid(), signal.SIGKILL)
"""


def _completion(slot: str, reply: str) -> CallCompleted:
    return CallCompleted(stream="run-1", slot=slot, request="q", reply_text=reply, outcome="ok")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A store with one event, in a folder whose modes are given back at the end."""
    home = tmp_path / "store"
    with open_log(home) as log:
        log.record(_completion("a", log.keep("one")))
    yield home
    _set_modes(home, 0o755, 0o644)


def _set_modes(home: Path, folder: int, files: int) -> None:
    home.chmod(folder)
    for file in home.iterdir():
        file.chmod(files if file.is_file() else folder)


def _as_others(*command: str) -> "subprocess.CompletedProcess[str]":
    words = list(command)
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root may write everywhere, and there is no setpriv to bind it")
        words = [*ENTITLED, *words]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def _contents(home: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in home.iterdir() if file.is_file()}


@pytest.mark.parametrize(
    ("folder", "files"), [(0o555, 0o444), (0o555, 0o644), (0o755, 0o444)], ids=str
)
def test_a_store_that_may_not_be_written_is_read_and_left_as_it_was(
    home: Path, folder: int, files: int
) -> None:
    before = _contents(home)
    _set_modes(home, folder, files)
    done = _as_others(sys.executable, "-c", READ, str(home))
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert told[:2] == ["True 1 ['one']", "''"]
    assert all("was opened for reading" in line for line in told[2:4]) and len(told) >= 4
    if (folder, files) != (0o755, 0o444):
        assert _contents(home) == before
    if files == 0o444:
        assert "cannot be opened" in told[4] and "writable" in told[4]


@pytest.mark.parametrize("shared", [True, False])
def test_the_last_writes_of_a_killed_process_are_read_or_named(home: Path, shared: bool) -> None:
    died = subprocess.run([sys.executable, "-c", KILLED, str(home)], check=False)
    assert died.returncode == -signal.SIGKILL
    if not shared:
        (home / "tutelage.db-shm").unlink()
    _set_modes(home, 0o555, 0o444)
    done = _as_others(sys.executable, "-c", READ, str(home))
    if shared:
        assert done.stdout.startswith("True 2 ['one', 'two']"), done.stderr
    else:
        assert "StoreError" in done.stderr and "wait in tutelage.db-wal" in done.stderr
        assert "Copy the whole folder" in done.stderr


def test_who_reads_makes_no_lock_and_sees_what_is_written_meanwhile(home: Path) -> None:
    (home / "tutelage.lock").unlink()
    with open_log(home, read_only=True) as reader:
        assert reader.end() == 1 and not (home / "tutelage.lock").exists()
        with open_log(home) as writer:
            writer.record(_completion("b", ""))
            assert reader.find(Event, "run-1", "b") is not None and reader.end() == 2
            with writer.alone("run-1"):
                assert f"process {os.getpid()}" in reader.worker("run-1")
        assert reader.end() == 2


def test_a_store_that_is_not_there_is_not_made_by_a_reader(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no store at"):
        open_log(tmp_path / "none", read_only=True)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "tutelage.db").touch()
    with pytest.raises(StoreCorrupt, match="no store yet"):
        open_log(tmp_path, read_only=True)


def test_a_second_handle_lets_go_of_no_lock_of_the_first(home: Path) -> None:
    outside = (
        "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT * FROM head').close()"
    )
    with open_log(home) as log:
        log.record(_completion("b", ""))
        open_log(home).close()
        with closing(open_log(home, read_only=True)) as reader:
            assert reader.end() == 2
        # SQLite deletes the WAL when the last connection ends, by the locks that it sees.
        subprocess.run([sys.executable, "-c", outside, str(home / "tutelage.db")], check=True)
        log.record(_completion("c", ""))
    with open_log(home) as again:
        assert again.end() == 3 and again.verify().ok


def test_a_reader_leaves_nothing_behind_where_it_could_write(home: Path) -> None:
    before = _contents(home)
    with open_log(home, read_only=True) as log:
        assert log.verify().ok
        log.check("run-1")
    assert _contents(home) == before


def test_a_reader_leaves_an_older_store_as_old_as_it_is(home: Path) -> None:
    unlink(home)
    with open_log(home, read_only=True) as log:
        report = log.verify()
        assert report.ok and "not sealed yet" in report.warnings[0]
        log.check("run-1")
        assert log.end() == 1
    assert rows_of(home, "meta")["meta"] == [("version", "1")]
