"""Makes many calls, 16 at once, in children that kill themselves where the test says.

    python -m tests.graph.many_calls_child HOME SERVER_URL CALLS TOKENS KILL [KILL ...]

KILL is `before:N` or `after:N` (SIGKILL beside the Nth write of that child). Each child is forked
from this process. One that has spent its budget of TOKENS is followed by one with twice as many;
the last child lives, and writes `replies.json`: the replies in the order in which they came.
"""

import json
import os
import signal
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tutelage.graph.calls.budget import BudgetSpent, spending_of
from tutelage.graph.calls.journal import Journal
from tutelage.graph.config.sections import Budget
from tutelage.models.contract import Request
from tutelage.models.registry import open_model
from tutelage.models.remote import messages  # noqa: F401  # once, and not in each child
from tutelage.store.events import CallCompleted
from tutelage.store.slots import step_of

from .crash_child import FragileLog

CONCURRENCY = 16
PROMPT = "Say the number {:03} and nothing else, please."
SPENT = 3
"""Exit code of a child whose budget is spent."""


def requests(count: int) -> list[tuple[str, Request]]:
    return [
        (f"ask/{number}", Request(PROMPT.format(number), max_tokens=8)) for number in range(count)
    ]


def main(home: Path, url: str, calls: int, tokens: int, kills: Sequence[str]) -> None:
    for kill in [*kills, "end"]:
        while True:
            child = os.fork()
            if child == 0:
                os._exit(live(home, url, calls, tokens, kill))
            _, status = os.waitpid(child, 0)
            code = os.waitstatus_to_exitcode(status)
            if code != SPENT:
                break
            tokens *= 2
        if code != (0 if kill == "end" else -signal.SIGKILL):
            sys.exit(f"{kill}: child ended with status {status}")


def live(home: Path, url: str, calls: int, tokens: int, kill: str) -> int:
    log = FragileLog.open(home / "store")
    kind, _, number = kill.partition(":")
    log.before = int(number) if kind == "before" else 0
    log.after = int(number) if kind == "after" else 0
    known = [step_of(event.slot) for event in log.events(CallCompleted, stream="run")]
    told = {"tokens": tokens, "known": known}
    with urllib.request.urlopen(f"{url}/life", json.dumps(told).encode()):
        pass
    budget = Budget(tokens=tokens)
    journal = Journal(log, "run", spending_of(log, "run", budget), (), concurrency=CONCURRENCY)
    model = open_model(f"messages:{url}#m", longest_wait=0.01)
    try:
        found = [pair for batch in journal.replies(model, requests(calls)) for pair in batch]
    except BudgetSpent:
        return SPENT
    replies = [(slot, reply.text, reply.outcome) for slot, reply in found]
    (home / "replies.json").write_text(json.dumps(replies))
    return 0


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
