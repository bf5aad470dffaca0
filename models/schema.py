"""Check a reply against the JSON Schema of its request."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from .contract import ModelError, Reply


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

    try:
        answer = json.loads(text)
    except ValueError as error:
        return f"A reply in JSON was asked for and plain text came: {error}."
    fault = jsonschema.exceptions.best_match(_validator(json.dumps(schema)).iter_errors(answer))
    if fault is None:
        return None
    return f"The JSON breaks the schema at {fault.json_path}: {fault.message[:200]}."


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
