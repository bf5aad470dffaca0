"""Mathematics: algebra, geometry, calculus, statistics, word problems; answers judged by value."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..contract import AnswerKind, Problem, Split, Verdict
from ..guide_file import read_guide
from ..reading import Reading
from . import benchmark_files, judging, problems, solutions
from .answers import Gold
from .symbolic import Unavailable
from .template import LEVELS

GUIDE = read_guide(Path(__file__).with_name("guide.toml"))


class Maths:
    """Problems of several steps. `ood` has larger numbers, and templates that nobody trains on."""

    name = problems.NAME
    task_type = "reasoning"
    judge_version = 2
    guide = GUIDE

    def __init__(
        self,
        *,
        topics: Sequence[str] = (),
        levels: Sequence[int] = LEVELS,
        file: str = "",
        ood: str = "",
    ) -> None:
        """`topics` narrows the areas, `levels` the difficulty of train, val and test (1 to 3).

        `file` takes the problems of a JSONL file of the shape of GSM8K or MATH instead of making
        some, `ood` a second such file for that split. Raises ValueError for what does not exist.
        """
        self._files = benchmark_files.load(file) if file else []
        if ood and not file:
            raise ValueError("`ood` is a second file beside `file`: give both, or neither.")
        home = {problem.id for problem in self._files}
        away = benchmark_files.load(ood, away=True) if ood else []
        self._files += [problem for problem in away if problem.id not in home]
        known = {p.topic for p in self._files} if file else set(problems.AREAS)
        unknown = [topic for topic in topics if topic not in known]
        if unknown:
            raise ValueError(f"No topic {unknown[0]!r}. Known: {'; '.join(sorted(known))}.")
        if not levels or set(levels) - set(LEVELS):
            raise ValueError(f"Levels are some of {LEVELS}, not {list(levels)}.")
        self._from_file = bool(file)
        self._topics = [area for area in problems.AREAS if not topics or area in topics]
        self._narrowed = tuple(topics)
        self._levels = tuple(sorted(set(levels)))

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return `n` distinct problems, the areas in turn; a file's in an order of the seed."""
        if self._from_file:
            rnd = random.Random(f"{split}/{seed}")
            order = iter(rnd.random, None)
            return benchmark_files.choose(self._files, self._narrowed, split, n, order)
        return problems.draw(self._topics, self._levels, split, n, seed)

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Score the last answer of `reply` by its value, unit and form. Never raises."""
        return judging.judge(_facts(problem), reply)

    def reading(self, problem: Problem, reply: str) -> Reading[Any]:
        """Return what `judge` goes by. Never raises."""
        try:
            return judging.read_answer(_facts(problem).wanted, reply)
        except Unavailable as error:
            return Reading(None, None, str(error))

    def answer_kind(self, problem: Problem) -> AnswerKind:
        """Return the kind of a generated problem's answer; those of a file may be anything."""
        wanted = _facts(problem).wanted
        if wanted.kind == "number":
            return "quantity" if wanted.unit else "number"
        return "expression" if wanted.kind == "expression" else ""

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        """Write out the named kinds of steps, then the answer."""
        wanted = frozenset(GUIDE.step_kinds) if steps is None else steps
        if "worked" in problem.data:
            return benchmark_files.solution(problem, wanted)
        return solutions.write(problems.worked_problem(problem), wanted)


def _facts(problem: Problem) -> judging.Facts:
    if "worked" in problem.data:
        return judging.Facts(
            Gold("free", problem.data["answer"], question=problem.text), problem.answer
        )
    made = problems.worked_problem(problem)
    return judging.Facts(
        Gold(made.kind, made.answer, made.unit, made.form, problem.text),
        problem.answer,
        problems.bindings_of(problem),
        made.stages,
        made.equation,
    )
