"""Draws tasks: mode, topic, audience, length, and a few constraints on top.

A task is the same whatever the order of its constraints. Away from home (`ood`) topic and form are
ones that training never sees.
"""

import functools
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..contract import Problem, Split
from ..drawing import take, take_in_turn
from ..identity import name_of, problem, split_of
from .task_parts import (
    AUDIENCES,
    BANDS,
    COURSE,
    ELEMENTS,
    FORBIDDEN,
    FORMS,
    MODES,
    NAMED,
    OOD_FORMS,
    OOD_TOPICS,
    TOPICS,
    Band,
)

NAME = "writing"
VARIANTS = 6
"""Sets of constraints for each mode, topic, audience and length; drawn once, for ever."""

Task = Mapping[str, Any]
"""The canonical form of a problem; also its data."""


def draw(modes: Sequence[str], split: Split, n: int, seed: int) -> list[Problem]:
    """Return `n` problems of `split`, the modes in turn."""
    queues = []
    for mode in modes:
        tasks = _tasks(mode)[split]
        queues.append(random.Random(f"{NAME}/{split}/{seed}/{mode}").sample(tasks, len(tasks)))
    return [_problem(task) for task in take(take_in_turn(queues), n, NAME, split)]


@functools.cache
def _tasks(mode: str) -> dict[Split, list[Task]]:
    found: dict[Split, dict[str, Task]] = {"train": {}, "val": {}, "test": {}, "ood": {}}
    for split, topics, forms in (("home", TOPICS, FORMS), ("ood", OOD_TOPICS, OOD_FORMS)):
        for topic, audience, band in itertools.product(topics, AUDIENCES, BANDS):
            rnd = random.Random(f"{NAME}/{mode}/{topic}/{audience}/{band.words}")
            for _ in range(VARIANTS):
                task = {
                    "mode": mode,
                    "topic": topic,
                    "audience": audience,
                    "words": list(band.words),
                    **_constraints(rnd, mode, band, list(forms), always_form=split == "ood"),
                }
                name = name_of(NAME, task)
                found["ood" if split == "ood" else split_of(name)][name] = task
    return {split: list(tasks.values()) for split, tasks in found.items()}


def _constraints(
    rnd: random.Random, mode: str, band: Band, forms: list[str], *, always_form: bool
) -> dict[str, Any]:
    """Draw two to four constraints; several words in one are sorted."""
    kinds = ["paragraphs", "sentences", "include", "avoid", "course", "form"]
    chosen = set(rnd.sample(kinds, rnd.randint(2, 4))) | ({"form"} if always_form else set())
    made: dict[str, Any] = {
        "paragraphs": band.paragraphs,
        "sentences": list(band.sentences),
        "include": sorted(rnd.sample(ELEMENTS, rnd.randint(1, 2))),
        "avoid": sorted(rnd.choice(FORBIDDEN)),
        "course": list(COURSE[mode]),
        "form": rnd.choice(forms),
    }
    return {kind: made[kind] for kind in kinds if kind in chosen}


def names_of(task: Task) -> tuple[str, ...]:
    """Return the words that belong to the task's topic."""
    return {**TOPICS, **OOD_TOPICS}[task["topic"]]


def demands(task: Task) -> Iterator[str]:
    """Yield each demand on the text besides its subject, in one short sentence."""
    low, high = task["words"]
    yield f"Write {low} to {high} words."
    yield f"Name at least {NAMED} of these: {', '.join(names_of(task))}."
    ease = AUDIENCES[task["audience"]].ease
    if ease is not None:
        yield f"Keep it easy to read (Flesch reading ease of at least {ease})."
    if "paragraphs" in task:
        count = int(task["paragraphs"])
        said = "one paragraph" if count == 1 else f"{count} paragraphs with blank lines between"
        yield f"Use exactly {said}."
    if "sentences" in task:
        yield "Use {} to {} sentences.".format(*task["sentences"])
    if "include" in task:
        yield f"Mention {' and '.join(f'a {word}' for word in task['include'])}."
    if "avoid" in task:
        yield f"Do not use the words {' and '.join(task['avoid'])}."
    if "course" in task:
        opened = ", ".join(f"`{mark}`" for mark in task["course"])
        yield f"Let three sentences open with {opened}, in this order."
    if "form" in task:
        yield {**FORMS, **OOD_FORMS}[task["form"]]


def _problem(task: Task) -> Problem:
    begun = MODES[task["mode"]].format(topic=task["topic"])
    name = name_of(NAME, task)
    asked = [*demands(task)]
    return problem(
        NAME,
        text=f"{begun}. Write for {AUDIENCES[task['audience']].said}. {' '.join(asked)}",
        topic=task["mode"],
        difficulty=len(asked) - 1,
        # No text is the answer; a name of its own, so that no constant answer looks right.
        answer=f"meets {name}",
        canonical=task,
        data=task,
        features={
            "words": task["words"][0],
            "demands": len(asked),
            "characters": sum(map(len, asked)),
        },
    )
