"""A training method that reads the strategy: the student learns from itself with it in the prompt.

All versions of this domain have the same examples, since its rules name no steps.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ..trainer.tiny import save_student
from .harness import Patched, patch

SUMS = """
from tutelage.domains import ExpertRule, Guide, Problem, Verdict

RULES = ("Add the tens before the ones.", "Carry what is over nine.")


class Sums:
    name = "sums"
    task_type = "arithmetic"
    guide = Guide(
        description="Add two numbers.",
        reply_format="Say the sum.",
        step_kinds={"sum": "Writes the sum."},
        failure_modes={"slip": "The sum is wrong."},
        rules=[
            ExpertRule(text[:3], "Method", text, frozenset(), frozenset({"slip"}))
            for text in RULES
        ],
        max_tokens=8,
    )

    def problems(self, split, n, seed):
        first = 100 * ("train", "val", "test", "ood").index(split)
        return [
            Problem(f"{split}-{i}", f"{first + i} + 7?", "sums", 1, str(first + i + 7))
            for i in range(n)
        ]

    def judge(self, problem, reply):
        right = reply.strip() == problem.answer
        modes = () if right else ("slip",)
        return Verdict(float(right), "right" if right else "wrong", "", modes, reply.strip())

    def solution(self, problem, steps=None):
        return problem.answer
"""
CONFIG = """
name = "{name}"
teacher = "rulebook"
student = "hf:student"
domain.name = "sums.py:Sums"
splits = {{ train = 10, val = 6, test = 1, ood = 0 }}
loop = {{ cycles = 1, rounds = 1, candidates = 2, batch = 2, feedback = 2 }}
gate.channel = "weights"
train = {{ examples = 4, epochs = 8, rank = 2{method} }}
"""
READ = """
import json
from pathlib import Path
from tutelage.store.events import AdapterTrained, GateDecided, RunStarted
from tutelage.store.log import open_log
with open_log(Path("store")) as log:
    kinds = (RunStarted, AdapterTrained, GateDecided)
    print(json.dumps([[it.model_dump(mode="json") for it in log.events(kind)] for kind in kinds]))
"""


@pytest.fixture(scope="module")
def patched(tmp_path_factory: pytest.TempPathFactory) -> Patched:
    return patch(tmp_path_factory.mktemp("method"), "method")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a domain and two configs, which differ in their method."""
    (tmp_path / "sums.py").write_text(SUMS)
    for name, method in (("usual", ""), ("own", ', method = "context_distillation"')):
        (tmp_path / f"{name}.toml").write_text(CONFIG.format(name=name, method=method))
    return tmp_path


def type_at(place: Path, patched: Patched, *words: str) -> str:
    done = patched.tutelage("--home", "store", "--runs", "runs", *words, at=place)
    assert done.code == 0, done.err
    return done.out


def read(place: Path, patched: Patched) -> list[list[dict[str, Any]]]:
    """What the log says of starts, adapters and gates."""
    found: list[list[dict[str, Any]]] = json.loads(patched.python("-c", READ, at=place).out)
    return found


def test_a_config_may_name_it_and_no_other(patched: Patched, place: Path) -> None:
    assert "own" in type_at(place, patched, "plan", "own.toml")
    wrong = (place / "own.toml").read_text().replace("context_", "text_")
    (place / "own.toml").write_text(wrong)
    refused = patched.tutelage("plan", "own.toml", at=place)
    assert refused.code != 0
    assert "called 'text_distillation'. Known: sft, context_distillation" in refused.err


@pytest.mark.slow
def test_versions_of_the_same_examples_are_trained_each_by_itself(
    patched: Patched, place: Path
) -> None:
    save_student(place / "student")
    type_at(place, patched, "run", "own.toml")
    (started,), adapters, gates = read(place, patched)
    assert started["config"]["train"]["method"] == "context_distillation"
    assert len(gates) == 2 and not any("nothing to train" in gate["reason"] for gate in gates)
    assert len({one["adapter"] for one in adapters}) == len(adapters) == 3
    assert len({one["dataset"] for one in adapters}) == 1
    assert {one["method"] for one in adapters} == {"context_distillation"}

    found = type_at(place, patched, "transfer", "sums@1").split()
    assert read(place, patched)[1] == adapters, "found, and not trained again"
    folder = place / found[-1]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["method"] == "context_distillation"
    assert manifest["losses"][-1] < manifest["losses"][0], "it learns to answer as if it were told"
    card = (folder / "README.md").read_text()
    assert "trained on its own replies with the strategy" in card
    assert "| method | context_distillation |" in card
    (empty,) = (it for it in adapters if it["adapter"] == gates[0]["incumbent_adapter"])
    assert empty["loss_last"] == 0.0, "without a rule there is nothing to learn from"


@pytest.mark.slow
def test_the_usual_method_has_nothing_to_train_there_and_is_not_written_down(
    patched: Patched, place: Path
) -> None:
    save_student(place / "student")
    type_at(place, patched, "run", "usual.toml")
    (started,), adapters, gates = read(place, patched)
    assert len(gates) == 2 and all("nothing to train" in gate["reason"] for gate in gates)
    assert adapters == [] and "method" not in started["config"]["train"]
