"""Opens the Markdown and LaTeX that a text or an answer is wrapped in."""

import itertools
import re
from collections.abc import Iterator

BULLET = re.compile(r"^\s*(?:[-*+•]|\(?\d{1,2}[.)])\s+")
"""Mark of a list, where a line begins."""
_LINES = re.compile(
    r"^ {0,3}(?:`{3,}[^`\n]*|~{3,}[^\n]*)$"  # Fences.
    r"|^[ \t]*(?:\$\$|\\\[|\\\]|\\(?:begin|end)\{(?:equation|displaymath)\*?\})[ \t.,;]*$"
    r"|^ {0,3}(?:-{3,}|\*{3,}|={3,})[ \t]*$"  # Rules, and lines below a heading.
    r"|^ {0,3}(?:> ?)+"  # Quotes.
    r"|^ {0,3}(?:#{1,3}|#{5,6})[ \t]+",  # Headings; `#### ` marks an answer as well.
    re.M,
)
_DISPLAYED = re.compile(
    r"^[ \t]*(?:\$\$|\\\[|\\begin\{equation\*?\})\s*+([^\n$]*[\w)}]!)[ \t.,;]*\n"
    r"[ \t]*(?:\$\$|\\\]|\\end\{equation\*?\})",
    re.M,
)
"""A factorial in display maths; elsewhere an exclamation mark may be none."""
_HTML = re.compile(r"<(b|i|u|em|strong|code|mark|center|span)>(.{1,400}?)</\1>", re.I)
_RUN = re.compile(r"(?<!`)(`{1,3})(?!`)([^`\n]+)\1(?!`)|\n[ \t]*\n|\*+|_+|~~")
_INSIDE = r"((?:[^$\\]|\\.)+)"
_MATHS = re.compile(
    rf"(?<!\\)\$\${_INSIDE}\$\$|\A\${_INSIDE}\$\Z|(?<!\\)\$(?=\S){_INSIDE}(?<!\s)\$(?![\d$])"
    r"|(?<!\\)\\[()\[\]]|\\(?:begin|end)\{(?:equation|displaymath)\*?\}"
)
_BOX = re.compile(r"\\(?:boxed|fbox)\s{0,3}(?:(\{)|(-?[\w.,/]*\w))")
_WRAP = re.compile(
    r"\\(?:text(?:bf|it|rm|tt|sf|sc|normal)?|math(?:rm|bf|it|sf|tt)|mbox|bm|boldsymbol|emph"
    r"|underline|operatorname)\s{0,3}(\{)"
)
_STYLE = re.compile(
    r"\\(?:displaystyle|textstyle|large|Large|LARGE|huge|Huge|bf|rm)(?![A-Za-z])\s{0,3}"
)
_BEGIN = re.compile(r"(?:\s|\\[,;: ]|~|\\q?quad\b|[=:⇒→]\s|\*\*(?=\S))+")
_END = re.compile(r"(?:\\[,;:]|~|\\q?quad|(?<=[\w)\]}!%])\*{1,3})$")
_TICK = re.compile(
    r"[\s.,;:。∎■□▪]|(?!°)[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)
_ROUNDS = 12


def open_markdown(text: str) -> str:
    """Return `text` without fences, quotes, headings and emphasis; what is struck out goes."""
    text = re.sub(r"<br ?/?>", "\n", _HTML.sub(r"\2", text), flags=re.I)
    return _open_emphasis(_LINES.sub("", _DISPLAYED.sub(r"$\1$", text)))


def _open_emphasis(text: str) -> str:
    kept, opened = bytearray(b"\1") * len(text), list[re.Match[str]]()
    for run in _RUN.finditer(text):
        if run[1]:
            _drop(kept, run.start(), run.start(2))
            _drop(kept, run.end(2), run.end())
        elif run[0][0] == "\n":
            opened.clear()
        else:
            _close(run, opened, kept)
    return "".join(itertools.compress(text, kept))


def _drop(kept: bytearray, start: int, end: int) -> None:
    kept[start:end] = bytes(end - start)


def _close(run: re.Match[str], opened: list[re.Match[str]], kept: bytearray) -> None:
    """Drop the signs of an emphasis that ends with `run`, or note that one may begin there."""
    before = run.string[run.start() - 1] if run.start() else " "
    after = run.string[run.end() : run.end() + 1] or " "
    partner = next((it for it in opened[:-9:-1] if it[0] == run[0]), None)
    if partner and not before.isspace() and (not after.isalnum() or before in ".:!?"):
        del opened[opened.index(partner) :]
        for it in (partner, run):
            _drop(kept, *it.span())
        if run[0] == "~~":
            _drop(kept, partner.start(), run.end())
    elif not after.isspace() and not before.isalnum() and before not in ")]}\\":
        opened.append(run)


def _braces(text: str) -> dict[int, int]:
    """Return the place of each brace that opens, and of the one that closes it."""
    pairs, opened = dict[int, int](), list[int]()
    for brace in re.finditer(r"(?<!\\)[{}]", text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif opened:
            pairs[opened.pop()] = brace.start()
    return pairs


def boxes(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and content of each box that is in no other one."""
    end, pairs = 0, _braces(text) if "box" in text else {}
    for box in _BOX.finditer(text):
        close = pairs.get(box.start(1), -1) if box[1] else box.end() - 1
        if box.start() >= end and close >= 0:
            end = close + 1
            yield box.start(), end, box[2] or text[box.end() : close]


def is_balanced(text: str) -> bool:
    """Tell whether every bracket of `text` has its partner, whichever shape that has."""
    depths = list(itertools.accumulate((it in "([{") - (it in ")]}") for it in text))
    return not depths or (depths[-1] == 0 and min(depths) == 0)


def open_boxes(text: str) -> str:
    """Return `text` with the content of each box in its place, nested ones too."""
    kept, pairs = bytearray(b"\1") * len(text), _braces(text) if "box" in text else {}
    for box in _BOX.finditer(text):
        if box[2]:
            _drop(kept, box.start(), box.start(2))
        elif box.start(1) in pairs:
            _drop(kept, *box.span())
            _drop(kept, pairs[box.start(1)], pairs[box.start(1)] + 1)
    return "".join(itertools.compress(text, kept)) if pairs or 0 in kept else text


def _strip_end(text: str) -> str:
    """Return `text` without final stops and ticks."""
    while text and _TICK.fullmatch(text[-1]):
        text = text[: -1 - (text[-2:-1] == "\\")]
    return text


def unwrap(text: str, *, stop: bool = True) -> str:
    """Return an answer without what only wraps it: maths signs, boxes, a final stop or tick.

    Without `stop` a final stop stays where nothing else wraps the answer.
    """
    whole = text.strip()
    text = bare = _strip_end(whole.rstrip("! \n"))
    for _ in range(_ROUNDS):
        before = text
        text = open_boxes(_STYLE.sub("", _strip_end(_open_emphasis(text))))
        text = _MATHS.sub(lambda it: it[1] or it[2] or it[3] or " ", text)
        wrap = _WRAP.match(text)
        if wrap and _braces(text).get(wrap.start(1)) == len(text) - 1:
            text = text[wrap.end() : -1]
        if len(text) > 2 and text[0] + text[-1] in ('""', "“”", "''") and text[0] not in text[1:-1]:
            text = text[1:-1]
        if text[-1:] in (")", "]", "}") and is_balanced(text[:-1]):
            text = text[:-1]
        text = _strip_end(text)
        begin = _BEGIN.match(text)
        text = _END.sub("", text[begin.end() :] if begin else text)
        if text == before:
            break
    return text if stop or text != bare else whole
