"""Teacher that is a model: reads attempts as data, reflects, and answers in typed edits."""

import math
import random
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ...domains.contract import Guide, Problem
from ...models.contract import Model, Reply, Request
from ...store.edits import Edit
from ...store.rules import Strategy
from ...store.slots import GROUP, below
from ..state import seed_of
from .contract import Ask, ShownAttempt, Situation, Unusable
from .edit_schema import SCHEMA, edits_of
from .prompts import (
    FOLLOW,
    LESSONS,
    label_attempts,
    proposal_prompt,
    reduction_prompt,
    reflection_prompt,
    role_prompt,
)

READS = 36
"""Attempts in one reflection, at most."""
LARGE = 16
"""From so many attempts on they are shuffled into groups, read apart, and the lessons joined."""


class ModelTeacher:
    """Any model in the teacher's role."""

    def __init__(self, model: Model, max_tokens: int = 4096) -> None:
        self.name = model.name
        self.model: Model | None = model
        self.reads: int | None = READS
        self._max_tokens = max_tokens

    def reflect(
        self, ask: Ask, guide: Guide, strategy: Strategy, seen: Sequence[ShownAttempt]
    ) -> list[str]:
        if not seen:
            return []
        groups = group_attempts(seen)
        if len(groups) == 1:
            request = self._request(guide, strategy, reflection_prompt(seen), _SCHEMA)
            return _lessons(*ask([("lessons", request)]))
        lessons: list[str] = []
        fault: Unusable | None = None
        requests = [
            self._request(guide, strategy, reflection_prompt(group), _SCHEMA) for group in groups
        ]
        calls = [(below(GROUP, number), it) for number, it in enumerate(requests, start=1)]
        for reply in ask(calls):
            try:
                lessons += _lessons(reply)
            except Unusable as error:
                fault = error
        if not lessons:
            raise fault or Unusable("No group of attempts gave a lesson.")
        request = self._request(guide, strategy, reduction_prompt(lessons), _SCHEMA)
        return _lessons(*ask([("reduce", request)]))

    def propose(self, ask: Ask, situation: Situation) -> tuple[Edit, ...]:
        labels = label_attempts(situation)
        request = self._request(
            situation.guide, situation.strategy, proposal_prompt(situation, labels), SCHEMA
        )
        (reply,) = ask([("edits", request)])
        return edits_of(_usable(reply), situation.strategy, labels, situation.edits)

    def demonstration(self, guide: Guide, problem: Problem, strategy: Strategy) -> Request | None:
        return Request(
            system=f"{FOLLOW}\n{guide.reply_format}",
            context=strategy.render(),
            prompt=problem.text,
            max_tokens=guide.max_tokens,
        )

    def _request(
        self, guide: Guide, strategy: Strategy, prompt: str, schema: Mapping[str, Any]
    ) -> Request:
        return Request(
            system=role_prompt(guide),
            context=strategy.render(),
            prompt=prompt,
            max_tokens=self._max_tokens,
            answer_schema=schema,
        )


def group_attempts(seen: Sequence[ShownAttempt]) -> list[list[ShownAttempt]]:
    """Return a small batch whole, a large one shuffled into about sqrt(n) groups of like size.

    Attempts of one problem stay together, and the same batch is always shuffled the same way.
    """
    if len(seen) < LARGE:
        return [list(seen)]
    problems = [list(block) for _, block in groupby(seen, key=lambda one: one.problem.id)]
    random.Random(seed_of(0, "/".join(one.attempt.slot for one in seen))).shuffle(problems)
    groups: list[list[ShownAttempt]] = [
        [] for _ in range(min(math.isqrt(len(seen)), len(problems)))
    ]
    for block in problems:
        min(groups, key=len).extend(block)
    return groups


class _Lessons(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lessons: list[str]


_SCHEMA = _Lessons.model_json_schema()


def _lessons(reply: Reply) -> list[str]:
    try:
        return _Lessons.model_validate_json(_usable(reply)).lessons[:LESSONS]
    except ValidationError as error:
        said = error.errors()[0]["msg"]
        raise Unusable(f"The lessons do not fit their schema: {said}.") from None


def _usable(reply: Reply) -> str:
    if reply.outcome != "ok":
        raise Unusable(f"The teacher's reply was {reply.outcome}: {reply.detail}")
    return reply.text
