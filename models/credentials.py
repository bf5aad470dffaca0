"""Credentials in a spec, an address or a header: found, told by their place, and taken out.

A spec is recorded, and reports show it. What it may not hold is a user or password before the `@`
of an address, a query such as `?api_key=...` or one without a name that looks random, a
`password=...` in any text, or a text of the form of a known key; written out or percent-encoded.
A token that is a plain part of a path cannot be told from an account's number.

An option is told by its name and its value (`is_credential`): some names mean a credential
whatever stands there, others (`auth`, `tokens`) only before a text that looks like a key.

All finding stands here. `graph/config/credentials.py` applies it to a config,
`graph/calls/secrets.py` to the environment, whose values it cuts out of replies, and
`reports/credentials.py` hides from readers what the configs of old runs hold.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
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
    r"|\bxox[abeprs]-[\w-]{10,}|\bhf_[A-Za-z0-9]{20,}|\bT[A-Z0-9]{5,}/B[A-Z0-9]{5,}/\w{16,}"
    r"|\b(?:gsk_|r8_|xai-|pplx-|dop_v1_|tgp_v1_)[A-Za-z0-9]{20,}|\bnvapi-[\w-]{30,}"
    r"|\bSG\.[\w-]{16,}\.[\w-]{16,}"
    r"|(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|-----BEGIN [A-Z ]{,40}PRIVATE KEY-----"
)
"""Keys that can be told by their form alone."""
_RUN = re.compile(r"[A-Za-z0-9]{12}")
"""Keys `sk-...` hold long runs of letters and digits; `sk-learn-helper-7b-instruct` does not."""

_NAME = re.compile(
    r"(?:(?:password|passwd|passphrase|passcode|secret|credential|bearer|authorization|basicauth"
    r"|(?:api|access|private|secret|auth|account|signing|encryption|subscription|functions)key"
    r"|(?:access|auth|api|bearer|refresh|session|secret|bot|hf|github|id)token)s?|^token)$"
)
"""Ends of a name that mean a credential, whatever stands there."""
_LAST_WORD = re.compile(r"pwd?")
"""So do these as the last word of a name: in one with others, any word could end in them."""
_LIKELY_WORD = re.compile(r"pass|auth|login|cookies?|tokens?|tok|creds?")
"""Last words that mean a credential before a text that looks like a key, and else may be honest."""
_SPECIAL_TOKEN = re.compile(r"(?:stop|eos|bos|pad|sep|cls|mask|unk|end|start|special)tokens?$")
"""Tokens of a language model."""
_LOGIN = re.compile(r"[^\s:/]+:[^\s:/]+")
_HARMLESS = re.compile(
    r"\s*|(?i:none|null|true|false)|\*+|\.\.\.|<[^<>]*>|\$?\{[^{}]*\}|%\w+%"
    r"|\$[A-Za-z_]\w*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|~?(?:/[\w.-]+){2,}/?"
)
"""Nothing, a stand-in, an environment variable's name or a path: what holds no credential."""
_KEY_LIKE = re.compile(r"(?=[^A-Za-z]*[A-Za-z])(?=\D*\d)(?![/.~])[\w.~+/=:;!@$%^&*-]{12,}")
_QUERY_NAME = re.compile(r"(?:token|secret|signature|^auth|^sig|^pass|^pwd?|^jwt)$")
"""In a query these mean a credential too; elsewhere they could mean anything."""
_SHORT_NAME = re.compile(r"(?:key|code|^sas|^hmac|^creds?|^session(?:id)?|^sid|^otp|^tok)$")
"""So do these, before a value that is as long as a key: `code=3` and `sort_key=name` are none."""
_NUMBERED = re.compile(r"v?\d{1,3}$")

