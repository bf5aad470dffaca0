"""Credentials in a spec: told by their place, never repeated, and no honest spec has one."""

import json
import time

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as Asked
from werkzeug import Response

from tutelage.models import (
    ModelError,
    Request,
    check_model,
    facts_of,
    open_model,
    open_recorded_model,
)
from tutelage.models.credentials import (
    REMOVED,
    credential_in,
    credentials_of,
    is_credential_name,
    public_name,
)

SECRET = "p4ssw0rd-Zebra"
KEY = "sk-ant-api03-Zebra1234567890abcdef"

WITH_CREDENTIALS = [
    f"messages:http://user:{SECRET}@host:8080/v1#m",
    f"messages:http://{SECRET}@host#m",
    f"messages:HTTPS://user:{SECRET}@host#m",
    f"messages:http://user:{SECRET}@[::1]:8080/v1#m",
    f"messages:http://user%3A{SECRET}%40host#m",
    f"messages:http%3A%2F%2Fuser%3A{SECRET}%40host#m",
    f"messages:http://user:a/{SECRET}@host#m",
    f"messages:http://user:a#{SECRET}@host#m",
    f"messages:http://user:a?{SECRET}@host#m",
    f"messages:http://user:a {SECRET}@host#m",
    f"messages:http://user:a@{SECRET}@host#m",
    f"messages:user:{SECRET}@host#m",
    f"message:http://user:{SECRET}@host#m",
    f"messages:http://host?api_key={SECRET}#m",
    f"messages:http://host?API-Key={SECRET}&v=1#m",
    f"messages:http://host?v=1&access%5Ftoken={SECRET}#m",
    f"messages:http://host%3Fapi_key%3D{SECRET}#m",
    f"messages:http://host?key={SECRET}#m",
    f"messages:http://host/v1;token={SECRET}#m",
    f"messages:http://host/secret={SECRET}/v1#m",
    f"messages:http://host#m?api_key={SECRET}",
    f"messages:http://host#m&sig={SECRET}",
    f"messages:http://host?next=http://user:{SECRET}@other#m",
    f"messages:http://host/{KEY}/v1#m",
    f"messages:http://host#{KEY}",
    f"anthropic:{KEY}",
    f"hf:https://user:{SECRET}@host/model",
    f"postgresql://user:{SECRET}@host/db",
    f"messages:http:/user:{SECRET}@host#m",
    f"messages:http:user:{SECRET}@host#m",
    f"messages:HTTP:///user:{SECRET}@host#m",
    f"messages:http:\\\\user:{SECRET}@host#m",
    f"messages:http:/host?api_key={SECRET}#m",
    f"messages:http://host?pw={SECRET}#m",
    f"messages:http://host?v=1&code={SECRET}#m",
    f"messages:http://host?subscription-key={SECRET}#m",
    f"messages:http://host?token=a/{SECRET}#m",
]
WITHOUT = [
    "anthropic:claude-haiku-5-5",
    "anthropic:claude-haiku@20250101",
    "messages:http://localhost:11434#qwen3",
    "messages:http://[::1]:8080/v1#m",
    "messages:https://host/v1?api-version=2024-02-01&deployment=d#m",
    "messages:http://host#model@2025",
    "messages:https://host/v1/0123456789abcdef0123456789abcdef/gateway#m",
    "hf:org/sk-learn-helper-model-7b-instruct",
    "hf:./folder+with+plus",
    "hf:C:/models/@home+runs/a/adapters/0123456789abcdef",
    "smollm2-135m+./adapter",
    "scripted:pupil.json",
    r"scripted:c:\me@work.json",
    r"hf:C:\models\me@work+runs\a",
    "s3://bucket/partition_key=3/x.jsonl",
    "s3://bucket/country_code=long-enough-a-value/x.jsonl",
    "https://h/x?code=3",
    "https://h/x?sort_key=name&bypass=1&lang_code=en",
    "http://h/a#sort_key=2",
    "file:///me@work/x.jsonl",
    "rulebook",
]


@pytest.mark.parametrize("spec", WITH_CREDENTIALS)
def test_a_credential_is_found_and_taken_out(spec: str) -> None:
    said, shown = credential_in(spec), public_name(spec)
    assert said and SECRET not in said and KEY not in said
    assert SECRET not in shown and KEY not in shown and REMOVED in shown
    assert public_name(shown) == shown, "what is shown can be shown again"
    assert any(SECRET in it or KEY in it for it in credentials_of(spec))


@pytest.mark.parametrize("spec", WITHOUT)
def test_an_honest_name_is_left_as_it_is(spec: str) -> None:
    assert not credential_in(spec) and not credentials_of(spec)
    assert public_name(spec) == spec


@pytest.mark.parametrize("spec", WITH_CREDENTIALS)
def test_no_model_is_opened_by_a_name_that_holds_one(spec: str) -> None:
    with pytest.raises(ModelError) as refused:
        open_model(spec)
    health = check_model(spec)
    assert not health.ok
    for said in (str(refused.value), repr(refused.value), health.line):
        assert SECRET not in said and KEY not in said
    assert "MESSAGES_API_KEY" in str(refused.value)


