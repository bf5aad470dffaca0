"""Messages that a network can send, and their outcomes. The SDK is the real one, unpatched."""

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as Sent
from werkzeug import Response

from tutelage.models import Model, ModelError, ModelRefused, Reply, Request, Usage, open_model

SCHEMA = {
    "type": "object",
    "properties": {"edits": {"type": "array", "items": {"type": "string", "minLength": 3}}},
    "required": ["edits"],
    "additionalProperties": False,
}


def message(text: str = "Seven.", **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "some-model",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 11, "output_tokens": 3},
    }
    return body | changes


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in message().items() if name not in names}


def refusal(kind: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": f"it was {kind}"}}


@pytest.fixture
def model(httpserver: HTTPServer) -> Model:
    return server_model(httpserver)


def server_model(httpserver: HTTPServer, **options: Any) -> Model:
    return open_model(f"messages:{httpserver.url_for('')}#some-model", max_retries=1, **options)


def answer(httpserver: HTTPServer, model: Model, body: Any, status: int = 200) -> Reply:
    httpserver.expect_request("/v1/messages").respond_with_json(body, status=status)
    return model.reply([Request("What is 3 + 4?")])[0]


def sent_body(httpserver: HTTPServer) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(httpserver.log[-1][0].get_data())
    return body


def test_a_complete_message_is_an_answer(httpserver: HTTPServer, model: Model) -> None:
    usage = {
        "input_tokens": 11,
        "output_tokens": 3,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 20,
    }
    reply = answer(httpserver, model, message(usage=usage))
    assert reply == Reply("Seven.", "ok", Usage(input=131, output=3, cached=100))
    assert sent_body(httpserver)["model"] == "some-model"
    assert sent_body(httpserver)["messages"] == [{"role": "user", "content": "What is 3 + 4?"}]


def test_replies_come_in_order(httpserver: HTTPServer, model: Model) -> None:
    def echo(request: Sent) -> Response:
        prompt = json.loads(request.get_data())["messages"][0]["content"]
        return Response(json.dumps(message(prompt.upper())), mimetype="application/json")

    httpserver.expect_request("/v1/messages").respond_with_handler(echo)
    assert [r.text for r in model.reply([Request("a"), Request("b")])] == ["A", "B"]


def test_the_strategy_is_sent_as_a_cached_block_of_its_own(
    httpserver: HTTPServer, model: Model
) -> None:
    httpserver.expect_request("/v1/messages").respond_with_json(message())
    request = Request("Go.", system="Be terse.", context="- Add the tens last.")
    model.reply([request])
    plain, cached = sent_body(httpserver)["system"]
    assert "cache_control" not in plain
    assert cached["cache_control"] == {"type": "ephemeral"}
    assert plain["text"] + cached["text"] == request.instructions()


def test_without_instructions_no_system_is_sent(httpserver: HTTPServer, model: Model) -> None:
    answer(httpserver, model, message())
    assert "system" not in sent_body(httpserver)


def test_an_answer_that_keeps_the_schema_is_parsed_as_it_stands(
    httpserver: HTTPServer, model: Model
) -> None:
    httpserver.expect_request("/v1/messages").respond_with_json(message('{"edits": ["add"]}'))
    reply = model.reply([Request("Edit.", answer_schema=SCHEMA)])[0]
    assert reply.outcome == "ok" and json.loads(reply.text) == {"edits": ["add"]}
    format_sent = sent_body(httpserver)["output_config"]["format"]
    assert format_sent["type"] == "json_schema"
    assert format_sent["schema"]["required"] == ["edits"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("I would add a rule.", "plain text came"),
        ('```json\n{"edits": []}\n```', "plain text came"),
        ('{"edits": ["no"]}', "$.edits[0]"),
        ('{"edits": [], "more": 1}', "more"),
    ],
)
def test_a_server_that_ignores_the_schema_is_malformed_and_not_guessed_at(
    httpserver: HTTPServer, model: Model, text: str, why: str
) -> None:
    httpserver.expect_request("/v1/messages").respond_with_json(message(text))
    reply = model.reply([Request("Edit.", answer_schema=SCHEMA)])[0]
    assert reply.outcome == "malformed" and why in reply.detail
    assert reply.text == text and reply.usage.output == 3, "what was paid for is kept"


