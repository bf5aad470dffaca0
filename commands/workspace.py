"""Where things are: the store, the runs, and who plays which part."""

import fcntl
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..store.database import DATABASE
from ..store.events import AdapterTrained, RunStarted
from ..store.log import EventLog
from ..store.strategies.versions import Version
from .errors import Refused

if TYPE_CHECKING:
    from ..graph.config.sections import Budget
    from ..graph.context import Run, Watch
    from ..graph.planning.opening import Parts

HOME = ".tutelage"
RUNS = "runs"
LOCK = "running.lock"
"""In a run's folder; the system lets go of it when the process ends, however it ends."""


@dataclass(frozen=True)
class Place:
    """What the global options say."""

    home: Path = Path(HOME)
    runs: Path = Path(RUNS)
    parts: "Parts | None" = None
    """Stands in for what configs name; given by programs that call the commands, not by people."""

    @contextmanager
    def store(self, *, create: bool = False) -> Iterator[EventLog]:
        """The store, which must be there: a command that reads makes nothing. `create` makes it."""
        if not create and not (self.home / DATABASE).exists():
            raise Refused(
                f"There is no store in {self.home}. `tutelage run CONFIG` begins one; "
                "--home or TUTELAGE_HOME names another."
            )
        with EventLog.open(self.home) as log:
            yield log

    def reopen(
        self,
        log: EventLog,
        run_id: str,
        *,
        budget: "Budget | None" = None,
        watch: "Watch | None" = None,
    ) -> "Run":
        """A recorded run with its live objects. Raises LookupError for an unknown run."""
        # langgraph takes a second to import, so all of graph/ is imported where a command runs.
        from ..graph.planning.opening import Parts, open_run, recorded_config

        return open_run(
            self.home,
            self.runs,
            recorded_config(log, run_id, budget),
            run_id=run_id,
            parts=self.parts or Parts(),
            watch=watch,
            log=log,
        )

    @contextmanager
    def alone(self, run_id: str) -> Iterator[None]:
        """Be the one process that works on a run; else calls would be made, and paid, twice."""
        folder = self.runs / run_id
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused(
                    f"Another process is working on run {run_id}. Look on with `tutelage show "
                    f"{run_id}`, or stop that process first."
                ) from None
            yield

    def worked_on(self, run_id: str) -> bool:
        """Whether a process works on the run just now."""
        try:
            with (self.runs / run_id / LOCK).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def command(self, rest: str) -> str:
        """`tutelage REST`, with the global options that it needs to find this place again."""
        words = ["tutelage"]
        if str(self.home) != os.environ.get("TUTELAGE_HOME", HOME):
            words += ["--home", shlex.quote(str(self.home))]
        if str(self.runs) != RUNS:
            words += ["--runs", shlex.quote(str(self.runs))]
        return " ".join([*words, rest])


def here(ctx: typer.Context) -> Place:
    """The place that the global options name."""
    place = ctx.find_root().obj
    assert isinstance(place, Place), "the root callback sets it"
    return place


def run_of(log: EventLog, version: Version, named: str | None) -> str:
    """The run to work in: the one that is named, else where the version comes from."""
    started = [entry.event for entry in log.entries(kinds=[RunStarted])]
    runs = [
        it.stream for it in started if isinstance(it, RunStarted) and it.domain == version.domain
    ]
    if named is not None:
        return named
    if version.stream in runs:
        return version.stream
    if runs:
        return runs[-1]
    raise Refused(
        f"No run of {version.domain} yet, so there are no problems to use: `tutelage run`."
    )


def trained(log: EventLog, run_id: str | None = None) -> list[AdapterTrained]:
    """The adapters that the store knows, oldest first."""
    entries = log.entries(stream=run_id, kinds=[AdapterTrained])
    return [entry.event for entry in entries if isinstance(entry.event, AdapterTrained)]


def adapter_named(log: EventLog, ref: str) -> AdapterTrained:
    """The adapter with that key, or the one key that begins so. Raises Refused."""
    found = {event.adapter: event for event in trained(log) if event.adapter.startswith(ref)}
    if ref and len(found) == 1:
        return next(iter(found.values()))
    if ref and found:
        raise Refused(f"{ref!r} could be any of the adapters {', '.join(found)}. Write more of it.")
    known = ", ".join(dict.fromkeys(event.adapter for event in trained(log))) or "none yet"
    raise Refused(
        f"No adapter {ref!r}, and no folder of that name holds one. Known adapters: {known}."
    )
