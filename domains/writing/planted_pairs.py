"""Planted pairs that try a judge: a text that meets its task, and a damaged copy of it."""

import random
import re
from collections.abc import Callable, Iterator, Sequence

from ..contract import Pair, Problem
from .measures import Text
from .reference_text import reference_text_of


def pairs(problems: Sequence[Problem], n: int) -> Iterator[Pair]:
    """Yield up to `n` pairs, the kinds of damage in turn, where a problem can take them."""
    kinds = list(DAMAGES)
    for place, problem in enumerate(problems[:n]):
        text = reference_text_of(problem)
        other = problems[(place + 1) % len(problems)]
        # From its own turn on, so that all kinds are equally often tried.
        for kind in kinds[place % len(kinds) :] + kinds[: place % len(kinds)]:
            worse = DAMAGES[kind](problem, text, other)
            if worse is not None:
                yield Pair(problem, text, worse, kind)
                break


def _reverse_sentences(problem: Problem, text: str, other: Problem) -> str | None:
    """Reverse the sentences; only where the task gives an order that a reader can check."""
    if "course" not in problem.data:
        return None
    said = Text(text)
    turned = " ".join(reversed(said.sentences))
    return text.replace(said.body, turned)


def _repeat_paragraph(problem: Problem, text: str, other: Problem) -> str | None:
    last = Text(text).paragraphs[-1]
    return text.replace(last, f"{last}\n\n{last}")


def _swap_topic(problem: Problem, text: str, other: Problem) -> str | None:
    """Return the text of another task, with another topic."""
    return reference_text_of(other) if other.data["topic"] != problem.data["topic"] else None


def _truncate(problem: Problem, text: str, other: Problem) -> str | None:
    """Cut the text in the middle of a sentence."""
    words = text.split(" ")
    kept = " ".join(words[: len(words) * 2 // 3])
    return kept.rstrip('.!?"') if kept.rstrip('.!?"') else None


def _replace_element(problem: Problem, text: str, other: Problem) -> str | None:
    """Put a stone in the place of something that the task demands."""
    wanted = problem.data.get("include", ())
    return re.sub(rf"\b{wanted[0]}\b", "stone", text) if wanted else None


def _scramble(problem: Problem, text: str, other: Problem) -> str | None:
    """Put the words in a random order, with no sentence left."""
    words = [word.strip('.,!?"-').lower() for word in text.split()]
    random.Random(problem.id).shuffle(words)
    return " ".join(words)


DAMAGES: dict[str, Callable[[Problem, str, Problem], str | None]] = {
    "shuffled sentences": _reverse_sentences,
    "repeated paragraph": _repeat_paragraph,
    "wrong topic": _swap_topic,
    "truncated": _truncate,
    "missing element": _replace_element,
    "scrambled words": _scramble,
}
