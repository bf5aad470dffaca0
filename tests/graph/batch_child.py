"""A process that makes calls in batches and is killed at moments that it is told.

    python -m tests.graph.batch_child HOME URL CALLS [MOMENT ...]

A moment is the number of a step, with the log or with the service, before or after which SIGKILL
comes, or of a look at whether somebody wants to stop. Each moment is tried in a store of its own:
one life ends there, a second one goes on to the end. Prints what came of each, and of a life that
nothing ended (moment 0).
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tutelage.graph.calls.budget import spending_of
from tutelage.graph.calls.journal import Journal
from tutelage.graph.config.sections import Budget
from tutelage.models import Request, open_model
from tutelage.models.batch_contract import BatchModel
from tutelage.store.events import CallInDoubt, Event
from tutelage.store.sqlite.log import SqliteLog

E = TypeVar("E", bound=Event)
BUDGET = Budget(usd=100.0, input_price=10.0, output_price=100.0)
STEPS = ("submit", "look_at", "list_since", "list_names", "read_replies")


class Life:
    """Counts moments, and ends at one."""

    def __init__(self, end: int) -> None:
        self.end, self.moments = end, 0

    def step(self) -> None:
        self.moments += 1
        if self.moments == self.end:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def done(*args: Any) -> Any:
            self.step()
            found = work(*args)
            found = iter(list(found)) if isinstance(found, Iterator) else found
            self.step()
            return found

        return done


class MortalLog(SqliteLog):
    """Dies before or after it keeps events."""

    life: Life

    def record_all(self, events: Sequence[E]) -> list[E]:
        self.life.step()
        stand = super().record_all(events)
        self.life.step()
        return stand


def live(home: Path, url: str, count: int, end: int = 0) -> dict[str, Any]:
    """Make the calls; return what came of them."""
    life = Life(end)
    log = MortalLog.open(str(home))
    log.life = life
    model = open_model(f"messages:{url}#m")
    assert isinstance(model, BatchModel)
    service: Any = model.batches
    for name in STEPS:
        setattr(service, name, life.around(getattr(service, name)))
    spending = spending_of(log, "run", BUDGET)
    journal = Journal(log, "run", spending, batches=True, pause_point=life.step)
    calls = [(f"solve/{number}", Request(f"{home.name} {number}")) for number in range(count)]
    texts = [reply.text for part in journal.replies(model, calls) for _, reply in part]
    told = spending_of(log, "run", BUDGET)
    doubts = len(list(log.events(CallInDoubt)))
    log.close()
    return {
        "name": home.name,
        "texts": texts,
        "moments": life.moments,
        "dollars": [round(spending.dollars, 9), round(told.dollars, 9)],
        "doubts": doubts,
    }


def die(home: Path, url: str, count: int, end: int) -> bool:
    """Tell whether a life was ended at its moment."""
    child = os.fork()
    if child == 0:
        live(home, url, count, end)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main(place: str, url: str, count: str, *ends: str) -> None:
    for end in ends:
        home = Path(place) / f"moment-{end}"
        killed = die(home, url, int(count), int(end)) if int(end) else False
        print(json.dumps({"killed": killed} | live(home, url, int(count))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
