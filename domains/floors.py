"""What a domain's shallow facts give away: constant answers and one-question rules."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from .contract import Problem, Split
from .identity import only_numbers


class Floor(NamedTuple):
    """What is right without looking into the problems of a split."""

    split: Split
    n: int
    constant: float
    """Share of the commonest answer."""
    stump: float
    """Share that the best single question over a feature, found on train, answers right."""
    question: str
    """That question, such as `last start <= 5`; empty where train offers none."""

    def as_text(self) -> str:
        asked = f" ({self.question})" if self.question else ""
        return f"{self.split}: constant {self.constant:.2f}, stump {self.stump:.2f}{asked}"


class _Stump(NamedTuple):
    right: float
    question: str
    answer: Callable[[Problem], str]


def floors_of(problems: Mapping[Split, Sequence[Problem]]) -> list[Floor]:
    """The floors of every split; the stump is fitted on train. Raises BadFeature."""
    for some in problems.values():
        for problem in some:
            only_numbers(problem.features, f"the problem {problem.id}")
    stump = _fit(problems["train"])
    return [
        Floor(
            split,
            len(some),
            Counter(p.answer for p in some).most_common(1)[0][1] / len(some),
            sum(stump.answer(p) == p.answer for p in some) / len(some),
            stump.question,
        )
        for split, some in problems.items()
        if some
    ]


def _fit(train: Sequence[Problem]) -> _Stump:
    commonest = _commonest([p.answer for p in train])
    best = _Stump(_share(train, commonest), "", lambda _: commonest)
    for feature in sorted(set.intersection(*(set(p.features) for p in train))):
        for limit in sorted({p.features[feature] for p in train})[:-1]:
            low = [p for p in train if p.features[feature] <= limit]
            high = [p for p in train if p.features[feature] > limit]
            below, above = (_commonest([p.answer for p in side]) for side in (low, high))
            right = (_share(low, below) * len(low) + _share(high, above) * len(high)) / len(train)
            if right > best.right:
                question = f"{feature} <= {limit:g} -> {below}, else {above}"
                best = _Stump(right, question, _asking(feature, limit, below, above))
    return best


def _asking(feature: str, limit: float, below: str, above: str) -> Callable[[Problem], str]:
    return lambda problem: below if problem.features.get(feature, 0.0) <= limit else above


def _commonest(answers: Sequence[str]) -> str:
    return Counter(sorted(answers)).most_common(1)[0][0]


def _share(problems: Sequence[Problem], answer: str) -> float:
    return sum(problem.answer == answer for problem in problems) / len(problems)
