"""Old events are read as today's: each upcast lifts one kind by one schema.

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


def _only_gained(payload: Payload) -> Payload:
    """The new fields of the kind have defaults that say what the old schema meant."""
    return payload


def _says_where_it_is_from(payload: Payload) -> Payload:
    imported = str(payload["branch"]).endswith("/import")
    return payload | {"origin": "import" if imported else "teacher"}


def _planned_it_all(payload: Payload) -> Payload:
    """Nothing stopped a gate early: it answered the whole block, or nothing when untrained."""
    return payload | {"planned": len(payload.get("block", ()))}


_LEVEL = re.compile(r" \(Run at the level (\w+: .*)\.\)$", re.S)


def _judged_by_what_its_feedback_says(payload: Payload) -> Payload:
    """An unusual level stood at the end of the feedback; the usual one stood nowhere."""
    said = _LEVEL.search(str(payload.get("feedback", "")))
    return payload | {"judged_by": said[1] if said else ""}


UPCASTS: dict[tuple[str, int], Callable[[Payload], Payload]] = {
    ("AttemptJudged", 1): _judged_by_what_its_feedback_says,
    ("ProbeDecided", 1): _only_gained,
    ("RoundOpened", 1): _only_gained,
    ("Reflected", 1): _only_gained,
    ("StrategyProposed", 1): _says_where_it_is_from,
    ("ProposalRefused", 1): _only_gained,
    ("GateDecided", 1): _planned_it_all,
}
"""(kind, schema) -> the payload one schema later."""

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(get_args(AnyEvent)[0])}
"""Name of each kind -> its class."""


def revive(stream: str, slot: str, kind: str, schema: int, stored: str) -> AnyEvent:
    """The event whose payload was `stored` as JSON, whatever its schema, as the class of today.

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
