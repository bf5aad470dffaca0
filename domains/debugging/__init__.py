"""Debugging: mend a program that has one mistake."""

import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..contract import Problem, Split, Verdict
from ..drawing import take
from ..guide_file import read_guide
from ..identity import problem
from ..python_coding import judging
from ..python_coding.guide import GUIDE as CODING
from ..python_coding.programs import find_program
from ..python_coding.selection import draw, home_of, task_of, tasks
from ..python_coding.solutions import text_of
from ..python_coding.templates import Task
from . import solutions
from .broken_programs import broken_of

NAME = "debugging"
SHARED = ("contract", "edges", "walk", "care", "tally", "format")
"""Rules of coding that hold here too."""
_OWN = read_guide(Path(__file__).with_name("guide.toml"))
# All steps of coding are here too, so that a strategy of coding can be followed here.
GUIDE = replace(
    _OWN,
    step_kinds={**_OWN.step_kinds, **CODING.step_kinds},
    failure_modes={**_OWN.failure_modes, **CODING.failure_modes},
    rules=(*_OWN.rules, *(rule for rule in CODING.rules if rule.name in SHARED)),
)


class Debugging:
    """The tasks of `python_coding`, each with a program that fails on some hidden test.

    A problem is in the split of the task that it was made from, so that what is learned of
    coding in train meets no task of debugging's val, test or ood.
    """

    name = NAME
    task_type = "coding"
    judge_version = 1
    guide = GUIDE

    def __init__(self, *, topics: Sequence[str] = ()) -> None:
        """`topics` narrows all splits, such as `["strings"]`. Raises ValueError."""
        self._tasks = tasks(topics)

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return `n` distinct problems: templates in turn, kinds of mistakes mixed."""
        home = [task for task in self._tasks if home_of(task) == split]
        made = map(_problem, draw(home, split, len(home), seed, NAME))
        return take((found for found in made if found), n, NAME, split)

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Run the mended program on the hidden tests of its task."""
        task = task_of(problem.data)
        verdict = judging.judge(task, reply)
        found = find_program(reply, task.name)
        unchanged = found and _bare(found.code) == _bare(str(problem.data["program"]))
        if verdict.outcome != "wrong" or not unchanged:
            return verdict
        said = f"This is the broken program as it was. {verdict.feedback}"
        modes = ("unchanged", *verdict.failure_modes)
        return replace(verdict, feedback=said, failure_modes=modes)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        """Write out the named kinds of steps, then the mended program."""
        task = task_of(problem.data)
        broken = broken_of(task)
        assert broken, "a problem is made of a broken program"
        return solutions.write(
            task, broken, frozenset(GUIDE.step_kinds) if steps is None else steps
        )


@functools.cache
def _problem(task: Task) -> Problem | None:
    broken = broken_of(task)
    return broken and problem(
        NAME,
        text=f"{text_of(task)}\nThis program should do that, and has one mistake. Mend it.\n"
        f"```python\n{broken.code}\n```",
        topic=task.template.topic,
        difficulty=task.template.difficulty,
        answer=task.code,
        canonical={"task": task.canonical, "program": broken.code},
        data={"task": task.id, "program": broken.code, "kind": broken.kind},
    )


def _bare(code: str) -> str:
    return "".join(code.split())
