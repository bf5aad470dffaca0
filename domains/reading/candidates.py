"""Gathers what may be a reply's final answer: behind marks, in boxes, on the last line."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .contract import LONGEST
from .wrappers import BULLET, boxes, open_boxes, unwrap

_TRIED = 6
"""So many marks from the end are tried, and so many shorter forms of a candidate."""
_MARK = re.compile(
    r"\banswers?\b[\"'*_`]{0,3}(?:\s{0,3}[:=]|(?:\s(?:to|for|of)\s[^.:=?\n]{1,80}?)??"
    r"(?:,\s\w{2,12},)?\s{0,3}(?:is|are|was|would be|should be|must be)\b\s{0,3}:?|\s-\s)[*_`]{0,3}"
    r"|^[ \t]*(?:final )?(?:ans|result)\b\.?\s?[:=]|答案\s?(?:[:=]|是|为)"
    r"|^[ \t]*####[ \t]+|<answer>|^[ \t]*(?:####[ \t]+)?(?:the |my )?(?:final )?answer[ \t]*$",
    re.I | re.M,
)
_SENTENCE = r"\b[^.!?;:\n]{0,80}"
_SAME_CLAUSE = (
    r"\b(?:(?!\b(?:so|thus|hence|therefore|then|and|but|which|because|since)\b)[^.!?;:,\n]){0,60}"
)
_OTHERS = re.compile(
    r"\b(?:wrong|incorrect|false|previous|earlier|initial|old|first)\s+answer$"
    r"|\b(?:end|close|finish|reply|respond) with\W{1,4}answer\b[^.!?\n]*$"
    rf"|(?:n't|n’t|\bnot|\bnever|\bdoubt|\bwrong|\bfalse|\bwhether){_SAME_CLAUSE}\banswer$"
    r"|\b(?:if|unless|suppos(?:e|ing)|assum(?:e|ing))(?: that)?(?: the| my)?(?: final)? answer$"
    r"|(?:\b(?:might|may|could|would|can) (?:\w+ )?(?:say|think|claim|guess|argue)|\bglance"
    rf"|\b(?:some|others|many)(?: \w+)? (?:say|think|claim|argue)){_SENTENCE}\banswer$",
    re.I,
)
"""What is called so, denied or supposed, and an instruction said back, is not the answer."""
_SUPPOSED = re.compile(
    r"\W*(?:if|unless|suppos(?:e|ing)|assum(?:e|ing))\b|[^.!?\n\d]*\bwhether\b", re.I
)
_IF = re.compile(rf"\b(?:if|suppose|supposing|assum\w+|unless){_SENTENCE}\banswer$", re.I)
_BUT = re.compile(r"[^.!?\n]{0,80}[.!?,;]\s+(?:but|however|yet)\b", re.I)
"""A sentence that takes back what was only supposed."""
_QUESTION = re.compile(
    r"\n[ \t]*(?:(?:next |new |another )?(?:question|problem|exercise|example|task)|q|user|human"
    r"|instruction|input)\s?#?\d{0,3}\s?[:.](?=\s)",
    re.I,
)
"""The next question of a model that goes on as a list of questions would."""
_OPINION = re.compile(
    r"\W*(?:right|correct|clear|wrong|incorrect|helpful|below|above|ok|exact|as|verified)\b", re.I
)
_BETWEEN = re.compile(
    r"[\s.,;:!*_$>#-]*\b(?:or|and|also|alternatively|so|thus|hence|therefore|the|my|our"
    r"|(?:an? )?(?:final|second|another|other|possible|correct)|rather|maybe|perhaps|even)$",
    re.I,
)
_EMPTY = re.compile(r"(?:[\s*_`:$=.]|\\[\[(])*")
_REMARK = (
    r"[.?;](?=\s)|!(?=\s+[A-Za-z]{2})|。|\s[(\[](?=\s?(?:[=≈]|\\approx|[^)\]\n]{0,400}?[A-Za-z]{2}))"
    r"|,?\sor\b(?!\s(?:so|thereabouts|more|less|fewer|[a-z]+er|above|below)\b)|,?\s(?:because|since|as|so|I)\b"
)
CUT = re.compile(
    rf"{_REMARK}|,(?=\s)|\n|\s-{{1,2}}\s(?=[A-Za-z]{{2}})|\s?(?:≈|\\approx\b|~=)"
    r"|(?<=[A-Za-z]{2})\s?[/|]\s?(?=[A-Za-z]{2})"
    r"|(?:(?<=\b[Yy]es)|(?<=\bYES)|(?<=\bNO)|(?<=[sSoO][\"'])"
    r"|(?<=\b[Nn]o)(?=\s(?:there|it|because|since|they|we|the|this|that|at|in|when|not|only|you)\b))\s"
    r"|\s(?:(?:and|AND)\s(?:we|it|that|this|so|nothing|the|there|not|no|they)|which|but|not"
    r"|(?:is|was|does|did|do|can|could|would|should|will|must|has|have|fails|seems)(?:n't)?|cannot|can't"
    r"|when|where|though|it|this|that|there|[Ww]e|they|all|hope|due|i\.e|e\.g)\b"
)
"""Where a candidate may end: a sentence or a remark begins there."""
_PAUSE = r"[.!?;,](?=\s)|。|\s[(\[]|\n|\s-{1,2}\s(?=[A-Za-z]{2})"
_ROW = re.compile(r"\W{0,3}[A-Za-z]\w{0,2}\s?(?:=|[<>≤≥]|\\[lg]e|\\in\b)")
COMPUTED = re.compile(r"[\d+*/^)]\s?=")
_DENIES = re.compile(r"\b(?:not|never|no|wrong|incorrect|neither|cannot)\b|n't\b", re.I)
_FRAME = re.compile(
    r"(?:so|thus|hence|therefore|then|finally|that|i (?:think|believe|guess)|maybe|perhaps|probably"
    r"|likely|possibly|exactly|simply|just|only|about|around|roughly|approximately|≈|~|\\approx"
    r"|(?:we|i|you) (?:get|got|have|find|found|obtain)(?: that)?)[,:]?\s+"
    r"|(?:it|this|that)'s\s+|(?:[a-z][\w'-]*\s+){1,7}?(?:is|are|was|be|equals?|gives)\b:?\s+",
    re.I,
)
_THINKS = re.compile(
    r"\A(?:so )?I(?: would)? (?:think|believe|guess|say)(?: that)?[,:]?\s(?:(?:it is|it's)\s)?",
    re.I,
)
_LABEL = re.compile(r"([a-z](?:_?\d)?)\s+(?:is|equals)\s+(?:equal to\s+)?", re.I)
_FACTORIAL = re.compile(r"[\w)}]!\s*+(\$+|\\[)\]])?[\s.,;]*+$")
_SENTENCE_ENDS = re.compile(r"[\d)}$%]\.\s+[A-Z][a-z]")
_UNIT = re.compile(
    r"(?:[^\S\n]|[$~]|\\[,;: ])*(?!\\approx|(?:and|or|so|as|is|which)\b)[a-z%°^µ€£$\\]"
    r"[^.,;:!?\n]{0,24}",
    re.I,
)


_CALCULATES_BEFORE = re.compile(
    r"(?:(?:\d|[)}\w])\s*[-+*/^]|[$(\s]-|\^\{|\\frac\{|\\(?:cdot|times|div|sqrt\{?))\s?\Z"
    r"|(?:\bnot|n't|\bnever)\b[^.!?,;:\n]{0,40}\Z"
)
_CALCULATES_BEHIND = re.compile(r"\s?(?:[-+*/^](?=\s?[\d\w\\])|\\(?:cdot|times|div)\b)")
"""What makes a box a part of something else, or denies it."""


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
    line = BULLET.sub("", text[start:]) if start else text
    if _MARK.search(line):
        return
    if not start:
        cuts = [] if words else [it.start() for it in re.finditer(_REMARK, line[:LONGEST])]
        ends = (len(line), *cuts[:_TRIED])
        yield Passage("the only line", 0, [(line[:end], end) for end in ends])
    elif not words and not COMPUTED.search(line):
        yield Passage("the last line", start, [(line, len(text))])


def drop_next_question(text: str) -> str:
    """Return `text` up to where it goes on, behind an answer, with a question of its own."""
    for header in _QUESTION.finditer(text):
        before = text[: header.start()]
        if _marks(before) or any(boxes(before)):
            return before.rstrip()
    return text


def _marks(text: str) -> list[re.Match[str]]:
    return [it for it in _MARK.finditer(text) if not _is_another(it)]


def _is_another(mark: re.Match[str]) -> bool:
    """Tell whether a mark is denied or only supposed: `if ..., the answer would be`."""
    before = mark.string[max(0, mark.start() - 200) : mark.start() + 6]
    supposed = _IF.search(before) and (
        "would" in mark[0].lower() or _BUT.match(mark.string, mark.end())
    )
    return bool(supposed or _OTHERS.search(before))


def _doubt(mark: re.Match[str]) -> int:
    """Return how doubtful a mark is where nearly any words would do for an answer."""
    if mark[0].strip() == "####":
        return 1
    before = mark.string[: mark.start()][-12:].lower().split()
    opinion = _OPINION.match(mark.string[mark.end() :][:20]) or before[-1:] in (["this"], ["that"])
    return 2 if opinion and mark[0].rstrip()[-1].isalnum() else 0


def _behind_mark(text: str, mark: re.Match[str], words: bool) -> Passage:
    """Return what stands on the mark's line, or in the next block where that line is empty."""
    start = mark.end()
    listed = bool(_EMPTY.fullmatch(text, start, _end_of("\n", text, start)))
    if listed:
        start += len(text[start:]) - len(re.sub(r"\A(?:.*\n)?(?:[ \t]*\n)*", "", text[start:]))
    line, end = _end_of("\n", text, start), _end_of("\n\n" if words else r"\n[ \t]*\n", text, start)
    if mark[0] == "<answer>":
        line = end = _end_of("</answer>", text, start)
    if words:
        # A second thought may stand within what is taken whole.
        shown = _unlist(text[start:end]) if listed else text[start:end]
        pause = _end_of(_PAUSE, text[:end], start)
        return Passage("the mark", mark.start(), [(shown, pause), (text[start:pause], pause)])
    ends = [end] if _is_one(text[start:end], listed) else []
    places = (*ends, line, *_cuts(text, start, line))
    spans = [(text[start:it], it) for it in places]
    spans = [it for it in spans if not _SENTENCE_ENDS.search(it[0])]
    if listed:
        spans = [(_unlist(shown), it) for shown, it in spans]
    return Passage("the mark", mark.start(), spans)


