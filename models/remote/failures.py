"""Failures of a model's server, and what each means for the call, the same for every protocol.

An outage is asked again later. A prompt that is too long, or that the server will not have, is
that call's own affair. Whatever else a server refuses, it would refuse of every call.
"""

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from ..credentials import REMOVED, SHORTEST, header_credentials, is_credential_name

LONGEST_SAID = 300
"""Characters of a server's own words that are repeated."""
_HINTS = {
    401: "the key is wrong or missing",
    402: "no credit is left",
    403: "this key may not use this model",
    404: "no such model or address",
    413: "the prompt is too large",
    429: "the rate limit holds; ask again later",
    529: "the server is overloaded; ask again later",
}
_OUTAGES = (408, 409, 425, 429)
_NEVER_THE_PROMPT = (401, 402, 404)
_NO_CREDIT = "insufficient_quota"
"""Code of OpenAI for an empty account; it comes with the status of a rate limit."""
_TOO_LONG = re.compile(
    r"(?:prompt|input|request|messages?|text|content|string)\b[^.]{0,40}\btoo (?:long|large)"
    r"|context[ _-]?(?:length|window|size|limit)|reduce the length|string_above_max_length",
    re.I,
)
_NAMES_LIMIT = re.compile(r"\bmax_(?:completion_)?tokens\b")
"""The limit of the answer, which all calls share, may be at fault rather than the prompt."""
_FLAGGED = re.compile(
    r"content[ _-]?(?:policy|filter|management)|moderation|flagged|usage polic|invalid_prompt"
    r"|safety",
    re.I,
)


class ServerRefusal(Exception):
    """A status by which a server refuses a call, and what it said, without credentials."""

    def __init__(self, status: int, said: str, key: str = "") -> None:
        super().__init__(describe_status(status, said, key))
        self.status = status
        self.said = said

    @property
    def is_too_long(self) -> bool:
        """True if the prompt is told to be too long for the model."""
        told = _TOO_LONG.search(self.said) and not _NAMES_LIMIT.search(self.said)
        return self.status == 413 or bool(told)

    @property
    def is_flagged(self) -> bool:
        """True if what the prompt asks for is told to be against the rules."""
        return bool(_FLAGGED.search(self.said))

    @property
    def holds_for_all(self) -> bool:
        """True if the status alone says that no other call would fare better."""
        return self.status < 400 or self.status in _NEVER_THE_PROMPT or _NO_CREDIT in self.said

    @property
    def is_of_account(self) -> bool:
        """True if the key, or the account behind it, is told to be good for nothing at all."""
        return self.status in (401, 402) or _NO_CREDIT in self.said


def is_outage(status: int, said: str) -> bool:
    """Tell whether the same call may be answered later."""
    return status >= 500 or (status in _OUTAGES and _NO_CREDIT not in said)


def describe_status(status: int, said: str, key: str = "") -> str:
    """Tell a status in one sentence; `key` is the environment variable that holds the key."""
    hint = _HINTS.get(status, "") if _NO_CREDIT not in said else _HINTS[402]
    if hint and key and status in (401, 403):
        hint += f": see {key}"
    told = f"The server answered {status}{f' ({hint})' if hint else ''}: {said or 'nothing'}"
    return told if told.endswith((".", "!", "?")) else f"{told}."


def read_error(error: Any, hide: "Hider") -> str:
    """Return what a server said with a status, in one line: its message and its code.

    `error` is the status error of an SDK; no key is cut in half, for all are hidden first.
    """
    body = error.body
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    message, code = inner, None
    if isinstance(inner, Mapping):
        message = inner.get("message") or inner.get("detail") or inner
        code = inner.get("code") or inner.get("type")
    said = " ".join(hide(str(message or "")).split())[:LONGEST_SAID]
    return f"{said} ({hide(code)[:80]})" if isinstance(code, str) and code else said


class Hider(NamedTuple):
    """Credentials, taken out of a text also where they are escaped."""

    credentials: tuple[str, ...]

    def __call__(self, text: str) -> str:
        for credential in self.credentials:
            text = text.replace(credential, REMOVED)
        return text

    def hide_in_answer(self, body: bytes) -> bytes:
        """Take them out of a body, before it is parsed or cut; a short one may be any number."""
        for credential in (it for it in self.credentials if len(it) >= SHORTEST):
            body = body.replace(credential.encode(), REMOVED.encode())
        return body


class _LogFilter(logging.Filter):
    """Filter of logs whose lines hold the address, and the server's words and headers."""

    def __init__(self) -> None:
        super().__init__()
        self.hiders = set[Hider]()

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        for hide in tuple(self.hiders):
            said = hide(said)
        record.msg, record.args = said, ()
        if record.exc_info:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
            for hide in tuple(self.hiders):
                record.exc_text = hide(record.exc_text)
            record.exc_info = None
        return True


_LOGGED = _LogFilter()
_LOGS = (
    "httpx2",
    *(f"httpcore2.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")),
    *(f"{sdk}.{part}" for sdk in ("anthropic", "openai") for part in ("_base_client", "_response")),
    "openai._legacy_response",
)
"""Loggers of the HTTP libraries and the SDKs: a filter sees no child of its logger."""


def hide_in_logs(hide: Hider) -> None:
    """Keep credentials out of what is logged of each call from now on."""
    _LOGGED.hiders.add(hide)
    for name in _LOGS:  # a filter that is there is not added again
        logging.getLogger(name).addFilter(_LOGGED)


def hide_all(credentials: Iterable[str]) -> Hider:
    """Make what hides `credentials` as they are, quoted for a URL, and escaped in JSON or Python.

    The longest goes first, or one that holds another would be left in part.
    """
    found = set[str]()
    for each in credentials:
        found |= {each, quote(each, safe=""), each.replace("/", "\\/"), repr(each)[1:-1]}
        found.add(each.replace("\\", "\\\\").replace('"', '\\"'))
    return Hider(tuple(sorted(found, key=lambda it: (-len(it), it))))


def sent_credentials(headers: Mapping[str, Any], *keys: Any) -> frozenset[str]:
    """Return what each call says to be let in: keys, and headers whose name means a credential."""
    named = [value for name, value in headers.items() if is_credential_name(name)]
    texts = [it for it in (*named, *keys) if isinstance(it, str)]
    return frozenset[str]().union(*map(header_credentials, texts))
