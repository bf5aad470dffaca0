"""A function is a model, and so is any object with `reply`."""

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from tutelage.models.callables import as_model, name_of
from tutelage.models.contract import ModelError, ModelRefused, Reply, Request, Usage
from tutelage.models.scripted import ScriptedModel

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
ASKED = Request("How many?", system="Count.", context="1. Use your fingers.", answer_schema=SCHEMA)


def echo(text: str) -> str:
    return f"<{text}>"


class Client:
    """An object with a method that answers, one that can be called, one with `reply`."""

    def ask(self, text: str) -> str:
        return text

    def __call__(self, text: str) -> str:
        return text


class Answers:
    def __init__(self) -> None:
        self.adapters = ["one"]

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        return [Reply(request.prompt) for request in requests]


def test_a_function_answers_in_order_and_is_asked_one_text_at_a_time() -> None:
    replies = as_model(echo).reply([Request(f"{n}") for n in range(20)])
    assert [it.text for it in replies] == [f"<{n}>" for n in range(20)]
    assert {(it.outcome, it.usage) for it in replies} == {("ok", Usage())}


def test_the_text_holds_all_that_is_asked() -> None:
    heard: list[str] = []
    as_model(lambda text: heard.append(text) or "{}").reply([ASKED])
    (text,) = heard
    parts = ["Count.", "Strategy:\n1. Use your fingers.", "How many?", '"required": ["n"]']
    assert sorted(parts, key=text.index) == parts


def test_a_function_that_says_so_gets_the_request() -> None:
    def whole(request: Request) -> Reply:
        return Reply(f"{request.max_tokens}", usage=Usage(3, 1))

    def in_quotes(request: "Request") -> str:
        return f"{request.max_tokens}"

    for function in (whole, in_quotes):
        (reply,) = as_model(function).reply([Request("?", max_tokens=7)])
        assert (reply.text, reply.outcome) == ("7", "ok")


@pytest.mark.parametrize(
    ("returned", "outcome", "told"),
    [
        ("fine", "ok", ""),
        ("", "malformed", "empty text"),
        (" \n", "malformed", "empty text"),
        (None, "malformed", "NoneType, which is no text"),
        (b"bytes", "malformed", "bytes, which is no text"),
        (["a"], "malformed", "list, which is no text"),
        (Reply("cut", "truncated"), "truncated", ""),
        (Reply("what", "splendid"), "malformed", "'splendid', which is none"),  # type: ignore[arg-type]
        (Reply(7), "malformed", "int, and no text"),  # type: ignore[arg-type]
        (Reply("a", usage=Usage(-1, 2)), "ok", "no count of tokens"),
        (Reply("a", usage=Usage(1, True)), "ok", "no count of tokens"),
        (Reply("a", usage=Usage(10**12, 2)), "ok", "no count of tokens"),
        (Reply("a", usage=None), "ok", "no count of tokens"),  # type: ignore[arg-type]
        (Reply("a", detail=4), "ok", "int"),  # type: ignore[arg-type]
    ],
)
def test_whatever_a_function_returns_is_a_reply_of_the_contract(
    returned: object, outcome: str, told: str
) -> None:
    (reply,) = as_model(lambda text: returned).reply([Request("?")])
    assert reply.outcome == outcome and told in reply.detail
    assert isinstance(reply.text, str)
    assert min(reply.usage.input, reply.usage.output, reply.usage.cached) >= 0


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("I cannot even be told.")


@pytest.mark.parametrize(
    "fault", [ValueError("No such key."), TimeoutError(), KeyError("n"), Unspeakable()]
)
def test_what_a_function_raises_is_the_error_of_that_call_alone(fault: Exception) -> None:
    def moody(text: str) -> str:
        if text == "1":
            raise fault
        return text

    replies = as_model(moody).reply([Request(f"{n}") for n in range(3)])
    assert [it.outcome for it in replies] == ["ok", "error", "ok"]
    assert f"moody raised {type(fault).__name__}" in replies[1].detail


@pytest.mark.parametrize(
    "fault", [ModelError("Gone."), ModelRefused("No credit."), KeyboardInterrupt()]
)
def test_a_function_can_stop_the_run(fault: BaseException) -> None:
    def refuse(text: str) -> str:
        raise fault

    with pytest.raises(type(fault)):
        as_model(refuse).reply([Request("?")])


@pytest.mark.parametrize(
    ("text", "outcome"),
    [('{"n": 3}', "ok"), ('{"n": "three"}', "malformed"), ('```json\n{"n": 3}\n```', "malformed")],
)
def test_a_schema_is_enforced_and_nothing_is_repaired(text: str, outcome: str) -> None:
    assert as_model(lambda asked: text).reply([ASKED])[0].outcome == outcome
    assert as_model(lambda asked: Reply(text)).reply([ASKED])[0].outcome == outcome


@pytest.mark.parametrize(
    ("answerer", "name"),
    [
        (echo, "python:echo"),
        (lambda text: text, "python:callable"),
        (partial(echo), "python:echo"),
        (Client().ask, "python:Client.ask"),
        (Client(), "python:Client"),
        (Answers(), "python:Answers"),
        (str.upper, "python:str.upper"),
    ],
)
def test_a_name_travels_in_the_log(answerer: Callable[..., Any], name: str) -> None:
    def inner(text: str) -> str:
        return text

    assert as_model(answerer).name == name_of(answerer) == name
    assert as_model(inner).name == "python:inner"
    assert as_model(answerer, "mine").name == "mine"


def test_an_object_with_reply_is_a_model_with_whatever_else_it_can() -> None:
    whole = ScriptedModel(lambda request: "yes")
    assert as_model(whole) is whole
    named = as_model(Answers())
    assert (named.batch_size, named.reply([Request("a")])[0].text) == (1, "a")
    assert named.adapters == ["one"] and not hasattr(named, "bare")  # type: ignore[attr-defined]


async def later(text: str) -> str:
    return text


@pytest.mark.parametrize(
    ("stranger", "told"),
    [
        (42, "neither a function nor an object with `reply`"),
        ("smollm2-135m", "neither a function nor"),
        (Client, "is a class"),
        (ScriptedModel, "is a class"),
        (later, "asynchronous"),
        (lambda: "yes", "called with one text"),
        (lambda text, more: "yes", "'more'"),
    ],
)
def test_what_cannot_answer_is_refused_before_anything_is_asked(stranger: Any, told: str) -> None:
    with pytest.raises(ModelError, match=told):
        as_model(stranger)


def test_a_hidden_coroutine_is_malformed_and_warns_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (reply,) = as_model(lambda text: later(text)).reply([Request("?")])
    assert reply.outcome == "malformed" and "coroutine" in reply.detail
