"""Quickstart on a real model: the promises of `make quickstart`, in less time, from its log."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tutelage.store.events import (
    FailuresSorted,
    GateDecided,
    ProbeDecided,
    Reflected,
    SealOpened,
    StrategyPromoted,
    StrategyProposed,
)
from tutelage.store.log import Log, open_log

ROOT = Path(__file__).parents[1]
NAME = "quickstart"
SMALLER = {"train": 376, "val": 96, "test": 120, "ood": 20, "candidates": 1, "batch": 16,
           "feedback": 40}  # fmt: skip
"""Settings that are smaller than in examples/quickstart.toml; the two cycles are not."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished run, with its printed output in `out`."""
    home = tmp_path_factory.mktemp("quickstart")
    text = (ROOT / "examples" / "quickstart.toml").read_text()
    for name, number in SMALLER.items():
        text, found = re.subn(rf"(?m)^{name} = \d+$", f"{name} = {number}", text)
        assert found == 1
    config = home / "quickstart.toml"
    config.write_text(text)
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
def log(home: Path) -> Log:
    return open_log(home / ".tutelage")


def events_of(log: Log, kind: type) -> list:
    return [entry.event for entry in log.entries(stream=NAME, kinds=[kind])]


@pytest.mark.slow
def test_the_tuned_student_gains_over_base_floor_and_bare_labels(home: Path) -> None:
    table = json.loads((home / "runs" / NAME / "attribution.json").read_text())
    rows = {(r["split"], r["student"], r["strategy"]): r for r in table["rows"]}
    gains = {(c["split"], c["name"]): c for c in table["contrasts"]}
    tuned, base = rows["test", "tuned", False], rows["test", "base", False]
    assert tuned["n"] >= 120 and "unparsed" in tuned
    best = "tuned - base" if base["accuracy"] >= base["floor"] else "tuned - floor"
    assert gains["test", best]["gain"] >= 0.20 and gains["test", best]["low"] > 0
    labels = gains["test", "tuned - labels_only"]
    assert labels["gain"] >= 0.12 and labels["low"] > 0


@pytest.mark.slow
def test_the_loop_went_both_ways_and_every_step_stands_in_the_log(log: Log) -> None:
    (probe,) = events_of(log, ProbeDecided)
    gates = events_of(log, GateDecided)
    assert {gate.channel for gate in gates} == {probe.channel}
    assert {"accept"} < {gate.decision for gate in gates}, "one accepted, and one that was not"
    for promotion in events_of(log, StrategyPromoted):
        gate = log.find(GateDecided, *promotion.gate.split("#"))
        assert isinstance(gate, GateDecided) and gate.decision == "accept"
    failed = set(events_of(log, FailuresSorted)[0].gaps)
    read = {slot for each in events_of(log, Reflected) for slot in each.attempts}
    assert failed and failed <= read, "the teacher read the tuned student's failures"
    later = [each for each in events_of(log, StrategyProposed) if each.slot.startswith("c2/")]
    assert {each.strategy for each in later} & {gate.candidate for gate in gates}
    assert [each.split for each in events_of(log, SealOpened)].count("test") == 1
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
