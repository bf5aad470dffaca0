"""One worker on a run at a time, who is named, and is gone when its process is."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tutelage.store import Log, StoreError, open_log
from tutelage.store.errors import StreamBusy

HOLDER = """
import sys, time
from tutelage.store import open_log
with open_log(sys.argv[1]) as log, log.alone("run-1"):
    print("held", flush=True)
    time.sleep(600)
"""
FORKED = """
import os, sys, time
from tutelage.store import open_log
with open_log(sys.argv[1]) as log, log.alone("run-1"):
    if os.fork() == 0:
        time.sleep(600)
    print("held", flush=True)
    time.sleep(600)
"""


@contextmanager
def _holding(home: Path, program: str = HOLDER) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", program, str(home)]
    holder = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True, cwd=home.parent
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        yield holder
    finally:
        with suppress(ProcessLookupError):
            os.killpg(holder.pid, signal.SIGKILL)
        holder.wait()
        if holder.stdout is not None:
            holder.stdout.close()


def _is_refused(log: Log, stream: str = "run-1") -> str:
    with pytest.raises(StreamBusy) as caught, log.alone(stream):
        pass
    assert caught.value.worker == log.worker(stream) in str(caught.value)
    return caught.value.worker


@pytest.mark.parametrize("way", ["plain", "relative", "a link to the folder", "a link to the file"])
def test_another_process_is_told_who_works_whatever_path_it_took(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "store"
    open_log(home).close()
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "other"
    if way == "relative":
        other = Path("store")
    elif way == "a link to the folder":
        other.symlink_to(home, target_is_directory=True)
    elif way == "a link to the file":
        other.mkdir()
        (other / "tutelage.db").symlink_to(home / "tutelage.db")
    else:
        other = home
    with _holding(home) as holder, open_log(other) as log:
        assert f"process {holder.pid} on " in _is_refused(log)
        with log.alone("run-2"):
            assert log.worker("run-2"), "other runs are free"


@pytest.mark.parametrize("program", [HOLDER, FORKED], ids=["plain", "with a forked child"])
def test_who_is_killed_works_no_longer(tmp_path: Path, program: str) -> None:
    with _holding(tmp_path, program) as holder, open_log(tmp_path) as log:
        _is_refused(log)
        holder.kill()
        holder.wait()
        assert log.worker("run-1") == ""
        with log.alone("run-1"):
            assert f"process {os.getpid()} on " in log.worker("run-1")


def test_two_handles_and_two_threads_of_one_process_are_two(tmp_path: Path) -> None:
    said = list[str]()
    with open_log(tmp_path) as one, open_log(tmp_path) as two, one.alone("run-1"):
        thread = threading.Thread(target=lambda: said.append(_is_refused(one)))
        thread.start()
        thread.join()
        assert f"process {os.getpid()} on " in said[0]
        _is_refused(two)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_neither_frees_nor_uses_what_its_parent_holds(tmp_path: Path) -> None:
    with open_log(tmp_path) as log, log.alone("run-1"):
        child = os.fork()
        if child == 0:
            try:
                log.keep("a text")
            except StoreError as error:
                os._exit(0 if "forked" in str(error) else 1)
            os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        with open_log(tmp_path) as other:
            _is_refused(other)


def test_who_only_looks_makes_no_file_and_never_keeps_a_worker_away(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        assert log.worker("run-1") == "" and not (tmp_path / "working").exists()
        over = threading.Event()

        def look() -> None:
            while not over.is_set():
                log.worker("run-1")

        lookers = [threading.Thread(target=look) for _ in range(3)]
        for each in lookers:
            each.start()
        try:
            for _ in range(100):
                with log.alone("run-1"):
                    pass
        finally:
            over.set()
            for each in lookers:
                each.join()


def test_a_note_of_a_worker_that_is_no_note_is_not_believed(tmp_path: Path) -> None:
    with open_log(tmp_path) as log, log.alone("run-1"):
        (note,) = (tmp_path / "working").iterdir()
        for damaged in ("", "\n" + "[" * 100_000, '\n{"holder": 3}', "\n[]"):
            note.write_text(damaged)
            assert log.worker("run-1") in ("another process", "3")
    assert log.worker("run-1") == ""
