"""Read anyone's results, JSONL or CSV, row by row; an error names the line and what is there."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from .cells import answer_of, gold_of, number_of, reply_of, text_of
from .results import Result

GUESSES: Mapping[str, tuple[str, ...]] = {
    "gold": ("gold", "label", "target", "expected", "reference", "truth", "y_true"),
    "prediction": ("prediction", "predicted", "pred", "y_pred", "student", "filtered_resps"),
    "score": ("score", "correct", "is_correct", "exact_match", "acc"),
    "reply": ("reply", "response", "completion", "output", "resps"),
    "truncated": ("truncated", "finish_reason", "stop_reason"),
    "second": ("second", "baseline"),
    "second_score": ("second_score", "baseline_score", "baseline_correct"),
    "second_reply": ("second_reply", "baseline_reply"),
    "problem": ("problem_id", "id", "doc_id"),
    "text": ("text", "problem", "question", "prompt"),
    "split": ("split",),
}
"""What a column is for -> names by which it is known without being told, the likeliest first."""
NONE = "-"
"""Named as a column: there is none, whatever the names suggest."""
FEATURES = "features"
"""In JSONL, an object of numbers; any other column is a feature when --feature names it."""
CUT = frozenset({"length", "max_tokens", "max_output_tokens", "truncated", "true", "1", "yes"})
"""What says that a reply was cut."""
YES = frozenset({"true", "yes", "right", "correct"})
NO = frozenset({"false", "no", "wrong", "incorrect"})

Row = Mapping[str, Any]


class ResultsError(ValueError):
    """A file of results that cannot be read; its message names the file and, if any, the line."""


@dataclass(frozen=True)
class Columns:
    """Columns by what they are for."""

    of: Mapping[str, str]
    features: tuple[str, ...] = ()

    def get(self, row: Row, part: str) -> Any:
        name = self.of.get(part)
        return None if name is None else row.get(name)


@dataclass(frozen=True)
class ResultsFile:
    """A file of results, and the columns that they were read from."""

    columns: Columns
    results: list[Result] = field(default_factory=list)
    unused: tuple[str, ...] = ()
    """Columns that nothing was read from."""
    numbers: tuple[str, ...] = ()
    """Those of them that hold a number in every row: they may be features."""


def read_results(file: Path, named: Mapping[str, str], features: Sequence[str] = ()) -> ResultsFile:
    """Read all rows of a file; `named` says which column is for what, names tell the rest.

    Raises ResultsError, with the line, for what cannot be read.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return _read_rows(stream, file, named, features)
    except UnicodeDecodeError as error:
        raise ResultsError(
            f"{file} is no UTF-8 text (byte {error.start} of a part of it). Save it as UTF-8."
        ) from None


def _read_rows(
    stream: TextIO, file: Path, named: Mapping[str, str], features: Sequence[str]
) -> ResultsFile:
    columns: Columns | None = None
    results: list[Result] = []
    for line, row in _csv(stream, file) if _is_csv(stream, file) else _jsonl(stream, file):
        if columns is None:
            columns = _columns(file, row, named, features)
            used = {*columns.of.values(), *columns.features, FEATURES}
            unused = numbers = tuple(name for name in row if name not in used)
        results.append(_result(file, line, row, columns))
        numbers = tuple(name for name in numbers if number_of(row.get(name)) is not None)
    if columns is None:
        raise ResultsError(f"{file} holds no row. Wanted one result a line.")
    return ResultsFile(columns, results, unused, numbers)


def _is_csv(stream: TextIO, file: Path) -> bool:
    if file.suffix.lower() in (".csv", ".tsv", ".jsonl", ".ndjson", ".json"):
        return file.suffix.lower() in (".csv", ".tsv")
    begins = stream.read(4096).lstrip()
    stream.seek(0)
    return not begins.startswith(("{", "["))


def _jsonl(stream: Iterable[str], file: Path) -> Iterator[tuple[int, Row]]:
    first = True
    for line, text in enumerate(stream, 1):
        if not text.strip():
            continue
        if first and text.lstrip().startswith("["):
            raise _line_error(
                file,
                line,
                "an array of JSON begins. Wanted JSONL, one object a line and nothing around "
                "them: `jq -c '.[]'` makes that of it.",
            )
        first = False
        try:
            row = json.loads(text)
        except (ValueError, RecursionError, MemoryError) as error:
            what = getattr(error, "msg", "too deep or too long")
            raise _line_error(file, line, f"no JSON ({what}). Wanted one object a line.") from None
        if not isinstance(row, dict):
            raise _line_error(file, line, f"{_JSON[type(row)]}, no object with named values.")
        yield line, row


