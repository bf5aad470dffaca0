"""How commands print: tables and sentences for people, JSON for machines."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]

UNBROKEN = 160
"""Columns of a table that goes into a file: nobody's window is narrow there."""


def console(*, stderr: bool = False) -> Console:
    """A console that colours nothing by guessing."""
    plain = Console(stderr=stderr, highlight=False)
    return plain if plain.is_terminal else Console(stderr=stderr, highlight=False, width=UNBROKEN)


def print_json(data: object) -> None:
    """The whole of a command's output, in one JSON document."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> Table:
    """A table without frames; columns called `#...` stand on the right."""
    drawn = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        drawn.add_column(column.lstrip("#"), justify="right" if column.startswith("#") else "left")
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


def clean(text: str) -> str:
    """Text without control characters: what a model wrote must not drive the terminal."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")


def points(share: float) -> str:
    """A difference of shares, in percentage points."""
    return f"{100 * share:+.1f}"


def share(value: Any) -> str:
    """A share in percent, or a dash where there is none."""
    return "-" if value is None else f"{100 * float(value):.1f}"


def duration(seconds: float) -> str:
    """`48 s`, `12 min 30 s`, `5 h 02 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
