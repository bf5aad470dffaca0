"""Meeting rooms: YES or NO, can every meeting be held in the rooms there are?"""

from collections.abc import Sequence
from pathlib import Path

from ..contract import AnswerKind, Problem, Split, Verdict
from ..guide_file import read_guide
from ..reading import Reading
from . import judging, problems, solutions

GUIDE = read_guide(Path(__file__).with_suffix(".toml"))


class Scheduling:
    """YES or NO, for more meetings than rooms, so that neither number gives the answer away."""

    name = problems.NAME
    task_type = "classification"
    judge_version = 2
    guide = GUIDE

    def __init__(self, *, topics: Sequence[str] = ()) -> None:
        """`topics` narrows train, val and test, such as `["3 meetings, 2 rooms"]`; none means all.

        Raises ValueError for a topic that does not exist.
        """
        self._shapes = problems.shapes_of(topics)

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return `n` distinct problems: topics in turn, each YES beside a NO that looks like it.

        Every run of an even number of neighbours, counted from the start, is balanced.
        """
        return problems.draw(problems.OOD if split == "ood" else self._shapes, split, n, seed)

    def reading(self, problem: Problem, reply: str) -> Reading[str]:
        """Read YES or NO."""
        return judging.read_answer(reply)

    def answer_kind(self, problem: Problem) -> AnswerKind:
        """Return the kind of all answers here."""
        return "class"

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Score the last answer of `reply`; where it is wrong, say what its working missed."""
        return judging.judge(problem, reply)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        """Write out the named kinds of steps, then the answer."""
        return solutions.write(problem, frozenset(GUIDE.step_kinds) if steps is None else steps)
