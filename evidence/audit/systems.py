"""Measures one system on somebody's rows: as it was scored, and by a second reading of replies."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..attribution.contrasts import mean, share
from ..metrics import answer_habits
from .replies import Reader, conclusion, seems_cut_short

CONFIDENCE = 0.95


class Answer(NamedTuple):
    """Answer of one system in one row."""

    line: int
    answer: str | None
    """None where none was read."""
    score: float | None
    """As its author gave it."""
    reply: str | None
    truncated: bool
    """Whether its author recorded that the reply was cut at a limit."""


class AnswerKey(NamedTuple):
    """Right answers of the rows: the same for every system."""

    gold: Sequence[str]
    places: Sequence[int]
    """Number of each row's problem, from 0 in the order in which problems come first."""
    classes: Mapping[str, str]
    """Plain form -> as it is written; empty where answers are open."""
    reader: Reader

    def canonical(self, answer: str) -> str:
        found = self.reader.plain(answer)
        return self.classes.get(found, found)

    def matches(self, answer: str | None, gold: str) -> bool:
        """Tell whether a canonical answer is the gold one."""
        if answer is None or answer == gold:
            return answer is not None
        return not self.classes and self.reader.same(gold, answer)

    def each(self, scores: Sequence[float]) -> list[float]:
        """The mean score on each problem: several replies to one are not independent."""
        if max(self.places, default=-1) + 1 == len(scores):
            return list(scores)
        found: list[list[float]] = []
        for place, score in zip(self.places, scores, strict=True):
            if place == len(found):
                found.append([score])
            else:
                found[place].append(score)
        return [mean(several) for several in found]


@dataclass(frozen=True)
class System:
    """Counts and scores of one system."""

    name: str
    n: int
    right: int
    accuracy: float
    low: float
    high: float
    claimed: float
    """By the scores that its author gave; the accuracy where there are none."""
    reread: float | None
    """Accuracy by what the replies conclude with; None where no replies are carried."""
    misread: int
    """Replies that were scored wrong and conclude with the right answer."""
    overread: int
    """Replies that were scored right and conclude with another class."""
    cut: int
    """Replies that were cut off at a limit before they came to the right answer."""
    unparsed: int
    usual: str | None
    """The answer given most often."""
    usual_share: float | None
    """Of those that could be read."""
    shift: float | None
    """How far its answers are from coming as often as they should, 0 to 1; where classes."""
    constant: str | None
    """The answer that it gives whatever is asked, or nearly so."""
    balanced_accuracy: float | None
    mcc: float | None


@dataclass(frozen=True)
class Rereading:
    """Second reading of the replies. Numbers are places in the list of rows."""

    conclusions: Sequence[str | None]
    """What each reply ends with, in plain form."""
    carried: bool
    """There are replies at all."""
    misread: Sequence[int]
    overread: Sequence[int]
    cut: Sequence[int]
    broken: Sequence[int]
    """Replies that end in the middle of a sentence, though nothing says that they were cut."""
    scores: Sequence[float]


@dataclass(frozen=True)
class Measurement:
    """A system, row by row and problem by problem."""

    system: System
    said: Sequence[Answer]
    answers: Sequence[str | None]
    match: Sequence[float]
    """1 where the answer is the gold one by our own comparison, else 0."""
    claimed: Sequence[float]
    """The scores of its author, row by row."""
    scores: Sequence[float]
    """The scores that count, row by row."""
    each: Sequence[float]
    """The same problem by problem, in the order in which they come first."""
    again: Rereading


def samples_for(n: int) -> int:
    """Random draws for `n` problems: fewer where each costs more and blurs less."""
    return max(500, min(10_000, 20_000_000 // max(1, n)))


def means_differ(a: Sequence[float], b: Sequence[float]) -> bool:
    """Tell whether two ways to score the same problems differ beyond both their intervals."""
    both = [
        (mean(scores), share(scores, CONFIDENCE, samples_for(len(scores)))) for scores in (a, b)
    ]
    (ours, mine), (theirs, their) = both
    return not mine.low <= theirs <= mine.high and not their.low <= ours <= their.high


def measure(name: str, said: Sequence[Answer], key: AnswerKey) -> Measurement:
    """Count a system's answers, by our own comparison where answers are classes.

    Where answers are open, the score that its author gave a row stands: two ways of writing a
    number may well be the same answer.
    """
    answers = [_parse(s.answer, key) for s in said]
    match = [float(key.matches(a, g)) for a, g in zip(answers, key.gold, strict=True)]
    claimed = [m if s.score is None else s.score for m, s in zip(match, said, strict=True)]
    scores = match if key.classes else claimed
    again = _reread_replies(said, scores, key)
    each = key.each(scores)
    low, high = share(each, CONFIDENCE, samples_for(len(each)))
    system = System(
        name=name,
        n=len(said),
        right=sum(score >= 1 for score in scores),
        accuracy=mean(each),
        low=low,
        high=high,
        claimed=mean(key.each(claimed)),
        reread=mean(key.each(again.scores)) if again.carried else None,
        misread=len(again.misread),
        overread=len(again.overread),
        cut=len(again.cut),
        unparsed=sum(answer is None for answer in answers),
        **answer_habits(key.gold, answers, classes=bool(key.classes)),
    )
    return Measurement(system, said, answers, match, claimed, scores, each, again)


def _parse(answer: str | None, key: AnswerKey) -> str | None:
    return key.canonical(answer) if answer is not None and answer.strip() else None


def _reread_replies(said: Sequence[Answer], scores: Sequence[float], key: AnswerKey) -> Rereading:
    classes = tuple(key.classes)
    conclusions = [
        conclusion(s.reply, key.reader, classes, numeric=_is_number(gold)) if s.reply else None
        for s, gold in zip(said, key.gold, strict=True)
    ]
    misread, over, cut, broken = [], [], [], []
    again = list(scores)
    for i, (one, ends, gold) in enumerate(zip(said, conclusions, key.gold, strict=True)):
        concluded = ends is not None and key.matches(key.canonical(ends), gold)
        if scores[i] < 1 and concluded:
            misread.append(i)
            again[i] = 1.0
        elif scores[i] < 1 and one.truncated:
            cut.append(i)
        elif scores[i] < 1 and one.reply and seems_cut_short(one.reply, ends is not None):
            broken.append(i)
        # Open answers can be written in many ways: only another class is surely another answer.
        elif scores[i] >= 1 and classes and ends is not None and not concluded:
            over.append(i)
            again[i] = 0.0
    return Rereading(conclusions, any(s.reply for s in said), misread, over, cut, broken, again)


def _is_number(answer: str) -> bool:
    """Tell whether an answer in plain form is a number."""
    return re.fullmatch(r"-?\d+(?:\.\d+|/\d+)?", answer) is not None
