"""Hash of a model as it lies in memory, whatever files it came from."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import torch

_UNTOLD = ("_name_or_path", "transformers_version")
"""Keys of a config that say where it came from, and by which version."""


def hash_weights(module: torch.nn.Module, dtype: torch.dtype | None = None) -> str:
    """Return the SHA-256 of what `state_dict` holds, as it would be in `dtype`, once each."""
    kept = module.state_dict().keys()
    tensors = {**dict(module.named_buffers()), **dict(module.named_parameters())}
    found = hashlib.sha256()
    for name in sorted(kept & tensors.keys()):
        tensor = tensors[name].detach()
        tensor = tensor.to(dtype) if dtype and tensor.is_floating_point() else tensor
        found.update(json.dumps([name, list(tensor.shape), str(tensor.dtype)]).encode())
        found.update(tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def hash_model(weights: str, module: Any, tokenizer: Any) -> str:
    """Return 12 hex digits for weights of that hash, their settings, and how texts become tokens.

    The settings are those that differ from the architecture's own.
    """
    settings = [
        {key: value for key, value in each.to_diff_dict().items() if key not in _UNTOLD}
        for each in (module.config, module.generation_config)
    ]
    told = [weights, *settings, tokenizer.chat_template, *_rules_of(tokenizer)]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _rules_of(tokenizer: Any) -> Iterable[Any]:
    """Return all by which a text becomes tokens; of a tokenizer in Python only its tokens."""
    yield tokenizer.special_tokens_map
    rules = getattr(tokenizer, "backend_tokenizer", None)
    yield sorted(tokenizer.get_vocab().items()) if rules is None else rules.to_str()
