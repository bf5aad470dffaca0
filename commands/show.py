"""Story of one run: rounds, gates, promotions, gaps, calls, tokens, time."""

from typing import Annotated

import typer

from ..reports.answers_awaited import awaited_lines
from ..reports.run_json import run_as_json, usage_rows
from ..reports.run_lines import run_lines
from ..reports.run_story import read_run
from ..reports.wording import clean
from .output import Json, console, examples, print_json, table
from .runs import run_state
from .workspace import here

app = typer.Typer()


@app.command(
    epilog=examples(
        "tutelage show quickstart",
        ("tutelage show quickstart --json | jq .calls", "what it asked of whom"),
    ),
)
def show(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Name of the run.")],
    as_json: Json = False,
) -> None:
    """Tell the story of a run: rounds, gates, promotions, gaps, calls, tokens, time."""
    from ..graph.planning.required_slots import find_hole

    with here(ctx).store() as log:
        story = read_run(log, run)
        state, hole = run_state(log, run), find_hole(log, run)
        awaited = list(awaited_lines(log, run)) if state == "awaiting answers" else []
        if as_json:
            told = run_as_json(story, is_finished=state == "finished")
            print_json(told | {"state": state})
            return
        for line in run_lines(story, state):
            typer.echo(clean(line))
    rows = [[row[name.strip("#")] for name in _CALLS] for row in usage_rows(story)]
    console().print(table(_CALLS, rows))
    if hole:
        typer.echo(str(hole))
    for line in awaited:
        typer.echo(clean(line))
    if state in ("stopped", "awaiting answers"):
        typer.echo(f"Not finished. Go on with\n{here(ctx).command(f'resume {run}')}")
    if state == "waiting":
        typer.echo(f"A person has to review a version:\n{here(ctx).command(f'review {run}')}")


_CALLS = ("model", "#calls", "#answered", "#failed", "#input_tokens", "#output_tokens",
          "#cached_tokens")  # fmt: skip
