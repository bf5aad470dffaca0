"""Remote kinds of model as a server of each would speak: how an answer looks on the wire."""

from dataclasses import dataclass
from typing import Any

KEY = "sk-none/but+ours-Qz7Xv2Lm9Rt4"
"""What each call says to be let in, with characters that are escaped in an address or in JSON."""
Json = dict[str, Any]


@dataclass(frozen=True)
class Dialect:
    """One protocol of servers."""

    stop: str
    cut: str
    refused: str
    reason: tuple[str | int, ...]
    """Where the reason stands for which an answer ended."""
    content: tuple[str | int, ...]
    sent: str
    """Field of the usage for tokens that were read."""
    written: str
    cached: tuple[str | int, ...]
    """Where the usage says how much was read from a cache."""
    plain: Json
    """A whole answer."""

    def answer(self, text: str = "Seven.", **changes: Any) -> Json:
        """Return an answer that says `text`, with other values for fields of the top."""
        blocks: Any = [{"type": "text", "text": text}] if self is MESSAGES else text
        return self.put(self.content, blocks) | changes

    def put(self, place: tuple[str | int, ...], value: Any, body: Json | None = None) -> Json:
        """Return a copy of an answer with `value` at `place`; `...` leaves the field out."""
        return _put(self.plain if body is None else body, place, value)

    def usage(self, **counts: Any) -> Json:
        """Return an answer with other counts: `sent`, `written`, `cached`."""
        body = self.plain
        places = {"sent": ("usage", self.sent), "written": ("usage", self.written),
                  "cached": ("usage", *self.cached)}  # fmt: skip
        for name, value in counts.items():
            body = _put(body, places[name], value)
        return body


def _put(body: Any, place: tuple[str | int, ...], value: Any) -> Any:
    if not place:
        return value
    first, *rest = place
    if isinstance(body, list):
        return [_put(it, tuple(rest), value) if n == first else it for n, it in enumerate(body)]
    if not rest and value is ...:
        return {name: it for name, it in body.items() if name != first}
    return body | {first: _put(body.get(first, {}), tuple(rest), value)}


MESSAGES = Dialect(
    stop="end_turn",
    cut="max_tokens",
    refused="refusal",
    reason=("stop_reason",),
    content=("content",),
    sent="input_tokens",
    written="output_tokens",
    cached=("cache_read_input_tokens",),
    plain={
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "some-model",
        "content": [{"type": "text", "text": "Seven."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 11, "output_tokens": 3},
    },
)
CHAT = Dialect(
    stop="stop",
    cut="length",
    refused="content_filter",
    reason=("choices", 0, "finish_reason"),
    content=("choices", 0, "message", "content"),
    sent="prompt_tokens",
    written="completion_tokens",
    cached=("prompt_tokens_details", "cached_tokens"),
    plain={
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "some-model",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Seven.", "refusal": None},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
    },
)


@dataclass(frozen=True)
class RemoteKind:
    """A kind of remote model: how it is named, and where its key and address stand."""

    spec: str
    """With `{url}` in the place of the address."""
    dialect: Dialect
    key: str
    """Environment variable of the key."""
    base: str = ""
    """Environment variable of the address, where the spec has none."""


REMOTE_KINDS = {
    "anthropic": RemoteKind(
        "anthropic:claude-under-test", MESSAGES, "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"
    ),
    "messages": RemoteKind("messages:{url}#some-model", MESSAGES, "MESSAGES_API_KEY"),
    "openai": RemoteKind("openai:gpt-under-test", CHAT, "OPENAI_API_KEY", "OPENAI_BASE_URL"),
    "openai server": RemoteKind("openai:{url}#some-model", CHAT, "CHAT_COMPLETIONS_API_KEY"),
}
