"""Requests in the terms of Chat Completions, and what is learned of a server that objects."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as Sent
from werkzeug import Response

from tutelage.models import Model, ModelError, Reply, Request, Usage, open_model

from .dialects import CHAT
from .modes import SCHEMA

PATH = "/v1/chat/completions"


@pytest.fixture
def model(httpserver: HTTPServer) -> Model:
    return server_model(httpserver)


def server_model(httpserver: HTTPServer, name: str = "some-model") -> Model:
    return open_model(f"openai:{httpserver.url_for('').rstrip('/')}#{name}", max_retries=0)


def ask(model: Model, *requests: Request) -> list[Reply]:
    """Ask one after the other: calls that are under way together learn each for itself."""
    return [reply for request in requests for reply in model.reply([request])]


def bodies(httpserver: HTTPServer) -> list[dict[str, Any]]:
    return [json.loads(request.get_data()) for request, _ in httpserver.log]


def objects_to(httpserver: HTTPServer, *objections: Callable[[dict[str, Any]], Any]) -> None:
    """Serve an answer once no objection is raised; one that is is a body for the status 400."""

    def answer(request: Sent) -> Response:
        sent = json.loads(request.get_data())
        for objection in objections:
            if said := objection(sent):
                status = 422 if "detail" in said else 400
                return Response(json.dumps(said), status, content_type="application/json")
        return Response(json.dumps(CHAT.answer()), content_type="application/json")

    httpserver.expect_request(PATH).respond_with_handler(answer)


def unsupported(name: str, instead: str = "") -> Callable[[dict[str, Any]], Any]:
    """OpenAI's words."""
    hint = f" Use '{instead}' instead." if instead else " Only the default (1) value is supported."
    said = f"Unsupported parameter: '{name}' is not supported with this model.{hint}"
    error = {"message": said, "param": name, "code": "unsupported_parameter"}
    return lambda sent: {"error": error} if name in sent else None


def extra(name: str) -> Callable[[dict[str, Any]], Any]:
    """FastAPI's words; the whole request stands beside them."""
    return lambda sent: (
        {"detail": [{"type": "extra_forbidden", "loc": ["body", name], "msg": "Not permitted",
                     "input": sent}]} if name in sent else None
    )  # fmt: skip


def test_a_request_is_sent_whole(httpserver: HTTPServer, model: Model) -> None:
    usage = CHAT.plain["usage"] | {"prompt_tokens_details": {"cached_tokens": 8}}
    httpserver.expect_request(PATH).respond_with_json(CHAT.answer(usage=usage))
    request = Request("What is 3 + 4?", "Add.", "- Tens last.", 99, 0.7, 5, answer_schema=SCHEMA)
    reply = model.reply([request])[0]
    assert reply.usage == Usage(11, 3, 8)
    (sent,) = bodies(httpserver)
    assert sent == {
        "model": "some-model",
        "messages": [
            {"role": "system", "content": request.instructions()},
            {"role": "user", "content": "What is 3 + 4?"},
        ],
        "max_tokens": 99,
        "temperature": 0.7,
        "seed": 5,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA},
        },
    }


def test_without_instructions_no_system_is_sent(httpserver: HTTPServer, model: Model) -> None:
    objects_to(httpserver)
    model.reply([Request("Go.")])
    assert [it["role"] for it in bodies(httpserver)[0]["messages"]] == ["user"]


@pytest.mark.parametrize(
    ("objection", "left"),
    [
        (unsupported("temperature"), {"seed", "max_tokens"}),
        (unsupported("seed"), {"temperature", "max_tokens"}),
        (extra("seed"), {"temperature", "max_tokens"}),
        (
            unsupported("max_tokens", "max_completion_tokens"),
            {"temperature", "seed", "max_completion_tokens"},
        ),
    ],
)
def test_what_a_server_objects_to_is_not_sent_again(
    httpserver: HTTPServer, model: Model, objection: Any, left: set[str]
) -> None:
    objects_to(httpserver, objection)
    replies = ask(model, Request("Go."), Request("Go on."))
    assert [it.outcome for it in replies] == ["ok", "ok"]
    first, second, third = [set(it) - {"model", "messages"} for it in bodies(httpserver)]
    assert first == {"temperature", "seed", "max_tokens"} and second == third == left


