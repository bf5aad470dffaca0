"""Modes of a remote server, good and bad, and the outcome of each: one table for every protocol."""

import gzip
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from .dialects import CHAT, KEY, MESSAGES, Dialect
from .wire import chunked, http, reset

Script = bytes | Callable[[socket.socket], None]
SCHEMA = {
    "type": "object",
    "properties": {"sum": {"type": "integer"}},
    "required": ["sum"],
    "additionalProperties": False,
}


class Mode(NamedTuple):
    """One thing that a server may do."""

    name: str
    script: Script
    """Bytes to send, or what is done with the connection."""
    outcome: str
    """Outcome of the reply; `closed` where the model is refused as a whole."""
    asked: int = 1
    """How often the server is asked: once more for a plain question, if the prompt may be why."""
    text: str | None = None
    """Text of the reply, where it matters."""
    asks_json: bool = False


def modes_of(dialect: Dialect) -> list[Mode]:
    """Return every mode, in this protocol."""
    return [
        *_statuses(dialect),
        *_refused_prompts(dialect),
        *_transports(dialect),
        *_bodies(dialect),
        *_usages(dialect),
        *_endings(dialect),
        *_schemas(dialect),
        *_echoes(dialect),
        *(_of_messages() if dialect is MESSAGES else _of_chat()),
    ]


def _error(message: object = "it was so", **fields: Any) -> dict[str, Any]:
    return {"type": "error", "error": {"type": "some_error", "message": message, **fields}}


def _statuses(dialect: Dialect) -> Iterator[Mode]:
    closed = {301: 1, 302: 1, 303: 1, 304: 1, 307: 1, 308: 1, 400: 2, 401: 1, 402: 1, 403: 2,
              404: 1, 405: 2, 406: 2, 410: 2, 411: 2, 414: 2, 415: 2, 418: 2, 421: 2, 422: 2,
              426: 2, 431: 2, 451: 2, 499: 2}  # fmt: skip
    for status, asked in closed.items():
        yield Mode(f"{status}", http(_error(), f"{status} No"), "closed", asked)
    for status in (408, 409, 425, 429, 500, 501, 502, 503, 504, 507, 520, 522, 524, 529, 999):
        yield Mode(f"{status}", http(_error(), f"{status} No"), "error")
    bodies = {"nothing": "", "a page": "<html><h1>No</h1></html>", "half JSON": '{"error": {"mess',
              "a list": [1], "a text": '"no"', "null": "null", "null within": {"error": None},
              "deep JSON": '{"a":' * 50_000, "a number as message": _error(3),
              "a list of faults": {"detail": [{"loc": ["body"], "msg": "no"}]},
              "bytes of no alphabet": b"\xff\xfe\x00\x01",
              "a megabyte": "no " * 300_000}  # fmt: skip
    for name, body in bodies.items():
        for status, outcome, asked in (("400", "closed", 2), ("401", "closed", 1),
                                       ("404", "closed", 1), ("503", "error", 1)):  # fmt: skip
            yield Mode(f"{status} with {name}", http(body, f"{status} No"), outcome, asked)
    elsewhere = "location: http://127.0.0.2:9/login\r\n"
    yield Mode("302 to another host", http("", "302 Found", elsewhere), "closed")
    yield Mode("308 to itself", http("", "308 P", "location: /v1/messages\r\n"), "closed")
    yield Mode("301 to nowhere", http("", "301 M"), "closed")
    yield Mode("a status without a reason", http(_error(), "503"), "error")
    yield Mode("a status that is no number", http(_error(), "OK 200"), "error")


def _refused_prompts(dialect: Dialect) -> Iterator[Mode]:
    for name, status, said in (
        ("Anthropic", 400, "prompt is too long: 210000 tokens > 200000 maximum"),
        ("Anthropic, by its bytes", 413, "Request exceeds the maximum size"),
        ("OpenAI", 400, "This model's maximum context length is 8192 tokens."),
        ("OpenAI, by characters", 400, "Invalid 'messages[0].content': string too long."),
        ("llama.cpp", 400, "the request exceeds the available context size (1024 tokens)"),
        ("Ollama", 400, "input length exceeds the context length"),
        ("a proxy", 413, ""),
    ):
        yield Mode(f"too long for {name}", http(_error(said), f"{status} No"), "malformed")
    limit = "'max_tokens' is too large: 9999. This model's maximum context length is 4096 tokens"
    yield Mode(
        "an answer's limit that no call may have", http(_error(limit), "400 No"), "closed", 2
    )
    empty = _error("You exceeded your current quota", type="insufficient_quota")
    yield Mode("an empty account as 429", http(empty, "429 Too Many Requests"), "closed")
    low = _error("Your credit balance is too low to access the API.")
    yield Mode("an empty account as 400", http(low, "400 Bad Request"), "closed", 2)


