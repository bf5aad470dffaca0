"""Look after the store: verify the log, build the index anew."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from ..store.hash_chain import Report
from ..store.strategies.versions import Strategies
from .errors import FAILED
from .output import Json, clean, examples, print_json
from .strategy.search import Describer, index_of
from .workspace import here

log = typer.Typer(no_args_is_help=True, help="Check the event log, which is the truth.",
                  epilog=examples("tutelage log verify"))  # fmt: skip
index = typer.Typer(no_args_is_help=True, help="The search index, which the log can make anew.",
                    epilog=examples("tutelage index rebuild"))  # fmt: skip

SHOWN = 20


@log.callback()
def about_the_log() -> None:
    """Check the event log, which is the truth."""


@index.callback()
def about_the_index() -> None:
    """The search index, which the log can make anew."""


@log.command(
    epilog=examples(
        "tutelage log verify",
        ("tutelage log verify --json | jq .faults", "all of them; exit code 1 when there are any"),
    )
)
def verify(
    ctx: typer.Context,
    all_faults: Annotated[
        bool, typer.Option("--all", help=f"Show every fault, not only the first {SHOWN}.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check every event, text and chain of the store; changes nothing. Exits 1 on a fault."""
    with here(ctx).store() as store:
        report = store.verify()
    if as_json:
        noted = report.noted.isoformat(timespec="seconds") if report.noted else None
        heads = [{"stream": stream, **asdict(mark)} for stream, mark in report.heads.items()]
        print_json({"ok": report.ok, "events": report.events, "faults": report.faults,
                    "warnings": report.warnings, "noted": noted, "covered": report.covered,
                    "heads": heads})  # fmt: skip
    else:
        for line in _lines(report, len(report.faults) if all_faults else SHOWN):
            typer.echo(clean(line))
    if not report.ok:
        raise typer.Exit(FAILED)


def _lines(report: Report, shown: int) -> Iterator[str]:
    if report.ok:
        found = f"{report.events} events, consistent with themselves"
        if report.noted:
            found += f", and {report.covered} of them with the note of {report.noted:%F %T} UTC"
        yield f"{found}."
    else:
        yield f"{report.events} events, {len(report.faults)} faults:"
        yield from (f"  {fault}" for fault in report.faults[:shown])
    yield from (f"Warning: {warning}" for warning in report.warnings)
    if report.heads:
        yield "The ends of the streams. Note them elsewhere, to see whatever is changed later:"
    for stream, mark in report.heads.items():
        yield f"  {mark.hash}  {stream}, {mark.count} events"


@index.command(epilog=examples(("tutelage index rebuild", "after a move, or when it is damaged")))
def rebuild(ctx: typer.Context, as_json: Json = False) -> None:
    """Throw the search index away and build it from nothing but the log."""
    place = here(ctx)
    with place.store() as store:
        documents = index_of(place).rebuild(Strategies(store), Describer(place, store))
    if as_json:
        print_json({"documents": documents})
    else:
        typer.echo(f"The index holds {documents} documents.")
