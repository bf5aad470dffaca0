"""Small pieces of HTML. Whatever text comes in is foreign and goes out escaped."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import NewType

Html = NewType("Html", str)
"""Markup that is safe as it stands. Everything else is text and passes through `esc`."""

LONGEST = 4000
"""Characters of one foreign text that a page shows."""


def esc(value: object, longest: int = LONGEST) -> Html:
    """Any text, harmless, and cut where it would drown the page."""
    text = str(value)
    left = len(text) - longest
    shown = text if left <= 0 else f"{text[:longest]} … ({left} more characters)"
    # A browser reads these as nothing or as an error; a reader should see that they are there.
    shown = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "\ufffd", shown)
    return Html(html.escape(shown))


def tag(name: str, *inside: Html, cls: str = "", anchor: str = "") -> Html:
    """One element around markup."""
    attributes = "".join(
        f' {key}="{html.escape(value)}"' for key, value in (("class", cls), ("id", anchor)) if value
    )
    return Html(f"<{name}{attributes}>{''.join(inside)}</{name}>")


def text(name: str, value: object, cls: str = "", longest: int = LONGEST) -> Html:
    """One element around foreign text."""
    return tag(name, esc(value, longest), cls=cls)


def join(parts: Iterable[Html], between: str = "") -> Html:
    return Html(between.join(parts))


def link(anchor: str, words: object) -> Html:
    """To another place of this page: it has no others."""
    return Html(f'<a href="#{html.escape(anchor)}">{esc(words)}</a>')


def anchor_of(kind: str, slot: str) -> str:
    """The place of an event on the page."""
    return f"{kind}-" + re.sub(r"[^0-9A-Za-z]+", "-", slot).strip("-")


def code(value: object) -> Html:
    return text("code", value)


def table(heads: Sequence[str], rows: Iterable[Sequence[Html]], caption: str = "") -> Html:
    """A head that begins with `#` is a column of numbers."""
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
    named = text("caption", caption) if caption else Html("")
    return tag(
        "div",
        tag("table", named, tag("thead", tag("tr", top)), tag("tbody", body)),
        cls="wide",
    )


def facts(pairs: Iterable[tuple[str, Html]]) -> Html:
    """Names and what they stand for, as a list of definitions."""
    return tag("dl", join(tag("div", text("dt", name), tag("dd", value)) for name, value in pairs))


def bullets(items: Iterable[Html]) -> Html:
    return tag("ul", join(tag("li", item) for item in items))


def folded(title: str, *inside: Html) -> Html:
    """Closed on the screen until somebody asks for it."""
    return tag("details", text("summary", title), *inside)


def figure(svg: str, caption: str) -> Html:
    """A drawing of ours, which is safe as it stands, and what it shows."""
    return tag("figure", Html(svg), text("figcaption", caption))


def legend(keys: Iterable[tuple[str, str]]) -> Html:
    """Names with the colours they are drawn in."""
    shown = (
        tag("span", Html(f'<i style="background:{color}"></i>'), esc(name), cls="key")
        for name, color in keys
    )
    return tag("p", join(shown), cls="keys")


def section(anchor: str, title: str, *inside: Html) -> Html:
    return tag("section", text("h2", title), *inside, anchor=anchor)


def card(title: str, lines: Sequence[Html], kind: str = "") -> Html:
    """A box of named lines."""
    return tag("div", text("h3", title), *lines, cls=f"card {kind}".strip())


def line(name: str, *inside: Html, anchor: str = "", cls: str = "") -> Html:
    """What happened, named on the left."""
    kind = f"line {cls}".strip()
    return tag("div", text("b", name), tag("div", *inside), cls=kind, anchor=anchor)


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def points(gain: float) -> str:
    """A difference of shares in percentage points, with a true minus."""
    return f"{100 * gain:+.1f}".replace("-", "−")


def between(low: str, high: str) -> str:
    return f"{low} to {high}"


def count(number: int, one: str, many: str = "") -> str:
    """`1 problem`, `12,000 problems`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def p_value(p: float) -> str:
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}" if p < 0.01 else f"{p:.2f}"
