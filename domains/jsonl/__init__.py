"""A domain without code: a file in which each line holds a prompt and its answer.

    {"prompt": "3 km in metres?", "answer": "3000", "judge": "number", "topic": "length",
     "difficulty": 1, "solution": "1 km is 1000 m. 3 x 1000 = 3000."}

Only `prompt` and `answer` are needed. `answer` may be a list: each of them is right. `solution` may
be an object: then each of its keys is a kind of step. `split` puts a line into a split of its own
choice; without it the hash of the prompt decides. `features` are numbers for the floors.
"""

import contextlib
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..contract import (
    SPLITS,
    AnswerKind,
    ExpertRule,
    Guide,
    NotEnoughProblems,
    Problem,
    Split,
    Verdict,
)
from ..identity import name_of, problem, split_of
from ..reading import Reading, Unreadable
from ..reading.classes import class_of
from ..reading.numbers import asked_scales, asks_for_percent, read_number
from ..reading.rules import Terms
from .features import MANY, features_of, holds_one_number
from .guide import guide_of, read_answer, restate_question, verdict_of
from .problem_file import WANTED, BadData, ProblemLine, insist_on_judge, read_lines

__all__ = ["BadData", "JsonLines"]

IDENTITY = "jsonl"
"""Names problems for hashing: a file that is renamed keeps its splits."""


_KINDS: Mapping[str, AnswerKind] = {
    "exact": "text", "text": "text", "number": "number", "class": "class", "set": "set",
}  # fmt: skip


