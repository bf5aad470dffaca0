"""Floors of a split: the scores of no understanding at all, measured and recorded."""

from collections.abc import Sequence

from ...domains.contract import Problem
from ...evidence.floors import Floor, best_floor, floors
from ...store import slots
from ...store.events import FloorsMeasured
from ..context import Run


def measure_floors(run: Run, split: str, problems: Sequence[Problem]) -> Floor:
    """Record what no understanding at all scores on `problems`, and return the best of it."""
    train = run.problems["train"]
    arguments = (
        [problem.answer for problem in problems],
        [problem.features for problem in problems],
        run.domain.guide.classes,
        [problem.answer for problem in train],
        [problem.features for problem in train],
    )
    run.log.record(
        FloorsMeasured(
            stream=run.id,
            slot=slots.run_step("floors", split),
            split=split,
            floors=floors(*arguments),
        )
    )
    return best_floor(*arguments)
