"""General reasoning: several families of puzzles in turn, judged by the way of working too.

Families differ in their content and share the way of working: say what is asked, work it out,
check, stop. The steps, the rules and most failure modes speak of that.
"""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..contract import AnswerKind, Problem, Split, Verdict
from ..drawing import take, take_in_turn
from ..guide_file import read_guide
from ..jsonl.guide import restate_question
from ..reading import Reading, Unreadable, read_reply
from ..reading.numbers import number_of
from ..rewritings import shown_kind
from . import EQUATION, LEVEL, ReasoningGym, false_equations
from .families import WORKED_FAMILIES

LEVELS = (0, 1, 2)
"""Levels of every family's curriculum that train, val and test are drawn from."""
AGAIN = 3
"""A sentence that comes so many times is a loop."""
LONG = 12
"""Words; a reply with so many and no answer did not get to its end."""

GUIDE = read_guide(Path(__file__).with_suffix(".toml"))


class General:
    """Families in turn, levels as difficulty; a harder level of each is kept for ood."""

    name = "general"
    task_type = "reasoning"
    judge_version = 2
    guide = GUIDE

    def __init__(
        self, *, families: Sequence[str] = tuple(WORKED_FAMILIES), levels: Sequence[int] = LEVELS
    ) -> None:
        """Raises ValueError for a family without steps here, or a level that is kept for ood."""
        strange = [family for family in families if family not in WORKED_FAMILIES]
        if strange or not families:
            known = ", ".join(WORKED_FAMILIES)
            raise ValueError(
                f"general has no steps for {', '.join(strange) or 'no family'}. Known: {known}; "
                "any other is the domain gym:FAMILY."
            )
        kept = min(WORKED_FAMILIES[family].ood for family in families)
        if not levels or any(not 0 <= level < kept for level in levels):
            raise ValueError(f"levels is {list(levels)}. Name some from 0 to {kept - 1}.")
        self._gyms = {family: ReasoningGym(family=family) for family in families}
        self._levels = tuple(levels)

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return `n` distinct problems: one of each family and level in turn, while they last."""
        streams = [
            gym.distinct(split, seed, part=f"{LEVEL}{level}") for gym, level in self._parts(split)
        ]
        found = take(take_in_turn(streams), n, self.name, split)
        return [self._problem(each) for each in found]

    def _parts(self, split: Split) -> list[tuple[ReasoningGym, int]]:
        """Return families and levels, in their turn."""
        if split == "ood":
            return [(gym, WORKED_FAMILIES[family].ood) for family, gym in self._gyms.items()]
        return [(gym, level) for level in self._levels for gym in self._gyms.values()]

    def _problem(self, made: Problem) -> Problem:
        """Return a family's problem under its own name, so that it has one split everywhere."""
        level = int(str(made.data["part"]).removeprefix(LEVEL))
        family = str(made.data["family"])
        return dataclasses.replace(made, topic=family.replace("_", " "), difficulty=level + 1)

    def _gym(self, problem: Problem) -> ReasoningGym:
        return self._gyms[str(problem.data["family"])]

    def reading(self, problem: Problem, reply: str) -> Reading[str]:
        """Read the answer as its family does."""
        return self._gym(problem).reading(problem, reply)

    def answer_kind(self, problem: Problem) -> AnswerKind:
        """Return the kind that the answer shows: each has one right answer."""
        return shown_kind(problem.answer, ())

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Score the answer as its family does; where it is wrong, say how it was gone about."""
        reading = self.reading(problem, reply)
        answer = reading.answer
        ways = list(self._ways(problem, reply, reading))
        if answer is None:
            said = f"{reading.refusal} It must end with `Answer:` and the result."
            return Verdict(0.0, "unparsed", said, ("no_answer", *ways))
        score = self._gym(problem).score(problem, answer)
        if score >= 1.0:
            return Verdict(1.0, "right", "Right.", (), answer)
        mode = "partly_right" if score > 0.1 else "wrong_answer"
        how = GUIDE.failure_modes[ways[0]] if ways else "The answer is not the right one."
        said = f"{how} The answer is {problem.answer}."
        return Verdict(max(0.0, score), "wrong", said, (*ways, mode), answer)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        """Write the wanted ones of question, working and check, then the answer."""
        family = WORKED_FAMILIES[str(problem.data["family"])]
        item = self._gym(problem).metadata(problem)
        written = {
            "asked": restate_question(problem.text),
            "working": family.working(item),
            "check": f"Check: {family.check(item)}",
        }
        lines = [text for kind, text in written.items() if steps is None or kind in steps]
        return "\n".join([*lines, f"Answer: {problem.answer}"])

    def _ways(self, problem: Problem, reply: str, reading: Reading[str]) -> Iterator[str]:
        """Yield the failure modes that the working of a wrong reply shows."""
        if _loops(reply):
            yield "repeated_itself"
        if next(false_equations(reply), None):
            yield "false_equation"
        family = WORKED_FAMILIES[str(problem.data["family"])]
        if _contradicts(reading, family.ends_in_result):
            yield "contradicted_itself"
        whole = len(EQUATION.findall(family.working(self._gym(problem).metadata(problem))))
        some = len(EQUATION.findall(reply))
        if 0 < some < whole or len((reading.text or reply).split()) >= LONG:
            yield "stopped_early"
        if reading.answer is not None and not re.search(r"\w", reading.working):
            yield "answered_at_once"
        elif not re.search(r"\bcheck", reply, re.I):
            yield "unchecked"


def _loops(reply: str) -> bool:
    sentences = [" ".join(it.split()).casefold() for it in re.split(r"[.;!?\n]+", reply)]
    times = Counter(it for it in sentences if len(it) >= 6)
    return max(times.values(), default=0) >= AGAIN


def _contradicts(reading: Reading[str], ends_in_result: bool) -> bool:
    """Tell whether two answers differ, or the last equation before the answer gives another one."""
    if reading.answer is None:
        return bool(reading.withdrawn)
    try:
        found = number_of(reading.answer.split("\n")[0])
    except Unreadable:
        return False
    earlier = read_reply(reading.working, number_of).answer
    results = EQUATION.findall(reading.working) if ends_in_result else []
    return earlier not in (None, found) or bool(results and int(results[-1][3]) != found)
