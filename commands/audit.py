"""Judge anyone's claim from a file of results alone."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..paths import expand_home
from ..reports.wording import clean, interval, points, share
from .errors import FAILED, WRONG, Refused
from .output import Json, console, examples, print_json, table

if TYPE_CHECKING:
    from ..evidence.audit.audit import Audit
    from ..evidence.audit.results_file import ResultsFile
    from ..evidence.audit.systems import System

app = typer.Typer()


_File = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="JSONL or CSV, one result a row."),
]
_Features = Annotated[
    list[str] | None,
    typer.Option(metavar="COL", help="A shallow fact of the problem, a number. Repeat it."),
]


def _column(meaning: str) -> Any:
    """Return an option that names a column of the file."""
    return typer.Option(metavar="COL", help=meaning)


@app.command(
    epilog=examples(
        (
            "tutelage audit results.jsonl",
            "columns called gold, prediction, reply, ...",
        ),
        ("tutelage audit results.csv --gold label --prediction student --second baseline", ""),
        (
            "tutelage audit results.csv --feature rooms --feature meetings",
            "for a stump to try",
        ),
        ("tutelage audit results.jsonl --reply completion", "read again what was scored wrong"),
        ("tutelage audit samples_gsm8k.jsonl", "a sample log of lm-eval-harness"),
        ("tutelage audit results.jsonl --json | jq .sentence", "the verdict, to be quoted"),
    ),
)
def audit(
    file: _File,
    gold: Annotated[str, _column("The right answer.")] = "",
    prediction: Annotated[str, _column("The answer as read.")] = "",
    score: Annotated[str, _column("Its score by whoever made the file, 0 to 1.")] = "",
    reply: Annotated[str, _column("The whole reply: it is read once more.")] = "",
    truncated: Annotated[str, _column("Whether the reply was cut (or a finish reason).")] = "",
    second: Annotated[str, _column("The answer of a system to be beaten.")] = "",
    second_score: Annotated[str, _column("Its score.")] = "",
    second_reply: Annotated[str, _column("Its whole reply.")] = "",
    problem: Annotated[str, _column("Id of the problem: replies to one are averaged.")] = "",
    text: Annotated[str, _column("The problem itself.")] = "",
    split_column: Annotated[str, _column("The row's split.")] = "",
    feature: _Features = None,
    split: Annotated[
        str, typer.Option(metavar="NAME", help="Judge this split. Default: test, if there is one.")
    ] = "",
    classes: Annotated[
        str, typer.Option(metavar="A,B,...", help="The possible answers. Default: as found.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Judge anyone's results: what is the floor, does the claim stand, which test says so?

    Columns with the usual names are found; `-` for a column leaves it out. Exits 0 where the
    claim stands, 1 where it does not, 2 where the file cannot be read.
    """
    columns = {"gold": gold, "prediction": prediction, "score": score, "reply": reply,
               "truncated": truncated, "second": second, "second_score": second_score,
               "second_reply": second_reply, "problem": problem, "text": text,
               "split": split_column}  # fmt: skip
    results, verdict = _judge(file, columns, feature or (), split, classes)
    if as_json:
        used = {"columns": dict(results.columns.of), "not_used": results.unused}
        print_json({"file": str(file)} | used | verdict.as_json())
    else:
        _show(verdict)
        _print_spare_columns(results)
    if not verdict.stands:
        raise typer.Exit(FAILED)


def _judge(
    file: Path, named: Mapping[str, str], features: Sequence[str], split: str, classes: str
) -> "tuple[ResultsFile, Audit]":
    """Read a file and judge it. Raises Refused where it cannot be read or holds no claim."""
    from ..domains.reading.answer_reader import AnswerReader
    from ..evidence.audit.audit import audit as judge_results
    from ..evidence.audit.results_file import ResultsError, read_results

    file = Path(expand_home(str(file)))
    try:
        found = read_results(file, {part: name for part, name in named.items() if name}, features)
    except ResultsError as error:
        raise Refused(clean(str(error)), code=WRONG) from None
    except OSError as error:
        raise Refused(clean(f"{file} cannot be read: {error.strerror}."), code=WRONG) from None
    columns = found.columns.of
    try:
        verdict = judge_results(
            found.results,
            AnswerReader(),
            name=columns["prediction"],
            second=columns.get("second", ""),
            classes=[name.strip() for name in classes.split(",") if name.strip()],
            split=split,
        )
    except ValueError as error:
        raise Refused(clean(f"{file}: {error}"), code=WRONG) from None
    return found, verdict


def _show(verdict: "Audit") -> None:
    out = console()
    typer.secho(clean(verdict.sentence), fg="green" if verdict.stands else "red", bold=True)
    out.print()
    systems = [verdict.system, *([verdict.second] if verdict.second else [])]
    out.print(table(_COLUMNS, [_row(system) for system in systems]))
    tested = [
        (t.against, share(t.accuracy), points(t.gain), interval(t.low, t.high),
         t.p_text.removeprefix("= "), t.n, t.test,
         "beaten" if t.beaten else "NOT beaten")
        for t in verdict.tests
    ]  # fmt: skip
    out.print(table(("against", "#accuracy", "#points", "95 %", "#p", "#n", "test", ""), tested))
    floors = [(name, share(value)) for name, value in verdict.floors.items()]
    out.print(table(("floor: knows nothing of the task", "#accuracy"), floors))
    for finding in verdict.findings:
        mark = "refused" if finding.refuses else "note"
        where = f" (line {', '.join(map(str, finding.lines))})" if finding.lines else ""
        typer.echo(clean(f"{mark:8} {finding.name}: {finding.said}.{where}"))


def _print_spare_columns(found: "ResultsFile") -> None:
    """Say which columns played no part: a shortcut may hide in one that holds numbers."""
    if not found.unused:
        return
    told = f"Not used: {', '.join(found.unused)}."
    if found.numbers:
        tries = " ".join(f"--feature {shlex.quote(name)}" for name in found.numbers)
        told += f" `{tries}` tries {'it' if len(found.numbers) == 1 else 'them'} as a shortcut."
    typer.echo(clean(told))


_COLUMNS = (
    "system", "#right", "#accuracy", "95 %", "#balanced", "#MCC", "#unparsed", "#by its replies",
    "usual answer", "#shift",
)  # fmt: skip


def _row(system: "System") -> tuple[object, ...]:
    usual = "-" if system.usual is None else f"{system.usual[:20]} {share(system.usual_share)}"
    return (
        system.name,
        f"{system.right}/{system.n}",
        share(system.accuracy),
        f"{share(system.low)} to {share(system.high)}",
        share(system.balanced_accuracy),
        "-" if system.mcc is None else f"{system.mcc:.2f}",
        system.unparsed,
        share(system.reread),
        usual,
        share(system.shift),
    )
