"""List of the versions of a strategy."""

from typing import Any

import typer

from ...reports.wording import interval, points
from ...store import slots
from ...store.strategies.versions import Strategies, Version
from ..output import Json, console, examples, print_json, table
from ..workspace import InDomain, here

app = typer.Typer()


@app.command(
    "list", epilog=examples("tutelage strategy list", "tutelage strategy list scheduling --json")
)
def list_(ctx: typer.Context, domain: InDomain = None, as_json: Json = False) -> None:
    """List the versions in the order in which they were proposed, the refused ones too.

    The gain is that of the gate that promoted a version, or of the last one in its run.
    """
    with here(ctx).store() as log:
        versions = Strategies(log).versions(domain)
    if as_json:
        print_json([describe_version(version) for version in versions])
        return
    rows = [
        (
            version.name,
            version.status,
            version.hash[:12],
            len(version.strategy.rules),
            version.branch,
            points(version.gate.gain) if version.gate else "-",
            interval(version.gate.low, version.gate.high) if version.gate else "-",
        )
        for version in versions
    ]
    columns = ("version", "status", "hash", "#rules", "branch", "#gain", "95 %")
    console().print(table(columns, rows) if rows else "No version yet.")


def describe_version(version: Version) -> dict[str, Any]:
    """Return a version as JSON tells it: its name, its origin, its gates; without its rules."""
    return {
        "version": version.name,
        "hash": version.hash,
        "status": version.status,
        "branch": version.branch,
        "parents": list(version.parents),
        "rules": len(version.strategy.rules),
        "proposed": slots.reference(version) if version.slot else "",
        "gate": slots.reference(version.gate) if version.gate else "",
        "gates": [gate.model_dump(mode="json") for gate in version.gates],
    }
