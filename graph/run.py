"""Start a run, resume it after anything, or call the whole of it from Python."""

import json
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import tomlkit
from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl

from ..domains.contract import Domain
from ..store.events import Evaluated, RunFinished
from ..store.log import EventLog
from ..store.strategies.answers import waiting
from .build import build
from .config.config import parse_config
from .context import Outcome, Paused, Run, Watch
from .planning.checkpoint import open_saver
from .planning.opening import Parts, open_run
from .state import FIRST

SUPERSTEPS_A_ROUND = 6
SUPERSTEPS_AROUND = 8
"""baseline, evaluate, and room for a cycle's transfer and feedback."""


def go(run: Run, *, after_node: Callable[[str], None] | None = None) -> Outcome:
    """Run to the end from wherever the run stands, or until a person has to review a version.

    SIGINT and SIGTERM drain: the work at hand is recorded and the run pauses; a second one stops
    at once, which loses nothing either. Raises what the nodes raise: BudgetSpent, StoreError.
    """
    run.folder.mkdir(parents=True, exist_ok=True)
    run.freeze()
    _write_config(run)
    control = RunControl()
    run.stopping = lambda: control.drain_requested
    with (
        suppress(GraphDrained, Paused),
        _draining(control),
        closing(_nodes(run, control)) as nodes,
    ):
        for node in nodes:
            if after_node is not None:
                after_node(node)
    if not finished(run.log, run.id):
        return Outcome.WAITING if waiting(run.log, run.id) else Outcome.PAUSED
    # Drawing loads matplotlib: only a run that ends pays for it.
    from ..reports.files import write_results

    write_results(run.log, run.id, run.folder)
    return Outcome.FINISHED


def _nodes(run: Run, control: RunControl) -> Generator[str]:
    """The nodes as they end, from wherever the run stands."""
    config = run.config
    begin = next(iter(run.log.entries(stream=run.id)))
    # The cursor belongs to this very run: a run of the same name in a new store finds none.
    thread: Any = {
        "configurable": {"thread_id": begin.hash},
        "recursion_limit": SUPERSTEPS_A_ROUND * config.total_rounds
        + SUPERSTEPS_AROUND * (config.loop.cycles + 1),
    }
    with open_saver(run.folder / "checkpoint.db") as saver:
        graph = build(saver)
        begun = graph.get_state(thread).created_at is not None
        for part in graph.stream(
            None if begun else FIRST,
            thread,
            context=run,
            stream_mode="updates",
            durability="sync",
            control=control,
            version="v2",
        ):
            if part["type"] == "updates":
                yield from (node for node in part["data"] if node != "__interrupt__")


def transfer_knowledge(
    domain: str | Domain,
    teacher: str,
    student: str,
    *,
    home: Path = Path(".tutelage"),
    folder: Path = Path("runs"),
    name: str = "transfer",
    watch: Watch | None = None,
    **sections: Any,
) -> Mapping[str, Any]:
    """The whole pipeline in one call: what `tutelage run` does, and the same table back.

    `sections` are the config's own: `splits={"train": 300}`, `loop={"cycles": 1}`, `seed=3`, ...
    Returns the content of `attribution.json`. Raises what `open_run` and `go` raise.
    """
    named = domain if isinstance(domain, str) else domain.name
    config = parse_config(
        {
            "name": name,
            "teacher": teacher,
            "student": student,
            "domain": {"name": named},
            **sections,
        }
    )
    given = None if isinstance(domain, str) else domain
    run = open_run(home, folder, config, parts=Parts(domain=given), watch=watch)
    try:
        if not go(run):
            wanted = f"`tutelage review {run.id}`, then " if waiting(run.log, run.id) else ""
            raise Paused(f"Run {run.id} is not finished: {wanted}`tutelage resume {run.id}`.")
        return attribution(run.log, run.id)
    finally:
        run.log.close()


def attribution(log: EventLog, run_id: str) -> Mapping[str, Any]:
    """The attribution table of a finished run. Raises LookupError before it was evaluated."""
    event = log.find(run_id, "evaluate")
    if not isinstance(event, Evaluated):
        raise LookupError(f"Run {run_id!r} was not evaluated yet: `tutelage resume {run_id}`.")
    return dict(json.loads(log.text(event.attribution_text)))


def finished(log: EventLog, run_id: str) -> bool:
    """Whether the run came to its end."""
    return isinstance(log.find(run_id, "finish"), RunFinished)


def _write_config(run: Run) -> None:
    """The config as resolved, beside the results."""
    text = tomlkit.dumps(run.config.model_dump(mode="json", exclude_none=True))
    (run.folder / "config.toml").write_text(text, encoding="utf-8")


@contextmanager
def _draining(control: RunControl) -> Iterator[None]:
    """First SIGINT or SIGTERM: drain. Second: the usual end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def drain(number: int, frame: FrameType | None) -> None:
        control.request_drain(signal.Signals(number).name)
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, before[each])

    before: dict[signal.Signals, Any] = {
        each: signal.signal(each, drain) for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
