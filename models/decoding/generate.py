"""Many replies at once: a shared prefix is read once, rows that are done leave the batch."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any, NamedTuple

import torch
from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from . import attention
from .attention import Prefix

_SCORES = 2**26
"""How many attention scores a layer may hold at once: 256 MB."""


class Ask(NamedTuple):
    """One prompt in token ids, and how its reply is to be drawn."""

    prefix: tuple[int, ...]
    """What neighbours may share; empty if nothing can be shared."""
    rest: tuple[int, ...]
    max_tokens: int
    temperature: float
    seed: int


class Told(NamedTuple):
    """The tokens of one reply."""

    ids: list[int]
    ended: bool
    """Whether the model said stop; else it ran into `max_tokens`."""


class Decoder:
    """Draws replies from a causal language model, `rows` at once; `stop` tokens end one."""

    def __init__(
        self, module: Any, stop: frozenset[int], rows: int, share_prefix: bool = True
    ) -> None:
        self._rows = rows
        self._module = module
        self._stop = stop
        self._shares = share_prefix and _can_share(module)
        self._read: tuple[tuple[int, ...], Prefix] | None = None

    def forget(self) -> None:
        """Drop what was read: the weights have changed."""
        self._read = None

    @torch.inference_mode()
    def answers(self, asks: Sequence[Ask]) -> list[Told]:
        """One reply for each ask, in order."""
        if not self._shares:
            asks = [ask._replace(prefix=(), rest=ask.prefix + ask.rest) for ask in asks]
        told: dict[int, Told] = {}
        order = sorted(range(len(asks)), key=lambda i: (asks[i].prefix, len(asks[i].rest), i))
        for prefix, group in groupby(order, key=lambda i: asks[i].prefix):
            waiting = list(group)
            while waiting:
                rows = self._fitting([asks[i] for i in waiting[: self._rows]])
                batch, waiting = waiting[:rows], waiting[rows:]
                drawn = self._drawn([asks[i] for i in batch], prefix)
                told.update(zip(batch, drawn, strict=True))
        return [told[i] for i in range(len(asks))]

    def _fitting(self, asks: list[Ask]) -> int:
        """How many of these, sorted by length, can be read at once."""
        own, shared = len(asks[-1].rest), len(asks[-1].prefix)
        heads: int = self._module.config.num_attention_heads
        return min(len(asks), max(1, _SCORES // (heads * own * (own + shared))))

    def _drawn(self, asks: list[Ask], prefix: tuple[int, ...]) -> list[Told]:
        if not prefix:
            return _Batch(self._module, asks, self._stop, None).drawn()
        if self._read is None or self._read[0] != prefix:
            self._read = prefix, attention.read(self._module, prefix)
        with _sharing(self._module):
            return _Batch(self._module, asks, self._stop, self._read[1]).drawn()


class _Batch:
    """The replies that are being drawn together."""

    def __init__(
        self, module: Any, asks: list[Ask], stop: frozenset[int], prefix: Prefix | None
    ) -> None:
        self._module, self._asks, self._stop, self._prefix = module, asks, stop, prefix
        self._live = list(range(len(asks)))
        self._ids: list[list[int]] = [[] for _ in asks]
        self._ended = [False] * len(asks)
        self._dice = [torch.Generator().manual_seed(ask.seed) for ask in asks]
        self._input, self._mask = _left_padded(asks, module.device)
        shared = prefix.length if prefix else 0
        self._positions = (self._mask.cumsum(-1) - 1).clamp(min=0) + shared
        self._cache = _cache(module, self._mask.shape[1] + max(ask.max_tokens for ask in asks))

    def drawn(self) -> list[Told]:
        """Draw until no row is left."""
        while self._live:
            tokens = self._chosen(self._logits())
            self._keep([p for p, token in enumerate(tokens) if self._goes_on(p, token)], tokens)
        return [Told(ids, ended) for ids, ended in zip(self._ids, self._ended, strict=True)]

    def _logits(self) -> Tensor:
        extra = {"shared_prefix": self._prefix} if self._prefix else {}
        mask = _visible(self._mask, self._input.shape[1]) if self._prefix else self._mask
        logits: Tensor = self._module(
            input_ids=self._input,
            attention_mask=mask,
            position_ids=self._positions,
            past_key_values=self._cache,
            logits_to_keep=1,
            **extra,
        ).logits
        return logits[:, -1]

    def _chosen(self, logits: Tensor) -> list[int]:
        tokens: list[int] = logits.argmax(-1).tolist()
        for place, row in enumerate(self._live):
            if (heat := self._asks[row].temperature) > 0:
                # A row's own dice: what its neighbours draw changes nothing for it.
                odds = torch.softmax(logits[place].float().cpu() / heat, -1)
                tokens[place] = int(torch.multinomial(odds, 1, generator=self._dice[row]))
        return tokens

    def _goes_on(self, place: int, token: int) -> bool:
        row = self._live[place]
        if token in self._stop:
            self._ended[row] = True
            return False
        self._ids[row].append(token)
        return len(self._ids[row]) < self._asks[row].max_tokens

    def _keep(self, stay: list[int], tokens: list[int]) -> None:
        last = self._positions[:, -1:]
        if stay and len(stay) < len(self._live):
            kept = torch.tensor(stay, device=last.device)
            self._mask, last = self._mask[kept], last[kept]
            self._cache.batch_select_indices(kept)
        self._live = [self._live[place] for place in stay]
        if stay:
            self._input = torch.tensor([[tokens[place]] for place in stay], device=last.device)
            self._positions = last + 1
            self._mask = torch.cat([self._mask, self._mask.new_ones(len(stay), 1)], dim=1)


def _left_padded(asks: list[Ask], device: Any) -> tuple[Tensor, Tensor]:
    """The rests in one block, and where it holds tokens."""
    longest = max(len(ask.rest) for ask in asks)
    ids = torch.zeros((len(asks), longest), dtype=torch.long)
    mask = torch.zeros((len(asks), longest), dtype=torch.long)
    for row, ask in enumerate(asks):
        ids[row, longest - len(ask.rest) :] = torch.tensor(ask.rest)
        mask[row, longest - len(ask.rest) :] = 1
    return ids.to(device), mask.to(device)


def _visible(mask: Tensor, new: int) -> Tensor:
    """(rows, 1, new tokens, own tokens): true where a new token may look."""
    own = mask.shape[1]
    causal = torch.ones(new, own, dtype=torch.bool, device=mask.device).tril(own - new)
    return mask[:, None, None, :].bool() & causal


def _cache(module: Any, room: int) -> DynamicCache:
    if _is_plain(module):
        return attention.roomy_cache(module, room)
    return DynamicCache(config=module.config)


def _is_plain(module: Any) -> bool:
    layers = DynamicCache(config=module.config).layers
    return bool(layers) and all(type(layer) is DynamicLayer for layer in layers)


@contextmanager
def _sharing(module: Any) -> Iterator[None]:
    before = module.config._attn_implementation
    module.set_attn_implementation(attention.NAME)
    try:
        yield
    finally:
        module.set_attn_implementation(before)


@torch.inference_mode()
def _can_share(module: Any) -> bool:
    """Try on six tokens whether the model gives the same logits with a shared prefix.

    Models differ in what they do around attention; one that fails reads whole prompts instead.
    """
    if not _is_plain(module):
        return False
    ids = tuple(range(10, 16))
    plain = _Batch(module, [Ask((), ids, 1, 0.0, 0)], frozenset(), None)._logits()
    try:
        prefix = attention.read(module, ids[:3])
        rest = [Ask(ids[:3], ids[3:], 1, 0.0, 0)]
        with _sharing(module):
            shared = _Batch(module, rest, frozenset(), prefix)._logits()
    except (TypeError, ValueError, AttributeError, RuntimeError):
        return False
    return bool((plain - shared).abs().max() <= 0.02 * plain.abs().max())
