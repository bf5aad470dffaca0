"""Take over a version from another store, as a proposal."""

from pathlib import Path
from typing import Annotated

import typer

from ...paths import expand_home
from ...reports.wording import version_name
from ...store.strategies.import_export import import_json
from ...store.strategies.versions import Strategies
from ..errors import Refused
from ..output import Json, examples, print_json
from ..workspace import here

app = typer.Typer()


@app.command(
    "import",
    epilog=examples(
        "tutelage strategy import scheduling.json",
        ("tutelage gate scheduling@4", "then let it prove itself here"),
    ),
)
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `export` wrote.")],
    as_json: Json = False,
) -> None:
    """Take over a version from another store, as a proposal: what it proved there is a claim here.

    The file is checked against its own hash. Nothing becomes current.
    """
    try:
        text = Path(expand_home(str(file))).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Refused(f"{file} is no text. Give a file that `strategy export` wrote.") from None
    workspace = here(ctx)
    with workspace.store(create=True) as log:
        event = import_json(log, text)
        name = version_name(Strategies(log), event.domain, event.strategy)
    if as_json:
        print_json({"version": name, "hash": event.strategy, "branch": event.branch})
        return
    typer.echo(f"{name} is on branch {event.branch}. A gate decides: ")
    typer.echo(workspace.command(f"gate {name}"))
