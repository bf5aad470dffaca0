"""A Hugging Face model on this machine: answers in batches, with or without an adapter."""

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from ..adapter_files import check_files
from ..contract import Model, ModelError, Reply, Request, Usage
from ..facts import ModelFacts
from ..packaged import torch_folder, written_weights
from ..progress_bars import without_progress_bars
from ..schema import enforce_schema
from .adapters import AdapterSwitch, read_config
from .chat_template import ChatTemplate, Encoded
from .decoding.generate import Decoder, Generated, Prompt
from .dequantise import dequantise
from .weights_hash import hash_model, hash_weights

BATCH_SIZE = 32
"""Where two cores stop gaining; see benchmarks/rollouts.py."""
_MADE_AGAIN = "Remove that folder: it is made again when it is needed."


def open_folder(
    facts: ModelFacts,
    *,
    device: str = "auto",
    batch_size: int = BATCH_SIZE,
    share_prefix: bool = True,
) -> Model:
    """Open `hf:<repo or path>[+adapter]`."""
    if not facts.has_weights:
        raise ModelError(
            f"There is no folder {Path(facts.base).absolute()}. Give one that save_pretrained "
            "wrote, or a repository that can be reached."
        )
    return _open(facts, facts.base, device, batch_size, share_prefix)


def open_packaged(
    facts: ModelFacts,
    *,
    device: str = "auto",
    batch_size: int = BATCH_SIZE,
    share_prefix: bool = True,
) -> Model:
    """Open packaged weights by their name: `NAME[+adapter]`."""
    device = str(_device(device))  # before minutes are spent
    folder = dequantise(facts.base, facts.size.parameters or 0)
    return _open(facts, folder, device, batch_size, share_prefix)


def _open(facts: ModelFacts, source: str | Path, *settings: Any) -> Model:
    student = HfModel(source, facts.bare, *settings)
    if not facts.adapter:
        return student
    worn = student.with_adapter(Path(facts.adapter))
    worn.name = facts.spec
    return worn


class BareModel(NamedTuple):
    """A student without any adapter, for a trainer."""

    module: Any
    tokenizer: Any


class HfModel:
    """A causal language model in memory. One thread at a time is answered."""

    repeatable = True

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
        self.module, self.tokenizer = _load(str(source), _device(device))
        self.engine = _describe_engine(self.module)
        weights = hash_weights(self.module)
        if _is_made_here(source):
            _check_weights(Path(source), weights, self.module.dtype)
        else:  # under one path or repository another model may lie
            self.engine += f", model {hash_model(weights, self.module, self.tokenizer)}"
        self._template = ChatTemplate(self.tokenizer)
        stops = _stops(self.module, self.tokenizer)
        self._decoder = Decoder(self.module, stops, batch_size, share_prefix)
        self._adapters = AdapterSwitch(self.module)
        self._lock = threading.RLock()

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer each request with the base weights, in order."""
        return self._replies(requests, None)

    def with_adapter(self, adapter: Path | None) -> Model:
        """Return the same model with `adapter` (a PEFT folder) switched on, or off for None.

        Raises ModelError for a folder that is no LoRA, or not as its manifest says.
        """
        if adapter is None:
            return self
        check_files(adapter)
        read_config(adapter)
        return _AdaptedModel(self, adapter)

    def bare(self) -> BareModel:
        """Switch off any adapter and hand out the module itself.

        The trainer gives it back as it was: adapters unloaded, weights untouched.
        """
        with self._lock:
            self._decoder.forget_prefix()
            return BareModel(self._adapters.bare_module(), self.tokenizer)

    def chat(self, request: Request) -> str:
        """Return the prompt as the model reads it, up to where its reply begins."""
        return self._template.text(request)

    def encode(self, request: Request) -> Encoded:
        """Return the ids of `chat(request)`, split into a shared prefix and the rest."""
        return self._template.encode(request)

    def _replies(self, requests: Sequence[Request], adapter: Path | None) -> list[Reply]:
        encoded = [self.encode(request) for request in requests]
        fits = [i for i, request in enumerate(requests) if self._fits(request, encoded[i])]
        with self._lock:
            self._activate(adapter)
            prompts = [self._prompt(requests[i], encoded[i]) for i in fits]
            generated = self._decoder.generate(prompts)
        replies = [self._overflow_reply(*pair) for pair in zip(requests, encoded, strict=True)]
        for i, one in zip(fits, generated, strict=True):
            replies[i] = self._reply(requests[i], encoded[i], one)
        return replies

    def _activate(self, adapter: Path | None) -> None:
        if self._adapters.activate(adapter):
            self._decoder.forget_prefix()
        self.module.eval()

    def _prompt(self, request: Request, encoded: Encoded) -> Prompt:
        prefix, rest = tuple(encoded.prefix), tuple(encoded.rest)
        return Prompt(prefix, rest, request.max_tokens, request.temperature, request.seed)

    def _reply(self, request: Request, encoded: Encoded, generated: Generated) -> Reply:
        text = self.tokenizer.decode(generated.ids, skip_special_tokens=True)
        usage = Usage(len(encoded.prefix) + len(encoded.rest), len(generated.ids))
        if not generated.ended:
            cut = f"Cut off after {len(generated.ids)} tokens."
            return Reply(text, "truncated", usage, cut)
        return enforce_schema(request.answer_schema, Reply(text, "ok", usage))

    def _fits(self, request: Request, encoded: Encoded) -> bool:
        room = getattr(self.module.config, "max_position_embeddings", None)
        wanted = len(encoded.prefix) + len(encoded.rest) + request.max_tokens
        return room is None or wanted <= room

    def _overflow_reply(self, request: Request, encoded: Encoded) -> Reply:
        read = len(encoded.prefix) + len(encoded.rest)
        detail = f"The prompt has {read} tokens; with {request.max_tokens} to come it does not fit."
        return Reply("", "malformed", detail=detail)


class _AdaptedModel:
    """A local model whose replies use an adapter."""

    repeatable = True

    def __init__(self, student: HfModel, adapter: Path) -> None:
        self.name = f"{student.name}+{adapter}"
        self.batch_size, self.engine = student.batch_size, student.engine
        self._student = student
        self._adapter = adapter

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer each request under the adapter, in order."""
        return self._student._replies(requests, self._adapter)

    def with_adapter(self, adapter: Path | None) -> Model:
        """Return the same model with another adapter, or with none."""
        return self._student.with_adapter(adapter)


