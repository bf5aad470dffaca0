"""Pairs whose order nobody would dispute: a text that meets its task, and its damaged self."""

import random
import re
from collections.abc import Callable, Iterator, Sequence

from ..contract import Pair, Problem
from .measures import Text
from .specimen import specimen


def pairs(problems: Sequence[Problem], n: int) -> Iterator[Pair]:
    """Up to `n` pairs; every kind of damage comes in its turn, where a problem can take it."""
    kinds = list(DAMAGES)
    for place, problem in enumerate(problems[:n]):
        text = specimen(problem)
        other = problems[(place + 1) % len(problems)]
        # From its own turn on, so that all kinds are equally often tried.
        for kind in kinds[place % len(kinds) :] + kinds[: place % len(kinds)]:
            worse = DAMAGES[kind](problem, text, other)
            if worse is not None:
                yield Pair(problem, text, worse, kind)
                break


def _shuffled(problem: Problem, text: str, other: Problem) -> str | None:
    """Last sentence first; only where the task gives an order that a reader can check."""
    if "course" not in problem.data:
        return None
    said = Text(text)
    turned = " ".join(reversed(said.sentences))
    return text.replace(said.body, turned)


def _repeated(problem: Problem, text: str, other: Problem) -> str | None:
    last = Text(text).paragraphs[-1]
    return text.replace(last, f"{last}\n\n{last}")


def _elsewhere(problem: Problem, text: str, other: Problem) -> str | None:
    """The text of another task, with another topic."""
    return specimen(other) if other.data["topic"] != problem.data["topic"] else None


def _truncated(problem: Problem, text: str, other: Problem) -> str | None:
    """Cut in the middle of a sentence."""
    words = text.split(" ")
    kept = " ".join(words[: len(words) * 2 // 3])
    return kept.rstrip('.!?"') if kept.rstrip('.!?"') else None


def _missing(problem: Problem, text: str, other: Problem) -> str | None:
    """Every sentence about something that has to be there is about a stone instead."""
    wanted = problem.data.get("include", ())
    return re.sub(rf"\b{wanted[0]}\b", "stone", text) if wanted else None


def _scrambled(problem: Problem, text: str, other: Problem) -> str | None:
    """The words in any order, and no sentence left."""
    words = [word.strip('.,!?"-').lower() for word in text.split()]
    random.Random(problem.id).shuffle(words)
    return " ".join(words)


DAMAGES: dict[str, Callable[[Problem, str, Problem], str | None]] = {
    "shuffled sentences": _shuffled,
    "repeated paragraph": _repeated,
    "wrong topic": _elsewhere,
    "truncated": _truncated,
    "missing element": _missing,
    "scrambled words": _scrambled,
}
