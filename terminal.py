"""Progress of long work: a moving line in a terminal, dated lines in a file or a notebook."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

Clock = Callable[[], float]
Clean = Callable[[str], str]

EVERY = 10.0
"""Seconds between two lines of progress in a file: a day is then some thousand lines."""


def printable(text: str) -> str:
    """Return text without control characters: what a model wrote must not drive the terminal."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")


def duration(seconds: float) -> str:
    """Return a time in words: `48 s`, `12 min 30 s`, `5 h 02 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


class Pace:
    """Pace at which a count grows, and so the time until it is complete."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._what = ""
        self._since, self._from, self._seen = 0.0, 0, 0

    def remaining(self, what: str, done: int, total: int) -> float | None:
        """Seconds until `total`, or None before there is anything to tell it by.

        What was there at the first look may have been recorded by an earlier session, so only
        what came since then counts.
        """
        if what != self._what or done < self._seen:
            self._what, self._since, self._from = what, self._clock(), done
        self._seen = done
        gained = done - self._from
        if not gained:
            return None
        return (self._clock() - self._since) / gained * (total - done)


class PlainProgress:
    """Plain lines with the time, for a file or a pipe; no escape codes."""

    def __init__(
        self,
        out: TextIO,
        *,
        every: float = EVERY,
        clock: Clock = time.monotonic,
        clean: Clean = printable,
    ) -> None:
        self._out, self._every, self._clock, self._clean = out, every, clock, clean
        self._pace = Pace(clock)
        self._began = self._last = clock()

    def stage(self, name: str, detail: str = "") -> None:
        self._line(f"{name}: {detail}" if detail else name)

    def advance(self, what: str, done: int, total: int) -> None:
        # Asked every time: the pace is measured from the first look on.
        left = _remaining_time(self._pace, what, done, total)
        if self._clock() - self._last >= self._every:
            self._line(f"  {what}: {done}/{total}" + (f", {left}" if left else ""))

    def say(self, text: str) -> None:
        self._line(f"* {text}")

    def _line(self, text: str) -> None:
        self._last = self._clock()
        elapsed = duration(self._last - self._began)
        flat = " ".join(self._clean(text).split("\n"))
        print(f"{datetime.now(UTC):%H:%M:%SZ} [{elapsed}] {flat}", file=self._out, flush=True)


class LiveProgress:
    """One moving line at the bottom of the terminal; facts stay above it."""

    def __init__(self, progress: Progress, clean: Clean = printable) -> None:
        self._progress, self._clean = progress, clean
        self._pace = Pace()
        self._task = progress.add_task("", total=None, left="", count="")

    def stage(self, name: str, detail: str = "") -> None:
        text = f"[bold]{escape(self._clean(name))}[/bold] {escape(self._clean(detail))}".rstrip()
        # Stages stay as well, dimmed: what has been done is read from top to bottom.
        self._progress.console.print(f"[dim]{datetime.now(UTC):%H:%M:%SZ}[/dim] {text}")
        self._progress.reset(self._task, start=False)
        self._progress.update(self._task, description=name, total=None, left="", count="")

    def advance(self, what: str, done: int, total: int) -> None:
        self._progress.update(
            self._task,
            description=escape(self._clean(what)),
            completed=done,
            total=total,
            left=_remaining_time(self._pace, what, done, total),
            count=f"{done}/{total}",
        )

    def say(self, text: str) -> None:
        self._progress.console.print(f"  [green]*[/green] {escape(self._clean(text))}")


class _Elapsed(ProgressColumn):
    """Since the command began, whatever stage it is in."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def render(self, task: Task) -> Text:
        return Text(duration(time.monotonic() - self._began), style="dim")


def _remaining_time(pace: Pace, what: str, done: int, total: int) -> str:
    """Return `about 3 min 05 s left`; empty at the end, and before there is a pace."""
    # A count's name may hold figures that change from step to step: `..., loss 0.31`.
    left = pace.remaining(what.partition(", loss")[0], done, total)
    return f"about {duration(left)} left" if left is not None and done < total else ""


@contextmanager
def progress_on(
    drawn: Console, lines: TextIO | None, clean: Clean = printable
) -> Iterator[PlainProgress | LiveProgress | None]:
    """Draw progress on a terminal; elsewhere write it as lines, or not at all without `lines`."""
    if not drawn.is_terminal:
        yield PlainProgress(lines, clean=clean) if lines is not None else None
        return
    with _progress(drawn) as progress:
        yield LiveProgress(progress, clean)


@contextmanager
def progress_of_call() -> Iterator[PlainProgress | LiveProgress | None]:
    """Show a person the progress of what was called from Python.

    It moves on the terminal that stderr is, and is written below a notebook's cell. A script whose
    output goes elsewhere is left alone.
    """
    drawn = Console(stderr=True, highlight=False)
    with progress_on(drawn, sys.stdout if drawn.is_jupyter else None) as progress:
        yield progress


def _progress(drawn: Console) -> Progress:
    # Two frames a second: the cores belong to the model.
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[count]}"),
        TextColumn("[dim]{task.fields[left]}"),
        _Elapsed(),
        console=drawn,
        refresh_per_second=2,
        transient=True,
    )
