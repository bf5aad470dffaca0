"""The log tells each thing once, keeps it for ever, and gives it back in order."""

import itertools
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.store import Log, open_log
from tutelage.store.errors import BlobMissing, SlotConflict, StoreCorrupt, StoreTooNew
from tutelage.store.events import (
    CallCompleted,
    CallIntended,
    Event,
    RunFinished,
    RunStarted,
    Solved,
)
from tutelage.store.events.event import Payload
from tutelage.store.events.upcasts import KINDS, revive

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with open_log(tmp_path) as opened:
        yield opened


def _completion(
    slot: str, stream: str = "run-1", request: str = "q", reply: str = ""
) -> CallCompleted:
    return CallCompleted(stream=stream, slot=slot, request=request, reply_text=reply, outcome="ok")


def _story(log: Log) -> list[tuple[str, str]]:
    return [(entry.event.kind, entry.event.slot) for entry in log.entries()]


def test_an_event_recorded_twice_is_told_once_and_the_first_outcome_stands(log: Log) -> None:
    first = log.record(_completion("a", reply="one"))
    assert log.record(_completion("a", reply="two")) == first
    assert log.find(CallCompleted, "run-1", "a") == first
    assert _story(log) == [("CallCompleted", "a")]
    assert log.verify().events == 1


def test_a_taken_slot_refuses_other_inputs_and_names_the_place(log: Log) -> None:
    log.record(_completion("c0/r0", request="q" * 500))
    with pytest.raises(SlotConflict) as caught:
        log.record(_completion("c0/r0", request="other"))
    error = caught.value
    assert (error.stream, error.slot, error.field) == ("run-1", "c0/r0", "request")
    assert all(word in str(error) for word in ("'c0/r0'", "'run-1'", "request", "qqq…", "'other'"))
    assert len(str(error)) < 400, "long values are shortened"


def test_a_taken_slot_refuses_another_kind(log: Log) -> None:
    log.record(_completion("a"))
    with pytest.raises(SlotConflict, match="kind is 'CallCompleted', and now 'RunFinished'"):
        log.record(RunFinished(stream="run-1", slot="a", strategy="", adapter=""))


def test_many_events_are_kept_together_or_not_at_all(log: Log) -> None:
    log.record(_completion("b"))
    with pytest.raises(SlotConflict):
        log.record_all([_completion("a"), _completion("b", request="other"), _completion("c")])
    assert _story(log) == [("CallCompleted", "b")]
    stand = log.record_all([_completion("a"), _completion("b"), _completion("a", reply="later")])
    assert [event.slot for event in stand] == ["a", "b", "a"]
    assert stand[2].reply_text == "", "the later outcome gives way inside one batch too"


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
        odd = RunFinished(stream=stream, slot=slot, strategy="", adapter="")
        events.append(_completion(slot, stream) if number % 5 else odd)
    log.record_all(events)
    every = list(log.entries())
    assert [entry.seq for entry in every] == list(range(1, 1204))
    picked = log.entries(stream="run-1", kinds=[RunFinished], prefix="c0/2/", after=100)
    assert [entry.seq for entry in picked] == [
        entry.seq
        for entry in every
        if entry.event.stream == "run-1"
        and isinstance(entry.event, RunFinished)
        and entry.event.slot.startswith("c0/2/")
        and entry.seq > 100
    ]
    assert len(list(log.entries(stream="run-0"))) == 602
    assert [entry.event.slot for entry in log.entries(prefix="c0/0/9", after=900)]
    assert list(log.entries(stream="nobody")) == []
    assert log.streams() == ["run-0", "run-1"]


def test_an_underscore_or_percent_in_a_prefix_means_itself(log: Log) -> None:
    log.record_all([_completion("a_c"), _completion("abc"), _completion("a%c")])
    assert [entry.event.slot for entry in log.entries(prefix="a_")] == ["a_c"]


def test_a_reader_may_write_while_it_reads(log: Log) -> None:
    log.record_all([_completion("a"), _completion("b")])
    for entry in log.entries():
        log.record(_completion(entry.event.slot + "/answer"))
    assert [slot for _, slot in _story(log)] == ["a", "b", "a/answer", "b/answer"]


