"""Sets a reply's thinking aside: an answer that stands only there is no answer."""

import re

TAIL = 20_000
"""Characters from the end of a reply that are read."""
_TAG_LENGTH = 120
_NAMES = ("think", "thinking", "thought", "thoughts", "reasoning", "scratchpad", "seed:think")
_TAG = re.compile(
    rf"(?<!`)(?:<(?P<slash>/)?(?:{'|'.join(_NAMES)})(?:\s[^<>\n]{{0,80}})?>|\[(?P<ends>/)?THINK\]"
    r"|<\|channel\|>(?:(?P<final>final)|analysis|commentary))",
    re.I,
)


def drop_thinking(reply: str) -> str:
    """Return the end of `reply` without its thinking.

    A block that is never closed goes on to the end. A closing tag alone ends one that began
    with the reply.
    """
    thinks = len(reply) > TAIL and _is_left_open(reply[: _TAG_LENGTH - TAIL].lower())
    tail, kept, place = reply[-TAIL:], list[str](), 0
    for tag in _TAG.finditer(tail):
        closes = bool(tag["slash"] or tag["ends"] or tag["final"])
        if closes and not thinks:
            kept.clear()
        elif not closes and not thinks:
            kept.append(tail[place : tag.start()])
        thinks, place = not closes, tag.end()
    return "\n\n".join(kept if thinks else [*kept, tail[place:]])


def _is_left_open(head: str) -> bool:
    """Tell whether `head` ends in the middle of thinking."""
    opening = max(head.rfind(tag) for tag in ("[think]", *(f"<{name}>" for name in _NAMES)))
    closing = max(head.rfind(tag) for tag in ("[/think]", *(f"</{name}>" for name in _NAMES)))
    return opening > closing
