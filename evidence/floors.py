"""Floors: scores of constant answers and of one shallow rule, which know nothing of the task."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import NamedTuple

import numpy as np

from .metrics import check_same_length, most_frequent

Features = Sequence[Mapping[str, float]]
FOLDS = 5
CODED = 64
"""A stump answers with one of this many labels, the most frequent: of the rest each is rare."""


@dataclass(frozen=True)
class Floor:
    """A predictor that knows nothing of the task, and how far it gets."""

    name: str
    accuracy: float
    answers: tuple[str, ...]
    """What it answers, problem by problem: for paired comparisons. Guesses at random have none."""


class SplitFloor(NamedTuple):
    """Shares of a split that are right without any knowledge of the task."""

    constant: float
    """Share of the split's most frequent label."""
    stump: float
    """Share that the best question about one feature of the fitted split answers right."""
    question: str
    """That question, such as `rooms <= 5 -> NO, else YES`; empty where none beats a constant."""


@dataclass(frozen=True)
class _Stump:
    """One question about one feature."""

    feature: str
    limit: float
    """The largest value below the threshold, where it was fitted."""
    threshold: float
    below: str
    above: str

    @property
    def question(self) -> str:
        return f"{self.feature} <= {self.limit:g} -> {self.below}, else {self.above}"

    def answer(self, features: Mapping[str, float]) -> str:
        return self.below if features[self.feature] <= self.threshold else self.above

    def answer_at_limit(self, features: Mapping[str, float]) -> str:
        """Answer the question as it is printed; a feature that is not there counts as 0."""
        return self.below if features.get(self.feature, 0.0) <= self.limit else self.above


def split_floors(
    labels: Mapping[str, Sequence[str]], features: Mapping[str, Features], fitted_on: str
) -> dict[str, SplitFloor]:
    """Floors of every split that has problems, from one stump fitted on the split `fitted_on`."""
    known, seen = labels[fitted_on], features[fitted_on]
    usual = most_frequent(known)
    stump = _fit(known, seen, sorted(set.intersection(*map(set, seen))))

    def right(split: str) -> int:
        return sum(
            label == (stump.answer_at_limit(each) if stump else usual)
            for label, each in zip(labels[split], features[split], strict=True)
        )

    if stump and right(fitted_on) <= list(known).count(usual):
        stump = None
    question = "" if stump is None else stump.question
    return {
        split: SplitFloor(
            max(Counter(some).values()) / len(some), right(split) / len(some), question
        )
        for split, some in labels.items()
        if some
    }


def best_floor(
    labels: Sequence[str],
    features: Features,
    classes: Sequence[str] = (),
    train_labels: Sequence[str] | None = None,
    train_features: Features | None = None,
) -> Floor:
    """The highest of `all_floors`; the simpler one where two are equal."""
    return highest(all_floors(labels, features, classes, train_labels, train_features))


def highest(found: Sequence[Floor]) -> Floor:
    """The best of them that has answers; the first where two are equal."""
    return max((floor for floor in found if floor.answers), key=lambda floor: floor.accuracy)


def all_floors(
    labels: Sequence[str],
    features: Features,
    classes: Sequence[str] = (),
    train_labels: Sequence[str] | None = None,
    train_features: Features | None = None,
) -> list[Floor]:
    """Each predictor that knows nothing of the task, the simpler ones first.

    `majority` (the most frequent label here; where answers are open, `most frequent answer`),
    `always X` for each class, `train majority`, `stump`: the best question about one feature, and
    `random`: what guesses among the classes score on average. The stump is fitted on the train
    problems and measured here; without them each fifth is answered by one fitted on the others.
    """
    if not labels:
        raise ValueError("Wanted at least one labelled problem to compute floors, found none.")
    check_same_length(labels, features)
    _only_numbers(features)
    name = "majority" if classes else "most frequent answer"
    found = [_floor(name, labels, [most_frequent(labels)] * len(labels))]
    found += [_floor(f"always {name}", labels, [name] * len(labels)) for name in classes]
    if train_labels:
        found.append(_floor("train majority", labels, [most_frequent(train_labels)] * len(labels)))
    if train_labels and train_features is not None:
        check_same_length(train_labels, train_features)
        _only_numbers(train_features)
        answers = _stump_answers(train_labels, train_features, features)
    else:
        answers = _cross_validate(labels, features)
    if answers is not None:
        found.append(_floor("stump", labels, answers))
    if classes:
        possible = sum(label in classes for label in labels)
        found.append(Floor("random", possible / len(set(classes)) / len(labels), ()))
    return found


def _floor(name: str, labels: Sequence[str], answers: Sequence[str]) -> Floor:
    right = sum(label == answer for label, answer in zip(labels, answers, strict=True))
    return Floor(name, right / len(labels), tuple(answers))


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
                float(values[i]),
                float((values[i] + values[i + 1]) / 2),
                classes[int(below[i].argmax())],
                classes[int(above[i].argmax())],
            )
    return best


def _cross_validate(labels: Sequence[str], features: Features) -> list[str] | None:
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
