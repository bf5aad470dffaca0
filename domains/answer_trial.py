"""Tries a judge on rewritings of right answers, and on near misses of them."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .contract import AnswerKind, AnswerKinds, Problem
from .rewritings import (
    AnswerFrame,
    TrialReply,
    near_misses,
    off_by_a_digit,
    rewritings,
    shown_kind,
)
from .trial import CheckRemark, Level, Misjudged, ReadingRate, Trial

PROBLEMS = 20
"""Of each kind of answer, so many problems are tried."""
LONGEST = 80
"""Characters of a bare solution that is an answer and no more."""


@dataclass(frozen=True)
class _Case:
    problem: Problem
    kind: AnswerKind
    frame: AnswerFrame


def check_answers(trial: Trial) -> Iterator[CheckRemark]:
    """Check that answers are read as people write them, and measure how often they are."""
    rates = [_measure(trial, cases) for cases in _cases(trial).values()]
    trial.rates = [rate for rate in rates if rate.rewritings]
    for rate in trial.rates:
        some = [(rate.refused, "is not right"), (rate.accepted, "is right")]
        shown = [f"{found[0].as_text()} {said}" for found, said in some if found]
        if shown:
            level: Level = "fault" if rate.declared else "note"
            yield level, "; ".join([rate.as_text(), *shown])
    if trial.rates and not any(rate.refused or rate.accepted for rate in trial.rates):
        yield "ok", "as people write them, and none that is only nearly right"


def _cases(trial: Trial) -> Mapping[AnswerKind, Sequence[_Case]]:
    """Group problems by the kind of their answers: those whose bare solution is one short line."""
    found = defaultdict[AnswerKind, list[_Case]](list)
    short = [problem for problem in trial.all if _is_short(problem.answer)]
    for problem in random.Random(0).sample(short, len(short)):
        kind = trial.declared_kind(problem)
        if kind is None:
            kind = shown_kind(problem.answer, trial.domain.guide.classes)
        if kind and len(found[kind]) < PROBLEMS:
            frame = frame_of(trial.solution(problem, frozenset()), problem.answer)
            found[kind] += [_Case(problem, kind, frame)] if frame else []
    return {kind: found[kind] for kind in sorted(found) if found[kind]}


def _is_short(answer: str) -> bool:
    return bool(answer) and len(answer) <= LONGEST and "\n" not in answer


def frame_of(solution: str | None, answer: str) -> AnswerFrame | None:
    """Return what stands around `answer` in a bare solution; None where that is no short line."""
    before, found, after = (solution or "").rpartition(answer)
    return AnswerFrame(before, after) if found and _is_short(before + answer + after) else None


def _measure(trial: Trial, cases: Sequence[_Case]) -> ReadingRate:
    rewritten, near = list[tuple[_Case, TrialReply]](), list[tuple[_Case, TrialReply]]()
    for case in cases:
        if other := _other_answer(trial, case, cases):
            asked = (case.kind, case.frame, case.problem.answer, other)
            rewritten += [(case, reply) for reply in rewritings(*asked)]
            near += [(case, reply) for reply in near_misses(*asked)]
    return ReadingRate(
        cases[0].kind,
        isinstance(trial.domain, AnswerKinds),
        len(rewritten),
        _list_mistakes(trial, rewritten, right=False),
        len(near),
        _list_mistakes(trial, near, right=True),
    )


def _list_mistakes(
    trial: Trial, replies: Sequence[tuple[_Case, TrialReply]], *, right: bool
) -> tuple[Misjudged, ...]:
    """Return those of the replies that the judge finds right, or those that it does not."""
    return tuple(
        Misjudged(case.problem.answer, reply.production, reply.text)
        for case, reply in replies
        if _is_right(trial, case, reply.text) == right
    )


def _is_right(trial: Trial, case: _Case, reply: str) -> bool:
    verdict = trial.judge(case.problem, reply)
    return verdict.outcome == "right" or verdict.score >= 1.0


def _other_answer(trial: Trial, case: _Case, cases: Sequence[_Case]) -> str | None:
    """Return a wrong answer of the same kind; None where there is none to be found."""
    answer = case.problem.answer
    if case.kind == "class":
        others = [it for it in trial.domain.guide.classes if it != answer]
    elif case.kind in ("set", "text"):
        # Several answers may be right, as of an order of jobs: the judge says which one is not.
        near = [it.problem.answer for it in cases if _are_separate(it.problem.answer, answer)]
        others = [it for it in near if not _is_right(trial, case, case.frame.write(it))]
    else:
        others = [off_by_a_digit(answer)]
    return next(iter(others), None)


def _are_separate(one: str, other: str) -> bool:
    """Tell whether neither text is a part of the other."""
    small, large = sorted((one.casefold(), other.casefold()), key=len)
    return small not in large
