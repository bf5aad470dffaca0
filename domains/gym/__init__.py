"""A hundred families of generated puzzles, from the library reasoning-gym."""

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reasoning_gym import factory
from reasoning_gym.coaching.base_curriculum import DefaultCurriculumContext, RangeAttributeMode

from ..contract import AnswerKind, Guide, NotEnoughProblems, Problem, Split, Verdict
from ..identity import problem, split_of
from ..reading import Reading, Unreadable, read_reply
from ..reading.numbers import number_of
from ..rewritings import shown_kind
from .families import CARE, FAMILIES, FORMAT, WORKED_FAMILIES, Family

CHUNK = 500
"""Item `i` under seed `s` is item 0 under seed `s + i`: chunks are seeded this far apart."""
FAR = 1_000_000
"""Our seeds are this many items apart, so that two seeds share no stretch of items."""
SEEDS = 1_000
"""Generators take no endless seeds: ours repeat after this many."""
PATIENCE = 2_000
"""So many items that bring nothing new, and the split counts as exhausted."""
LEVEL = "level "
"""The part `level 2` is the third level of the curriculum and nothing below it."""
EQUATION = re.compile(
    r"(?<![-+x*×/\d.])(?<![-+x*×/]\s)"  # Not the tail of a longer sum.
    r"(-?\d{1,9})\s?([-+x*×])\s?(\d{1,9})\s?=\s?(-?\d{1,9})(?!\d)",
    re.A,
)

FAILURE_MODES = {
    "no_answer": "The reply has several lines and none says `Answer:`.",
    "wrong_answer": "The answer is not the right one.",
    "partly_right": "The answer earns part of the score.",
    "no_working": "Wrong, and no equation is written out.",
    "false_equation": "A written equation is false.",
}


