"""Start a run, watch it, stop it, and go on with it."""

import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ..store.errors import StoreError
from ..store.log import EventLog
from ..store.strategies.answers import version_of, waiting
from ..store.strategies.versions import Strategies
from .errors import SPENT, STOPPED, WAITING, Refused, complain
from .output import Json, duration, examples
from .progress import watching
from .report import show
from .workspace import Place, here

if TYPE_CHECKING:
    from ..graph.config.config import RunConfig
    from ..graph.config.sections import Budget
    from ..graph.context import Run

app = typer.Typer()

Begun = Annotated[
    str, typer.Argument(metavar="RUN", help="Name of the run, as `tutelage runs` lists it.")
]


@app.command(
    rich_help_panel="Runs",
    epilog=examples(
        ("tutelage run examples/quickstart.toml", "watch it, stop it with Ctrl-C, resume it later"),
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
    (`tutelage review`), 3 the budget is spent, 2 the config is wrong.
    """
    from ..graph.config.config import load_config
    from ..graph.planning.opening import Parts, open_run

    place = here(ctx)
    settings = load_config(config)
    began = time.monotonic()
    with watching(stderr=as_json) as watch:
        watch.stage("open", f"{settings.domain.name}, {settings.student}, {settings.teacher}")
        parts = place.parts or Parts()
        opened = open_run(place.home, place.runs, settings, parts=parts, watch=watch)
        watch.say(f"Run {opened.id}; the store is {place.home}.")
        _drive(place, opened, aside=as_json)
    _report(place, opened.id, as_json, time.monotonic() - began)


@app.command(
    rich_help_panel="Runs",
    epilog=examples(
        ("tutelage resume quickstart", "go on where it stands"),
        ("tutelage resume quickstart --config more.toml", "with the larger [budget] of this file"),
    ),
)
def resume(
    ctx: typer.Context,
    run: Begun,
    config: Annotated[
        Path | None,
        typer.Option(help="A TOML file like the run's own; only its [budget] may differ."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Go on with a run that was stopped, crashed, waited for a review, or ran out of budget.

    It ends where it would have ended without the stop: answered calls are never made again.
    Exit codes are those of `tutelage run`.
    """
    from ..graph.run import finished

    place = here(ctx)
    began = time.monotonic()
    with place.store() as log:
        budget = _budget(log, run, config)
        # Told before any model is loaded: nothing can happen before the answer.
        if waits := _waits(log, run):
            _wait(place, run, waits, as_json)
        if not finished(log, run):
            with watching(stderr=as_json) as watch:
                watch.stage("open", f"run {run}")
                opened = place.reopen(log, run, budget=budget, watch=watch)
                _drive(place, opened, aside=as_json, config=config)
    _report(place, run, as_json, time.monotonic() - began)


def _budget(log: EventLog, run_id: str, path: Path | None) -> "Budget | None":
    """The budget of the file at `path`, whose other sections must be the run's own."""
    from ..graph.config.config import load_config
    from ..graph.planning.opening import recorded_config

    recorded = recorded_config(log, run_id)
    if path is None:
        return None
    given = load_config(path)
    differing = list(_differences(recorded, given))
    if differing:
        raise Refused(
            f"{path} is not the config of {run_id}; only [budget] may differ on resume:\n"
            + "\n".join(differing)
            + "\nTake these back, or begin a new run with `tutelage run`.",
            code=2,
        )
    return given.budget


def _differences(recorded: "RunConfig", given: "RunConfig") -> list[str]:
    old, new = (_flat(each.model_dump(mode="json")) for each in (recorded, given))
    return [
        f"  {name}: {old.get(name)!r} in the run, {new.get(name)!r} in the file"
        for name in sorted(old | new)
        if old.get(name) != new.get(name) and not name.startswith("budget.")
    ]


def _flat(data: object, prefix: str = "") -> dict[str, object]:
    if not isinstance(data, dict):
        return {prefix.removesuffix("."): data}
    found: dict[str, object] = {}
    for name, value in data.items():
        found |= _flat(value, f"{prefix}{name}.")
    return found


def _drive(place: Place, run: "Run", *, aside: bool, config: Path | None = None) -> None:
    """Run to the end, or leave with the exit code that says why not.

    `aside` keeps stdout for JSON; `config` is the file that brought the budget.
    """
    from ..graph.calls.budget import BudgetSpent
    from ..graph.context import Outcome
    from ..graph.run import go

    again, waits = f"resume {run.id}", ""
    try:
        with place.alone(run.id):
            done = go(run)
        waits = _waits(run.log, run.id)
    except BudgetSpent as spent:
        complain(str(spent).partition(" Nothing is lost")[0])
        typer.echo("Nothing is lost. Raise [budget] in a copy of the config and go on:", err=aside)
        _print_again(place, f"{again} --config FILE", aside)
        raise typer.Exit(SPENT) from None
    except KeyboardInterrupt:
        done = Outcome.PAUSED
    finally:
        _close(run)
    if waits:
        _wait(place, run.id, waits, aside)
    if not done:
        typer.echo("Paused; everything finished is recorded. Go on with", err=aside)
        _print_again(place, f"{again} --config {config}" if config else again, aside)
        raise typer.Exit(STOPPED)


def _waits(log: EventLog, run_id: str) -> str:
    """Whom a run waits for, and why; empty where it waits for nobody."""
    asked = waiting(log, run_id)
    if asked is None:
        return ""
    name = version_of(Strategies(log), asked.domain, asked.candidate).name
    return f"Run {run_id} waits for {asked.reviewer} to review {name}."


def _wait(place: Place, run_id: str, waits: str, aside: bool) -> NoReturn:
    typer.echo(f"{waits} Everything is recorded. Answer with", err=aside)
    _print_again(place, f"review {run_id}", aside)
    typer.echo("and then go on with", err=aside)
    _print_again(place, f"resume {run_id}", aside)
    raise typer.Exit(WAITING)


def _print_again(place: Place, rest: str, aside: bool) -> None:
    typer.echo(f"tutelage {rest}", err=aside)
    if (whole := place.command(rest)) != f"tutelage {rest}":
        typer.echo(f"with this run's folders:\n{whole}", err=aside)


def _close(run: "Run") -> None:
    try:
        run.log.close()
    except StoreError as error:
        # What ended the run matters more than a note beside the database.
        complain(str(error))


def _report(place: Place, run_id: str, as_json: bool, seconds: float) -> None:
    with place.store() as log:
        show(place, log, run_id, as_json=as_json)
    if not as_json:
        typer.echo(f"Peak memory {_peak():.2f} GB, wall time {duration(seconds)}.")


def _peak() -> float:
    """The largest resident size of this process or of a child that has ended, in GB."""
    kilobytes = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return kilobytes / 1e6
