"""Train the adapter of a version by hand."""

import typer

from ..store.strategies.versions import Strategies
from .errors import STOPPED, Refused
from .output import Json, examples, print_json
from .progress import show_progress
from .workspace import RunOption, VersionRef, check_domain, here, run_for

app = typer.Typer()


@app.command(
    epilog=examples(
        ("tutelage transfer scheduling@3", "an adapter of that version"),
        ("tutelage transfer scheduling --run quickstart", "of the current one, in that run"),
    ),
)
def transfer(
    ctx: typer.Context, version: VersionRef, run: RunOption = None, as_json: Json = False
) -> None:
    """Train the adapter of a version, or find it trained; prints its key and folder."""
    from ..graph.context import Paused
    from ..graph.measure.by_hand import transfer as step

    workspace = here(ctx)
    with workspace.store(writes=True) as log, show_progress(stderr=as_json) as progress:
        wanted = Strategies(log).get(version)
        if not wanted.strategy.rules:
            raise Refused(f"{wanted.name} has no rules: there is nothing to transfer.")
        opened = workspace.reopen(log, run_for(log, wanted, run), progress=progress)
        check_domain(opened, wanted)
        if opened.trainer is None:
            raise Refused(
                f"{opened.student.name} cannot be trained here. Use a run with a local student."
            )
        try:
            key = step(opened, wanted)
        except Paused:
            raise typer.Exit(STOPPED) from None
        folder = opened.adapters / key
    if as_json:
        print_json({"version": wanted.name, "adapter": key, "folder": str(folder)})
        return
    typer.echo(f"{wanted.name} is in adapter {key}\n{folder}")
