"""Requests as calls of llama.cpp, and its answers as replies."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..contract import Reply, ReplyOutcome, Request, Usage
from ..schema import enforce_schema
from .server import Body, Chunk

_SEEDS = 2**32 - 1
"""Seeds that llama.cpp tells apart; it takes the last one for "any"."""
_SPACING = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""JSON on one line, spaced as people write it. Where a model may choose, it fills lines with
blanks; without any space it left lists empty that it fills otherwise."""


def body_of(request: Request, *, cache: bool) -> Body:
    """Return the call of a request; with `cache`, what was read before is not read again."""
    body: dict[str, Any] = {
        "messages": [
            # Always ours, even when it is empty: many templates put one of their own instead.
            {"role": "system", "content": _readable(request.instructions())},
            {"role": "user", "content": _readable(request.prompt)},
        ],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed % _SEEDS,
        # Sampling by the temperature alone, as the students in torch do it.
        "top_k": 0, "top_p": 1.0, "min_p": 0.0,
        "cache_prompt": cache,
    }  # fmt: skip
    if request.answer_schema is not None:
        body["grammar"] = _grammar(request.answer_schema)
    return body


def read_reply(request: Request, chunks: Sequence[Chunk]) -> Reply:
    """Return the reply that came in these chunks."""
    if fault := next((chunk["error"] for chunk in chunks if "error" in chunk), None):
        return _failure(fault)
    choices = [choice for chunk in chunks for choice in chunk.get("choices", ())]
    text = "".join(choice["delta"].get("content") or "" for choice in choices)
    ends = [choice["finish_reason"] for choice in choices if choice["finish_reason"]]
    usage = _usage(chunks)
    if not ends:
        return Reply("", "error", usage, "llama.cpp stopped in the middle of its answer.")
    if ends[-1] == "length":
        return Reply(text, "truncated", usage, f"Cut off after {usage.output} tokens.")
    if ends[-1] != "stop":
        detail = f"The answer did not end, it stopped for {ends[-1]!r}."
        return Reply(text, "malformed", usage, detail)
    if not text.strip():
        return Reply("", "malformed", usage, "The model answered with an empty text.")
    return enforce_schema(request.answer_schema, Reply(text, "ok", usage))


def _grammar(schema: Mapping[str, Any]) -> str:
    """Return the grammar of a schema, in the words of LLGuidance, which llama.cpp is built with.

    What a grammar cannot say of it is left to the check of the reply.
    """
    guided = {**schema, "x-guidance": {**_SPACING, "lenient": True}}
    return f"%llguidance {{}}\nstart: %json {json.dumps(guided)}"


def _usage(chunks: Sequence[Chunk]) -> Usage:
    found = (chunk["usage"] for chunk in chunks if chunk.get("usage"))
    told: Mapping[str, Any] = next(found, {})
    cached = told.get("prompt_tokens_details", {}).get("cached_tokens", 0)
    return Usage(told.get("prompt_tokens", 0), told.get("completion_tokens", 0), cached)


def _failure(fault: Mapping[str, Any]) -> Reply:
    if fault.get("type") == "exceed_context_size_error":
        read, room = fault.get("n_prompt_tokens"), fault.get("n_ctx")
        detail = f"The prompt has {read} tokens, and {room} fit with the reply."
        return Reply("", "malformed", detail=detail)
    said = " ".join(str(fault.get("message", "")).split())[:300]
    outcome: ReplyOutcome = "malformed" if fault.get("code") == 400 else "error"
    return Reply("", outcome, detail=f"llama.cpp answered: {said}")


def _readable(text: str) -> str:
    """Return the text without halves of characters, which no tokenizer can read."""
    return text.encode("utf-8", "replace").decode("utf-8")
