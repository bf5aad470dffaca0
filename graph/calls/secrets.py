"""Secrets of the environment: finds them, and removes them from what is written down.

How a key or an address is told stands in `models/credentials.py`.
"""

import base64
import codecs
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote

from ...models.credentials import (
    KEY_FORM,
    REMOVED,
    SHORTEST,
    credentials_of,
    header_credentials,
    looks_random,
)
from ...models.registry import KINDS

_KEYS = frozenset(key for kind in KINDS for key in kind.keys)
_NAMED = re.compile(
    r"KEY|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|AUTHORI[SZ]ATION|HEADERS|CANARY", re.I
)
_PATH = re.compile(r"~?(?:/[\w.-]+){2,}/?")
_TOKEN = re.compile(r"[A-Za-z0-9+/=]{20,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def secrets_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return values that nobody should read, by the name of their variable or their own form."""
    found = list[str]()
    for name, value in environ.items():
        named = _NAMED.search(name) and not _PATH.fullmatch(value)
        if "://" in value and "@" in value and (inside := credentials_of(value)):
            # A user is no secret, and makes half of many a `user:password`.
            found += [it for it in inside if not any(it.endswith(f":{one}") for one in inside)]
        elif name in _KEYS or named or KEY_FORM.search(value):
            found += [value, *value.splitlines(), *header_credentials(value)]
    return tuple(sorted({value.strip() for value in found if len(value.strip()) >= SHORTEST}))


def redact(text: str, secrets: Collection[str]) -> str:
    """Replace every secret in `text`, whole or in large part, plain or in simple disguise."""
    kept, end = list[str](), 0
    for start, stop in _merge_spans(sorted(_spans(text, secrets), reverse=True))[::-1]:
        kept += [text[end:start], REMOVED]
        end = stop
    return "".join([*kept, text[end:]])


def holds_secret(text: str, secrets: Collection[str]) -> bool:
    """Tell whether `text` holds one of `secrets`, plain or in simple disguise."""
    return next(_spans(text, secrets), None) is not None


def seems_secret(text: str, secrets: Collection[str]) -> bool:
    """Tell whether `text` holds a secret, a likely key, or the mark of a removed secret."""
    return (
        REMOVED in text
        or KEY_FORM.search(text) is not None
        or any(looks_random(token) for token in _TOKEN.findall(text))
        or holds_secret(text, secrets)
    )


def _spans(text: str, secrets: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where secrets stand in `text`, separators between their characters or not."""
    for secret in secrets:
        yield from (match.span() for match in re.finditer(re.escape(secret), text))
    secrets = [secret for secret in secrets if len(_bare(secret)) >= SHORTEST]
    if not secrets:
        return
    for match in _BASE64.finditer(text):
        hidden = _bare(_decode(match[0]))
        if any(_bare(secret) in hidden for secret in secrets):
            yield match.span()
    flat = _bare(text)
    near = [secret for secret in secrets if any(piece in flat for piece in _short_pieces(secret))]
    hits = {part for secret in near for part in _parts(secret) if part in flat}
    if not hits:
        return
    places = [i for i, char in enumerate(text) for c in char.lower() if c.isalnum()]
    flat = "".join(c for char in text for c in char.lower() if c.isalnum())
    for part in hits:
        start = flat.find(part)
        while start >= 0:
            yield places[start], places[start + len(part) - 1] + 1
            start = flat.find(part, start + 1)


def _merge_spans(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans, last first, with those that touch made one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and end >= joined[-1][0]:
            joined[-1] = (start, max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


@lru_cache(maxsize=256)
def _parts(secret: str) -> frozenset[str]:
    """Return every half of a secret, in each disguise: half of it tells too much already."""
    parts = set()
    for flat in _disguises(secret):
        size = max(SHORTEST, len(flat) // 2)
        parts |= {flat[i : i + size] for i in range(max(1, len(flat) - size + 1))}
    return frozenset(part for part in parts if len(part) >= SHORTEST)


@lru_cache(maxsize=256)
def _short_pieces(secret: str) -> frozenset[str]:
    """Return short pieces, at least one of which every half holds: they are quick to look for."""
    pieces = set()
    for flat in _disguises(secret):
        size = max(SHORTEST, len(flat) // 2) // 2
        pieces |= {flat[i : i + size] for i in range(0, len(flat) - size + 1, size)}
    return frozenset(pieces)


def _disguises(secret: str) -> Iterator[str]:
    raw = secret.encode()
    forms = (
        secret,
        secret[::-1],
        codecs.encode(secret, "rot13"),
        raw.hex(),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode(),
        quote(secret, safe=""),
    )
    yield from map(_bare, forms)


def _bare(text: str) -> str:
    """Return letters and digits only, in lower case."""
    return re.sub(r"[\W_]+", "", text).lower()


def _decode(token: str) -> str:
    try:
        raw = base64.b64decode(token.translate(_STANDARD).rstrip("=") + "==")
    except ValueError:
        return ""
    return raw.decode(errors="replace")


_STANDARD = str.maketrans("-_", "+/")
