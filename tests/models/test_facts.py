"""Facts that a spec tells of its model: plan, budget, trainer and doctor agree on them."""

import json
import re
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from peft import LoraConfig, get_peft_model
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.graph.calls.budget import BudgetSpent, Spending
from tutelage.graph.config.sections import Budget
from tutelage.graph.planning.plan import plan
from tutelage.models import ModelError, Request, facts_by_name, facts_of, open_model
from tutelage.models.facts import Kind
from tutelage.models.hf.model import HfModel
from tutelage.models.registry import KINDS
from tutelage.models.scripted import ScriptedModel
from tutelage.trainer.contract import Trainable
from tutelage.weights import CATALOGUE

from ..graph.fakes import Parity
from ..graph.world import config
from .tiny import save_tiny

FILLED = {
    "<url>": "http://127.0.0.1:9",
    "<model>": "some-model",
    "<repo or path>": "./student",
    "<file.json>": "./replies.json",
    "<file.gguf or name>": "smollm2-135m",
    "<folder>": "./answers",
}


def spec_of(kind: Kind, adapter: bool = False) -> str:
    """A spec of the form that the kind tells people to write."""
    form = re.sub(r"\[\+.*\]", "+adapter" if adapter else "", kind.form)
    return re.sub("<[^>]*>", lambda hole: FILLED.get(hole[0], "something"), form)


