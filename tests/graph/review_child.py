"""Runs a small world that asks for reviews, from wherever it stands: `python -m
tests.graph.review_child HOME KILL`.

KILL is `asked` (SIGKILL when the question is in the log and the graph has not stopped yet),
`waiting` (SIGKILL when it has) or `never`. Prints how the run ended.
"""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tutelage.graph.context import Run, SilentProgress
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.store.log import open_log
from tutelage.store.runs import run_ids

from .fakes import RULES, Coach, Parity, Pupil
from .world import CARRY_HELPS, config


def open_review_run(
    home: Path,
    *,
    run_id: str | None = None,
    review: str = "on-promote",
    rounds: int = 2,
    student: Pupil | None = None,
    validators: Sequence[Pupil] = (),
) -> Run:
    """A run in which one of the two rules passes its gate, and the other does not."""
    settings = config(
        reviewer="Ada",
        validators=[model.name for model in validators],
        splits={"train": 48, "val": 40 * rounds, "test": 12, "ood": 0},
        loop={"cycles": 1, "rounds": rounds, "candidates": 2, "batch": 8, "feedback": 4,
              "review": review},
        gate={"channel": "words", "require_portable": bool(validators)},
        train={"examples": 8},
    )  # fmt: skip
    parts = Overrides(
        # Rules that ask for no steps differ in their words alone, which is what a person edits.
        domain=Parity([replace(rule, steps=frozenset()) for rule in RULES[:2]]),
        student=student or Pupil(CARRY_HELPS, hears=True),
        trainer=Coach(),
        validators=validators,
    )
    return open_run(home / "store", home / "runs", settings, run_id=run_id, overrides=parts)


class Fatal(SilentProgress):
    """Ends the process at once when a version is laid before a person."""

    def say(self, text: str) -> None:
        if "waits for Ada" in text:
            os.kill(os.getpid(), signal.SIGKILL)


def main(home: Path, kill: str) -> None:
    with open_log(home / "store") as log:
        known = run_ids(log)
    run = open_review_run(home, run_id=known[0] if known else None)
    if kill == "asked":
        run.progress = Fatal()
    outcome = go(run)
    if kill == "waiting":
        os.kill(os.getpid(), signal.SIGKILL)
    run.log.close()
    print(outcome.value)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
