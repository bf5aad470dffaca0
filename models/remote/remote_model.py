"""Model behind a network: it asks one server by one protocol, and an answer is all that leaves it.

Everything that a network, a proxy or a half-compatible server can send is a reply whose outcome
says what it was. Only what would befall every call is raised, as ModelRefused.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import httpx2

from ..contract import Calls, ModelError, ModelRefused, Reply, ReplyOutcome, Request
from ..credentials import credentials_of, public_name
from ..facts import ModelFacts
from ..schema import enforce_schema
from .concurrent_calls import Flight, Patience, Sender
from .envelope import UnreadableAnswer
from .failures import ServerRefusal, describe_status, hide_all, hide_in_logs, is_outage, read_error
from .limiter import TryAgain, may_try_again, try_again

PLAIN = "Reply with the word ready."
"""A question that no server has a reason to refuse."""


def split_address(facts: ModelFacts, example: str) -> tuple[str, str]:
    """Return the address and the model of `<url>#<model>`. Raises ModelError if it is none."""
    url, _, model = facts.base.partition("#")
    if not url.startswith(("http://", "https://")) or not model:
        raise ModelError(
            f"{public_name(facts.spec)!r} names no server. Write {facts.kind.form}, such as "
            f"{example}."
        )
    try:
        httpx2.URL(url)
        _ = urlsplit(url).port  # Raises ValueError for one that cannot be.
    except (httpx2.InvalidURL, ValueError) as error:
        raise ModelError(f"{public_name(url)} is no address: {error}.") from None
    return url, model


class SdkErrors(NamedTuple):
    """Exceptions of an SDK."""

    status: type[Any]
    """A response with the status of a failure: it holds `status_code`, `body` and `response`."""
    timeout: type[Exception]
    connection: type[Exception]
    """No whole response came; another try may bring one."""
    base: type[Exception]
    """What all of them are."""


class ServerApi(Protocol):
    """Protocol of a server, spoken by an SDK."""

    errors: SdkErrors
    address: str
    credentials: frozenset[str]
    """What each call says to be let in."""

    def send(self, request: Request) -> bytes:
        """Send a request and return the body of the answer. Raises `errors`."""

    def parse(self, body: bytes) -> Reply:
        """Return what a body says. Raises UnreadableAnswer for what is no complete answer."""

    def caveat(self, request: Request) -> str:
        """Say in one sentence what a request asks for and the server does not give."""


class RemoteModel:
    """One model behind one server."""

    batch_size = 1

    def __init__(self, facts: ModelFacts, api: ServerApi, patience: Patience) -> None:
        self.name = facts.spec
        self._api = api
        self._sender = Sender(self._answer, patience)
        self._key = " and ".join(facts.kind.keys)
        self._address = public_name(api.address)
        # A server may repeat them: of its address, which an old run may have recorded with them,
        # and of the headers.
        self._hide = hide_all(
            credentials_of(self.name) | credentials_of(api.address) | api.credentials
        )
        hide_in_logs(self._hide)

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer each request, in order. Raises ModelRefused if the server will answer none."""
        return self._sender.reply(requests)

    def send(self, calls: Calls, most: int, before_each: Callable[[], None]) -> Flight:
        """Begin to make `calls`, at most `most` at once: `ConcurrentModel.send`."""
        return self._sender.send(calls, most, before_each)

    def _answer(self, request: Request) -> Reply:
        """Make one try of a call. Raises TryAgain where another may be answered."""
        try:
            reply = self._ask(request)
        except ServerRefusal as refusal:
            reply = self._blame(request, refusal)
        return self._finish(request, reply)

    def read_answer(self, request: Request, body: bytes) -> Reply:
        """Return what the body of an answer to `request` says, however it came here."""
        return self._finish(request, self._parse(body))

    def _finish(self, request: Request, reply: Reply) -> Reply:
        text = self._hide.hide_in_answer(reply.text.encode()).decode()
        return self._check(request, replace(reply, text=text, detail=self._hide(reply.detail)))

    def _parse(self, body: bytes) -> Reply:
        try:
            return self._api.parse(self._hide.hide_in_answer(body))
        except UnreadableAnswer as error:
            return Reply("", "malformed", detail=str(error))

    def _check(self, request: Request, reply: Reply) -> Reply:
        """Hold a reply against its schema, and tell why it may break it."""
        checked = enforce_schema(request.answer_schema, reply)
        if checked is reply or not (caveat := self._api.caveat(request)):
            return checked
        return replace(checked, detail=f"{checked.detail} {caveat}")

    def _ask(self, request: Request) -> Reply:
        """Send a request. Raises ServerRefusal when the server would rather not answer it."""
        try:
            body = self._api.send(request)
        # The SDKs let exceptions of their HTTP library and their JSON parser through.
        except (self._api.errors.base, httpx2.HTTPError, ValueError) as error:
            return self.explain(error)
        return self._parse(body)

    def explain(self, error: Exception) -> Reply:
        """Return the reply to a request that an SDK answered by `error`.

        Raises TryAgain where another try may be answered, ServerRefusal where none would be.
        """
        errors = self._api.errors
        if isinstance(error, errors.status):
            status, said = error.status_code, read_error(error, self._hide)
            outage, headers = is_outage(status, said), error.response.headers
            if may_try_again(outage, headers):
                raise try_again(status, headers, describe_status(status, said)) from None
            if not outage:
                raise ServerRefusal(status, said, self._key) from None
            return Reply("", "error", detail=describe_status(status, said))
        may_be_paid = _broke_after_sending(error)
        if isinstance(error, errors.timeout):
            said = f"No answer from {self._address} in time."
            raise TryAgain(said, may_be_paid=may_be_paid) from None
        cause = error.__cause__ or error
        told = self._hide(str(cause) or repr(cause)).rstrip(".")
        detail = f"No answer from {self._address}: {told[:500]}."
        if may_be_paid or isinstance(error, errors.connection):
            raise TryAgain(detail, may_be_paid=may_be_paid) from None
        return Reply("", "error", detail=detail)

    def _blame(self, request: Request, refusal: ServerRefusal) -> Reply:
        """Return the reply to a call that was refused for what stands in its prompt.

        Where the status leaves it open, a plain question with the same settings decides: if that
        is answered, the prompt was at fault. Raises ModelRefused if it is refused as well.
        """
        if refusal.is_too_long:
            return Reply("", "malformed", detail=str(refusal))
        plain = replace(request, prompt=PLAIN, system="", context="")
        if not refusal.holds_for_all and plain != request:
            with suppress(ServerRefusal):
                other = self._ask(plain)
                if other.outcome == "error":
                    return other
                outcome: ReplyOutcome = "refused" if refusal.is_flagged else "malformed"
                return Reply("", outcome, other.usage, str(refusal))
        raise ModelRefused(
            f"{public_name(self.name)} answers no call. {refusal} Nothing is lost by it: mend "
            "that and ask again."
        ) from None


def _broke_after_sending(error: BaseException | None) -> bool:
    """Tell whether a request had been sent when `error`, or what it came of, happened."""
    while error is not None:
        if isinstance(error, httpx2.ReadTimeout | httpx2.ReadError | httpx2.RemoteProtocolError):
            return True
        error = error.__cause__ or error.__context__
    return False