_NAMED = re.compile(r"""(?<![\w-])(?:--)?([A-Za-z][\w-]{1,40})["']?(\s{0,3}[=:]\s{0,3}|\s)["']?""")
_VALUE = re.compile(r"""[^\s"'&;,#?]{1,2048}""")
"""What stands behind a name anywhere in a text: `host=db password=...`, `X-Api-Key: ...`."""
_NAMELESS = re.compile(r"(?:^[a-z]+:|\?)([A-Za-z0-9]{20,})(?=[#&]|$)")
"""`anthropic:...` and `http://host?...` with a key in the place of a name."""
_HOST = re.compile(
    r"^(?!mailto:)[^\s:/@]+:(?=[^@]*\d)[^\s:/@]{6,}@"
    r"(?:localhost|(?:\d+\.){3}\d+|[\w-]+(?=:\d)|(?:[\w-]+\.)+(?!jsonl?$|py$|csv$)[A-Za-z]{2,})"
    r"(?![\w.])"
)
"""`user:password@host` with no scheme."""
_USER_IN_PROSE = re.compile(
    r"(?:(?i:https?):[/\\]{0,8}+|://)(?!(?:\[[^]\s]{0,64}\]|[\w.-]*+)(?::\d*+)?+(?:[/?#.,;'\")>\s]|$))"
    r"([^\s/\\?#\"'<>]{1,512}|[^\s\"'<>]{1,512})(?=@)"
    r"|(?<![^\s\"'(<=,;])(?!mailto:|https?:)([^\s:/@\"'(<=,;]{1,64}:[^\s/@]{1,256})"
    r"(?=@(?:localhost|(?:\d+\.){3}\d|[\w-]+:\d|(?:[\w-]+\.)+[A-Za-z]{2}))"
)
"""What stands before the `@` of an address, unless that begins with a host and its port."""

_ADDRESS = re.compile(r"(?:(?i:https?):[/\\]*+|://)((?:(?!://)\S)*)")
"""Of `http` with any number of slashes: one that is mistyped holds its credential all the same."""
_BARE_USER = re.compile(r"^[A-Za-z]+:(?![A-Za-z]:\\)((?=[^@/\s:]*+:)[^@/\s]*+@)")
"""`messages:user:password@host`, where the `//` was left out; a path may begin with a drive."""
_PORT = re.compile(r"(?:\[[^\]]*\]|[^:\[\]]*)(?::\d*)?")
_PART = re.compile(r"(?<=[?&;])[^?#&;]+|[^/?#&;]+")
_SENT = re.compile(r"\bbearer\s+(\S{8,})|\bbasic\s+([A-Za-z0-9+/]{4,}={0,2})", re.I)
_SCHEME = re.compile(r"\b(basic|bearer|token|apikey)\s+(\S+)", re.I)


class Credential(NamedTuple):
    """A place in a text that holds a credential."""

    start: int
    end: int
    what: str


def is_credential_name(name: str) -> bool:
    """Tell whether an option of that name holds a credential: `password`, `api_key`, `hfToken`."""
    return bool(_NAME.search(_flat(name)) or _LAST_WORD.fullmatch(_last_word(name)))


def is_credential(name: str, value: object) -> bool:
    """Tell whether the value of an option is a credential, by its name and what it looks like."""
    text = str(value)
    if value is None or isinstance(value, bool) or _HARMLESS.fullmatch(text):
        return False
    if isinstance(value, int | float):
        # `tokens = 300` and `secrets = 3` are counts.
        return is_credential_name(name) and not _flat(name).endswith(("s", "token"))
    return is_credential_name(name) or _is_likely(name, text)


def credential_in(text: str) -> str:
    """Say which credential a spec or an address holds; empty where it holds none."""
    return next((found.what for form in _plain_forms(text) for found in _find(form)), "")


def public_name(text: str) -> str:
    """Return a spec or an address without its credentials."""
    text = next((form for form in _plain_forms(text) if any(_find(form))), text)
    return _cut(text, list(_find(text)))


def without_keys(text: str) -> str:
    """Return prose, such as an error's, without users and keys, told by their form, name or place.

    Whatever looks at all like a key goes: what an error says is read, and never used.
    """
    text = KEY_FORM.sub(REMOVED, text)
    users = (it.span(it.lastindex or 0) for it in _USER_IN_PROSE.finditer(text))
    found = [Credential(*span, "a user or password") for span in users]
    return _cut(text, sorted([*found, *_find_parts(text), *_find_names(text)]))


