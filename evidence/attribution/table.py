"""Attribution table: which gains come from the base model, the prompt or the weights."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..intervals import Interval
from ..metrics import answer_habits
from ..pairs import require_one_judge
from .contrasts import Contrast, between_arms, internalisation, mean, over_floor, share

Arm = tuple[str, str, bool]
"""Split, student, and whether the strategy stood in its prompt."""


@dataclass(frozen=True)
class JudgedReply:
    """One judged reply of one arm."""

    problem: str
    score: float | None
    """None when an infrastructure error took the reply."""
    outcome: str
    """right, wrong, unparsed or error."""
    answer: str | None
    """As read from the reply; None when unparsed."""
    label: str
    """The reference answer."""
    topic: str = ""
    difficulty: int = 0
    judge: str = ""
    """Name and version of the judge that read it; empty where nobody knows."""


@dataclass(frozen=True)
class Row:
    """Results of one arm on one split."""

    split: str
    student: str
    strategy: bool
    n: int
    """Replies that were judged; those lost to errors are not among them."""
    right: int
    accuracy: float
    low: float
    high: float
    floor: float
    unparsed: int
    balanced_accuracy: float | None = None
    """Where answers are classes."""
    mcc: float | None = None
    missing: int = 0
    """Replies lost to errors; the accuracy is of the others."""
    shift: float | None = None
    """How far its answers are from coming as often as they should, 0 to 1; where classes."""
    usual: str | None = None
    """The answer it gives most often; None where none could be read."""
    usual_share: float | None = None
    """Share of that answer among those that could be read."""
    constant: str | None = None
    """The answer that it gives whatever is asked, or nearly so: it knows nothing of the task."""


@dataclass(frozen=True)
class Slice:
    """Results of one arm on the problems of one topic or one difficulty."""

    split: str
    student: str
    strategy: bool
    of: str
    n: int
    right: int
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class Attribution:
    """Every arm, every contrast, and how much of the words' help went into the weights."""

    rows: tuple[Row, ...]
    contrasts: tuple[Contrast, ...]
    internalisation: Mapping[str, float | None]
    """By split: (tuned without prompt - base) / (base with prompt - base); None is undefined."""
    per_topic: tuple[Slice, ...] = ()
    per_difficulty: tuple[Slice, ...] = ()

    def row(self, split: str, student: str, strategy: bool = False) -> Row | None:
        wanted = (split, student, strategy)
        return next((r for r in self.rows if (r.split, r.student, r.strategy) == wanted), None)

    def contrast(self, split: str, name: str) -> Contrast | None:
        return next((c for c in self.contrasts if (c.split, c.name) == (split, name)), None)

    def as_json(self) -> dict[str, Any]:
        data = asdict(self)
        for row, contrast in zip(data["contrasts"], self.contrasts, strict=True):
            row |= {"exact": not contrast.draws, "parted": contrast.disagrees}
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Attribution":
        # `exact` and `parted` of a contrast follow from the rest.
        kept = (
            {name: it for name, it in row.items() if name not in ("exact", "parted")}
            for row in data["contrasts"]
        )
        return cls(
            rows=tuple(Row(**row) for row in data["rows"]),
            contrasts=tuple(Contrast(**row) for row in kept),
            internalisation=dict(data["internalisation"]),
            per_topic=tuple(Slice(**part) for part in data["per_topic"]),
            per_difficulty=tuple(Slice(**part) for part in data["per_difficulty"]),
        )


def table(
    arms: Mapping[Arm, Sequence[JudgedReply]],
    *,
    floors: Mapping[str, float] | None = None,
    floor_right: Mapping[str, Mapping[str, float]] | None = None,
    classes: Sequence[str] = (),
    confidence: float = 0.95,
    seed: int = 0,
) -> Attribution:
    """Count every arm and compare them problem by problem.

    `floors` gives the best floor of each split; a split without one gets the share of its most
    frequent label. `floor_right` gives the floor predictor's score on each problem, so that
    beating it is a paired question; else the floor is taken as a fixed number. With `classes`
    the rows hold balanced accuracy and MCC. Several replies of an arm to one problem are
    averaged before arms are compared. Raises MixedJudges where not all were read by one judge.
    """
    require_one_judge(reply.judge for replies in arms.values() for reply in replies)
    floor = {split: _majority(arms, split) for split, _, _ in arms} | dict(floors or {})
    splits = list(dict.fromkeys(split for split, _, _ in arms))
    contrasts: list[Contrast] = []
    internal: dict[str, float | None] = {}
    for split in splits:
        scores = {(s, with_it): _scores(a) for (sp, s, with_it), a in arms.items() if sp == split}
        contrasts += between_arms(split, scores, confidence, seed)
        right = (floor_right or {}).get(split)
        contrasts += over_floor(split, scores, floor[split], right, confidence, seed)
        internal[split] = internalisation(scores, confidence, seed)
    return Attribution(
        rows=tuple(_row(arm, a, floor[arm[0]], classes, confidence) for arm, a in arms.items()),
        contrasts=tuple(contrasts),
        internalisation=internal,
        per_topic=_slices(arms, lambda answered: answered.topic, confidence),
        per_difficulty=_slices(arms, lambda answered: answered.difficulty, confidence),
    )


def _row(
    arm: Arm,
    answers: Sequence[JudgedReply],
    floor: float,
    classes: Sequence[str],
    confidence: float,
) -> Row:
    split, student, strategy = arm
    judged = [a for a in answers if a.score is not None]
    n, right, accuracy, (low, high) = _count(judged, confidence)
    labels, said = [a.label for a in judged], [a.answer for a in judged]
    return Row(
        split=split,
        student=student,
        strategy=strategy,
        n=n,
        right=right,
        accuracy=accuracy,
        low=low,
        high=high,
        floor=floor,
        unparsed=sum(a.outcome == "unparsed" for a in judged),
        missing=len(answers) - n,
        **answer_habits(labels, said, classes=bool(classes)),
    )


def _slices(
    arms: Mapping[Arm, Sequence[JudgedReply]],
    by: Callable[[JudgedReply], str | int],
    confidence: float,
) -> tuple[Slice, ...]:
    found = []
    for (split, student, strategy), answers in arms.items():
        parts: dict[Any, list[JudgedReply]] = defaultdict(list)
        for answered in answers:
            if answered.score is not None:
                parts[by(answered)].append(answered)
        for value in sorted(parts):
            n, right, accuracy, (low, high) = _count(parts[value], confidence)
            found.append(Slice(split, student, strategy, str(value), n, right, accuracy, low, high))
    return tuple(found)


def _count(judged: Sequence[JudgedReply], confidence: float) -> tuple[int, int, float, Interval]:
    scores = [a.score for a in judged if a.score is not None]
    each = _scores(judged)
    # Several replies to one problem are not independent: then only problems are counted on.
    spread = scores if len(each) == len(scores) else list(each.values())
    right = sum(score >= 1 for score in scores)
    return len(scores), right, mean(scores), share(spread, confidence)


def _scores(answers: Sequence[JudgedReply]) -> dict[str, float]:
    """Mean score on each problem; problems that only met errors are left out."""
    each: dict[str, list[float]] = defaultdict(list)
    for answered in answers:
        if answered.score is not None:
            each[answered.problem].append(answered.score)
    return {problem: mean(scores) for problem, scores in each.items()}


def _majority(arms: Mapping[Arm, Sequence[JudgedReply]], split: str) -> float:
    labels = {
        a.problem: a.label for arm, answers in arms.items() if arm[0] == split for a in answers
    }
    return max(Counter(labels.values()).values()) / len(labels) if labels else 0.0
