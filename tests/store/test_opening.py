"""Files that are no store of ours are left alone; a lock or a full disk is told and survived."""

import fcntl
import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from tutelage.store import StoreError, open_log
from tutelage.store.errors import StoreCorrupt, StoreTooNew
from tutelage.store.events import CallCompleted, Event


def _completion(slot: str) -> CallCompleted:
    return CallCompleted(stream="run-1", slot=slot, request="q", reply_text="", outcome="ok")


def _everything(home: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in home.iterdir() if file.is_file()}


def test_a_newer_store_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        log.record(_completion("a"))
    with closing(sqlite3.connect(tmp_path / "tutelage.db")) as outside:
        outside.execute("UPDATE meta SET value = '3' WHERE name = 'version'")
        outside.commit()
    before = _everything(tmp_path)
    with pytest.raises(StoreTooNew, match=r"version 3; .* up to 2\. Update tutelage"):
        open_log(tmp_path)
    assert _everything(tmp_path) == before


@pytest.mark.parametrize("content", [b"hello", b"\0" * 4096, b"SQLite format 3\0" + b"x" * 5000])
def test_what_is_no_database_is_refused_and_left_as_it_was(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tutelage.db").write_bytes(content)
    with pytest.raises(StoreCorrupt, match=r"tutelage\.db"):
        open_log(tmp_path)
    assert _everything(tmp_path) == {"tutelage.db": content}


def test_somebody_elses_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "tutelage.db")) as other:
        other.execute("CREATE TABLE song (title TEXT)")
    before = _everything(tmp_path)
    with pytest.raises(StoreCorrupt, match="no store"):
        open_log(tmp_path)
    assert _everything(tmp_path) == before


def test_a_home_that_is_a_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="TUTELAGE_HOME"):
        open_log(tmp_path / "file" / "home")


def test_a_store_that_stays_locked_says_so_and_recovers(tmp_path: Path) -> None:
    with open_log(tmp_path, busy_seconds=0.05) as log:
        with closing(sqlite3.connect(tmp_path / "tutelage.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked by another process"):
                log.record(_completion("a"))
        assert log.record(_completion("a")).slot == "a"


def test_a_writer_whose_turn_comes_when_the_log_is_closed_says_so(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    lock: Any = cast(Any, log)._writer._lock
    turns = lock._threads

    class Late:
        """The writers' turns, of which the next comes when the log was closed."""

        def acquire(self, timeout: float) -> bool:
            lock._threads = turns
            log.close()
            return bool(turns.acquire(timeout=timeout))

    lock._threads = Late()
    with pytest.raises(StoreError, match="was closed"):
        log.record(_completion("a"))
    assert not turns.locked()


def test_a_writer_whose_turn_never_comes_says_so(tmp_path: Path) -> None:
    with open_log(tmp_path, busy_seconds=0.05) as log:
        with (tmp_path / "tutelage.lock").open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            with pytest.raises(StoreError, match="locked by another process"):
                log.record(_completion("a"))
            assert log.find(Event, "run-1", "a") is None, "who only reads never waits"
        assert log.record(_completion("a")).slot == "a"


def _open_files(home: Path) -> list[str]:
    links = (os.path.realpath(it) for it in Path("/proc/self/fd").iterdir())
    return [it for it in links if it.startswith(str(home))]


def test_a_close_whose_turn_never_comes_lets_go_and_says_that_all_is_kept(tmp_path: Path) -> None:
    with open_log(tmp_path, busy_seconds=0.05) as log:
        log.record(_completion("a"))
        note = (tmp_path / "heads.json").exists()
        idle = open_log(tmp_path, busy_seconds=0.05)
        with (tmp_path / "tutelage.lock").open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            idle.close()
            with pytest.raises(StoreError) as told:
                log.close()
            assert _open_files(tmp_path) == [str(tmp_path / "tutelage.lock")], "the other's own"
    assert "All that was recorded is kept; only heads.json" in str(told.value)
    assert "nothing" not in str(told.value) and not note
    assert not (tmp_path / "heads.json").exists()
    with open_log(tmp_path) as log:
        assert log.find(Event, "run-1", "a")
        log.record(_completion("b"))
    with open_log(tmp_path) as log:
        assert (log.verify().ok, log.verify().covered) == (True, 2)


FULL = """
import resource, sys
from pathlib import Path
from tutelage.store import open_log, StoreError
log = open_log(Path(sys.argv[1]))
kept = log.keep("first")
resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, resource.RLIM_INFINITY))
try:
    log.keep("x" * 400_000)
except StoreError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.keep("second")
print(log.verify().ok, log.text(kept))
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no file size limit here")
def test_a_disk_that_takes_no_more_says_so_and_loses_nothing(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert "disk refused" in told[0] and "Free some space" in told[0]
    assert told[1] == "True first"


def test_opening_leaves_nothing_open_behind(tmp_path: Path) -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("needs /proc")
    before = len(list(descriptors.iterdir()))
    for _ in range(5):
        with open_log(tmp_path) as log:
            log.record(_completion("a"))
            log.verify()
    assert len(list(descriptors.iterdir())) <= before
