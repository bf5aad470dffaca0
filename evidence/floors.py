"""What a score is worth nothing below: constant answers and one shallow rule."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

Features = Sequence[Mapping[str, float]]
FOLDS = 5
NO_ANSWER = "(none)"
"""How `answer_shares` counts replies from which no answer could be read."""


@dataclass(frozen=True)
class Floor:
    """A predictor that knows nothing of the task, and how far it gets."""

    name: str
    accuracy: float
    answers: tuple[str, ...]
    """What it answers, problem by problem: for paired comparisons."""


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

    `majority` (the most frequent label here), `always X` for each class, `train majority`, and
    `stump`: the best question about one feature. The stump is fitted on the train problems and
    measured here; without train problems each fifth is answered by a stump fitted on the others.
    """
    found = _all(labels, features, classes, train_labels, train_features)
    return {floor.name: floor.accuracy for floor in found}


def best_floor(
    labels: Sequence[str],
    features: Features,
    classes: Sequence[str] = (),
    train_labels: Sequence[str] | None = None,
    train_features: Features | None = None,
) -> Floor:
    """The highest of `floors`, with its answers; the simpler one where two are equal."""
    return max(
        _all(labels, features, classes, train_labels, train_features), key=lambda f: f.accuracy
    )


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


def constant_answer(answers: Sequence[str | None], share: float = 0.95) -> str | None:
    """The answer given at least `share` of the time, if there is one: the mark of a guess."""
    for name, part in answer_shares(answers).items():
        if part >= share and name != NO_ANSWER:
            return name
    return None


def _all(
    labels: Sequence[str],
    features: Features,
    classes: Sequence[str],
    train_labels: Sequence[str] | None,
    train_features: Features | None,
) -> list[Floor]:
    if not labels:
        raise ValueError("Wanted at least one labelled problem to compute floors, found none.")
    _same_length(labels, features)
    _only_numbers(features)
    found = [_floor("majority", labels, [_most(labels)] * len(labels))]
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
    return found


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
    classes = sorted(set(labels))
    coded = np.array([[label == name for name in classes] for label in labels], dtype=int)
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
