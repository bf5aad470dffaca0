"""Revival of stored events as the classes of today."""

import json

from ..errors import StoreCorrupt, StoreTooNew
from . import Event
from .event import Payload

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}
"""Name of each kind -> its class."""


def revive(stream: str, slot: str, kind: str, schema: int, stored: str) -> Event:
    """Return the event with the payload `stored`, JSON of any schema, as the class of today.

    Raises StoreTooNew for a kind or schema of the future, StoreCorrupt for what no schema allows.
    """
    known = KINDS.get(kind)
    if known is None or (type(schema) is int and schema > known.newest_schema()):
        newest = f"up to schema {known.newest_schema()}" if known else "no such kind"
        raise StoreTooNew(
            f"Slot {slot!r} of stream {stream!r} holds {kind}, schema {schema}; this version "
            f"knows {newest}. Update tutelage to read it."
        )
    try:
        payload: Payload = json.loads(stored)
        if type(schema) is not int or schema < 1:
            raise ValueError("the first schema is 1")
        for lift in known.upcasts[schema - 1 :]:
            payload = lift(payload)
        return known.model_validate(payload | {"stream": stream, "slot": slot})
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise StoreCorrupt(
            f"Slot {slot!r} of stream {stream!r} holds {kind}, schema {schema}, that cannot be "
            f"read: {error}. `tutelage log verify` says whether it was changed."
        ) from error
