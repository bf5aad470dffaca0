"""Dataset of worked solutions that follow a strategy and are judged right.

The strategy shapes what is written and never stands in the prompt: the adapter must work
without it.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field

from ..domains.contract import Domain, Problem
from ..models.contract import Request
from ..store.hash_chain import sha256
from ..store.rules import Strategy
from .student_prompt import build_request

Demonstrate = Callable[[Sequence[Problem], Strategy], Generator[str | None]]
"""Writes a worked solution of each problem that follows the strategy, or None where it cannot."""


@dataclass(frozen=True)
class Example:
    """One problem as it is asked, and the reply that the student shall learn."""

    problem: str
    """Id of the problem."""
    request: Request
    completion: str
    rules: tuple[str, ...]
    """Ids of the rules whose steps are written out in the completion."""
    answer: str
    """The reference answer; a class where answers are classes."""

    @property
    def hash(self) -> str:
        """Hash all that the student reads and writes (SHA-256, hex): nothing else can teach it."""
        asked = self.request
        return sha256(json.dumps([asked.system, asked.prompt, asked.context, self.completion]))


@dataclass(frozen=True)
class Dataset:
    """Examples in order, and the counts taken while they were made."""

    examples: tuple[Example, ...]
    dropped: int = 0
    """Problems without a solution that the domain judges right."""
    coverage: Mapping[str, int] = field(default_factory=dict)
    """Rule id -> examples that exercise it; a rule that shapes none stands there with 0."""
    classes: Mapping[str, int] = field(default_factory=dict)
    """Class -> examples with this answer; empty where answers are not classes."""

    @property
    def hash(self) -> str:
        """Hash the example hashes, in order (SHA-256, hex)."""
        return sha256("\n".join(example.hash for example in self.examples))

    def only(self, problems: Collection[str]) -> "Dataset":
        """Keep the examples of these problems, in their order; the others count as dropped."""
        kept = tuple(example for example in self.examples if example.problem in problems)
        rules = Counter(rule for example in kept for rule in example.rules)
        answers = Counter(example.answer for example in kept)
        return Dataset(
            examples=kept,
            dropped=self.dropped + len(self.examples) - len(kept),
            coverage={rule: rules[rule] for rule in self.coverage},
            classes={name: answers[name] for name in self.classes},
        )

    def as_jsonl(self) -> str:
        """Write one line an example; the counts are kept in the event that records it."""
        lines = (json.dumps(asdict(each), ensure_ascii=False) for each in self.examples)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def from_jsonl(
        cls,
        text: str,
        *,
        dropped: int = 0,
        coverage: Mapping[str, int] | None = None,
        classes: Mapping[str, int] | None = None,
    ) -> "Dataset":
        """Read the dataset that `as_jsonl` wrote, with the counts that were kept beside it."""
        rows = (json.loads(line) for line in text.split("\n") if line)
        examples = tuple(
            Example(**{**row, "request": Request(**row["request"]), "rules": tuple(row["rules"])})
            for row in rows
        )
        return cls(examples, dropped, dict(coverage or {}), dict(classes or {}))


def build_dataset(
    domain: Domain,
    problems: Sequence[Problem],
    strategy: Strategy,
    demonstrate: Demonstrate | None = None,
) -> Dataset:
    """Make examples that follow `strategy` on `problems`, in order; EMPTY gives bare answers.

    The domain writes the solutions. Where a rule names no steps that the domain knows, only a
    reader of words can follow it: then `demonstrate` writes them all, if it is given. What the
    domain does not judge right is dropped. A demonstrated solution exercises no rule, because
    nothing checks which ones it followed.
    """
    steps = frozenset(domain.guide.step_kinds)
    written = strategy.steps & steps
    exercised = tuple(r.id for r in strategy.rules if r.steps and written.issuperset(r.steps))
    wordy = any(not rule.steps or not steps.issuperset(rule.steps) for rule in strategy.rules)
    if not wordy:
        demonstrate = None
    if demonstrate is not None:
        exercised = ()
    examples: list[Example] = []
    solutions = (domain.solution(problem, written) for problem in problems)
    if demonstrate is not None:
        solutions = demonstrate(problems, strategy)
    with closing(solutions):
        for problem, completion in zip(problems, solutions, strict=True):
            if completion is not None and domain.judge(problem, completion).outcome == "right":
                request = build_request(domain.guide, problem)
                made = Example(problem.id, request, completion, exercised, problem.answer)
                examples.append(made)
    answers = Counter(example.answer for example in examples)
    return Dataset(
        examples=tuple(examples),
        dropped=len(problems) - len(examples),
        coverage={r.id: len(examples) if r.id in exercised else 0 for r in strategy.rules},
        classes={name: answers[name] for name in domain.guide.classes},
    )
