"""Reads a file of problems line by line; a bad line is refused by its number."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...bounded_json import UnreadableJson, read_json
from ..contract import SPLITS, Split
from ..reading.rules import JUDGES

FIELDS = frozenset(
    ("prompt", "answer", "judge", "topic", "difficulty", "solution", "split", "features")
)
WANTED = 'A line is a JSON object like {"prompt": "2+2=?", "answer": "4"}.'


class BadData(ValueError):
    """A line that is not what a line must be; the message says which one, and what to write."""


@dataclass(frozen=True)
class ProblemLine:
    """One line of the file, parsed."""

    place: str
    """File and line number, for errors."""
    prompt: str
    answers: tuple[str, ...]
    """The first is the reference; each is right."""
    judge: str
    """Empty: the file's."""
    topic: str
    difficulty: int
    solution: Mapping[str, str]
    """Kind of step -> its text."""
    split: Split | None
    features: Mapping[str, float]


def read_lines(path: Path, split: Split | None) -> Iterator[ProblemLine]:
    if not path.is_file():
        raise BadData(f"No file {path}. Name a file of problems, one JSON object a line.")
    try:
        # Not splitlines(): JSON text may hold other line ends than the line feed.
        rows = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise BadData(f"{path} is not UTF-8 ({error}). Save it as UTF-8.") from None
    for number, text in enumerate(rows, 1):
        if text.strip():
            yield _line(f"{path}, line {number}", text, path.stem, split)


def _line(place: str, text: str, topic: str, split: Split | None) -> ProblemLine:
    try:
        row = read_json(text)
    except UnreadableJson as error:
        raise BadData(f"{place} is no JSON: {error}. {WANTED}") from None
    if not isinstance(row, dict):
        raise BadData(f"{place} is {type(row).__name__}, no object. {WANTED}")
    if strange := sorted(row.keys() - FIELDS):
        known = ", ".join(sorted(FIELDS))
        raise BadData(f"{place}: the field {strange[0]!r} is unknown. Known: {known}.")
    found = row.get("split", split)
    if found not in (None, *SPLITS):
        raise BadData(f"{place}: `split` is {found!r}. Write one of {', '.join(SPLITS)}.")
    return ProblemLine(
        place,
        _text(place, row, "prompt"),
        _answers(place, row),
        insist_on_judge(row.get("judge", ""), place),
        _text(place, row, "topic", topic),
        _difficulty(place, row),
        _solution(place, row),
        found,
        _features(place, row),
    )


def _text(place: str, row: Mapping[str, Any], field: str, otherwise: str | None = None) -> str:
    value = row.get(field, otherwise)
    if not isinstance(value, str) or not value.strip():
        found = "missing" if value is None else f"{value!r:.40}"
        raise BadData(f"{place}: `{field}` is {found}. Wanted some text. {WANTED}")
    return value


def _answers(place: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    given = row.get("answer")
    found = given if isinstance(given, list) else [given]
    texts = tuple(_answer_text(answer) for answer in found)
    if not texts or not all(text.strip() for text in texts):
        shown = "missing" if given is None else f"{given!r:.40}"
        raise BadData(
            f"{place}: `answer` is {shown}. Wanted a text or a finite number, or a list of them. "
            f"{WANTED}"
        )
    return texts


def _answer_text(answer: object) -> str:
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if isinstance(answer, float) and not math.isfinite(answer):
        return ""  # NaN, Infinity, or a number like 1e400, of which JSON made one of them.
    return str(answer) if isinstance(answer, str | int | float) else ""


def _difficulty(place: str, row: Mapping[str, Any]) -> int:
    value = row.get("difficulty", 1)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadData(f"{place}: `difficulty` is {value!r}. Wanted 1 (easiest), 2, 3, ...")
    return value


def _solution(place: str, row: Mapping[str, Any]) -> Mapping[str, str]:
    given = row.get("solution", {})
    kinds = {"working": given} if isinstance(given, str) else given
    if not isinstance(kinds, dict) or not all(isinstance(it, str) for it in kinds.values()):
        raise BadData(
            f"{place}: `solution` is {given!r:.40}. Wanted a text, or an object of texts, "
            "one for each kind of step."
        )
    return {kind: text.strip() for kind, text in kinds.items() if text.strip()}


def _features(place: str, row: Mapping[str, Any]) -> Mapping[str, float]:
    given = row.get("features", {})
    if not isinstance(given, dict) or not all(isinstance(it, int | float) for it in given.values()):
        raise BadData(f"{place}: `features` is {given!r:.40}. Wanted an object of numbers.")
    return given


def insist_on_judge(judge: object, place: str) -> str:
    if judge and judge not in JUDGES:
        raise BadData(f"{place}: no judge {judge!r}. Known: {', '.join(JUDGES)}.")
    return str(judge or "")
