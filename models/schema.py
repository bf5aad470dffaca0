"""Hold a reply against the JSON Schema that was asked for."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .contract import ModelError, Reply


def held_against(schema: Mapping[str, Any] | None, reply: Reply) -> Reply:
    """Return `reply`, or the same text as `malformed` when it breaks `schema`.

    Nothing is mended: no fence is stripped, no JSON is looked for inside prose.
    """
    if schema is None or reply.outcome != "ok":
        return reply
    fault = _fault(schema, reply.text)
    return reply if fault is None else replace(reply, outcome="malformed", detail=fault)


def _fault(schema: Mapping[str, Any], text: str) -> str | None:
    # Here, because it takes 0.1 s to import and most requests carry no schema.
    import jsonschema  # type: ignore[import-untyped]  # ships no types

    try:
        answer = json.loads(text)
    except ValueError as error:
        return f"A reply in JSON was asked for and plain text came: {error}."
    try:
        jsonschema.validate(answer, schema)
    except jsonschema.SchemaError as error:
        raise ModelError(f"The answer_schema is no JSON Schema: {error.message}") from error
    except jsonschema.ValidationError as error:
        return f"The JSON breaks the schema at {error.json_path}: {error.message[:200]}."
    return None
