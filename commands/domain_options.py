"""A domain by its name and its options as they are typed, with the model that judges in it."""

import json
from typing import TYPE_CHECKING, Any

from .. import domains as domain_floor
from .errors import Refused

if TYPE_CHECKING:
    from ..graph.calls.judge_model import Judge


def built(name: str, options: str) -> "tuple[domain_floor.Domain, Judge | None]":
    """The domain, and its judge where the options name one. Raises Refused."""
    opened, judge = _opened(_options(options))
    try:
        return domain_floor.get(name, opened), judge
    except ValueError as error:
        raise Refused(f"{name} cannot be built with these options: {error}", code=2) from error


def _opened(options: dict[str, Any]) -> "tuple[dict[str, Any], Judge | None]":
    """With the model opened that the options give a domain's judge, if they name one."""
    if "judge_model" not in options:
        return options, None
    # graph/ takes a second to import.
    from ..graph.calls.judge_model import with_judge

    return with_judge(options)


def _options(text: str) -> dict[str, Any]:
    try:
        options = json.loads(text)
    except json.JSONDecodeError as error:
        raise Refused(f'--options is no JSON: {error}. Write {{"name": value}}.', code=2) from None
    if not isinstance(options, dict):
        raise Refused('--options must be a JSON object: {"name": value}.', code=2)
    return options
