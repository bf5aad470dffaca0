"""The main job on a real model: what `make quickstart FAST=1` promises, read off its log."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tutelage.store.events import (
    AttemptJudged,
    FailuresSorted,
    GateDecided,
    ProbeDecided,
    Reflected,
    SealOpened,
    StrategyPromoted,
    StrategyProposed,
)
from tutelage.store.log import EventLog

ROOT = Path(__file__).parents[1]
NAME = "quickstart-fast"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a finished run stands, with what it printed in `out`."""
    home = tmp_path_factory.mktemp("quickstart")
    config = ROOT / "examples" / "quickstart-fast.toml"
    done = subprocess.run(
        [sys.executable, "-m", "tutelage", "run", str(config)],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (home / "out").write_text(done.stdout)
    return home


@pytest.fixture(scope="module")
def log(home: Path) -> EventLog:
    return EventLog.open(home / ".tutelage")


def told(log: EventLog, kind: type) -> list:
    return [entry.event for entry in log.entries(stream=NAME, kinds=[kind])]


@pytest.mark.slow
def test_the_tuned_student_gains_over_base_floor_and_bare_labels(home: Path) -> None:
    table = json.loads((home / "runs" / NAME / "attribution.json").read_text())
    rows = {(r["split"], r["student"], r["strategy"]): r for r in table["rows"]}
    gains = {(c["split"], c["name"]): c for c in table["contrasts"]}
    tuned = rows["test", "tuned", False]
    assert tuned["n"] >= 70 and "unparsed" in tuned
    assert gains["test", "tuned - floor"]["gain"] > 0
    for over, least in (("base", 0.20), ("labels_only", 0.12)):
        gain = gains["test", f"tuned - {over}"]
        assert gain["gain"] >= least and gain["low"] > 0


@pytest.mark.slow
def test_one_turn_of_the_loop_stands_in_the_log_step_by_step(log: EventLog) -> None:
    (probe,) = told(log, ProbeDecided)
    gates = told(log, GateDecided)
    assert {gate.channel for gate in gates} == {probe.channel}
    assert "accept" in {gate.decision for gate in gates}
    for promotion in told(log, StrategyPromoted):
        gate = log.find(*promotion.gate.split("#"))
        assert isinstance(gate, GateDecided) and gate.decision == "accept"
    proposed = {each.strategy for each in told(log, StrategyProposed)}
    assert {gate.candidate for gate in gates} <= proposed
    (read,) = told(log, Reflected)
    answered = {each.slot for each in told(log, AttemptJudged)}
    assert read.attempts and set(read.attempts) <= answered
    (failed,) = told(log, FailuresSorted)
    assert set(failed.gaps) <= answered, "the tuned student failed on attempts that are here"
    assert [each.split for each in told(log, SealOpened)].count("test") == 1
    assert log.verify().ok


@pytest.mark.slow
def test_the_run_ends_by_naming_all_that_it_leaves(home: Path) -> None:
    out = (home / "out").read_text()
    for promised in ("Attribution", "report.html", "adapters/", "Peak memory", "## "):
        assert promised in out
    folder = home / "runs" / NAME
    (adapter,) = [
        folder / "adapters" / line.rsplit("/", 1)[1]
        for line in out.splitlines()
        if line.startswith("Adapter")
    ]
    assert (adapter / "adapter_model.safetensors").is_file() and (adapter / "README.md").is_file()
    peak = float(out.split("Peak memory ")[1].split(" GB")[0])
    assert peak < 6
    for file in ("report.html", "strategy.md", "attribution.json", "config.toml"):
        assert (folder / file).stat().st_size > 100
