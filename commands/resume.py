"""Go on with a run that was stopped, crashed, waited, or ran out of budget."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..store.log import Log
from .errors import Refused
from .output import Json, examples
from .progress import show_progress
from .run import describe_wait, drive, leave_for_review, print_end
from .workspace import here

if TYPE_CHECKING:
    from ..graph.config.config import RunConfig

app = typer.Typer()


@app.command(
    epilog=examples(
        ("tutelage resume quickstart", "go on where it stands"),
        (
            "tutelage resume quickstart --config more.toml",
            "with the [budget] and [calls] of this file",
        ),
    ),
)
def resume(
    ctx: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="Name of the run, as `tutelage runs` lists it.")
    ],
    config: Annotated[
        Path | None,
        typer.Option(help="A TOML file like the run's own; only [budget] and [calls] may differ."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Go on with a run that was stopped, crashed, waited for a review, or ran out of budget.

    It ends where it would have ended without the stop: answered calls are never made again.
    Exit codes are those of `tutelage run`.
    """
    from ..graph.planning.required_slots import is_complete

    workspace = here(ctx)
    began = time.monotonic()
    with workspace.store(writes=True) as log:
        changed = _read_changes(log, run, config)
        wait = describe_wait(log, run)
        complete = is_complete(log, run)
        if wait or complete:
            # Nobody works on it now; whoever does checks it first, alone on it.
            log.check(run)
        # Told before any model is loaded: nothing can happen before the answer.
        if wait:
            leave_for_review(workspace, run, wait, as_json)
        if not complete:
            with show_progress(stderr=as_json) as progress:
                progress.stage("open", f"run {run}")
                opened = workspace.reopen(log, run, config=changed, progress=progress)
                drive(workspace, opened, to_stderr=as_json, config=config)
    print_end(workspace, run, as_json, time.monotonic() - began)


def _read_changes(log: Log, run_id: str, path: Path | None) -> "RunConfig":
    """Return the run's config with the [budget] and [calls] of the file at `path`, if one is given.

    Its other sections must be the run's own.
    """
    from ..graph.config.config import load_config
    from ..graph.planning.opening import recorded_config

    recorded = recorded_config(log, run_id)
    if path is None:
        return recorded
    given = load_config(path, recorded=True)
    differing = list(_list_differences(recorded, given))
    if differing:
        raise Refused(
            f"{path} is not the config of {run_id}; "
            "only [budget] and [calls] may differ on resume:\n"
            + "\n".join(differing)
            + "\nTake these back, or begin a new run with `tutelage run`.",
            code=2,
        )
    return recorded.model_copy(update={"budget": given.budget, "calls": given.calls})


def _list_differences(recorded: "RunConfig", given: "RunConfig") -> list[str]:
    old, new = (_flatten(each.model_dump(mode="json")) for each in (recorded, given))
    return [
        f"  {name}: {old.get(name)!r} in the run, {new.get(name)!r} in the file"
        for name in sorted(old | new)
        if old.get(name) != new.get(name) and not name.startswith(("budget.", "calls."))
    ]


def _flatten(data: object, prefix: str = "") -> dict[str, object]:
    if not isinstance(data, dict):
        return {prefix.removesuffix("."): data}
    found: dict[str, object] = {}
    for name, value in data.items():
        found |= _flatten(value, f"{prefix}{name}.")
    return found
