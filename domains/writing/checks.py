"""Checks of a text that need no taste: each holds, or tells by how much it does not."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from .measures import Text, runs, words
from .problems import Task, names_of
from .task_parts import AUDIENCES, BULLETS, NAMED, TITLE

PLAIN = (0.25, 0.7)
"""Share of words that hold prose together; outside it is no prose."""
LONGEST = 30
"""Words a sentence has on average, at most."""
ECHO = 0.25
"""Share of runs of four words that may be the task's own."""
REPEATED = 0.1
"""Share of runs of four words that may have been there before."""
EASE = 40
"""Points of reading ease below the bound at which nothing is left of the credit."""


class Check(NamedTuple):
    """The result of one check."""

    mode: str
    """The failure mode, where it does not hold."""
    held: float
    """1.0 holds; less says by how much it does not."""
    said: str
    """What a writer could mend."""
    kind: Literal["demand", "habit", "vital"] = "demand"
    """A demand earns credit; a bad habit halves it at most; what is vital can take all of it."""


def checks(task: Task, asked: str, text: Text) -> Iterator[Check]:
    """Yield the check of every demand that the task, worded `asked`, makes of `text`."""
    yield from _check_prose(asked, text)
    named = sum(text.holds(name) for name in names_of(task))
    said = f"It names {named} of {', '.join(names_of(task))}; {NAMED} are asked for."
    yield Check("off_topic", min(1.0, named / NAMED), said, "vital")
    low, high = task["words"]
    yield _within("too_short", "too_long", len(text.words), low, high, "words")
    ease = AUDIENCES[task["audience"]].ease
    if ease is not None:
        said = f"Its reading ease is {text.ease:.0f}, {ease} is asked for."
        yield Check("hard_to_read", min(1.0, max(0.0, 1 - (ease - text.ease) / EASE)), said)
    yield from _shape(task, text)
    yield from _wording(task, text)
    if "form" in task:
        yield _form(str(task["form"]), text)


def credit(found: Sequence[Check]) -> float:
    """Return the share of demands that hold, less what the text does wrong."""
    demands = [check.held for check in found if check.kind == "demand"]
    habits = math.prod((1 + check.held) / 2 for check in found if check.kind == "habit")
    vital = math.prod(check.held for check in found if check.kind == "vital")
    return sum(demands) / len(demands) * habits * vital


def _check_prose(asked: str, text: Text) -> Iterator[Check]:
    """Check what every text owes: English prose, its own words, no repetition, a full end."""
    each = len(text.words) / max(1, len(text.sentences))
    prose = PLAIN[0] <= text.plain <= PLAIN[1] and each <= LONGEST
    yield Check("not_prose", float(prose), "It is not made of English sentences.", "vital")
    said, task = runs(text.words, 4), set(runs(words(asked), 4))
    echoed = sum(run in task for run in said) / max(1, len(said))
    yield Check("echoes_task", float(echoed <= ECHO), "It says the task back.", "vital")
    twice = len(text.sentences) - len({" ".join(words(it)) for it in text.sentences})
    fresh = 0.0 if twice else 1.0 - max(0.0, text.repetition - REPEATED)
    yield Check("repeats_itself", fresh, "It says the same again.", "habit")
    yield Check(
        "cut_off", float(text.is_complete), "Its last sentence does not come to an end.", "habit"
    )


def _within(below: str, above: str, found: int, low: int, high: int, unit: str) -> Check:
    missed = max(low - found, found - high, 0)
    said = f"It has {found} {unit}, {low} to {high} are asked for."
    return Check(below if found < low else above, max(0.0, 1 - missed / low), said)


def _shape(task: Task, text: Text) -> Iterator[Check]:
    if "paragraphs" in task:
        found, wanted = len(text.paragraphs), int(task["paragraphs"])
        said = f"It has {found} paragraphs, not {wanted}."
        yield Check("wrong_paragraphs", float(found == wanted), said)
    if "sentences" in task:
        low, high = task["sentences"]
        yield _within(
            "wrong_sentences", "wrong_sentences", len(text.sentences), low, high, "sentences"
        )


def _wording(task: Task, text: Text) -> Iterator[Check]:
    for word in task.get("include", ()):
        yield Check("missing_element", float(text.holds(word)), f"It does not mention a {word}.")
    for word in task.get("avoid", ()):
        said = f"It uses the word {word}."
        yield Check("forbidden_word", float(word not in text.words), said, "habit")
    if "course" in task:
        at = [_opening_sentence(text, mark) for mark in task["course"]]
        found = [place for place in at if place is not None]
        ordered = len(found) == len(at) and found == sorted(found)
        said = f"No three sentences open with {', '.join(task['course'])} in this order."
        yield Check("out_of_order", float(ordered), said)


def _opening_sentence(text: Text, mark: str) -> int | None:
    """Return the number of the one sentence that opens with `mark`."""
    found = [
        at
        for at, it in enumerate(text.sentences)
        if re.match(rf"{mark}\b", it.lstrip("\"'*_"), re.I)
    ]
    return found[0] if len(found) == 1 else None


def _quotes(body: str) -> list[str]:
    """Return what stands between quotation marks; behind the last one nothing is quoted."""
    end = max(map(body.rfind, '"\u201d')) + 1
    return re.findall(r"[\"\u201c]([^\"\u201d]+)[\"\u201d]", body[:end])


def _form(form: str, text: Text) -> Check:
    last = text.sentences[-1] if text.sentences else ""
    held, said = {
        "title": (0 < len(words(text.title)) <= TITLE, "It lacks a title."),
        "question": (last.rstrip("\"'\u201d\u2019)*_").endswith("?"), "It ends with no question."),
        "quote": (
            any(len(words(it)) >= 3 for it in _quotes(text.body)),
            "It quotes nobody.",
        ),
        "list": (text.bullets == BULLETS, f"It has {text.bullets} lines with `- `, not {BULLETS}."),
        "letter": (
            bool(text.greeting and text.closing),
            "It is no letter: `Dear ...,` `Yours, ...`.",
        ),
        "opening": (words(text.body)[:1] == ["imagine"], "Its first word is not `Imagine`."),
    }[form]
    return Check("wrong_form", float(held), said)
