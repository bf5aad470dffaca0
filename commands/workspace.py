"""Folders of a store and its runs, and the runs, versions and adapters that a person names."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..paths import expand_home
from .errors import Refused

if TYPE_CHECKING:
    from ..graph.config.config import RunConfig
    from ..graph.context import Progress, Run
    from ..graph.planning.opening import Overrides
    from ..store.events import AdapterTrained
    from ..store.log import Log
    from ..store.strategies.versions import Version

HOME = ".tutelage"
RUNS = "runs"

VersionRef = Annotated[
    str,
    typer.Argument(
        metavar="VERSION", help="A version: scheduling@3, scheduling, scheduling/run, or a hash."
    ),
]
InDomain = Annotated[str | None, typer.Argument(metavar="DOMAIN", help="Only of this domain.")]
RunOption = Annotated[
    str | None,
    typer.Option("--run", help="The run whose problems and adapters are used; else its own."),
]


@dataclass(frozen=True)
class Workspace:
    """The folders that the global options name."""

    home: str = HOME
    """A folder, or `KEEPER:PLACE`."""
    runs: Path = Path(RUNS)
    overrides: "Overrides | None" = None
    """Stands in for what configs name; given by programs that call the commands, not by people."""

    @contextmanager
    def store(self, *, writes: bool = False, create: bool = False) -> "Iterator[Log]":
        """The store, which must be there and is only read, unless the command `writes`.

        `create` makes it, to write. What only reads works where nothing may be written.
        """
        from ..reports.credentials import hide_credentials
        from ..store.log import has_log, open_log

        if not create and not has_log(self.home):
            raise Refused(
                f"There is no store in {self.home}. `tutelage run CONFIG` begins one; "
                "--home or TUTELAGE_HOME names another."
            )
        with open_log(self.home, read_only=not (writes or create)) as log:
            hide_credentials(log)
            yield log

    def reopen(
        self,
        log: "Log",
        run_id: str,
        *,
        config: "RunConfig | None" = None,
        progress: "Progress | None" = None,
    ) -> "Run":
        """A recorded run with its live objects, to work on it; by its recorded config, or `config`.

        Raises LookupError for an unknown run, StreamBusy for one that somebody works on.
        """
        from ..store.errors import StreamBusy

        if worker := log.worker(run_id):
            # Told before any model is loaded; to be alone on it is up to who works.
            raise StreamBusy(run_id, worker)
        # langgraph takes a second to import, so what loads it is imported where a command runs.
        from ..graph.planning.opening import Overrides, open_run, recorded_config

        return open_run(
            self.home,
            self.runs,
            config or recorded_config(log, run_id),
            run_id=run_id,
            overrides=self.overrides or Overrides(),
            progress=progress,
            log=log,
        )

    def command(self, rest: str) -> str:
        """`tutelage REST`, with the global options that it needs to find this place again."""
        words = ["tutelage"]
        if self.home != expand_home(os.environ.get("TUTELAGE_HOME", HOME)):
            words += ["--home", shlex.quote(self.home)]
        if str(self.runs) != RUNS:
            words += ["--runs", shlex.quote(str(self.runs))]
        return " ".join([*words, rest])


STORE_STREAM = "store"
"""Stream of what commands record outside a run."""


def here(ctx: typer.Context) -> Workspace:
    """Return the workspace that the global options name."""
    workspace = ctx.find_root().obj
    assert isinstance(workspace, Workspace), "the root callback sets it"
    return workspace


def run_for(log: "Log", version: "Version", run_id: str | None) -> str:
    """Return the run to work in: `run_id`, else the version's own, else the last of its domain."""
    from ..store.events import RunStarted

    runs = [run.stream for run in log.events(RunStarted) if run.domain == version.domain]
    if run_id is not None:
        return run_id
    if version.stream in runs:
        return version.stream
    if runs:
        return runs[-1]
    raise Refused(
        f"No run of {version.domain} yet, so there are no problems to use: `tutelage run`."
    )


def check_domain(run: "Run", version: "Version") -> None:
    """Raise Refused where a version is not of the domain of the run."""
    if run.domain.name != version.domain:
        raise Refused(
            f"{version.name} is of {version.domain} and run {run.id} of {run.domain.name}. "
            "Name a run of the same domain with --run."
        )


def find_adapter(log: "Log", ref: str) -> "AdapterTrained":
    """Return the adapter with that key, or the one whose key begins so. Raises Refused."""
    from ..store.events import AdapterTrained

    adapters = {event.adapter: event for event in log.events(AdapterTrained)}
    matching = [key for key in adapters if key.startswith(ref)]
    if ref and len(matching) == 1:
        return adapters[matching[0]]
    if ref and matching:
        names = ", ".join(matching)
        raise Refused(f"{ref!r} could be any of the adapters {names}. Write more of it.")
    known = ", ".join(adapters) or "none yet"
    raise Refused(
        f"No adapter {ref!r}, and no folder of that name holds one. Known adapters: {known}."
    )
