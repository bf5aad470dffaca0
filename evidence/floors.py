"""What a score is worth nothing below: constant answers and one shallow rule."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from .pairs import mcnemar

Features = Sequence[Mapping[str, float]]
FOLDS = 5
NO_ANSWER = "(none)"
"""How `answer_shares` counts replies from which no answer could be read."""
CODED = 64
"""A stump answers with one of this many labels, the most frequent: of the rest each is rare."""
BY_LUCK = 0.05
"""Answers other than the usual one count as knowledge where luck is less likely than this."""


@dataclass(frozen=True)
class Floor:
    """A predictor that knows nothing of the task, and how far it gets."""

    name: str
    accuracy: float
    answers: tuple[str, ...]
    """What it answers, problem by problem: for paired comparisons. Guesses at random have none."""


@dataclass(frozen=True)
class _Stump:
    """One question about one feature."""

    feature: str
    threshold: float
    below: str
    above: str

    def answer(self, features: Mapping[str, float]) -> str:
        return self.below if features[self.feature] <= self.threshold else self.above


def floors(
    labels: Sequence[str],
    features: Features,
    classes: Sequence[str] = (),
    train_labels: Sequence[str] | None = None,
    train_features: Features | None = None,
) -> dict[str, float]:
    """Accuracy of each predictor that knows nothing of the task, by name.

    `majority` (the most frequent label here; where answers are open, `most frequent answer`),
    `always X` for each class, `train majority`, `stump`: the best question about one feature, and
    `random`: what guesses among the classes score on average. The stump is fitted on the train
    problems and measured here; without them each fifth is answered by one fitted on the others.
    """
    found = all_floors(labels, features, classes, train_labels, train_features)
    return {floor.name: floor.accuracy for floor in found}


def best_floor(
    labels: Sequence[str],
    features: Features,
    classes: Sequence[str] = (),
    train_labels: Sequence[str] | None = None,
    train_features: Features | None = None,
) -> Floor:
    """The highest of `floors`, with its answers; the simpler one where two are equal."""
    return highest(all_floors(labels, features, classes, train_labels, train_features))


def highest(found: Sequence[Floor]) -> Floor:
    """The best of them that has answers; the first where two are equal."""
    return max((floor for floor in found if floor.answers), key=lambda floor: floor.accuracy)


def all_floors(
    labels: Sequence[str],
    features: Features,
    classes: Sequence[str],
    train_labels: Sequence[str] | None,
    train_features: Features | None,
) -> list[Floor]:
    """Each of `floors` with its answers, the simpler ones first."""
    if not labels:
        raise ValueError("Wanted at least one labelled problem to compute floors, found none.")
    _same_length(labels, features)
    _only_numbers(features)
    name = "majority" if classes else "most frequent answer"
    found = [_floor(name, labels, [_most(labels)] * len(labels))]
    found += [_floor(f"always {name}", labels, [name] * len(labels)) for name in classes]
    if train_labels:
        found.append(_floor("train majority", labels, [_most(train_labels)] * len(labels)))
    if train_labels and train_features is not None:
        _same_length(train_labels, train_features)
        _only_numbers(train_features)
        answers = _stump_answers(train_labels, train_features, features)
    else:
        answers = _cross_validated(labels, features)
    if answers is not None:
        found.append(_floor("stump", labels, answers))
    if classes:
        possible = sum(label in classes for label in labels)
        found.append(Floor("random", possible / len(set(classes)) / len(labels), ()))
    return found


def balanced_accuracy(labels: Sequence[str], answers: Sequence[str | None]) -> float:
    """Mean over the classes of the share answered right; guessing scores 1 / classes.

    None is a reply without a readable answer, and counts as wrong.
    """
    _same_length(labels, answers)
    if not labels:
        return 0.0
    right = Counter(label for label, answer in zip(labels, answers, strict=True) if label == answer)
    return float(np.mean([right[label] / count for label, count in Counter(labels).items()]))


def mcc(labels: Sequence[str], answers: Sequence[str | None]) -> float:
    """Matthews correlation of labels and answers, -1 to 1; 0 for a constant answer.

    For more than two classes Gorodkin's generalisation (2004). None counts as a class of its own.
    """
    _same_length(labels, answers)
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
    _same_length(labels, answers)
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
    usual = _most(read)
    if read.count(usual) < share * len(read):
        return None
    if labels is None:
        return usual
    _same_length(labels, answers)
    others = [pair for pair in zip(labels, answers, strict=True) if pair[1] not in (usual, None)]
    wins = sum(label == answer for label, answer in others)
    losses = sum(label == usual for label, _ in others)
    found_most = 2 * wins > sum(label != usual for label in labels)
    return None if found_most or mcnemar(wins, losses) <= BY_LUCK else usual


def _floor(name: str, labels: Sequence[str], answers: Sequence[str]) -> Floor:
    right = sum(label == answer for label, answer in zip(labels, answers, strict=True))
    return Floor(name, right / len(labels), tuple(answers))


def _most(labels: Sequence[str]) -> str:
    return min(Counter(labels).items(), key=lambda item: (-item[1], item[0]))[0]


def _stump_answers(labels: Sequence[str], features: Features, asked: Features) -> list[str] | None:
    """Fit on `features`, answer `asked`; only features that every problem has are looked at."""
    names = set.intersection(*(set(f) for f in (*features, *asked)))
    stump = _fit(labels, features, sorted(names))
    return None if stump is None else [stump.answer(f) for f in asked]


def _fit(labels: Sequence[str], features: Features, names: Sequence[str]) -> _Stump | None:
    ranked = sorted(Counter(labels).items(), key=lambda item: (-item[1], item[0]))
    classes = sorted(name for name, _ in ranked[:CODED])
    place = {name: i for i, name in enumerate(classes)}
    codes = np.array([place.get(label, -1) for label in labels])
    coded = (codes[:, None] == np.arange(len(classes))).astype(np.int32)
    best, best_right = None, -1
    for name in names:
        values = np.array([f[name] for f in features], dtype=float)
        order = np.argsort(values, kind="stable")
        values, below = values[order], np.cumsum(coded[order], axis=0)
        above = below[-1] - below
        right = np.where(values[:-1] < values[1:], (below.max(1) + above.max(1))[:-1], -1)
        if len(right) and right.max() > best_right:
            i = int(right.argmax())
            if right[i] < 0:
                continue
            best_right = int(right[i])
            best = _Stump(
                name,
                float((values[i] + values[i + 1]) / 2),
                classes[int(below[i].argmax())],
                classes[int(above[i].argmax())],
            )
    return best


def _cross_validated(labels: Sequence[str], features: Features) -> list[str] | None:
    """Each fifth answered by a stump that never saw it; folds are dealt out label by label."""
    n = len(labels)
    order = sorted(range(n), key=lambda i: (labels[i], i))
    answers: dict[int, str] = {}
    for fold in range(FOLDS):
        held = order[fold::FOLDS]
        rest = [i for k, i in enumerate(order) if k % FOLDS != fold]
        if not held or not rest:
            continue
        said = _stump_answers(
            [labels[i] for i in rest], [features[i] for i in rest], [features[i] for i in held]
        )
        if said is None:
            return None
        answers.update(zip(held, said, strict=True))
    return [answers[i] for i in range(n)] if len(answers) == n else None


def _same_length(a: Sequence[object], b: Sequence[object]) -> None:
    if len(a) != len(b):
        raise ValueError(f"Wanted one entry for each problem, found {len(a)} and {len(b)}.")


def _only_numbers(features: Features) -> None:
    for place, each in enumerate(features):
        for name, value in each.items():
            if (
                not isinstance(value, Real)
                or not -sys.float_info.max <= value <= sys.float_info.max
            ):
                raise TypeError(
                    f"Wanted features that are finite numbers, found {name!r} = {value!r:.80} in "
                    f"problem {place}. Give a number, or leave the feature out."
                )
