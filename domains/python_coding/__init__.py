"""Python coding: write a small program that passes hidden tests."""

import functools
from collections.abc import Sequence

from ..contract import Problem, Split, Verdict
from ..identity import problem
from . import judging, solutions
from .guide import GUIDE
from .selection import draw, task_of, tasks
from .templates import NAME, Task


class PythonCoding:
    """Parametrised tasks with reference solutions; replies run in the sandbox."""

    name = NAME
    task_type = "coding"
    judge_version = 1
    guide = GUIDE

    def __init__(self, *, topics: Sequence[str] = ()) -> None:
        """`topics` narrows all splits, such as `["strings"]`; none means all of them.

        Raises ValueError for a topic that does not exist.
        """
        self._tasks = tasks(topics)

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return `n` distinct problems of `split`: templates in turn, topics mixed."""
        return [problem_of(task) for task in draw(self._tasks, split, n, seed, NAME)]

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Run the reply's program on the hidden tests, in one sandboxed process."""
        return judging.judge(task_of(problem.data), reply)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        """Write out the named kinds of steps, then the reference solution."""
        return solutions.write(
            task_of(problem.data), frozenset(GUIDE.step_kinds) if steps is None else steps
        )


@functools.cache
def problem_of(task: Task) -> Problem:
    """Return the problem of a task, without features: no shallow fact gives a program away."""
    return problem(
        NAME,
        text=solutions.text_of(task),
        topic=task.template.topic,
        difficulty=task.template.difficulty,
        answer=task.code,
        canonical=task.canonical,
        data={"task": task.id},
    )