def test_several_objections_are_met_one_after_the_other(
    httpserver: HTTPServer, model: Model
) -> None:
    objects_to(
        httpserver,
        unsupported("max_tokens", "max_completion_tokens"),
        unsupported("temperature"),
        extra("seed"),
    )
    assert model.reply([Request("Go.")])[0].outcome == "ok"
    assert set(bodies(httpserver)[-1]) == {"model", "messages", "max_completion_tokens"}


def test_the_service_is_sent_the_new_limit_and_a_gateway_may_want_the_old_one(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", httpserver.url_for("/v1"))
    objects_to(httpserver, extra("max_completion_tokens"))
    model = open_model("openai:gpt-5-mini")
    assert model.reply([Request("Go.", max_tokens=7)])[0].outcome == "ok"
    first, second = bodies(httpserver)
    assert first["max_completion_tokens"] == second["max_tokens"] == 7
    assert first["model"] == "gpt-5-mini" and "max_tokens" not in first


def test_a_limit_that_is_too_large_keeps_its_name(httpserver: HTTPServer, model: Model) -> None:
    large = {"error": {"message": "max_tokens is too large: 99.", "param": "max_tokens"}}
    objects_to(httpserver, lambda sent: large if sent.get("max_tokens", 0) > 50 else None)
    with pytest.raises(ModelError, match="too large: 99"):
        model.reply([Request("Go.", max_tokens=99)])
    assert model.reply([Request("Go.", max_tokens=9)])[0].outcome == "ok"
    assert all("max_tokens" in it for it in bodies(httpserver))


def test_a_refused_prompt_that_speaks_of_temperature_teaches_nothing(
    httpserver: HTTPServer, model: Model
) -> None:
    said = {"error": {"message": "I will not speak of temperature."}}
    objects_to(httpserver, lambda sent: said if "warm" in sent["messages"][0]["content"] else None)
    warm, cold = ask(model, Request("How warm is it?"), Request("How cold?"))
    assert (warm.outcome, cold.outcome) == ("malformed", "ok")
    assert "temperature" in bodies(httpserver)[-1]


FORMAT = {"error": {"message": "This response_format type is unavailable now"}}


def test_a_schema_that_is_not_strict_enough_is_sent_as_a_loose_one(
    httpserver: HTTPServer, model: Model
) -> None:
    said = {"error": {"message": "Invalid schema for response_format 'answer'"}}
    objects_to(
        httpserver,
        lambda sent: said if sent.get("response_format", {}).get("json_schema", {}).get("strict")
        else None,
    )  # fmt: skip
    for _ in range(2):
        reply = model.reply([Request("Go.", answer_schema={"type": "string"})])[0]
        assert reply.outcome == "malformed" and "response_format" not in reply.detail
    sent = [it["response_format"]["json_schema"]["strict"] for it in bodies(httpserver)]
    assert sent == [True, False, False]


def test_a_server_without_schemas_is_asked_without_and_the_reply_says_so(
    httpserver: HTTPServer, model: Model
) -> None:
    objects_to(httpserver, lambda sent: FORMAT if "response_format" in sent else None)
    request = Request("Go.", answer_schema=SCHEMA)
    first, second = ask(model, request, request)
    for reply in (first, second):
        assert (reply.outcome, reply.text) == ("malformed", "Seven.")
        assert "takes no response_format" in reply.detail
    assert ["response_format" in it for it in bodies(httpserver)] == [True, True, False, False]


def test_one_schema_that_is_refused_leaves_the_others_enforced(
    httpserver: HTTPServer, model: Model
) -> None:
    odd = {"type": "object", "properties": {"odd": {"type": "string"}}}
    objects_to(httpserver, lambda sent: FORMAT if '"odd"' in json.dumps(sent) else None)
    model.reply([Request("Go.", answer_schema=odd)])
    model.reply([Request("Go.", answer_schema=SCHEMA)])
    assert bodies(httpserver)[-1]["response_format"]["json_schema"]["strict"] is True


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("qwen3", "qwen3"),
        ("Qwen/Qwen3-0.6B+rooms", "rooms"),
        ("meta-llama/llama-3.1-8b:free", "meta-llama/llama-3.1-8b:free"),
        ("c4ai+", "c4ai+"),
    ],
)
def test_the_name_of_an_adapter_is_sent_as_the_models(
    httpserver: HTTPServer, name: str, sent: str
) -> None:
    objects_to(httpserver)
    model = server_model(httpserver, name)
    assert model.name.endswith(f"#{name}")
    model.reply([Request("Go.")])
    assert bodies(httpserver)[0]["model"] == sent


