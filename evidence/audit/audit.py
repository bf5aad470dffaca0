"""Anyone's results, put to the question: does the claim stand, and which test says so?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..attribution.contrasts import compare, mean
from ..floors import Floor, all_floors, highest
from ..intervals import is_binary
from ..leaks import wording
from ..pairs import differences, sign_flip_resolution
from .doubts import SHOWN, Finding, contradicted, doubts, repeated, short
from .replies import plain
from .systems import CONFIDENCE, Measured, Said, Sheet, System, measure, samples_for

TRAINED_ON = frozenset({"train", "training"})
"""What a split is called that nothing may be claimed on."""
MOST_CLASSES, ROWS_A_CLASS = 20, 5
"""So few different answers, each met so often on average, are classes."""


@dataclass(frozen=True)
class Result:
    """One row of somebody's results."""

    line: int
    gold: str
    prediction: str | None = None
    """None where no answer was read."""
    score: float | None = None
    """What its author gave it, 0 to 1; None where the file says nothing."""
    reply: str | None = None
    truncated: bool = False
    """Whether its author recorded that the reply was cut at a limit."""
    second: str | None = None
    """What the system said that this one is compared with."""
    second_score: float | None = None
    second_reply: str | None = None
    features: Mapping[str, float] = field(default_factory=dict)
    problem: str = ""
    """An id; rows with the same one are several replies to one problem."""
    text: str = ""
    """The problem itself."""
    split: str = ""


