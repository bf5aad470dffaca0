"""Contract of every remote kind of model: each mode of a server has its outcome, and no key shows.

The servers are real ones on loopback that speak bytes; the SDKs are the real ones, unpatched.
"""

import json
import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote

import pytest

from tutelage.models import Model, ModelRefused, Reply, Request, open_model
from tutelage.models.contract import ConcurrentModel

from ..test_transport import WireServer
from .dialects import KEY, REMOTE_KINDS, RemoteKind
from .modes import SCHEMA, Mode, Script, modes_of
from .wire import http, reset

LEAST = 70
"""Modes of each kind, at least."""


class ScriptServer(WireServer):
    """Server that does with each connection what its script says now."""

    def __init__(self) -> None:
        self.script: Script = b""
        self.prompts: dict[socket.socket, str] = {}
        """The user's turn that came over each line."""
        super().__init__(self._play)

    def _talk(self, line: socket.socket) -> None:
        with line, suppress(OSError), line.makefile("rb") as coming:
            head = b"".join(iter(coming.readline, b"\r\n"))
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            sent = json.loads(coming.read(length))
            self.prompts[line] = sent["messages"][-1]["content"]
            self.asked.append(head)
            self._play(line)

    def _play(self, line: socket.socket) -> None:
        if isinstance(self.script, bytes):
            line.sendall(self.script)
        else:
            self.script(line)


@pytest.fixture(scope="module", params=REMOTE_KINDS.values(), ids=REMOTE_KINDS)
def kind(request: pytest.FixtureRequest) -> RemoteKind:
    found: RemoteKind = request.param
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptServer]:
    server = ScriptServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def model(kind: RemoteKind, server: ScriptServer) -> Model:
    """One for all modes: none of them may change how the next one is met."""
    with pytest.MonkeyPatch.context() as patch:
        return open_kind(kind, server.url, patch)


def open_kind(kind: RemoteKind, url: str, patch: pytest.MonkeyPatch, **options: float) -> Model:
    patch.setenv(kind.key, KEY)
    if kind.base:
        patch.setenv(kind.base, url)
    return open_model(kind.spec.format(url=url), **{"max_retries": 0} | options)


def ask(model: Model, mode: Mode) -> Reply | ModelRefused:
    request = Request("What is 3 + 4?", "Add.", answer_schema=SCHEMA if mode.asks_json else None)
    try:
        return model.reply([request])[0]
    except ModelRefused as refused:
        return refused


def check_mode(mode: Mode, found: Reply | ModelRefused, server: ScriptServer) -> str:
    """Return what is wrong with the reply to a mode; empty where all is as it should be."""
    if isinstance(found, ModelRefused):
        outcome, said = "closed", str(found)
    else:
        outcome, said = found.outcome, found.detail
    faults = []
    if outcome != mode.outcome or len(server.asked) != mode.asked:
        faults.append(f"{outcome} after {len(server.asked)} calls")
    if outcome != "ok" and not (said.endswith(".") and 10 < len(said) < 1_000):
        faults.append("no sentence tells why")
    if isinstance(found, Reply):
        usage = found.usage
        if not 0 <= usage.cached <= usage.input <= 10**8 or not 0 <= usage.output <= 10**8:
            faults.append(f"{usage}")
        if mode.text is not None and found.text != mode.text:
            faults.append(f"the text {found.text[:40]!r}")
        said += found.text
    if shows_key(said):
        faults.append("the key shows")
    return f"{mode.name}: {', '.join(faults)}: {said[:300]}" if faults else ""


def shows_key(text: str) -> bool:
    """Tell whether twelve characters of the key stand in a text, escaped or not."""
    plain = unquote(text.replace("\\", ""))
    return any(KEY[n : n + 12] in plain for n in range(len(KEY) - 11))


