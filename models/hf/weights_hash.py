"""Hash of a model as it lies in memory: every bit counts, at the speed of the memory.

A SHA-256 over the files would read gigabytes once more at each opening.
"""

import hashlib
import json
from typing import Any

import torch

PIECE = 2**22
"""Numbers that are summed at once, so that no second copy of a large tensor is made."""
_WHOLE = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


def hash_weights(module: torch.nn.Module, dtype: torch.dtype | None = None) -> str:
    """Return 12 hex digits for the weights, as they would be in `dtype`.

    Each tensor counts by its name, its shape and the sum of its bits, read as whole numbers: one
    changed bit changes it, and no device rounds it otherwise.
    """
    told = [
        (name, list(tensor.shape), _sum_bits(tensor.detach(), dtype or tensor.dtype))
        for name, tensor in module.named_parameters()
    ]
    return _short_hash(told)


def hash_model(weights: str, tokenizer: Any) -> str:
    """Return 12 hex digits for weights of that hash, with their tokens and their chat template."""
    return _short_hash([weights, tokenizer.chat_template, sorted(tokenizer.get_vocab().items())])


def _sum_bits(tensor: torch.Tensor, dtype: torch.dtype) -> int:
    whole = _WHOLE[dtype.itemsize]
    pieces = torch.split(tensor.reshape(-1), PIECE)
    sums = [piece.to(dtype).view(whole).sum(dtype=torch.int64) for piece in pieces]
    return int(torch.stack(sums).sum()) if sums else 0


def _short_hash(told: Any) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
