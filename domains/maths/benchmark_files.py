"""Reads problems from JSONL files of the shapes of GSM8K and MATH.

GSM8K: `question`, and `answer` with its working and `#### 42` at the end. MATH: `problem`, and
`solution` with `\\boxed{...}` in it; `level` and `type` where they are given.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...bounded_json import UnreadableJson, read_json
from ..contract import NotEnoughProblems, Problem, Split
from ..identity import problem, split_of
from ..reading.wrappers import boxes
from .problems import features_of

GUIDE_STEPS = frozenset({"working"})
NOTES = re.compile(r"<<[^<>\n]*>>")
"""GSM8K's notes for a calculator."""


class BadFile(ValueError):
    """An unreadable file of problems; the message says which line, and what was wanted."""


def load(path: str, away: bool = False) -> list[Problem]:
    """Every distinct problem of a file, in its order. `away`: all of them are for ood.

    Raises BadFile.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} cannot be read: {error}") from error
    found: dict[str, Problem] = {}
    for number, row in enumerate(text.splitlines(), start=1):
        if row.strip():
            made = _problem(_row(row, f"{path}, line {number}"), f"{path}, line {number}", away)
            found.setdefault(made.id, made)
    if not found:
        raise BadFile(f"{path} holds no problem. Wanted one JSON object a line.")
    return list(found.values())


def _row(text: str, where: str) -> Mapping[str, Any]:
    try:
        row = read_json(text)
    except UnreadableJson as error:
        raise BadFile(f"{where} is no JSON: {error}.") from error
    if not isinstance(row, dict):
        raise BadFile(f"{where} is no JSON object.")
    return row


def _problem(row: Mapping[str, Any], where: str, away: bool) -> Problem:
    text, worked, answer = _parts(row, where)
    level = re.search(r"\d", str(row.get("level", "")))
    return problem(
        "maths",
        text=text,
        topic=str(row.get("type") or row.get("subject") or "word problems"),
        difficulty=int(level[0]) if level else 1,
        answer=answer,
        canonical={"question": " ".join(text.split())},
        data={"question": text, "worked": worked, "answer": answer, "away": away},
        features=features_of(text),
    )


def _parts(row: Mapping[str, Any], where: str) -> tuple[str, str, str]:
    """Return question, working and answer."""
    if isinstance(row.get("question"), str) and isinstance(row.get("answer"), str):
        worked, mark, answer = row["answer"].rpartition("####")
        if mark and answer.strip():
            return row["question"].strip(), NOTES.sub("", worked).strip(), answer.strip()
        raise BadFile(f"{where}: its answer does not end with `#### ` and a result.")
    if isinstance(row.get("problem"), str) and isinstance(row.get("solution"), str):
        boxed = [content.strip() for _, _, content in boxes(row["solution"])]
        if boxed and boxed[-1]:
            return row["problem"].strip(), row["solution"].strip(), boxed[-1]
        raise BadFile(f"{where}: its solution holds no `\\boxed{{...}}`.")
    raise BadFile(
        f"{where}: wanted `question` and `answer` (GSM8K) or `problem` and `solution` (MATH), "
        f"found {', '.join(map(repr, sorted(row))) or 'nothing'}."
    )


def choose(
    found: Sequence[Problem], areas: Sequence[str], split: Split, n: int, order: Iterator[float]
) -> list[Problem]:
    """Return `n` problems of `split`, in the order that `order` gives. Raises NotEnoughProblems."""
    home = [
        p
        for p in found
        if (not areas or p.topic in areas)
        and (p.data["away"] if split == "ood" else not p.data["away"] and split_of(p.id) == split)
    ]
    if len(home) < n:
        hint = (
            "Give the option `ood` a file of harder ones." if split == "ood" else "Ask for fewer."
        )
        raise NotEnoughProblems(f"Wanted {n} problems of {split}, the file has {len(home)}. {hint}")
    ranked = sorted(((next(order), p.id, p) for p in home), key=lambda one: one[:2])
    return [p for _, _, p in ranked[:n]]


def solution(problem: Problem, steps: frozenset[str]) -> str:
    """The file's own working where `working` is asked for, and the answer."""
    worked = f"{problem.data['worked']}\n" if steps & GUIDE_STEPS else ""
    return f"{worked}Answer: {problem.data['answer']}"