def test_every_mode_of_a_server_has_its_outcome_and_no_key_shows(
    kind: RemoteKind, model: Model, server: ScriptServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    modes = modes_of(kind.dialect)
    assert len({mode.name for mode in modes}) == len(modes) >= LEAST
    faults = []
    for mode in modes:
        server.script = mode.script
        server.asked.clear()
        found = ask(model, mode)
        faults.append(check_mode(mode, found, server))
        if mode.outcome == "error":
            # It ends the outage: after several in a row a server is left in peace for a while.
            server.script = http(kind.dialect.answer())
            assert model.reply([Request("And now?")])[0].outcome == "ok"
    assert not [it for it in faults if it]
    assert caplog.text and not shows_key(caplog.text)


def test_a_key_that_a_server_repeats_in_a_header_shows_in_no_log(
    model: Model, server: ScriptServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script = http("{}", "500 No", f"x-said: {KEY}\r\nx-more: Bearer {KEY}\r\n")
    model.reply([Request("?")])
    server.script = f"HTTP/1.1 200 {KEY}\r\n{KEY}\r\n\r\n".encode()
    model.reply([Request("?")])
    assert "x-said" in caplog.text and not shows_key(caplog.text)


def test_the_key_goes_to_the_server_alone(model: Model, server: ScriptServer) -> None:
    server.script, found = http("", "302 Found", f"location: {server.url}/there\r\n"), len
    server.asked.clear()
    with pytest.raises(ModelRefused, match="not followed"):
        model.reply([Request("Go.")])
    assert found(server.asked) == 1 and KEY.encode() in server.asked[0]


def test_replies_come_in_order_whatever_each_is(
    kind: RemoteKind, model: Model, server: ScriptServer
) -> None:
    answer = kind.dialect.answer

    def one_of_three(line: socket.socket) -> None:
        place = int(server.prompts[line])
        time.sleep(0.02 * (12 - place))
        sent = (http(answer(f"No. {place}")), http("<html>"), http("{}", "500 No"))[place % 3]
        line.sendall(sent)

    server.script = one_of_three
    replies = model.reply([Request(f"{place}") for place in range(12)])
    assert [it.outcome for it in replies] == ["ok", "malformed", "error"] * 4
    assert [it.text for it in replies[::3]] == ["No. 0", "No. 3", "No. 6", "No. 9"]


def test_a_prompt_that_alone_is_refused_is_its_own_affair(
    kind: RemoteKind, model: Model, server: ScriptServer
) -> None:
    """Whatever the server says, it answers a plain question: so the run need not stop."""

    def refuse_first(line: socket.socket) -> None:
        first = len(server.asked) % 2 == 1
        line.sendall(http(said, "400 No") if first else http(kind.dialect.answer("ready")))

    server.script = refuse_first
    for said, outcome in (
        ("Roles must alternate.", "malformed"),
        ("El texto es demasiado largo.", "malformed"),
        ("Your input was flagged by our content policy.", "refused"),
    ):
        server.asked.clear()
        reply = model.reply([Request("?")])[0]
        assert (reply.outcome, reply.text, len(server.asked)) == (outcome, "", 2)
        assert said in reply.detail
        assert reply.usage.output == 3, "the plain question was paid for, and is counted"


def test_an_outage_in_between_blames_no_prompt(model: Model, server: ScriptServer) -> None:
    def refuse_and_fail(line: socket.socket) -> None:
        line.sendall(http("no", "400 No" if len(server.asked) == 1 else "503 No"))

    server.script = refuse_and_fail
    server.asked.clear()
    reply = model.reply([Request("?")])[0]
    assert reply.outcome == "error" and "503" in reply.detail


@pytest.mark.parametrize(
    "asked", ["0.001", "3600", "-5", "nan", "inf", "Wed, 21 Oct 2099 07:28:00 GMT", ""]
)
@pytest.mark.parametrize("name", ["messages", "openai server"])
def test_nobody_waits_longer_than_somebody_would(
    name: str, asked: str, server: ScriptServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = REMOTE_KINDS[name]

    def busy_once(line: socket.socket) -> None:
        busy = http("{}", "429 No", f"retry-after: {asked}\r\n")
        line.sendall(busy if len(server.asked) == 1 else http(kind.dialect.answer()))

    server.script = busy_once
    server.asked.clear()
    patient = open_kind(kind, server.url, monkeypatch, max_retries=1, longest_wait=0.01)
    assert patient.reply([Request("?")])[0].outcome == "ok" and len(server.asked) == 2


def test_a_server_that_drips_ends_with_the_time_of_the_call(
    kind: RemoteKind, server: ScriptServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(line: socket.socket) -> None:
        with suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                line.sendall(b" ")
                time.sleep(0.02)

    server.script = drip
    reply = open_kind(kind, server.url, monkeypatch, timeout=0.3).reply([Request("?")])[0]
    assert reply.outcome == "error" and "in time" in reply.detail


def test_a_try_that_may_have_been_paid_unseen_is_told_and_no_other_is(
    kind: RemoteKind, server: ScriptServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = http(kind.dialect.answer())
    silence, gone = (lambda line: time.sleep(1)), socket.create_server(("127.0.0.1", 0))
    nowhere = f"http://127.0.0.1:{gone.getsockname()[1]}"
    gone.close()
    for script, url, told in (
        (whole[:-9], server.url, True),
        (lambda line: reset(line, whole[:30]), server.url, True),
        (reset, server.url, True),
        (silence, server.url, True),
        (whole, nowhere, False),
        (http("{}", "500 No"), server.url, False),
        (http("{}", "429 No"), server.url, False),
        (http("{}", "529 No"), server.url, False),
        (http("<html>"), server.url, False),
        (whole, server.url, False),
    ):
        server.script, doubts = script, list[str]()
        asked = open_kind(kind, url, monkeypatch, timeout=0.3 if script is silence else 30.0)
        assert isinstance(asked, ConcurrentModel)
        flight = asked.send([("a call", Request("?"))], 1, lambda: None)
        flight.on_doubt = doubts.append
        assert len([each for came in flight for each in came]) == 1
        assert doubts == ["a call"] * told


def test_a_schema_is_sent_and_the_answer_held_against_it(
    kind: RemoteKind, model: Model, server: ScriptServer
) -> None:
    server.script = http(kind.dialect.answer(json.dumps({"sum": 7})))
    reply = model.reply([Request("?", answer_schema=SCHEMA)])[0]
    assert reply.outcome == "ok" and re.fullmatch(r'\{"sum": 7\}', reply.text)
