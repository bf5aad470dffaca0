"""All commands of `tutelage`, in the order in which help shows them."""

from pathlib import Path
from typing import Annotated

import typer

from .. import __version__
from . import ask, audit, doctor, gate, judge, plan, review, run
from . import domains as checks
from . import log as care
from . import report as results
from . import show as history
from . import transfer as steps
from .errors import Guarded
from .output import examples
from .strategy import app as strategy
from .workspace import HOME, RUNS, Place

app = typer.Typer(
    cls=Guarded,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        ("tutelage doctor", "can this machine do it?"),
        ("tutelage plan examples/quickstart.toml", "what it will take"),
        ("tutelage run examples/quickstart.toml", "do it"),
        ("tutelage report quickstart", "what may be claimed"),
        ("tutelage strategy diff scheduling@1 scheduling@2", "what was learned"),
    ),
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit()


@app.callback()
def tutelage(
    ctx: typer.Context,
    home: Annotated[Path, typer.Option(envvar="TUTELAGE_HOME", help="Folder of the store.")] = Path(
        HOME
    ),
    runs: Annotated[Path, typer.Option(help="Folder in which each run has its own.")] = Path(RUNS),
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", envvar="TUTELAGE_DEBUG", help="Show tracebacks.")
    ] = False,
) -> None:
    """A teacher's strategy, proved in words and passed into a small student's weights."""
    given = ctx.obj if isinstance(ctx.obj, Place) else Place()
    ctx.obj = Place(home, runs, given.parts)


app.add_typer(run.app)
app.add_typer(review.app)
app.add_typer(judge.app)
app.add_typer(history.app)
app.add_typer(results.app)
app.add_typer(plan.app)
app.add_typer(audit.app)
app.add_typer(gate.app, name="gate", rich_help_panel="Steps by hand")
app.add_typer(steps.app)
app.add_typer(ask.app)
app.add_typer(strategy.app, name="strategy", rich_help_panel="Strategies")
app.add_typer(care.log, name="log", rich_help_panel="Care")
app.add_typer(care.index, name="index", rich_help_panel="Care")
app.add_typer(checks.domains, name="domains", rich_help_panel="Care")
app.add_typer(checks.models, name="models", rich_help_panel="Care")
app.add_typer(doctor.app)
