"""How the strategies came to be, told as a story, and what each of their rules is worth."""

from collections.abc import Iterator, Sequence
from textwrap import fill
from typing import Annotated

import typer

from ...reports.review_view import past, past_lines
from ...reports.rule_worth import worth_facts, worth_lines
from ...reports.run_story import all_runs
from ...reports.strategy_story import Told, chronicle
from ...store.strategies.versions import Strategies
from ...store.strategies.worth import ledger
from ..output import Json, clean, console, examples, print_json
from ..workspace import here

app = typer.Typer()

INTRODUCTION = (
    "How the strategies came to be. A version, such as scheduling@3, is a list of rules; @0 has "
    "none. The teacher reads what a student gets wrong and proposes new versions. The gate lets "
    "one replace the version it must beat only if it does better, beyond chance, on problems that "
    "nothing was learned from. Differences are in percentage points, with a 95 % interval."
)

InDomain = Annotated[str | None, typer.Argument(metavar="DOMAIN", help="Only of this domain.")]


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
        told = list(chronicle(store, domain))
        strategies = Strategies(store)
        worths = [
            (strategies.current(it), ledger(store, it))
            for it in strategies.domains()
            if domain in (None, it)
        ]
        runs = [it.stream for it in all_runs(store) if domain in (None, it.domain)]
        reviewed = [review for run in runs for review in past(store, run)]
    if as_json:
        worth = {version.domain: worth_facts(version, found) for version, found in worths}
        events = [each._asdict() for each in told]
        print_json({"told": events, "worth": worth, "reviews": reviewed})
        return
    if not told:
        typer.echo("Nothing has happened to any strategy yet.")
        return
    for line in _printed(told):
        _echo(line)
    for version, found in worths:
        typer.echo("")
        for line in worth_lines(version, found):
            _echo(line)

    if reviewed:
        typer.echo("\nWhat reviewers decided, and what was measured since")
    for line in past_lines(reviewed):
        _echo(f"  {line}" if line else "")


def _echo(line: str) -> None:
    """One line; in a terminal broken so that what goes on stands below its beginning."""
    out = console()
    line = clean(line)
    if not out.is_terminal:
        typer.echo(line)
        return
    inset = " " * (len(line) - len(line.lstrip()) + 2)
    typer.echo(fill(line, out.width, subsequent_indent=inset, break_on_hyphens=False))


def _printed(told: Sequence[Told]) -> Iterator[str]:
    """The story with its headings; what has no chapter of its own belongs to the one before."""
    yield INTRODUCTION
    run = chapter = ""
    for each in told:
        if each.run != run:
            run, chapter = each.run, ""
            yield from ("", _heading(run))
        if each.chapter and each.chapter != chapter:
            chapter = each.chapter
            yield from ("", f"  {chapter}")
        date = "" if each.chapter or each.what in ("begun", "probed") else f"{each.at[:16]}  "
        yield from (f"{'    ' if chapter else '  '}{date}{line}" for line in each.said)


def _heading(run: str) -> str:
    return "By hand" if run == "store" else f"Run {run}"
