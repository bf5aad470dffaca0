"""Gathers what may be a reply's final answer: behind marks, in boxes, on the last line."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .wrappers import boxes, open_boxes, unwrap

LONGEST = 2_000
"""Characters; a candidate that is longer is no answer, unless it is of words."""
_TRIED = 6
"""So many marks from the end are tried, and so many shorter forms of a candidate."""
_MARK = re.compile(
    r"\banswers?\b[\"'*_`]{0,3}(?:\s(?:to|for|of)\s[^.:=?\n]{1,80}?)??\s{0,3}"
    r"(?:(?:is|are|was|would be|should be|must be)\b\s{0,3}:?|:|=)[*_`]{0,3}"
    r"|^[ \t]*####[ \t]+|<answer>|^[ \t]*(?:####[ \t]+)?(?:the |my )?(?:final )?answer[ \t]*$",
    re.I | re.M,
)
_OTHERS = re.compile(r"\b(?:wrong|incorrect|false|previous|earlier|initial|old|first)\s$", re.I)
"""An answer that is called so is not the one that the reply gives."""
_OPINION = re.compile(r"\W*(?:right|correct|clear|wrong|incorrect|helpful|below|above|ok)\b", re.I)
_BETWEEN = re.compile(
    r"[\W_]*\b(?:or|and|also|alternatively|so|thus|hence|therefore|the|my|our|a|final|second|another"
    r"|other|possible|correct)$",
    re.I,
)
_BULLET = re.compile(r"^\s*(?:[-*+•]|\(?\d{1,2}[.)])\s+")
CUT = re.compile(
    r"[.!?;](?=\s)|。|\s[(\[]|,(?=\s)|\n|\s-{1,2}\s|\s?(?:≈|\\approx\b|~=)"
    r"|(?<=[a-z]{2})\s?[/|]\s?(?=[a-z]{2})"
    r"|\s(?:because|since|which|as|so|or|and|but|is|was|not|if|when|where|though|i|it|this|that"
    r"|there|we|they|all|hope|due|i\.e|e\.g)\b",
    re.I,
)
_STRONG = re.compile(r"[.!?;](?=\s)|。|\s[(\[]|,?\s(?:because|since|as|so|or)\b|,\s(?=[A-Za-z])")
"""Where a line without a mark may end to be an answer."""
_DENIES = re.compile(r"\b(?:not|never|no|wrong|incorrect|neither|cannot)\b|n't\b", re.I)
_FRAME = re.compile(
    r"(?:so|thus|hence|therefore|then|finally|that|i (?:think|believe|guess)|maybe|perhaps|probably"
    r"|likely|possibly|exactly|simply|just|only|about|around|roughly|approximately|≈|~|\\approx"
    r"|(?:we|i|you) (?:get|got|have|find|found|obtain)(?: that)?)[,:]?\s+"
    r"|(?:it|this|that)'s\s+|(?:[a-z][\w'-]*\s+){1,7}?(?:is|are|was|be|equals?|gives)\b:?\s+",
    re.I,
)
_LABEL = re.compile(r"([a-z](?:_?\d)?)\s+(?:is|equals)\s+(?:equal to\s+)?", re.I)
_UNIT = re.compile(
    r"[\s$\\,;~]*(?!(?:and|or|so|as|is|which)\b)[a-z%°^µ€£$\\][^.,;:!?\n]{0,24}", re.I
)


class Passage(NamedTuple):
    """A part of the reply that may be its answer."""

    where: str
    start: int
    """End of the working before it."""
    spans: Sequence[tuple[str, int]]
    """Candidates, the longest first, each with the place where it ends."""
    parts: Sequence[str] = ()
    """Values that must be one, where they cannot be read together."""


def passages(text: str, words: bool) -> Iterator[Passage]:
    """Yield the passages that may be the answer of `text`, by precedence."""
    tried = list(reversed(_marks(text)[-_TRIED:]))
    for mark in sorted(tried, key=_doubt) if words else tried:
        yield _behind_mark(text, mark, words)
    found = list(boxes(text))
    if found:
        yield _in_boxes(text, found, words)
    start = text.rfind("\n") + 1
    line = _BULLET.sub("", text[start:]) if start else text
    if not start:
        cuts = [] if words else [it.start() for it in _STRONG.finditer(line[:LONGEST])]
        yield Passage(
            "the only line", 0, [(line[:end], end) for end in (len(line), *cuts[:_TRIED])]
        )
    elif not words and not re.search(r"[\d+*/^)]\s?=", line):
        yield Passage("the last line", start, [(line, len(text))])


def _marks(text: str) -> list[re.Match[str]]:
    return [it for it in _MARK.finditer(text) if not _OTHERS.search(text[: it.start()][-12:])]


def _doubt(mark: re.Match[str]) -> int:
    """Return how doubtful a mark is where nearly any words would do for an answer."""
    if mark[0].strip() == "####":
        return 1
    before = mark.string[: mark.start()][-12:].lower().split()
    opinion = _OPINION.match(mark.string[mark.end() :][:20]) or before[-1:] in (["this"], ["that"])
    return 2 if opinion and mark[0][-1].isalnum() else 0


def _behind_mark(text: str, mark: re.Match[str], words: bool) -> Passage:
    """Return what stands on the mark's line, or in the next block where that line is empty."""
    start, lines = mark.end(), re.compile(r"(.*)(?:\n.+)*")
    own = lines.match(text, start)
    listed = own is not None and not own[1].strip(" \t*_`:$\\[]().=")
    if own and listed:
        start = own.end(1) + len(text[own.end(1) :]) - len(text[own.end(1) :].lstrip("\n"))
        own = lines.match(text, start)
    line, end = (own.end(1), own.end()) if own else (start, start)
    closing = text.find("</answer>", start) if mark[0] == "<answer>" else -1
    ends = [closing] if closing >= 0 else [end] if words else [end, line]
    if not words:
        ends += [it.start() for it in CUT.finditer(text, start, ends[-1])][:_TRIED][::-1]
    spans = [(text[start:it], it) for it in dict.fromkeys(ends)]
    if listed:
        spans = [(_unlist(shown), it) for shown, it in spans]
    return Passage("the mark", mark.start(), spans)


