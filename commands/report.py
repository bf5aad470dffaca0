"""Results of a finished run: its table, its headline, its strategy, its files."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..graph.measure.rule_worth import rule_worths
from ..reports.wording import clean, interval, points, share
from ..reports.worth_lines import worth_lines, worths_as_json
from ..store.judged_by import count_judges, judge_lines
from ..store.log import Log
from ..store.strategies.import_export import to_markdown
from ..store.strategies.versions import Strategies
from .output import Json, console, examples, print_json, table
from .workspace import Workspace, here

if TYPE_CHECKING:
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
    from ..reports.files import write_results

    workspace = here(ctx)
    with workspace.store() as log:
        if html:
            written = write_results(log, run, workspace.runs / run)
            if not as_json:
                typer.echo(written.report)
                return
        print_results(workspace, log, run, as_json=as_json)


def print_results(workspace: Workspace, log: Log, run_id: str, *, as_json: bool) -> None:
    """Print what a finished run found. Raises LookupError before its evaluation."""
    from ..graph.run import attribution
    from ..reports.portability import portability_matrix

    data, found = attribution(log, run_id), portability_matrix(log, run_id)
    by = count_judges(log, run_id)
    version = Strategies(log).get(data["strategy_version"])
    worths = rule_worths(log, version.domain, stream=run_id)
    if as_json:
        more = {"worth": worths_as_json(version, worths), "judged_by": dict(sorted(by.items()))}
        print_json(dict(data) | more | ({"portability": found.as_json()} if found else {}))
        return
    show_attribution(data, by)
    typer.echo()
    if found is not None:
        _show_matrix(found)
    typer.echo(clean(to_markdown(version)))
    for line in worth_lines(version, worths):
        typer.echo(clean(line))
    page = workspace.runs / run_id / "report.html"
    typer.echo(f"Report    {page if page.exists() else f'`tutelage report {run_id} --html`'}")
    adapter = data["adapter"]
    folder = workspace.runs / run_id / "adapters" / adapter if adapter else None
    typer.echo(f"Adapter   {folder or 'none: nothing was transferred'}")


def show_attribution(data: Mapping[str, Any], by: Mapping[str, int]) -> None:
    """Print all arms, the gains, how much went into the weights, and what judged it."""
    out = console()
    rows = [_row(row) for row in data["rows"]]
    columns = _COLUMNS
    lost = [row.get("missing", 0) for row in data["rows"]]
    if any(lost):
        columns = (*columns, "#lost to errors")
        rows = [(*row, missing) for row, missing in zip(rows, lost, strict=True)]
    out.print(table(columns, rows, "Attribution"))
    _show_contrasts(data)
    tuned = {row["split"] for row in data["rows"] if row["student"] == "tuned"}
    for split in sorted(tuned, reverse=True):
        value = data["internalisation"].get(split)
        shown = "undefined (the words alone show no gain)" if value is None else f"{value:.2f}"
        typer.echo(f"Internalisation on {split}: {shown}")
    if data.get("teacher") == "rulebook":
        typer.echo("The teacher is the domain's rulebook, no model: its rows are worked solutions.")
    typer.echo(clean(data["headline"]))
    for line in judge_lines(by):
        typer.echo(clean(line))


def _show_contrasts(data: Mapping[str, Any]) -> None:
    """Print each gain; a mark says where p is simulated or its interval disagrees."""
    from ..evidence.attribution.contrasts import footnotes
    from ..evidence.attribution.table import Attribution

    found = Attribution.from_json(data).contrasts
    if not found:
        return
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
    typer.echo(f"{found.smallest()}\n")


_COLUMNS: tuple[str, ...] = (
    "split", "student", "words", "#right", "#accuracy", "95 %", "#floor", "#balanced", "#unparsed",
    "#shift",
)  # fmt: skip


def _row(row: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        row["split"],
        row["student"],
        "yes" if row["strategy"] else "no",
        f"{row['right']}/{row['n']}",
        share(row["accuracy"]),
        f"{share(row['low'])} to {share(row['high'])}",
        share(row["floor"]),
        share(row["balanced_accuracy"]),
        row["unparsed"],
        share(row.get("shift")),
    )
