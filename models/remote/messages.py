"""Models behind the Messages API: Claude, and every server that speaks it."""

import os
from collections.abc import Mapping
from typing import Any, Literal

import anthropic
import httpx2
from pydantic import BaseModel, Field

from ..contract import ModelError, Reply, Request, Usage
from ..facts import ModelFacts
from .concurrent_calls import LONGEST_WAIT, MAX_RETRIES, TIMEOUT, Patience
from .envelope import Count, Endings, finish_reply, read_envelope
from .failures import sent_credentials
from .message_batches import MessageBatches
from .remote_model import RemoteModel, SdkErrors, split_address
from .transport import BoundedClient


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
    client = _client(None, None, timeout)
    patience = Patience(max_retries, longest_wait, timeout)
    return MessagesModel(facts, MessagesApi(client, facts.base, sampling=False), patience)


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
    url, model = split_address(facts, "messages:http://localhost:11434#qwen3")
    # Never the Anthropic key: it belongs to one provider, and this is another's address.
    key = api_key or os.environ.get("MESSAGES_API_KEY") or "none"
    header = os.environ.get("MESSAGES_AUTHORIZATION")
    client = _client(url, key, timeout)
    # Nor the headers that ANTHROPIC_CUSTOM_HEADERS names for that provider, which the SDK adds.
    client._custom_headers = {"Authorization": header} if header else {}
    patience = Patience(max_retries, longest_wait, timeout)
    return MessagesModel(facts, MessagesApi(client, model, sampling=True), patience)


def _client(url: str | None, key: str | None, timeout: float) -> anthropic.Anthropic:
    return anthropic.Anthropic(
        base_url=url,
        api_key=key,
        max_retries=0,  # `Sender` tries again: the waits of both would multiply
        http_client=BoundedClient(timeout, anthropic.AnthropicError),
        # Given explicitly, so that the SDK does not insist on streaming for long answers.
        timeout=httpx2.Timeout(timeout, connect=10.0),
    )


class MessagesApi:
    """Messages API of one server, and the name that its model has there."""

    errors = SdkErrors(
        anthropic.APIStatusError,
        anthropic.APITimeoutError,
        anthropic.APIConnectionError,
        anthropic.AnthropicError,
    )

    def __init__(self, client: anthropic.Anthropic, model: str, *, sampling: bool) -> None:
        self.client = client
        self._model = model
        # Claude takes no temperature any more; another server is sent it until it objects, and
        # at 0 as well: its own default is rarely greedy.
        self._sampling = sampling
        self.address = str(client.base_url)
        self.credentials = sent_credentials(
            client.default_headers, client.api_key, client.auth_token
        )

    def send(self, request: Request) -> bytes:
        """Send a request and return the body of the answer."""
        arguments, sampling = arguments_of(request, self._model), self._sampling_of(request)
        if not sampling:
            return self._create(arguments)
        try:
            return self._create(arguments | {"extra_body": sampling})
        except anthropic.BadRequestError as error:
            if "temperature" not in str(error):
                raise
        self._sampling = False
        return self._create(arguments)

    def batch_arguments(self, request: Request) -> Mapping[str, Any]:
        """Return a request as it stands in a batch."""
        return arguments_of(request, self._model) | self._sampling_of(request)

    def _sampling_of(self, request: Request) -> dict[str, Any]:
        return {"temperature": request.temperature} if self._sampling else {}

    def _create(self, arguments: dict[str, Any]) -> bytes:
        return self.client.messages.with_raw_response.create(**arguments).http_response.content

    def parse(self, body: bytes) -> Reply:
        """Return what a message says. Raises UnreadableAnswer for what is no complete one."""
        message = read_envelope(_Message, body)
        text = "".join(block.text for block in message.content if block.type == "text")
        return finish_reply(text, message.stop_reason, _usage(message.usage), _ENDINGS)

    def caveat(self, request: Request) -> str:
        """Say nothing: whether a server reads the schema shows in its answer alone."""
        return ""


class MessagesModel(RemoteModel):
    """One model behind one Messages API, whose calls can be made in batches as well."""

    def __init__(self, facts: ModelFacts, api: MessagesApi, patience: Patience) -> None:
        super().__init__(facts, api, patience)
        self.batches = MessageBatches(
            api.client, api.batch_arguments, self.read_answer, self.explain
        )


def arguments_of(request: Request, model: str) -> dict[str, Any]:
    """Return a request in the terms of the Messages API."""
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


def _system_blocks(request: Request) -> list[Mapping[str, Any]]:
    """Split `request.instructions()` into blocks; the strategy, which many share, is cached."""
    blocks: list[Mapping[str, Any]] = []
    if request.system:
        blocks.append({"type": "text", "text": request.system})
    if request.context:
        strategy = request.instructions()[len(request.system) :]
        cached = {"type": "ephemeral"}
        blocks.append({"type": "text", "text": strategy, "cache_control": cached})
    return blocks


_ENDINGS = Endings(
    # We send no stop sequence; a server that reports one tells the end of its chat template so.
    whole=("end_turn", "stop_sequence"),
    cut=("max_tokens", "model_context_window_exceeded"),
    refused=("refusal",),
)


class _Block(BaseModel):
    type: str
    text: str = ""


class _Tokens(BaseModel):
    input_tokens: Count
    output_tokens: Count
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None


class _Message(BaseModel):
    """The fields that a message must hold to be believed."""

    type: Literal["message"]
    content: list[_Block]
    stop_reason: str = Field(min_length=1)
    usage: _Tokens


def _usage(tokens: _Tokens) -> Usage:
    cached = tokens.cache_read_input_tokens or 0
    written = tokens.cache_creation_input_tokens or 0
    return Usage(tokens.input_tokens + written + cached, tokens.output_tokens, cached)