def _end_of(pattern: str, text: str, start: int) -> int:
    found = re.compile(pattern).search(text, start)
    return found.start() if found else len(text)


def _is_one(block: str, listed: bool) -> bool:
    """Tell whether lines may be one answer together: rows, or a list, and no working."""
    more = block.split("\n")[1:]
    rows = listed or all(map(_ROW.match, more))
    return "\\begin" in block or bool(more and rows and not any(map(COMPUTED.search, more)))


def _cuts(text: str, start: int, end: int) -> list[int]:
    """Return where a shorter form of a candidate may end: before a remark, the last one first."""
    places: list[int] = []
    for cut in CUT.finditer(text, start, min(end, start + LONGEST)):
        shown = text[start : cut.start()]
        inside = sum(map(shown.count, "([{")) > sum(map(shown.count, ")]}"))
        outside = shown.lstrip(" $*").startswith((")", "]"))  # `]2, 5]` is an interval.
        if not (inside or outside or (places and CUT.fullmatch(text, places[-1], cut.start()))):
            places.append(cut.start())
        if len(places) == _TRIED:
            break
    return places[::-1]


def _unlist(block: str) -> str:
    """Return lines without their bullets, where each has one."""
    lines = block.split("\n")
    if all(map(BULLET.match, lines)) and (len(lines) > 1 or not block.lstrip()[0].isdigit()):
        return "\n".join(BULLET.sub("", line) for line in lines)
    return block


