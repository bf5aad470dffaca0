"""List the forms in which a model is named; ask one whether it answers."""

from typing import Annotated

import typer

from .. import models as model_floor
from ..models.credentials import public_name
from ..reports.wording import clean
from .errors import FAILED
from .output import Json, console, examples, print_json, table

app = typer.Typer(
    name="models",
    no_args_is_help=True,
    help="Who answers: the forms in which a model is named, and whether one does.",
    epilog=examples("tutelage models list", "tutelage models check smollm2-135m"),
)


@app.command("list", epilog=examples("tutelage models list"))
def list_models(as_json: Json = False) -> None:
    """List the forms in which a model can be named."""
    known = model_floor.spec_forms()
    if as_json:
        print_json([{"form": form, "about": about} for form, about in known])
        return
    console().print(table(("a model is named by", "what it is"), known))


@app.command(
    "check",
    epilog=examples(
        "tutelage models check smollm2-135m",
        ("tutelage models check messages:http://localhost:11434#qwen3", "a server of yours"),
    ),
)
def check_model(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="As a config names it.")],
    as_json: Json = False,
) -> None:
    """Open a model and ask it one short question. Exits 1 when it does not answer."""
    health = model_floor.check_model(spec)
    if as_json:
        print_json({"model": public_name(spec), "ok": health.ok, "line": health.line})
    else:
        typer.echo(clean(health.line))
    if not health.ok:
        raise typer.Exit(FAILED)
