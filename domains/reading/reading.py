"""Reads the final answer of a reply, whatever it is wrapped in. docs/reading.md has the rules."""

import operator
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from .contract import Reading, Step, Unreadable
from .dress import undress
from .thinking import drop_thinking
from .wrappers import inside, open_boxes, open_markdown, unwrap

T = TypeVar("T")
LONGEST = 2_000
"""Characters; a candidate that is longer is no answer."""
MARKS = 6
"""So many marks from the end are tried."""
_MARK = re.compile(
    r"\banswer\b[*_`]{0,3}\s{0,3}(?:is\b\s{0,3}:?|:|=)|^ {0,3}####[ \t]+|<answer>"
    r"|^[ \t]*(?:the |my )?(?:final )?answer[ \t]*$",
    re.I | re.M,
)
_BOX = re.compile(r"\\(?:boxed|fbox)\s*(?:\{|(?=[\w.-]))")
_CUT = re.compile(r"[.!?;]\s|\s\(|,?\s(?:because|since|which|as|so|or|and)\b|\s?(?:≈|\\approx)|\n")
_SECOND = re.compile(
    r"(?:^|[^\w])(?:or\b|wait\b|no,|not\b|actually\b|should be\b|(?:is|was) wrong|incorrect)", re.I
)


class Passage(NamedTuple):
    """A part of the reply that may be its answer."""

    start: int
    """Where its mark begins."""
    text: str
    end: int


def read_reply(
    reply: str,
    parse: Callable[[str], T],
    *,
    same: Callable[[T, T], bool] = operator.eq,
    words: bool = False,
) -> Reading[T]:
    """Return the final answer of `reply`, as `parse` reads it from what stands for it.

    `parse` gets an unwrapped candidate and raises Unreadable where it is no answer. `same` tells
    whether two answers are one. `words` says that `parse` takes nearly any words. Never raises.
    """
    kept = drop_thinking(reply)
    text = open_markdown(undress(kept))
    steps = [Step("set aside", kept), Step("undressed", text)]
    if not text:
        why = "The reply only thinks." if reply.strip() else "The reply is empty."
        return Reading(None, None, why, "", tuple(steps))
    for place in _places(text, words):
        for shown, rest in _shorter(place.text):
            bare = unwrap(shown)
            steps.append(Step("candidate", bare))
            try:
                answer = parse(bare)
            except (Unreadable, RecursionError):
                continue
            behind = rest + text[place.end :]
            working = text[: place.start]
            if not words and _SECOND.search(behind[:200]):
                why = f"Behind `{bare[:60]}` the reply goes on: `{behind.strip()[:60]}`."
                return Reading(None, None, why, working, tuple(steps))
            steps.append(Step("read", bare))
            return Reading(answer, bare, "", working, tuple(steps))
    why = "The reply gives no answer that can be read."
    return Reading(None, None, why, text, tuple(steps))


def _places(text: str, words: bool) -> Iterator[Passage]:
    marks = list(_MARK.finditer(text))
    for mark in reversed(marks[-MARKS:]):
        yield _behind_mark(text, mark)
    boxes = list(_BOX.finditer(text))
    if boxes:
        box = boxes[-1]
        content = inside(text[box.end() :]) if box[0].endswith("{") else None
        if content is None:
            content = re.split(r"[\s$]", text[box.end() :], maxsplit=1)[0]
        end = box.end() + len(content) + box[0].endswith("{")
        yield Passage(box.start(), open_boxes(content), end)
    line = text.rpartition("\n")[2]
    if not marks and not boxes and not (words and "\n" in text):
        yield Passage(len(text) - len(line), line[:LONGEST], len(text))


def _behind_mark(text: str, mark: re.Match[str]) -> Passage:
    """Return the line behind the mark, or the next block where that line is empty."""
    end = text.find("\n", mark.end())
    line = text[mark.end() : end if end >= 0 else len(text)]
    if re.search(r"\w", line):
        line = re.split(r"</answer>", line, maxsplit=1)[0]
        return Passage(mark.start(), line[:LONGEST], mark.end() + len(line))
    block = re.compile(r"\s*(.+(?:\n.*\S.*)*)").match(text, mark.end() + len(line))
    if block is None:
        return Passage(mark.start(), "", len(text))
    lines = [re.sub(r"^\s*[-*+•] +", "", it) for it in block[1].split("\n")]
    return Passage(mark.start(), "\n".join(lines)[:LONGEST], block.end())


def _shorter(text: str) -> Iterator[tuple[str, str]]:
    """Yield a candidate whole, then as far as its first sentence or remark goes, and the rest."""
    cut = _CUT.search(text)
    if text.strip():
        yield text, ""
    if cut and text[: cut.start()].strip():
        yield text[: cut.start()], text[cut.start() :]
