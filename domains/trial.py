"""Tries a domain out: asks it, keeps what it gave, and says what it was asked where it raises."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeVar, get_args

from .contract import (
    AnswerKind,
    AnswerKinds,
    Domain,
    NotEnoughProblems,
    Pair,
    Planted,
    Problem,
    Split,
    Verdict,
)
from .identity import only_numbers

T = TypeVar("T")

MOST = 6_000
"""Of an endless split, "every problem" means so many."""


Level = Literal["ok", "note", "fault"]
CheckRemark = tuple[Level, str]
"""A finding of a check, and a sentence about it."""


@dataclass(frozen=True)
class CheckResult:
    """Result of one check."""

    name: str
    level: Level
    """A note is worth knowing; a fault makes results worthless."""
    said: str


class TrialFloor(NamedTuple):
    """Shares of a split that are right without looking into its problems."""

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


@dataclass(frozen=True)
class Misjudged:
    """A reply that the judge took for what it is not."""

    answer: str
    """The right one."""
    production: str
    """How the reply was made from it, in a few words."""
    reply: str

    def as_text(self) -> str:
        return f"{self.reply!r} for {self.answer!r} ({self.production})"


@dataclass(frozen=True)
class ReadingRate:
    """Counts of how answers of one kind were judged."""

    kind: AnswerKind
    declared: bool
    """False: the kind is the one that the reference answers look like."""
    rewritings: int
    refused: tuple[Misjudged, ...]
    """Rewritings that were not right."""
    near_misses: int
    accepted: tuple[Misjudged, ...]
    """Near misses that were."""

    def as_text(self) -> str:
        right = self.rewritings - len(self.refused)
        return (
            f"{self.kind}: {right} of {self.rewritings} rewritings right, "
            f"{len(self.accepted)} of {self.near_misses} near misses"
        )


class FloorsOf(Protocol):
    """Computes floors from numbers alone; `tutelage.evidence.split_floors` is one."""

    def __call__(
        self,
        labels: Mapping[str, Sequence[str]],
        features: Mapping[str, Sequence[Mapping[str, float]]],
        fitted_on: str,
    ) -> Mapping[str, tuple[float, float, str]]:
        """Return `constant`, `stump`, `question` of each split with problems; see TrialFloor."""


class DomainRaised(Exception):
    """The domain raised where it should have answered; the message says what it was asked."""


def _call(what: str, call: Callable[[], T]) -> T:
    try:
        return call()
    except NotEnoughProblems:
        raise
    except Exception as error:  # The domain is a stranger's: it may raise anything.
        raise DomainRaised(f"{what} raised {error!r}") from error


class Trial:
    """A domain, and what it gave when it was asked."""

    def __init__(
        self, domain: Domain, n: int | None, floors_of: FloorsOf | None = None, seed: int = 0
    ) -> None:
        """`n` problems of every split; None: all there are, up to MOST."""
        self.domain, self.n, self._floors_of, self._seed = domain, n, floors_of, seed
        self.problems: dict[Split, Sequence[Problem]] = {}
        self.floors: Sequence[TrialFloor] = ()
        self.rates: Sequence[ReadingRate] = ()

    def ask(self, split: Split, n: int, seed: int) -> list[Problem]:
        """Ask for problems. Raises NotEnoughProblems, or DomainRaised for all else."""
        what = f"problems({split!r}, {n}, {seed})"
        given = _call(what, lambda: list(self.domain.problems(split, n, seed)))
        for one in given:
            if not isinstance(one, Problem):
                raise DomainRaised(f"{what} gave {one!r:.80}: build each with `problem(...)`")
        return given

    def gather(self, split: Split) -> tuple[list[Problem], str]:
        """Gather the problems to go by, and say what is wrong with their number.

        Where there are too few, as many as there are: the largest number that is not refused.
        """
        wanted = self.n or 128
        found, missing = self._try(split, wanted)
        while self.n is None and not missing and wanted < MOST:
            wanted = min(2 * wanted, MOST)
            more, missing = self._try(split, wanted)
            found = more or found
        if missing:
            found = self._largest(split, found, wanted)
            missing = "" if self.n is None and found else missing
        return found, missing

    def _largest(self, split: Split, found: list[Problem], refused: int) -> list[Problem]:
        low = len(found)
        while refused - low > 1:
            middle = (low + refused) // 2
            more, _ = self._try(split, middle)
            low, refused = (middle, refused) if more else (low, middle)
            found = more or found
        return found

    def _try(self, split: Split, n: int) -> tuple[list[Problem], str]:
        try:
            given = self.ask(split, n, self._seed)
        except NotEnoughProblems as error:
            return [], str(error)
        if len(given) != n:
            raise DomainRaised(f"{split} gave {len(given)} problems when asked for {n}")
        return given, ""

    def pairs(self, planted: Planted) -> list[Pair]:
        n = self.n or 128
        return _call(f"planted_pairs({n}, 0)", lambda: list(planted.planted_pairs(n, 0)))

    def judge(self, problem: Problem, reply: str) -> Verdict:
        what = f"judge of {problem.id} with the reply {reply!r:.80}"
        verdict = _call(what, lambda: self.domain.judge(problem, reply))
        if not isinstance(verdict, Verdict):
            raise DomainRaised(f"{what} gave {verdict!r:.80}, no Verdict")
        return verdict

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        return _call(f"solution of {problem.id}", lambda: self.domain.solution(problem, steps))

    def declared_kind(self, problem: Problem) -> AnswerKind | None:
        """Return the kind of answer that the domain says; None where it says nothing of kinds."""
        if not isinstance(domain := self.domain, AnswerKinds):
            return None
        what = f"answer_kind of {problem.id}"
        kind = _call(what, lambda: domain.answer_kind(problem))
        if kind not in (known := get_args(AnswerKind)):
            raise DomainRaised(f"{what} gave {kind!r:.80}: wanted one of {known}")
        return kind

    @property
    def all(self) -> list[Problem]:
        return [problem for problems in self.problems.values() for problem in problems]

    def ways(self) -> list[frozenset[str] | None]:
        """Choices of steps for a solution: all, none, each alone."""
        kinds = self.domain.guide.step_kinds
        return [None, frozenset(), *(frozenset({kind}) for kind in kinds), frozenset(kinds)]

    def measure_floors(self) -> None:
        """Compute the floors of every split. Raises BadFeature."""
        for problem in self.all:
            only_numbers(problem.features, f"the problem {problem.id}")
        if self._floors_of is not None:
            answers = {
                str(split): [p.answer for p in some] for split, some in self.problems.items()
            }
            features = {
                str(split): [p.features for p in some] for split, some in self.problems.items()
            }
            found = self._floors_of(answers, features, "train")
            self.floors = [
                TrialFloor(split, len(some), *found[split])
                for split, some in self.problems.items()
                if some
            ]
