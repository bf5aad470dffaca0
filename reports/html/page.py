"""The page from top to bottom."""

from .cost import footer, integrity, limits, spent
from .facts import Facts
from .gates import gates
from .history import story
from .markup import Html, esc, join, link, tag, text
from .portability import portability
from .results import attribution, parts
from .rules import strategy
from .samples import samples
from .style import STYLE
from .summary import claim, leaked, unsafe, what_was_run

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Even a text that slipped through could run nothing and fetch nothing."""

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
"""


def render(told: Facts) -> str:
    """One HTML file that needs nothing else."""
    title = f"{told.run} · {told.domain}"
    head = _HEAD.format(policy=_POLICY, title=esc(title), style=STYLE)
    body = tag(
        "main",
        tag(
            "header",
            text("h1", told.run),
            _subtitle(told),
            unsafe(told),
            leaked(told),
            claim(told),
            _contents(told),
        ),
        what_was_run(told),
        attribution(told),
        gates(told),
        portability(told),
        parts(told),
        story(told),
        strategy(told),
        samples(told),
        spent(told),
        limits(told),
        integrity(told),
        footer(told),
    )
    return f"{head}<body>\n{body}\n</body>\n</html>\n"


def _subtitle(told: Facts) -> Html:
    teacher = "the rulebook (no language model)" if told.rulebook else told.config["teacher"]
    said = f"What {told.config['student']} learned of {told.domain} from {teacher}"
    return text("p", said, "subtitle")


def _contents(told: Facts) -> Html:
    """Only what the page has."""
    named = [("run", "Run"), ("attribution", "Gain"), ("gates", "Gates")]
    named += [("portability", "Portability")] if told.matrix is not None else []
    named += [("story", "Story")]
    named += [("strategy", "Strategy"), ("samples", "Replies"), ("spent", "Spent")]
    named += [("limits", "Limits"), ("integrity", "Integrity")]
    sealed = ("attribution", "samples") if told.record is None else ()
    return tag("nav", join(link(at, name) for at, name in named if at not in sealed))
