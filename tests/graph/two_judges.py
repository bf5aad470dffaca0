"""Lives of one run under judges that differ, each in a child that may be killed in its gate.

    python -m tests.graph.two_judges HOME LIFE [LIFE ...]

LIFE is JSON: `{"judge": 2, "says": 2, "kind": "AttemptJudged", "dies": 3}`. The judge 1 takes a
bold answer for none, the judge 2 reads it; `says` is the version that the domain states. With
`dies` the child ends by SIGKILL before that batch of the kind is recorded in the gate.
"""

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from tutelage.domains.contract import Problem, Verdict
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.models.contract import Reply, Request
from tutelage.store.events import Event
from tutelage.store.runs import run_ids
from tutelage.store.sqlite.log import SqliteLog

from .fakes import Coach, Parity, Pupil
from .world import config

E = TypeVar("E", bound=Event)
GATE = "c1/r1/validate/"


class BoldParity(Parity):
    """The domain; its student writes half of its answers in bold."""

    def __init__(self, judge: int, says: int) -> None:
        super().__init__()
        self.judge_version = says
        self._reads_bold = judge == 2

    def judge(self, problem: Problem, reply: str) -> Verdict:
        return super().judge(problem, reply.replace("*", "") if self._reads_bold else reply)


class BoldPupil(Pupil):
    """A student whom no more rules help, and of whose answers every other one is in bold."""

    def _reply(self, request: Request) -> Reply:
        said = super()._reply(request)
        bold = int(request.prompt.split()[3]) % 4 < 2
        return Reply(said.text.replace("Answer: ", "Answer: **") + "**" if bold else said.text)


class FragileLog(SqliteLog):
    """Dies by SIGKILL before the Nth batch of one kind is recorded in the gate."""

    kind, fatal, _met = "", 0, 0

    def record_all(self, events: Sequence[E]) -> list[E]:
        first = next(iter(events), None)
        if type(first).__name__ == self.kind and first and first.slot.startswith(GATE):
            self._met += 1
            if self._met == self.fatal:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().record_all(events)


def live(home: Path, *, judge: int, says: int, kind: str = "", dies: int = 0) -> None:
    """One life of the run: from wherever it stands to its end, or to the kill."""
    log = FragileLog.open(home / "store")
    log.kind, log.fatal = kind, dies
    settings = config(
        splits={"train": 60, "val": 96, "test": 16, "ood": 4},
        loop={"cycles": 1, "rounds": 1, "candidates": 1, "batch": 8, "feedback": 8},
        gate={"channel": "words"},
        search={"race": False},
        train={"examples": 8},
    )
    run = open_run(
        home / "store",
        home / "runs",
        settings,
        run_id=next(iter(run_ids(log)), None),
        overrides=Overrides(
            domain=BoldParity(judge, says),
            student=BoldPupil({"carry": 0.45}, knows=["carry"]),
            trainer=Coach(),
        ),
        log=log,
    )
    if not go(run):
        sys.exit("the run paused")
    log.close()


def main(home: Path, lives: Sequence[dict[str, Any]]) -> None:
    """Live all lives, each in a child of its own."""
    for each in lives:
        child = os.fork()
        if child == 0:
            live(home, **each)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        expected = -signal.SIGKILL if each.get("dies") else 0
        if os.waitstatus_to_exitcode(status) != expected:
            sys.exit(f"{each}: child ended with status {status}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [json.loads(word) for word in sys.argv[2:]])
