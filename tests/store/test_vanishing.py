"""A store that vanishes or is exchanged under a process is noticed by it, and named."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tutelage.graph.run import go
from tutelage.store import open_log
from tutelage.store.errors import StoreGone
from tutelage.store.events import CallCompleted

from ..graph.world import small_run


def _completion(slot: str) -> CallCompleted:
    return CallCompleted(stream="run-1", slot=slot, request="q", reply_text="", outcome="ok")


def _copy_of(home: Path) -> Path:
    return home.with_name("copy")


def _unlink(home: Path) -> None:
    (home / "tutelage.db").unlink()


def _unlink_all(home: Path) -> None:
    shutil.rmtree(home)


def _move(home: Path) -> None:
    home.rename(home.with_name("moved"))


def _exchange(home: Path) -> None:
    shutil.copy(_copy_of(home) / "tutelage.db", home / "new.db")
    (home / "new.db").rename(home / "tutelage.db")


def _exchange_folder(home: Path) -> None:
    home.rename(home.with_name("moved"))
    shutil.copytree(_copy_of(home), home)


def _restore_into(home: Path) -> None:
    """Put the older copy back into the very same files, as SQLite's own backup does."""
    with (
        closing(sqlite3.connect(_copy_of(home) / "tutelage.db")) as copy,
        closing(sqlite3.connect(home / "tutelage.db")) as database,
    ):
        copy.backup(database)


def _unlink_wal(home: Path) -> None:
    (home / "tutelage.db-wal").unlink()


def _unlink_lock(home: Path) -> None:
    (home / "tutelage.lock").unlink()


def _exchange_lock(home: Path) -> None:
    _unlink_lock(home)
    (home / "tutelage.lock").touch()


LOSSES = [
    _unlink,
    _unlink_all,
    _move,
    _exchange,
    _exchange_folder,
    _restore_into,
    _unlink_wal,
    _unlink_lock,
    _exchange_lock,
]
Loss = Callable[[Path], None]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A store with two events, and beside it a copy of when it had one."""
    home = tmp_path / "store"
    with open_log(home) as log:
        log.record(_completion("a"))
    shutil.copytree(home, _copy_of(home))
    with open_log(home) as log:
        log.record(_completion("b"))
    return home


@pytest.mark.parametrize("lose", LOSSES)
def test_a_loss_is_noticed_at_the_next_write_and_at_the_close(home: Path, lose: Loss) -> None:
    log = open_log(home)
    log.record(_completion("c"))
    lose(home)
    with pytest.raises(StoreGone, match=r"not there any more, or is not what it was.*resume"):
        log.record(_completion("d"))
    with pytest.raises(StoreGone):
        log.keep("a text")
    with pytest.raises(StoreGone):
        log.close()
    log.close()


@pytest.mark.parametrize("lose", LOSSES)
def test_a_loss_behind_the_last_write_is_noticed_at_the_end_of_the_work(
    home: Path, lose: Loss
) -> None:
    log = open_log(home)
    with pytest.raises(StoreGone), log.alone("run-1"):
        log.record(_completion("c"))
        lose(home)
    with pytest.raises(StoreGone):
        log.close()


@pytest.mark.parametrize("lose", LOSSES)
def test_work_that_fails_for_a_loss_is_told_of_the_loss(home: Path, lose: Loss) -> None:
    log = open_log(home)
    with pytest.raises(StoreGone), log.alone("run-1"):
        log.record(_completion("c"))
        lose(home)
        raise LookupError("what was recorded is not found")
    with pytest.raises(StoreGone):
        log.close()


def test_work_that_fails_for_another_cause_is_told_of_that(home: Path) -> None:
    with open_log(home) as log, pytest.raises(LookupError), log.alone("run-1"):
        log.record(_completion("c"))
        raise LookupError("this has nothing to do with the store")


def test_a_lock_of_a_run_that_others_cannot_find_is_noticed(home: Path) -> None:
    with open_log(home) as log, pytest.raises(StoreGone), log.alone("run-1"):
        shutil.rmtree(home / "working")
        log.record(_completion("c"))


def test_what_is_put_back_is_gone_on_with(home: Path) -> None:
    log = open_log(home)
    _move(home)
    with pytest.raises(StoreGone):
        log.record(_completion("c"))
    home.with_name("moved").rename(home)
    log.record(_completion("c"))
    log.close()
    with open_log(home) as again:
        assert again.end() == 3 and again.verify().ok


def test_a_close_leaves_another_store_in_its_place_as_it_is(home: Path) -> None:
    log = open_log(home)
    log.record(_completion("c"))
    _exchange_folder(home)
    before = {file.name: file.read_bytes() for file in home.iterdir() if file.is_file()}
    with pytest.raises(StoreGone):
        log.close()
    assert {file.name: file.read_bytes() for file in home.iterdir() if file.is_file()} == before
    with open_log(home) as other:
        assert other.verify().ok


def test_what_a_database_does_by_itself_is_no_loss(home: Path) -> None:
    with open_log(home) as log, open_log(home) as other:
        for number in range(3):
            log.record(_completion(f"c{number}"))
            with closing(sqlite3.connect(home / "tutelage.db")) as outside:
                outside.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                outside.execute("VACUUM")
            other.record(_completion(f"d{number}"))
            other.verify()
        with log.alone("run-1"):
            other.record(_completion("e"))
    with open_log(home) as again:
        assert again.end() == 9 and again.verify().ok
    assert not (home / "tutelage.db-wal").exists()


@pytest.mark.parametrize("lose", [_unlink, _exchange, _exchange_folder])
def test_nothing_is_read_of_what_took_the_place(home: Path, lose: Loss) -> None:
    with open_log(home) as log:
        lose(home)
        with pytest.raises(StoreGone):
            log.find(CallCompleted, "run-1", "b")
        (fault,) = log.verify().faults
        assert "not there any more" in fault


def test_who_only_looked_does_not_mind(home: Path) -> None:
    with open_log(home) as log:
        assert log.end() == 2
        _move(home)


@pytest.mark.parametrize("lose", [_unlink, _unlink_all, _move])
def test_a_run_whose_store_vanishes_does_not_end_as_finished(tmp_path: Path, lose: Loss) -> None:
    run = small_run(
        tmp_path,
        splits={"train": 60, "val": 40, "test": 8, "ood": 2},
        loop={"cycles": 1, "rounds": 1, "candidates": 2, "batch": 10, "feedback": 6},
        train={"examples": 10},
    )
    last = list[str]()

    def after_node(name: str) -> None:
        last.append(name)
        if name == "evaluate":
            lose(tmp_path / "store")

    with pytest.raises(StoreGone):
        go(run, after_node=after_node)
    assert last[-1] == "evaluate", "everything was recorded, and cannot be found"
    with pytest.raises(StoreGone):
        run.log.close()
    assert not (tmp_path / "store" / "tutelage.db").exists()