@pytest.mark.parametrize(
    ("place", "path"),
    [("", PATH), ("/", PATH), ("/v1", PATH), ("/api/v1/", f"/api{PATH}"), ("/x", "/x" + PATH[3:])],
)
def test_an_address_without_a_path_means_v1(httpserver: HTTPServer, place: str, path: str) -> None:
    httpserver.expect_request(path).respond_with_json(CHAT.answer())
    url = f"{httpserver.url_for('').rstrip('/')}{place}"
    assert open_model(f"openai:{url}#m").reply([Request("Go.")])[0].outcome == "ok"


@pytest.mark.parametrize("word", ["openai", "messages"])
def test_nothing_that_the_environment_says_to_one_provider_goes_to_another(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    for name in ("OPENAI", "ANTHROPIC"):
        monkeypatch.setenv(f"{name}_API_KEY", "sk-secret-key")
        monkeypatch.setenv(f"{name}_ADMIN_KEY", "sk-secret-admin")
        monkeypatch.setenv(f"{name}_ORG_ID", "org-secret")
        monkeypatch.setenv(f"{name}_PROJECT_ID", "proj-secret")
        headers = "X-Mine: secret\nauthorization: Bearer secret\nAuthorization: Bearer secret"
        monkeypatch.setenv(f"{name}_CUSTOM_HEADERS", headers)
    httpserver.expect_request(PATH).respond_with_json(CHAT.answer())
    httpserver.expect_request("/v1/messages").respond_with_json({})
    url = httpserver.url_for("").rstrip("/")
    for key, seen in (("", "Bearer none"), ("mine-and-theirs", "Bearer mine-and-theirs")):
        monkeypatch.setenv("CHAT_COMPLETIONS_API_KEY", key)
        monkeypatch.setenv("MESSAGES_API_KEY", key)
        open_model(f"{word}:{url}#m").reply([Request("Go.")])
        headers_seen = httpserver.log[-1][0].headers
        assert headers_seen.get_all("authorization") == [seen]
        assert "secret" not in str(headers_seen)
    login = "Basic dXNlcjpwYXNzd29yZA=="
    monkeypatch.setenv("CHAT_COMPLETIONS_AUTHORIZATION", login)
    monkeypatch.setenv("MESSAGES_AUTHORIZATION", login)
    open_model(f"{word}:{url}#m").reply([Request("Go.")])
    assert httpserver.log[-1][0].headers.get_all("authorization") == [login]


def test_the_service_without_a_key_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelError, match="export OPENAI_API_KEY"):
        open_model("openai:gpt-5-mini")


@pytest.mark.parametrize(
    "spec",
    ["openai:", "openai:http://x", "openai:https://x/v1#", "openai:#m", "openai:localhost:80#m",
     "openai:http://x#+lora", "openai:http://x:99999#m",
     "messages:http://x:99999#m"],
)  # fmt: skip
def test_a_spec_that_lacks_something_shows_how_it_is_written(
    spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with pytest.raises(ModelError, match=r"openai:<url>#<model>|is no address|no model before"):
        open_model(spec)


def test_a_wrong_key_says_which_variable_holds_it(httpserver: HTTPServer, model: Model) -> None:
    httpserver.expect_request(PATH).respond_with_json({"error": "no"}, status=401)
    with pytest.raises(ModelError, match="see CHAT_COMPLETIONS_API_KEY"):
        model.reply([Request("Go.")])
