"""Attempts as a teacher reads them: the evidence behind lessons and edits."""

from collections.abc import Sequence

from ...store.events import AttemptJudged, Reflected
from ...store.readings import place_of
from ..context import Run
from ..teacher.contract import ShownAttempt
from .rereading import attempts_in
from .unsolved_queue import closed_gaps


def show_attempts(run: Run, attempts: Sequence[AttemptJudged]) -> list[ShownAttempt]:
    """Return recorded attempts with their problems and replies."""
    problems = {problem.id: problem for problem in run.problems["train"]}
    return [
        ShownAttempt(problems[event.problem], event, run.log.text(event.reply_text))
        for event in attempts
    ]


def evidence_of(run: Run, reflected: Reflected) -> list[ShownAttempt]:
    """Return what the teacher read in a reflection, gaps that it closed included."""
    until = place_of(run.log, run.id, reflected.slot)
    attempts = attempts_in(run, reflected.attempts, until=until)
    return [*show_attempts(run, attempts), *closed_gaps(run, reflected, until)]
