"""What a run will take, before anything runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..domains import get as domain_named
from .faults import Refused
from .output import Json, console, duration, examples, points, print_json, table
from .place import here

if TYPE_CHECKING:
    from ..graph.config import RunConfig
    from ..graph.plan import Plan

app = typer.Typer()


@app.command(
    rich_help_panel="Runs",
    epilog=examples(
        "tutelage plan examples/quickstart.toml",
        ("tutelage plan my.toml --json | jq .usd_limit", "the most it can cost"),
    ),
)
def plan(
    ctx: typer.Context,
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="The run's TOML file.")],
    as_json: Json = False,
) -> None:
    """Say what a run will take: calls, tokens, minutes, memory, cost. Runs and writes nothing."""
    from ..graph.config import ConfigError, load_config
    from ..graph.plan import plan as planned

    settings = load_config(config)
    given = here(ctx).parts
    try:
        domain = (given and given.domain) or domain_named(
            settings.domain.name, settings.domain.options
        )
        found = planned(settings, domain)
    except ValueError as error:
        if isinstance(error, ConfigError):
            raise
        raise Refused(f"{config}: {error}", code=2) from error
    if as_json:
        print_json(found.as_json())
    else:
        _show(settings, found)


def _show(config: "RunConfig", found: "Plan") -> None:
    rows = [
        (s.stage, s.who, s.calls, s.input_tokens, s.output_tokens, s.output_limit,
         duration(s.seconds))
        for s in found.stages
    ]  # fmt: skip
    columns = ("stage", "who", "#calls", "#tokens in", "#out", "#out at most", "#time")
    console().print(table(columns, rows, f"{config.name}: at most {found.calls} calls"))
    if found.adapters:
        typer.echo(
            f"Training: at most {found.adapters} adapters, {found.training_tokens} tokens each, "
            f"about {duration(found.training_seconds)} in all."
        )
    memory = "not known" if found.memory is None else f"about {found.memory:.1f} GB"
    typer.echo(f"Time: about {duration(found.seconds)}. Memory: {memory}.")
    typer.echo(f"Cost: about ${found.usd:.2f}, at most ${found.usd_limit:.2f}.")
    small = f"{points(found.detectable)} points" if found.detectable <= 1 else "no gain at all"
    typer.echo(
        f"Each gate answers {config.block} pairs and can find gains from {small}"
        + (" (larger [splits] val, or fewer rounds and candidates, find smaller ones)."
           if found.detectable > 0.25 else ".")
    )  # fmt: skip
    for note in found.notes:
        typer.echo(f"Note: {note}")
