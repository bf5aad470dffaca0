"""Plan of a run: calls, tokens, time, memory and cost, before anything runs."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, NoReturn

import psutil
import typer

from ..domains import get as domain_named
from ..models import Model, ModelError, Request, Role, ScriptedModel, facts_by_name, open_model
from ..reports.wording import duration, points
from ..store.log import open_log
from .errors import FAILED, Refused, complain
from .output import Json, console, examples, print_json, table
from .workspace import here

if TYPE_CHECKING:
    from ..graph.config.config import RunConfig
    from ..graph.planning.opening import Overrides
    from ..graph.planning.plan import Plan

app = typer.Typer()


@app.command(
    epilog=examples(
        "tutelage plan quickstart.toml",
        ("tutelage plan my.toml --json | jq .usd_limit", "the most it can cost"),
    ),
)
def plan(
    ctx: typer.Context,
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="The run's TOML file.")],
    as_json: Json = False,
) -> None:
    """Say what a run will take: calls, tokens, minutes, memory, cost. Runs and writes nothing.

    What `run` would refuse is refused here in the same words. Weights are not loaded, so a model
    that has to be fetched, or whose files are damaged, is found out by `tutelage models check`.
    """
    from ..graph.calls.judge_model import with_judge
    from ..graph.config.config import ConfigError, load_config
    from ..graph.planning.opening import Overrides
    from ..graph.planning.plan import plan as planned

    settings = load_config(config)
    given = here(ctx).overrides or Overrides()
    missing: ModelError | None = None
    try:
        _rehearse(settings, given)
    except ModelError as error:
        # What it would cost is worth knowing before there is a key.
        missing = error
    try:
        options, _ = with_judge(settings.domain.options, _stand_in)
        domain = given.domain or domain_named(settings.domain.name, options)
        found = planned(settings, domain)
    except ValueError as error:
        if isinstance(error, ConfigError):
            raise
        raise Refused(f"{config}: {error}", code=2) from error
    if as_json:
        print_json(found.as_json())
    else:
        _show(settings, found)
    if missing:
        complain(f"`run` would refuse this as it stands: {missing}")
        raise typer.Exit(FAILED)


def _rehearse(config: "RunConfig", given: "Overrides") -> None:
    """Open what `run` opens, by the very same code, but load no weights and keep nothing.

    Raises what `run` would raise.
    """
    from ..graph.planning.opening import open_run
    from ..trainer.train import LoraTrainer

    # A stand-in has no weights: its spec says that those of the student can be trained.
    trains = given.student is None and facts_by_name(config.student).trainable
    trainer = given.trainer or (LoraTrainer() if trains else None)
    parts = replace(given, opener=_open_or_stand_in, trainer=trainer)
    with TemporaryDirectory() as aside, open_log(Path(aside)) as log:
        open_run(Path(aside), Path(aside), config, overrides=parts, log=log)


def _open_or_stand_in(spec: str, *, role: Role = "other") -> Model:
    """Open a model, or a stand-in for one whose weights are here."""
    return _stand_in(spec) if facts_by_name(spec).has_weights else open_model(spec, role=role)


def _stand_in(spec: str) -> Model:
    return ScriptedModel(_refuse, spec)


def _refuse(request: Request) -> NoReturn:
    raise AssertionError("a plan asks no model")


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
    whole = psutil.virtual_memory().total / 1e9
    if found.memory is not None and found.memory > whole:
        memory += f", and this machine has {whole:.1f} GB: take smaller models"
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
