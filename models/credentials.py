"""Credentials in a spec, an address or a header: found, told by their place, and taken out.

A spec is recorded, and reports show it. What it may not hold is a user or password before the `@`
of an address, a query such as `?api_key=...`, or a text of the form of a known key; written out or
percent-encoded. A token that is a plain part of a path cannot be told from an account's number.

All finding stands here. `graph/config/credentials.py` applies it to a config,
`graph/calls/secrets.py` to the environment, whose values it cuts out of replies, and
`reports/credentials.py` hides from readers what the configs of old runs hold.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

REMOVED = "[secret removed]"
"""What stands where a secret stood."""
SHORTEST = 12
"""A key shorter than this could stand in a text by chance."""

KEY_FORM = re.compile(
    r"\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}"
    r"|\bgh[opsur]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bnpm_\w{30,}"
    r"|\bxox[abeprs]-[\w-]{10,}|\bhf_[A-Za-z0-9]{20,}"
    r"|(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|-----BEGIN [A-Z ]{,40}PRIVATE KEY-----"
)
"""Keys that can be told by their form alone."""
_RUN = re.compile(r"[A-Za-z0-9]{12}")
"""Keys `sk-...` hold long runs of letters and digits; `sk-learn-helper-7b-instruct` does not."""

_NAME = re.compile(
    r"(?:password|passwd|passphrase|secret|credentials?|bearer|authorization"
    r"|(?:api|access|private|secret|auth|account|signing|encryption|subscription|functions)key"
    r"|(?:^|access|auth|api|bearer|refresh|session|secret|bot|hf|github|id)token)$"
)
_QUERY_NAME = re.compile(r"(?:token|secret|signature|^auth|^sig|^pass|^pwd?|^jwt)$")
"""In a query these mean a credential too; elsewhere they could mean anything."""
_SHORT_NAME = re.compile(r"(?:key|code)$")
"""So do these, before a value that is as long as a key: `code=3` and `sort_key=name` are none."""

_ADDRESS = re.compile(r"(?:(?i:https?):[/\\]*+|://)((?:(?!://)\S)*)")
"""Of `http` with any number of slashes: one that is mistyped holds its credential all the same."""
_BARE_USER = re.compile(r"^[A-Za-z]+:(?![A-Za-z]:\\)((?=[^@/\s:]*+:)[^@/\s]*+@)")
"""`messages:user:password@host`, where the `//` was left out; a path may begin with a drive."""
_PORT = re.compile(r"(?:\[[^\]]*\]|[^:\[\]]*)(?::\d*)?")
_PART = re.compile(r"(?<=[?&;])[^?#&;]+|[^/?#&;]+")
_SCHEME = re.compile(r"\b(basic|bearer|token|apikey)\s+(\S+)", re.I)


class Credential(NamedTuple):
    """A place in a text that holds a credential."""

    start: int
    end: int
    what: str


def is_credential_name(name: str) -> bool:
    """Tell whether an option of that name holds a credential: `password`, `api_key`, `hfToken`."""
    return _NAME.search(_flat(name)) is not None


def credential_in(text: str) -> str:
    """Say which credential a spec or an address holds; empty where it holds none."""
    for form in (text, unquote(text)):
        for found in _find(form):
            return found.what
    return ""


def public_name(text: str) -> str:
    """Return a spec or an address without its credentials."""
    spans = list(_find(text))
    if not spans and any(_find(unquote(text))):
        text = unquote(text)
        spans = list(_find(text))
    for start, end, _ in reversed(_join(spans)):
        if not text.startswith(REMOVED, start):
            text = text[:start] + REMOVED + text[end:]
    return text


def credentials_of(text: str) -> frozenset[str]:
    """Return the credentials that a spec or an address holds, as they stand there and decoded."""
    found = set()
    for form in (text, unquote(text)):
        for start, end, _ in _find(form):
            whole = form[start:end]
            found |= {whole, *whole.split(":", 1)[1:]}
    return frozenset(it for whole in found for it in (whole, unquote(whole)) if it)


def header_credentials(value: str) -> frozenset[str]:
    """Return what is secret in a key or an `Authorization` header, each part as it may be echoed.

    Of `Basic ...` that is the encoded text, the text and the password.
    """
    found = {value.strip()}
    for scheme, given in _SCHEME.findall(value):
        found.add(given)
        if scheme.casefold() == "basic":
            login = _decode(given)
            found |= {login, login.partition(":")[2]}
    return frozenset(it for it in found if len(it) >= SHORTEST)


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text).decode()
    except (binascii.Error, ValueError):
        return ""


def _find(text: str) -> Iterator[Credential]:
    """Yield the credentials of a text, in order."""
    found = [*_find_users(text), *_find_parts(text), *_find_keys(text)]
    yield from sorted(found)


def _find_users(text: str) -> Iterator[Credential]:
    what = "a user or password before the @ of its address"
    if bare := _BARE_USER.match(text):
        yield Credential(bare.start(1), bare.end(1) - 1, what)
    for address in _ADDRESS.finditer(text):
        start = address.start(1)
        authority = re.split(r"[/?#]", address[1], maxsplit=1)[0]
        user, at, _ = authority.rpartition("@")
        if at:
            yield Credential(start, start + len(user), what)
        elif not _PORT.fullmatch(authority):
            # A password with a slash or a space in it ends what can be read as an address.
            last = text.rfind("@", start)
            yield Credential(start, last if last > start else len(text), what)


def _find_parts(text: str) -> Iterator[Credential]:
    """Yield the values of `name=value` in the path, the query and the fragment of addresses."""
    for address in _ADDRESS.finditer(text):
        for part in _PART.finditer(text, *address.span(1)):
            name, _, value = part[0].partition("=")
            in_query = text[part.start() - 1] in "?&;"
            if value and (is_credential_name(name) or (in_query and _is_query(name, value))):
                yield Credential(part.end() - len(value), part.end(), f"{name}= in its address")


def _is_query(name: str, value: str) -> bool:
    """Tell whether a query's value is a credential, by its name and its length."""
    flat = _flat(name)
    long = len(value) >= SHORTEST
    return bool(_QUERY_NAME.search(flat) or (long and _SHORT_NAME.search(flat)))


def _find_keys(text: str) -> Iterator[Credential]:
    for match in KEY_FORM.finditer(text):
        if match[0][1:2] != "k" or _RUN.search(match[0]):
            yield Credential(*match.span(), "what looks like a key")


def _flat(name: str) -> str:
    return re.sub(r"[\W_]+", "", unquote(name)).casefold()


def _join(spans: list[Credential]) -> list[Credential]:
    """Return spans that touch as one."""
    joined: list[Credential] = []
    for span in spans:
        if joined and span.start <= joined[-1].end:
            last = joined.pop()
            span = Credential(last.start, max(last.end, span.end), last.what)
        joined.append(span)
    return joined
