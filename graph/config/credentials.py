"""Credentials in a config: none is taken from a new one, and none of an old one is shown.

How they are told stands in `models/credentials.py`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from ...models.credentials import (
    REMOVED,
    credential_in,
    credentials_of,
    is_credential,
    public_name,
)

ADVICE = (
    "A config is recorded, and reports show it: take it out. The key of a `messages:` server "
    "belongs in the environment, as MESSAGES_API_KEY or, for a user and password or a token, as "
    "MESSAGES_AUTHORIZATION (the whole header: `Basic ...`, `Bearer ...`); that of an `openai:` "
    "server as CHAT_COMPLETIONS_API_KEY or CHAT_COMPLETIONS_AUTHORIZATION; whatever a domain "
    "needs, it can read from a variable of its own."
)


def credential_faults(
    data: Mapping[str, Any], holds_secret: Callable[[str], bool] = lambda text: False
) -> list[str]:
    """Say which settings of a config hold a credential, and of what kind; never the credential.

    `holds_secret` tells further secrets, such as those of the environment.
    """
    faults = []
    for place, names, value in _leaves(data):
        text = str(value)
        if any(is_credential(name, value) for name in names):
            what = "a credential, by its name"
        elif not (what := credential_in(text)) and holds_secret(text):
            what = "a secret of the environment"
        if what:
            faults.append(f"{place} holds {what}")
    return faults


def public_config(data: Mapping[str, Any], above: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a config without its credentials: those of an old run stay in its log.

    `above` are the names that it stands under.
    """
    return {
        public_name(str(name)): _public(value, (*above, str(name))) for name, value in data.items()
    }


def config_credentials(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the credentials that a config holds, and the texts that they stand in, as they are."""
    found: set[str] = set()
    for _, names, value in _leaves(data):
        text = str(value)
        if parts := credentials_of(text):
            found |= {text, *parts}
        if any(is_credential(name, value) for name in names):
            found.add(text)
    return frozenset(found)


def _public(value: Any, names: tuple[str, ...]) -> Any:
    match value:
        case Mapping():
            return public_config(value, names)
        case list() | tuple():
            return [_public(it, (*names, *flag)) for flag, it in _with_flags(value)]
    if any(is_credential(name, value) for name in names):
        return REMOVED
    return public_name(value) if isinstance(value, str) else value


def _leaves(
    value: Any, place: str = "", names: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...], object]]:
    """Yield the place, the names above it and the value of all that is no container.

    The names are among them, as texts.
    """
    match value:
        case BaseModel():
            yield from _leaves(dict(value), place, names)
        case Mapping():
            for key, inside in value.items():
                shown = public_name(str(key))
                yield f"a name in {place or 'the config'}", (), str(key)
                yield from _leaves(inside, f"{place}.{shown}".lstrip("."), (*names, str(key)))
        case list() | tuple() | set() | frozenset():
            for flag, it in _with_flags(value):
                yield from _leaves(it, place, (*names, *flag))
        case _:
            yield place, names, value


def _with_flags(values: Collection[Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each value of a list, and the flag before it: `--api-key` names what follows."""
    for before, value in pairwise([None, *values]):
        yield ((before,) if isinstance(before, str) and before.startswith("-") else ()), value