_JSON: Mapping[type, str] = {
    list: "an array", str: "a text", int: "a number", float: "a number", bool: "true or false",
    type(None): "null",
}  # fmt: skip


def _csv(stream: TextIO, file: Path) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(sys.maxsize)
    reader = csv.DictReader(
        stream, dialect="excel-tab" if file.suffix.lower() == ".tsv" else "excel", strict=True
    )
    try:
        reader.fieldnames = _headers(file, reader.fieldnames or ())
        for row in reader:
            if None in row or None in row.values():
                wanted, more = len(reader.fieldnames or ()), len(row.get(None) or ())
                there = wanted + more if more else sum(v is not None for v in row.values())
                raise _line_error(file, reader.line_num, f"{there} values, and {wanted} columns.")
            yield reader.line_num, row
    except csv.Error as error:
        raise _line_error(file, reader.line_num, f"no CSV ({error}).") from None


def _headers(file: Path, names: Sequence[str]) -> list[str]:
    """Return the names of the columns, without spaces around them."""
    found = [name.strip() for name in names]
    for mark, called in ((";", "';'"), ("\t", "tabs")):
        if len(found) == 1 and mark in found[0]:
            raise _line_error(
                file,
                1,
                f"one column, {found[0]!r:.80}: it looks like columns parted by {called}. Wanted "
                "commas, or tabs in a file that ends in .tsv.",
            )
    twice = [name for name, count in Counter(found).items() if name and count > 1]
    if twice:
        raise _line_error(
            file, 1, f"{_quote_all(twice)}: each of these names more than one column. Rename them."
        )
    return found


def _quote_all(names: Iterable[object]) -> str:
    return ", ".join(repr(str(name)) for name in names) or "none"


def _columns(file: Path, first: Row, named: Mapping[str, str], features: Sequence[str]) -> Columns:
    there = _quote_all(first)
    of = {part: name for part, name in named.items() if name != NONE}
    for name in (*of.values(), *features):
        if name not in first:
            raise ResultsError(f"{file} has no column {name!r}. There are: {there}.")
    for part, names in GUESSES.items():
        free = (name for name in names if name in first and name not in {*of.values(), *features})
        guess = next(free, None)
        if part not in named and guess is not None:
            of[part] = guess
    for part in ("gold", "prediction"):
        if part not in of:
            raise ResultsError(
                f"{file} has no column known as the {part}. There are: {there}. "
                f"Say which it is: --{part} COLUMN."
            )
    return Columns(of, tuple(features))


def _result(file: Path, line: int, row: Row, columns: Columns) -> Result:
    gold = gold_of(columns.get(row, "gold"))
    if not gold.strip():
        raise _line_error(file, line, f"no gold answer in the column {columns.of['gold']!r}.")
    cut = columns.get(row, "truncated")

    def score(part: str) -> float | None:
        return _score(file, line, columns.of.get(part, ""), columns.get(row, part))

    def answer(part: str) -> str | None:
        return answer_of(columns.get(row, part))

    def reply(part: str) -> str | None:
        return reply_of(columns.get(row, part))

    return Result(
        line=line,
        gold=gold,
        prediction=answer("prediction"),
        score=score("score"),
        reply=reply("reply"),
        truncated=text_of(cut).strip().lower() in CUT,
        second=answer("second"),
        second_score=score("second_score"),
        second_reply=reply("second_reply"),
        features=_features(file, line, row, columns),
        problem=text_of(columns.get(row, "problem")),
        text=text_of(columns.get(row, "text")),
        split=text_of(columns.get(row, "split")).strip(),
    )


def _score(file: Path, line: int, column: str, value: object) -> float | None:
    if value is None or value == "":
        return None
    said = str(value).strip().lower()
    if said in YES or said in NO:
        return float(said in YES)
    number = number_of(value)
    if number is None or not 0 <= number <= 1:
        said = f"{column!r} is {value!r:.40}, no score from 0 to 1. `--score -` leaves it out."
        raise _line_error(file, line, said)
    return number


def _features(file: Path, line: int, row: Row, columns: Columns) -> Mapping[str, float]:
    given = row.get(FEATURES)
    found = dict(given) if isinstance(given, dict) else {}
    found |= {name: row.get(name) for name in columns.features}
    numbers = {name: number_of(value) for name, value in found.items()}
    for name, number in numbers.items():
        if number is None:
            said = f"the feature {name!r} is {found[name]!r:.40}, no finite number."
            raise _line_error(file, line, said)
    return {name: number for name, number in numbers.items() if number is not None}


def _line_error(file: Path, line: int, what: str) -> ResultsError:
    return ResultsError(f"{file}, line {line}: {what}")
