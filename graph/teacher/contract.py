"""Teacher's contract: read a batch, say what would have helped, propose edits, show how.

Two fulfil it: any model (`model.py`) and the domain's own rulebook (`rulebook.py`), which needs no
language model and says so in every report.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import ValidationError

from ...domains.contract import Guide, Problem
from ...models.contract import Model, Reply, Request
from ...store.edits import Edit, EditError
from ...store.errors import StoreError
from ...store.events import AttemptJudged, Decision
from ...store.rules import Strategy

LONGEST_LESSON = 2_000
"""Characters of a lesson of a model's; of a longer one the head is kept, with a mark."""
LONGEST_RATIONALE = 600
"""Characters of an edit's rationale, likewise."""
LONGEST_STEP, MOST_STEPS = 80, 20
"""Characters of the name of a kind of step, and kinds that one rule of a draft may name."""
MOST_PARTS = 12
"""Rules that one edit of a model may merge, or split one into. Texts of rules: `edits.Body`."""
NOTHING_MORE = "The teacher has nothing more to propose."
"""Reason of a refusal behind which no more is asked in its round."""

Ask = Callable[[Sequence[tuple[str, Request]]], Sequence[Reply]]
"""Journaled model calls, made at once where that can be: slot suffixes and requests in, replies out
in the same order."""


@dataclass(frozen=True)
class ShownAttempt:
    """One attempt as the teacher reads it."""

    problem: Problem
    attempt: AttemptJudged
    reply: str
    solution: str = ""
    """A reply judged right, where nobody had solved the problem before: the gap is closed."""


@dataclass(frozen=True)
class Effect:
    """Result of a gate for a candidate, with the candidate's edits."""

    edits: tuple[Edit, ...]
    incumbent: str
    """Hash of the version it was measured against."""
    decision: Decision
    gain: float
    low: float
    high: float
    pairs: int = 0
    """Problems both arms answered; 0 where it was refused before any was asked."""
    wins: int = 0
    losses: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Situation:
    """State of a round that a teacher proposes from."""

    guide: Guide
    strategy: Strategy
    """The version to improve."""
    failure_modes: Mapping[str, int]
    """Measured in this round: failure mode -> attempts that show it."""
    failures: Sequence[frozenset[str]]
    """The failure modes of each failed attempt that was read."""
    lessons: Sequence[str]
    effects: Sequence[Effect]
    """Everything this run's gates have measured, oldest first."""
    because: tuple[str, ...]
    """Slots of the failed attempts, for the edits to point to."""
    taken: Sequence[tuple[Edit, ...]]
    """Edits of this round's earlier candidates: propose something else."""
    edits: int = 4
    """Most edits this candidate may hold."""
    near_duplicates: Sequence[tuple[str, str]] = ()
    """Pairs of rules that say nearly the same: to be merged."""
    worth: Mapping[str, str] = field(default_factory=dict)
    """Rule id -> what the rule was measured to be worth, in one line."""
    refused: Sequence[str] = ()
    """Why earlier proposals of this run never became a version, oldest first."""
    strategy_tokens: int = 1500
    """Most tokens the whole strategy may have."""
    evidence: Sequence[ShownAttempt] = ()
    """The attempts that the lessons come from, for a model that names which of them count."""


class Unusable(ValueError):
    """The teacher's reply cannot become lessons or edits; the message says why."""


class Forbidden(Unusable):
    """It carries what must be kept nowhere, an order or a secret: neither does the message."""


@contextmanager
def unusable_otherwise() -> Iterator[None]:
    """Raise Forbidden for whatever a strange reply brings about while it is read.

    The reply is recorded: an exception that ended the run would end every resume in its place. And
    what was not read to its end was not screened either.
    """
    try:
        yield
    except (StoreError, EditError, Unusable):
        raise
    except ValidationError as error:
        fault = error.errors()[0]
        raise Forbidden(
            f"It does not fit at {_place(fault['loc'])}: {fault['msg'][:200]}."
        ) from None
    except _STRANGE as error:
        raise Forbidden(f"It cannot be read ({type(error).__name__}).") from error


_STRANGE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError,
            MemoryError)  # fmt: skip


def _place(parts: Sequence[int | str]) -> str:
    return ".".join(str(part)[:40] for part in parts[:8])


def shorten(text: str, longest: int) -> str:
    """Return `text`, or its head with a mark."""
    return text if len(text) <= longest else f"{text[:longest].rstrip()} [cut]"


class Teacher(Protocol):
    """Role that finds the strategy."""

    name: str
    model: Model | None
    """Model that solves in discovery rounds; None where the teacher never fails, students solve."""
    reads: int | None
    """Number of attempts it reads in one reflection; None for all."""

    def reflect(
        self, ask: Ask, guide: Guide, strategy: Strategy, seen: Sequence[ShownAttempt]
    ) -> list[str]:
        """Lessons from a batch: attempts of one problem stand together, failures first.

        Raises Unusable.
        """

    def propose(self, ask: Ask, situation: Situation) -> tuple[Edit, ...]:
        """Edits that make one candidate; none when there is nothing to propose. Raises Unusable."""

    def demonstration(self, guide: Guide, problem: Problem, strategy: Strategy) -> Request | None:
        """Request for a worked solution that follows `strategy`; None where it can show none.

        Its model is asked, for many problems at once; the domain judges what comes.
        """
