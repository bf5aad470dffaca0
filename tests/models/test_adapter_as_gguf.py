"""A PEFT adapter of a Qwen2 student, written as GGUF: the same numbers under llama.cpp's names."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import gguf
import numpy as np
import pytest
from safetensors.numpy import save_file

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
Q, DOWN = (
    "base_model.model.model.layers.3.self_attn.q_proj",
    "base_model.model.model.layers.0.mlp.down_proj",
)


def load_benchmark() -> ModuleType:
    """Load the benchmark, which is no part of the package."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        path = BENCHMARKS / "verdicts.py"
        spec = importlib.util.spec_from_file_location("verdicts_benchmark", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCHMARKS))
    return module


verdicts = load_benchmark()


def save(folder: Path, *names: str) -> dict[str, np.ndarray]:
    """Save an adapter of rank 2 for a layer of 4 inputs and 6 outputs."""
    rng = np.random.default_rng(0)
    shapes = {"A": (2, 4), "B": (6, 2)}
    weights = {
        f"{name}.lora_{half}.weight": rng.standard_normal(shape).astype(np.float32)
        for name in names
        for half, shape in shapes.items()
    }
    save_file(weights, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"lora_alpha": 32, "r": 16}))
    return weights


def test_every_weight_of_an_adapter_is_in_the_file_under_llama_cpps_name(tmp_path: Path) -> None:
    weights = save(tmp_path, Q, DOWN)
    verdicts.write_gguf_adapter(tmp_path, tmp_path / "adapter.gguf")
    reader = gguf.GGUFReader(tmp_path / "adapter.gguf")
    found = {tensor.name: tensor.data for tensor in reader.tensors}
    names = {"blk.3.attn_q.weight": Q, "blk.0.ffn_down.weight": DOWN}
    assert set(found) == {f"{name}.lora_{half}" for name in names for half in "ab"}
    for name, layer in names.items():
        for half in "AB":
            written = found[f"{name}.lora_{half.lower()}"]
            assert np.array_equal(written, weights[f"{layer}.lora_{half}.weight"])
    alpha = reader.get_field("adapter.lora.alpha")
    assert alpha is not None and alpha.contents() == 32.0


def test_what_is_no_lora_of_a_qwen2_is_refused(tmp_path: Path) -> None:
    save(tmp_path, "base_model.model.model.layers.0.self_attn.wonder_proj")
    with pytest.raises(ValueError, match="wonder_proj"):
        verdicts.write_gguf_adapter(tmp_path, tmp_path / "adapter.gguf")
