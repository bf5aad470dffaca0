"""Metrics of answers: balanced accuracy, MCC, shares of answers, and the mark of a guess."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from .effects import ALPHA
from .pairs import mcnemar

NO_ANSWER = "(none)"
"""Name under which `answer_shares` counts replies from which no answer could be read."""


def balanced_accuracy(labels: Sequence[str], answers: Sequence[str | None]) -> float:
    """Mean over the classes of the share answered right; guessing scores 1 / classes.

    None is a reply without a readable answer, and counts as wrong.
    """
    check_same_length(labels, answers)
    if not labels:
        return 0.0
    right = Counter(label for label, answer in zip(labels, answers, strict=True) if label == answer)
    return float(np.mean([right[label] / count for label, count in Counter(labels).items()]))


def mcc(labels: Sequence[str], answers: Sequence[str | None]) -> float:
    """Matthews correlation of labels and answers, -1 to 1; 0 for a constant answer.

    For more than two classes Gorodkin's generalisation (2004). None counts as a class of its own.
    """
    check_same_length(labels, answers)
    n = len(labels)
    seen, said = Counter[str | None](labels), Counter(answers)
    right = sum(label == answer for label, answer in zip(labels, answers, strict=True))
    cross = sum(seen[name] * said[name] for name in seen)
    spread = (n * n - sum(c * c for c in seen.values())) * (
        n * n - sum(c * c for c in said.values())
    )
    return float((right * n - cross) / spread**0.5) if spread else 0.0


def answer_shares(answers: Sequence[str | None]) -> dict[str, float]:
    """Share of each answer, the most frequent first; unreadable replies under NO_ANSWER."""
    counts = Counter(NO_ANSWER if answer is None else answer for answer in answers)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {name: count / len(answers) for name, count in ranked}


def answer_shift(labels: Sequence[str], answers: Sequence[str | None]) -> float:
    """Total variation between the answers that could be read and the labels they stand against.

    0 says that each answer comes as often as it should, 1 that no answer is ever a label. Where
    answers are classes, this is how far a student's habit lies from what is asked.
    """
    check_same_length(labels, answers)
    read = [(label, a) for label, a in zip(labels, answers, strict=True) if a is not None]
    asked, said = Counter(label for label, _ in read), Counter(answer for _, answer in read)
    apart = sum(abs(asked[name] - said[name]) for name in asked | said)
    return apart / (2 * len(read)) if read else 0.0


def constant_answer(
    answers: Sequence[str | None], labels: Sequence[str] | None = None, share: float = 0.95
) -> str | None:
    """The answer that makes at least `share` of those read, if there is one: the mark of a guess.

    Where most replies cannot be read, nothing is said of the rest. With `labels`, one whose rare
    other answers are knowledge is no guess: they find more than half of the problems that ask for
    another answer, or win more often over always giving the usual one than luck would.
    """
    read = [answer for answer in answers if answer is not None]
    if not read or 2 * len(read) < len(answers):
        return None
    usual = most_frequent(read)
    if read.count(usual) < share * len(read):
        return None
    if labels is None:
        return usual
    check_same_length(labels, answers)
    others = [pair for pair in zip(labels, answers, strict=True) if pair[1] not in (usual, None)]
    wins = sum(label == answer for label, answer in others)
    losses = sum(label == usual for label, _ in others)
    found_most = 2 * wins > sum(label != usual for label in labels)
    return None if found_most or mcnemar(wins, losses) <= ALPHA else usual


def answer_habits(
    labels: Sequence[str], answers: Sequence[str | None], *, classes: bool
) -> dict[str, Any]:
    """Columns on the answers of one system, as tables of results have them."""
    shares = answer_shares([answer for answer in answers if answer is not None])
    usual, usual_share = next(iter(shares.items()), (None, None))
    return {
        "usual": usual,
        "usual_share": usual_share,
        "constant": constant_answer(answers, labels),
        "shift": answer_shift(labels, answers) if classes else None,
        "balanced_accuracy": balanced_accuracy(labels, answers) if classes else None,
        "mcc": mcc(labels, answers) if classes else None,
    }


def most_frequent(labels: Sequence[str]) -> str:
    """The most frequent label, the first by name of those that come equally often."""
    return min(Counter(labels).items(), key=lambda item: (-item[1], item[0]))[0]


def check_same_length(a: Sequence[object], b: Sequence[object]) -> None:
    """Raise ValueError unless both have one entry for each problem."""
    if len(a) != len(b):
        raise ValueError(f"Wanted one entry for each problem, found {len(a)} and {len(b)}.")
