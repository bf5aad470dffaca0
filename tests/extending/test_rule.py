"""Another rule of acceptance decides a run that names it, and is tried as our own is."""

import json
from pathlib import Path
from typing import Any

import pytest

from .harness import ROOT, Patched, patch

CONFIG = f"""
name = "small"
teacher = "rulebook"
student = "scripted:pupil.json"
domain.name = "{ROOT / "tests" / "graph" / "fakes.py"}:Parity"
splits = {{ train = 40, val = 8, test = 4, ood = 0 }}
loop = {{ cycles = 1, rounds = 1, candidates = 1, batch = 8, feedback = 4 }}
train.examples = 10
[gate]
channel = "words"
"""
PUPIL = (
    ("(?s)Take care.*number \\d*[02468] even", "YES"),
    ("(?s)Take care.*number", "NO"),
    ("number \\d*([02]|[579]) even", "YES"),
    ("number", "NO"),
)
"""Right of the numbers that end in 0 to 3; of all, once the rulebook's first rule is read."""


@pytest.fixture(scope="module")
def patched(tmp_path_factory: pytest.TempPathFactory) -> Patched:
    return patch(tmp_path_factory.mktemp("rule"), "rule")


def gate_by(patched: Patched, place: Path, settings: str) -> Any:
    """The gate of a run of its own, with these settings in the config's last section."""
    place.mkdir()
    replies = [{"match": match, "reply": f"Answer: {said}"} for match, said in PUPIL]
    (place / "pupil.json").write_text(json.dumps({"replies": replies}))
    (place / "small.toml").write_text(CONFIG + settings)
    done, shown = patched.tutelage_all(("run", "small.toml"), ("show", "small", "--json"), at=place)
    assert done.code == 0, done.err
    (gate,) = json.loads(shown.out)["rounds"][0]["gates"]
    assert (gate["wins"], gate["losses"], gate["pairs"]) == (4, 0, 8)
    return gate


def test_a_run_is_decided_by_the_rule_that_its_config_names(
    patched: Patched, tmp_path: Path
) -> None:
    """Four wins and no loss at alpha 0.05: McNemar's p is 1/16, the posterior chance 1/32."""
    usual = gate_by(patched, tmp_path / "usual", "")
    assert (usual["decision"], usual["p"]) == ("indecisive", 0.0625)
    assert "rule" not in usual["reason"]
    other = gate_by(patched, tmp_path / "other", 'rule = "posterior"')
    assert (other["decision"], other["p"]) == ("accept", pytest.approx(1 / 32))
    assert other["reason"].endswith("Decided by the rule 'posterior'.")
    assert other["detectable"] < usual["detectable"], "known beforehand, by the same rule"


def test_calibrate_counts_the_false_accepts_of_the_rule(patched: Patched) -> None:
    size = ("--pairs", "40", "--rounds", "2", "--runs", "600", "--gates", "200")
    words = ("gate", "calibrate", *size, "--rule", "posterior")
    said, *as_json = patched.tutelage_all(
        words, (*words, "--json"), ("gate", "calibrate", *size, "--json")
    )
    assert "alpha 0.05, rule 'posterior'." in said.out and "False accepts: " in said.out
    found, usual = (json.loads(each.out) for each in as_json)
    assert found["terms"]["rule"] == "posterior" and "rule" not in usual["terms"]
    assert usual["wrong"] <= found["wrong"], "the same luck: it asks for less than the exact test"
    assert found["enough"] and found["holds"] and found["detectable"] < usual["detectable"]


def test_a_rule_that_proves_no_gain_is_refused_with_those_that_do(patched: Patched) -> None:
    said = patched.tutelage("gate", "calibrate", "--rule", "margin")
    assert said.code == 2 and "proves no gain. Those that do: exact, posterior." in said.err
