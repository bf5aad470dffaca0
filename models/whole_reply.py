"""Replies made whole: whatever a stranger's model hands back becomes one of the contract."""

from operator import index
from typing import get_args

from .contract import Reply, ReplyOutcome, Usage

MOST_TOKENS = 10**9
"""Tokens of one call, at most: a larger count is no count."""


def whole_reply(found: object) -> Reply:
    """Return what a model gave as a reply of the contract, `malformed` where it is none."""
    if not isinstance(found, Reply):
        return Reply("", "malformed", detail=f"The model gave {_kind(found)}, which is no Reply.")
    if not isinstance(found.text, str):
        return Reply("", "malformed", detail=f"Its text is {_kind(found.text)}, and no text.")
    if found.outcome not in get_args(ReplyOutcome):
        detail = f"Its outcome is {str(found.outcome)[:80]!r}, which is none."
        return Reply(found.text, "malformed", detail=detail)
    detail = found.detail if isinstance(found.detail, str) else _kind(found.detail)
    usage = _read_usage(found.usage)
    if usage is None:  # The text is as good as ever; the call is charged as if nothing was told.
        usage, detail = Usage(), f"{detail} Its usage is no count of tokens.".lstrip()
    return Reply(found.text, found.outcome, usage, detail)


def _read_usage(usage: object) -> Usage | None:
    """Return a usage in plain numbers, whichever library's they are; None where it is none."""
    if not isinstance(usage, Usage):
        return None
    told = (usage.input, usage.output, usage.cached)
    try:
        counts = [int(index(count)) for count in told]
    except Exception:  # It may be of any type, with any method.
        return None
    is_count = not any(isinstance(count, bool) for count in told)
    return Usage(*counts) if is_count and 0 <= min(counts) <= max(counts) <= MOST_TOKENS else None


def _kind(found: object) -> str:
    return type(found).__name__
