"""History of the strategies, and the worth of each of their rules."""

from collections.abc import Iterator, Sequence
from textwrap import fill

import typer

from ...graph.measure.rule_worth import rule_worths
from ...reports.review_view import past_review_lines, past_reviews
from ...reports.strategy_story import StoryEntry, strategy_story
from ...reports.wording import clean
from ...reports.worth_lines import worth_lines, worths_as_json
from ...store.events import RunStarted
from ...store.strategies.versions import Strategies
from ..output import Json, console, examples, print_json
from ..workspace import STORE_STREAM, InDomain, here

app = typer.Typer()

INTRODUCTION = (
    "How the strategies came to be. A version, such as scheduling@3, is a list of rules; @0 has "
    "none. The teacher reads what a student gets wrong and proposes new versions. The gate lets "
    "one replace the version it must beat only if it does better, beyond chance, on problems that "
    "nothing was learned from. Differences are in percentage points, with a 95 % interval."
)


@app.command(
    epilog=examples(
        ("tutelage strategy log", "of all domains"),
        ("tutelage strategy log scheduling", "what was learned of this one, and how"),
        ("tutelage strategy log scheduling --json | jq '.worth'", "what each rule is worth"),
    )
)
def log(ctx: typer.Context, domain: InDomain = None, as_json: Json = False) -> None:
    """Tell how the strategies came to be, round by round, and what each rule is worth.

    Lessons, edits, gates, reviews, promotions and rollbacks, oldest first; the refused ones too.
    Reviews stand once more at the end, beside what was measured after them.
    """
    with here(ctx).store() as store:
        told = list(strategy_story(store, domain))
        strategies = Strategies(store)
        worths = [
            (strategies.current(it), rule_worths(store, it))
            for it in strategies.domains()
            if domain in (None, it)
        ]
        runs = [it.stream for it in store.events(RunStarted) if domain in (None, it.domain)]
        reviewed = [review for run in runs for review in past_reviews(store, run)]
    if as_json:
        worth = {version.domain: worths_as_json(version, found) for version, found in worths}
        events = [each._asdict() for each in told]
        print_json({"told": events, "worth": worth, "reviews": reviewed})
        return
    if not told:
        typer.echo("Nothing has happened to any strategy yet.")
        return
    for line in _lay_out(told):
        _print_line(line)
    for version, found in worths:
        typer.echo("")
        for line in worth_lines(version, found):
            _print_line(line)

    if reviewed:
        typer.echo("\nWhat reviewers decided, and what was measured since")
    for line in past_review_lines(reviewed):
        _print_line(f"  {line}" if line else "")


def _print_line(line: str) -> None:
    """Print one line; in a terminal broken, with its rest indented below its beginning."""
    out = console()
    line = clean(line)
    if not out.is_terminal:
        typer.echo(line)
        return
    inset = " " * (len(line) - len(line.lstrip()) + 2)
    typer.echo(fill(line, out.width, subsequent_indent=inset, break_on_hyphens=False))


def _lay_out(told: Sequence[StoryEntry]) -> Iterator[str]:
    """Yield the story with headings; what has no chapter of its own belongs to the one before."""
    yield INTRODUCTION
    run = chapter = ""
    for each in told:
        if each.run != run:
            run, chapter = each.run, ""
            yield from ("", "By hand" if run == STORE_STREAM else f"Run {run}")
        if each.chapter and each.chapter != chapter:
            chapter = each.chapter
            yield from ("", f"  {chapter}")
        date = "" if each.chapter or each.what in ("begun", "probed") else f"{each.at[:16]}  "
        yield from (f"{'    ' if chapter else '  '}{date}{line}" for line in each.said)