def test_a_schema_that_is_none_is_the_callers_fault(httpserver: HTTPServer, model: Model) -> None:
    httpserver.expect_request("/v1/messages").respond_with_json(message("{}"))
    with pytest.raises(ModelError, match="no JSON Schema"):
        model.reply([Request("Edit.", answer_schema={"type": "object", "required": 3})])


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (message("Sev", stop_reason="max_tokens"), "truncated"),
        (message(stop_reason="refusal", content=[]), "refused"),
        (message(stop_reason="tool_use"), "malformed"),
        (message(stop_reason="pause_turn"), "malformed"),
        (message(stop_reason="length"), "malformed"),
        (message(stop_reason="model_context_window_exceeded"), "truncated"),
        (message("", stop_reason="stop_sequence"), "malformed"),
        (message(stop_reason=None), "malformed"),
        (message(""), "malformed"),
        (message(" \n"), "malformed"),
        (message(content=[]), "malformed"),
        (message(content=None), "malformed"),
        (message(content=[{"type": "tool_use", "id": "1", "name": "x", "input": {}}]), "malformed"),
        (message(type="error"), "malformed"),
        (without("content"), "malformed"),
        (without("usage"), "malformed"),
        (without("stop_reason"), "malformed"),
        (message(usage={"input_tokens": -9, "output_tokens": 1}), "malformed"),
        (message(usage={"input_tokens": 1, "output_tokens": 10**30}), "malformed"),
        (
            message(usage={"input_tokens": 1, "output_tokens": 1, "cache_read_input_tokens": -1}),
            "malformed",
        ),
        ({}, "malformed"),
        ([], "malformed"),
        ("Seven.", "malformed"),
        (None, "malformed"),
    ],
)
def test_only_a_finished_message_counts(
    httpserver: HTTPServer, model: Model, body: Any, outcome: str
) -> None:
    reply = answer(httpserver, model, body)
    assert reply.outcome == outcome
    assert reply.detail.endswith("."), "it says why, in a sentence"


def test_a_message_that_ended_at_a_stop_sequence_is_an_answer(
    httpserver: HTTPServer, model: Model
) -> None:
    """We send none: such a server tells the end of its chat template so."""
    reply = answer(httpserver, model, message(stop_reason="stop_sequence", stop_sequence="<end>"))
    assert (reply.text, reply.outcome, reply.detail) == ("Seven.", "ok", "")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<html>Sign in to the network</html>", "text/html"),
        ("", "application/json"),
        ('{"type": "message", "content": [{"ty', "application/json"),
        ("Seven.", "text/plain"),
    ],
)
def test_a_200_that_is_no_message_is_malformed(
    httpserver: HTTPServer, model: Model, body: str, kind: str
) -> None:
    httpserver.expect_request("/v1/messages").respond_with_data(body, content_type=kind)
    reply = model.reply([Request("Go.")])[0]
    assert reply.outcome == "malformed" and body[:20] in reply.detail


