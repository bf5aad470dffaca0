"""Plan of a run, told before it runs."""

import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.domains.contract import NotEnoughProblems
from tutelage.domains.registry import get
from tutelage.graph.config.config import ConfigError, load_config
from tutelage.graph.context import Run
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.planning.plan import Plan, plan
from tutelage.graph.run import go
from tutelage.models import ScriptedModel, facts_of
from tutelage.store.events import CallIntended
from tutelage.weights import CATALOGUE, find, path_of
from tutelage.weights.cache import folder_of, write_manifest

from ..graph.fakes import Parity, Pupil
from ..graph.world import CARRY_HELPS, config
from .failing import Few

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))


def calls(found: Plan, stage: str, who: str = "student") -> int:
    return sum(each.calls for each in found.stages if (each.stage, each.who) == (stage, who))


def test_a_trainable_student_meets_every_arm_and_every_candidate() -> None:
    found = plan(config(student="smollm2-135m"), Parity())
    assert calls(found, "baseline") == 2 * 20
    assert calls(found, "validate") == 4 * (1 + 2) * 60, "rounds, an incumbent, two candidates"
    assert calls(found, "evaluate") == 5 * (120 + 40), "base and tuned, twice, and labels only"
    assert found.adapters == 4 * 2 + 1, "every candidate's, and the empty strategy's"
    assert found.memory is not None and 1.0 < found.memory < 4.0
    assert any("the probe decides" in note for note in found.notes)
    named = plan(config(student="smollm2-135m", gate={"channel": "words"}), Parity())
    assert named.adapters == 2 + 1, "one a cycle, and the control"


def test_the_memory_is_that_of_all_models_on_this_machine(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")

    def memory(**changes: Any) -> float:
        found = plan(config(**{"student": "smollm2-135m", **changes}), Parity()).memory
        assert found is not None
        return found

    alone, packed = memory(), "llama:smollm2-135m"
    file = path_of("smollm2-135m").stat().st_size
    cache = 8192 * 2 * 30 * 3 * (64 + 64)  # tokens, bytes, layers, heads, keys and values
    assert memory(teacher=packed) == pytest.approx(alone + (file + cache) / 1e9)
    assert memory(teacher=packed, validators=[packed]) == memory(teacher=packed), "held once"
    judged = {"name": "writing", "options": {"judge_model": packed}}
    assert memory(domain=judged) == memory(teacher=packed)
    assert memory(student=packed) == pytest.approx(0.5 + (file + cache) / 1e9)
    assert memory(student=packed, teacher=packed) == memory(student=packed)
    assert memory(teacher="anthropic:some", validators=["openai:some"]) == alone
    twice = memory(teacher="smollm2-135m", validators=["hf:nobody/unknown"])
    assert twice == pytest.approx(alone + 4 * 0.135 + 0.54), "the teacher's own, untrained"
    linked = tmp_path / "other.gguf"
    linked.symlink_to(path_of("smollm2-135m"))
    by_path = memory(teacher=f"llama:{path_of('smollm2-135m')}", validators=[f"llama:{linked}"])
    assert by_path == memory(teacher=packed), "one file, whatever leads to it"
    assert memory(teacher=packed, validators=[f"llama:{linked}"]) > by_path, "a name is no path"
    judged["options"] = {"judge_model": "smollm2-135m"}
    assert memory(teacher="smollm2-135m", domain=judged) > twice, "torch opens it for each"
    notes = plan(config(teacher=packed, validators=["hf:nobody/unknown"]), Parity()).notes
    assert any(f"{packed} takes 0.3 GB in llama.cpp" in it and "8192 tokens" in it for it in notes)
    assert any("hf:nobody/unknown is not known" in note for note in notes)


def test_a_packaged_name_of_two_roles_is_two_engines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights, small = CATALOGUE[name := "qwen2.5-coder-0.5b"], path_of("smollm2-135m")
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path))
    (folder := folder_of(name)).mkdir(parents=True)
    shutil.copy(small, folder / weights.opens)
    os.truncate(folder / weights.opens, weights.size)  # a header is enough for a plan
    write_manifest(weights, folder, "this test")
    both = plan(config(student=name, teacher=name), Parity())
    alone = plan(config(student=name), Parity())
    assert both.memory is not None and alone.memory is not None
    assert both.memory - alone.memory == pytest.approx(0.7, abs=0.1), "llama.cpp's, beside torch's"
    assert any(f"{name} takes 0.7 GB in llama.cpp" in note for note in both.notes)
    again = plan(config(student=name, teacher=name, validators=[f"llama:{name}"]), Parity())
    assert again.memory == both.memory, "the name asks the same file"


def test_a_packaged_teacher_takes_what_its_engine_takes() -> None:
    facts = facts_of("qwen2.5-coder-0.5b")
    assert facts.size_in("student").memory is None and facts.size_in("student").parameters == 494e6
    asked = facts.size_in("other")
    assert (asked.memory is None) is (find("qwen2.5-coder-0.5b") is None)
    assert facts_of("qwen2.5-coder-0.5b+folder").size_in("other") == facts.size_in("student")
    assert facts_of("smollm2-135m").size_in("other").memory is None, "it is torch in every role"


