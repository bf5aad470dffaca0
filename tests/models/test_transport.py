"""Bounds of a call over the network: its time, its size, its address, and how often it is paid.

Each server is a real one on loopback and speaks bytes; the SDK is the real one.
"""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tutelage.models import ModelRefused, Reply, Request, open_model
from tutelage.models.remote.transport import LONGEST_BODY

Answer = Callable[[socket.socket], None]
KEY = "sk-ant-none-but-ours-1234567890"


class WireServer:
    """Reads one request from each connection, counts it and sends what its script sends."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[bytes] = []
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with line, suppress(OSError):
            self.asked.append(_read_request(line))
            self._answer(line)

    def close(self) -> None:
        self._listener.close()


def _read_request(line: socket.socket) -> bytes:
    seen = b""
    while b"\r\n\r\n" not in seen:
        seen += line.recv(65536)
    head, _, body = seen.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += line.recv(65536)
    return head


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], WireServer]]:
    servers: list[WireServer] = []

    def start(answer: Answer) -> WireServer:
        servers.append(WireServer(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def ask(
    server: WireServer, monkeypatch: pytest.MonkeyPatch, seconds: float = 30.0, retries: int = 3
) -> Reply:
    monkeypatch.setenv("MESSAGES_API_KEY", KEY)
    model = open_model(f"messages:{server.url}#m", max_retries=retries, timeout=seconds)
    return model.reply([Request("Go.")])[0]


def message(text: str = "Seven.") -> bytes:
    return json.dumps(
        {
            "type": "message",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 11, "output_tokens": 3},
        }
    ).encode()


def http(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n{headers}connection: close\r\n\r\n"
    return head.encode() + body


def drip(line: socket.socket, first: bytes, then: bytes) -> None:
    line.sendall(first)
    while True:
        time.sleep(0.02)
        line.sendall(then)


DRIPS: dict[str, tuple[bytes, bytes]] = {
    "nothing": (b"", b""),
    "the status line": (b"HTTP/1.1 200 ", b"O"),
    "a header": (b"HTTP/1.1 200 OK\r\nx-slow: ", b"x"),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
    "provisional answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "the body": (b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{", b" "),
    "chunks": (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a chunk's size": (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"0"),
    "a body without an end": (b"HTTP/1.1 200 OK\r\n\r\n{", b" "),
    "the body of an error": (b"HTTP/1.1 400 No\r\ncontent-length: 100000\r\n\r\n{", b" "),
    "the body of an overload": (b"HTTP/1.1 529 No\r\ncontent-length: 100000\r\n\r\n{", b" "),
    "a body that halts": (b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{", b""),
}


@pytest.mark.parametrize("first, then", DRIPS.values(), ids=DRIPS.keys())
def test_a_server_that_drips_ends_with_the_time_of_the_call_and_is_asked_once(
    serve: Callable[[Answer], WireServer],
    monkeypatch: pytest.MonkeyPatch,
    first: bytes,
    then: bytes,
) -> None:
    server = serve(lambda line: drip(line, first, then))
    reply = ask(server, monkeypatch, seconds=0.3)
    assert (reply.outcome, reply.text) == ("error", "") and "in time (0.3 s)" in reply.detail
    assert len(server.asked) <= 1, "on a busy machine the time may be over before it is asked"


def test_no_try_begins_when_the_time_of_the_call_is_over(
    serve: Callable[[Answer], WireServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try fails within its own bound, which a try has; together they would take for ever."""

    def fail_late(line: socket.socket) -> None:
        time.sleep(0.4)
        line.sendall(http(b"{}", "529 Overloaded", "retry-after-ms: 1\r\n"))

    server = serve(fail_late)
    reply = ask(server, monkeypatch, seconds=0.6)
    assert reply.outcome == "error" and "529" in reply.detail
    assert len(server.asked) <= 2, "three more tries were allowed"


def test_the_next_call_has_time_of_its_own(serve: Callable[[Answer], WireServer]) -> None:
    def first_too_slow(line: socket.socket) -> None:
        if len(server.asked) == 1:
            drip(line, b"HTTP/1.1 200 OK\r\n", b"x: y\r\n")
        line.sendall(http(message()))

    server = serve(first_too_slow)
    model = open_model(f"messages:{server.url}#m", max_retries=0, timeout=2.0)
    outcomes = [model.reply([Request(prompt)])[0].outcome for prompt in "ab"]
    assert outcomes == ["error", "ok"]


