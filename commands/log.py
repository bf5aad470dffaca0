"""Check the event log for faults, and tell its head to whoever keeps it elsewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ..paths import expand_home
from ..reports.wording import clean, count
from ..store.hash_chain import HEAD_MARK, NO_EVENTS, Link, VerifyReport, find_head_lines, head_line
from .errors import FAILED, WRONG, Refused
from .output import Json, examples, print_json
from .workspace import here

app = typer.Typer(
    name="log",
    no_args_is_help=True,
    help="Check the event log, which is the truth.",
    epilog=examples("tutelage log verify", "tutelage log head"),
)

SHOWN = 20
LARGEST_FILE = 10_000_000
"""Bytes of a file with head lines."""


@app.command(
    epilog=examples(
        "tutelage log verify",
        ("tutelage log verify --json | jq .faults", "all of them; exit code 1 when there are any"),
        ("tutelage log verify --against heads.txt", "still holds what each line in it saw"),
    )
)
def verify(
    ctx: typer.Context,
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LINE|FILE",
            help="A line of `log head` that was kept elsewhere, or a file with such lines: "
            "the store must still begin with what it saw.",
        ),
    ] = None,
    all_faults: Annotated[
        bool, typer.Option("--all", help=f"Show every fault, not only the first {SHOWN}.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check every event, text and chain of the store; changes nothing. Exits 1 on a fault."""
    heads = [head for given in against or () for head in _read_against(given)]
    with here(ctx).store() as store:
        report = store.verify(heads)
    if as_json:
        noted = report.noted.isoformat(timespec="seconds") if report.noted else None
        ends = [{"stream": stream, **asdict(mark)} for stream, mark in report.heads.items()]
        print_json({"ok": report.ok, "events": report.events, "faults": report.faults,
                    "warnings": report.warnings, "noted": noted, "covered": report.covered,
                    "heads": ends, "head": _head_facts(report),
                    "against": [head_line(head) for head in heads]})  # fmt: skip
    else:
        for line in _describe(report, heads, len(report.faults) if all_faults else SHOWN):
            typer.echo(clean(line))
    if not report.ok:
        raise typer.Exit(FAILED)


@app.command(
    epilog=examples(
        ("tutelage log head | mail -s tutelage me@example.org", "from cron, say once a day"),
        ("tutelage log head >> ../notebook.txt", "another disk or repository is better"),
    )
)
def head(ctx: typer.Context, as_json: Json = False) -> None:
    """Print one line that tells all events so far; keep it where others cannot write.

    `tutelage log verify --against LINE` then sees whatever is changed in them. The store is
    verified first: on a fault there is no line, and the exit code is 1.
    """
    with here(ctx).store() as store:
        report = store.verify()
    if not report.ok:
        raise Refused(
            f"The store has {len(report.faults)} faults, so its head is not worth keeping. The "
            f"first: {clean(report.faults[0])} `tutelage log verify` lists them."
        )
    if as_json:
        print_json(_head_facts(report))
    else:
        typer.echo(head_line(report.head or NO_EVENTS))


def _head_facts(report: VerifyReport) -> dict[str, object]:
    end = report.head or NO_EVENTS
    return {"events": end.seq, "hash": end.hash, "line": head_line(end)}


def _read_against(given: str) -> list[Link]:
    """Return the heads in the file of that name or, where there is none, in `given` itself."""
    try:
        return find_head_lines(_read_file(given))
    except OSError as error:
        found = f"{given!r} cannot be read: {error.strerror}"
    except ValueError as error:
        found = f"in {given!r} there is {error}"
    raise Refused(
        "--against takes a line of `tutelage log head`, or the name of a file that holds such "
        f"lines, and {found}.",
        WRONG,
    )


def _read_file(given: str) -> str:
    """Return what the file of that name holds, or `given` itself where it names none.

    Raises OSError for a name that cannot be opened, ValueError for a file that is too large.
    """
    try:
        with Path(expand_home(given)).open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError:
        if HEAD_MARK in given:
            return given
        raise
    if len(content) > LARGEST_FILE:
        raise ValueError(f"more than {LARGEST_FILE} bytes, of which all should be read")
    return content.decode(errors="replace").replace("\0", "")  # PowerShell's `>>` writes UTF-16


def _describe(report: VerifyReport, heads: Sequence[Link], shown: int) -> Iterator[str]:
    if report.ok:
        found = f"{report.events} events, consistent with themselves"
        if report.noted:
            found += f", and {report.covered} of them with the note of {report.noted:%F %T} UTC"
        if heads:
            most, lines = max(head.seq for head in heads), count(len(heads), "head line")
            found += f", and {most} of them with {lines} that you gave"
        yield f"{found}."
    else:
        yield f"{report.events} events, {len(report.faults)} faults:"
        yield from (f"  {fault}" for fault in report.faults[:shown])
    yield from (f"Warning: {warning}" for warning in report.warnings)
    if report.heads:
        yield "The ends of the streams:"
    for stream, mark in report.heads.items():
        yield f"  {mark.hash}  {stream}, {mark.count} events"
    if report.ok and report.head:
        yield "Keep this line elsewhere, and `--against LINE` sees whatever is changed later:"
        yield f"  {head_line(report.head)}"
