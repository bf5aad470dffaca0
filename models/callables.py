"""Models that are Python: a function of yours, or any object with `reply`."""

import inspect
import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from .contract import Model, ModelError, Reply, Request
from .schema import enforce_schema
from .whole_reply import whole_reply

PYTHON = "python:"
"""How the name begins under which a function stands in the log; no spec begins so."""
Answerer = Callable[..., Any] | Model
"""A function from a text or a `Request` to a text or a `Reply`; or an object with `reply`."""


def as_model(answerer: Answerer, name: str = "") -> Model:
    """Return a function as a model; an object with `reply` is one already.

    The function gets one text, in which everything stands that is asked (`text_of`); one whose
    first parameter is annotated with `Request` gets the request. It returns the reply's text, or a
    `Reply`. What it raises is the `error` of that call, but for a ModelError, which stops the run.

    `name` stands in the log; else it is the name of the function or the class. Raises ModelError
    for what cannot answer.
    """
    if isinstance(answerer, type):
        raise ModelError(f"{answerer.__name__} is a class, and what answers is an object of it.")
    if hasattr(answerer, "reply"):
        is_whole = isinstance(getattr(answerer, "name", None), str)
        if is_whole and not name and hasattr(answerer, "batch_size"):
            return cast(Model, answerer)
        return _NamedModel(answerer, name or getattr(answerer, "name", "") or name_of(answerer))
    if not callable(answerer):
        raise ModelError(
            f"{answerer!r:.80} is no model: it is neither a function nor an object with `reply`."
        )
    return CallableModel(answerer, name or name_of(answerer))


def name_of(answerer: object) -> str:
    """Return the name of a function, or of an object's class: `python:ask`, `python:Client.ask`.

    A function without a name, as a lambda is one, is `python:callable`.
    """
    while isinstance(answerer, partial):
        answerer = answerer.func
    found = getattr(answerer, "__qualname__", type(answerer).__qualname__)
    named = found.rpartition("<locals>.")[2]
    return PYTHON + ("callable" if "<lambda>" in named else named)


def text_of(request: Request) -> str:
    """Return a request as one text, for whoever takes no more than that."""
    parts = [request.instructions(), request.prompt]
    if request.answer_schema is not None:
        parts.append(
            "Answer in JSON and nothing else, without a fence, by this JSON Schema:\n"
            + json.dumps(request.answer_schema)
        )
    return "\n\n".join(part for part in parts if part)


class CallableModel:
    """Model that asks a function, one request after the other."""

    batch_size = 1

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        """Raises ModelError where the function cannot be called with one text."""
        self.name = name
        self._function = function
        if inspect.iscoroutinefunction(function):
            raise ModelError(
                f"{name} is asynchronous, and a function that answers at once is wanted. Give one "
                "that waits for it, such as `lambda text: asyncio.run(ask(text))`."
            )
        self._takes_request = _takes_request(function, name)

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer each request, in order."""
        return [enforce_schema(it.answer_schema, self._answer(it)) for it in requests]

    def _answer(self, request: Request) -> Reply:
        try:
            found = self._function(request if self._takes_request else text_of(request))
        except ModelError:
            raise
        except Exception as error:  # It is a stranger's: it may raise anything.
            return Reply("", "error", detail=f"{self.name} raised {_describe(error)}.")
        if isinstance(found, Reply):
            return whole_reply(found)
        if inspect.iscoroutine(found):
            found.close()  # Or Python would warn that nobody waited for it.
        if not isinstance(found, str):
            kind = type(found).__name__
            return Reply("", "malformed", detail=f"{self.name} returned {kind}, which is no text.")
        if not found.strip():
            return Reply("", "malformed", detail=f"{self.name} returned an empty text.")
        return Reply(found)


class _NamedModel:
    """An object with `reply`, under a name, with whatever else it can do."""

    def __init__(self, model: Any, name: str) -> None:
        self.name = name
        self.batch_size = getattr(model, "batch_size", 1)
        self._model = model

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        found: list[Reply] = self._model.reply(requests)
        return found

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._model, attribute)


def _takes_request(function: Callable[..., Any], name: str) -> bool:
    """Tell whether its first parameter is a `Request`. Raises ModelError where it takes no text."""
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):  # Some that are written in C have none.
        return False
    try:
        signature.bind("")
    except TypeError as error:
        raise ModelError(f"{name} cannot be asked: called with one text, {error}.") from None
    wanted = next(iter(signature.parameters.values())).annotation
    return wanted is Request or str(wanted).rpartition(".")[2] == Request.__name__


def _describe(error: Exception) -> str:
    try:
        said = str(error)
    except Exception:  # Even to be told may be too much for it.
        said = ""
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
