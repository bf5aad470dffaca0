"""Documents of the index: one for each version, one for each rule."""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..strategies.versions import Strategies, Version

Describe = Callable[[str], str]
"""Domain -> what it is about: first the capability in one sentence, then failure modes, steps,
a sample problem. The richer, the surer the hits."""


class Document(NamedTuple):
    views: tuple[str, ...]
    """Texts that say the same from different sides; its vector lies in their middle."""
    metadata: dict[str, Any]

    @property
    def text(self) -> str:
        return "\n\n".join(self.views)


def documents_of(strategies: Strategies, describe: Describe) -> dict[str, Document]:
    """Return id -> document, in store order. A rule that many versions share is one document."""
    found: dict[str, Document] = {}
    about: dict[str, str] = {}
    for version in strategies.versions():
        domain = version.domain
        if domain not in about:
            about[domain] = describe(domain)
        rules = []
        for rule in version.strategy.rules:
            text = f"{rule.section}: {rule.text}{rule.scope}"
            rules.append(_id("rule", domain, text))
            found[rules[-1]] = Document((text,), {"kind": "rule", "domain": domain})
        views = _views(about[domain], version.strategy.render())
        found[_id("strategy", domain, version.hash)] = Document(views, _facts(version, rules))
    return found


def _views(about: str, rules: str) -> tuple[str, ...]:
    # The sentence alone, because a sample problem's scenery must not drown the capability; the
    # rules alone, because an embedder reads only the beginning of a long text.
    sentence = re.split(r"(?<=[.!?])\s", about.strip(), maxsplit=1)[0]
    return tuple(dict.fromkeys(view for view in (sentence, about.strip(), rules) if view))


def _facts(version: Version, rules: Sequence[str]) -> dict[str, Any]:
    gate = version.gate
    return {
        "kind": "strategy",
        "domain": version.domain,
        "version": version.name,
        "hash": version.hash,
        "status": version.status,
        "rules": " ".join(rules),
        "decision": gate.decision if gate else "",
        "channel": gate.channel if gate else "",
        "gain": gate.gain if gate else 0.0,
        "low": gate.low if gate else 0.0,
        "high": gate.high if gate else 0.0,
        "pairs": gate.pairs if gate else 0,
    }


def _id(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
