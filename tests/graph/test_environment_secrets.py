"""Keys of models in the environment: whatever a server echoes of them, no log and no line shows."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as Asked
from werkzeug import Response

from tutelage.graph.calls.budget import Spending
from tutelage.graph.calls.journal import Journal
from tutelage.graph.calls.secrets import redact, secrets_of
from tutelage.graph.config.sections import Budget
from tutelage.graph.planning.opening import ConfigError, Overrides, open_run
from tutelage.models import ModelRefused, Request, check_model, open_model
from tutelage.models.credentials import REMOVED
from tutelage.models.registry import KINDS
from tutelage.store.events import CallCompleted
from tutelage.store.memory import MemoryLog

from .fakes import Coach, Parity, Pupil
from .server import message
from .world import CARRY_HELPS, config

TOKEN = "9f8e7d6c-Zebra-5b4a"
PASSWORD = "correct-Giraffe-horse"
LOGIN = b64encode(f"administrator:{PASSWORD}".encode()).decode()
HEADERS = {
    "a key": (TOKEN, [TOKEN]),
    "a bearer's token": (f"Bearer {TOKEN}", [f"Bearer {TOKEN}", TOKEN]),
    "a user and password": (f"Basic {LOGIN}", [f"Basic {LOGIN}", LOGIN, PASSWORD]),
}
NAMES = [*(key for kind in KINDS for key in kind.keys), "PROXY_AUTHORIZATION", "OTLP_HEADERS"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", HEADERS)
def test_the_key_of_every_kind_of_model_is_a_secret(name: str, form: str) -> None:
    value, echoes = HEADERS[form]
    secrets = secrets_of({name: value})
    for echo in echoes:
        assert redact(f"You sent {echo}, I think.", secrets) == f"You sent {REMOVED}, I think."
    assert redact("An administrator reads it.", secrets) == "An administrator reads it."


def test_a_key_that_looks_like_a_path_is_one_all_the_same() -> None:
    assert secrets_of({"MESSAGES_API_KEY": "/Zebra12/Giraffe34"}) == ("/Zebra12/Giraffe34",)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("postgres://administrator:long-pass-phrase@db/x", {"long-pass-phrase"}),
        ("postgres://me:long%2Dpass-phrase@db/x", {"long-pass-phrase", "long%2Dpass-phrase"}),
        ("https://long-user-token@host/x", {"long-user-token"}),
        ("http://[me:pw@host", set()),
    ],
)
def test_an_address_of_any_variable_is_read(address: str, found: set[str]) -> None:
    assert set(secrets_of({"STORE": address})) == found


@pytest.mark.parametrize("form", HEADERS)
@pytest.mark.parametrize("status", [200, 401])
def test_what_a_server_echoes_of_the_header_is_not_recorded(
    form: str, status: int, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    value, echoes = HEADERS[form]
    seen: list[str | None] = []

    def echo(asked: Asked) -> Response:
        seen.append(asked.headers.get("authorization"))
        said = " and ".join(echoes)
        return message(said) if status == 200 else Response(json.dumps({"e": said}), status=status)

    httpserver.expect_request("/v1/messages").respond_with_handler(echo)
    monkeypatch.setenv("MESSAGES_AUTHORIZATION", value)
    spec = f"messages:{httpserver.url_for('').rstrip('/')}#m"
    log = MemoryLog()
    journal = Journal(log, "run", Spending(Budget()))
    if status == 401:
        with pytest.raises(ModelRefused) as refused:
            journal.one(open_model(spec), "one", Request("?"))
        written = str(refused.value) + check_model(spec).line
        assert not list(log.events(CallCompleted))
    else:
        reply = journal.one(open_model(spec), "one", Request("?"))
        (event,) = log.events(CallCompleted)
        written = reply.text + reply.detail + event.detail + log.text(event.reply_text)
    assert seen[-1] == value and REMOVED in written
    assert not [it for it in (TOKEN, LOGIN, PASSWORD) if it in written]


def test_no_config_may_repeat_the_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESSAGES_AUTHORIZATION", f"Bearer {TOKEN}")
    plain = {"domain": {"name": "parity", "options": {"motto": TOKEN}}}
    given = Overrides(domain=Parity(), student=Pupil(CARRY_HELPS), trainer=Coach())
    with pytest.raises(ConfigError, match=r"options\.motto holds a secret of the environment"):
        open_run(tmp_path / "store", tmp_path / "runs", config(**plain), overrides=given)
