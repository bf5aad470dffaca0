"""A database holds a text once, and what an old schema wrote is read as the class of today."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tutelage.store import Log
from tutelage.store.errors import StoreCorrupt, StoreTooNew
from tutelage.store.events import CallIntended, Event, Solved
from tutelage.store.events.event import Payload
from tutelage.store.events.upcasts import KINDS, revive

GOLDEN = Path(__file__).parent / "golden"


def test_a_text_is_stored_once(log: Log, tmp_path: Path) -> None:
    keys = {log.keep("the whole strategy") for _ in range(5)}
    assert len(keys) == 1
    with closing(sqlite3.connect(tmp_path / "tutelage.db")) as outside:
        assert outside.execute("SELECT count(*) FROM blob").fetchone() == (1,)


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
        outside.execute("INSERT INTO link SELECT COALESCE(MAX(seq), 0) + 1, '' FROM link")
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