@dataclass(frozen=True)
class Tested:
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
    tests: tuple[Tested, ...]
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def audit(
    results: Sequence[Result],
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
    `test` where there is one, else all but training's. Raises ValueError where there are none.
    """
    asked, trained = _parts(results, split)
    by_id = _named_well(results)
    known = {form for row in trained for form in _forms(row, by_id)}
    clean = [row for row in asked if known.isdisjoint(_forms(row, by_id))] if known else asked
    rows = clean or asked
    sheet = _sheet(rows, _classes(asked, classes), by_id)
    ours = measure(name, [_first(row) for row in rows], sheet)
    theirs = measure(second, [_second(row) for row in rows], sheet) if second else None
    found = _floors(rows, trained, sheet)
    tests = _tests(highest(found), ours, theirs, sheet)
    findings = [
        *_rehearsed(asked, clean),
        *(_outdone(ours.system, test) for test in tests if not test.beaten),
        *doubts(ours, sheet, claimed=True),
        *(doubts(theirs, sheet, claimed=False) if theirs else ()),
        *repeated([row.line for row in rows], sheet),
        *contradicted((row.line, wording(row.text), row.problem, plain(row.gold)) for row in rows),
    ]
    refusing = [finding.said for finding in findings if finding.refuses]
    return Audit(
        stands=not refusing,
        sentence=_refusal(name, refusing) if refusing else _praise(ours, tests),
        rows=len(rows),
        problems=len(ours.each),
        classes=tuple(sheet.classes.values()),
        floor=tests[0].against,
        floors={floor.name: floor.accuracy for floor in found},
        system=ours.system,
        second=theirs.system if theirs else None,
        tests=tests,
        findings=tuple(findings),
    )


def _parts(results: Sequence[Result], split: str) -> tuple[list[Result], list[Result]]:
    """The rows to judge, and those that the system was trained on."""
    trained = [row for row in results if row.split.casefold() in TRAINED_ON]
    there = dict.fromkeys(row.split for row in results)
    wanted = split or ("test" if "test" in there else "")
    if wanted:
        asked = [row for row in results if row.split == wanted]
        trained = [] if wanted.casefold() in TRAINED_ON else trained
    else:
        asked = [row for row in results if row.split.casefold() not in TRAINED_ON]
        asked, trained = (asked, trained) if asked else (trained, [])
    if not asked:
        known = ", ".join(repr(name) for name in there) or "none"
        raise ValueError(f"Wanted rows of the split {wanted!r}, found none. Splits: {known}.")
    return asked, trained


def _named_well(results: Sequence[Result]) -> bool:
    """Whether ids name problems: where one has two gold answers, they only count rows."""
    golds: dict[str, str] = {}
    return all(golds.setdefault(row.problem, gold) == gold
               for row in results if row.problem for gold in [plain(row.gold)])  # fmt: skip


def _forms(row: Result, by_id: bool) -> list[object]:
    """What a problem is known by: its id, and its text with its answer."""
    forms: list[object] = [row.problem] if row.problem and by_id else []
    return [*forms, (wording(row.text), plain(row.gold))] if row.text else forms


def _classes(rows: Sequence[Result], given: Sequence[str]) -> dict[str, str]:
    """Plain form -> as it is written; empty where answers are open."""
    found = {plain(name): name for name in given}
    seen = Counter(row.gold.strip() for row in rows)
    if not given:
        for name, _ in seen.most_common():
            found.setdefault(plain(name), name)
        few = len(found) <= MOST_CLASSES and len(rows) >= ROWS_A_CLASS * len(found)
        return dict(sorted(found.items())) if few else {}
    for row in rows:
        if plain(row.gold) not in found:
            raise ValueError(
                f"Line {row.line}: the gold answer {row.gold!r} is none of {', '.join(given)}."
            )
    return found


def _sheet(rows: Sequence[Result], classes: Mapping[str, str], by_id: bool) -> Sheet:
    found: dict[object, int] = {}
    # Where nothing tells problems apart, each row is one.
    keys = (next(iter(_forms(row, by_id)), ("line", row.line)) for row in rows)
    places = [found.setdefault(key, len(found)) for key in keys]
    shown = Sheet((), (), classes).shown
    return Sheet([shown(row.gold) for row in rows], places, classes)


def _first(row: Result) -> Said:
    return Said(row.line, row.prediction, row.score, row.reply, row.truncated)


def _second(row: Result) -> Said:
    return Said(row.line, row.second, row.second_score, row.second_reply, False)


def _floors(rows: Sequence[Result], trained: Sequence[Result], sheet: Sheet) -> list[Floor]:
    return all_floors(
        sheet.gold,
        [row.features for row in rows],
        tuple(sheet.classes.values()),
        [sheet.shown(row.gold) for row in trained] or None,
        [row.features for row in trained] or None,
    )


def _phrase(floor: Floor) -> str:
    if floor.name == "stump":
        return "one question about one feature"
    return f"always answering {short(floor.answers[0])}"


def _tests(
    floor: Floor, ours: Measured, theirs: Measured | None, sheet: Sheet
) -> tuple[Tested, ...]:
    """Against the best floor, and against the second system where there is one."""
    right = [float(a == gold) for a, gold in zip(floor.answers, sheet.gold, strict=True)]
    tests = [_tested(_phrase(floor), ours.each, sheet.each(right))]
    if theirs is not None:
        tests.append(_tested(theirs.system.name, ours.each, theirs.each))
    return tuple(tests)


def _tested(against: str, ours: Sequence[float], theirs: Sequence[float]) -> Tested:
    n = len(ours)
    found = compare(ours, theirs, CONFIDENCE, samples=samples_for(n))
    beaten = found.shown and found.gain > 0
    if is_binary((*ours, *theirs)):
        return Tested(against, mean(theirs), *found, n, "exact McNemar test", beaten)
    least = sign_flip_resolution(
        differences(list(zip(ours, theirs, strict=True))), "two-sided", samples_for(n)
    )
    test = "sign-flip permutation test"
    return Tested(against, mean(theirs), *found, n, test, beaten, least)


def _outdone(system: System, test: Tested) -> Finding:
    said = f"{system.name} is right on {system.accuracy:.1%} of {test.n} problems, "
    beside = f"the {test.accuracy:.1%} of {test.against}"
    if test.gain < 0:
        said += f"below {beside} ({test.as_text()})"
    elif test.gain == 0:
        said += f"no more than {beside}"
    else:
        said += f"not above {beside} by more than chance could make it ({test.as_text()})"
    return Finding("not beaten", True, said)


def _rehearsed(asked: Sequence[Result], clean: Sequence[Result]) -> Iterator[Finding]:
    lost = len(asked) - len(clean)
    if not lost:
        return
    kept = {row.line for row in clean}
    lines = tuple([row.line for row in asked if row.line not in kept][:SHOWN])
    said = f"{lost} of the {len(asked)} problems stand in the training split too"
    said += ", so nothing is left to judge" if not clean else " and were left out"
    yield Finding("overlap", not clean, said, lines)


def _refusal(name: str, reasons: Sequence[str]) -> str:
    first, *more = reasons
    told = [f"it {it.removeprefix(f'{name} ')}" if it.startswith(f"{name} ") else it for it in more]
    return f"The claim does not stand: {'; '.join([first, *told])}."


def _praise(ours: Measured, tests: Sequence[Tested]) -> str:
    system = ours.system
    over = "; and over ".join(
        f"{test.against} at {test.accuracy:.1%} ({test.as_text()})" for test in tests
    )
    return (
        f"The claim stands: {system.name} is right on {system.accuracy:.1%} of {len(ours.each)} "
        f"problems ({system.low:.1%} to {system.high:.1%}), a gain over {over}."
    )
