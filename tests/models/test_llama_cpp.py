"""A real server that speaks the Messages API: llama.cpp, in this process."""

from collections.abc import Iterator

import pytest

from tutelage.models import Model, Request, open_model
from tutelage.weights import path_of

SCHEMA = {"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]}


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    xllamacpp = pytest.importorskip("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = str(path_of("smollm2-135m"))
    params.n_ctx = 1024
    params.n_parallel = 1
    params.warmup = False
    # Its threads spin: on cores that others use, two are many times slower than one.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    yield open_model(f"messages:{server.listening_address}#smollm2", max_retries=0)
    del server


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


def test_an_answer_that_ignores_the_schema_is_never_ok(model: Model) -> None:
    reply = model.reply([Request("Tell me a story.", max_tokens=16, answer_schema=SCHEMA)])[0]
    assert reply.outcome != "ok" or '"sum"' in reply.text
