"""List of all runs, and how far each has come."""

from collections.abc import Iterator
from typing import Any

import typer

from ..reports.answers_awaited import awaited_answers
from ..reports.wording import version_name
from ..store.events import RunFinished, RunStarted
from ..store.log import Log
from ..store.slots import FINISH
from ..store.strategies.review_answers import open_question
from ..store.strategies.versions import Strategies
from .output import Json, console, examples, print_json, table
from .workspace import here

app = typer.Typer()


@app.command(
    epilog=examples("tutelage runs", ("tutelage runs --json | jq -r '.[].run'", "their names")),
)
def runs(ctx: typer.Context, as_json: Json = False) -> None:
    """List all runs, oldest first, and how far each has come."""
    with here(ctx).store() as log:
        found = list(_describe_runs(log))
    if as_json:
        print_json(found)
        return
    columns = ("run", "began (UTC)", "state", "domain", "student", "teacher", "stands at")
    rows = [[row[name] for name in ("run", "began", "state", "domain", "student", "teacher",
                                    "current")] for row in found]  # fmt: skip
    console().print(table(columns, rows) if rows else "No run yet: `tutelage run CONFIG`.")


def _describe_runs(log: Log) -> Iterator[dict[str, Any]]:
    strategies = Strategies(log)
    for started in log.events(RunStarted):
        run = started.stream
        begin = next(iter(log.entries(stream=run)))
        finish = log.find(RunFinished, run, FINISH)
        yield {
            "run": run,
            "began": begin.at.isoformat(timespec="seconds").removesuffix("+00:00"),
            "state": run_state(log, run),
            "domain": started.domain,
            "student": started.config["student"],
            "teacher": started.config["teacher"],
            "current": version_name(strategies, started.domain, finish.strategy)
            if finish
            else strategies.current(started.domain, f"{started.domain}/{run}").name,
        }


def run_state(log: Log, run: str) -> str:
    """Return `finished`, `running`, `stopped`, or another state of the run.

    It may have `ended above a hole`, be `waiting` for a review, or be `awaiting answers` of people
    who take a model's place.
    """
    from ..graph.planning.required_slots import find_hole

    if find_hole(log, run):
        return "ended above a hole"
    if log.find(RunFinished, run, FINISH):
        return "finished"
    if log.worker(run):
        return "running"
    if open_question(log, run):
        return "waiting"
    return "awaiting answers" if awaited_answers(log, run) else "stopped"
