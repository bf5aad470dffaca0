"""Word diff of two texts: what stayed, what went, what came."""

import difflib
import html
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

Mark = Literal["same", "removed", "added"]
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
MOST = 250_000
"""Pairs of words that are compared; of longer texts the whole is removed and added."""


class Span(NamedTuple):
    """A stretch of text with one mark. `same` and `removed` make the old text again."""

    text: str
    mark: Mark


def word_diff(old: str, new: str) -> tuple[Span, ...]:
    """Mark what differs, in whole words. What is removed stands before what replaces it."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(before) * len(after) > MOST and old != new:
        return tuple(_changed_spans(old, new))
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    spans: list[Span] = []
    gone = come = ""
    steps = matcher.get_opcodes()
    for number, (what, a, b, c, d) in enumerate(steps):
        removed, added = "".join(before[a:b]), "".join(after[c:d])
        # A blank alone between two changes is no anchor: the reader wants one change, not two.
        alone = what == "equal" and not removed.strip() and 0 < number < len(steps) - 1
        if what != "equal" or alone:
            gone, come = gone + removed, come + added
            continue
        spans += [*_changed_spans(gone, come), Span(removed, "same")]
        gone = come = ""
    return (*spans, *_changed_spans(gone, come))


def spans_as_html(spans: Sequence[Span]) -> str:
    """Return a word diff for a page: `<del>` and `<ins>`, everything else escaped."""
    signs = {"same": "{}", "removed": "<del>{}</del>", "added": "<ins>{}</ins>"}
    return "".join(signs[mark].format(html.escape(text)) for text, mark in spans)


def _changed_spans(gone: str, come: str) -> list[Span]:
    marked = (Span(gone, "removed"), Span(come, "added"))
    return [span for span in marked if span.text]
