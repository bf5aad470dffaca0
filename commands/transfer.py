"""One step of the loop by hand: transfer a version, evaluate an adapter."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..store.events import SealOpened
from ..store.judged_by import judges
from ..store.strategies.versions import Strategies, Version
from .errors import STOPPED, Refused
from .evaluate import try_elsewhere
from .output import Json, examples, print_json
from .progress import watching
from .report import show_attribution
from .workspace import Place, adapter_named, here, run_of

if TYPE_CHECKING:
    from ..graph.context import Run

app = typer.Typer()

Ref = Annotated[
    str,
    typer.Argument(
        metavar="VERSION", help="A version: scheduling@3, scheduling, scheduling/run, or a hash."
    ),
]
Within = Annotated[
    str | None,
    typer.Option("--run", help="The run whose problems and adapters are used; else its own."),
]


@app.command(
    rich_help_panel="Steps by hand",
    epilog=examples(
        ("tutelage transfer scheduling@3", "an adapter of that version"),
        ("tutelage transfer scheduling --run quickstart", "of the current one, in that run"),
    ),
)
def transfer(ctx: typer.Context, version: Ref, run: Within = None, as_json: Json = False) -> None:
    """Train the adapter of a version, or find it trained; prints its key and folder."""
    from ..graph.context import Paused
    from ..graph.measure.by_hand import transfer as step

    place = here(ctx)
    with place.store() as log, watching(stderr=as_json) as watch:
        wanted = Strategies(log).get(version)
        if not wanted.strategy.rules:
            raise Refused(f"{wanted.name} has no rules: there is nothing to transfer.")
        opened = place.reopen(log, run_of(log, wanted, run), watch=watch)
        same_domain(opened, wanted)
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


@app.command(
    rich_help_panel="Steps by hand",
    epilog=examples(
        ("tutelage evaluate 5bda0f40", "an adapter by the beginning of its key"),
        ("tutelage evaluate runs/quickstart/adapters/5bda0f40c8a59138", "or by its folder"),
        ("tutelage evaluate 5bda0f40 --domain humaneval", "does it help on another domain?"),
        (
            "tutelage evaluate python_coding@3 --domain debugging",
            "the words alone, without weights",
        ),
    ),
)
def evaluate(
    ctx: typer.Context,
    adapter: Annotated[
        str,
        typer.Argument(
            metavar="ADAPTER",
            help="Key, beginning of a key, or folder; with --domain also a version.",
        ),
    ],
    domain: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Another domain, to see whether it helps there."),
    ] = None,
    n: Annotated[int, typer.Option("-n", "--n", min=1, help="Test problems of that domain.")] = 100,
    options: Annotated[str, typer.Option(help="Options of that domain, as JSON.")] = "{}",
    as_json: Json = False,
) -> None:
    """Put one adapter to its run's sealed problems, beside the base model and the controls.

    Each opening of the seal is recorded and counted: choosing by what you see here makes the test
    a training set. With --domain the problems are another domain's, of which the run has learned
    nothing: does a strategy of coding help to debug?
    """
    if domain is not None:
        try_elsewhere(here(ctx), adapter, domain, n, options, as_json=as_json)
    else:
        _try_at_home(here(ctx), adapter, as_json=as_json)


def _try_at_home(place: Place, adapter: str, *, as_json: bool) -> None:
    """Open the seal of the adapter's own run."""
    from ..evidence.attribution.headline import headline
    from ..graph.measure.by_hand import evaluate as step
    from ..graph.run import finished

    with place.store() as log, watching(stderr=as_json) as watch:
        ref = Path(adapter).name if Path(adapter).is_dir() else adapter
        event = adapter_named(log, ref)
        if not finished(log, event.stream):
            raise Refused(
                f"Run {event.stream} is not finished: a look at its sealed problems now would be "
                f"a look before the end. `tutelage resume {event.stream}` evaluates it."
            )
        opened = place.reopen(log, event.stream, watch=watch)
        strategies = Strategies(log)
        number = strategies.number(opened.domain.name, event.strategy)
        version = strategies.get(f"{opened.domain.name}@{number}")
        if not version.strategy.rules:
            raise Refused(
                f"Adapter {event.adapter} is the labels-only control, which follows no strategy: "
                "it stands in the table of every adapter of its run. Evaluate one of those."
            )
        found = step(opened, version, event.adapter)
        by = judges(log, opened.id)
        openings = len(
            [
                seal
                for seal in log.entries(stream=opened.id, kinds=[SealOpened])
                if isinstance(seal.event, SealOpened) and seal.event.split == "test"
            ]
        )
    data = found.as_json() | {
        "run": opened.id,
        "adapter": event.adapter,
        "strategy_version": version.name,
        "headline": headline(found),
        "test_openings": openings,
    }
    if as_json:
        print_json(data)
        return
    show_attribution(data, by)
    typer.echo(f"The test problems of {opened.id} have been opened {openings} times.")


def same_domain(run: "Run", version: Version) -> None:
    if run.domain.name != version.domain:
        raise Refused(
            f"{version.name} is of {version.domain} and run {run.id} of {run.domain.name}. "
            "Name a run of the same domain with --run."
        )
