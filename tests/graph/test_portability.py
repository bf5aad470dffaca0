"""What a version does for other models: who is helped, who is harmed, who is deaf to words."""

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.graph.baseline import expert_strategy, probe
from tutelage.graph.context import Run
from tutelage.graph.matrix import in_words, matrix
from tutelage.graph.portability import barred, measure_portability
from tutelage.graph.report import write_results
from tutelage.graph.run import Parts, open_run
from tutelage.models.contract import Model
from tutelage.store.edits import Add
from tutelage.store.events import GateDecided, PortabilityMeasured, StrategyProposed
from tutelage.store.rules import EMPTY, Strategy

from .fakes import RULES, Coach, Parity, Pupil
from .pages import Page
from .world import config

OBEDIENT = Pupil({"carry": 0.45}, hears=True, name="scripted:obedient")
HARMED = Pupil({"carry": -0.35}, hears=True, name="scripted:harmed")
DEAF = Pupil({"carry": 0.45}, hears=False, name="scripted:deaf")
TRIO: tuple[Model, ...] = (OBEDIENT, HARMED, DEAF)
SHORT: dict[str, Any] = {
    "splits": {"train": 50, "val": 30, "test": 1, "ood": 0},
    "loop": {"cycles": 1, "rounds": 1, "candidates": 1, "batch": 16, "feedback": 4},
    "train": {"examples": 10},
}


def run_with(home: Path, *validators: Model, student: Model = OBEDIENT, **changes: Any) -> Run:
    """A run that began, with the version `parity@1` whose one rule is to carry."""
    run = open_run(
        home / "store",
        home / "runs",
        config(validators=[it.name for it in validators], **SHORT, **changes),
        parts=Parts(domain=Parity(), student=student, trainer=Coach(), validators=validators),
    )
    run.freeze()
    carry = RULES[0]
    edit = Add(section=carry.section, text=carry.text, steps=tuple(carry.steps))
    strategy = Strategy(rules=(edit.rule("r-carry"),))
    run.log.record(
        StrategyProposed(
            stream=run.id,
            slot="c1/r1/update_strategy/1",
            domain="parity",
            branch=run.branch,
            strategy=strategy.hash,
            rules=strategy.rules,
            parents=(EMPTY.hash,),
            edits=(edit,),
        )
    )
    return run


def gate_of(run: Run, size: int = 24, **found: Any) -> GateDecided:
    """An accepting gate of `parity@1` on the first problems of the pool."""
    told = {"channel": "words", "decision": "accept", "gain": 0.4, "low": 0.2, "high": 0.6}
    event = GateDecided.model_validate(
        {
            "stream": run.id,
            "slot": "c1/r1/validate/1/gate",
            "domain": "parity",
            "candidate": run.version(_one(run)).hash,
            "incumbent": EMPTY.hash,
            "reason": "It helps.",
            "block": [problem.id for problem in run.problems["val"][:size]],
            "pairs": size,
            **told,
            **found,
        }
    )
    return run.log.record(event)


def _one(run: Run) -> str:
    return run.strategies.get("parity@1").hash


def test_the_cells_say_who_is_helped_who_is_harmed_and_who_is_deaf(tmp_path: Path) -> None:
    run = run_with(tmp_path, *TRIO)
    found = measure_portability(run, gate_of(run), "c1/r1/validate/1")
    assert [(it.model, it.verdict) for it in found] == [
        ("scripted:obedient", "helps"),
        ("scripted:harmed", "harms"),
        ("scripted:deaf", "deaf"),
    ]
    helped, harmed, deaf = found
    assert helped.low > 0 > harmed.high and deaf.gain == 0
    assert {it.pairs for it in found} == {24}


def test_both_arms_of_a_validator_answer_the_gates_block_in_replies_of_their_own(
    tmp_path: Path,
) -> None:
    asked: list[Any] = []
    model = Pupil({"carry": 0.45}, hears=True, name="scripted:obedient", asked=asked)
    run = run_with(tmp_path, model)
    gate = gate_of(run)
    measure_portability(run, gate, "c1/r1/validate/1")
    probe, arms = 2 * run.config.loop.batch, 2 * len(gate.block)
    assert len(asked) == probe + arms
    measure_portability(run, gate, "c1/r1/validate/1")
    assert len(asked) == probe + arms, "what was measured is not asked again"
    measure_portability(run, gate, "c1/r1/validate/2")
    assert len(asked) == probe + 2 * arms, "another gate has its own replies, and no second probe"
    told = [it for it in asked[probe:] if RULES[0].text in it.context]
    assert len(told) == arms, "only the candidate's arm reads the candidate"


def test_a_version_that_was_refused_untried_is_tried_on_nobody(tmp_path: Path) -> None:
    run = run_with(tmp_path, *TRIO)
    refused = gate_of(run, size=0, decision="reject")
    assert measure_portability(run, refused, "c1/r1/validate/1") == []


