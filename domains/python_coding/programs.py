"""Finds the program in a reply: fenced, cut off, in several blocks, or bare between sentences.

Nothing is compiled here: a reply may be anything, and what does not load the sandbox will say.
"""

import re
from typing import NamedTuple

LONGEST = 60_000
"""Characters of a reply that are looked at, from its end."""
FENCE = re.compile(r"^[ \t]*+(?:```++|~~~++)[ \t]*+([\w+-]*+)[^\n`]*+$", re.M)
PYTHON = frozenset({"", "python", "python3", "py", "py3"})
CODE_LINE = re.compile(
    r"(?:async\s|def\s|class\s|@|import\s|from\s+\S+\s+import\b|[A-Za-z_]\w*+(?:\s*+:[^=]++)?\s*+=[^=]"
    r"|if\s.*:|for\s.*:|while\s.*:|try:|with\s.*:|#|[)\]}]|else:|elif\s|except\b|finally:|[\"']{3})"
)
DEFINES = re.compile(r"^(?:(?:async\s+)?def\s+|class\s+)(\w+)|^(\w+)\s*=[^=]", re.M)
OPENS = re.compile(r"(?:async\s+def|def|class)\s+\w+|import\s+\w+$|from\s+\S+\s+import\b|@\w", re.M)


class ReplyProgram(NamedTuple):
    """A program, and the part of the reply that held it."""

    code: str
    how: str
    """`one block`, `last of 3 blocks`, `2 of 3 blocks`, `an open block`, `no block`."""


def find_program(reply: str, name: str) -> ReplyProgram | None:
    """Return the program of a reply that ought to define `name`; None where there is no code.

    Of several blocks the last one that defines it counts, with those before it that define
    something which it uses.
    """
    reply = reply[-LONGEST:].replace("\r\n", "\n")
    blocks, closed = _blocks(reply)
    useful = [block for block in blocks if _defined_names(block)]
    wanted = [block for block in useful if name in _defined_names(block)]
    if not wanted:
        bare = _bare(reply) if not useful else ""
        if bare:
            return ReplyProgram(bare, "no block")
        return ReplyProgram(useful[-1], _of(1, len(blocks), closed)) if useful else None
    chosen = wanted[-1]
    before = useful[: useful.index(chosen)]
    helpers = [block for block in before if _helps(block, chosen, name)]
    return ReplyProgram("\n\n".join([*helpers, chosen]), _of(1 + len(helpers), len(blocks), closed))


def _blocks(reply: str) -> tuple[list[str], bool]:
    """Return the fenced blocks that may be Python, and whether the last fence was closed."""
    found, start, language = [], -1, ""
    for fence in FENCE.finditer(reply):
        if start < 0:
            start, language = fence.end(), fence[1].lower()
        else:
            if language in PYTHON:
                found.append(_without_prompts(reply[start : fence.start()].strip("\n")))
            start = -1
    if start >= 0 and language in PYTHON:
        found.append(_without_prompts(reply[start:].strip("\n")))
    return found, start < 0


def _of(used: int, blocks: int, closed: bool) -> str:
    if not closed:
        return "an open block"
    if used > 1:
        return f"{used} of {blocks} blocks"
    return "one block" if blocks == 1 else f"last of {blocks} blocks"


def _without_prompts(block: str) -> str:
    """Return the code typed in a block of the interactive prompt; any other block dedented."""
    lines = block.split("\n")
    if lines and lines[0].startswith(">>> "):
        return "\n".join(line[4:] for line in lines if line.startswith((">>> ", "... ")))
    filled = [line for line in lines if line.strip()]
    indent = min((len(line) - len(line.lstrip(" ")) for line in filled), default=0)
    return "\n".join(line[indent:] for line in lines)


def _defined_names(code: str) -> list[str]:
    """Return the names that a program defines at its outermost level."""
    return [one or other for one, other in DEFINES.findall(code)]


def _helps(block: str, chosen: str, name: str) -> bool:
    defined = [one for one in _defined_names(block) if one not in _defined_names(chosen)]
    uses = any(re.search(rf"\b{re.escape(one)}\b", chosen) for one in defined)
    return name not in _defined_names(block) and uses


def _bare(reply: str) -> str:
    """Return the lines that look like code, from the first def, class or import on."""
    kept: list[str] = []
    for line in reply.split("\n"):
        outer = bool(line.strip()) and not line.startswith((" ", "\t"))
        if not kept:
            if OPENS.match(line):
                kept.append(line)
        elif not outer or CODE_LINE.match(line):
            kept.append(line)
        else:
            kept.append("")
            if not any(re.match(r"(?:async\s+)?def\s|class\s", one) for one in kept):
                kept = []
    code = "\n".join(kept).strip("\n")
    return code if re.search(r"^(?:(?:async\s+)?def\s+|class\s+)\w+", code, re.M) else ""
