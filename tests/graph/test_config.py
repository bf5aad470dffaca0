"""A config that contradicts itself is refused before a run begins, and says where."""

from typing import Any

import pytest

from tutelage.graph.config.config import ConfigError

from .world import config


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"search": {"repeats": 3}}, "repeats = 3 needs a frontier"),
        ({"loop": {"rounds": 1, "cycles": 1}, "search": {"frontier": 8}}, "a run of one round"),
        ({"loop": {"review": "always"}}, "needs a reviewer"),
        ({"validators": ["scripted:a", "scripted:a"]}, "scripted:a twice"),
        ({"validators": ["scripted:pupil"]}, "scripted:pupil is the student"),
        ({"gate": {"require_portable": True}}, "needs validators"),
        ({"loop": {"candidates": True}}, "candidates = true is no number"),
        ({"budget": {"hours": float("inf")}}, "finite"),
        ({"splits": {"train": 300, "val": 24}, "search": {"frontier": 24}}, "search.frontier = 24"),
        ({"gate": {"alhpa": 0.1}}, "Did you mean 'alpha'?"),
        (
            {"gate": {"alpha": 0.9}},
            "gate: power = 0.8 must be larger than alpha = 0.9: a gate that",
        ),
        ({"gate": {"alpha": 0}}, "gate.alpha: Input should be greater than 0"),
        ({"gate": {"margin": 1.5}}, "gate.margin: Input should be less than 1"),
        ({"gate": {"rule": "luck"}}, "No rule 'luck'. Known: exact, margin"),
        ({"gate": {"rule": "margin"}}, "'margin' proves no gain. Those that do: exact"),
        ({"sede": 1}, "Did you mean 'seed'?"),
        ({"train": {"method": "dpo"}}, "no training method is called 'dpo'. Known: sft"),
    ],
)
def test_a_contradiction_is_refused_with_its_place(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match="cannot be used") as fault:
        config(**changes)
    assert said in str(fault.value)


def test_the_usual_training_method_is_not_recorded() -> None:
    said = config(train={"examples": 40, "method": "sft"})
    assert said == config() and "method" not in said.model_dump(mode="json")["train"]


def test_the_usual_rule_of_acceptance_is_not_recorded() -> None:
    said = config(gate={"rule": "exact"})
    assert said == config() and "rule" not in said.model_dump(mode="json")["gate"]
    assert (said.gate_settings.rule, said.gate_settings.decisions) == ("exact", said.decisions)


def test_switches_are_no_numbers_and_stay_switches() -> None:
    assert config(loop={"credit": False}, search={"race": False}).loop.credit is False


def test_how_calls_are_made_is_recorded_only_where_it_is_unusual() -> None:
    assert "calls" not in config(calls={"concurrency": 8}).model_dump(mode="json")
    said = config(calls={"concurrency": 3}).model_dump(mode="json")
    assert said["calls"] == {"concurrency": 3, "batches": False}
    for wrong in (0, 1000, True):
        with pytest.raises(ConfigError, match="calls"):
            config(calls={"concurrency": wrong})