def credentials_of(text: str) -> frozenset[str]:
    """Return the credentials that a spec or an address holds, as they stand there and decoded."""
    found = set()
    for form in _plain_forms(text):
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
    found = [*_find_users(text), *_find_parts(text), *_find_names(text), *_find_keys(text)]
    yield from sorted(found)


def looks_random(token: str) -> bool:
    """Tell whether letters and digits, or cases, change more often than in any written word."""
    kinds = "".join("d" if c.isdigit() else "u" if c.isupper() else "l" for c in token)
    changes = sum(a != b for a, b in pairwise(kinds))
    if re.fullmatch(r"\d+|[+/=]+", token):
        return False
    often = 4 if "d" in kinds else 2.2
    return changes >= len(token) / often and len(set(token)) >= 8


def _plain_forms(text: str) -> Iterator[str]:
    """Yield a text, and what it says where it is percent-encoded, once or more."""
    yield text
    for _ in range(3):
        if (plain := unquote(text)) == text:
            return
        yield (text := plain)


def _find_users(text: str) -> Iterator[Credential]:
    what = "a user or password before the @ of its address"
    if bare := _BARE_USER.match(text):
        yield Credential(bare.start(1), bare.end(1) - 1, what)
    elif _HOST.match(text):
        yield Credential(0, text.index("@"), what)
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


def _find_names(text: str) -> Iterator[Credential]:
    """Yield what stands behind a name or a scheme anywhere in a text, or in the place of a name."""
    for named in _NAMED.finditer(text):
        name, between = named.groups()
        value = _VALUE.match(text, named.end())
        if not value or not (between.strip() or named[0].startswith("--")):
            continue
        told = is_credential if between == "=" else _is_in_prose
        if told(name, value[0].rstrip("`)]")):  # what ends a command or an aside
            yield Credential(*value.span(), f"a credential by its name, {name}")
    for sent in _SENT.finditer(text):
        place = 1 if sent[1] else 2
        if _KEY_LIKE.match(sent[place]) if sent[1] else ":" in _decode(sent[2]):
            yield Credential(*sent.span(place), "what is sent to log in")
    for match in _NAMELESS.finditer(text):
        if looks_random(match[1]):
            yield Credential(*match.span(1), "what looks like a key")


def _is_in_prose(name: str, value: str) -> bool:
    """Tell it in prose, where `password: at least eight` is none."""
    return is_credential(name, value) and bool(_KEY_LIKE.match(value))


def _is_likely(name: str, text: str) -> bool:
    word = _last_word(name)
    if not _LIKELY_WORD.fullmatch(word) or _SPECIAL_TOKEN.search(_flat(name)):
        return False
    login = word in ("auth", "login") and _LOGIN.fullmatch(text)
    return bool(login or _KEY_LIKE.fullmatch(text))


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
    """Return the letters and digits of a name, without the number of its version."""
    name = unicodedata.normalize("NFKC", unquote(name))
    return _NUMBERED.sub("", re.sub(r"[\W_]+", "", name).casefold())


def _last_word(name: str) -> str:
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", _NUMBERED.sub("", unquote(name)))
    return words[-1].casefold() if words else ""


def _cut(text: str, spans: list[Credential]) -> str:
    """Return a text without spans, which stand in order."""
    for start, end, _ in reversed(_join(spans)):
        if not text.startswith(REMOVED, start):
            text = text[:start] + REMOVED + text[end:]
    return text


def _join(spans: list[Credential]) -> list[Credential]:
    """Return spans that touch as one."""
    joined: list[Credential] = []
    for span in spans:
        if joined and span.start <= joined[-1].end:
            last = joined.pop()
            span = Credential(last.start, max(last.end, span.end), last.what)
        joined.append(span)
    return joined
