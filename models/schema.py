"""Check a reply against the JSON Schema of its request, within bounds of length, depth and time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any

from ..bounded_json import UnreadableJson, read_json
from .contract import ModelError, Reply

LONGEST = 200_000
"""Characters of a reply that is held against a schema: a hundred times an honest one."""
FAULTS = 20
"""Faults of a reply that are looked at, for the one that is told."""
UNBOUNDED = frozenset(("pattern", "patternProperties", "uniqueItems"))
"""Keywords whose check a hostile reply can make last for hours."""
_NAMED = frozenset(("properties", "$defs", "definitions", "dependentSchemas"))
"""Keywords whose keys are names of the user's, each with a schema of its own."""


def check_schema(schema: Mapping[str, Any] | None) -> None:
    """Raise ModelError, before a call is paid, for a schema that no reply can be held against."""
    if schema is None:
        return
    _validator(json.dumps(schema))
    if found := UNBOUNDED.intersection(_keywords(schema)):
        raise ModelError(
            f"The answer_schema asks for {', '.join(sorted(found))}, which a hostile reply can "
            "make last for ever. Leave it out, and check that part of the reply yourself."
        )


def enforce_schema(schema: Mapping[str, Any] | None, reply: Reply) -> Reply:
    """Return `reply`, or the same text as `malformed` when it breaks `schema`.

    Nothing is repaired: no fence is stripped, no JSON is looked for inside prose.
    """
    if schema is None or reply.outcome != "ok":
        return reply
    fault = _find_fault(schema, reply.text)
    return reply if fault is None else replace(reply, outcome="malformed", detail=fault)


def _find_fault(schema: Mapping[str, Any], text: str) -> str | None:
    # Here, because it takes 0.1 s to import and most requests carry no schema.
    import jsonschema  # type: ignore[import-untyped]  # ships no types
    from referencing.exceptions import Unresolvable

    validator = _validator(json.dumps(schema))
    try:
        answer = read_json(text, longest=LONGEST)
    except UnreadableJson as error:
        return f"A reply in JSON was asked for and plain text came: {error}."
    try:
        faults = list(islice(validator.iter_errors(answer), FAULTS))
        fault = jsonschema.exceptions.best_match(faults)
    except (ValueError, TypeError, ArithmeticError, LookupError, RecursionError, Unresolvable) as e:
        return f"The JSON cannot be held against its schema: {type(e).__name__}."
    if fault is None:
        return None
    return f"The JSON breaks the schema at {fault.json_path[:200]}: {fault.message[:200]}."


def _keywords(schema: Any) -> Iterator[str]:
    """Yield every keyword of a schema, at any depth."""
    if isinstance(schema, list):
        for each in schema:
            yield from _keywords(each)
    elif isinstance(schema, Mapping):
        for keyword, value in schema.items():
            yield keyword
            if keyword in _NAMED and isinstance(value, Mapping):
                for each in value.values():
                    yield from _keywords(each)
            elif keyword not in ("enum", "const", "default", "examples"):
                yield from _keywords(value)


@lru_cache(maxsize=16)
def _validator(schema: str) -> Any:
    """Make the validator of `schema`, once for each schema: that takes 30 ms."""
    import jsonschema

    shape = json.loads(schema)
    kind = jsonschema.validators.validator_for(shape)
    try:
        kind.check_schema(shape)
    except jsonschema.SchemaError as error:
        raise ModelError(f"The answer_schema is no JSON Schema: {error.message}") from error
    return kind(shape)