def test_a_name_of_no_kind_is_not_repeated_with_its_credential() -> None:
    with pytest.raises(ModelError, match="No model is called") as unknown:
        facts_of(f"message:http://user:{SECRET}@host#m")
    assert SECRET not in str(unknown.value)


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        *((it, True) for it in ("password", "api_key", "apiKey", "DB-Password", "hf_token")),
        *((it, True) for it in ("client_secret", "Authorization", "token", "private_key")),
        *((it, False) for it in ("max_tokens", "stop_token", "key", "answer_key", "tokens")),
        *((it, False) for it in ("judge_model", "password_policy", "path", "secretary")),
    ],
)
def test_an_option_is_told_by_its_name(name: str, holds: bool) -> None:
    assert is_credential_name(name) is holds


def test_the_environment_carries_what_the_address_may_not(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def answer(asked: Asked) -> Response:
        seen.append(str(asked.headers.get("x-api-key") or asked.headers.get("authorization")))
        usage = {"input_tokens": 1, "output_tokens": 1}
        content = [{"type": "text", "text": "ready"}]
        body = {"type": "message", "content": content, "stop_reason": "end_turn", "usage": usage}
        return Response(json.dumps(body), content_type="application/json")

    httpserver.expect_request("/v1/messages").respond_with_handler(answer)
    spec = f"messages:{httpserver.url_for('').rstrip('/')}#m"
    monkeypatch.delenv("MESSAGES_API_KEY", raising=False)
    open_model(spec).reply([Request("?")])
    monkeypatch.setenv("MESSAGES_API_KEY", KEY)
    open_model(spec).reply([Request("?")])
    monkeypatch.setenv("MESSAGES_AUTHORIZATION", "Basic dXNlcjpwdw==")
    open_model(spec).reply([Request("?")])
    assert [it.removeprefix("Bearer ") for it in seen] == ["none", KEY, "Basic dXNlcjpwdw=="]


def test_a_recorded_name_is_used_as_it_is_and_no_error_repeats_it(httpserver: HTTPServer) -> None:
    seen: list[str | None] = []

    def refuse(asked: Asked) -> Response:
        seen.append(asked.headers.get("authorization"))
        return Response(f"{SECRET} may not", status=401)

    httpserver.expect_request("/v1/messages").respond_with_handler(refuse)
    address = httpserver.url_for("").rstrip("/").removeprefix("http://")
    model = open_recorded_model(f"messages:http://user:{SECRET}@{address}#m", max_retries=0)
    refused = model.reply([Request("?")])[0]
    # Nobody listens on the discard port.
    gone = open_recorded_model(f"messages:http://user:{SECRET}@127.0.0.1:9#m", max_retries=0)
    lost = gone.reply([Request("?")])[0]
    assert seen == ["Basic dXNlcjpwNHNzdzByZC1aZWJyYQ=="]
    for reply in (refused, lost):
        assert reply.outcome == "error" and reply.detail and SECRET not in reply.detail


@pytest.mark.parametrize("address", ["http://bob:hunter2@localhost:1", "http://h:1/?pw=hunter2"])
def test_the_password_of_the_base_url_is_neither_shown_nor_recorded(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", address)
    line = check_model("anthropic:x").line
    detail = open_model("anthropic:x", max_retries=0).reply([Request("?")])[0].detail
    for said in (line, detail):
        assert "hunter2" not in said and "No answer from http://" in said and REMOVED in said


def test_a_server_that_repeats_it_is_not_repeated(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Response(f"bob, hunter2 and {KEY} may not", status=401)
    httpserver.expect_request("/v1/messages").respond_with_response(said)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    address = httpserver.url_for("").removeprefix("http://").rstrip("/")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://bob:hunter2@{address}")
    line = check_model("anthropic:x").line
    assert f"{REMOVED} and {REMOVED} may not" in line and "hunter2" not in line


def test_a_short_key_that_is_a_word_is_no_secret(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Response("ollama has no such model", status=404)
    httpserver.expect_request("/v1/messages").respond_with_response(said)
    monkeypatch.setenv("MESSAGES_API_KEY", "ollama")
    line = check_model(f"messages:{httpserver.url_for('').rstrip('/')}#m").line
    assert "ollama has no such model" in line


def test_a_refusal_is_told_once_and_to_its_end() -> None:
    spec = f"messages:http://user:{SECRET}@{'long-' * 40}host#m"
    line = check_model(spec).line
    assert line.startswith("messages:http://[secret") and line.count("messages:http://") == 1
    assert line.endswith(
        "MESSAGES_AUTHORIZATION with the whole header (`Basic ...`, `Bearer ...`)."
    )


def test_an_address_of_any_length_is_read_in_time_that_grows_with_it() -> None:
    for piece in ("://", "sk-", "a=", "%3A", "eyJ-", "@:", "token=&", "http:", "/", "&", "=?"):
        took = []
        for times in (2_000, 20_000):
            began = time.process_time()
            public_name(f"messages:http://{piece * times}")
            took.append(time.process_time() - began)
        assert took[1] < 0.05 + 30 * took[0], piece
