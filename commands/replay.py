"""Make a run again from its log, and compare every event."""

from typing import Annotated

import typer

from ..reports.wording import clean
from .errors import FAILED
from .output import Json, examples, print_json
from .progress import show_progress
from .workspace import here

app = typer.Typer()


@app.command(
    epilog=examples(
        ("tutelage replay quickstart", "needs no model, no adapter and no key"),
        ("tutelage replay coding --judge-all", "runs the programs in the sandbox once more"),
        ("tutelage replay quickstart --json | jq .difference", "both sides whole; exit code 1"),
    ),
)
def replay(
    ctx: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="Name of the run, as `tutelage runs` lists it.")
    ],
    judge_all: Annotated[
        bool,
        typer.Option("--judge-all", help="Judge again what a sandbox or a model judged as well."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a run again from its log alone, without a model, and compare every event.

    What came from outside is taken from the log: config and problems, replies, trainings, reviews,
    steps by hand, and the verdicts of judges that are not today's or that were a sandbox or a
    model. All else is made again: prompts, verdicts, lessons, versions, gates, the table. A run
    that stopped is made again as far as it came. Writes nothing. Exits 1 at the first difference.
    """
    from ..graph.planning.opening import Overrides
    from ..graph.run import replay as make_again
    from ..reports.replay_lines import replay_as_json, replay_lines

    workspace = here(ctx)
    with workspace.store() as log, show_progress(stderr=as_json) as progress:
        progress.stage("replay", f"run {run}")
        overrides = workspace.overrides or Overrides()
        found = make_again(
            log,
            run,
            overrides=overrides,
            home=workspace.home,
            judge_all=judge_all,
            progress=progress,
        )
    if as_json:
        print_json(replay_as_json(found))
    else:
        for line in replay_lines(found):
            typer.echo(clean(line))
    if found.difference:
        raise typer.Exit(FAILED)