@pytest.mark.parametrize("portable", [True, False])
def test_harm_bars_a_promotion_only_where_the_config_asks_for_it(
    portable: bool, tmp_path: Path
) -> None:
    run = run_with(tmp_path, OBEDIENT, HARMED, gate={"require_portable": portable})
    gate = gate_of(run)
    measure_portability(run, gate, "c1/r1/validate/1")
    why = barred(run, gate)
    if portable:
        assert "harms scripted:harmed (-" in why and "require_portable" in why
        assert "obedient" not in why
    else:
        assert why == ""


def test_a_deaf_model_bars_nothing(tmp_path: Path) -> None:
    run = run_with(tmp_path, DEAF, gate={"require_portable": True})
    gate = gate_of(run)
    measure_portability(run, gate, "c1/r1/validate/1")
    assert barred(run, gate) == ""


def test_a_model_that_the_probe_calls_deaf_is_still_harmed_where_it_is_shown_to_be(
    tmp_path: Path,
) -> None:
    # All expert rules together change nothing for it; this rule alone does.
    even = Pupil({"carry": -0.35, "check": 0.35}, hears=True, name="scripted:even")
    run = run_with(tmp_path, even, gate={"require_portable": True})
    gate = gate_of(run)
    (found,) = measure_portability(run, gate, "c1/r1/validate/1")
    assert found.verdict == "harms" and "scripted:even" in barred(run, gate)


def test_the_matrix_has_a_column_for_the_student_and_names_its_channel(tmp_path: Path) -> None:
    run = run_with(tmp_path, OBEDIENT, HARMED, student=Pupil({"carry": 0.45}))
    assert probe(run, expert_strategy(run)).channel == "weights"
    gate = gate_of(run, channel="weights", gain=0.4, low=0.2, high=0.6)
    measure_portability(run, gate, "c1/r1/validate/1")
    found = matrix(run.log, run.id)
    assert found is not None
    assert [column.hears for column in found.columns] == [False, True, False]
    (line,) = found.lines
    assert (line.version, line.incumbent, line.promoted) == ("parity@1", "parity@0", False)
    told = [in_words(column, cell) for column, cell in zip(found.columns, line.cells, strict=True)]
    assert told[0].startswith("deaf to words; through weights: helps +40.0")
    assert told[1].startswith("helps +") and told[2].startswith("harms -")


def test_the_smallest_model_that_can_use_the_words_is_named_with_its_size(tmp_path: Path) -> None:
    small = Pupil({"carry": 0.45}, hears=True, name="smollm2-135m")
    run = run_with(tmp_path, OBEDIENT, small)
    measure_portability(run, gate_of(run), "c1/r1/validate/1")
    found = matrix(run.log, run.id)
    assert found is not None
    assert found.smallest().startswith("The smallest model that can use the words is smollm2-135m")
    assert "135M (of unknown size: scripted:pupil, scripted:obedient)" in found.smallest()
    data = json.loads(json.dumps(found.as_json()))
    assert [cell["verdict"] for cell in data["rows"][0]["cells"]] == ["helps", "helps", "helps"]


def test_a_matrix_of_deaf_models_says_that_none_uses_words(tmp_path: Path) -> None:
    run = run_with(tmp_path, DEAF, student=DEAF)
    probe(run, expert_strategy(run))
    measure_portability(run, gate_of(run, channel="weights"), "c1/r1/validate/1")
    found = matrix(run.log, run.id)
    assert found is not None and found.smallest() == "None of these models is shown to use words."


def test_a_run_without_validators_has_no_matrix(tmp_path: Path) -> None:
    run = run_with(tmp_path)
    assert measure_portability(run, gate_of(run), "c1/r1/validate/1") == []
    assert matrix(run.log, run.id) is None
    assert not list(run.log.entries(kinds=[PortabilityMeasured]))


def test_the_report_shows_the_matrix_and_leaves_it_for_machines(tmp_path: Path) -> None:
    run = run_with(tmp_path, *TRIO, gate={"require_portable": True})
    measure_portability(run, gate_of(run), "c1/r1/validate/1")
    results = write_results(run.log, run.id, run.folder)
    words = Page(results.report.read_text()).words
    part = words[words.index("Who else is helped") :]
    for model, verdict in (("obedient", "helps"), ("harmed", "harms"), ("deaf", "deaf")):
        assert f"scripted:{model} (validator, size unknown)" in part and verdict in part
    assert "parity@1 not promoted" in part
    assert "promotes nothing that harms one of these models" in part
    found = matrix(run.log, run.id)
    assert results.portability is not None and found is not None
    assert json.loads(results.portability.read_text()) == json.loads(json.dumps(found.as_json()))


def test_before_a_version_reaches_the_validators_the_report_says_so(tmp_path: Path) -> None:
    run = run_with(tmp_path, *TRIO)
    words = Page(write_results(run.log, run.id, run.folder).report.read_text()).words
    assert "none was tried on the others" in words and "No model was probed to use words" in words
