"""Rows of somebody's results: which are judged, which were trained on, and what each asks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..leaks import wording
from .replies import Reader
from .systems import Answer, AnswerKey

TRAINED_ON = frozenset({"train", "training"})
"""Names of the splits that nothing may be claimed on."""
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
    """The answer of the system that this one is compared with."""
    second_score: float | None = None
    second_reply: str | None = None
    features: Mapping[str, float] = field(default_factory=dict)
    problem: str = ""
    """An id; rows with the same one are several replies to one problem."""
    text: str = ""
    """The problem itself."""
    split: str = ""


def split_rows(results: Sequence[Result], split: str) -> tuple[list[Result], list[Result]]:
    """Separate the rows to judge from those that the system was trained on."""
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


def do_ids_name_problems(results: Sequence[Result], reader: Reader) -> bool:
    """Tell whether ids name problems: where one has two gold answers, they only count rows."""
    golds: dict[str, str] = {}
    return all(golds.setdefault(row.problem, gold) == gold
               for row in results if row.problem for gold in [reader.plain(row.gold)])  # fmt: skip


def leave_out(
    asked: list[Result], trained: list[Result], by_id: bool, reader: Reader
) -> list[Result]:
    """The rows whose problems stand in no training row."""
    known = {form for row in trained for form in _identities(row, by_id, reader)}
    return [row for row in asked if known.isdisjoint(_identities(row, by_id, reader))]


def _identities(row: Result, by_id: bool, reader: Reader) -> list[object]:
    """Everything that identifies a problem: its id, and its text with its answer."""
    forms: list[object] = [row.problem] if row.problem and by_id else []
    return [*forms, (wording(row.text), reader.plain(row.gold))] if row.text else forms


def classes_of(rows: Sequence[Result], given: Sequence[str], reader: Reader) -> dict[str, str]:
    """Find the classes, plain form -> as it is written; none where answers are open."""
    found = {reader.plain(name): name for name in given}
    seen = Counter(row.gold.strip() for row in rows)
    if not given:
        for name, _ in seen.most_common():
            found.setdefault(reader.plain(name), name)
        few = len(found) <= MOST_CLASSES and len(rows) >= ROWS_A_CLASS * len(found)
        return dict(sorted(found.items())) if few else {}
    for row in rows:
        if reader.plain(row.gold) not in found:
            raise ValueError(
                f"Line {row.line}: the gold answer {row.gold!r} is none of {', '.join(given)}."
            )
    return found


def answer_key(
    rows: Sequence[Result], classes: Mapping[str, str], by_id: bool, reader: Reader
) -> AnswerKey:
    """Build the key of the rows, which knows the problem of each."""
    found: dict[object, int] = {}
    # Where nothing tells problems apart, each row is one.
    keys = (next(iter(_identities(row, by_id, reader)), ("line", row.line)) for row in rows)
    places = [found.setdefault(name, len(found)) for name in keys]
    canonical = AnswerKey((), (), classes, reader).canonical
    return AnswerKey([canonical(row.gold) for row in rows], places, classes, reader)


def first_answer(row: Result) -> Answer:
    """The answer of the system whose claim is judged."""
    return Answer(row.line, row.prediction, row.score, row.reply, row.truncated)


def second_answer(row: Result) -> Answer:
    """The answer of the system that it is compared with."""
    return Answer(row.line, row.second, row.second_score, row.second_reply, False)
