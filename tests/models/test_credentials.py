"""Credentials in a spec: told by their place, never repeated, and no honest spec has one."""

import json
from datetime import date

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as Asked
from werkzeug import Response

from tutelage.models import (
    ModelError,
    ModelRefused,
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
    is_credential,
    is_credential_name,
    public_name,
    without_keys,
)

from ..hostile.measure import slow_text

SECRET = "p4ssw0rd-Zebra"
KEY = "sk-ant-api03-Zebra1234567890abcdef"
BARE = "q9Zt7Lm2Xk4Vb8Nc1Rw5"
"""A key that no form tells."""

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
    f"messages:http:///user:{SECRET}@host#m",
    f"messages:http://user%253A{SECRET}%2540host#m",
    f"messages:http://user%25253A{SECRET}%252540host#m",
    f"messages:http://host?api_key:{SECRET}#m",
    f"messages:http://host#m api_key={SECRET}",
    f"hf:org/repo?token={SECRET}",
    f"messages:http://host?{BARE}#m",
    f"messages:http://host?{BARE}&v=1#m",
    f"anthropic:{BARE}",
    *(
        f"messages:http://host?{name}={BARE}#m"
        for name in (
            "sas",
            "cred",
            "creds",
            "session",
            "sessionid",
            "sid",
            "otp",
            "tok",
            "hmac",
            "token2",
            "apiKeyV2",
            "key1",
            "passwords",
            "secrets",
        )
    ),
    *(
        f"messages:http://host/{form}{BARE}/v1#m"
        for form in (
            "gsk_",
            "xai-",
            "r8_",
            "pplx-",
            f"nvapi-{BARE}",
            "dop_v1_",
            "tgp_v1_",
            f"SG.{BARE}.",
        )
    ),
    f"host=db user=u password={SECRET}",
    f"host=db password = '{SECRET}' port=5432",
    f"Server=h;User Id=u;Password={SECRET};Timeout=3",
    f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={BARE}==",
    f"h.example/x?api_key={SECRET}",
    f"API_KEY={SECRET}",
    f"--api-key={SECRET}",
    f"tool --api-key {SECRET} --fast",
    f"Authorization: Bearer {SECRET}",
    f"bearer {BARE}",
    f"X-Api-Key: {SECRET}",
    f'{{"user": "u", "password": "{SECRET}"}}',
    f"https://hooks.slack.com/services/T0AAAA/B0BBBB/{BARE}",
    f"user:{SECRET}@db.example",
    f"user:{SECRET}@localhost/db",
    f"user:{SECRET}@db:5432/main",
    f"user:{SECRET}@10.0.0.1",
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
    "messages:https://host/v1?session=2024&sid=3&deployment=gpt-4o-mini-2024-07-18#m",
    "messages:https://host?version2024#m",
    "messages:https://host/v1?max_tokens=300&author=me#m",
    "anthropic:claude-3-5-haiku-20241022",
    "anthropic:averyveryverylongname",
    "hf:Qwen/Qwen2.5-0.5B-Instruct",
    "hf:org/xai-explainability-benchmark-2024",
    "jsonl:data2025-me@work.jsonl",
    "mailto:somebody2025@example.org",
    "git@github.com:org/repo.git",
    "image:tag@sha256:0123456789abcdef",
    "Write a password: at least eight characters, with a digit.",
    "The secret: work every day.",
    "Which passwords = which users?",
    "The basic arithmetic of numbers, and the bearer of news",
    "password=$DB_PASSWORD",
    "password=${DB_PASSWORD} host=db",
    "password=<password>",
    "api_key=OPENAI_API_KEY",
    "f(password=None, token='')",
    "eos_token=<|im_end|>",
    "tokens=300, max_tokens: 2000, token_limit=10",
    "primary_key=id sort_key=name2024-01-01 answer_key=A1B2C3D4E5F6G7",
    "tool --tokens 300 --author somebody2025x",
    "pass_rate=0.75; passes=3; compass=north; authority=iso-639-2-2024",
]


def _told(text: str) -> bool:
    return any(secret in text for secret in (SECRET, KEY, BARE))


@pytest.mark.parametrize("spec", WITH_CREDENTIALS)
def test_a_credential_is_found_and_taken_out(spec: str) -> None:
    said, shown = credential_in(spec), public_name(spec)
    assert said and not _told(said)
    assert not _told(shown) and REMOVED in shown
    assert public_name(shown) == shown, "what is shown can be shown again"
    assert any(map(_told, credentials_of(spec)))


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
        assert not _told(said)
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


