"""Floors of a split: the scores of no understanding at all, measured and recorded."""

from collections.abc import Sequence

from ...domains.contract import Problem
from ...evidence.floors import Floor, all_floors, highest
from ...store import slots
from ...store.events import FloorsMeasured
from ..context import Run


def measure_floors(run: Run, split: str, problems: Sequence[Problem]) -> Floor:
    """Record what no understanding at all scores on `problems`, and return the best of it."""
    slot = slots.run_step("floors", split)
    return record_floors(run, slot, split, problems, run.problems["train"])


def record_floors(
    run: Run, slot: str, split: str, problems: Sequence[Problem], train: Sequence[Problem] = ()
) -> Floor:
    """Record the floors of `problems`, fitted on `train` if it is given, and return the best."""
    found = all_floors(
        [problem.answer for problem in problems],
        [problem.features for problem in problems],
        run.domain.guide.classes,
        [problem.answer for problem in train],
        [problem.features for problem in train],
    )
    said = {floor.name: floor.accuracy for floor in found}
    run.log.record(FloorsMeasured(stream=run.id, slot=slot, split=split, floors=said))
    return highest(found)
