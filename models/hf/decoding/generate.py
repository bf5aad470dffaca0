"""Generate replies in batches: a shared prefix is read once, finished rows leave the batch."""

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
"""Attention scores that a layer may hold at once: 256 MB."""


class Prompt(NamedTuple):
    """One prompt in token ids, and the settings its reply is sampled with."""

    prefix: tuple[int, ...]
    """Tokens that other prompts may share; empty if nothing can be shared."""
    rest: tuple[int, ...]
    max_tokens: int
    temperature: float
    seed: int


class Generated(NamedTuple):
    """The tokens of one reply."""

    ids: list[int]
    ended: bool
    """True where the model said stop; else it ran into `max_tokens`."""


class Decoder:
    """Generates replies with a causal language model, `rows` at once; `stop` tokens end one."""

    def __init__(
        self, module: Any, stop: frozenset[int], rows: int, share_prefix: bool = True
    ) -> None:
        self._rows = rows
        self._module = module
        self._stop = stop
        self._shares = share_prefix and _can_share(module)
        self._prefix: tuple[tuple[int, ...], Prefix] | None = None

    def forget_prefix(self) -> None:
        """Drop the prefix that was read: the weights have changed."""
        self._prefix = None

    @torch.inference_mode()
    def generate(self, prompts: Sequence[Prompt]) -> list[Generated]:
        """Generate one reply for each prompt, in order."""
        if not self._shares:
            prompts = [p._replace(prefix=(), rest=p.prefix + p.rest) for p in prompts]
        replies: dict[int, Generated] = {}
        order = sorted(
            range(len(prompts)), key=lambda i: (prompts[i].prefix, len(prompts[i].rest), i)
        )
        for prefix, group in groupby(order, key=lambda i: prompts[i].prefix):
            waiting = list(group)
            while waiting:
                rows = self._count_rows([prompts[i] for i in waiting[: self._rows]])
                batch, waiting = waiting[:rows], waiting[rows:]
                generated = self._generate([prompts[i] for i in batch], prefix)
                replies.update(zip(batch, generated, strict=True))
        return [replies[i] for i in range(len(prompts))]

    def _count_rows(self, prompts: list[Prompt]) -> int:
        """Count the prompts, sorted by length, that can be read at once."""
        own, shared = len(prompts[-1].rest), len(prompts[-1].prefix)
        heads: int = self._module.config.num_attention_heads
        return min(len(prompts), max(1, _SCORES // (heads * own * (own + shared))))

    def _generate(self, prompts: list[Prompt], prefix: tuple[int, ...]) -> list[Generated]:
        if not prefix:
            return _Batch(self._module, prompts, self._stop, None).generate()
        if self._prefix is None or self._prefix[0] != prefix:
            self._prefix = prefix, attention.read_prefix(self._module, prefix)
        with _sharing(self._module):
            return _Batch(self._module, prompts, self._stop, self._prefix[1]).generate()


class _Batch:
    """The replies that are generated together."""

    def __init__(
        self, module: Any, prompts: list[Prompt], stop: frozenset[int], prefix: Prefix | None
    ) -> None:
        self._module, self._prompts, self._stop, self._prefix = module, prompts, stop, prefix
        self._live = list(range(len(prompts)))
        self._ids: list[list[int]] = [[] for _ in prompts]
        self._ended = [False] * len(prompts)
        self._generators = [torch.Generator().manual_seed(prompt.seed) for prompt in prompts]
        self._input, self._mask = _stack_prompts(prompts, module.device)
        shared = prefix.length if prefix else 0
        self._positions = (self._mask.cumsum(-1) - 1).clamp(min=0) + shared
        self._cache = _cache(module, self._mask.shape[1] + max(p.max_tokens for p in prompts))

    def generate(self) -> list[Generated]:
        """Generate until no row is left."""
        while self._live:
            tokens = self._choose(self._logits())
            self._keep([p for p, token in enumerate(tokens) if self._goes_on(p, token)], tokens)
        return [Generated(ids, ended) for ids, ended in zip(self._ids, self._ended, strict=True)]

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

    def _choose(self, logits: Tensor) -> list[int]:
        tokens: list[int] = logits.argmax(-1).tolist()
        for place, row in enumerate(self._live):
            if (temperature := self._prompts[row].temperature) > 0:
                # A row's own generator: what its neighbours sample changes nothing for it.
                odds = torch.softmax(logits[place].float().cpu() / temperature, -1)
                tokens[place] = int(torch.multinomial(odds, 1, generator=self._generators[row]))
        return tokens

    def _goes_on(self, place: int, token: int) -> bool:
        row = self._live[place]
        if token in self._stop:
            self._ended[row] = True
            return False
        self._ids[row].append(token)
        return len(self._ids[row]) < self._prompts[row].max_tokens

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


def _stack_prompts(prompts: list[Prompt], device: Any) -> tuple[Tensor, Tensor]:
    """Lay the rests out in one block; return it and a mask of the places that hold tokens."""
    longest = max(len(prompt.rest) for prompt in prompts)
    ids = torch.zeros((len(prompts), longest), dtype=torch.long)
    mask = torch.zeros((len(prompts), longest), dtype=torch.long)
    for row, prompt in enumerate(prompts):
        ids[row, longest - len(prompt.rest) :] = torch.tensor(prompt.rest)
        mask[row, longest - len(prompt.rest) :] = 1
    return ids.to(device), mask.to(device)


def _visible(mask: Tensor, new: int) -> Tensor:
    """Make the mask (rows, 1, new tokens, own tokens): true where a new token may look."""
    own = mask.shape[1]
    causal = torch.ones(new, own, dtype=torch.bool, device=mask.device).tril(own - new)
    return mask[:, None, None, :].bool() & causal


def _cache(module: Any, room: int) -> DynamicCache:
    if _is_plain(module):
        return attention.preallocated_cache(module, room)
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
    """Try on six tokens: does the model give the same logits with a shared prefix?

    Models differ in what they do around attention; one that fails reads whole prompts instead.
    """
    if not _is_plain(module):
        return False
    ids = tuple(range(10, 16))
    plain = _Batch(module, [Prompt((), ids, 1, 0.0, 0)], frozenset(), None)._logits()
    try:
        prefix = attention.read_prefix(module, ids[:3])
        rest = [Prompt(ids[:3], ids[3:], 1, 0.0, 0)]
        with _sharing(module):
            shared = _Batch(module, rest, frozenset(), prefix)._logits()
    except (TypeError, ValueError, AttributeError, RuntimeError):
        return False
    return bool((plain - shared).abs().max() <= 0.02 * plain.abs().max())
