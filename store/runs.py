"""Runs of a store, as their first events tell."""

from . import slots
from .events import RunStarted
from .log import Log


def find_run(log: Log, run_id: str) -> RunStarted:
    """Return the start of a run. Raises LookupError, listing the runs, for an unknown one."""
    start = log.find(RunStarted, run_id, slots.START)
    if start is None:
        known = ", ".join(run_ids(log)) or "none yet"
        raise LookupError(f"No run {run_id!r}. Known runs: {known}.")
    return start


def run_ids(log: Log) -> list[str]:
    """Return the ids of all runs of the store, oldest first."""
    return [event.stream for event in log.events(RunStarted)]
