"""A GGUF file as a model: answered by llama.cpp, with a LoRA adapter if it wears one."""

from collections.abc import Sequence
from pathlib import Path

import psutil

from ...weights import CATALOGUE
from ..adapter_files import short_hash
from ..contract import ModelError, Reply, Request
from ..facts import ModelFacts
from ..schema import check_schema
from .chat import body_of, read_reply
from .files import gguf_path
from .gguf_header import GgufHeader, context_of, memory_of, read_header
from .loading import Settings, count_cores, engine_name, require_llama_cpp
from .server import LlamaServer, load

SHORTEST_PREFIX = 400
"""Characters of instructions that are kept read between two calls; fewer are as soon read again."""
_OTHER_PROMPT = "⊥"
"""A prompt that no problem has."""


def open_file(
    facts: ModelFacts,
    *,
    context: int | None = None,
    slots: int = 1,
    threads: int | None = None,
) -> "LlamaModel":
    """Open `llama:<file.gguf or name>[+adapter.gguf]`.

    `context` is the tokens of a prompt and its reply together; else what the file says, as far as
    they fit into `CONTEXT_MEMORY`. With several `slots` as many replies are made at once.
    """
    xllamacpp = require_llama_cpp(facts.spec)
    trusted = facts.base in CATALOGUE
    path = gguf_path(facts.base)
    header = _read_packaged(facts.base, path) if trusted else read_header(path)
    _check_model(header)
    _check_context(header, context)
    adapter = _check_adapter(Path(facts.adapter), header) if facts.adapter else None
    settings = Settings(
        str(path.resolve()),
        str(adapter.path.resolve()) if adapter else "",
        context or context_of(header),
        threads or count_cores(),
        slots,
    )
    files = [*header.parts, *(adapter.parts if adapter else ())]
    _check_memory(header, settings, adapter)
    changed = max(file.stat().st_mtime_ns for file in files)
    engine = _describe_engine([] if trusted else header.parts, adapter.parts if adapter else [])
    server = load(settings, changed, engine, xllamacpp, trusted=trusted and adapter is None)
    return LlamaModel(facts.spec, engine, server)


class LlamaModel:
    """Model that llama.cpp answers."""

    def __init__(self, name: str, engine: str, server: LlamaServer) -> None:
        slots = server.settings.slots
        self.name = name
        self.batch_size = slots
        self.engine = engine if slots == 1 else f"{engine}, {slots} slots"
        self.repeatable = slots == 1
        self.context = server.settings.context
        self._server = server

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer each request, in order."""
        for request in requests:
            check_schema(request.answer_schema)
        with self._server.lock:
            if self._server.settings.slots > 1:
                found = self._server.ask([body_of(request, cache=True) for request in requests])
                return [read_reply(*pair) for pair in zip(requests, found, strict=True)]
            return [self._reply(request) for request in requests]

    def _reply(self, request: Request) -> Reply:
        """Answer one request, by what it asks alone.

        A prompt of which a part was read before is computed in other pieces than a fresh one, and
        numbers that are rounded otherwise led to another text in 6 of 12 greedy replies. So the
        instructions are read by a call of their own, with a prompt that no problem has: after it,
        exactly their tokens are shared with the next call, whatever was asked before.
        """
        server, instructions = self._server, request.instructions()
        shares = len(instructions) >= SHORTEST_PREFIX
        if shares:
            known, server.prefix = server.prefix == instructions, ""
            other = Request(_OTHER_PROMPT, request.system, request.context, max_tokens=1)
            server.ask([body_of(other, cache=known)])
            server.prefix = instructions
        else:
            server.prefix = ""
        (chunks,) = server.ask([body_of(request, cache=shares)])
        return read_reply(request, chunks)


def _read_packaged(name: str, path: Path) -> GgufHeader:
    try:
        return read_header(path)
    except ModelError as error:
        raise ModelError(
            f"{path} is damaged. Run `tutelage models fetch {name}`, which fetches again what is."
        ) from error


def _check_model(header: GgufHeader) -> None:
    if header.is_adapter or not header.architecture:
        raise ModelError(
            f"{header.path} holds no model{' but an adapter' if header.is_adapter else ''}. Write "
            "llama:<model.gguf>+<adapter.gguf>."
        )
    if "tokenizer.chat_template" not in header.keys:
        raise ModelError(
            f"{header.path} has no chat template, so nobody can say how to ask it. Use its "
            "instruct version."
        )


def _check_context(header: GgufHeader, context: int | None) -> None:
    trained = header.number("context_length")
    if context and trained and context > trained:
        raise ModelError(
            f"context = {context} cannot be: {header.path} was trained on {trained} tokens at most."
        )


def _check_adapter(path: Path, model: GgufHeader) -> GgufHeader:
    adapter = read_header(path)
    if not adapter.is_adapter or adapter.keys.get("adapter.type") != "lora":
        raise ModelError(
            f"{path} is no LoRA adapter. Of a PEFT folder llama.cpp's convert_lora_to_gguf.py "
            "makes one."
        )
    if adapter.architecture != model.architecture:
        raise ModelError(
            f"{path} was trained for the architecture {adapter.architecture!r}, and {model.path} "
            f"is {model.architecture!r}. An adapter fits the model it was trained on."
        )
    return adapter


def _describe_engine(model: Sequence[Path], adapter: Sequence[Path]) -> str:
    """Return llama.cpp with its build, and which files it reads: under one path may lie another.

    A name of the catalogue tells its bytes itself, and gives none here.
    """
    hashes = [
        f"{what} {short_hash(it)}" for what, it in (("file", model), ("adapter", adapter)) if it
    ]
    return ", ".join([engine_name(), *hashes])


def _check_memory(header: GgufHeader, settings: Settings, adapter: GgufHeader | None) -> None:
    tokens = settings.context * settings.slots
    cache = header.cache_bytes * tokens
    needed = memory_of(header, tokens) + (memory_of(adapter, 0) if adapter else 0)
    free = psutil.virtual_memory().available
    if needed > free:
        raise ModelError(
            f"{header.path} takes {needed / 1e9:.1f} GB, {cache / 1e9:.1f} of them for "
            f"{settings.context} tokens of context, and {free / 1e9:.1f} GB are free. Close what "
            "else is open, or take a smaller model or `context`."
        )
