"""Models behind the Messages API: Claude, and every server that speaks it.

Only a complete, validated envelope counts as an answer. Everything else that a network, a proxy or
a half-compatible server can send is a reply whose outcome says what it was; no exception leaves.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import anthropic
import httpx2
from anthropic import APIRequest, APIResponse
from pydantic import BaseModel, Field, ValidationError

from ..contract import ModelError, Reply, Request, Usage
from ..credentials import REMOVED, credentials_of, header_credentials, public_name
from ..facts import ModelFacts
from ..schema import enforce_schema
from .transport import BoundedClient

MAX_RETRIES = 8
"""With the SDK's backoff about 40 s of patience; a provider's overload lasts longer than its 2."""
LONGEST_WAIT = 60.0
"""Seconds to sleep when a server says `retry-after`; the SDK would sleep an hour if told so."""
TIMEOUT = 600.0
"""Seconds until an answer must have come."""

_HINTS = {
    401: "the key is wrong or missing",
    403: "this key may not use this model",
    404: "no such model or address",
    413: "the prompt is too large",
    429: "the rate limit holds; ask again later",
    529: "the server is overloaded; ask again later",
}


def open_claude(
    facts: ModelFacts,
    *,
    max_retries: int = MAX_RETRIES,
    longest_wait: float = LONGEST_WAIT,
    timeout: float = TIMEOUT,
) -> "MessagesModel":
    """Open `anthropic:<model>`; ANTHROPIC_API_KEY is the key, ANTHROPIC_BASE_URL the address."""
    if not facts.base:
        raise ModelError(
            "Which Claude? Write anthropic:<model>, such as anthropic:claude-haiku-5-5."
        )
    if not (os.environ.get("ANTHROPIC_API_KEY") or os.environ.get("ANTHROPIC_AUTH_TOKEN")):
        raise ModelError(
            f"{facts.spec} needs a key and ANTHROPIC_API_KEY is not set. "
            "Run `export ANTHROPIC_API_KEY=...`, or choose a model without one: smollm2-135m, "
            "messages:<url>#<model>."
        )
    client = _client(None, None, max_retries, longest_wait, timeout)
    return MessagesModel(facts.spec, facts.base, client, sampling=False)


def open_server(
    facts: ModelFacts,
    *,
    api_key: str | None = None,
    max_retries: int = MAX_RETRIES,
    longest_wait: float = LONGEST_WAIT,
    timeout: float = TIMEOUT,
) -> "MessagesModel":
    """Open `messages:<url>#<model>`; a key, if wanted, comes from MESSAGES_API_KEY.

    MESSAGES_AUTHORIZATION is the header of a server that wants a user and password, or a token.
    """
    url, _, model = facts.base.partition("#")
    if not url.startswith(("http://", "https://")) or not model:
        raise ModelError(
            f"{public_name(facts.spec)!r} names no server. Write messages:<url>#<model>, such as "
            "messages:http://localhost:11434#qwen3."
        )
    # Never the Anthropic key: it belongs to one provider, and this is another's address.
    key = api_key or os.environ.get("MESSAGES_API_KEY") or "none"
    header = os.environ.get("MESSAGES_AUTHORIZATION")
    headers = {"Authorization": header} if header else None
    client = _client(url, key, max_retries, longest_wait, timeout, headers)
    return MessagesModel(facts.spec, model, client, sampling=True)


def _client(
    url: str | None,
    key: str | None,
    max_retries: int,
    longest_wait: float,
    timeout: float,
    headers: Mapping[str, str] | None = None,
) -> anthropic.Anthropic:
    return anthropic.Anthropic(
        base_url=url,
        api_key=key,
        max_retries=max_retries,
        default_headers=headers,
        http_client=BoundedClient(timeout, anthropic.AnthropicError),
        # Given explicitly, so that the SDK does not insist on streaming for long answers.
        timeout=httpx2.Timeout(timeout, connect=10.0),
        middleware=[_limit_waits(longest_wait)],
    )


def _keys_of(client: anthropic.Anthropic) -> list[str]:
    """Return what each call says to be let in: keys, and the whole header where one is given."""
    headers = {name.casefold(): value for name, value in client.default_headers.items()}
    found = [client.api_key, client.auth_token, headers.get("authorization")]
    return [it for it in found if isinstance(it, str)]


class MessagesModel:
    """One model behind one Messages API."""

    batch_size = 1

    def __init__(
        self, name: str, model: str, client: anthropic.Anthropic, *, sampling: bool
    ) -> None:
        self.name = name
        self._model = model
        self._client = client
        # Claude takes no temperature any more; another server is sent it until it objects, and
        # at 0 as well: its own default is rarely greedy.
        self._sampling = sampling
        self._address = public_name(str(client.base_url))
        # A server's errors may repeat them: of its address, which an old run may have recorded
        # with them, and of the headers.
        found = credentials_of(name) | credentials_of(str(client.base_url))
        found = found.union(*map(header_credentials, _keys_of(client)))
        self._credentials = sorted(found, key=len, reverse=True)

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer each request, in order."""
        return [enforce_schema(r.answer_schema, self._clean(self._answer(r))) for r in requests]

    def _clean(self, reply: Reply) -> Reply:
        detail = reply.detail
        for credential in self._credentials:
            detail = detail.replace(credential, REMOVED)
        return replace(reply, detail=detail)

    def _answer(self, request: Request) -> Reply:
        try:
            return _parse_envelope(self._send(request))
        except anthropic.APIStatusError as error:
            return _error_reply(_describe_status(error))
        except anthropic.APITimeoutError:
            return _error_reply(f"No answer from {self._address} in time.")
        # The SDK lets its HTTP library's and its JSON parser's exceptions through.
        except (anthropic.AnthropicError, httpx2.HTTPError, ValueError) as error:
            cause = error.__cause__ or error
            detail = str(cause) or repr(cause)
            return _error_reply(f"No answer from {self._address}: {detail}.")

    def _send(self, request: Request) -> bytes:
        arguments = _arguments(request, self._model)
        if not self._sampling:
            return self._create(arguments)
        try:
            sampling = {"temperature": request.temperature}
            return self._create(arguments | {"extra_body": sampling})
        except anthropic.BadRequestError as error:
            if "temperature" not in str(error):
                raise
        self._sampling = False
        return self._create(arguments)

    def _create(self, arguments: dict[str, Any]) -> bytes:
        return self._client.messages.with_raw_response.create(**arguments).http_response.content


