"""Results of a finished run: its table, its headline, its strategy, its files."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..models.adapter_files import describe_other_weights
from ..reports.run_story import read_run
from ..reports.wording import clean, interval, points, share
from ..reports.worth_lines import worth_lines, worths_as_json
from ..store.events import AdapterTrained
from ..store.judged_by import engine_line, judge_lines
from ..store.log import Log
from ..store.strategies.import_export import to_markdown
from .output import Json, console, examples, print_json, table
from .workspace import Workspace, here

if TYPE_CHECKING:
    from ..evidence.attribution.contrasts import Contrast
    from ..evidence.attribution.table import Row
    from ..reports.portability import Matrix

app = typer.Typer()


@app.command(
    epilog=examples(
        "tutelage report quickstart",
        ("tutelage report quickstart --html", "write the page anew and print its path"),
        ("tutelage report quickstart --json | jq .headline", "attribution.json, and more"),
    ),
    help="""What a finished run may claim: the attribution table, the headline, the strategy.

    Where the run names validators, which of them its versions help too; and what each rule is
    worth. With --html also an unfinished run has a page, which says how far it has come.
    """,
)
def report(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Name of a run.")],
    html: Annotated[
        bool, typer.Option("--html", help="Write the run's files anew and print the page's path.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print the results of a run, or write its files anew."""
    workspace = here(ctx)
    with workspace.store() as log:
        log.check(run)
        if html:
            from ..reports.files import write_results

            written = write_results(log, run, workspace.runs / run)
            if not as_json:
                typer.echo(written.report)
                return
        print_results(workspace, log, run, as_json=as_json)


def print_results(workspace: Workspace, log: Log, run_id: str, *, as_json: bool) -> None:
    """Print what a finished run found.

    Raises LookupError before its evaluation, RunHasHole where it cannot have come there.
    """
    from ..graph.run import attribution

    data, story = attribution(log, run_id), read_run(log, run_id)
    version, matrix = story.version, story.portability
    if as_json:
        more: dict[str, Any] = {
            "worth": worths_as_json(version, story.worth),
            "judged_by": dict(sorted(story.judged_by.items())),
        }
        unusable = list(story.replies.warnings())
        more |= {"unusable": unusable} if unusable else {}
        more |= {"engines": dict(sorted(story.engines.items()))} if story.engines else {}
        more |= {"doubts": story.doubts} if story.doubts else {}
        more |= {"read_again": story.read_again} if story.readings else {}
        print_json(dict(data) | more | ({"portability": matrix.as_json()} if matrix else {}))
        return
    for said in story.replies.warnings():
        typer.echo(clean(said) + "\n")
    show_attribution(data, story.judged_by, story.read_again)
    if said := engine_line(story.engines):
        typer.echo(clean(said))
    if story.doubt_line:
        typer.echo(story.doubt_line)
    typer.echo()
    if matrix is not None:
        _show_matrix(matrix)
    typer.echo(clean(to_markdown(version)))
    for line in worth_lines(version, story.worth):
        typer.echo(clean(line))
    folder = workspace.runs / run_id
    page, adapter = folder / "report.html", data["adapter"]
    typer.echo(f"Report    {page if page.exists() else f'`tutelage report {run_id} --html`'}")
    worn = folder / "adapters" / adapter
    typer.echo(f"Adapter   {worn if adapter else 'none: nothing was transferred'}")
    for trained in story.all(AdapterTrained):
        other = trained.adapter == adapter and describe_other_weights(worn, trained.files)
        if other:
            typer.echo(clean(other))


def show_attribution(
    data: Mapping[str, Any], by: Mapping[str, int], again: Mapping[str, int] = {}
) -> None:
    """Print all arms, the gains, how much went into the weights, and what judged it."""
    from ..evidence.attribution.table import Attribution
    from ..graph.teacher.rulebook import RulebookTeacher

    found = Attribution.from_json(data)
    columns, rows = _COLUMNS, [_row(row) for row in found.rows]
    if any(row.missing for row in found.rows):
        columns = (*columns, "#lost to errors")
        rows = [(*_row(row), row.missing) for row in found.rows]
    console().print(table(columns, rows, "Attribution"))
    if found.contrasts:
        _show_contrasts(found.contrasts)
    tuned = {row.split for row in found.rows if row.student == "tuned"}
    for split in sorted(tuned, reverse=True):
        value = found.internalisation.get(split)
        shown = "undefined (the words alone show no gain)" if value is None else f"{value:.2f}"
        typer.echo(f"Internalisation on {split}: {shown}")
    if data.get("teacher") == RulebookTeacher.name:
        typer.echo("The teacher is the domain's rulebook, no model: its rows are worked solutions.")
    typer.echo(clean(data["headline"]))
    for line in judge_lines(by, again):
        typer.echo(clean(line))


def _show_contrasts(found: "Sequence[Contrast]") -> None:
    """Print each gain; a mark says where p is simulated or its interval disagrees."""
    from ..evidence.attribution.contrasts import footnotes

    rows = [
        (c.split, c.name, points(c.gain), interval(c.low, c.high),
         "~ " * bool(c.draws) + f"{c.p:.3g}" + " open" * c.disagrees, c.n)
        for c in found
    ]  # fmt: skip
    heads = ("split", "gain of", "#points", "95 %", "#p", "#n")
    console().print(table(heads, rows, "Gains"))
    for said in footnotes(found):
        typer.echo(said)


def _show_matrix(found: "Matrix") -> None:
    """Versions by models, in words."""
    from ..reports.portability import cell_text, model_size

    heads = [f"{it.model} ({model_size(it.size)})" for it in found.columns]
    rows = [
        [
            row.version if row.promoted else f"{row.version}, not promoted",
            *(cell_text(it, cell) for it, cell in zip(found.columns, row.cells, strict=True)),
        ]
        for row in found.lines
    ]
    if rows:
        console().print(table(("version", *heads), rows, "Who else is helped"))
    else:
        typer.echo("No version passed a gate, so none was tried on the validators.")
    typer.echo(clean(f"{found.smallest()}\n"))


_COLUMNS: tuple[str, ...] = (
    "split", "student", "words", "#right", "#accuracy", "95 %", "#floor", "#balanced", "#unparsed",
    "#shift",
)  # fmt: skip


def _row(row: "Row") -> tuple[object, ...]:
    return (
        row.split,
        row.student,
        "yes" if row.strategy else "no",
        f"{row.right}/{row.n}",
        share(row.accuracy),
        f"{share(row.low)} to {share(row.high)}",
        share(row.floor),
        share(row.balanced_accuracy),
        row.unparsed,
        share(row.shift),
    )
