"""Check the event log for faults."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from ..reports.wording import clean
from ..store.hash_chain import VerifyReport
from .errors import FAILED
from .output import Json, examples, print_json
from .workspace import here

app = typer.Typer(
    name="log",
    no_args_is_help=True,
    help="Check the event log, which is the truth.",
    epilog=examples("tutelage log verify"),
)

SHOWN = 20


@app.command(
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
        for line in _describe(report, len(report.faults) if all_faults else SHOWN):
            typer.echo(clean(line))
    if not report.ok:
        raise typer.Exit(FAILED)


def _describe(report: VerifyReport, shown: int) -> Iterator[str]:
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