def test_calls_that_go_out_in_batches_are_counted_at_half_their_price() -> None:
    budget = {"input_price": 3.0, "output_price": 15.0}
    whole = plan(config(teacher="anthropic:some", budget=budget), Parity())
    half = plan(config(teacher="anthropic:some", budget=budget, calls={"batches": True}), Parity())
    by_stage = {each.stage: each.share for each in half.stages if each.who == "teacher"}
    assert by_stage["evaluate"] == by_stage["feedback"] == 0.5
    assert by_stage["reflect"] == by_stage["update_strategy"] == 1.0, "a few calls at a time"
    assert whole.usd / 2 < half.usd < whole.usd and half.usd_limit < whole.usd_limit
    assert any("up to a day" in note for note in half.notes)
    server = config(teacher="messages:http://x#m", budget=budget, calls={"batches": True})
    assert plan(server, Parity()).usd == pytest.approx(whole.usd), "who knows if it takes batches"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_can_be_planned(path: Path) -> None:
    settings = load_config(path)
    found = plan(settings, get(settings.domain.name, settings.domain.options))
    assert calls(found, "evaluate") >= 20 and found.seconds > 0


def test_a_paid_teacher_is_counted_at_the_prices_of_the_config() -> None:
    budget = {"input_price": 3.0, "output_price": 15.0}
    found = plan(config(teacher="anthropic:some", budget=budget), Parity())
    read, written = found.tokens("teacher")
    assert found.usd == pytest.approx((3 * read + 15 * written) / 1e6)
    assert found.usd_limit > found.usd > 0
    assert calls(found, "reflect", "teacher") == 5 + 5 + 7 + 5, "groups of a batch, and one to join"
    assert calls(found, "update_strategy", "teacher") == 8
    free = plan(config(), Parity())
    assert (free.usd, free.usd_limit, free.adapters) == (0.0, 0.0, 0)
    assert calls(free, "reflect", "teacher") == 0, "a rulebook asks no model"


def test_calls_that_are_made_at_once_take_their_share_of_the_time() -> None:
    def seconds(concurrency: int, stage: str) -> float:
        settings = config(teacher="anthropic:some", calls={"concurrency": concurrency})
        found = plan(settings, Parity()).stages
        return sum(it.seconds for it in found if (it.stage, it.who) == (stage, "teacher"))

    assert seconds(1, "solve") == pytest.approx(10 * seconds(10, "solve"))
    assert seconds(1, "update_strategy") == seconds(10, "update_strategy"), "one after the other"


def test_a_paid_teacher_without_prices_and_a_small_budget_are_pointed_out() -> None:
    found = plan(config(teacher="anthropic:some", budget={"tokens": 10}), Parity())
    assert any("names no prices" in note for note in found.notes)
    assert any("likely to stop the run" in note for note in found.notes)


def test_a_run_never_asks_more_than_its_plan_said(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "splits": {"train": 200, "val": 180, "test": 10, "ood": 4},
        "gate": {"replicates": 2, "alpha": 0.2},
        "search": {"frontier": 20, "repeats": 2},
        "loop": {"cycles": 2, "rounds": 2, "candidates": 2, "batch": 12, "samples": 2},
    }
    parts = Overrides(domain=Parity(), student=Pupil(CARRY_HELPS, hears=True))
    run = open_run(tmp_path / "store", tmp_path / "runs", config(**settings), overrides=parts)
    assert go(run)
    planned: Counter[str] = Counter()
    for stage in plan(config(**settings), Parity()).stages:
        planned["validate" if stage.stage == "frontier" else stage.stage] += stage.calls
    made: Counter[str] = Counter()
    for entry in run.log.entries(stream=run.id, kinds=[CallIntended]):
        parts = entry.event.slot.split("/")
        made[next(part for part in parts if part in planned or part == "frontier")] += 1
    made["validate"] += made.pop("frontier", 0)
    assert made["credit"] > 0
    assert {stage: n for stage, n in made.items() if n > planned[stage]} == {}


def test_a_name_alone_makes_no_student_trainable(tmp_path: Path) -> None:
    def opened(**changes: Any) -> Run:
        parts = Overrides(domain=Parity(), student=ScriptedModel(lambda request: "", "hf:mine"))
        return open_run(tmp_path / "store", tmp_path, config(**changes), overrides=parts)

    run = opened()
    run.log.close()
    assert run.trainer is None
    with pytest.raises(ConfigError, match="hf:mine cannot be trained here"):
        opened(gate={"channel": "weights"})


def test_a_block_on_which_no_rule_could_ever_leave_is_pointed_out() -> None:
    said = "No gate can show that a rule may leave"
    assert any(said in note for note in plan(config(), Parity()).notes)
    wide = plan(config(gate={"margin": 0.2}), Parity())
    assert not any(said in note for note in wide.notes)


def test_a_domain_with_too_few_problems_is_found_out() -> None:
    with pytest.raises(NotEnoughProblems):
        plan(config(), Few())


@pytest.mark.parametrize(("dtype", "size"), [("float32", 1e6), ("bfloat16", 2e6)])
def test_the_size_of_a_student_is_read_off_its_folder(
    dtype: str, size: float, tmp_path: Path
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"\0" * 4_000_000)
    (tmp_path / "config.json").write_text(json.dumps({"dtype": dtype}))
    assert facts_of(f"hf:{tmp_path}").size.parameters == size
    assert facts_of("hf:somebody/something").size.parameters is None, "not here yet"
    assert facts_of("scripted:any.json").size.parameters == 0


def test_a_student_that_is_larger_than_this_machine_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").touch()
    os.truncate(tmp_path / "model.safetensors", 10**12)
    (example,) = (path for path in EXAMPLES if path.stem == "quickstart-fast")
    for student, end in ((f"hf:{tmp_path}", " GB: take smaller models."), ("smollm2-135m", "")):
        text = example.read_text().replace("smollm2-135m", student)
        (tmp_path / "run.toml").write_text(text)
        planned = CliRunner().invoke(app, ["plan", str(tmp_path / "run.toml")])
        assert planned.exit_code == 0, planned.output
        (line,) = (it for it in planned.stdout.splitlines() if it.startswith("Time:"))
        assert ("and this machine has" in line) is bool(end) and line.endswith(end or " GB.")
