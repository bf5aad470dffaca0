"""Console, tables and JSON that every command prints with."""

import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import Annotated, Any, TextIO, cast

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..reports.credentials import without_credentials
from ..reports.wording import clean


class _StdoutAside:
    """Standard output of a command that prints JSON: what others print goes to stderr."""

    def __init__(self, kept: TextIO) -> None:
        self.kept = kept

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stderr, name)


def _keep_stdout_for_json(ctx: typer.Context, as_json: bool) -> bool:
    """Send to stderr, until the command ends, what anybody but `print_json` prints.

    A domain is a stranger's: it may print while it is loaded, and whenever it is asked.
    """
    if as_json and not isinstance(sys.stdout, _StdoutAside):
        ctx.with_resource(redirect_stdout(cast(TextIO, _StdoutAside(sys.stdout))))
    return as_json


Json = Annotated[
    bool,
    typer.Option("--json", help="Print JSON and nothing else.", callback=_keep_stdout_for_json),
]

UNBROKEN = 160
"""Columns of a table that goes into a file: nobody's window is narrow there."""


def console(*, stderr: bool = False) -> Console:
    """A console that colours nothing by guessing."""
    plain = Console(stderr=stderr, highlight=False)
    return plain if plain.is_terminal else Console(stderr=stderr, highlight=False, width=UNBROKEN)


def print_json(data: object) -> None:
    """The whole of a command's output, in one JSON document."""
    print_document(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def print_document(text: str) -> None:
    """Print a text that is the whole of a command's output."""
    stdout = cast(object, sys.stdout)
    out = stdout.kept if isinstance(stdout, _StdoutAside) else None
    typer.echo(without_credentials(text), file=out, nl=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> Table:
    """A table without frames; columns called `#...` stand on the right."""
    above = Text(clean(title)) if title else None
    drawn = Table(box=box.SIMPLE_HEAD, title=above, title_justify="left", pad_edge=False)
    for column in columns:
        head = Text(clean(column.lstrip("#")))
        drawn.add_column(head, justify="right" if column.startswith("#") else "left")
    for row in rows:
        drawn.add_row(*(Text(clean(str(cell))) for cell in row))
    return drawn


def examples(*lines: tuple[str, str] | str) -> str:
    """An epilog that teaches: each line a command, or a command and what it is for."""
    shown = ["Examples:"]
    for line in lines:
        command, meaning = (line, "") if isinstance(line, str) else line
        shown.append(f"`$ {command}`" + (f"  # {meaning}" if meaning else ""))
    return "\n\n".join(shown)