SMALL = [kind for kind in KINDS if not kind.asked_by]
"""Gigabytes of the others are not loaded here: see `test_roles.py`."""
SPECS = [
    *(pytest.param(kind, spec_of(kind), id=spec_of(kind)) for kind in SMALL),
    *(
        pytest.param(kind, spec_of(kind, adapter=True), id=spec_of(kind, adapter=True))
        for kind in SMALL
        if kind.trainable
    ),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that specs name: a tiny student, a script, and keys beside it."""
    place = tmp_path_factory.mktemp("specs")
    save_tiny(place / "student")
    (place / "replies.json").write_text(json.dumps({"replies": [{"match": "", "reply": "Yes."}]}))
    module = HfModel(place / "student", device="cpu").bare().module
    get_peft_model(module, LoraConfig(r=2, target_modules="all-linear")).save_pretrained(
        place / "adapter"
    )
    return place


@pytest.fixture(autouse=True)
def inside(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for key in (key for kind in KINDS for key in kind.keys):
        monkeypatch.setenv(key, "no-real-key")
    with chdir(place):
        yield


@pytest.mark.parametrize(("kind", "spec"), SPECS)
def test_the_plan_counts_a_training_exactly_where_the_trainer_would_train(
    kind: Kind, spec: str
) -> None:
    facts, opened = facts_of(spec), open_model(spec)
    assert facts.kind is kind and opened.name == spec
    planned = plan(config(student=spec), Parity())
    assert facts.trainable is isinstance(opened, Trainable) is (planned.adapters > 0)
    assert (planned.training_tokens > 0) is facts.trainable


@pytest.mark.parametrize(("kind", "spec"), SPECS)
def test_the_budget_counts_exactly_what_the_plan_prices(kind: Kind, spec: str) -> None:
    priced = {"input_price": 1.0, "output_price": 1.0}
    planned = plan(config(teacher=spec, budget=priced), Parity())
    spending = Spending(Budget(tokens=10))
    try:
        spending.reserve(ScriptedModel(lambda request: "", spec), [Request("?", max_tokens=11)])
        reserved = False
    except BudgetSpent:
        reserved = True
    assert facts_of(spec).remote is kind.remote is reserved is (planned.usd > 0)


@pytest.mark.parametrize(("kind", "spec"), SPECS)
def test_the_size_that_a_spec_tells_is_the_one_that_is_loaded(kind: Kind, spec: str) -> None:
    size = facts_of(spec).size
    planned = plan(config(student=spec), Parity())
    assert (planned.memory is None) is (size.parameters is None and not kind.remote)
    if kind.trainable and not facts_of(spec).adapter:
        module: Any = open_model(spec).module  # type: ignore[attr-defined]  # weights are here
        assert size.parameters == pytest.approx(module.num_parameters(), rel=0.05)
        assert size.context == module.config.max_position_embeddings


@pytest.mark.parametrize(("kind", "spec"), SPECS)
def test_the_doctor_misses_a_key_exactly_where_a_model_cannot_be_opened_without(
    kind: Kind, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in kind.keys:
        monkeypatch.delenv(key)
    result = CliRunner().invoke(app, ["doctor", "--quick", "--json"])
    found = {each["what"]: each["found"] for each in json.loads(result.stdout)}
    if kind.needs_key:
        assert kind.keys[0] in found[kind.form]
        with pytest.raises(ModelError, match=kind.keys[0]):
            open_model(spec)
    else:
        assert open_model(spec).name == spec
    assert all(found[key] == "not set" for key in kind.keys)
    if kind.start in CATALOGUE:
        assert found[kind.start].startswith("its weights are here")


@pytest.mark.parametrize("name", ["", "gpt-17", "nobody:gpt", "smollm2-135m-instruct", "my+model"])
def test_an_unknown_spec_is_refused_in_the_words_of_opening_it(name: str) -> None:
    with pytest.raises(ModelError) as told:
        facts_of(name)
    with pytest.raises(ModelError) as opened:
        open_model(name)
    assert str(told.value) == str(opened.value)


def test_a_model_passed_from_python_is_local_and_of_unknown_size() -> None:
    facts = facts_by_name("my-model")
    assert (facts.remote, facts.trainable, facts.size.parameters) == (False, False, None)
    spending = Spending(Budget(tokens=1))
    spending.reserve(ScriptedModel(lambda request: "", "my-model"), [Request("?")])
    planned = plan(config(student="my-model"), Parity())
    assert (planned.adapters, planned.usd, planned.memory) == (0, 0.0, None)


def test_a_remote_model_bears_the_name_by_which_its_tokens_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = ScriptedModel(lambda request: "", "some-model")
    monkeypatch.setattr("tutelage.models.remote.messages.open_server", lambda facts: other)
    with pytest.raises(ModelError, match="opened as 'some-model': no budget"):
        open_model("messages:http://127.0.0.1:9#some-model")


def test_a_name_that_no_file_can_have_is_a_repository() -> None:
    facts = facts_by_name("hf:" + 300 * "a")
    assert facts.has_weights and facts.size.parameters is None


def test_a_price_of_the_config_wins_over_the_models_own(monkeypatch: pytest.MonkeyPatch) -> None:
    priced = [kind._replace(price=(1.0, 2.0)) if kind.remote else kind for kind in KINDS]
    monkeypatch.setattr("tutelage.models.registry.KINDS", priced)
    for budget, dollars in ((Budget(), 3.0), (Budget(input_price=4.0, output_price=5.0), 9.0)):
        spending = Spending(budget)
        spending.add("anthropic:some", 10**6, 10**6)
        assert spending.dollars == dollars


def test_a_plus_in_the_name_of_a_folder_that_is_there_is_no_adapter(tmp_path: Path) -> None:
    (tmp_path / "a+b").mkdir()
    assert facts_of(f"hf:{tmp_path}/a+b").adapter == ""
    assert facts_of(f"hf:{tmp_path}/c+b").adapter == "b"
    (tmp_path / "a+b" / "m.gguf").touch()
    worn = facts_of(f"llama:{tmp_path}/a+b/m.gguf+lora+1.gguf")
    assert (worn.base, worn.adapter) == (f"{tmp_path}/a+b/m.gguf", "lora+1.gguf")


def test_a_plan_counts_each_models_time_by_its_own_size() -> None:
    stages = plan(config(teacher="qwen2.5-coder-0.5b", student="smollm2-135m"), Parity()).stages
    times = {it.who: it.seconds / it.calls for it in stages if it.stage == "evaluate"}
    assert times["teacher"] == pytest.approx(times["student"] * 494 / 135)


def test_a_prompt_that_cannot_fit_into_the_student_is_pointed_out() -> None:
    notes = plan(config(student="hf:./student"), Parity()).notes
    assert not any("has room for" in note for note in notes)
    wordy = plan(config(student="hf:./student"), Wordy()).notes
    assert any("has room for 512" in note for note in wordy)


class Wordy(Parity):
    def __init__(self) -> None:
        super().__init__()
        self.guide = replace(self.guide, max_tokens=600)
