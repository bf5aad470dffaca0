"""Rules of one version."""

import typer

from ...reports.wording import clean
from ...store.strategies.import_export import to_markdown
from ...store.strategies.versions import Strategies
from ..output import Json, examples, print_json
from ..workspace import VersionRef, here
from .list import describe_version

app = typer.Typer()


@app.command(epilog=examples("tutelage strategy show scheduling", "tutelage strategy show 5bda0f"))
def show(ctx: typer.Context, version: VersionRef, as_json: Json = False) -> None:
    """Show the rules of a version and what gates measured, as Markdown."""
    with here(ctx).store() as log:
        found = Strategies(log).get(version)
    if as_json:
        rules = [rule.model_dump(mode="json") for rule in found.strategy.rules]
        print_json(describe_version(found) | {"rules": rules})
    else:
        typer.echo(clean(to_markdown(found)), nl=False)
