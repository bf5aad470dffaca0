"""The card of a domain: its guide, its counts, and three sample problems."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .contract import Domain, Guide, Problem, Split
from .trial import ReadingRate

WIDE = 400
"""A longer text is cut on the card."""


@dataclass(frozen=True)
class Sample:
    """One problem as a student sees it, and how it is solved."""

    problem: Problem
    solution: str | None
    """With all kinds of steps; None where the domain knows none."""


@dataclass(frozen=True)
class Card:
    """Facts about a domain to know before it is used."""

    name: str
    task_type: str
    guide: Guide
    counts: Mapping[Split, int]
    """Problems of each split that were tried."""
    topics: Mapping[str, int]
    difficulties: Mapping[int, int]
    samples: tuple[Sample, ...]
    reading: tuple[ReadingRate, ...]
    """How answers are read, by their kind."""

    def as_text(self) -> str:
        """For a terminal."""
        guide = self.guide
        lines = [
            f"about {guide.description}",
            f"reply {guide.reply_format}",
            f"kind  {self.task_type}; classes {', '.join(map(str, guide.classes)) or 'none'}",
            f"steps {'; '.join(guide.step_kinds) or 'none: only bare answers can be taught'}",
            f"rules {', '.join(rule.name for rule in guide.rules) or 'none'}",
            f"holds {_list_counts(self.counts)}; topics {_list_counts(self.topics, 6)}; "
            f"difficulty {_list_counts(self.difficulties, 6)}",
            *(f"reads {rate.as_text()}" for rate in self.reading),
        ]
        return "\n".join([*lines, *(line for each in self.samples for line in _sample_lines(each))])


def card_of(
    domain: Domain,
    problems: Mapping[Split, Sequence[Problem]],
    samples: Sequence[Sample],
    reading: Sequence[ReadingRate],
) -> Card:
    """The card of a domain that gave these problems."""
    every = [problem for some in problems.values() for problem in some]
    return Card(
        domain.name,
        domain.task_type,
        domain.guide,
        {split: len(some) for split, some in problems.items()},
        dict(sorted(Counter(problem.topic for problem in every).items())),
        dict(sorted(Counter(problem.difficulty for problem in every).items())),
        tuple(samples),
        tuple(reading),
    )


def _list_counts(counts: Mapping[Any, int], most: int = 9) -> str:
    shown = [f"{name} ({times})" for name, times in counts.items()]
    rest = [f"and {len(shown) - most} more"] if len(shown) > most else []
    return ", ".join([*shown[:most], *rest]) or "none"


def _sample_lines(sample: Sample) -> list[str]:
    """The problem, then its solution, both under their marks."""
    problem, solution = sample.problem, sample.solution
    title = f"like  {problem.topic} | difficulty {problem.difficulty}"
    solved = "(no worked solution)" if solution is None else solution
    return [title, *_indent("  ", problem.text), *_indent("  -> ", solved)]


def _indent(mark: str, text: str) -> list[str]:
    cut = text if len(text) <= WIDE else f"{text[:WIDE]} ..."
    first, *others = cut.splitlines() or [""]
    return [f"{mark}{first}", *(textwrap.indent(line, " " * len(mark)) for line in others)]
