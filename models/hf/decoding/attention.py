"""Attention to a prefix that all rows of a batch share, without a copy of it for every row.

With a strategy of 370 tokens before problems of 40, most of a batch's cache would be the same
prefix over and over, and copying it at every token cost more than the arithmetic. Here each row
keeps only its own tokens; the prefix is one matrix that all rows multiply with at once.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor
from transformers import AttentionInterface, DynamicCache
from transformers.cache_utils import DynamicLayer

NAME = "tutelage_shared_prefix"
"""The attention implementation's name, for `set_attn_implementation`."""


class Prefix(NamedTuple):
    """Keys and values of the shared tokens, for every layer."""

    keys: list[Tensor]
    """One a layer: (key heads, tokens, size)."""
    values: list[Tensor]

    @property
    def length(self) -> int:
        return self.keys[0].shape[1]


def read_prefix(module: Any, ids: tuple[int, ...]) -> Prefix:
    """Run the module over `ids` once and keep the keys and values."""
    cache = DynamicCache(config=module.config)
    module(
        input_ids=torch.tensor([ids], device=module.device),
        past_key_values=cache,
        logits_to_keep=1,
    )
    layers: Any = cache.layers
    return Prefix(
        [_first(layer.keys) for layer in layers], [_first(layer.values) for layer in layers]
    )


def _first(states: Any) -> Tensor:
    tensor: Tensor = states[0]
    return tensor.contiguous()


def attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor,
    scaling: float,
    shared_prefix: Prefix,
    dropout: float = 0.0,
    **rules: Any,
) -> tuple[Tensor, None]:
    """Attend to the prefix and to a row's own tokens with one softmax over both.

    `attention_mask` is (rows, 1, new tokens, own tokens), true where a token may be seen.
    """
    if named := [rule for rule in _UNSUPPORTED if rules.get(rule) is not None]:
        raise ValueError(f"Attention to a shared prefix does not keep the rules {named}.")
    keys, values = (part[module.layer_idx] for part in (shared_prefix.keys, shared_prefix.values))
    rows, heads, length, size = query.shape
    kinds, shared, own = key.shape[1], keys.shape[1], key.shape[2]
    # Query heads that look at the same keys stand side by side.
    asked = (query * scaling).reshape(rows, kinds, -1, size)

    to_prefix = _for_all_rows(asked, keys.transpose(1, 2))
    to_own = (asked @ key.transpose(2, 3)).view(rows, kinds, -1, length, own)
    to_own = to_own.masked_fill(~attention_mask[:, :, None], float("-inf")).flatten(2, 3)
    weights = torch.cat([to_prefix, to_own], -1).softmax(-1, torch.float32).to(value.dtype)
    seen = _for_all_rows(weights[..., :shared], values) + weights[..., shared:] @ value
    return seen.reshape(rows, heads, length, size).transpose(1, 2), None


_UNSUPPORTED = ("softcap", "sliding_window", "s_aux", "position_bias")
"""Additions of some models to attention that `attend` would leave out."""


def _for_all_rows(per_row: Tensor, shared: Tensor) -> Tensor:
    """Compute (rows, kinds, n, a) @ (kinds, a, b): one large product per kind, not one per row."""
    rows, kinds, n, a = per_row.shape
    flat = per_row.transpose(0, 1).reshape(kinds, rows * n, a) @ shared
    return flat.view(kinds, rows, n, -1).transpose(0, 1)


class PreallocatedLayer(DynamicLayer):  # type: ignore[no-untyped-call]  # theirs has no types
    """A cache layer with room for all tokens to come: nothing is copied to add one."""

    keys: Any
    values: Any

    def __init__(self, room: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # theirs has no types
        self._room = room
        self._filled = 0

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Write the new tokens behind the old ones; return views of both."""
        if not self.is_initialized:
            rows, heads, _, size = key_states.shape
            self.lazy_initialization(key_states, value_states)
            self.keys = key_states.new_empty(rows, heads, self._room, size)
            self.values = value_states.new_empty(rows, heads, self._room, value_states.shape[-1])
        start, self._filled = self._filled, self._filled + key_states.shape[-2]
        self.keys[:, :, start : self._filled] = key_states
        self.values[:, :, start : self._filled] = value_states
        return self.keys[:, :, : self._filled], self.values[:, :, : self._filled]

    def get_seq_length(self) -> int:
        """Return the number of tokens in the layer."""
        return self._filled


def preallocated_cache(module: Any, room: int) -> DynamicCache:
    """Make a cache for a plain-attention model that takes `room` tokens a row."""
    cache = DynamicCache(config=module.config)
    cache.layers = [PreallocatedLayer(room) for _ in cache.layers]
    return cache


AttentionInterface.register(NAME, attend)
