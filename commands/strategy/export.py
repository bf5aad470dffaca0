"""Write a version as JSON for another store, or as Markdown for people."""

from pathlib import Path
from typing import Annotated

import typer

from ...store.strategies.import_export import export_json, to_markdown
from ...store.strategies.versions import Strategies
from ..errors import Refused
from ..output import Json, examples, print_document
from ..workspace import VersionRef, here

app = typer.Typer()


@app.command(
    epilog=examples(
        ("tutelage strategy export scheduling > scheduling.json", "for another store"),
        ("tutelage strategy export scheduling@2 --markdown -o rules.md", "for people"),
    )
)
def export(
    ctx: typer.Context,
    version: VersionRef,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write here instead of to the terminal.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="For people.")] = False,
    as_json: Json = False,
) -> None:
    """Write a version as one JSON document that `import` reads, or as Markdown."""
    if markdown and as_json:
        raise Refused("--markdown and --json exclude each other. Choose one.", code=2)
    with here(ctx).store() as log:
        found = Strategies(log).get(version)
    if not found.strategy.rules:
        raise Refused(f"{found.name} has no rules: there is nothing to export.")
    text = to_markdown(found) if markdown else export_json(found)
    if out is None:
        print_document(text)
    else:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"{found.name} is in {out}.", err=True)
