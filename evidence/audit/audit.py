"""Audits a claim: does a system beat its floor, and what makes its number doubtful?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..attribution.contrasts import compare, mean
from ..floors import Floor, all_floors, highest
from ..intervals import is_binary
from ..leaks import wording
from ..pairs import differences, sign_flip_resolution
from .doubts import SHOWN, Doubt, find_contradictions, find_doubts, find_repeats, short
from .replies import Reader
from .results import (
    Result,
    answer_key,
    classes_of,
    do_ids_name_problems,
    first_answer,
    leave_out,
    second_answer,
    split_rows,
)
from .systems import CONFIDENCE, AnswerKey, Measurement, System, measure, samples_for


@dataclass(frozen=True)
class ClaimTest:
    """The claim against something that it must beat, problem by problem."""

    against: str
    accuracy: float
    """Of what must be beaten."""
    gain: float
    low: float
    high: float
    p: float
    """Two-sided."""
    n: int
    test: str
    beaten: bool
    """Interval and test both say that the gain is above zero."""
    resolution: float = 0.0
    """The smallest p that the test could have found; 0 where it is exact."""

    @property
    def p_text(self) -> str:
        """`= 0.031`, `~ 0.031` by random patterns, `<= 0.0002` where so many cannot say less."""
        if self.p <= self.resolution:
            return f"<= {self.resolution:.2g}"
        if self.resolution:
            return f"~ {self.p:.2g}"
        return "< 1e-12" if self.p < 1e-12 else f"= {self.p:.2g}"

    def as_text(self) -> str:
        """The gain with its interval, and the test with its p-value."""
        return (
            f"{100 * self.gain:+.1f} points, {100 * self.low:+.1f} to {100 * self.high:+.1f}; "
            f"{self.test}, p {self.p_text}"
        )


@dataclass(frozen=True)
class Audit:
    """The verdict on a claim, with everything that it rests on."""

    stands: bool
    sentence: str
    """The verdict, to be quoted."""
    rows: int
    problems: int
    """Different ones: the tests count these."""
    classes: tuple[str, ...]
    """Empty where answers are open."""
    floor: str
    """The best predictor that knows nothing of the task."""
    floors: Mapping[str, float]
    system: System
    second: System | None
    tests: tuple[ClaimTest, ...]
    findings: tuple[Doubt, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def audit(
    results: Sequence[Result],
    reader: Reader,
    *,
    name: str = "the system",
    second: str = "",
    classes: Sequence[str] = (),
    split: str = "",
) -> Audit:
    """Judge the claim that `name` solves these problems, and better than `second` if it is named.

    The claim stands where the system beats the best floor, and the second system, on the same
    problems by an exact test and its interval; and where neither a parser, nor a token limit, nor
    problems that it was trained on made the number. `split` picks the rows to judge: by default
    `test` where there is one, else all but training's. `reader` knows how answers are written and
    where replies give them. Raises ValueError where there are none.
    """
    asked, trained = split_rows(results, split)
    by_id = do_ids_name_problems(results, reader)
    clean = leave_out(asked, trained, by_id, reader)
    rows = clean or asked
    key = answer_key(rows, classes_of(asked, classes, reader), by_id, reader)
    ours = measure(name, [first_answer(row) for row in rows], key)
    theirs = measure(second, [second_answer(row) for row in rows], key) if second else None
    found = _floors(rows, trained, key)
    tests = _tests(highest(found), ours, theirs, key)
    doubts = [
        *_overlap_with_training(asked, clean),
        *(_lacking_gain(ours.system, test) for test in tests if not test.beaten),
        *_all_doubts(rows, ours, theirs, key),
    ]
    refusing = [doubt.said for doubt in doubts if doubt.refuses]
    return Audit(
        stands=not refusing,
        sentence=_refusal(name, refusing) if refusing else _confirmation(ours, tests),
        rows=len(rows),
        problems=len(ours.each),
        classes=tuple(key.classes.values()),
        floor=tests[0].against,
        floors={floor.name: floor.accuracy for floor in found},
        system=ours.system,
        second=theirs.system if theirs else None,
        tests=tests,
        findings=tuple(doubts),
    )


def _all_doubts(
    rows: Sequence[Result], ours: Measurement, theirs: Measurement | None, key: AnswerKey
) -> Iterator[Doubt]:
    yield from find_doubts(ours, key, claimed=True)
    if theirs:
        yield from find_doubts(theirs, key, claimed=False)
    yield from find_repeats([row.line for row in rows], key)
    yield from find_contradictions(
        (row.line, wording(row.text), row.problem, key.reader.plain(row.gold)) for row in rows
    )


def _floors(rows: Sequence[Result], trained: Sequence[Result], key: AnswerKey) -> list[Floor]:
    return all_floors(
        key.gold,
        [row.features for row in rows],
        tuple(key.classes.values()),
        [key.canonical(row.gold) for row in trained] or None,
        [row.features for row in trained] or None,
    )


def _phrase(floor: Floor) -> str:
    if floor.name == "stump":
        return "one question about one feature"
    return f"always answering {short(floor.answers[0])}"


def _tests(
    floor: Floor, ours: Measurement, theirs: Measurement | None, key: AnswerKey
) -> tuple[ClaimTest, ...]:
    """Test the claim against the best floor, and against the second system where there is one."""
    right = [float(a == gold) for a, gold in zip(floor.answers, key.gold, strict=True)]
    tests = [_test(_phrase(floor), ours.each, key.each(right))]
    if theirs is not None:
        tests.append(_test(theirs.system.name, ours.each, theirs.each))
    return tuple(tests)


def _test(against: str, ours: Sequence[float], theirs: Sequence[float]) -> ClaimTest:
    n = len(ours)
    found = compare(ours, theirs, CONFIDENCE, samples=samples_for(n))
    beaten = found.is_beyond_chance and found.gain > 0
    if is_binary((*ours, *theirs)):
        return ClaimTest(against, mean(theirs), *found, n, "exact McNemar test", beaten)
    least = sign_flip_resolution(
        differences(list(zip(ours, theirs, strict=True))), "two-sided", samples_for(n)
    )
    test = "sign-flip permutation test"
    return ClaimTest(against, mean(theirs), *found, n, test, beaten, least)


def _lacking_gain(system: System, test: ClaimTest) -> Doubt:
    said = f"{system.name} is right on {system.accuracy:.1%} of {test.n} problems, "
    beside = f"the {test.accuracy:.1%} of {test.against}"
    if test.gain < 0:
        said += f"below {beside} ({test.as_text()})"
    elif test.gain == 0:
        said += f"no more than {beside}"
    else:
        said += f"not above {beside} by more than chance could make it ({test.as_text()})"
    return Doubt("not beaten", True, said)


def _overlap_with_training(asked: Sequence[Result], clean: Sequence[Result]) -> Iterator[Doubt]:
    lost = len(asked) - len(clean)
    if not lost:
        return
    kept = {row.line for row in clean}
    lines = tuple([row.line for row in asked if row.line not in kept][:SHOWN])
    said = f"{lost} of the {len(asked)} problems stand in the training split too"
    said += ", so nothing is left to judge" if not clean else " and were left out"
    yield Doubt("overlap", not clean, said, lines)


def _refusal(name: str, reasons: Sequence[str]) -> str:
    first, *more = reasons
    rest = [f"it {it.removeprefix(f'{name} ')}" if it.startswith(f"{name} ") else it for it in more]
    return f"The claim does not stand: {'; '.join([first, *rest])}."


def _confirmation(ours: Measurement, tests: Sequence[ClaimTest]) -> str:
    system = ours.system
    over = "; and over ".join(
        f"{test.against} at {test.accuracy:.1%} ({test.as_text()})" for test in tests
    )
    return (
        f"The claim stands: {system.name} is right on {system.accuracy:.1%} of {len(ours.each)} "
        f"problems ({system.low:.1%} to {system.high:.1%}), a gain over {over}."
    )
