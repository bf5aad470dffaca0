"""Objections of a Chat Completions server to parameters: what it does not take is not sent again.

Newer models of OpenAI refuse `max_tokens`, `temperature` or both, older servers
`max_completion_tokens`, `seed` or `response_format`. Each says so by the status 400 or 422, which
costs nothing.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..contract import Request

LIMITS = ("max_tokens", "max_completion_tokens")
"""Names of the limit of an answer: the old one, which every server knows, and OpenAI's new one."""
_FORMAT = re.compile(r"response_format|json_schema|\bschema\b|grammar|structured", re.I)
_UNKNOWN = re.compile(
    r"unsupported|not support|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed|extra",
    re.I,
)


class ServerTerms(NamedTuple):
    """Parameters that a server takes, as far as it is known."""

    limits: tuple[str, ...] = LIMITS
    """Names of the limit of an answer, the one to try first in front."""
    dropped: frozenset[str] = frozenset()
    """Parameters that it does not take."""
    loose: frozenset[int] = frozenset()
    """Schemas that it takes, but not as strict ones."""
    unsent: frozenset[int] = frozenset()
    """Schemas that it does not take at all."""

    def arguments(self, request: Request) -> dict[str, Any]:
        """Return what a request asks for, in these terms."""
        asked: dict[str, Any] = {"temperature": request.temperature, "seed": request.seed}
        asked = {name: value for name, value in asked.items() if name not in self.dropped}
        asked[self._limit] = request.max_tokens
        if request.answer_schema is not None and not self.leaves_out(request):
            strict = _identity(request) not in self.loose
            schema = {"name": "answer", "strict": strict, "schema": dict(request.answer_schema)}
            asked["response_format"] = {"type": "json_schema", "json_schema": schema}
        return asked

    def leaves_out(self, request: Request) -> bool:
        """Tell whether the request's schema is one that the server is not sent."""
        return _identity(request) in self.unsent

    def after(self, complaint: str, request: Request) -> "ServerTerms | None":
        """Return terms without what a complaint names; None where it names nothing of these."""
        schema = _identity(request)
        if schema and schema not in self.unsent and _FORMAT.search(complaint):
            if schema not in self.loose:
                return self._replace(loose=self.loose | {schema})
            return self._replace(unsent=self.unsent | {schema})
        for name in {"temperature", "seed", self._limit} - self.dropped:
            if not re.search(rf"\b{name}\b", complaint):
                continue
            if name != self._limit:
                return self._replace(dropped=self.dropped | {name})
            # `max_tokens is too large` is no objection to the name.
            is_last = len(self.dropped.intersection(self.limits)) == len(self.limits) - 1
            if _UNKNOWN.search(complaint) and not is_last:
                return self._replace(dropped=self.dropped | {name})
        return None

    def also(self, other: "ServerTerms") -> "ServerTerms":
        """Return terms without what either leaves out: calls under way together learn apart."""
        return self._replace(
            dropped=self.dropped | other.dropped,
            loose=self.loose | other.loose,
            unsent=self.unsent | other.unsent,
        )

    @property
    def _limit(self) -> str:
        return next((it for it in self.limits if it not in self.dropped), self.limits[0])


def read_complaint(body: object) -> str:
    """Return what an error says of parameters; FastAPI's repeats the whole request beside it."""
    if not isinstance(body, Mapping):
        return str(body)
    detail = body.get("detail")
    if isinstance(detail, list):
        found = [it for it in detail if isinstance(it, Mapping)]
        return " ".join(f"{it.get('loc')} {it.get('type')} {it.get('msg')}" for it in found)
    return f"{body.get('param')} {body.get('code')} {body.get('message') or body}"


def _identity(request: Request) -> int:
    """Return a number for the request's schema; 0 where it has none."""
    if request.answer_schema is None:
        return 0
    return hash(json.dumps(request.answer_schema, sort_keys=True)) or 1