def test_an_ordinary_answer_of_two_megabytes_passes(
    serve: Callable[[Answer], WireServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "word " * 400_000
    plain = serve(lambda line: line.sendall(http(message(text))))
    packed = serve(
        lambda line: line.sendall(
            http(gzip.compress(message(text)), headers="content-encoding: gzip\r\n")
        )
    )
    for server in (plain, packed):
        reply = ask(server, monkeypatch)
        assert (reply.outcome, reply.text) == ("ok", text) and reply.usage.output == 3


def pour(line: socket.socket, status: str) -> None:
    line.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())
    while True:
        line.sendall(b" " * 100_000)


def bomb(times: int) -> bytes:
    body = b" " * 50_000_000
    for _ in range(times):
        body = gzip.compress(body, 6)
    names = ", ".join(["gzip"] * times)
    return http(body, headers=f"content-encoding: {names}\r\n")


UNREADABLE: dict[str, Answer] = {
    "a body without end": lambda line: pour(line, "200 OK"),
    "a long valid message": lambda line: line.sendall(http(message("x" * LONGEST_BODY))),
    "a message and much space": lambda line: line.sendall(http(message() + b" " * LONGEST_BODY)),
    "a bomb": lambda line: line.sendall(bomb(1)),
    "a bomb in a bomb": lambda line: line.sendall(bomb(2)),
    "no gzip": lambda line: line.sendall(http(message(), headers="content-encoding: gzip\r\n")),
    "half a gzip": lambda line: line.sendall(
        http(gzip.compress(message())[:40], headers="content-encoding: gzip\r\n")
    ),
    "no deflate": lambda line: line.sendall(
        http(b"\xff\xfe" * 40, headers="content-encoding: deflate\r\n")
    ),
    "half a message": lambda line: line.sendall(http(message()[:40])),
    "a page": lambda line: line.sendall(
        http(b"<html>Sign in</html>", headers="content-type: text/html\r\n")
    ),
    "JSON by its word only": lambda line: line.sendall(
        http(b"Seven.", headers="content-type: application/json\r\n")
    ),
    "a charset nobody knows": lambda line: line.sendall(
        http(b"\xff\x00{", headers="content-type: application/json; charset=klingon\r\n")
    ),
    "numbers and depth": lambda line: line.sendall(http(b'{"a":' + b"[" * 100_000)),
    "nothing": lambda line: line.sendall(http(b"")),
}


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_answer_that_came_and_cannot_be_read_is_malformed_and_asked_for_once(
    serve: Callable[[Answer], WireServer], monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    """It was worked for, and would be paid again with each try."""
    server = serve(answer)
    reply = ask(server, monkeypatch)
    assert (reply.outcome, reply.text) == ("malformed", "") and reply.detail.endswith(".")
    assert len(reply.detail) < 400
    assert len(server.asked) == 1


def test_a_body_that_is_too_long_is_said_to_be_so(
    serve: Callable[[Answer], WireServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = ask(serve(lambda line: pour(line, "200 OK")), monkeypatch)
    assert "more than 8,000,000 bytes" in reply.detail


@pytest.mark.parametrize("status, says", [("400 No", "400"), ("401 No", "the key is wrong")])
def test_an_error_with_an_endless_body_is_still_that_error(
    serve: Callable[[Answer], WireServer],
    monkeypatch: pytest.MonkeyPatch,
    status: str,
    says: str,
) -> None:
    with pytest.raises(ModelRefused, match=says):
        ask(serve(lambda line: pour(line, status)), monkeypatch)


CUT: dict[str, bytes] = {
    "body promised and not sent": b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{",
    "a chunk cut": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{",
    "headers cut": b"HTTP/1.1 200 OK\r\ncontent-le",
    "headers of 200,000 bytes": b"HTTP/1.1 200 OK\r\nx: " + b"x" * 200_000,
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("sent", CUT.values(), ids=CUT.keys())
def test_a_line_that_breaks_is_tried_again_and_then_an_error(
    serve: Callable[[Answer], WireServer], monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    def cut_once(line: socket.socket) -> None:
        line.sendall(sent if len(server.asked) < 2 else http(message()))

    server = serve(cut_once)
    assert ask(server, monkeypatch, retries=1).text == "Seven." and len(server.asked) == 2
    always = serve(lambda line: line.sendall(sent))
    reply = ask(always, monkeypatch, retries=0)
    assert reply.outcome == "error" and reply.text == ""


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_a_redirect_is_told_and_neither_key_nor_prompt_travels_along(
    serve: Callable[[Answer], WireServer], monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    elsewhere = serve(lambda line: line.sendall(http(message())))
    place = f"location: {elsewhere.url}/v1/messages?token={KEY}\r\n"
    server = serve(lambda line: line.sendall(http(b"moved", status, place)))
    with pytest.raises(ModelRefused, match=f"points to {elsewhere.url}.*not followed") as refused:
        ask(server, monkeypatch)
    assert KEY not in str(refused.value)
    assert (len(server.asked), elsewhere.asked) == (1, [])


def test_a_proxy_of_the_environment_is_used(
    serve: Callable[[Answer], WireServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda line: line.sendall(http(message())))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    reply = open_model("messages:http://nowhere.invalid#m", max_retries=0).reply([Request("Go.")])
    assert reply[0].text == "Seven."
    assert proxy.asked[0].startswith(b"POST http://nowhere.invalid/v1/messages")
    slow = serve(lambda line: drip(line, b"HTTP/1.1 200 OK\r\nx: ", b"x"))
    monkeypatch.setenv("HTTP_PROXY", slow.url)
    model = open_model("messages:http://nowhere.invalid#m", max_retries=0, timeout=0.3)
    assert "in time (0.3 s)" in model.reply([Request("Go.")])[0].detail
