"""Models behind the Chat Completions API: OpenAI's, and every server that speaks it.

vLLM, llama.cpp, Ollama, LM Studio and OpenRouter do, each with other parameters. A server is sent
all that a request asks for until it objects to something.
"""

import os
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai
from pydantic import BaseModel, Field

from ..contract import ModelError, Reply, Request, Usage
from ..credentials import public_name
from ..facts import ModelFacts
from .concurrent_calls import LONGEST_WAIT, MAX_RETRIES, TIMEOUT, Patience
from .envelope import Count, Endings, finish_reply, read_envelope
from .failures import sent_credentials
from .objections import LIMITS, ServerTerms, read_complaint
from .remote_model import RemoteModel, SdkErrors, split_address
from .transport import BoundedClient


def open_service(
    facts: ModelFacts,
    *,
    max_retries: int = MAX_RETRIES,
    longest_wait: float = LONGEST_WAIT,
    timeout: float = TIMEOUT,
) -> RemoteModel:
    """Open `openai:<model>`; OPENAI_API_KEY is the key, OPENAI_BASE_URL the address."""
    if not facts.base or "#" in facts.base:
        raise ModelError(
            f"{public_name(facts.spec)!r} names no model. Write openai:<model>, such as "
            "openai:gpt-5-mini, or openai:<url>#<model> for a server of yours."
        )
    if not os.environ.get("OPENAI_API_KEY"):
        raise ModelError(
            f"{facts.spec} needs a key and OPENAI_API_KEY is not set. "
            "Run `export OPENAI_API_KEY=...`, or choose a model without one: smollm2-135m, "
            "openai:<url>#<model>."
        )
    client = _client(None, None, timeout)
    patience = Patience(max_retries, longest_wait, timeout)
    return RemoteModel(
        facts, ChatCompletionsApi(client, facts.base, ServerTerms(LIMITS[::-1])), patience
    )


def open_server(
    facts: ModelFacts,
    *,
    api_key: str | None = None,
    max_retries: int = MAX_RETRIES,
    longest_wait: float = LONGEST_WAIT,
    timeout: float = TIMEOUT,
) -> RemoteModel:
    """Open `openai:<url>#<model>`; a key, if wanted, comes from CHAT_COMPLETIONS_API_KEY.

    CHAT_COMPLETIONS_AUTHORIZATION is the header of a server that wants a user and password. An
    address without a path is that of a server whose API lies under `/v1`. `+NAME` behind the model
    asks for the adapter that the server holds under this name: vLLM takes it for a model's.
    """
    url, model = split_address(facts, "openai:http://localhost:8000/v1#qwen3")
    base, _, adapter = model.partition("+")
    if not base:
        raise ModelError(f"{public_name(facts.spec)!r} names an adapter and no model before it.")
    # Never the OpenAI key: it belongs to one provider, and this is another's address.
    key = api_key or os.environ.get("CHAT_COMPLETIONS_API_KEY") or "none"
    header = os.environ.get("CHAT_COMPLETIONS_AUTHORIZATION")
    address = url if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/v1"
    client = _client(address, key, timeout)
    # Nor what the environment says besides to that provider, which the SDK adds.
    client.organization = client.project = None
    client._custom_headers = {"Authorization": header} if header else {}
    patience = Patience(max_retries, longest_wait, timeout)
    return RemoteModel(facts, ChatCompletionsApi(client, adapter or model, ServerTerms()), patience)


def _client(url: str | None, key: str | None, timeout: float) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=url,
        api_key=key,
        max_retries=0,  # `Sender` tries again: the waits of both would multiply
        http_client=BoundedClient(timeout, openai.OpenAIError),
        timeout=httpx2.Timeout(timeout, connect=10.0),
    )


class ChatCompletionsApi:
    """Chat Completions API of one server, and the name that its model has there."""

    errors = SdkErrors(
        openai.APIStatusError, openai.APITimeoutError, openai.APIConnectionError, openai.OpenAIError
    )

    def __init__(self, client: openai.OpenAI, model: str, terms: ServerTerms) -> None:
        self._client = client
        self._model = model
        self._terms = terms
        self.address = str(client.base_url)
        self.credentials = sent_credentials(client.default_headers, client.api_key)

    def send(self, request: Request) -> bytes:
        """Send a request, without what the server objects to, and return the body of the answer."""
        turns = (("system", request.instructions()), ("user", request.prompt))
        said = [{"role": role, "content": text} for role, text in turns if text or role == "user"]
        terms = self._terms
        while True:
            arguments = terms.arguments(request)
            try:
                body = self._create(model=self._model, messages=said, **arguments)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                changed = terms.after(read_complaint(error.body), request)
                if changed is None:
                    raise
                terms = changed
            else:
                # What was left out was at fault only if the rest is taken.
                self._terms = self._terms.also(terms)
                return body

    def _create(self, **arguments: Any) -> bytes:
        completions = self._client.chat.completions.with_raw_response
        return completions.create(**arguments).http_response.content

    def parse(self, body: bytes) -> Reply:
        """Return what a completion says. Raises UnreadableAnswer for what is no complete one."""
        completion = read_envelope(_Completion, body)
        choice, tokens = completion.choices[0], completion.usage
        said = choice.message
        reason = "refusal" if said.refusal else choice.finish_reason
        text = said.text or said.refusal or ""
        return finish_reply(text, reason, _usage(tokens), _ENDINGS, _count_thinking(tokens))

    def caveat(self, request: Request) -> str:
        """Say what a request asks for and the server does not give."""
        if self._terms.leaves_out(request):
            return "The server takes no response_format, so nothing makes it keep to the schema."
        return ""


_ENDINGS = Endings(
    whole=("stop", "eos", "eos_token", "stop_sequence"),
    cut=("length", "max_tokens", "model_length"),
    refused=("content_filter", "refusal"),
)
"""OpenAI's words, and those of servers that tell the end of their chat template by another."""


class _Part(BaseModel):
    type: str
    text: str | None = None


class _Said(BaseModel):
    """The turn of the model. Whatever it thought before stands in other fields, and is not read."""

    content: str | list[_Part] | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(it.text or "" for it in self.content if it.type == "text")
        return self.content or ""


class _Choice(BaseModel):
    message: _Said
    finish_reason: str | None = None


class _Details(BaseModel):
    cached_tokens: Count | None = None
    reasoning_tokens: Count | None = None


class _Tokens(BaseModel):
    prompt_tokens: Count
    completion_tokens: Count
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None


class _Completion(BaseModel):
    """The fields that a completion must hold to be believed; some servers tell no usage."""

    choices: list[_Choice] = Field(min_length=1)
    usage: _Tokens | None = None


def _usage(tokens: _Tokens | None) -> Usage:
    if tokens is None:
        return Usage()
    details = tokens.prompt_tokens_details
    cached = (details and details.cached_tokens) or 0
    return Usage(tokens.prompt_tokens, tokens.completion_tokens, min(cached, tokens.prompt_tokens))


def _count_thinking(tokens: _Tokens | None) -> int:
    details = tokens and tokens.completion_tokens_details
    return (details and details.reasoning_tokens) or 0