def earlier_marks(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Yield what stands between a mark and the one before it, from the last pair to the first."""
    for mark in reversed(_marks(text[:start])[-_TRIED:]):
        between = text[mark.end() : start]
        if mark[0] == "<answer>":
            between = between.partition("</answer>")[0]
        yield _strip_joint(between), mark.start()
        start = mark.start()


def _strip_joint(between: str) -> str:
    """Return a text without the words at its end that lead over to another answer."""
    between = between.rstrip("*_$ \t\n#>")
    while joint := _BETWEEN.search(between[-40:]):
        between = between[: len(between) - len(joint[0])].rstrip()
    return between.strip(" .,;$\n")


def _in_boxes(text: str, found: list[tuple[int, int, str]], words: bool) -> Passage:
    """Return the last box, and those of the same sentence."""
    group = [found[-1]]
    for box in reversed(found[:-1]):
        between = text[box[1] : group[0][0]]
        if len(between) > 80 or (_strip_joint(between) and re.search(r"[.!?]\s|\n\n", between)):
            break
        group.insert(0, box)
    start, end, contents = group[0][0], group[-1][1], [content for _, _, content in group]
    if _CALCULATES_BEFORE.search(text, 0, start) or _CALCULATES_BEHIND.match(text, end):
        return Passage("the box", start, [])
    if len({content.strip() for content in contents}) > 1:
        sentence = re.split(r"[.!?:]\s|\n", text[max(0, start - 200) : start])[-1]
        spans = [(open_boxes(sentence + text[start:end]), end), ("\n".join(contents), end)]
        return Passage("the boxes", start, spans[words:], contents)
    unit = _UNIT.match(text, end)
    behind = re.sub(r"(?<!\\)\$", " ", unit[0]) if unit and not words else ""
    spans = [(contents[0] + behind, unit.end())] if unit and behind.strip() else []
    # In a formula no exclamation stands: what is called out there is a factorial.
    alone = f"${contents[0]}$" if _FACTORIAL.search(contents[0]) else contents[0]
    return Passage("the box", start, [*spans, (alone, end)])


def variants(shown: str, words: bool) -> Iterator[str]:
    """Yield a candidate unwrapped, and then without the sentence around it."""
    if len(shown) > LONGEST and not words:
        return
    text = unwrap(shown, stop=not words)
    if not words and _SUPPOSED.match(text):
        return
    if not words:
        text = _THINKS.sub("", text)
    called = None if words or text.endswith("!") else _FACTORIAL.search(shown)
    if called and called[1]:
        text, called = f"{text}!", None
    if text:
        # An exclamation as well as a factorial: whoever reads it knows which is wanted.
        yield from (f"{text}!", text) if called else (text,)
    for _ in range(0 if words else 3):
        frame = _LABEL.match(text) or _FRAME.match(text)
        if frame is None or _DENIES.search(frame[0]) or frame.end() == len(text):
            return
        label = f"{frame[1]} = " if frame.re is _LABEL else ""
        text = label + text[frame.end() :]
        yield from (f"{text}!", text) if called else (text,)
        if label:
            return
