"""Read every reply of a run again with today's judge."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from ..reports.wording import clean
from .output import Json, console, examples, print_json, table
from .progress import show_progress
from .workspace import Workspace, here

if TYPE_CHECKING:
    from ..graph.context import Progress
    from ..graph.measure.rejudge import Rejudgement
    from ..store.log import Log

app = typer.Typer()

SHOWN = 20


@app.command(
    epilog=examples(
        ("tutelage rejudge quickstart", "would today's judge have decided otherwise?"),
        ("tutelage rejudge coding --only-read", "runs no program and asks no model"),
        ("tutelage rejudge quickstart --json | jq .gates", "each decision, before and now"),
    ),
)
def rejudge(
    ctx: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="Name of the run, as `tutelage runs` lists it.")
    ],
    only_read: Annotated[
        bool,
        typer.Option(
            "--only-read", help="Leave out replies that a sandbox or a model has to judge."
        ),
    ] = False,
    all_changes: Annotated[
        bool, typer.Option("--all", help=f"Show every changed reply, not only the first {SHOWN}.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read every reply of a run again with today's judge, and show what that changes.

    By reason, by arm, and reply by reply; then the gates that would decide otherwise, each by its
    own settings on its recorded block, and the arms of the attribution table. Replies that a
    sandbox or a model judged are judged there once more. Writes nothing: `tutelage resume` reads
    again, and records, what an unfinished run still compares.
    """
    from ..reports.rejudge_lines import rejudge_as_json

    workspace = here(ctx)
    with workspace.store() as log:
        with show_progress(stderr=as_json) as progress:
            progress.stage("rejudge", f"run {run}")
            found = _read_again(workspace, log, run, only_read, progress)
        if as_json:
            print_json(rejudge_as_json(found, log))
        else:
            _show(found, log, None if all_changes else SHOWN)


def _read_again(
    workspace: Workspace, log: "Log", run: str, only_read: bool, progress: "Progress"
) -> "Rejudgement":
    from ..graph.calls.replay import RecordedModel
    from ..graph.measure.rejudge import rejudge as read_again
    from ..graph.planning.opening import Overrides, open_domain, recorded_config
    from ..graph.planning.reopening import check_domain_paths

    config = recorded_config(log, run)
    parts = workspace.overrides or Overrides()
    if only_read:
        parts = replace(parts, opener=RecordedModel)
    if parts.domain is None:
        check_domain_paths(config.domain, workspace.home, run)
    domain = parts.domain or open_domain(config, parts)[0]
    return read_again(
        log,
        run,
        config,
        domain,
        only_read=only_read,
        on_reply=lambda done, total: progress.advance("replies", done, total),
    )


def _show(found: "Rejudgement", log: "Log", most: int | None) -> None:
    """Print the summary, and each table that has rows."""
    from ..reports import rejudge_lines as lines

    for line in lines.rejudge_summary(found):
        typer.echo(clean(line))
    gates = lines.gate_rows(found, log)
    evaluation = lines.evaluation_rows(found) if found.changes else ()
    _print_table("By reason", lines.REASONS, lines.reason_rows(found))
    _print_table("By arm", lines.ARMS, lines.arm_rows(found))
    _print_table("Gates that would not decide as they did, or of which nobody knows",
                 lines.GATES, gates)  # fmt: skip
    _print_table("Arms of the attribution table", lines.EVALUATION, evaluation)
    for line in lines.fault_lines(found, most):
        typer.echo(clean(line))
    for line in lines.change_lines(found, log, most):
        typer.echo(clean(line))


def _print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        console().print(table(columns, rows, title))