class JsonLines:
    """The problems of a file, judged by a named rule, split by the hash of their prompts."""

    task_type = "data"
    judge_version = 2

    def __init__(
        self,
        *,
        path: str = "",
        judge: str = "",
        classes: Sequence[str] = (),
        ood: str = "",
        description: str = "",
        reply_format: str = "",
        max_tokens: int = 256,
        tolerance: float | None = None,
        rules: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """`judge` is for the lines that name none; `ood` is a second file of harder problems.

        Without `judge` it is `number` where all answers are numbers, `class` where few answers come
        again and again (or `classes` are given), else `text`. Raises BadData.
        """
        if not path:
            raise BadData("Name a file: `jsonl:FILE.jsonl`, or just FILE.jsonl.")
        lines = list(read_lines(Path(path), None))
        lines += read_lines(Path(ood), "ood") if ood else []
        _refuse_twins(lines)
        self.name = re.sub(r"[^\w.-]+", "-", Path(path).stem) or IDENTITY
        if not lines:
            raise BadData(f"{path} holds no problem. {WANTED}")
        self._judge = insist_on_judge(judge, "the option `judge`") or _detect_judge(lines, classes)
        self._classes = tuple(classes) or self._classes_in(lines)
        self._tolerance = _insist_on_share(tolerance)
        self._insist_on_answers(lines)
        kinds = dict.fromkeys(kind for line in lines for kind in line.solution)
        self.guide: Guide = guide_of(
            self.name,
            judges={self._judge_of(line) for line in lines},
            classes=self._classes if all(map(self._by_class, lines)) else (),
            kinds=tuple(kinds),
            said={"description": description, "reply_format": reply_format},
            rules=tuple(_rule(rule, number) for number, rule in enumerate(rules, 1)),
            max_tokens=max_tokens,
        )
        self._homes: dict[Split, list[Problem]] = {split: [] for split in SPLITS}
        for line in lines:
            made = self._problem(line)
            self._homes[line.split or split_of(made.id)].append(made)

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return `n` problems of `split`, drawn by the seed."""
        home = self._homes[split]
        if len(home) < n:
            more = ' Mark lines with `"split": "ood"` or give the option `ood` a file.'
            raise NotEnoughProblems(
                f"{self.name} has {len(home)} problems in {split}, not {n}."
                f"{more if split == 'ood' else ' Add lines, or ask for fewer.'}"
            )
        return random.Random(f"{IDENTITY}/{split}/{seed}").sample(home, n)

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Compare the final answer by the line's rule."""
        read = self.reading(problem, reply)
        return verdict_of(problem, reply, read, self.guide, self._terms(problem))

    def reading(self, problem: Problem, reply: str) -> Reading[str]:
        """Return the final answer of a reply, and how it was found."""
        return read_answer(problem, reply, self.guide, self._terms(problem))

    def answer_kind(self, problem: Problem) -> AnswerKind:
        """Return the kind of answer that the line's rule compares, where one alone is right."""
        one = len(problem.data["answers"]) == 1
        return _KINDS.get(str(problem.data["judge"]), "") if one else ""

    def _terms(self, problem: Problem) -> Terms:
        percent, scales = asks_for_percent(problem.text), asked_scales(problem.text)
        return Terms(self._classes, self._tolerance, percent, scales)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        """The line's own working where it has some, then its answer."""
        wanted = self.guide.step_kinds if steps is None else steps
        worked = {"asked": restate_question(problem.text), **problem.data["solution"]}
        written = [worked[kind] for kind in self.guide.step_kinds if kind in wanted & worked.keys()]
        return "\n".join([*written, f"Answer: {problem.answer}"])

    def _judge_of(self, line: ProblemLine) -> str:
        return line.judge or self._judge

    def _by_class(self, line: ProblemLine) -> bool:
        return self._judge_of(line) == "class"

    def _classes_in(self, lines: Sequence[ProblemLine]) -> tuple[str, ...]:
        classed = [line for line in lines if self._by_class(line)]
        return tuple(sorted({answer for line in classed for answer in line.answers}))

    def _insist_on_answers(self, lines: Sequence[ProblemLine]) -> None:
        """Refuse an answer that its own rule cannot read: no reply could ever be right."""
        for line, answer in ((it, answer) for it in lines for answer in it.answers):
            if self._by_class(line) and not _is_class(answer, self._classes):
                known = ", ".join(self._classes)
                raise BadData(f"{line.place}: {answer!r} is none of the classes ({known}).")
            if self._judge_of(line) == "number" and not _is_number(answer):
                raise BadData(
                    f"{line.place}: {answer!r:.60} is no number. Name another judge, as in "
                    '`"judge": "text"`.'
                )

    def _problem(self, line: ProblemLine) -> Problem:
        return problem(
            IDENTITY,
            text=line.prompt,
            topic=line.topic,
            difficulty=line.difficulty,
            answer=line.answers[0],
            canonical=_canonical(line.prompt),
            data={
                "judge": self._judge_of(line),
                "answers": list(line.answers),
                "solution": dict(line.solution),
            },
            features={**features_of(line.prompt, self._classes), **line.features},
        )


def _rule(given: Mapping[str, Any], number: int) -> ExpertRule:
    text = given.get("text")
    if not isinstance(text, str) or given.keys() - {
        "name",
        "section",
        "text",
        "steps",
        "addresses",
    }:
        raise BadData(
            f"rule {number} of the option `rules` is {dict(given)!r:.80}. Wanted a `text`, and "
            "perhaps `name`, `section`, `steps` and `addresses`."
        )
    return ExpertRule(
        name=str(given.get("name", f"rule {number}")),
        section=str(given.get("section", "Working")),
        text=text,
        steps=frozenset(map(str, given.get("steps", ()))),
        addresses=frozenset(map(str, given.get("addresses", ("wrong_answer",)))),
    )


def _insist_on_share(tolerance: float | None) -> Fraction | None:
    if tolerance is None:
        return None
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float):
        raise BadData(f"the option `tolerance` is {tolerance!r:.40}. Wanted a number, as in 0.01.")
    if not 0 <= tolerance < 1:
        raise BadData(
            f"the option `tolerance` is {tolerance}. It is a share of the wanted number: write "
            "0.01 for one in a hundred."
        )
    return Fraction(str(tolerance))


def _is_class(answer: str, classes: Sequence[str]) -> bool:
    with contextlib.suppress(Unreadable):
        return class_of(answer, classes) == answer
    return False


def _is_number(answer: str) -> bool:
    with contextlib.suppress(Unreadable):
        return bool(read_number(answer))
    return False


def _canonical(prompt: str) -> str:
    return " ".join(prompt.split()).casefold()


def _refuse_twins(lines: Sequence[ProblemLine]) -> None:
    first: dict[str, ProblemLine] = {}
    for line in lines:
        earlier = first.setdefault(name_of(IDENTITY, _canonical(line.prompt)), line)
        if earlier is not line:
            raise BadData(
                f"{line.place} asks what {earlier.place} asks: {line.prompt[:60]!r}. Keep one."
            )


def _detect_judge(lines: Sequence[ProblemLine], classes: Sequence[str]) -> str:
    if classes:
        return "class"
    open_ones = [line for line in lines if not line.judge] or lines
    answers = Counter(line.answers[0] for line in open_ones)
    every = [answer for line in open_ones for answer in line.answers]
    if all(holds_one_number(answer) and _is_number(answer) for answer in every):
        return "number"
    again = len(answers) <= MANY and min(answers.values()) > 1
    return "class" if again and len(open_ones) >= 5 * len(answers) else "text"
