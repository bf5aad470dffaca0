"""Credentials that old runs recorded in their configs: no text that leaves the store holds them.

How they are told stands in `models/credentials.py`, and in which settings in
`graph/config/credentials.py`.
"""

import html
import json
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from ..store.log import Log

SHORTEST = 8
"""A shorter credential could stand in a text by chance, so it is hidden only in its address."""

_HIDDEN: list[tuple[str, str]] = []
"""Texts that this process shows nobody, and what stands in their place; the longest first."""


def hide_credentials(log: "Log") -> None:
    """Hide, as long as the process lives, the credentials in the configs of a log's runs."""
    # These take long to load, and every help page loads this file.
    from ..graph.config.credentials import config_credentials
    from ..store.errors import StoreError
    from ..store.events import RunStarted

    found = dict(_HIDDEN)
    # Whoever reads a damaged log is told by what they ask of it.
    with suppress(StoreError):
        for started in log.events(RunStarted):
            for secret in config_credentials(started.config):
                found |= _forms(secret)
    _HIDDEN[:] = sorted(found.items(), key=lambda it: -len(it[0]))


def without_credentials(text: str) -> str:
    """Return a text without the credentials that are to be hidden."""
    for secret, shown in _HIDDEN:
        text = text.replace(secret, shown)
    return text


def _forms(secret: str) -> dict[str, str]:
    """Return a credential as it may stand in a text, in JSON, in HTML and in an address."""
    from ..models.credentials import REMOVED, credential_in, public_name

    if credential_in(secret):  # a whole address, or a key by its form
        return {secret: public_name(secret)}
    if len(secret) < SHORTEST:
        around = (("://", "@"), ("=", "#"), ("=", "&"), ("=", "/"))
        return {f"{left}{secret}{right}": f"{left}{REMOVED}{right}" for left, right in around}
    written = (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe=""))
    return dict.fromkeys((*written, *map(html.escape, written)), REMOVED)
