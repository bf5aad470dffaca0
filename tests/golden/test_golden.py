"""Stores of before the house was laid out anew: they open, read and go on as they did."""

import json
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tutelage import domains
from tutelage.graph.config.config import parse_config
from tutelage.graph.context import Run
from tutelage.graph.measure import attribution as attribution_arms
from tutelage.graph.measure import rereading
from tutelage.graph.measure.attribution import attribute
from tutelage.graph.planning.opening import Overrides, open_run, recorded_config
from tutelage.graph.run import attribution, go
from tutelage.models.contract import Model, Reply, Request
from tutelage.store.events import (
    AdapterTrained,
    AttemptJudged,
    AttemptReread,
    Evaluated,
    Event,
)
from tutelage.store.hash_chain import canonical_json
from tutelage.store.log import Log, open_log
from tutelage.store.readings import apply_reading, newest_readings
from tutelage.trainer.contract import Destination, Training
from tutelage.trainer.manifest import Manifest, adapter_key
from tutelage.trainer.recipe import Recipe

from ..graph.fakes import Coach
from ..store.old_stores import rows_of
from . import scenario
from .fresh import (
    Row,
    comparable,
    first_difference,
    libraries_of_the_day,
    read_rows,
    stored_rows,
)
from .record import READ, page_text, run_command

DATA = Path(__file__).parent / "data"
RUNS = {"small": "golden", "quickstart-fast": "quickstart-fast"}


def unpack(name: str, home: Path) -> Path:
    """Unpack a golden store into `home`."""
    with tarfile.open(DATA / f"{name}.tar.xz") as archive:
        archive.extractall(home, filter="data")
    return home


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The two finished stores, brought up to today's tables; nothing is recorded in them."""
    found = {name: unpack(name, tmp_path_factory.mktemp(name)) for name in RUNS}
    for home in found.values():
        open_log(home / "store").close()
    return found


