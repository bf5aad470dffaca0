"""Selects the tasks of a split, and their order."""

import functools
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ..contract import Split
from ..drawing import take, take_in_turn
from ..identity import split_of
from .templates import NAME, Task
from .topics import TEMPLATES


@functools.cache
def tasks_by_id() -> dict[str, Task]:
    """Return id -> task, for all templates."""
    return {task.id: task for template in TEMPLATES for task in template.tasks()}


def tasks(topics: Sequence[str] = ()) -> list[Task]:
    """Return the tasks of `topics`, all of them when none is named."""
    known = sorted({template.topic for template in TEMPLATES})
    unknown = [topic for topic in topics if topic not in known]
    if unknown:
        raise ValueError(f"No topic {unknown[0]!r} in {NAME}. Known: {'; '.join(known)}.")
    return [one for one in tasks_by_id().values() if not topics or one.template.topic in topics]


def home_of(task: Task) -> Split:
    """Return the split of every problem that is made from the task."""
    return "ood" if task.template.ood else split_of(task.id)


def task_of(data: Mapping[str, Any]) -> Task:
    """Return the task that a problem's data names."""
    return _task_by_id(str(data["task"]))


@functools.cache
def _task_by_id(task_id: str) -> Task:
    return tasks_by_id()[task_id]


def draw(some: Sequence[Task], split: Split, n: int, seed: int, domain: str) -> list[Task]:
    """Draw `n` tasks of a split: every template once before one comes twice."""
    queues: dict[str, list[Task]] = defaultdict(list)
    rnd = random.Random(f"{domain}/{split}/{seed}")
    for task in some:
        if home_of(task) == split:
            queues[task.name].append(task)
    names = sorted(queues)
    rnd.shuffle(names)
    shuffled = [rnd.sample(queues[name], len(queues[name])) for name in names]
    return take(take_in_turn(shuffled), n, domain, split)
