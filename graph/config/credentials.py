"""Credentials in a config: none is taken from a new one, and none of an old one is shown.

How they are told stands in `models/credentials.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...models.credentials import (
    REMOVED,
    credential_in,
    credentials_of,
    is_credential_name,
    public_name,
)

ADVICE = (
    "A config is recorded, and reports show it: take it out. The key of a `messages:` server "
    "belongs in the environment, as MESSAGES_API_KEY or, for a user and password or a token, as "
    "MESSAGES_AUTHORIZATION (the whole header: `Basic ...`, `Bearer ...`); whatever a domain "
    "needs, it can read from a variable of its own."
)


def credential_faults(
    data: Mapping[str, Any], holds_secret: Callable[[str], bool] = lambda text: False
) -> list[str]:
    """Say which settings of a config hold a credential, and of what kind; never the credential.

    `holds_secret` tells further secrets, such as those of the environment.
    """
    faults = []
    for place, name, text in _texts(data):
        if name and is_credential_name(name) and text:
            what = "a credential, by its name"
        elif not (what := credential_in(text)) and holds_secret(text):
            what = "a secret of the environment"
        if what:
            faults.append(f"{place} holds {what}")
    return faults


def public_config(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a config without its credentials: those of an old run stay in its log."""
    return {public_name(str(name)): _public(name, value) for name, value in data.items()}


def config_credentials(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the credentials that a config holds, and the texts that they stand in, as they are."""
    found: set[str] = set()
    for _, name, text in _texts(data):
        if parts := credentials_of(text):
            found |= {text, *parts}
        if name and is_credential_name(name) and text:
            found.add(text)
    return frozenset(found)


def _public(name: object, value: Any) -> Any:
    match value:
        case str():
            hidden = bool(value) and is_credential_name(str(name))
            return REMOVED if hidden else public_name(value)
        case Mapping():
            return public_config(value)
        case list() | tuple():
            return [_public(name, it) for it in value]
    return value


def _texts(value: Any, place: str = "", name: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield the place, the nearest name and the text of every string, the names among them."""
    match value:
        case str():
            yield place, name, value
        case Mapping():
            for key, inside in value.items():
                shown = public_name(str(key))
                yield f"a name in {place or 'the config'}", "", str(key)
                yield from _texts(inside, f"{place}.{shown}".lstrip("."), str(key))
        case list() | tuple() | set() | frozenset():
            for it in value:
                yield from _texts(it, place, name)