def _arguments(request: Request, model: str) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "model": model,
        "max_tokens": request.max_tokens,
        "messages": [{"role": "user", "content": request.prompt}],
    }
    if blocks := _system_blocks(request):
        arguments["system"] = blocks
    if request.answer_schema is not None:
        schema = anthropic.transform_schema(dict(request.answer_schema))
        arguments["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    return arguments


def _system_blocks(request: Request) -> list[dict[str, Any]]:
    """Split `request.instructions()` into blocks; the strategy, which many share, is cached."""
    blocks: list[dict[str, Any]] = []
    if request.system:
        blocks.append({"type": "text", "text": request.system})
    if request.context:
        strategy = request.instructions()[len(request.system) :]
        cached = {"type": "ephemeral"}
        blocks.append({"type": "text", "text": strategy, "cache_control": cached})
    return blocks


class _Block(BaseModel):
    type: str
    text: str = ""


_Count = Annotated[int, Field(ge=0, le=10**8)]
"""Tokens of one call; a server's word is not taken for less than none or for a library."""


class _Tokens(BaseModel):
    input_tokens: _Count
    output_tokens: _Count
    cache_read_input_tokens: _Count | None = None
    cache_creation_input_tokens: _Count | None = None


class _Envelope(BaseModel):
    """The fields that a Messages reply must hold to be believed."""

    type: Literal["message"]
    content: list[_Block]
    stop_reason: str = Field(min_length=1)
    usage: _Tokens


def _parse_envelope(body: bytes) -> Reply:
    try:
        envelope = _Envelope.model_validate_json(body)
    except ValidationError as error:
        start = body[:80].decode(errors="replace")
        where = ", ".join(".".join(map(str, e["loc"])) or "the body" for e in error.errors()[:4])
        detail = f"The server sent no complete message (see {where}); it starts {start!r}."
        return Reply("", "malformed", detail=detail)
    text = "".join(block.text for block in envelope.content if block.type == "text")
    return _classify(text, envelope.stop_reason, _usage(envelope.usage))


_ENDS = ("end_turn", "stop_sequence")
"""We send no stop sequence; a server that reports one tells the end of its chat template so."""
_CUTS = ("max_tokens", "model_context_window_exceeded")


def _classify(text: str, stop_reason: str, usage: Usage) -> Reply:
    """Return a complete message as a reply: never an `error`, for it arrived and was paid for."""
    if stop_reason in _CUTS:
        return Reply(text, "truncated", usage, f"Cut off after {usage.output} tokens.")
    if stop_reason == "refusal":
        return Reply(text, "refused", usage, "The model refused.")
    if stop_reason not in _ENDS:
        detail = f"The answer did not end, it stopped for {stop_reason!r}."
        return Reply(text, "malformed", usage, detail)
    if not text.strip():
        return Reply("", "malformed", usage, "The message holds no text.")
    return Reply(text, "ok", usage)


def _usage(tokens: _Tokens) -> Usage:
    cached = tokens.cache_read_input_tokens or 0
    written = tokens.cache_creation_input_tokens or 0
    return Usage(tokens.input_tokens + written + cached, tokens.output_tokens, cached)


def _error_reply(detail: str) -> Reply:
    return Reply("", "error", detail=detail)


def _describe_status(error: anthropic.APIStatusError) -> str:
    hint = _HINTS.get(error.status_code)
    said = " ".join(str(error.message).split())[:200]
    return f"The server answered {error.status_code}{f' ({hint})' if hint else ''}: {said}"


def _limit_waits(
    seconds: float,
) -> Callable[[APIRequest, Callable[[APIRequest], APIResponse[Any]]], APIResponse[Any]]:
    """Make a middleware that shortens the pause a server asks for before the next try."""

    def shorten(
        request: APIRequest, send: Callable[[APIRequest], APIResponse[Any]]
    ) -> APIResponse[Any]:
        response = send(request)
        headers = response.http_response.headers
        for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
            if name in headers:
                headers[name] = _at_most(headers[name], seconds * unit)
        return response

    return shorten


def _at_most(asked: str, longest: float) -> str:
    try:
        return str(min(float(asked), longest))
    except ValueError:
        # A date: zero means "use your own backoff" to the SDK, which is at most 8 s.
        return "0"
