"""Sets a reply's thinking aside: an answer that stands only there is no answer."""

import re

TAIL = 20_000
"""Characters from the end of a reply that are read."""
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
    thinks, kept, place = False, list[str](), max(0, len(reply) - TAIL)
    for tag in _TAG.finditer(reply):
        closes = bool(tag["slash"] or tag["ends"] or tag["final"])
        if tag.start() < len(reply) - TAIL:
            thinks, place = not closes, max(place, tag.end())
            continue
        if closes and not thinks:
            kept.clear()
        elif not closes and not thinks:
            kept.append(reply[place : tag.start()])
        thinks, place = not closes, tag.end()
    return "\n\n".join(kept if thinks else [*kept, reply[place:]])