def _unlist(block: str) -> str:
    """Return lines without their bullets, where each has one."""
    lines = block.split("\n")
    if all(map(_BULLET.match, lines)) and (len(lines) > 1 or not block.lstrip()[0].isdigit()):
        return "\n".join(_BULLET.sub("", line) for line in lines)
    return block


def earlier_marks(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Yield what stands between a mark and the one before it, from the last pair to the first."""
    for mark in reversed(_marks(text[:start])[-_TRIED:]):
        between = text[mark.end() : start].rstrip("*_ \t\n#>")
        while joint := _BETWEEN.search(between[-40:]):
            between = between[: len(between) - len(joint[0])].rstrip()
        yield between, mark.start()
        start = mark.start()


def _in_boxes(text: str, found: list[tuple[int, int, str]], words: bool) -> Passage:
    """Return the last box, and those of the same sentence."""
    group = [found[-1]]
    for box in reversed(found[:-1]):
        between = text[box[1] : group[0][0]]
        if len(between) > 80 or re.search(r"[.!?]\s|\n\s*\n", between):
            break
        group.insert(0, box)
    start, end, contents = group[0][0], group[-1][1], [content for _, _, content in group]
    if len(group) > 1:
        sentence = re.split(r"[.!?:]\s|\n", text[max(0, start - 200) : start])[-1]
        spans = [(open_boxes(sentence + text[start:end]), end), ("\n".join(contents), end)]
        return Passage("the boxes", start, spans[words:], contents)
    unit = _UNIT.match(text, end)
    spans = [(contents[0] + unit[0], unit.end())] if unit and not words else []
    return Passage("the box", start, [*spans, (contents[0], end)])


def variants(shown: str, words: bool) -> Iterator[str]:
    """Yield a candidate unwrapped, and then without the sentence around it."""
    if len(shown) > LONGEST and not words:
        return
    text = unwrap(shown)
    if text:
        yield text
    for _ in range(0 if words else 3):
        frame = _LABEL.match(text) or _FRAME.match(text)
        if frame is None or _DENIES.search(frame[0]) or frame.end() == len(text):
            return
        label = f"{frame[1]} = " if frame.re is _LABEL else ""
        text = label + text[frame.end() :]
        yield text
        if label:
            return
