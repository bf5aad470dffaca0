"""A domain while it is on trial: where it raises, it is told what it was asked."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from .contract import Domain, NotEnoughProblems, Pair, Planted, Problem, Split, Verdict
from .floors import Floor

T = TypeVar("T")

MOST = 6_000
"""Of an endless split, "every problem" means so many."""


class Raised(Exception):
    """The domain raised where it should have answered; says what it was asked."""


def _asked(what: str, call: Callable[[], T]) -> T:
    try:
        return call()
    except NotEnoughProblems:
        raise
    except Exception as error:  # The domain is a stranger's: it may raise anything.
        raise Raised(f"{what} raised {error!r}") from error


class Trial:
    """The domain and what it gave when it was asked."""

    def __init__(self, domain: Domain, n: int | None) -> None:
        """`n` problems of every split; None: all there are, up to MOST."""
        self.domain, self.n = domain, n
        self.problems: dict[Split, Sequence[Problem]] = {}
        self.floors: Sequence[Floor] = ()

    def ask(self, split: Split, n: int, seed: int) -> list[Problem]:
        """The domain's problems. Raises NotEnoughProblems, or Raised for all else."""
        what = f"problems({split!r}, {n}, {seed})"
        given = _asked(what, lambda: list(self.domain.problems(split, n, seed)))
        for one in given:
            if not isinstance(one, Problem):
                raise Raised(f"{what} gave {one!r:.80}: build each with `problem(...)`")
        return given

    def gather(self, split: Split) -> tuple[list[Problem], str]:
        """The problems to go by, and what is wrong with their number.

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
            given = self.ask(split, n, 0)
        except NotEnoughProblems as error:
            return [], str(error)
        if len(given) != n:
            raise Raised(f"{split} gave {len(given)} problems when asked for {n}")
        return given, ""

    def pairs(self, planted: Planted) -> list[Pair]:
        n = self.n or 128
        return _asked(f"planted({n}, 0)", lambda: list(planted.planted(n, 0)))

    def judge(self, problem: Problem, reply: str) -> Verdict:
        what = f"judge of {problem.id} with the reply {reply!r:.80}"
        verdict = _asked(what, lambda: self.domain.judge(problem, reply))
        if not isinstance(verdict, Verdict):
            raise Raised(f"{what} gave {verdict!r:.80}, no Verdict")
        return verdict

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        return _asked(f"solution of {problem.id}", lambda: self.domain.solution(problem, steps))

    @property
    def all(self) -> list[Problem]:
        return [problem for problems in self.problems.values() for problem in problems]

    def ways(self) -> list[frozenset[str] | None]:
        """All steps, no steps, each step alone."""
        kinds = self.domain.guide.step_kinds
        return [None, frozenset(), *(frozenset({kind}) for kind in kinds), frozenset(kinds)]
