"""Page of a run, from top to bottom."""

from ..run_story import RunStory
from .cost import integrity_section, limits_section, page_footer, usage_section
from .gates import gates_section
from .markup import Html, esc, join, link, tag, text
from .portability import portability_section
from .results import attribution_section, parts_section
from .rules import strategy_section
from .samples import samples_section
from .story import story_section
from .style import STYLE
from .summary import claim_box, judging_warning, leaks_warning, run_section

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
    head = _HEAD.format(policy=_POLICY, title=esc(title), style=STYLE)
    body = tag(
        "main",
        tag(
            "header",
            text("h1", story.run),
            _subtitle(story),
            judging_warning(story),
            leaks_warning(story),
            claim_box(story),
            _contents(story),
        ),
        run_section(story),
        attribution_section(story),
        gates_section(story),
        portability_section(story),
        parts_section(story),
        story_section(story),
        strategy_section(story),
        samples_section(story),
        usage_section(story),
        limits_section(story),
        integrity_section(story),
        page_footer(story),
    )
    return f"{head}<body>\n{body}\n</body>\n</html>\n"


def _subtitle(story: RunStory) -> Html:
    teacher = "the rulebook (no language model)" if story.by_rulebook else story.config["teacher"]
    said = f"What {story.config['student']} learned of {story.domain} from {teacher}"
    return text("p", said, "subtitle")


def _contents(story: RunStory) -> Html:
    """Link to the sections that the page has."""
    named = [("run", "Run"), ("attribution", "Gain"), ("gates", "Gates")]
    named += [("portability", "Portability")] if story.portability is not None else []
    named += [("story", "Story")]
    named += [("strategy", "Strategy"), ("samples", "Replies"), ("spent", "Spent")]
    named += [("limits", "Limits"), ("integrity", "Integrity")]
    sealed = ("attribution", "samples") if story.evaluation is None else ()
    return tag("nav", join(link(at, name) for at, name in named if at not in sealed))
