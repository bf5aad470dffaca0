"""Progress of a run: a moving line in a terminal, dated lines in a file."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from ..reports.wording import clean, duration
from .output import console

if TYPE_CHECKING:
    from ..graph.context import Progress as RunProgress

Clock = Callable[[], float]

EVERY = 10.0
"""Seconds between two lines of progress in a file: a day is then some thousand lines."""


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

    def __init__(self, out: TextIO, *, every: float = EVERY, clock: Clock = time.monotonic) -> None:
        self._out, self._every, self._clock = out, every, clock
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
        flat = " ".join(clean(text).split("\n"))
        print(f"{datetime.now(UTC):%H:%M:%SZ} [{elapsed}] {flat}", file=self._out, flush=True)


class LiveProgress:
    """One moving line at the bottom of the terminal; facts stay above it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._pace = Pace()
        self._task = progress.add_task("", total=None, left="", count="")

    def stage(self, name: str, detail: str = "") -> None:
        text = f"[bold]{escape(clean(name))}[/bold] {escape(clean(detail))}".rstrip()
        # Stages stay as well, dimmed: what has been done is read from top to bottom.
        self._progress.console.print(f"[dim]{datetime.now(UTC):%H:%M:%SZ}[/dim] {text}")
        self._progress.reset(self._task, start=False)
        self._progress.update(self._task, description=name, total=None, left="", count="")

    def advance(self, what: str, done: int, total: int) -> None:
        self._progress.update(
            self._task,
            description=escape(clean(what)),
            completed=done,
            total=total,
            left=_remaining_time(self._pace, what, done, total),
            count=f"{done}/{total}",
        )

    def say(self, text: str) -> None:
        self._progress.console.print(f"  [green]*[/green] {escape(clean(text))}")


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
def show_progress(*, stderr: bool = False) -> Iterator["RunProgress"]:
    """Show progress on stdout, or on stderr where stdout belongs to JSON."""
    drawn = console(stderr=stderr)
    if not drawn.is_terminal:
        yield PlainProgress(sys.stderr if stderr else sys.stdout)
        return
    with _progress(drawn) as progress:
        yield LiveProgress(progress)


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