OPTIONS_WITH: list[tuple[str, object]] = [
    *((name, "short") for name in (
        "password", "passwords", "passwd", "passphrase", "passcode", "pw", "pwd", "db_pw",
        "mysqlPwd", "PGPASSWORD",
        "secret", "secrets", "client_secrets", "credential", "credentials", "bearer", "basic_auth",
        "api_key", "api_keys", "apiKey", "APIKEY", "api_key_2", "apiKeyV2", "account_key",
        "hf_token", "access_tokens", "token", "token2", "\uff50assword", "password_2",
        "authorization",
    )),
    *((name, SECRET) for name in (
        "pass", "db_pass", "auth", "login", "cookie", "cookies", "cred", "creds", "tok",
        "tokens", "my_tokens", "openai_token", "openaiToken", "openai_token_2",
    )),
    *(("password", value) for value in (98761234, 1234.5678, date(1999, 1, 1), b"bytes", "a b")),
    ("pwd", 98761234),
    ("auth", "u:pw"),
    ("login", "u:pw"),
    ("cookie", f"sid={BARE}"),
]  # fmt: skip
OPTIONS_WITHOUT: list[tuple[str, object]] = [
    *((name, value) for value in (3, 98761234, "letters", "B12", BARE) for name in (
        "max_tokens_per_reply", "token_limit", "token_count", "password_rules", "password_policy",
        "password_length", "author", "authors", "authority", "passes", "pass_rate", "passage",
        "compass", "bypass", "sort_key", "primary_key", "key", "keys", "answer_key", "key_words",
        "secretary", "secret_length", "stop_token", "eos_token", "pad_token", "tokenizer",
        "cookie_recipe", "login_page", "auth_method", "judge_model", "path", "session", "credit",
        "sacred", "spin",
    )),
    *((name, value) for value in (3, 4096, "letters", "</s>", "") for name in (
        "tokens", "max_tokens", "strategy_tokens", "stop_tokens", "pass", "first_pass", "auth",
        "login", "cookie",
    )),
    *((name, value) for name in ("password", "api_key", "pwd", "secrets", "tokens") for value in (
        None, True, False, "", " ", "none", "DB_PASSWORD", "$PASSWORD", "${DB_PASSWORD}",
        "%PASSWORD%", "<password>", "***", "...", "/run/secrets/password", "~/keys/mine.txt",
    )),
    *((name, 12) for name in ("passwords", "secrets", "credentials", "access_tokens", "token")),
    ("auth", "https://host/login"),
    ("login", "/home/me/page2024.html"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), OPTIONS_WITH)
def test_an_option_is_refused_by_its_name_and_value(name: str, value: object) -> None:
    assert is_credential(name, value)


@pytest.mark.parametrize("name", sorted({name for name, _ in OPTIONS_WITHOUT}))
def test_an_honest_option_is_not(name: str) -> None:
    values = [value for other, value in OPTIONS_WITHOUT if other == name]
    assert values and not [value for value in values if is_credential(name, value)]


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
    with pytest.raises(ModelRefused) as refused:
        model.reply([Request("?")])
    # Nobody listens on the discard port.
    gone = open_recorded_model(f"messages:http://user:{SECRET}@127.0.0.1:9#m", max_retries=0)
    lost = gone.reply([Request("?")])[0]
    assert seen == ["Basic dXNlcjpwNHNzdzByZC1aZWJyYQ=="]
    assert lost.outcome == "error" and lost.detail
    assert "401" in str(refused.value)
    assert SECRET not in str(refused.value) and SECRET not in lost.detail


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
        "CHAT_COMPLETIONS_AUTHORIZATION with the whole header (`Basic ...`, `Bearer ...`)."
    )


@pytest.mark.parametrize(
    "address",
    [
        f"http://me:{SECRET}@host:8000/v1",
        f"HTTPS://me:{SECRET}@host",
        f"http://{SECRET}@host/v1",
        f"postgresql+psycopg://me:{SECRET}@db.internal:5432/x",
        "http://me:s3/cret-W0rd@host:80/v1",
        "http://me:s3@cret-W0rd@host:80/v1",
        f"http:\\/\\/me:{SECRET}@host\\/v1",
        f"http:/me:{SECRET}@host",
        f"me:{SECRET}@10.0.0.1:3128",
        f"me:{SECRET}@proxy.internal",
        f"me:{SECRET}@proxy:3128",
    ],
)
@pytest.mark.parametrize("said", ["{}", "No way to '{}'.", "(url={}, tries=3)", "To <{}>: no."])
def test_a_user_and_password_are_cut_out_of_prose(address: str, said: str) -> None:
    shown = without_keys(said.format(address))
    assert not any(part in shown for part in (SECRET, "cret-W0rd", "me:")), shown
    assert REMOVED in shown and "@" in shown, "and the host is told"


@pytest.mark.parametrize(
    "said",
    [
        "No answer from http://host:8000/v1/models/claude@20251001:predict, mail ada@host.org.",
        "No answer from https://[::1]:8080/a@b and http://localhost.",
        "Give openai:<url>#<model>, such as openai:http://localhost:8000/v1#qwen3@q4.",
        "Run `export ANTHROPIC_API_KEY=...`, or (`API_KEY=${KEY}`, `api_key=<yours>`) so.",
        "Ask mailto:ada@host.org; line 3: @cache, at 12:30 @ noon; git@github.com:us/it.git.",
    ],
)
def test_prose_without_one_is_left_as_it_is(said: str) -> None:
    assert without_keys(said) == said


def test_prose_of_any_length_is_read_in_time_that_grows_with_it() -> None:
    def texts(size: int) -> list[str]:
        more = ("://[", " a:a@", " a:", "a:@a.", ",a:b", "http:/")
        return [part * (size // len(part)) for part in (*LONG_PARTS, *more)]

    assert not (said := slow_text(without_keys, texts)), said


LONG_PARTS = ("://", "sk-", "a=", "%3A", "eyJ-", "@:", "token=&", "http:", "/", "&", "=?", "token=",
              "password: ", "--key ", "?a1B2", "bearer a1 ", "a.b.")  # fmt: skip
"""Parts of which a long address is made."""


def test_an_address_of_any_length_is_read_in_time_that_grows_with_it() -> None:
    def addresses(size: int) -> list[str]:
        return [f"messages:http://{part * (size // len(part))}" for part in LONG_PARTS]

    assert not (said := slow_text(public_name, addresses)), said