@pytest.mark.parametrize(
    ("status", "says"),
    [(401, "the key is wrong"), (402, "no credit"), (404, "no such model")],
)
def test_a_server_that_answers_no_call_is_asked_once_and_says_what_to_do(
    httpserver: HTTPServer, status: int, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", httpserver.url_for(""))
    with pytest.raises(ModelRefused) as refused:
        answer(httpserver, open_model("anthropic:claude-x"), refusal("wrong"), status)
    assert says in str(refused.value) and "it was wrong" in str(refused.value)
    assert "sk-secret" not in str(refused.value)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("status", [429, 500, 529])
def test_a_passing_trouble_is_asked_again(
    httpserver: HTTPServer, model: Model, status: int
) -> None:
    busy = httpserver.expect_ordered_request("/v1/messages")
    busy.respond_with_json(refusal("busy"), status=status, headers={"retry-after-ms": "1"})
    httpserver.expect_ordered_request("/v1/messages").respond_with_json(message())
    assert model.reply([Request("Go.")])[0].outcome == "ok"


def test_a_lasting_trouble_is_an_error_after_the_last_try(
    httpserver: HTTPServer, model: Model
) -> None:
    httpserver.expect_request("/v1/messages").respond_with_json(
        refusal("busy"), status=429, headers={"retry-after-ms": "1"}
    )
    first, second = model.reply([Request("Go.")])[0], len(httpserver.log)
    assert first.outcome == "error" and "rate limit" in first.detail and second == 2


@pytest.mark.parametrize(
    "asked",
    [
        {"retry-after": "3600"},
        {"retry-after-ms": "3600000"},
        {"retry-after": "inf"},
        {"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"},
    ],
)
def test_nobody_sleeps_for_an_hour_because_a_server_says_so(
    httpserver: HTTPServer, asked: dict[str, str]
) -> None:
    model = server_model(httpserver, longest_wait=0.01)
    busy = httpserver.expect_ordered_request("/v1/messages")
    busy.respond_with_json(refusal("busy"), status=429, headers=asked)
    httpserver.expect_ordered_request("/v1/messages").respond_with_json(message())
    assert model.reply([Request("Go.")])[0].outcome == "ok"


@pytest.fixture
def hanging_up() -> Iterator[str]:
    """A server that reads, sends half an answer and is gone."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                line.recv(65536)
                line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{")

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def test_a_dropped_connection_is_an_error(hanging_up: str) -> None:
    model = open_model(f"messages:{hanging_up}#m", max_retries=0)
    reply = model.reply([Request("Go.")])[0]
    assert reply.outcome == "error" and hanging_up in reply.detail


def test_a_server_that_is_not_there_is_an_error() -> None:
    model = open_model("messages:http://127.0.0.1:9#m", max_retries=0)
    reply = model.reply([Request("Go.")])[0]
    assert reply.outcome == "error" and "127.0.0.1:9" in reply.detail


def test_a_server_that_never_answers_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        reply = open_model(f"messages:{url}#m", max_retries=0, timeout=0.2).reply([Request("Go.")])
    assert reply[0].outcome == "error" and "in time" in reply[0].detail


def test_a_long_answer_needs_no_streaming(httpserver: HTTPServer, model: Model) -> None:
    httpserver.expect_request("/v1/messages").respond_with_json(message())
    assert model.reply([Request("Go.", max_tokens=100_000)])[0].outcome == "ok"


def test_a_server_is_told_how_to_sample_until_it_objects(httpserver: HTTPServer) -> None:
    model = server_model(httpserver)
    objection = {"type": "error", "error": {"type": "x", "message": "temperature: not permitted"}}
    httpserver.expect_oneshot_request("/v1/messages").respond_with_json(objection, status=400)
    httpserver.expect_request("/v1/messages").respond_with_json(message())
    for request in (Request("Go.", temperature=0.7), Request("Go on.")):
        assert model.reply([request])[0].outcome == "ok"
    bodies = [json.loads(request.get_data()) for request, _ in httpserver.log]
    assert bodies[0]["temperature"] == 0.7
    assert ["temperature" in body for body in bodies] == [True, False, False]


def test_claude_is_never_sent_a_temperature(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", httpserver.url_for(""))
    httpserver.expect_request("/v1/messages").respond_with_json(message())
    model = open_model("anthropic:claude-haiku-5-5")
    assert model.reply([Request("Go.", temperature=1.0)])[0].outcome == "ok"
    assert model.name == "anthropic:claude-haiku-5-5" and model.batch_size == 1
    assert sent_body(httpserver)["model"] == "claude-haiku-5-5"
    assert "temperature" not in sent_body(httpserver)


def test_claude_without_a_key_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
    with pytest.raises(ModelError, match="export ANTHROPIC_API_KEY"):
        open_model("anthropic:claude-haiku-5-5")


def test_the_anthropic_key_goes_to_nobody_else(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    monkeypatch.delenv("MESSAGES_API_KEY", raising=False)
    httpserver.expect_request("/v1/messages").respond_with_json(message())
    server_model(httpserver).reply([Request("Go.")])
    assert "sk-secret" not in str(httpserver.log[-1][0].headers)


@pytest.mark.parametrize("spec", ["messages:", "messages:localhost#m", "messages:http://x"])
def test_a_server_spec_that_lacks_something_shows_how_it_is_written(spec: str) -> None:
    with pytest.raises(ModelError, match="messages:<url>#<model>"):
        open_model(spec)
