"""Page of a run, from top to bottom."""

from ..run_story import RunStory
from .cost import integrity_section, limits_section, page_footer, usage_section
from .gates import gates_section
from .markup import esc, join, link, tag, text
from .portability import portability_section
from .results import attribution_section, parts_section
from .rules import strategy_section
from .samples import samples_section
from .story import story_section
from .style import STYLE
from .summary import claim_box, judging_warning, leaks_warning, run_section, unusable_warning

SECTIONS = (
    ("run", "Run", run_section),
    ("attribution", "Gain", attribution_section),
    ("gates", "Gates", gates_section),
    ("portability", "Portability", portability_section),
    ("parts", "", parts_section),
    ("story", "Story", story_section),
    ("strategy", "Strategy", strategy_section),
    ("samples", "Replies", samples_section),
    ("spent", "Spent", usage_section),
    ("limits", "Limits", limits_section),
    ("integrity", "Integrity", integrity_section),
)
"""Anchor, name in the contents (empty: not listed), and what makes the section.

A section that is empty for a run is left out, of the contents too.
"""

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


def render(story: RunStory) -> str:
    """Return one HTML file that needs nothing else."""
    title = f"{story.run} · {story.domain}"
    teacher = "the rulebook (no language model)" if story.by_rulebook else story.config["teacher"]
    subtitle = f"What {story.config['student']} learned of {story.domain} from {teacher}"
    head = _HEAD.format(policy=_POLICY, title=esc(title), style=STYLE)
    sections = [(anchor, name, make(story)) for anchor, name, make in SECTIONS]
    contents = [link(anchor, name) for anchor, name, made in sections if made and name]
    body = tag(
        "main",
        tag(
            "header",
            text("h1", story.run),
            text("p", subtitle, "subtitle"),
            unusable_warning(story),
            judging_warning(story),
            leaks_warning(story),
            claim_box(story),
            tag("nav", join(contents)),
        ),
        *(made for _, _, made in sections),
        page_footer(story),
    )
    return f"{head}<body>\n{body}\n</body>\n</html>\n"
