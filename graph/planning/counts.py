"""Calls of a run, at most: as if every candidate came up and none were stopped early."""

from collections.abc import Iterator
from itertools import accumulate
from math import isqrt
from typing import Literal, NamedTuple

from ...models import facts_by_name
from ..config.config import RunConfig
from ..measure.ablation import CREDITED
from ..measure.unsolved_queue import DUE, SAMPLES
from ..teacher.model import LARGE, READS
from ..teacher.rulebook import RulebookTeacher

Who = Literal["student", "teacher", "validator"]


class Calls(NamedTuple):
    """The calls of one stage to one model, over the whole run."""

    stage: str
    who: Who
    spec: str
    calls: int
    prompt: Literal["bare", "told", "read"]
    """Prompt without strategy, with it, or with a whole batch of attempts."""
    together: int = 1
    """Of the calls, how many one step makes together."""


def calls_of(config: RunConfig) -> Iterator[Calls]:
    """Yield every stage that the config has, in the order of the loop."""
    student = config.student
    batch = config.loop.batch
    yield Calls("baseline", "student", student, batch, "bare", batch)
    yield Calls("baseline", "student", student, batch, "told", batch)
    yield from _learning_calls(config)
    yield from _gate_calls(config)
    yield from _transfer_calls(config)


def is_trainable(config: RunConfig) -> bool:
    """Tell whether the student is one that can be trained on this machine."""
    return facts_by_name(config.student).trainable


def teacher_is_model(config: RunConfig) -> bool:
    """Tell whether the teacher is a model, which solves, reads and writes itself."""
    return config.teacher != RulebookTeacher.name


def _learning_calls(config: RunConfig) -> Iterator[Calls]:
    loop, rounds, teacher = config.loop, config.total_rounds, config.teacher
    discovery = loop.rounds_by_cycle[0] if teacher_is_model(config) else 0
    answers = loop.batch * loop.samples
    if discovery:
        yield Calls("solve", "teacher", teacher, discovery * answers, "told", answers)
    if refined := (rounds - discovery) * answers:
        yield Calls("solve", "student", config.student, refined, "told", answers)
        # The run's first round has no rule yet that could be left out.
        credited = rounds - max(1, discovery)
        if credited and loop.credit and config.gate.channel != "weights":
            without = CREDITED * credited * answers
            yield Calls("credit", "student", config.student, without, "told", answers)
    if teacher_is_model(config):
        versions = rounds * loop.candidates
        yield Calls("solve", "teacher", teacher, (rounds - 1) * DUE * SAMPLES, "told")
        yield Calls("reflect", "teacher", teacher, _reflections(config), "read")
        yield Calls("update_strategy", "teacher", teacher, versions, "read")
        if is_trainable(config):
            # Rules that name no kinds of steps are followed by the teacher, example by example.
            shown = versions * config.train.examples
            yield Calls("examples", "teacher", teacher, shown, "told", config.train.examples)


def _reflections(config: RunConfig) -> int:
    """Count one call a round; for a large batch one a group of attempts, and one to join them."""
    calls = 0
    for rounds in config.loop.rounds_by_cycle:
        for number in range(rounds):
            begins = number == 0 and calls
            fresh = config.loop.batch * config.loop.samples
            seen = min(READS, fresh + (config.loop.feedback if begins else 0))
            seen += DUE if calls else 0
            calls += 1 if seen < LARGE else isqrt(seen) + 1
    return calls


def _gate_calls(config: RunConfig) -> Iterator[Calls]:
    rounds, candidates = config.total_rounds, config.loop.candidates
    # Where a teacher's examples differ, so do the problems that the incumbent is trained on.
    incumbents = candidates if teacher_is_model(config) and is_trainable(config) else 1
    arms = rounds * (incumbents + candidates) * config.block * config.gate.replicates
    yield Calls("validate", "student", config.student, arms, "told")
    scored = _frontier_versions(config) * config.search.frontier * config.search.repeats
    if scored:
        yield Calls("frontier", "student", config.student, scored, "told", config.search.frontier)
    for model in config.validators:
        tried = 1 + 2 * config.loop.batch + 2 * rounds * candidates * config.block
        yield Calls("portability", "validator", model, tried, "told")


def _frontier_versions(config: RunConfig) -> int:
    """Count the empty version and all earlier candidates, as the last round of a cycle opens.

    A student that was trained is another one, and is asked anew in every cycle.
    """
    last = [rounds - 1 for rounds in accumulate(config.loop.rounds_by_cycle)]
    pools = [1 + rounds * config.loop.candidates for rounds in last]
    return sum(pools) if is_trainable(config) else pools[-1]


def _transfer_calls(config: RunConfig) -> Iterator[Calls]:
    loop, student = config.loop, config.student
    yield Calls(
        "feedback", "student", student, 2 * loop.cycles * loop.feedback, "told", loop.feedback
    )
    if teacher_is_model(config):
        yield Calls(
            "feedback",
            "teacher",
            config.teacher,
            loop.cycles * loop.feedback,
            "told",
            loop.feedback,
        )
    sealed = config.splits.test + config.splits.ood
    placebo = "placebo" in config.train.controls
    without, with_words = (3, 2 + placebo) if is_trainable(config) else (1, 1 + placebo)
    yield Calls("evaluate", "student", student, without * sealed, "bare", config.splits.test)
    yield Calls("evaluate", "student", student, with_words * sealed, "told", config.splits.test)
    if teacher_is_model(config):
        yield Calls("evaluate", "teacher", config.teacher, 2 * sealed, "told", config.splits.test)