class ReasoningGym:
    """One family of puzzles. Its splits are cut by the hash of the question."""

    task_type = "reasoning"
    judge_version = 2

    def __init__(
        self,
        *,
        family: str = "chain_sum",
        level: int = 1,
        base: Mapping[str, Any] | None = None,
        ood: Mapping[str, Any] | None = None,
    ) -> None:
        """`base` and `ood` are generator parameters, for the problems at home and the harder ones.

        Without them our own stand, else the family's curriculum: up to `level`, and the level
        above it for ood. Raises ValueError for an unknown family.
        """
        if family not in factory.DATASETS:
            raise ValueError(
                f"reasoning-gym has no family {family!r}. It has: "
                f"{', '.join(sorted(factory.DATASETS))}."
            )
        self.name = f"gym:{family}"
        self._family, self._level = family, level
        self._ours = FAMILIES.get(family, Family())
        self._given = {"base": base or self._ours.base, "ood": ood or self._ours.ood}
        self._chunks: dict[tuple[str, int], Any] = {}
        self.guide = Guide(
            description=f"Solve puzzles of the kind {family.replace('_', ' ')}.",
            reply_format="End with `Answer:` and the result.",
            step_kinds=self._ours.step_kinds,
            failure_modes=FAILURE_MODES,
            rules=self._ours.rules or (CARE, FORMAT),
        )

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return the first `n` problems of `split` that come after the seed's starting point."""
        found = list(itertools.islice(self.distinct(split, seed), n))
        if len(found) < n:
            raise NotEnoughProblems(
                f"Wanted {n} problems of {self.name}'s {split}, found {len(found)} different "
                "ones. Ask for fewer, or widen the generator parameters."
            )
        return found

    def distinct(self, split: Split, seed: int, part: str = "") -> Iterator[Problem]:
        """Yield the problems of `split` from `part` of the curriculum (its own if empty).

        Ends where many items in a row have brought nothing new.
        """
        # A harder generator may still ask an easy question; only test may share it then.
        home = "test" if split == "ood" else split
        seen: set[str] = set()
        since_new = 0
        for candidate in self._stream(part or ("ood" if split == "ood" else "base"), seed):
            since_new += 1
            if split_of(candidate.id) == home and candidate.id not in seen:
                seen.add(candidate.id)
                since_new = 0
                yield candidate
            if since_new > PATIENCE:
                return

    def reading(self, problem: Problem, reply: str) -> Reading[str]:
        """Read the answer as the family's own answers are written."""
        if _is_number(problem.answer):
            return read_reply(reply, _number, same=_are_equal)
        alone = len(problem.answer.split()) == 1
        return read_reply(reply, _one_word if alone else str, words=not alone)

    def answer_kind(self, problem: Problem) -> AnswerKind:
        """Return the kind of answers that we know to be the only right ones."""
        is_known = self._family in WORKED_FAMILIES or self._family in FAMILIES
        return shown_kind(problem.answer, ()) if is_known else ""

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Score the reply's final answer; a reply of one line may leave the mark out."""
        reading = self.reading(problem, reply)
        answer = reading.answer
        if answer is None:
            said = f"{reading.refusal} It must end with `Answer:` and the result."
            return Verdict(0.0, "unparsed", said, ("no_answer",))
        score = self.score(problem, answer)
        if score >= 1.0:
            return Verdict(1.0, "right", "Right.", (), answer)
        modes = ["partly_right" if score > 0.1 else "wrong_answer"]
        said = f"The answer is {problem.answer or 'another one'}."
        false = next(false_equations(reply), None)
        if false:
            modes.append("false_equation")
            said = f"{false} is false. {said}"
        elif self._ours.writers and not EQUATION.search(reply):
            modes.append("no_working")
            said = f"No step is written out. {said}"
        return Verdict(max(0.0, score), "wrong", said, tuple(modes), answer)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        """Write steps where the family has some, and the answer; None where no answer is known."""
        wanted = frozenset(self._ours.writers) if steps is None else steps
        metadata = self.metadata(problem)
        written = [write(metadata) for kind, write in self._ours.writers.items() if kind in wanted]
        if not problem.answer or self.score(problem, problem.answer) < 1.0:
            return None
        return " ".join([*written, f"Answer: {problem.answer}"])

    def _stream(self, part: str, seed: int) -> Iterator[Problem]:
        start = seed % SEEDS * FAR
        for number in range(start, start + FAR):
            try:
                item = self._chunk(part, number // CHUNK)[number % CHUNK]
            except (AssertionError, ValueError) as error:
                if isinstance(error, NotEnoughProblems):
                    raise
                raise NotEnoughProblems(
                    f"{self.name} cannot make its {part} problems: {error}. "
                    f"Give the option `{part}` generator parameters that it takes."
                ) from error
            yield self._problem(part, number, item)

    def _problem(self, part: str, number: int, item: Mapping[str, Any]) -> Problem:
        text = str(item["question"]).strip()
        size = self._ours.size(item["metadata"]) if self._ours.size else 0
        numbers = [int(found) for found in re.findall(r"\d{1,9}", text)]
        return problem(
            self.name,
            text=text,
            topic=f"{size} {self._ours.unit}" if size else self._family,
            difficulty=size or (2 if part == "ood" else 1),
            answer="" if item["answer"] is None else str(item["answer"]),
            canonical=self._canonical(text, item["metadata"]),
            data={"family": self._family, "part": part, "number": number},
            features={
                "characters": len(text),
                "numbers": len(numbers),
                "largest number": max(numbers, default=0),
                "first number": numbers[0] if numbers else 0,
            },
        )

    def _canonical(self, text: str, metadata: Mapping[str, Any]) -> Any:
        """Return a value equal for items that ask the same: an unknown family's words."""
        family = WORKED_FAMILIES.get(self._family)
        return family.canonical(metadata) if family else " ".join(text.casefold().split())

    def metadata(self, problem: Problem) -> Mapping[str, Any]:
        """Return the generator's metadata of the problem."""
        known: Mapping[str, Any] = self._item(problem)[1]["metadata"]
        return known

    def _item(self, problem: Problem) -> tuple[Any, Mapping[str, Any]]:
        """Return the dataset that holds the problem's item, and the item."""
        number = int(problem.data["number"])
        chunk = self._chunk(str(problem.data["part"]), number // CHUNK)
        return chunk, chunk[number % CHUNK]

    def score(self, problem: Problem, answer: str) -> float:
        """Return the family's own score of the answer, or of its first line if that is higher.

        Another number than a whole one is never right, whatever a scorer makes of its words.
        """
        chunk, item = self._item(problem)
        tried = {answer, answer.split("\n")[0].strip().rstrip(".*_`")}
        equal = _is_number(problem.answer) and _are_equal(problem.answer, answer)
        if equal:
            tried.add(problem.answer)
        score = max(_safe_score(chunk, candidate, item) for candidate in tried)
        return (
            0.0 if score >= 1.0 and problem.answer.lstrip("-").isdecimal() and not equal else score
        )

    def _chunk(self, part: str, chunk: int) -> Any:
        if (part, chunk) not in self._chunks:
            if len(self._chunks) > 8:
                self._chunks.clear()
            config = dataclasses.replace(self._config(part), seed=chunk * CHUNK, size=CHUNK)
            # A few configs have nothing to validate.
            getattr(config, "validate", lambda: None)()
            self._chunks[part, chunk] = factory.DATASETS[self._family][0](config=config)
        return self._chunks[part, chunk]

    def _config(self, part: str) -> Any:
        given = dict(self._given.get(part, {}))
        if given or (part == "base" and self._family not in factory.CURRICULA):
            return factory.DATASETS[self._family][1](**given)
        if self._family not in factory.CURRICULA:
            raise NotEnoughProblems(
                f"{self.name} knows no harder problems: give the option `ood` generator parameters."
            )
        curriculum = factory.create_curriculum(self._family)
        harder = part != "base"
        level = int(part.removeprefix(LEVEL)) if part.startswith(LEVEL) else self._level + harder
        curriculum.set_global_level(level)
        mode = RangeAttributeMode.UPPER_BOUND if harder else RangeAttributeMode.INCLUSIVE
        return curriculum.generate_configuration(context=DefaultCurriculumContext(mode=mode))


def _number(text: str) -> str:
    number_of(text)
    return text


def _one_word(text: str) -> str:
    if len(text.split()) != 1:
        raise Unreadable("It is not one word.")
    return text


def _is_number(gold: str) -> bool:
    """Tell whether an answer is a number and nothing else, such as a code with leading zeros."""
    return bool(re.fullmatch(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", gold, re.A))


def _are_equal(one: str, other: str) -> bool:
    try:
        return number_of(one) == number_of(other)
    except Unreadable:
        return False


def _safe_score(dataset: Any, answer: str, item: Mapping[str, Any]) -> float:
    try:
        return float(dataset.score_answer(answer=answer, entry=item))
    except Exception:  # A hundred scorers read free text, each raising what it likes.
        return 0.0


def false_equations(reply: str) -> Iterator[str]:
    """Yield the written equations that do not hold."""
    for match in EQUATION.finditer(reply):
        left, right, result = int(match[1]), int(match[3]), int(match[4])
        true = {"+": left + right, "-": left - right}.get(match[2], left * right)
        if true != result:
            yield match[0]