def test_times_are_utc_and_the_log_can_be_closed_and_opened_again(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        log.record(_completion("a"))
    log.close()
    with open_log(tmp_path) as log:
        (entry,) = log.entries()
        offset = entry.at.utcoffset()
        assert offset is not None and not offset
        assert log.verify().ok


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", b"\xff", object()])
def test_what_json_cannot_write_is_refused_and_nothing_is_kept(log: Log, value: object) -> None:
    with pytest.raises(ValueError, match="'start' of stream 'run-1' cannot be kept"):
        log.record(RunStarted(stream="run-1", slot="start", domain="d", config={"v": value}))
    assert _story(log) == []


def test_a_kind_that_is_not_in_the_union_is_refused(log: Log) -> None:
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
    assert log.text(log.keep(text)) == text
    event = RunStarted(stream="s", slot="a", domain=text, config={text: text})
    assert log.record(event) == event == log.find(RunStarted, "s", "a")
    assert log.verify().ok


def test_a_text_is_stored_once(log: Log, tmp_path: Path) -> None:
    keys = {log.keep("the whole strategy") for _ in range(5)}
    assert len(keys) == 1
    with closing(sqlite3.connect(tmp_path / "tutelage.db")) as outside:
        assert outside.execute("SELECT count(*) FROM blob").fetchone() == (1,)


def test_an_unknown_text_says_which_and_where(log: Log) -> None:
    with pytest.raises(BlobMissing, match=r"No text 'abc' in .*tutelage\.db") as caught:
        log.text("abc")
    assert isinstance(caught.value, LookupError)


def test_events_of_schema_1_are_read_as_they_were_written() -> None:
    lines = (GOLDEN / "events-1.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len({row["kind"] for row in rows}) == 22
    for row in rows:
        assert row["schema"] == 1
        event = revive(row["stream"], row["slot"], row["kind"], row["schema"], row["payload"])
        if event.newest_schema() == 1:
            told = event.model_dump(mode="json")
            assert told.items() >= json.loads(row["payload"]).items(), row["kind"]


def test_every_kind_is_named_as_its_class() -> None:
    for name, kind in KINDS.items():
        assert kind.model_fields["kind"].default == name
        assert kind.inputs <= kind.model_fields.keys()


def _insert_raw(home: Path, kind: str, schema: int, payload: str) -> None:
    with closing(sqlite3.connect(home / "tutelage.db")) as outside:
        outside.execute(
            "INSERT INTO event (stream, slot, kind, schema, payload, at, prev_hash, hash) "
            "VALUES ('run-1', 'old', ?, ?, ?, '2026-01-01 00:00:00.000000', '', '')",
            (kind, schema, payload),
        )
        outside.commit()


def test_an_old_schema_is_lifted_on_read_and_never_rewritten(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count_the_right_ones(payload: Payload) -> Payload:
        return payload | {"right": 0}

    monkeypatch.setattr(Solved, "upcasts", (count_the_right_ones,))
    stored = '{"adapter":"","attempts":["a"],"policy":"teacher","strategy":""}'
    _insert_raw(tmp_path, "Solved", 1, stored)
    event = log.find(Event, "run-1", "old")
    assert isinstance(event, Solved) and event.right == 0 and event.attempts == ("a",)
    assert [entry.event for entry in log.entries()] == [event]
    assert log.record(event) == event, "today's form of the same event is the same event"
    with closing(sqlite3.connect(tmp_path / "tutelage.db")) as outside:
        assert outside.execute("SELECT schema, payload FROM event").fetchall() == [(1, stored)]


@pytest.mark.parametrize(("kind", "schema"), [("Solved", 9), ("Dreamt", 1)])
def test_an_event_of_the_future_asks_for_an_update(
    log: Log, tmp_path: Path, kind: str, schema: int
) -> None:
    _insert_raw(tmp_path, kind, schema, "{}")
    with pytest.raises(StoreTooNew, match=f"{kind}, schema {schema}; .* Update tutelage"):
        log.find(Event, "run-1", "old")


def test_an_event_that_cannot_be_read_names_its_place(log: Log, tmp_path: Path) -> None:
    _insert_raw(tmp_path, "CallIntended", 1, "{not json")
    with pytest.raises(StoreCorrupt, match="'old' of stream 'run-1' holds CallIntended"):
        list(log.entries(kinds=[CallIntended]))
