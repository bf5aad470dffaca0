"""Small pieces of HTML; whatever text comes in is foreign and goes out escaped."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import NewType

from .. import wording

Html = NewType("Html", str)
"""Markup that is safe as it stands. Everything else is text and passes through `esc`."""

LONGEST = 4000
"""Characters of one foreign text that a page shows."""
SHORT = 400
"""Characters of one reason, lesson or quotation that it shows."""


def esc(value: object, longest: int = LONGEST) -> Html:
    """Escape any text, and cut it where it would drown the page."""
    text = str(value)
    left = len(text) - longest
    shown = text if left <= 0 else f"{text[:longest]} … ({left} more characters)"
    # A browser reads these as nothing or as an error; a reader should see that they are there.
    shown = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "\ufffd", shown)
    return Html(html.escape(shown))


def tag(name: str, *inside: Html, cls: str = "", anchor: str = "") -> Html:
    """Return one element around markup."""
    attributes = "".join(
        f' {key}="{html.escape(value)}"' for key, value in (("class", cls), ("id", anchor)) if value
    )
    return Html(f"<{name}{attributes}>{''.join(inside)}</{name}>")


def text(name: str, value: object, cls: str = "", longest: int = LONGEST) -> Html:
    """Return one element around foreign text."""
    return tag(name, esc(value, longest), cls=cls)


def join(parts: Iterable[Html], separator: str = "") -> Html:
    return Html(separator.join(parts))


def link(anchor: str, words: object) -> Html:
    """Return a link to another place of this page: it has no others."""
    return Html(f'<a href="#{html.escape(anchor)}">{esc(words)}</a>')


def anchor_of(kind: str, slot: str) -> str:
    """Return the anchor of an event on the page."""
    return f"{kind}-" + re.sub(r"[^0-9A-Za-z]+", "-", slot).strip("-")


def code(value: object) -> Html:
    return text("code", value)


def table(heads: Sequence[str], rows: Iterable[Sequence[Html]]) -> Html:
    """Return a table; a head that begins with `#` is a column of numbers."""
    numbers = [head.startswith("#") for head in heads]
    top = join(
        tag("th", esc(head.removeprefix("#")), cls="n" if number else "")
        for head, number in zip(heads, numbers, strict=True)
    )
    body = join(
        tag(
            "tr",
            *(
                tag("td", cell, cls="n" if number else "")
                for cell, number in zip(row, numbers, strict=True)
            ),
        )
        for row in rows
    )
    return tag(
        "div",
        tag("table", tag("thead", tag("tr", top)), tag("tbody", body)),
        cls="wide",
    )


def definitions(pairs: Iterable[tuple[str, Html]]) -> Html:
    """Return names and their values as a list of definitions."""
    return tag("dl", join(tag("div", text("dt", name), tag("dd", value)) for name, value in pairs))


def bullets(items: Iterable[Html]) -> Html:
    return tag("ul", join(tag("li", item) for item in items))


def details(title: str, *inside: Html) -> Html:
    """Return a part that is closed on the screen until somebody opens it."""
    return tag("details", text("summary", title), *inside)


def figure(svg: str, caption: str) -> Html:
    """Return a drawing of ours, which is safe as it stands, and its caption."""
    return tag("figure", Html(svg), text("figcaption", caption))


def legend(keys: Iterable[tuple[str, str]]) -> Html:
    """Return names with the colours they are drawn in."""
    shown = (
        tag("span", Html(f'<i style="background:{color}"></i>'), esc(name), cls="key")
        for name, color in keys
    )
    return tag("p", join(shown), cls="keys")


def section(anchor: str, title: str, *inside: Html) -> Html:
    return tag("section", text("h2", title), *inside, anchor=anchor)


def card(title: str, lines: Sequence[Html], kind: str = "") -> Html:
    """Return a box of named lines."""
    return tag("div", text("h3", title), *lines, cls=f"card {kind}".strip())


def line(name: str, *inside: Html, anchor: str = "", cls: str = "") -> Html:
    """Return one line of a card, named on the left."""
    kind = f"line {cls}".strip()
    return tag("div", text("b", name), tag("div", *inside), cls=kind, anchor=anchor)


def scope(when: str, when_not: str, steps: Sequence[str]) -> Html:
    """Return where a rule holds, and the steps that it has written out."""
    said = (("when", when), ("not when", when_not), ("writes out", ", ".join(steps)))
    return join(text("span", f"{name}: {words}", "scope") for name, words in said if words)


def percent(share: float | None) -> str:
    return "–" if share is None else f"{wording.share(share)} %"


def percent_interval(low: float, high: float) -> str:
    return f"{percent(low)} to {percent(high)}"


def points(gain: float) -> str:
    """Return a difference of shares in percentage points, with a true minus."""
    return wording.points(gain).replace("-", "−")


def interval(low: float, high: float) -> str:
    """Return an interval of differences, with true minuses."""
    return wording.interval(low, high).replace("-", "−")


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 problem`, `12,000 problems`."""
    return f"{number:,} {wording.noun(number, one, many)}"


def p_value(p: float) -> str:
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}" if p < 0.01 else f"{p:.2f}"
