"""Lines that show how a reply was read, step by step, and its verdict."""

from collections.abc import Iterator
from typing import Any

from ..domains import Problem, Reading, Verdict

MOST_SHOWN = 600
"""Characters of a step that are printed; the JSON has them all."""


def reading_as_json(reading: Reading[Any]) -> dict[str, Any]:
    """Return a reading without the answer's own object, which is the domain's."""
    return {
        "text": reading.text,
        "refusal": reading.refusal,
        "working": reading.working,
        "steps": [step._asdict() for step in reading.steps],
    }


def reading_lines(
    problem: Problem, reading: Reading[Any] | None, verdict: Verdict | None, judge: str
) -> Iterator[str]:
    """Yield the problem, each step of the reading, where they led to, the verdict and its judge."""
    rows = [("problem", f"{problem.id}, {problem.topic}: {problem.text}")]
    if reading is None:
        rows.append(("steps", "none to be shown: the domain reads replies in a way of its own"))
    else:
        rows += _shown_steps(reading)
        rows.append(("answer", "none" if reading.text is None else reading.text))
    if verdict is not None:
        rows += [
            ("wanted", problem.answer),
            ("verdict", f"{verdict.outcome}, score {verdict.score:g}"),
            ("modes", ", ".join(verdict.failure_modes) or "none"),
            ("feedback", verdict.feedback),
            ("judge", f"{judge}, {verdict.judged_by}" if verdict.judged_by else judge),
        ]
        rows += [("doubt", verdict.doubt)] if verdict.doubt else []
    wide = max(len(name) for name, _ in rows)
    for name, text in rows:
        shown = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} ..."
        first, *others = [line for line in shown.split("\n") if line.strip()] or [""]
        yield f"{name:{wide}}  {first}"
        yield from (f"{'':{wide}}  {line}" for line in others)


def _shown_steps(reading: Reading[Any]) -> Iterator[tuple[str, str]]:
    """Yield the steps; a text that is the one before it is not printed again."""
    before = ""
    for name, text in reading.steps:
        yield name, "changes nothing" if text == before else text
        before = text