def _transports(dialect: Dialect) -> Iterator[Mode]:
    whole = json.dumps(dialect.answer()).encode()
    sent = http(whole)
    head = b"HTTP/1.1 200 OK\r\n"
    for name, cut in (("headers", 0), ("the end of a header", 30), ("the body", len(sent) - 9)):
        yield Mode(f"closed before {name}", sent[:cut], "error")
        yield Mode(f"reset before {name}", lambda line, n=cut: reset(line, sent[:n]), "error")
    yield Mode("longer than promised", http(whole, length=len(whole) - 9), "malformed")
    yield Mode("shorter than promised", http(whole, length=len(whole) + 9), "error")
    yield Mode("a negative length", http(whole, length=-1), "error")
    two = head + b"content-length: 5\r\ncontent-length: 6\r\n\r\n" + whole
    yield Mode("two lengths", two, "error")
    yield Mode("a length that is no number", head + b"content-length: x\r\n\r\n" + whole, "error")
    yield Mode("no length", head + b"\r\n" + whole, "ok")
    yield Mode("whole chunks", chunked(whole[:20], whole[20:]), "ok")
    yield Mode("a chunk that breaks", chunked(whole[:20], end=b"ff\r\n{"), "error")
    yield Mode("no last chunk", chunked(whole, end=b""), "error")
    yield Mode("a chunk of no size", chunked(whole, end=b"zz\r\n"), "error")
    yield Mode("another protocol", b"SSH-2.0-OpenSSH_9.6\r\n", "error")
    yield Mode("HTTP/2", b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\x00" * 18, "error")
    yield Mode("a header of 200,000 bytes", head + b"x: " + b"x" * 200_000, "error")
    yield Mode("a provisional answer first", b"HTTP/1.1 100 Continue\r\n\r\n" + sent, "ok")
    packed, bare = gzip.compress(whole), "content-encoding: gzip\r\n"
    yield Mode("packed", http(packed, headers=bare), "ok")
    yield Mode("packed, half of it", http(packed[:40], headers=bare), "malformed")
    yield Mode("not packed as it says", http(whole, headers=bare), "malformed")
    bomb = gzip.compress(b" " * 40_000_000, 6)
    yield Mode("a bomb", http(bomb, headers=bare), "malformed")
    yield Mode("an error as a bomb", http(bomb, "500 No", bare), "error")
    yield Mode("ten megabytes of text", http(dialect.answer("x" * 10_000_000)), "malformed")
    yield Mode("two megabytes of text", http(dialect.answer("x" * 2_000_000)), "ok")
    for status in ("201 Created", "202 Accepted", "206 Partial Content", "299 Fine"):
        yield Mode(f"whole with {status}", http(whole, status), "ok")
    yield Mode("no content", b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n", "malformed")


def _bodies(dialect: Dialect) -> Iterator[Mode]:
    whole = json.dumps(dialect.answer())
    for name, body in {
        "nothing": "", "space": " \n", "null": "null", "true": "true", "a number": "7",
        "a text": '"Seven."', "a list": "[]", "an empty object": "{}", "plain text": "Seven.",
        "a page": "<html>Sign in to the network</html>", "half": whole[:60], "two": whole * 2,
        "one and a word": f"{whole} Seven.", "a stream": f"data: {whole}\n\ndata: [DONE]\n\n",
        "in UTF-16": whole.encode("utf-16"), "of no alphabet": b'{"a": "\xff\xfe"}',
        "deep": '{"a":' + "[" * 100_000, "a number without end": whole.replace("11", "9" * 5_000),
        "not a number": whole.replace("11", "NaN"), "infinite": whole.replace("11", "1e999"),
        "half a character": whole.replace("Seven", "\\ud83d"),
        "in single quotes": whole.replace('"', "'"), "an error with 200": json.dumps(_error()),
        "an error in words": '{"error": "out of order"}', "a detail": '{"detail": "Not Found"}',
    }.items():  # fmt: skip
        yield Mode(f"a body: {name}", http(body), "malformed", text="")
    yield Mode("NUL in the text", http(dialect.answer("a\0b")), "ok", text="a\0b")
    yield Mode(
        "any alphabet", http(dialect.answer("Σ 七 \U0001f600")), "ok", text="Σ 七 \U0001f600"
    )
    page = "content-type: text/html; charset=klingon\r\n"
    yield Mode("whole as a page", http(whole, headers=page), "ok")
    for field, value in (("id", 3), ("id", ...), ("id", None), ("model", "another"), ("model", ...),
                         ("created", "today"), ("error", None),
                         ("unheard", {"of": [1]})):  # fmt: skip
        body = dialect.put((field,), value)
        yield Mode(f"{field} is {value!r}", http(body), "ok", text="Seven.")


def _usages(dialect: Dialect) -> Iterator[Mode]:
    for value in (-1, 10**9, 10**30, True, "11", 11.5, [11], {}, None):
        for count in ("sent", "written"):
            yield Mode(f"{count}: {value!r}", http(dialect.usage(**{count: value})), "malformed")
    for value in (-1, 10**9, True, "11"):
        yield Mode(f"cached: {value!r}", http(dialect.usage(cached=value)), "malformed")
    for count in ("sent", "written"):
        yield Mode(f"{count}: left out", http(dialect.usage(**{count: ...})), "malformed")
    yield Mode("cached: null", http(dialect.usage(cached=None)), "ok")
    yield Mode("cached: more than was sent", http(dialect.usage(cached=500)), "ok")
    yield Mode("nothing was sent or written", http(dialect.usage(sent=0, written=0)), "ok")
    for value in ([], 3, "much", True):
        yield Mode(f"usage is {value!r}", http(dialect.answer(usage=value)), "malformed")


def _endings(dialect: Dialect) -> Iterator[Mode]:
    for reason, outcome in (
        (dialect.stop, "ok"), (dialect.cut, "truncated"), (dialect.refused, "refused"),
        ("tool_use", "malformed"), ("tool_calls", "malformed"), ("function_call", "malformed"),
        ("pause_turn", "malformed"), ("error", "malformed"), ("", "malformed"),
        (None, "malformed"), (..., "malformed"), (3, "malformed"), ([], "malformed"),
        ("x" * 100_000, "malformed"),
    ):  # fmt: skip
        body = dialect.put(dialect.reason, reason)
        yield Mode(f"it ended for {str(reason)[:20]!r}", http(body), outcome)
    cut = dialect.put(dialect.reason, dialect.cut, dialect.answer("Sev"))
    yield Mode("cut in a word", http(cut), "truncated", text="Sev")
    for text in ("", " \n"):
        yield Mode(f"the text {text!r}", http(dialect.answer(text)), "malformed", text="")
    for value in (3, True, {"text": "Seven."}, ["Seven."], [3], [{"text": "Seven."}]):
        body = dialect.put(dialect.content, value)
        yield Mode(f"the content {value!r}", http(body), "malformed", text="")
    for place in sorted({dialect.content, dialect.content[:1]}):
        body = dialect.put(place, ...)
        yield Mode(f"without {place}", http(body), "malformed", text="")
    thought = dialect.put(dialect.content, [{"type": "thinking", "thinking": "Three, four."},
                                            {"type": "text", "text": "Seven."}])  # fmt: skip
    yield Mode("a thought and a text", http(thought), "ok", text="Seven.")


def _schemas(dialect: Dialect) -> Iterator[Mode]:
    for text, outcome in (
        ('{"sum": 7}', "ok"), ("Seven.", "malformed"), ('```json\n{"sum": 7}\n```', "malformed"),
        ('{"sum": 7', "malformed"), ('{"sum": "7"}', "malformed"), ('{"sum": NaN}', "malformed"),
        ('{"sum": 7, "more": 1}', "malformed"), ("[7]", "malformed"), ('{"sum": 7}}', "malformed"),
        ('{"a":' * 5_000, "malformed"),
    ):  # fmt: skip
        sent = http(dialect.answer(text))
        yield Mode(f"JSON: {text[:24]!r}", sent, outcome, text=text, asks_json=True)


def _echoes(dialect: Dialect) -> Iterator[Mode]:
    forms = {"as it is": KEY, "quoted": quote(KEY, safe=""), "escaped": KEY.replace("/", "\\/")}
    for name, key in forms.items():
        said = f"The key {key} is unknown."
        yield Mode(f"401 with the key, {name}", http(said, "401 No"), "closed")
        yield Mode(f"500 with the key, {name}", http(_error(said), "500 No"), "error")
        yield Mode(f"a page with the key, {name}", http(f"<p>{said}"), "malformed")
        yield Mode(f"a text with the key, {name}", http(dialect.answer(said)), "ok")
    for before in range(80, 310, 23):
        said = "x" * before + KEY
        yield Mode(f"the key after {before} letters", http(said), "malformed")
        yield Mode(f"401, the key after {before} letters", http(said, "401 No"), "closed")
    place = f"location: http://127.0.0.2:9/?next={KEY}\r\nx-key: {KEY}\r\n"
    yield Mode("the key in a detour", http("", "302 Found", place), "closed")
    for before in range(130, 300, 19):
        place = f"location: http://127.0.0.2:9/{'x' * before}{KEY}\r\n"
        yield Mode(
            f"a detour, the key after {before} letters", http("", "302 Found", place), "closed"
        )
    for before in range(30, 60, 9):
        body = "x" * before + KEY + " " * 9_000_000
        yield Mode(f"too much, the key after {before} letters", http(body), "malformed")
    yield Mode("the key in the reason", http("", f"500 {KEY}"), "error")
    yield Mode("the key as a code", http(_error(code=KEY), "500 No"), "error")
    ended = dialect.put(dialect.reason, KEY)
    yield Mode("the key as the end", http(ended), "malformed")
    broken = b"HTTP/1.1 200 OK\r\n" + KEY.encode() + b"\r\n\r\n"
    yield Mode("the key in a broken header", broken, "error")
    sent = http(dialect.answer(KEY))
    yield Mode("the key in JSON that is none", sent, "malformed", asks_json=True)


def _of_messages() -> Iterator[Mode]:
    at = MESSAGES.answer
    window = "model_context_window_exceeded"
    yield Mode("no room", http(at(stop_reason=window)), "truncated")
    yield Mode("an end of a template", http(at(stop_reason="stop_sequence")), "ok")
    yield Mode("OpenAI's word for the end", http(at(stop_reason="stop")), "malformed")
    for value in ("error", None, 3, "chat.completion"):
        yield Mode(f"type is {value!r}", http(at(type=value)), "malformed", text="")
    yield Mode("without a usage", http(MESSAGES.put(("usage",), ...)), "malformed")
    yield Mode("no blocks", http(at(content=[])), "malformed", text="")
    tool = {"type": "tool_use", "id": "1", "name": "x", "input": {}}
    yield Mode("a tool alone", http(at(content=[tool])), "malformed", text="")
    yield Mode("the other protocol", http(CHAT.answer()), "malformed", text="")


def _of_chat() -> Iterator[Mode]:
    at, choice = CHAT.put, CHAT.plain["choices"][0]
    for value in ([], None, {}, [None], [{}], "Seven.", [{"message": None}]):
        yield Mode(f"choices: {value!r}", http(at(("choices",), value)), "malformed", text="")
    other = choice | {"index": 1, "message": {"content": "Eight."}}
    yield Mode("several choices", http(at(("choices",), [choice, other])), "ok", text="Seven.")
    for value in (None, ...):
        yield Mode(f"usage is {value!r}", http(at(("usage",), value)), "ok", text="Seven.")
    for reason, outcome in (("eos_token", "ok"), ("eos", "ok"), ("stop_sequence", "ok"),
                            ("model_length", "truncated"), ("max_tokens", "truncated"),
                            ("end_turn", "malformed"), ("abort", "malformed")):  # fmt: skip
        yield Mode(f"it ended for {reason}", http(at(CHAT.reason, reason)), outcome)
    said = ("choices", 0, "message")
    refusal = at(said, {"content": None, "refusal": "I may not."})
    yield Mode("a refusal of its own", http(refusal), "refused", text="I may not.")
    for field in ("reasoning", "reasoning_content", "thinking"):
        alone = at(said, {"content": None, field: "Three and four."})
        both = at(said, {"content": "Seven.", field: "Three and four."})
        yield Mode(f"only {field}", http(alone), "malformed", text="")
        yield Mode(f"{field} and a text", http(both), "ok", text="Seven.")
    called = {"content": None, "tool_calls": [{"id": "1", "function": {"name": "x"}}]}
    yield Mode("a tool alone", http(at(said, called)), "malformed", text="")
    yield Mode("a wrong refusal", http(at((*said, "refusal"), 3)), "malformed", text="")
    details = {"completion_tokens_details": {"reasoning_tokens": "many"}}
    yield Mode("thinking that is no count", http(at(("usage",), CHAT.plain["usage"] | details)),
               "malformed")  # fmt: skip
    yield Mode("the other protocol", http(MESSAGES.answer()), "malformed", text="")
