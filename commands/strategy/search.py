"""Find strategies by meaning; the index follows the log by itself."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...reports.wording import clean, points
from ...store.strategies.versions import Strategies
from ..index import Describer, open_index
from ..output import Json, examples, print_json
from ..workspace import here

if TYPE_CHECKING:
    from ...store.index.search import Hit

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
        print_json([_as_json(hit) for hit in hits])
        return
    for hit in hits:
        typer.echo(f"{hit.score:.2f}  {hit.version}  {hit.status}  {_describe_evidence(hit)}")
        typer.echo(clean(f"      {hit.rule}"))
    if not hits:
        typer.echo("There is no strategy in the store yet.")


def _as_json(hit: "Hit") -> dict[str, Any]:
    return hit._asdict() | {"evidence": hit.evidence._asdict() if hit.evidence else None}


def _describe_evidence(hit: "Hit") -> str:
    found = hit.evidence
    if found is None:
        return "not measured"
    return (
        f"{found.decision}, gain {points(found.gain)} [{points(found.low)}, {points(found.high)}]"
    )