def _describe_engine(module: Any) -> str:
    """Return torch with its version, and where and how exactly it calculates."""
    version = torch.__version__.partition("+")[0]
    return f"torch {version}, {module.device.type}, {str(module.dtype).removeprefix('torch.')}"


def _device(device: str) -> torch.device:
    """Return the device. Raises ModelError for one that is not here, before anything is loaded."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(device)
        torch.zeros(1, device=found).item()
    # A library that was built without the device has an error of its own for each.
    except (RuntimeError, TypeError, AssertionError, NotImplementedError) as error:
        raise ModelError(
            f"device = {device!r} cannot be used here: {str(error).splitlines()[0].rstrip('.')}. "
            'Give "auto", "cpu", "cuda", "cuda:1" or "mps".'
        ) from error
    return found


def _load(source: str, device: torch.device) -> tuple[Any, Any]:
    # bf16 took 4-8 times as long as fp32 on a processor without bf16 units.
    dtype = torch.float32 if device.type == "cpu" else torch.bfloat16
    try:
        with without_progress_bars():
            tokenizer = AutoTokenizer.from_pretrained(source)
            module: Any = AutoModelForCausalLM.from_pretrained(source, dtype=dtype)
    # What a damaged file raises depends on where it is damaged; tokenizers has a bare Exception.
    except Exception as error:
        said = str(error).split("\n")[0].rstrip(".") or type(error).__name__
        advice = (
            _MADE_AGAIN
            if _is_made_here(source)
            else "Give a folder that save_pretrained wrote, or a repository that can be reached."
        )
        raise ModelError(
            f"No model can be loaded from {str(source)!r}: {said}. {advice}"
        ) from error
    return module.to(device).eval(), tokenizer


def _is_made_here(source: str | Path) -> bool:
    """Tell whether it is a folder that packaged weights were written out into."""
    return Path(source) == torch_folder(Path(source).name)


def _check_weights(folder: Path, found: str, dtype: torch.dtype) -> None:
    """Raise ModelError where the weights are not those that were written out."""
    written = written_weights(folder).get(str(dtype).removeprefix("torch."), found)
    if written != found:
        raise ModelError(
            f"The weights in {folder} are not those that were written there: the file has rotted, "
            f"or was exchanged. {_MADE_AGAIN}"
        )


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
