"""Opens the Markdown and LaTeX that a text or an answer is wrapped in."""

import itertools
import re

_FENCE = re.compile(r"^ {0,3}(?:`{3,}[^`\n]*|~{3,}[^\n]*)$", re.M)
_DISPLAY = re.compile(r"^[ \t]*(?:\$\$|\\\[|\\\])[ \t.,;]*$", re.M)
_QUOTE = re.compile(r"^ {0,3}(?:> ?)+", re.M)
_HEADING = re.compile(r"^ {0,3}(?:#{1,3}|#{5,6})[ \t]+", re.M)
_TAG = re.compile(r"</?(?:b|i|u|em|strong|p|code|center|span|div)>", re.I)
_RUN = re.compile(r"(`+)([^`\n]+)\1|\n[ \t]*\n|[*]{1,3}|_{1,3}|~~")


def open_markdown(text: str) -> str:
    """Return `text` without fences, quotes, headings and emphasis; what is struck out goes."""
    text = re.sub(r"<br ?/?>", "\n", _TAG.sub("", text), flags=re.I)
    for lines in (_FENCE, _DISPLAY, _QUOTE, _HEADING):
        text = lines.sub("", text)
    kept, opened = bytearray(b"\1") * len(text), list[re.Match[str]]()
    for run in _RUN.finditer(text):
        if run[0][0] == "\n":
            opened.clear()
        elif run[1]:
            kept[run.start() : run.start(2)] = bytes(run.start(2) - run.start())
            kept[run.end(2) : run.end()] = bytes(run.end() - run.end(2))
        else:
            _close(run, opened, kept)
    return "".join(itertools.compress(text, kept))


def _close(run: re.Match[str], opened: list[re.Match[str]], kept: bytearray) -> None:
    """Remove an emphasis that ends with `run`, or remember that one may begin there."""
    before = run.string[run.start() - 1] if run.start() else " "
    after = run.string[run.end() : run.end() + 1] or " "
    partner = next((it for it in reversed(opened) if it[0] == run[0]), None)
    ends = not before.isspace() and (not after.isalnum() or before in ".:!?")
    if partner and ends:
        opened[:] = opened[: opened.index(partner)]
        for it in (partner, run):
            kept[it.start() : it.end()] = bytes(len(run[0]))
        if run[0] == "~~":
            kept[partner.start() : run.end()] = bytes(run.end() - partner.start())
    elif not after.isspace() and not (before.isalnum() or before in ")]}\\"):
        opened.append(run)


_EDGE = re.compile(r"^(?:\s|\\[,;!: ]|~|\\q?quad\b)+|(?:\s|\\[,;: ]|~|\\q?quad\b)+$")
_STYLE = re.compile(
    r"\\(?:displaystyle|textstyle|large|Large|LARGE|huge|Huge|bf|rm)(?![A-Za-z])\s*"
)
_END = re.compile(r"(?:[\s.;!。,]|[✓✔✅☑🎉])+$")
_MATHS = re.compile(r"(?<!\\)(\$\$|\$)(?=\S)([^$]*[^$\s\\])\1(?!\d)|(?<!\\)\\[()\[\]]")

_WRAP = re.compile(
    r"\\(?:text|textbf|textit|textrm|texttt|mathrm|mathbf|mathit|mathsf|mathtt|mbox|bm|boldsymbol"
    r"|emph|underline)\s*\{"
)
_ROUNDS = 12


def inside(text: str) -> str | None:
    """Return `text` up to the brace that closes an open one; None where none does."""
    depth = 1
    for brace in re.finditer(r"(?<!\\)[{}]", text[:2_000]):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return text[: brace.start()]
    return None


def open_boxes(text: str) -> str:
    """Return `text` with the content of each box in the place of the box."""
    for _ in range(_ROUNDS):
        box = re.search(r"\\(?:boxed|fbox)\s*(?:\{|(?=[\w.-]))", text)
        if box is None:
            break
        content = inside(text[box.end() :]) if box[0].endswith("{") else ""
        if content is None:
            content = ""
            close = box.end()
        else:
            close = box.end() + len(content) + box[0].endswith("{")
        text = text[: box.start()] + content + text[close:]
    return text


def unwrap(text: str) -> str:
    """Return an answer without what only wraps it: emphasis, maths signs, boxes, a final stop."""
    text = _END.sub("", text)
    for _ in range(_ROUNDS):
        before = text
        text = _EDGE.sub("", _STYLE.sub("", text.strip().strip("`")))
        text = _EDGE.sub("", open_boxes(_MATHS.sub(lambda it: it[2] or " ", text)))
        wrap = _WRAP.match(text)
        if wrap and (content := inside(text[wrap.end() :])) is not None:
            whole = wrap.end() + len(content) + 1 == len(text)
            text = content if whole else text
        for mark in ("***", "**", "*", "___", "__", "_"):
            if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
                text = text[len(mark) : -len(mark)]
        text = re.sub(r"(?<=[^\s.])\s*[.;,。]$", "", text)
        if text == before:
            break
    return text
