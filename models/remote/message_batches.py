"""Message Batches API: many messages in one batch, each read by the name it was given."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any, Literal

import anthropic
import httpx2
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from ..batch_contract import BatchMissing, BatchRefused, BatchStepFailed, CallBatch
from ..contract import ModelError, ModelRefused, Reply, Request
from .failures import ServerRefusal
from .limiter import TryAgain
from .transport import LONGEST_BODY

MOST_CALLS = 100_000
"""Calls of a batch, at most, by the service's own rule."""
MOST_BYTES = 250_000_000
"""Bytes of a batch, at most; the service takes 256 MB."""
PAGE = 100
"""Batches that are listed at once."""
_PATH = "/v1/messages/batches"
_FRAME = 64 + 60
"""Bytes around one message of a batch: its name, and the words about it."""


class _Batch(BaseModel):
    id: str = Field(min_length=1, max_length=200, pattern=r"^[\w.-]+$")
    processing_status: Literal["in_progress", "canceling", "ended"]
    created_at: AwareDatetime
    request_counts: dict[str, int]

    def tell(self) -> CallBatch:
        calls, ended = sum(self.request_counts.values()), self.processing_status == "ended"
        return CallBatch(self.id, calls, self.created_at, ended)


class _Page(BaseModel):
    data: list[_Batch]
    has_more: bool = False


class _Result(BaseModel):
    type: str
    message: dict[str, Any] | None = None


class _Line(BaseModel):
    custom_id: str
    result: _Result


class MessageBatches:
    """Batches of one model at one server that speaks the Messages API."""

    def __init__(
        self,
        client: anthropic.Anthropic,
        prepare: Callable[[Request], Mapping[str, Any]],
        read: Callable[[Request, bytes], Reply],
        explain: Callable[[Exception], Reply],
    ) -> None:
        """Take what the model knows: how requests are put, answers read and failures explained.

        `explain` is that of `RemoteModel`.
        """
        self._client = client
        self._prepare, self._read, self._explain = prepare, read, explain
        self.most_calls, self.most_bytes = MOST_CALLS, MOST_BYTES

    def count_first(self, calls: Sequence[tuple[str, Request]]) -> int:
        """Return how many of the first calls one batch can hold, at least 1."""
        room = self.most_bytes
        for count, (_, request) in enumerate(calls[: self.most_calls]):
            room -= len(json.dumps(self._prepare(request))) + _FRAME
            if room < 0:
                return max(1, count)
        return min(len(calls), self.most_calls)

    def submit(self, calls: Sequence[tuple[str, Request]]) -> str:
        """Submit calls and return the id of their batch. Raises BatchRefused."""
        asked: Any = [{"custom_id": name, "params": self._prepare(call)} for name, call in calls]
        try:
            with self._step(BatchRefused):
                sent = self._client.messages.batches.with_raw_response.create(requests=asked)
                return _Batch.model_validate_json(sent.http_response.content).id
        except BatchMissing as refusal:  # no such address
            raise BatchRefused(str(refusal)) from None

    def list_since(self, moment: datetime) -> Iterator[CallBatch]:
        """Yield the batches that were created since a moment, the newest first."""
        after: str | anthropic.Omit = anthropic.omit
        while True:
            with self._step():
                listed = self._client.messages.batches.with_raw_response
                found = listed.list(limit=PAGE, after_id=after)
                page = _Page.model_validate_json(found.http_response.content)
            for batch in page.data:
                if batch.created_at < moment:
                    return
                yield batch.tell()
            if not (page.has_more and page.data):
                return
            after = page.data[-1].id

    def look_at(self, batch: str) -> CallBatch:
        """Tell how a batch stands. Raises BatchMissing."""
        with self._step():
            found = self._client.messages.batches.with_raw_response.retrieve(batch)
            return _Batch.model_validate_json(found.http_response.content).tell()

    def list_names(self, batch: str) -> Iterator[str]:
        """Yield the names of the calls of a batch that has ended. Raises BatchMissing."""
        yield from (line.custom_id for line in self._lines(batch) if line is not None)

    def read_replies(
        self, batch: str, requests: Mapping[str, Request]
    ) -> Iterator[tuple[str, Reply | None]]:
        """Yield name and reply of each of `requests` of a batch that has ended, in any order."""
        missing, lines, unreadable = dict(requests), 0, 0
        whole = self.look_at(batch).calls
        for line in self._lines(batch):
            lines += 1
            if line is None:
                unreadable += 1
            elif request := missing.pop(line.custom_id, None):
                yield line.custom_id, self._reply(request, line.result)
        if lines < whole:
            raise BatchStepFailed(f"The service told {lines} of {whole} results.")
        # A line that cannot be read may be the answer of each of them, worked for and paid.
        lost = Reply("", "malformed", detail="The line of its batch that held it is unreadable.")
        yield from ((name, lost if unreadable else None) for name in missing)

    def _reply(self, request: Request, result: _Result) -> Reply | None:
        """Return None for a call that errored, expired or was canceled."""
        if result.type != "succeeded":
            return None
        return self._read(request, json.dumps(result.message).encode())

    def _lines(self, batch: str) -> Iterator[_Line | None]:
        """Yield each line of the results as it comes; None for one that cannot be read."""
        # By our own path: the address that the service tells may be another's, with our key.
        with self._step():
            stream = self._client.get(
                f"{_PATH}/{batch}/results",
                cast_to=object,
                stream=True,
                stream_cls=anthropic.Stream[object],
            )
            with closing(stream.response):
                for line in _split(stream.response.iter_bytes()):
                    try:
                        yield _Line.model_validate_json(line)
                    except ValidationError:
                        yield None

    @contextmanager
    def _step(self, refused: type[ModelError] = ModelRefused) -> Iterator[None]:
        """Raise what goes wrong in one request in the terms of the contract.

        `refused` is what a refusal means that may concern this kind of request alone.
        """
        try:
            yield
        except ValidationError as error:
            said = f"The service told of no batch ({error.error_count()} faults)."
            raise BatchStepFailed(said, is_open=True) from None
        # The SDK lets exceptions of its HTTP library and its JSON parser through.
        except (anthropic.AnthropicError, httpx2.HTTPError, ValueError) as error:
            raise self._fault(error, refused) from None

    def _fault(self, error: Exception, refused: type[ModelError]) -> Exception:
        try:
            said = self._explain(error).detail
        except TryAgain as again:
            return BatchStepFailed(again.detail, wait=again.wait, is_open=not again.overloaded)
        except ServerRefusal as refusal:
            if refusal.is_of_account:
                return ModelRefused(str(refusal))
            return (BatchMissing if refusal.status == 404 else refused)(str(refusal))
        return BatchStepFailed(said, is_open=True)


def _split(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines of a body; of one that is too long the beginning, which parses as nothing."""
    line = b""
    for piece in pieces:
        *whole, rest = piece.split(b"\n")
        for end in whole:
            yield line + end if len(line) <= LONGEST_BODY else line[:1]
            line = b""
        line += rest if len(line) <= LONGEST_BODY else b""
    if line.strip():
        yield line
