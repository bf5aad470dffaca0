"""Look after the store: verify the log, build the index anew."""

from typing import Annotated

import typer

from ..store.versions import Strategies
from .faults import FAILED
from .output import Json, examples, print_json
from .place import here
from .strategy_search import Describer, index_of

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
        print_json({"ok": report.ok, "events": report.events, "faults": report.faults})
    elif report.ok:
        typer.echo(f"{report.events} events: every one is as it was recorded, and none is missing.")
    else:
        typer.echo(f"{report.events} events, {len(report.faults)} faults:")
        for fault in report.faults if all_faults else report.faults[:SHOWN]:
            typer.echo(f"  {fault}")
    if not report.ok:
        raise typer.Exit(FAILED)


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
