"""A world of ideas: rules of which some help, some harm and most do nothing, and a blind teacher.

Every effect is written down here and nowhere else. The student reads rules in its prompt; each
adds its effect to the chance of a right reply. A problem has a difficulty of its own, and every
(problem, prompt, seed) its own luck: two prompts that differ share none, nor do two seeds.
"""

import hashlib
import random
from collections.abc import Mapping, Sequence
from typing import Any

from tutelage.domains.contract import Guide, Problem, Split, Verdict
from tutelage.graph.config.config import RunConfig, parse_config
from tutelage.graph.teacher.contract import Ask, ShownAttempt, Situation
from tutelage.models.contract import Model, Reply, Request, Usage
from tutelage.store.edits import Add, Deprecate, Edit
from tutelage.store.rules import Strategy

EFFECTS: Mapping[str, float] = {
    "Write the sum of each column under it.": 0.25,
    "Carry the tens into the column on the left.": 0.25,
    "Start with the column on the right.": 0.2,
    "Round each number to the nearest hundred.": -0.25,
    "Skip columns that hold a zero.": -0.15,
    "Name the largest number before adding.": 0.0,
    "Copy the numbers below each other.": 0.0,
    "Underline the last digit of the total.": 0.0,
    "Say how many numbers there are.": 0.0,
}
"""What each rule adds to the student's chance."""
ALONE = 0.25
"""The student's chance on a problem of middle difficulty, without any rule."""
SPREAD = 0.1
"""How far difficulty moves the chance, up or down."""

HELPFUL = frozenset(text for text, effect in EFFECTS.items() if effect > 0)


def value(strategy: Strategy) -> float:
    """The true chance of a right reply, over all difficulties."""
    steps = [SPREAD * (2 * place / 99 - 1) for place in range(100)]
    skill = ALONE + sum(EFFECTS[rule.text] for rule in strategy.rules)
    return sum(min(1.0, max(0.0, skill + step)) for step in steps) / len(steps)


def clean(strategy: Strategy) -> bool:
    """Every helpful rule in, every other one out."""
    return {rule.text for rule in strategy.rules} == HELPFUL


def _share(*parts: object) -> float:
    """A number from 0 to 1 that looks random and depends on `parts` alone."""
    text = "/".join(map(str, parts))
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16) / 16**12


class Sums:
    """Problems with open answers: no floor but zero, so that nothing but the rules matters."""

    name = "sums"
    task_type = "open"
    judge_version = 1
    guide = Guide(
        description="Add some numbers.",
        reply_format="End with `Answer: ` and the sum.",
        step_kinds={},
        failure_modes={"slip": "the sum is wrong"},
        max_tokens=16,
    )

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        return [self._problem(f"{seed}-{split}-{place}") for place in range(n)]

    def _problem(self, name: str) -> Problem:
        key = hashlib.sha256(name.encode()).hexdigest()[:16]
        return Problem(
            id=key,
            text=f"Task {key}",
            topic="sums",
            difficulty=1,
            answer=key[::-1],
        )

    def judge(self, problem: Problem, reply: str) -> Verdict:
        if reply == f"Answer: {problem.answer}":
            return Verdict(1.0, "right", "Right.", (), problem.answer)
        return Verdict(0.0, "wrong", "The sum is wrong.", ("slip",), "0")

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        return f"Answer: {problem.answer}"


class Reader:
    """The student. It counts its replies."""

    name = "scripted:reader"
    batch_size = 512

    def __init__(self) -> None:
        self.replies = 0

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        self.replies += len(requests)
        return [self._reply(request) for request in requests]

    def _reply(self, request: Request) -> Reply:
        key = request.prompt.removeprefix("Task ")
        skill = ALONE + sum(e for text, e in EFFECTS.items() if text in request.context)
        skill += SPREAD * (2 * _share("difficulty", key) - 1)
        right = _share(key, request.context, request.seed) < skill
        return Reply(f"Answer: {key[::-1] if right else 0}", usage=Usage(4, 2))


class Blind:
    """A teacher with ideas and no judgement: it draws edits by lot, as many as it may.

    Three edits of four bring an idea that is not in the strategy, the fourth takes a rule away;
    nothing that it is told changes which. So whatever ends well is the search's own doing.
    """

    name = "blind"
    model: Model | None = None
    reads: int | None = None

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def reflect(
        self, ask: Ask, guide: object, strategy: Strategy, seen: Sequence[ShownAttempt]
    ) -> list[str]:
        return []

    def propose(self, ask: Ask, situation: Situation) -> tuple[Edit, ...]:
        past = (len(situation.effects), len(situation.taken), situation.strategy.hash)
        return draw(random.Random(f"{self._seed}/{past}"), situation.strategy, situation.edits)

    def demonstration(self, guide: object, problem: object, strategy: Strategy) -> None:
        return None


def draw(lot: random.Random, strategy: Strategy, most: int) -> tuple[Edit, ...]:
    """Up to `most` edits of a strategy, by lot."""
    rules = {rule.text: rule.id for rule in strategy.rules}
    absent = [text for text in EFFECTS if text not in rules]
    present = list(rules.values())
    edits: list[Edit] = []
    for _ in range(most):
        take = not absent or (len(present) > 1 and lot.random() < 0.25)
        if take and len(present) > 1:
            edits.append(Deprecate(rule=present.pop(lot.randrange(len(present)))))
        elif absent:
            text = absent.pop(lot.randrange(len(absent)))
            edits.append(Add(section="Method", text=text))
    return tuple(edits)


def searching(seed: int, **changes: Any) -> RunConfig:
    """The config that the search is shown with."""
    return parse_config(
        {
            "name": "search",
            "seed": seed,
            "teacher": "blind",
            "student": Reader.name,
            "domain": {"name": "sums"},
            "splits": {"train": 800, "val": 2264, "test": 1, "ood": 0},
            "loop": {
                "cycles": 1,
                "rounds": 14,
                "candidates": 3,
                "batch": 48,
                "feedback": 1,
                "strategy_tokens": 400,
            },
            "gate": {"channel": "words", "margin": 0.15},
            "search": {"frontier": 24, "edits": 4},
            "train": {"examples": 1},
            **changes,
        }
    )
