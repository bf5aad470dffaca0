"""Find strategies by meaning; the index follows the log by itself."""

from typing import Annotated

import typer

from ...reports.wording import clean, gain_text
from ...store.strategies.versions import Strategies
from ..index import Describer, open_index
from ..output import Json, examples, print_json
from ..workspace import here

app = typer.Typer()


@app.command(
    epilog=examples(
        ('tutelage strategy search "assign lessons to classrooms"', "the nearest of each domain"),
        ('tutelage strategy search "overlapping hours" -k 3 --every-version', ""),
    )
)
def search(
    ctx: typer.Context,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="What you want to do, in your own words.")
    ],
    k: Annotated[int, typer.Option("-k", min=1, help="How many.")] = 5,
    every_version: Annotated[
        bool, typer.Option("--every-version", help="Not only one version of each domain.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Search strategies by meaning; the index is built or brought up to the log first."""
    workspace = here(ctx)
    with workspace.store() as log:
        index = open_index(workspace)
        index.update(Strategies(log), Describer(workspace, log))
        hits = index.search(query, k, every_version=every_version)
    if as_json:
        print_json([{**hit._asdict(), "evidence": hit.evidence and hit.evidence._asdict()}
                    for hit in hits])  # fmt: skip
        return
    for hit in hits:
        gate = hit.evidence
        found = (
            f"{gate.decision}, gain {gain_text(gate.gain, gate.low, gate.high)}"
            if gate
            else "not measured"
        )
        typer.echo(f"{hit.score:.2f}  {hit.version}  {hit.status}  {found}")
        typer.echo(clean(f"      {hit.rule}"))
    if not hits:
        typer.echo("There is no strategy in the store yet.")
