"""Dequantise packaged weights into a folder that torch opens and trains: once, in fp32."""

import shutil
import struct
import sys
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

import psutil
import torch
import transformers
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from ...weights import has_right_bytes
from ...weights.cache import hold_alone
from ..contract import ModelError
from ..packaged import (
    WEIGHTS,
    is_dequantised,
    packaged_path,
    torch_folder,
    write_torch_manifest,
)
from ..progress_bars import without_progress_bars
from .weights_hash import hash_weights

BYTES = 4
"""Of a weight in fp32."""
BESIDES = 50e6
"""Bytes of the tokenizer and the like."""
PEAK = 1.6
"""Most memory over the bytes of the folder: 3.9 GB where Qwen2.5-Coder-0.5B becomes 2.5 GB."""


def dequantise(name: str, parameters: float) -> Path:
    """Return the torch folder of packaged weights that have so many `parameters`.

    It is made at the first call and kept, whole or not at all. Raises ModelError where the weights
    are not here or damaged, or the folder has no room on the disk or in memory.
    """
    folder = torch_folder(name)
    if is_dequantised(name):
        return folder
    source = packaged_path(name)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with hold_alone(folder, "writing out", _tell):
            if not is_dequantised(name):
                _fill(folder, source, parameters * BYTES + BESIDES)
    except (ValueError, LookupError, OSError, struct.error, SafetensorError) as error:
        said = str(error).rstrip(".") or type(error).__name__
        raise ModelError(
            f"{source} cannot be written out into {folder}: {said}. Look whether the "
            "disk has room, and whether `tutelage doctor` finds other libraries than tested."
        ) from error
    return folder


def _fill(folder: Path, source: Path, size: float) -> None:
    draft = folder.with_name(f"{folder.name}.partial")
    for leftover in (draft, folder):
        shutil.rmtree(leftover, ignore_errors=True)
    _check_room(folder, size)
    if not has_right_bytes(folder.name):
        raise ModelError(
            f"{source} is damaged: its SHA-256 is another one. Run `tutelage models fetch "
            f"{folder.name}`, which fetches what is damaged again."
        )
    # It takes a minute or more, and whoever waits should know why, and how much is taken.
    _tell(f"Writing {folder.name} out in fp32, once: {size / 1e9:.1f} GB in {folder}")
    try:
        # One of the bars heeds no setting.
        with without_progress_bars(), redirect_stderr(StringIO()):
            weights = _convert(source, draft)
        made_by = {"dtype": "float32", "transformers": transformers.__version__}
        write_torch_manifest(folder.name, draft, made_by | {WEIGHTS: weights})
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _check_room(folder: Path, size: float) -> None:
    """Raise ModelError where the disk or the memory cannot hold it."""
    free = shutil.disk_usage(folder.parent).free
    if free < size:
        raise ModelError(
            f"{folder.name} as a student is written out in fp32, which takes {size / 1e9:.1f} GB "
            f"in {folder.parent}, and {free / 1e9:.1f} GB are free. Make room there, or name "
            "another folder by TUTELAGE_CACHE."
        )
    memory = psutil.virtual_memory().total + psutil.swap_memory().total
    if memory < PEAK * size:
        raise ModelError(
            f"{folder.name} as a student is written out in fp32, which takes "
            f"{PEAK * size / 1e9:.1f} GB of memory, and this machine has {memory / 1e9:.1f} GB. "
            f"Take a smaller student, or use it without training, as `llama:{folder.name}`."
        )


def _convert(source: Path, draft: Path) -> dict[str, str]:
    """Write the folder; return dtype -> hash of the weights, as they will be in memory."""
    model = AutoModelForCausalLM.from_pretrained(
        source.parent,
        gguf_file=source.name,
        # Without it the weights stay packed: they can be neither saved nor trained.
        quantization_config=GgufConfig(gguf_file=source.name, dequantize=True),
        dtype=torch.float32,
    )
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    # Qwen's file names one stop and pads with <|endoftext|>, at which llama.cpp ends a reply too.
    stops = dict.fromkeys((tokenizer.eos_token_id, tokenizer.pad_token_id))
    model.generation_config.eos_token_id = [stop for stop in stops if stop is not None]
    model.save_pretrained(draft)
    tokenizer.save_pretrained(draft)
    dtypes = {"float32": torch.float32, "bfloat16": torch.bfloat16}
    return {name: hash_weights(model, dtype) for name, dtype in dtypes.items()}
