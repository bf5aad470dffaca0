"""Envelope of an answer: only a complete one, whose every field that counts is right, is believed.

Nothing here is an `error`: it arrived, and was paid for.
"""

from collections.abc import Collection
from typing import Annotated, NamedTuple, TypeVar

from pydantic import BaseModel, Field, ValidationError

from ..contract import Reply, Usage

Count = Annotated[int, Field(strict=True, ge=0, le=10**8)]
"""Tokens of one call; a server's word is not taken for less than none or for a library."""
E = TypeVar("E", bound=BaseModel)


class Endings(NamedTuple):
    """Words by which a protocol says why an answer ended."""

    whole: Collection[str]
    cut: Collection[str]
    refused: Collection[str]


class UnreadableAnswer(ValueError):
    """A body that is no complete answer; the reason is a sentence."""


def read_envelope(kind: type[E], body: bytes) -> E:
    """Parse a body. Raises UnreadableAnswer: the fields at fault, and how the body starts."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        start = body[:120].decode(errors="replace")
        faults = error.errors(include_input=False, include_url=False, include_context=False)[:4]
        where = ", ".join(".".join(map(str, it["loc"]))[:80] or "the body" for it in faults)
    raise UnreadableAnswer(
        f"The server sent no complete message (see {where}); it starts {start!r}."
    )


def finish_reply(
    text: str, reason: str | None, usage: Usage, endings: Endings, thought: int = 0
) -> Reply:
    """Return a complete message as a reply, by the reason why it ended.

    `thought` counts the tokens of `usage.output` that were thinking, which is no part of the text.
    """
    if reason in endings.cut:
        thinking = f", {thought} of them thinking" if thought else ""
        return Reply(text, "truncated", usage, f"Cut off after {usage.output} tokens{thinking}.")
    if reason in endings.refused:
        return Reply(text, "refused", usage, "The model refused.")
    if reason not in endings.whole:
        detail = f"The answer did not end, it stopped for {str(reason)[:80]!r}."
        return Reply(text, "malformed", usage, detail)
    if not text.strip():
        return Reply("", "malformed", usage, "The message holds no text.")
    return Reply(text, "ok", usage)
