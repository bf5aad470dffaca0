"""A student on this machine: a Hugging Face model that answers in batches and wears adapters."""

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from . import smollm2
from .adapters import Wardrobe
from .chat import Chat, Encoded
from .contract import Model, ModelError, Reply, Request, Usage
from .decoding.generate import Ask, Decoder, Told
from .quiet import without_progress_bars
from .schema import held_against

BATCH_SIZE = 32
"""Where two cores stop gaining; see benchmarks/rollouts.py."""


def open_folder(
    spec: str, *, device: str = "auto", batch_size: int = BATCH_SIZE, share_prefix: bool = True
) -> Model:
    """`hf:<repo or path>[+adapter]`."""
    rest = spec.partition(":")[2]
    base, adapter = (rest, "") if Path(rest).exists() else _split_off_adapter(rest)
    if not base:
        raise ModelError("Which model? Write hf:<repo or path>[+adapter].")
    name = spec.removesuffix(f"+{adapter}") if adapter else spec
    return _dressed(LocalModel(base, name, device, batch_size, share_prefix), adapter)


def open_smollm2(
    spec: str, *, device: str = "auto", batch_size: int = BATCH_SIZE, share_prefix: bool = True
) -> Model:
    """`smollm2-135m[+adapter]`."""
    name, adapter = _split_off_adapter(spec)
    if name != "smollm2-135m":
        raise ModelError(f"No model is called {spec!r}. Did you mean smollm2-135m[+adapter]?")
    student = LocalModel(smollm2.folder(), name, device, batch_size, share_prefix)
    return _dressed(student, adapter)


def _dressed(student: "LocalModel", adapter: str) -> Model:
    return student.wearing(Path(adapter)) if adapter else student


def _split_off_adapter(text: str) -> tuple[str, str]:
    base, _, adapter = text.partition("+")
    return base, adapter


class Bare(NamedTuple):
    """A student with nothing on, for a trainer."""

    module: Any
    tokenizer: Any


class LocalModel:
    """A causal language model in memory. One thread at a time is answered."""

    def __init__(
        self,
        source: str | Path,
        name: str = "",
        device: str = "auto",
        batch_size: int = BATCH_SIZE,
        share_prefix: bool = True,
    ) -> None:
        self.name = name or f"hf:{source}"
        self.batch_size = batch_size
        self.module, self.tokenizer = _loaded(str(source), _device(device))
        self._chat = Chat(self.tokenizer)
        stops = _stops(self.module, self.tokenizer)
        self._decoder = Decoder(self.module, stops, batch_size, share_prefix)
        self._wardrobe = Wardrobe(self.module)
        self._lock = threading.RLock()

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer each request with the base weights, in order."""
        return self._replies(requests, None)

    def wearing(self, adapter: Path | None) -> Model:
        """The same model with `adapter` (a PEFT folder) switched on, or off for None."""
        return self if adapter is None else _Dressed(self, self._wardrobe.found(adapter))

    def bare(self) -> Bare:
        """Take off any adapter and hand out the module itself.

        Whoever trains on it gives it back as it was: adapters unloaded, weights untouched.
        """
        with self._lock:
            self._decoder.forget()
            return Bare(self._wardrobe.cleared(), self.tokenizer)

    def chat(self, request: Request) -> str:
        """The prompt as the model reads it, up to where its reply begins."""
        return self._chat.text(request)

    def encode(self, request: Request) -> Encoded:
        """The ids of `chat(request)`, in a part that neighbours share and the rest."""
        return self._chat.encode(request)

    def _replies(self, requests: Sequence[Request], adapter: Path | None) -> list[Reply]:
        encoded = [self.encode(request) for request in requests]
        fits = [i for i, request in enumerate(requests) if self._fits(request, encoded[i])]
        with self._lock:
            self._wear(adapter)
            told = self._decoder.answers([self._ask(requests[i], encoded[i]) for i in fits])
        replies = [self._too_long(*pair) for pair in zip(requests, encoded, strict=True)]
        for i, one in zip(fits, told, strict=True):
            replies[i] = self._reply(requests[i], encoded[i], one)
        return replies

    def _wear(self, adapter: Path | None) -> None:
        if self._wardrobe.wear(adapter):
            self._decoder.forget()
        self.module.eval()

    def _ask(self, request: Request, encoded: Encoded) -> Ask:
        prefix, rest = tuple(encoded.prefix), tuple(encoded.rest)
        return Ask(prefix, rest, request.max_tokens, request.temperature, request.seed)

    def _reply(self, request: Request, encoded: Encoded, told: Told) -> Reply:
        text = self.tokenizer.decode(told.ids, skip_special_tokens=True)
        usage = Usage(len(encoded.prefix) + len(encoded.rest), len(told.ids))
        if not told.ended:
            cut = f"Cut off after {len(told.ids)} tokens."
            return Reply(text, "truncated", usage, cut)
        return held_against(request.answer_schema, Reply(text, "ok", usage))

    def _fits(self, request: Request, encoded: Encoded) -> bool:
        room = getattr(self.module.config, "max_position_embeddings", None)
        wanted = len(encoded.prefix) + len(encoded.rest) + request.max_tokens
        return room is None or wanted <= room

    def _too_long(self, request: Request, encoded: Encoded) -> Reply:
        read = len(encoded.prefix) + len(encoded.rest)
        detail = f"The prompt has {read} tokens; with {request.max_tokens} to come it does not fit."
        return Reply("", "malformed", detail=detail)


class _Dressed:
    """A local model whose replies use an adapter."""

    def __init__(self, student: LocalModel, adapter: Path) -> None:
        self.name = f"{student.name}+{adapter}"
        self.batch_size = student.batch_size
        self._student = student
        self._adapter = adapter

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer each request under the adapter, in order."""
        return self._student._replies(requests, self._adapter)

    def wearing(self, adapter: Path | None) -> Model:
        """The same model in another adapter, or in none."""
        return self._student.wearing(adapter)


def _device(device: str) -> torch.device:
    if device != "auto":
        return torch.device(device)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _loaded(source: str, device: torch.device) -> tuple[Any, Any]:
    # bf16 took 4-8 times as long as fp32 on a processor without bf16 units.
    dtype = torch.float32 if device.type == "cpu" else torch.bfloat16
    try:
        with without_progress_bars():
            tokenizer = AutoTokenizer.from_pretrained(source)
            module: Any = AutoModelForCausalLM.from_pretrained(source, dtype=dtype)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"No model can be loaded from {source!r}: {str(error).splitlines()[0]} "
            "Give a folder that save_pretrained wrote, or a repository that can be reached."
        ) from error
    return module.to(device).eval(), tokenizer


def _stops(module: Any, tokenizer: Any) -> frozenset[int]:
    named: Iterable[Any] = (
        tokenizer.eos_token_id,
        module.config.eos_token_id,
        module.generation_config.eos_token_id,
    )
    stops: set[int] = set()
    for ids in named:
        stops.update(ids if isinstance(ids, list) else [] if ids is None else [ids])
    return frozenset(stops)
