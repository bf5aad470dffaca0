"""Upcasts of old events to today's classes: each lifts one kind by one schema.

A stored event is never rewritten. When a kind changes shape, its `schema_version` rises by one
and the function that lifts the old payload joins `UPCASTS`.
"""

import json
import re
from collections.abc import Callable
from typing import Any, cast, get_args

from ..errors import StoreCorrupt, StoreTooNew
from . import AnyEvent, Event

Payload = dict[str, Any]


def _keep_payload(payload: Payload) -> Payload:
    """Change nothing: the defaults of the new fields say what the old schema meant."""
    return payload


def _add_origin(payload: Payload) -> Payload:
    imported = str(payload["branch"]).endswith("/import")
    return payload | {"origin": "import" if imported else "teacher"}


def _add_planned_pairs(payload: Payload) -> Payload:
    """Add the planned pairs: no old gate stopped early, so all of its block, if it was tried."""
    return payload | {"planned": len(payload.get("block", ()))}


_LEVEL = re.compile(r" \(Run at the level (\w+: .*)\.\)$", re.S)


def _add_judged_by(payload: Payload) -> Payload:
    """Take the level of the sandbox from the end of the feedback; the usual one stood nowhere."""
    said = _LEVEL.search(str(payload.get("feedback", "")))
    return payload | {"judged_by": said[1] if said else ""}


UPCASTS: dict[tuple[str, int], Callable[[Payload], Payload]] = {
    ("AttemptJudged", 1): _add_judged_by,
    ("ProbeDecided", 1): _keep_payload,
    ("RoundOpened", 1): _keep_payload,
    ("Reflected", 1): _keep_payload,
    ("StrategyProposed", 1): _add_origin,
    ("ProposalRefused", 1): _keep_payload,
    ("GateDecided", 1): _add_planned_pairs,
}
"""(kind, schema) -> the payload one schema later."""

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(get_args(AnyEvent)[0])}
"""Name of each kind -> its class."""


def revive(stream: str, slot: str, kind: str, schema: int, stored: str) -> AnyEvent:
    """Return the event with the payload `stored`, JSON of any schema, as the class of today.

    Raises StoreTooNew for a kind or schema of the future, StoreCorrupt for what no schema allows.
    """
    known = KINDS.get(kind)
    if known is None or schema > known.schema_version:
        newest = f"up to schema {known.schema_version}" if known else "no such kind"
        raise StoreTooNew(
            f"Slot {slot!r} of stream {stream!r} holds {kind}, schema {schema}; this version "
            f"knows {newest}. Update tutelage to read it."
        )
    try:
        payload: Payload = json.loads(stored)
        for old in range(schema, known.schema_version):
            payload = UPCASTS[kind, old](payload)
        return cast(AnyEvent, known.model_validate(payload | {"stream": stream, "slot": slot}))
    except (KeyError, ValueError, TypeError) as error:
        raise StoreCorrupt(
            f"Slot {slot!r} of stream {stream!r} holds {kind}, schema {schema}, that cannot be "
            f"read: {error}. `tutelage log verify` says whether it was changed."
        ) from error
