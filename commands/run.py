"""Start a run, and drive it to its end or to the reason why it stopped."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ..reports.wording import duration
from ..store.errors import StoreError
from ..store.log import Log, lasts
from ..store.strategies.review_answers import open_question, version_of
from ..store.strategies.versions import Strategies
from .errors import AWAITING, FAILED, SPENT, STOPPED, WAITING, Refused, complain
from .output import Json, examples
from .progress import show_progress
from .report import print_results
from .workspace import Workspace, here

if TYPE_CHECKING:
    from ..graph.context import Run

app = typer.Typer()


@app.command(
    epilog=examples(
        ("tutelage run quickstart.toml", "watch it, stop it with Ctrl-C, resume it later"),
        ("tutelage run my.toml > run.log &", "plain dated lines, for a file"),
        ("tutelage --home /data/store --runs /data/runs run my.toml", "somewhere else"),
    ),
)
def run(
    ctx: typer.Context,
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="The run's TOML file.")],
    as_json: Json = False,
) -> None:
    """Teach, prove, transfer: the whole loop, from one TOML file.

    Ctrl-C or SIGTERM finishes the batch at hand and pauses; nothing is lost, and `tutelage resume`
    goes on. Exit codes: 0 finished, 130 paused, 4 a person has to review a version first
    (`tutelage review`), 5 requests wait for people's answers (`handoff:<folder>`), 3 the budget is
    spent, 2 the config is wrong.
    """
    from ..graph.config.config import load_config
    from ..graph.planning.opening import Overrides, open_run

    workspace = here(ctx)
    settings = load_config(config)
    if settings.loop.review != "never" and not lasts(workspace.home):
        raise Refused(
            f'loop.review = "{settings.loop.review}" asks a person, and the store '
            f"{workspace.home} ends with this process: name a folder as --home."
        )
    began = time.monotonic()
    with show_progress(stderr=as_json) as progress:
        progress.stage("open", f"{settings.domain.name}, {settings.student}, {settings.teacher}")
        overrides = workspace.overrides or Overrides()
        opened = open_run(
            workspace.home, workspace.runs, settings, overrides=overrides, progress=progress
        )
        brief = "" if opened.log.lasts else ", which ends with this process"
        progress.say(f"Run {opened.id}; the store is {workspace.home}{brief}.")
        drive(workspace, opened, to_stderr=as_json)
    print_end(workspace, opened.id, as_json, time.monotonic() - began)


def drive(workspace: Workspace, run: "Run", *, to_stderr: bool, config: Path | None = None) -> None:
    """Run to the end, or leave with the exit code that says why not.

    `to_stderr` keeps stdout for JSON; `config` is the file that brought the budget.
    """
    from ..graph.calls.budget import BudgetSpent
    from ..graph.context import RunStatus
    from ..graph.run import go
    from ..models.contract import AnswersAwaited, ModelRefused
    from ..reports.files import write_results

    again, wait = f"resume {run.id}", ""
    try:
        status = go(run)
        if status is RunStatus.FINISHED:
            write_results(run.log, run.id, run.folder)
        wait = describe_wait(run.log, run.id)
    except BudgetSpent as spent:
        complain(str(spent).partition(" Nothing is lost")[0])
        how = "Nothing is lost. Raise [budget] in a copy of the config and go on:"
        _say_how_to_go_on(run, workspace, how, f"{again} --config FILE", to_stderr)
        raise typer.Exit(SPENT) from None
    except AnswersAwaited as waiting:
        typer.echo(f"Run {run.id} waits for people: {waiting}", err=to_stderr)
        how = "Everything is recorded. Once answers are there, go on with"
        _say_how_to_go_on(run, workspace, how, again, to_stderr)
        raise typer.Exit(AWAITING) from None
    except ModelRefused as refused:
        complain(str(refused))
        how = "No problem counts as lost. When that is mended, go on with"
        _say_how_to_go_on(run, workspace, how, again, to_stderr)
        raise typer.Exit(FAILED) from None
    except KeyboardInterrupt:
        status = RunStatus.PAUSED
    finally:
        _close(run)
    if wait:
        leave_for_review(workspace, run.id, wait, to_stderr)
    if not status:
        how = "Paused; everything finished is recorded. Go on with"
        rest = f"{again} --config {config}" if config else again
        _say_how_to_go_on(run, workspace, how, rest, to_stderr)
        raise typer.Exit(STOPPED)


def describe_wait(log: Log, run_id: str) -> str:
    """Say whom a run waits for, and why; empty where it waits for nobody."""
    asked = open_question(log, run_id)
    if asked is None:
        return ""
    name = version_of(Strategies(log), asked.domain, asked.candidate).name
    return f"Run {run_id} waits for {asked.reviewer} to review {name}."


def leave_for_review(workspace: Workspace, run_id: str, wait: str, to_stderr: bool) -> NoReturn:
    """Say how to answer a review and go on, and leave with the exit code of a run that waits."""
    typer.echo(f"{wait} Everything is recorded. Answer with", err=to_stderr)
    _print_again(workspace, f"review {run_id}", to_stderr)
    typer.echo("and then go on with", err=to_stderr)
    _print_again(workspace, f"resume {run_id}", to_stderr)
    raise typer.Exit(WAITING)


def _say_how_to_go_on(
    run: "Run", workspace: Workspace, how: str, rest: str, to_stderr: bool
) -> None:
    if not run.log.lasts:
        how = "Stopped. The store was in memory: nothing is left to go on with."
    typer.echo(how, err=to_stderr)
    if run.log.lasts:
        _print_again(workspace, rest, to_stderr)


def _print_again(workspace: Workspace, rest: str, to_stderr: bool) -> None:
    typer.echo(f"tutelage {rest}", err=to_stderr)
    if (whole := workspace.command(rest)) != f"tutelage {rest}":
        typer.echo(f"with this run's folders:\n{whole}", err=to_stderr)


def _close(run: "Run") -> None:
    try:
        run.log.close()
    except StoreError as error:
        # What ended the run matters more than a note beside the database.
        complain(str(error))


def print_end(workspace: Workspace, run_id: str, as_json: bool, seconds: float) -> None:
    """Print what a finished run found, and what it took."""
    with workspace.store() as log:
        print_results(workspace, log, run_id, as_json=as_json)
    if not as_json:
        peak = _peak_memory()
        memory = "Wall" if peak is None else f"Peak memory {peak:.2f} GB, wall"
        typer.echo(f"{memory} time {duration(seconds)}.")


def _peak_memory() -> float | None:
    """Return the largest resident size of this process or an ended child, in GB."""
    try:
        import resource
    except ModuleNotFoundError:
        # Windows counts otherwise.
        return None
    kilobytes = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return kilobytes / 1e6
