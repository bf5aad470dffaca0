"""Figures beside their goals: the table, the options and the exit code of every benchmark."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Figure(NamedTuple):
    """One line of the table."""

    name: str
    value: float
    unit: str
    most: float | None = None
    """The goal: not more than this."""
    least: float | None = None
    """The goal: not less than this."""

    def reaches_goal(self) -> bool:
        low = self.least is None or self.value >= self.least
        return low and (self.most is None or self.value <= self.most)

    @property
    def goal(self) -> str:
        if self.most is not None and self.least is not None:
            return f"{self.least:g} to {self.most:g}"
        if self.most is not None:
            return f"<= {self.most:g}"
        return "" if self.least is None else f">= {self.least:g}"


class Columns(NamedTuple):
    """Widths of a table's columns, and the decimals of its figures."""

    name: int
    value: int
    unit: int
    goal: int = 10
    decimals: int = 2


def make_parser(description: str | None) -> argparse.ArgumentParser:
    """Make a parser with the options that every benchmark has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--report-only", action="store_true", help="a missed goal exits 0")
    return parser


def print_table(figures: Sequence[Figure], columns: Columns, title: str = "") -> None:
    """Print each figure beside its goal, below a head where there is a `title`."""
    name, value, unit, goal, decimals = columns
    if title:
        print(f"{title:{name}}{'figure':>{value}}  {'unit':{unit}}{'goal':>{goal}}")
    for it in figures:
        figure = f"{it.value:{value}.{decimals}f}"
        missed = "" if it.reaches_goal() else "  missed"
        print(f"{it.name:{name}}{figure}  {it.unit:{unit}}{it.goal:>{goal}}{missed}")


def finish(
    figures: Sequence[Figure], options: argparse.Namespace, further: Sequence[Figure] = ()
) -> int:
    """Write all figures to `--json`; return 1 where one of `figures` misses its goal, else 0."""
    if options.json:
        rows = [it._asdict() | {"met": it.reaches_goal()} for it in (*figures, *further)]
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return int(not options.report_only and not all(it.reaches_goal() for it in figures))