def round_floats(value: Any) -> Any:
    """Round every number to nine digits: the last ones depend on the processor."""
    if isinstance(value, dict):
        return {name: round_floats(each) for name, each in value.items()}
    if isinstance(value, list):
        return [round_floats(each) for each in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def payload(log: Log, event: Event) -> dict[str, Any]:
    """The fields of an event; a table, which is kept by its hash, as what it says.

    Left out are the names of judges and engines: those who recorded the stores kept none.
    """
    fields = event.model_dump(mode="json", exclude={"judge", "engine"})
    if isinstance(event, Evaluated):
        table = json.loads(log.text(event.attribution_text))
        judges = ("judged_by", "read_again")
        fields["attribution_text"] = {key: it for key, it in table.items() if key not in judges}
    return dict(round_floats(fields))


def events_of(log: Log) -> list[tuple[str, dict[str, Any]]]:
    """Kind and payload, stream and slot among it, of every event, in order."""
    events = (entry.event for entry in log.entries())
    return [(type(event).__name__, payload(log, event)) for event in events]


def events_without_readings(log: Log) -> list[tuple[str, dict[str, Any]]]:
    """The same without what was read again by another judge."""
    return [it for it in events_of(log) if it[0] != AttemptReread.__name__]


@pytest.fixture(autouse=True)
def recorded_keys() -> Iterator[None]:
    with libraries_of_the_day():
        yield


class Unasked:
    """The student of the quickstart, of whom nothing may be asked any more."""

    name = "smollm2-135m"
    batch_size = 8

    def with_adapter(self, adapter: Path | None) -> Model:
        return self

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        raise AssertionError("every reply stands in the log")


class KnownAdapters(Coach):
    """A trainer that has trained already whatever the log names."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        events = (entry.event for entry in log.entries(kinds=[AdapterTrained]))
        self._trained = {e.adapter: e for e in events if isinstance(e, AdapterTrained)}

    def train(self, training: Training, destination: Destination, **_: object) -> Manifest:
        event = self._trained[training.key]
        return Manifest(
            key=event.adapter,
            base=event.base,
            dataset=event.dataset,
            strategy=event.strategy,
            strategy_name=destination.strategy_name,
            recipe=training.recipe,
            seed=training.seed,
            tokens=event.tokens,
            losses=(event.loss_first, event.loss_last),
            files=event.files,
        )


def open_quickstart(home: Path) -> Run:
    """The recorded run of the quickstart, whose models and trainer do nothing."""
    log = open_log(home / "store")
    return open_run(
        home / "store",
        home / "runs",
        recorded_config(log, "quickstart-fast"),
        run_id="quickstart-fast",
        overrides=Overrides(
            domain=domains.get("scheduling", {}), student=Unasked(), trainer=KnownAdapters(log)
        ),
        log=log,
    )


def open_finished(name: str, home: Path) -> Run:
    """The finished run of a golden store, unpacked into `home`."""
    unpack(name, home)
    if name == "small":
        return scenario.open_scenario(home, "golden", Coach())
    return open_quickstart(home)


@pytest.mark.parametrize(
    ("name", "what"), [(name, what) for name, commands in READ.items() for what in commands]
)
def test_a_reading_command_prints_what_it_printed_before(
    homes: dict[str, Path], name: str, what: str
) -> None:
    words = READ[name][what]
    kind = "json" if "--json" in words else "txt"
    before = (DATA / f"{name}.{what}.{kind}").read_text()
    now = run_command(homes[name], *words)
    if kind == "json":
        # As text again, so that the order of the keys is compared too.
        now, before = (json.dumps(round_floats(json.loads(it)), indent=1) for it in (now, before))
    assert now.splitlines() == before.splitlines()


@pytest.mark.parametrize("name", RUNS)
def test_the_page_says_and_marks_what_it_did_before(homes: dict[str, Path], name: str) -> None:
    before = (DATA / f"{name}.page.txt").read_text()
    assert page_text(homes[name], RUNS[name]).splitlines() == before.splitlines()


@pytest.mark.parametrize("name", RUNS)
def test_the_attribution_table_holds_the_same_numbers(homes: dict[str, Path], name: str) -> None:
    with open_log(homes[name] / "store") as log:
        assert log.verify().ok
        now = attribution(log, RUNS[name])
    before = json.loads((DATA / f"{name}.attribution.json").read_text())
    assert round_floats(now) == round_floats(before)


@pytest.mark.parametrize("name", RUNS)
def test_the_attribution_table_is_computed_anew_with_the_same_numbers(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The table is put to the test here, not the judge: the replies stay read as they were then.
    for module in (rereading, attribution_arms):
        monkeypatch.setattr(module, "judge_of", lambda domain: "")
    run = open_finished(name, tmp_path)
    event = run.log.find(Evaluated, run.id, "evaluate")
    assert isinstance(event, Evaluated)
    strategy = run.version(event.strategy).strategy
    table = json.loads(json.dumps(attribute(run, strategy, event.adapter).as_json()))
    before = json.loads((DATA / f"{name}.attribution.json").read_text())
    assert {"rows", "contrasts"} <= set(table)
    assert round_floats(table) == round_floats({key: before[key] for key in table})
    run.log.close()


@pytest.mark.parametrize("forget", [False, True], ids=["checkpoint kept", "checkpoint deleted"])
@pytest.mark.parametrize("name", RUNS)
def test_a_finished_run_that_is_resumed_writes_nothing(
    tmp_path: Path, name: str, forget: bool
) -> None:
    run = open_finished(name, tmp_path)
    if forget:
        (tmp_path / "runs" / RUNS[name] / "checkpoint.db").unlink()
    before = [entry.hash for entry in run.log.entries()]
    nodes: list[str] = []
    assert go(run, after_node=nodes.append)
    assert nodes, "a checkpoint of then does not say which log it is of: the log is walked again"
    assert go(run, after_node=(again := list[str]()).append)
    assert not again, "a checkpoint of today is read: no node runs again"
    assert [entry.hash for entry in run.log.entries()] == before
    run.log.close()


@pytest.mark.parametrize("forget", [False, True], ids=["checkpoint kept", "checkpoint deleted"])
def test_a_killed_run_goes_on_to_the_very_same_events(tmp_path: Path, forget: bool) -> None:
    home = unpack("small-killed", tmp_path / "killed")
    if forget:
        (home / "runs" / "golden" / "checkpoint.db").unlink()
    run = scenario.open_scenario(home, "golden", Coach())
    scenario.finish(run)
    with open_log(unpack("small", tmp_path / "whole") / "store") as whole:
        assert events_without_readings(run.log) == events_of(whole)
    readings = newest_readings(run.log, run.id)
    assert readings, "what was read before judges had versions is read again"
    for slot, reading in readings.items():
        attempt = run.log.find(AttemptJudged, run.id, slot)
        assert attempt is not None and (attempt.judge, reading.judge) == ("", "parity 1")
        read = apply_reading(attempt, reading)
        assert read == attempt.model_copy(update={"judge": "parity 1"}), "and read as before"
    engines = {it.engine for it in run.log.events(AttemptJudged)}
    assert engines == {"", "script"}, "what made the older replies is not known, and goes with any"
    run.log.close()


def test_a_new_run_writes_the_same_bytes_with_numbers_to_nine_digits(tmp_path: Path) -> None:
    run = scenario.open_scenario(tmp_path / "new", trainer=Coach())
    scenario.finish(run)
    run.log.close()
    before = rows_of_today(unpack("small", tmp_path / "old") / "store", "parity 1", "script")
    assert first_difference(stored_rows(tmp_path / "new" / "store"), before) == ""


def rows_of_today(home: Path, judge: str, engine: str) -> list[Row]:
    """The rows of a store whose attempts named no judge and engine, as if they had named these."""
    found, texts = read_rows(home)
    rows, attempts = [], 0
    for stream, slot, kind, schema, payload in found:
        if kind == "AttemptJudged":
            attempts += 1
            named = json.loads(payload) | {"judge": judge, "doubt": "", "engine": engine}
            schema, payload = schema + 2, canonical_json(named)
        elif kind == "Evaluated":
            name = json.loads(payload)["attribution_text"]
            table = json.loads(texts[name]) | {"judged_by": {judge: attempts}}
            texts[name] = json.dumps(table, indent=2)
        rows.append((stream, slot, kind, schema, payload))
    return list(comparable(rows, texts))


@pytest.mark.parametrize("name", [*RUNS, "small-killed"])
def test_an_old_store_is_migrated_once_with_every_hash_as_it_was(tmp_path: Path, name: str) -> None:
    home = unpack(name, tmp_path) / "store"
    before = rows_of(home, "event", "blob", "head")
    with open_log(home) as log:
        report = log.verify()
    assert (report.ok, report.faults) == (True, [])
    assert rows_of(home, "event", "blob", "head") == before
    links = rows_of(home, "link", "meta")
    assert links["meta"] == [("version", "2")] and len(links["link"]) == report.events
    open_log(home).close()
    assert rows_of(home, "link", "meta") == links


@pytest.mark.parametrize("name", RUNS)
def test_adapters_keep_their_keys(homes: dict[str, Path], name: str) -> None:
    with open_log(homes[name] / "store") as log:
        events = [entry.event for entry in log.entries(kinds=[AdapterTrained])]
    assert events
    for event in events:
        assert isinstance(event, AdapterTrained)
        recipe = Recipe.model_validate(event.recipe)
        key = adapter_key(event.base, event.dataset, recipe, event.seed)
        assert key == event.adapter


def test_recorded_configs_are_still_configs(homes: dict[str, Path]) -> None:
    for name, run in RUNS.items():
        with open_log(homes[name] / "store") as log:
            config = recorded_config(log, run)
        assert parse_config(config.model_dump(mode="json")) == config
