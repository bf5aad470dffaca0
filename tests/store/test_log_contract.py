"""Every keeper of the log tells each thing once, keeps it for ever, and gives it back in order."""

import itertools
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.store import Log, StoreError, open_log
from tutelage.store.errors import BlobMissing, SlotConflict, StoreCorrupt, StreamBusy
from tutelage.store.events import CallCompleted, Event, RunFinished, RunStarted
from tutelage.store.hash_chain import NO_EVENTS, Link
from tutelage.store.log import KEEPERS, Entry, has_log, lasts
from tutelage.store.memory import MemoryLog

from ..graph.fakes import Coach, Parity, Pupil
from ..graph.world import CARRY_HELPS, config


@pytest.fixture(params=KEEPERS)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for a store, once for each keeper."""
    return f"{request.param}:{tmp_path / 'store'}"


@pytest.fixture
def log(home: str) -> Iterator[Log]:
    with open_log(home) as opened:
        yield opened


def _completion(
    slot: str, stream: str = "run-1", request: str = "q", reply: str = ""
) -> CallCompleted:
    return CallCompleted(stream=stream, slot=slot, request=request, reply_text=reply, outcome="ok")


def _finish(slot: str, stream: str = "run-1") -> RunFinished:
    return RunFinished(stream=stream, slot=slot, strategy="", adapter="")


def _slots(log: Log) -> list[str]:
    return [entry.event.slot for entry in log.entries()]


def test_an_event_recorded_twice_is_told_once_and_the_first_outcome_stands(log: Log) -> None:
    first = log.record(_completion("a", reply="one"))
    assert log.record(_completion("a", reply="two")) == first
    assert log.find(CallCompleted, "run-1", "a") == first
    assert _slots(log) == ["a"]
    assert log.verify().events == 1


def test_a_taken_slot_refuses_other_inputs_and_names_the_place(log: Log) -> None:
    log.record(_completion("c0/r0", request="q" * 500))
    with pytest.raises(SlotConflict) as caught:
        log.record(_completion("c0/r0", request="other"))
    error = caught.value
    assert (error.stream, error.slot, error.field) == ("run-1", "c0/r0", "request")
    assert all(word in str(error) for word in ("'c0/r0'", "'run-1'", "request", "qqq…", "'other'"))
    assert len(str(error)) < 400, "long values are shortened"


def test_a_taken_slot_refuses_another_kind_to_writers_and_readers(log: Log) -> None:
    log.record(_completion("a"))
    with pytest.raises(SlotConflict, match="kind is 'CallCompleted', and now 'RunFinished'"):
        log.record(_finish("a"))
    with pytest.raises(SlotConflict, match="kind is 'CallCompleted', and now 'RunFinished'"):
        log.find(RunFinished, "run-1", "a")
    assert log.find(Event, "run-1", "a") == log.find(CallCompleted, "run-1", "a") is not None
    assert log.find(RunFinished, "run-1", "b") is None


def test_many_events_are_kept_together_or_not_at_all(log: Log) -> None:
    log.record(_completion("b"))
    with pytest.raises(SlotConflict):
        log.record_all([_completion("a"), _completion("b", request="other"), _completion("c")])
    assert _slots(log) == ["b"] and log.end() == 1
    stand = log.record_all([_completion("a"), _completion("b"), _completion("a", reply="later")])
    assert [event.slot for event in stand] == ["a", "b", "a"]
    assert stand[2].reply_text == "", "the later outcome gives way inside one batch too"
    assert log.record_all([]) == []


def test_record_returns_what_a_resumed_run_would_find(log: Log) -> None:
    config = {"sizes": (1, 2), "names": {10: "ten", 9: "nine"}}
    first = log.record(RunStarted(stream="run-1", slot="start", domain="d", config=config))
    assert first.config == {"sizes": [1, 2], "names": {"10": "ten", "9": "nine"}}
    again = log.record(RunStarted(stream="run-1", slot="start", domain="d", config=config))
    assert again == first == log.find(RunStarted, "run-1", "start")


def test_events_come_in_the_order_of_the_store_whatever_is_asked_for(log: Log) -> None:
    events: list[CallCompleted | RunFinished] = []
    for number in range(1203):  # more than two pages
        stream, slot = f"run-{number % 2}", f"c0/{number % 3}/{number}"
        events.append(_completion(slot, stream) if number % 5 else _finish(slot, stream))
    log.record_all(events)
    every = list(log.entries())
    assert [entry.seq for entry in every] == list(range(1, 1204)) and log.end() == 1203
    picked = log.entries(stream="run-1", kinds=[RunFinished], prefix="c0/2/", after=100)
    assert [entry.seq for entry in picked] == [
        entry.seq
        for entry in every
        if entry.event.stream == "run-1"
        and isinstance(entry.event, RunFinished)
        and entry.event.slot.startswith("c0/2/")
        and entry.seq > 100
    ]
    assert [*log.events(RunFinished)] == [it for it in events if isinstance(it, RunFinished)]
    assert [*log.events(Event, prefix="c0/1/")] == [it for it in events if it.slot[3] == "1"]
    assert len(list(log.entries(stream="run-0"))) == 602
    assert list(log.entries(after=-3)) == every
    assert list(log.entries(stream="nobody")) == []
    assert log.streams() == ["run-0", "run-1"]


@pytest.mark.parametrize("odd", ["_", "%", "*", "é", "\u2028", "𝄞", "\0", "\N{GRINNING FACE}"])
def test_a_character_in_a_prefix_means_itself(log: Log, odd: str) -> None:
    log.record_all([_completion(slot) for slot in (f"a{odd}c", "abc", f"a{odd}", "a", f"b{odd}")])
    assert [entry.event.slot for entry in log.entries(prefix=f"a{odd}")] == [f"a{odd}c", f"a{odd}"]


def test_a_reader_may_write_while_it_reads(log: Log) -> None:
    log.record_all([_completion("a"), _completion("b")])
    for entry in log.entries(after=0):
        log.record(_completion(entry.event.slot + "/answer"))
    assert _slots(log) == ["a", "b", "a/answer", "b/answer"]


def test_times_are_utc_and_never_go_back_in_one_stream(log: Log) -> None:
    log.record_all([_completion(f"{number}") for number in range(3)])
    moments = [entry.at for entry in log.entries()]
    assert moments == sorted(moments) and not any(it.utcoffset() for it in moments)


def test_a_closed_log_keeps_nothing_and_a_lasting_one_can_be_opened_again(home: str) -> None:
    assert not has_log(home)
    with open_log(home) as log:
        key = log.keep("a text")
        log.record(_completion("a", reply=key))
        told = list(log.entries())
    log.close()
    with pytest.raises(StoreError, match="was closed"):
        log.record(_completion("b"))
    for again in (lambda: log.record(_completion("a", reply=key)), lambda: log.keep("a text")):
        with pytest.raises(StoreError, match="was closed"):
            again()  # it stands there already, and is refused as well
    with pytest.raises(StoreError, match="was closed"):
        log.keep("another text")
    assert has_log(home) or not lasts(home)
    if has_log(home):
        with open_log(home) as again:
            assert list(again.entries()) == told and again.text(key) == "a text"
            assert again.record(_completion("b")).slot == "b" and again.end() == 2
            assert again.verify().ok and again.verify().heads["run-1"].count == 2


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", b"\xff", object()])
def test_what_json_cannot_write_is_refused_and_nothing_is_kept(log: Log, value: object) -> None:
    bad = RunStarted(stream="run-1", slot="start", domain="d", config={"v": value})
    with pytest.raises(ValueError, match="'start' of stream 'run-1' cannot be kept"):
        log.record_all([_completion("a"), bad])
    with pytest.raises(ValueError, match="surrogates"):
        log.keep_all(["whole", "\ud800"])
    assert _slots(log) == [] and log.streams() == []


def test_a_class_that_is_no_kind_of_event_is_refused(log: Log) -> None:
    class Rumoured(RunFinished):
        pass

    with pytest.raises(TypeError, match="Rumoured is no kind of event"):
        log.record(Rumoured(stream="run-1", slot="a", strategy="", adapter=""))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))  # every text but lone surrogates
FRESH = itertools.count()
HEAVY = settings(max_examples=40)


@HEAVY
@given(text=TEXTS, key=TEXTS, slot=TEXTS)
def test_every_text_comes_back_as_it_was_kept(log: Log, text: str, key: str, slot: str) -> None:
    place = f"{slot}/{next(FRESH)}"
    event = RunStarted(stream=text, slot=place, domain=text, config={key: text})
    assert log.record(event) == event == log.find(RunStarted, text, place)
    assert event in [entry.event for entry in log.entries(stream=text, prefix=slot)]
    assert log.text(log.keep(text)) == text
    assert log.verify().ok


def test_a_nul_in_a_text_is_kept_like_any_other_character(log: Log) -> None:
    text = "before\0after\r\n\u2028"
    assert log.keep_all([text, "", text]) == [log.keep(text), log.keep(""), log.keep(text)]
    assert log.text(log.keep(text)) == text
    event = RunStarted(stream="s", slot="a", domain=text, config={text: text})
    assert log.record(event) == event == log.find(RunStarted, "s", "a")
    assert log.verify().ok


def test_an_unknown_text_says_which_and_is_found_missing(log: Log) -> None:
    with pytest.raises(BlobMissing, match=r"No text 'abc' in ") as caught:
        log.text("abc")
    assert isinstance(caught.value, LookupError)
    log.record(_completion("a", reply="abc"))
    (fault,) = log.verify().faults
    assert fault == (
        "stream 'run-1', seq 1, slot 'a': the text abc of its reply_text is not in the store."
    )


def test_threads_that_race_for_a_slot_all_get_what_stands_there(log: Log) -> None:
    start = threading.Barrier(4)
    got: list[list[CallCompleted]] = []

    def write(name: str) -> None:
        start.wait()
        own = [_completion(f"shared/{number}", reply=log.keep(name)) for number in range(20)]
        got.append([log.record(event) for event in own])
        log.record_all([_completion(f"{name}/{number}") for number in range(5)])

    threads = [threading.Thread(target=write, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4 and all(each == got[0] for each in got)
    assert log.end() == 20 + 4 * 5 == len(set(_slots(log)))
    assert log.verify().ok


def test_nobody_reads_a_part_of_what_is_recorded_together(log: Log) -> None:
    size, seen = 300, set[int]()
    writer = threading.Thread(
        target=lambda: [
            log.record_all([_completion(f"{batch}/{number}") for number in range(size)])
            for batch in range(10)
        ]
    )
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns inside of a batch
    try:
        writer.start()
        while writer.is_alive():
            seen |= {log.end() % size, sum(1 for _ in log.entries()) % size}
    finally:
        writer.join()
        sys.setswitchinterval(before)
    assert seen <= {0} and log.end() == 10 * size


def _tamper_with_database(log: Log, home: str) -> None:
    with closing(sqlite3.connect(Path(home.partition(":")[2]) / "tutelage.db")) as outside:
        for (name,) in outside.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            outside.execute(f"DROP TRIGGER {name}")
        outside.execute("UPDATE event SET payload = '{}' WHERE seq = 2")
        outside.commit()


def _tamper_with_memory(log: Log, home: str) -> None:
    rows = cast(MemoryLog, log)._slots
    rows["run-1", "b"] = rows["run-1", "b"]._replace(payload="{}")


TAMPER: Mapping[str, Callable[[Log, str], None]] = {
    "sqlite": _tamper_with_database,
    "memory": _tamper_with_memory,
}
"""Keeper -> how somebody changes its second event behind its back."""


def test_a_changed_event_is_found_and_its_place_named(log: Log, home: str) -> None:
    tamper = TAMPER.get(home.partition(":")[0])
    if tamper is None:
        pytest.skip("nobody wrote how to tamper with this keeper")
    log.record_all(
        [_completion("a"), _completion("b"), _completion("c"), _completion("a", "run-2")]
    )
    report = log.verify()
    assert report.ok and {it: head.count for it, head in report.heads.items()} == {
        "run-1": 3,
        "run-2": 1,
    }
    tamper(log, home)
    report = log.verify()
    assert not report.ok and report.events == 4, "one bad event does not hide the others"
    found = [fault for fault in report.faults if fault.startswith("stream")]
    assert found and all("'run-1', seq 2, slot 'b'" in fault for fault in found)
    assert "the hash differs" in found[0]


def test_a_check_of_one_stream_finds_what_was_changed_in_it_and_only_there(
    log: Log, home: str
) -> None:
    tamper = TAMPER.get(home.partition(":")[0])
    if tamper is None:
        pytest.skip("nobody wrote how to tamper with this keeper")
    log.record_all([_completion("a"), _completion("b"), _completion("a", "run-2")])
    for stream in ("run-1", "run-2", "nobody"):
        log.check(stream)
    tamper(log, home)
    with pytest.raises(StoreCorrupt, match=r"(?s)copy.*'run-1', seq 2, slot 'b'.* hash differs"):
        log.check("run-1")
    log.check("run-2")


def test_a_check_of_one_stream_misses_no_text_of_its_own(log: Log) -> None:
    log.record_all(
        [_completion("a", reply=log.keep("told")), _completion("a", "run-2", reply="no")]
    )
    log.check("run-1")
    with pytest.raises(StoreCorrupt, match="the text no of its reply_text is not in the store"):
        log.check("run-2")


def test_one_at_a_time_is_alone_on_a_stream_and_is_named(log: Log) -> None:
    assert log.worker("run-1") == ""
    with log.alone("run-1"), log.alone("run-2"):
        assert str(os.getpid()) in log.worker("run-1")
        with pytest.raises(StreamBusy, match="twice") as caught, log.alone("run-1"):
            pass
        assert caught.value.worker == log.worker("run-1")
        log.record(_completion("a"))
    assert log.worker("run-1") == log.worker("run-2") == ""
    with pytest.raises(ZeroDivisionError), log.alone("run-1"):
        raise ZeroDivisionError
    with log.alone("run-1"):
        pass


def test_two_handles_of_one_store_are_not_alone_together(log: Log, home: str) -> None:
    if home.partition(":")[0] not in ("sqlite", "memory"):
        pytest.skip("one handle at a time has such a store open")
    with open_log(home) as other, log.alone("run-1"):
        assert other.worker("run-1") == log.worker("run-1") != ""
        with pytest.raises(StreamBusy), other.alone("run-1"):
            pass


def _exchange_in_database(home: str) -> None:
    with closing(sqlite3.connect(Path(home.partition(":")[2]) / "tutelage.db")) as outside:
        for (name,) in outside.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            outside.execute(f"DROP TRIGGER {name}")
        for old, new in ((2, -2), (3, 2), (-2, 3)):
            outside.execute("UPDATE event SET seq = ? WHERE seq = ?", (new, old))
        outside.execute("UPDATE head SET first = 5 - first, last = 5 - last WHERE first IN (2, 3)")
        outside.commit()


def _exchange_in_memory(log: Log) -> None:
    keeper = cast(MemoryLog, log)
    rows = list(keeper._slots.values())
    rows[1], rows[2] = rows[2]._replace(seq=2), rows[1]._replace(seq=3)
    keeper._slots = {(row.stream, row.slot): row for row in rows}
    ends = {row.stream: row.seq for row in rows}
    keeper._ends = {it: replace(end, seq=ends[it]) for it, end in keeper._ends.items()}


def test_events_of_two_streams_that_changed_places_are_found(log: Log, home: str) -> None:
    log.record_all([_completion("a", f"run-{stream}") for stream in (1, 2, 3, 4)])
    if home.startswith("sqlite:"):
        _exchange_in_database(home)
    elif type(log) is MemoryLog:
        _exchange_in_memory(log)
    else:
        pytest.skip("nobody wrote how to tamper with this keeper")
    faults = [fault for fault in log.verify().faults if fault.startswith("stream")]
    assert len(faults) == 2
    assert all("another event was recorded at this place" in fault for fault in faults)
    log.check("run-1")
    for stream in ("run-2", "run-3"):
        with pytest.raises(StoreCorrupt, match="another event was recorded at this place"):
            log.check(stream)


def test_a_head_that_was_noted_elsewhere_is_held_against_the_log(log: Log) -> None:
    assert log.verify().head == NO_EVENTS
    log.record_all([_completion("a"), _completion("a", "run-2")])
    head = log.verify().head
    assert head is not None and head.seq == 2
    log.record(_completion("b"))
    assert log.verify([NO_EVENTS, head]).ok
    for wrong in (Link(1, head.hash), Link(3, head.hash), Link(9, head.hash), Link(0, head.hash)):
        report = log.verify([head, wrong])
        (fault,) = report.faults
        assert not report.ok and "The head line given saw" in fault and f"seq {wrong.seq}" in fault


def _run_loop(home: str, folder: Path) -> list[Entry]:
    sizes = {
        "splits": {"train": 60, "val": 40, "test": 8, "ood": 2},
        "loop": {"cycles": 1, "rounds": 2, "candidates": 2, "batch": 10, "feedback": 6},
        "train": {"examples": 10},
    }
    parts = Overrides(domain=Parity(), student=Pupil(CARRY_HELPS), trainer=Coach())
    run = open_run(home, folder / "runs", config(**sizes), overrides=parts)
    with run.log as log:
        assert go(run) and log.verify().ok
        return list(log.entries())


@pytest.fixture(scope="module")
def told_by_sqlite(tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    folder = tmp_path_factory.mktemp("reference")
    return _run_loop(str(folder), folder)


def test_a_scripted_run_is_told_as_sqlite_tells_it(
    home: str, tmp_path: Path, told_by_sqlite: list[Entry]
) -> None:
    told = [(entry.seq, entry.event) for entry in _run_loop(home, tmp_path)]
    assert told == [(entry.seq, entry.event) for entry in told_by_sqlite] and len(told) > 100
