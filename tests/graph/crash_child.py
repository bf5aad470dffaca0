"""Runs the small world in children that are killed where the test says, then once to the end.

    python crash_child.py HOME SERVER_URL KILL [KILL ...]

KILL is `node:N` (SIGKILL after the Nth node of this child), `reply:N` (SIGKILL between the Nth
reply of the teacher and its record), `before:N` or `after:N` (SIGKILL beside its Nth write),
`forget` (delete the checkpoint file) or `lose` (delete the folder of the run). Each child is forked
from this process, so that a kill costs no new imports.
"""

import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from tutelage.graph.planning.opening import Overrides, open_run, recorded_config
from tutelage.graph.run import go
from tutelage.store.events import CallCompleted, CallIntended, Event
from tutelage.store.runs import run_ids
from tutelage.store.sqlite.log import SqliteLog

from .fakes import LocalPupil, Parity, SavingCoach
from .world import CARRY_HELPS, config

E = TypeVar("E", bound=Event)


class FragileLog(SqliteLog):
    """Dies at the Nth teacher's reply, when it is there but not yet recorded, or at a write."""

    fatal = 0
    before, after = 0, 0
    _replies, _writes = 0, 0

    def record_all(self, events: Sequence[E]) -> list[E]:
        if events and isinstance(events[0], CallCompleted):
            asked = self.find(
                CallIntended, events[0].stream, events[0].slot.replace("/reply", "/call")
            )
            if getattr(asked, "model", "").startswith("messages:"):
                self._replies += 1
                if self._replies == self.fatal:
                    os.kill(os.getpid(), signal.SIGKILL)
        self._writes += 1
        if self._writes == self.before:
            os.kill(os.getpid(), signal.SIGKILL)
        stand = super().record_all(events)
        if self._writes == self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        return stand


def main(home: Path, server: str, kills: Sequence[str]) -> None:
    for kill in [*kills, "end"]:
        if kill == "forget":
            for file in (home / "runs").glob("*/checkpoint.db*"):
                file.unlink()
            continue
        if kill == "lose":
            for folder in (home / "runs").iterdir():
                shutil.rmtree(folder)
            continue
        child = os.fork()
        if child == 0:
            live(home, server, kill)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        expected = 0 if kill == "end" else signal.SIGKILL
        if os.waitstatus_to_exitcode(status) != -expected:
            sys.exit(f"{kill}: child ended with status {status}, not by signal {expected}")


def live(home: Path, server: str, kill: str) -> None:
    kind, _, number = kill.partition(":")
    log = FragileLog.open(home / "store")
    log.fatal = int(number) if kind == "reply" else 0
    log.before = int(number) if kind == "before" else 0
    log.after = int(number) if kind == "after" else 0
    nodes: list[str] = []

    def after_node(name: str) -> None:
        nodes.append(name)
        if kind == "node" and len(nodes) == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    known = run_ids(log)
    settings = (
        recorded_config(log, known[0])
        if known
        else config(
            teacher=f"messages:{server}#teacher",
            splits={"train": 80, "val": 32, "test": 12, "ood": 4},
            loop={"cycles": 2, "rounds": 1, "candidates": 1, "batch": 6, "feedback": 6},
            train={"examples": 8},
        )
    )
    run = open_run(
        home / "store",
        home / "runs",
        settings,
        run_id=known[0] if known else None,
        overrides=Overrides(
            domain=Parity(), student=LocalPupil(CARRY_HELPS), trainer=SavingCoach()
        ),
        log=log,
    )
    if not go(run, after_node=after_node):
        sys.exit("the run paused")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
