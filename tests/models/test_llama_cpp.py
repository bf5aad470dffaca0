"""A real server that speaks the Messages API and Chat Completions: llama.cpp, in this process."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tutelage.models import Model, Request, open_model
from tutelage.weights import path_of

SCHEMA = {"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    xllamacpp = pytest.importorskip("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = str(path_of("smollm2-135m"))
    params.n_ctx = 1024
    params.n_parallel = 1
    params.warmup = False
    # Its threads spin: on cores that others use, two are many times slower than one.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    yield server.listening_address
    del server


@pytest.fixture(params=["messages", "openai"])
def model(request: pytest.FixtureRequest, address: str) -> Model:
    return open_model(f"{request.param}:{address}#smollm2", max_retries=0)


@pytest.fixture
def chat(address: str) -> Model:
    return open_model(f"openai:{address}#smollm2", max_retries=0)


def test_it_answers(model: Model) -> None:
    request = Request("What is the capital of France?", "Be brief.", "- Name it.", max_tokens=48)
    reply = model.reply([request])[0]
    assert reply.outcome == "ok" and "Paris" in reply.text
    assert reply.usage.input > 20 and reply.usage.output > 0


def test_it_says_when_it_was_cut_off(model: Model) -> None:
    reply = model.reply([Request("Count to a hundred.", max_tokens=5)])[0]
    assert reply.outcome == "truncated" and reply.text


def test_a_temperature_of_zero_is_greedy(model: Model) -> None:
    cold, same = model.reply([Request("Tell me a story.", max_tokens=12)] * 2)
    hot = model.reply([Request("Tell me a story.", max_tokens=12, temperature=2.0)] * 3)
    assert cold.text == same.text
    assert {reply.text for reply in hot} != {cold.text}


def test_a_seed_draws_the_same_answer_again(chat: Model) -> None:
    story = Request("Tell me a story.", max_tokens=12, temperature=2.0)
    drawn = chat.reply([replace(story, seed=seed) for seed in (1, 1, 2, 3)])
    one, same, *others = [reply.text for reply in drawn]
    assert one == same and {one} != set(others)


def test_chat_completions_make_the_model_keep_to_the_schema(chat: Model) -> None:
    schema = SCHEMA | {"additionalProperties": False}
    request = Request("Tell me a story of a dog.", max_tokens=48, answer_schema=schema)
    reply = chat.reply([request])[0]
    assert reply.outcome == "ok" and isinstance(json.loads(reply.text)["sum"], int)


def test_a_prompt_beyond_the_context_is_malformed_and_stops_no_run(model: Model) -> None:
    long, short = model.reply([Request("word " * 3_000), Request("Go.", max_tokens=4)])
    assert long.outcome == "malformed" and "context" in long.detail
    assert short.outcome in ("ok", "truncated")


def test_an_answer_that_ignores_the_schema_is_never_ok(model: Model) -> None:
    reply = model.reply([Request("Tell me a story.", max_tokens=16, answer_schema=SCHEMA)])[0]
    assert reply.outcome != "ok" or '"sum"' in reply.text
