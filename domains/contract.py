"""The contract of a domain: it makes problems, judges replies, and can show worked solutions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, get_args, runtime_checkable

from .reading.contract import Reading

Split = Literal["train", "val", "test", "ood"]
SPLITS: tuple[Split, ...] = get_args(Split)
Outcome = Literal["right", "wrong", "unparsed", "error"]
AnswerKind = Literal["", "number", "quantity", "expression", "class", "set", "text"]
"""Kind of a right answer; a quantity is a number with a unit, the empty one is none of them."""


@dataclass(frozen=True)
class Problem:
    """One task. Build it with `domains.problem(...)`, which names it by its canonical form."""

    id: str
    """First 16 hex digits of the SHA-256 of the canonical form: same task, same id."""
    text: str
    """What the model reads; the reply format is in the guide, not here."""
    topic: str
    difficulty: int
    """1 is easiest; what it counts is the domain's to say."""
    answer: str
    """The reference answer (a class where answers are classes). Never part of a prompt."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """JSON values from which `judge` and `solution` work."""
    features: Mapping[str, float] = field(default_factory=dict)
    """Shallow facts of the problem, from which floors are computed."""


@dataclass(frozen=True)
class Verdict:
    """A judged reply."""

    score: float
    """0.0 wrong, 1.0 right; a fraction where partial credit makes sense."""
    outcome: Outcome
    feedback: str
    """One sentence that a student could learn from."""
    failure_modes: tuple[str, ...] = ()
    """Names from the guide's failure modes; empty when the reply is right."""
    answer: str | None = None
    """The answer as it was read from the reply; None when unparsed."""
    judged_by: str = ""
    """What judged, where that can differ from machine to machine or from run to run.

    `zygote+ns: Landlock 7 and seccomp in namespaces of its own`, or the name of a model; empty
    where judging is arithmetic.
    """
    doubt: str = ""
    """Why two ways of judging disagreed, in one sentence; empty where they agree."""


RULE_LIMITS = {"section": 80, "text": 600, "when": 300, "when_not": 300}
"""Field of a rule -> most characters; each is one line."""


@dataclass(frozen=True)
class ExpertRule:
    """One instruction an expert of the domain would give, right or wrong: gates find out."""

    name: str
    section: str
    text: str
    steps: frozenset[str] = frozenset()
    """Kinds of steps that a solution following this rule writes out; none: it only advises."""
    addresses: frozenset[str] = frozenset()
    """Failure modes it is meant to cure."""
    when: str = ""
    when_not: str = ""


@dataclass(frozen=True)
class Guide:
    """Names and descriptions of a domain, for people, prompts and teachers."""

    description: str
    """One sentence: the capability."""
    reply_format: str
    """How a reply must end to be judged; the last line of every prompt's system part."""
    step_kinds: Mapping[str, str]
    """Kind of step -> what a solution that writes it out does. Order is the writing order."""
    failure_modes: Mapping[str, str]
    """Failure mode -> what it means."""
    classes: tuple[str, ...] = ()
    """The possible answers where answers are classes."""
    rules: tuple[ExpertRule, ...] = ()
    max_tokens: int = 256
    """A reply longer than this is cut."""


class Domain(Protocol):
    """A capability to transfer. See docs/domains.md for a whole one in one page."""

    name: str
    task_type: str
    guide: Guide

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return `n` distinct problems of `split`: same arguments, same problems, same order.

        Raises NotEnoughProblems when the split has fewer than `n`.
        """

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Score one reply. Never raises: a bad reply is data."""

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        """A worked solution that writes out `steps` (None: all kinds), or None if there is none.

        An empty set gives the bare answer, which is the labels-only control.
        """


@runtime_checkable
class Partial(Protocol):
    """Optional part of a domain that does not fill every split.

    One without `train` is for evaluation only: nothing may learn from it.
    """

    splits: tuple[Split, ...]
    """Those that hold problems; of the others `problems` raises NotEnoughProblems."""


def held_splits(domain: Domain) -> tuple[Split, ...]:
    """The splits in which a domain has problems."""
    return domain.splits if isinstance(domain, Partial) else SPLITS


@runtime_checkable
class Versioned(Protocol):
    """Optional part of a domain whose judge has a version, as ours all have."""

    judge_version: int
    """Raised by one whenever some reply is judged otherwise than before.

    A run that goes on under another version reads its recorded replies again before it compares.
    """


@runtime_checkable
class AnswerKinds(Protocol):
    """Optional part of a domain that says of which kind its right answers are.

    `domains check` then holds its judge to it: whatever says the same must be right, and a near
    miss must not. Without it, what the judge misreads is worth a note.
    """

    def answer_kind(self, problem: Problem) -> AnswerKind:
        """Return the kind; the empty one where another number, expression or set is right too."""


@runtime_checkable
class Readable(Protocol):
    """Optional part of a domain that shows how it reads a reply, as `domains read` prints it."""

    def reading(self, problem: Problem, reply: str) -> Reading[Any]:
        """Return what `judge` goes by, with the steps that led to it. Never raises."""


@dataclass(frozen=True)
class Pair:
    """Two replies to one problem, of which a judge worth believing scores the first one higher."""

    problem: Problem
    better: str
    worse: str
    damage: str
    """What was done to the worse one, in a few words."""


@runtime_checkable
class Planted(Protocol):
    """Optional part of a domain whose tasks have no reference answer: pairs that test its judge.

    A second promise and not a fourth method of `Domain`, because only such domains keep it.
    """

    def planted_pairs(self, n: int, seed: int) -> Sequence[Pair]:
        """Return up to `n` pairs whose order nobody would dispute: same arguments, same pairs."""


@dataclass(frozen=True)
class Belief:
    """Result of trying the judging model on planted pairs: is it believed?"""

    usable: bool
    """False: its verdicts are not scored."""
    said: str


@runtime_checkable
class ModelJudged(Protocol):
    """Optional part of a domain whose judge may ask a model."""

    def belief(self) -> Belief | None:
        """Try the model on planted pairs, once; None where no model is given."""


class BadFeature(TypeError):
    """A feature of a problem is no finite number, so no floor can be computed from it."""


class NotEnoughProblems(ValueError):
    """A split was asked for more problems than it holds."""
