"""One name, opened by role: torch where it is trained or wears an adapter, else llama.cpp."""

import subprocess
import sys
from pathlib import Path

import pytest
from peft import LoraConfig, get_peft_model

from tutelage.models import ModelError, engine_of, facts_of, open_model
from tutelage.models.registry import KINDS
from tutelage.trainer.contract import Trainable
from tutelage.weights import CATALOGUE

NAME = "smollm2-135m"
BY_ROLE = [kind for kind in KINDS if kind.asked_by]


@pytest.fixture
def two_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """SmolLM2 opens as the larger ones do; they would take minutes."""
    kinds = [
        kind._replace(asked_by=BY_ROLE[0].asked_by) if kind.start == NAME else kind
        for kind in KINDS
    ]
    monkeypatch.setattr("tutelage.models.registry.KINDS", kinds)


@pytest.mark.usefixtures("two_engines")
def test_a_student_is_torch_and_everybody_else_llama_cpp(tmp_path: Path) -> None:
    student, asked = open_model(NAME, role="student", device="cpu"), open_model(NAME, context=512)
    assert isinstance(student, Trainable) and not isinstance(asked, Trainable)
    assert engine_of(student).startswith("torch ") and engine_of(student).endswith("cpu, float32")
    assert engine_of(asked).startswith("llama.cpp b")
    assert student.name == asked.name == NAME
    worn = get_peft_model(student.bare().module, LoraConfig(r=2, target_modules=["q_proj"]))
    worn.save_pretrained(tmp_path / "adapter")
    tuned = open_model(f"{NAME}+{tmp_path / 'adapter'}", device="cpu")
    assert engine_of(tuned) == engine_of(student)


def test_the_qwens_open_so_and_smollm2_is_torch_in_every_role() -> None:
    assert {kind.start for kind in BY_ROLE} == {"qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b"}
    for kind in BY_ROLE:
        facts = facts_of(kind.start)
        assert kind.start in CATALOGUE and facts.trainable
        assert facts.opener("student") == "hf.model:open_packaged"
        assert facts.opener("other") == "llama.model:open_file"
        assert facts_of(f"{kind.start}+folder").opener("other") == facts.opener("student")
    assert facts_of(NAME).opener("other") == facts_of(NAME).opener("student")


def test_without_its_weights_a_name_says_how_they_are_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path))
    for spec in ("qwen2.5-coder-0.5b", "llama:qwen2.5-coder-0.5b"):
        with pytest.raises(ModelError, match=r"tutelage models fetch qwen2\.5-coder-0\.5b"):
            open_model(spec)
    with pytest.raises(ModelError, match=r"tutelage models fetch qwen2\.5-coder-0\.5b"):
        open_model("qwen2.5-coder-0.5b", role="student")


def test_without_llama_cpp_it_says_how_that_is_installed_and_switches_to_nothing_else() -> None:
    code = (
        "import sys; sys.modules['xllamacpp'] = None\n"
        "from tutelage.models import ModelError, open_model\n"
        "try: open_model('qwen2.5-coder-0.5b')\n"
        "except ModelError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'tutelage[llama]'" in done.stdout
