"""Evaluation on another domain than the run's: its problems meet no teacher, gate or example."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...domains.contract import Domain, NotEnoughProblems, Problem, held_splits
from ...evidence.attribution.table import Arm, Attribution, JudgedReply, table
from ...evidence.leaks import Leak, wording
from ...store import slots
from ...store.strategies.versions import Version
from ..context import Run
from .attribution import answers_of, evaluation_arms, floor_scores, strategy_leaks
from .floors import record_floors

WORDS = 8
"""A training problem of fewer words may stand in another one's text by chance."""


@dataclass(frozen=True)
class CrossDomain:
    """Answers of every arm to problems of another domain."""

    attribution: Attribution
    """Its rows are of a split that is called like the domain."""
    known: tuple[str, ...]
    """Problems that were left out, because the run has met them in training or at its gates."""
    leaks: tuple[Leak, ...]
    """What the rules carry of the problems."""


class NoNewProblems(ValueError):
    """No problem of the other domain is new to the run."""


def evaluate_on(
    run: Run, version: Version, adapter: str, domain: Domain, n: int, place: str
) -> CrossDomain:
    """Put base and tuned student, with and without the words, to `n` test problems of `domain`.

    The run's controls answer too, its teacher does not. All of it is recorded below `place`.
    Raises NotEnoughProblems, and NoNewProblems where all of them are known.
    """
    if "test" not in held_splits(domain):
        raise NotEnoughProblems(f"{domain.name} holds no test problems.")
    drawn = domain.problems("test", n, run.config.seed)
    known = known_ids([problem for some in run.problems.values() for problem in some], drawn)
    problems = [problem for problem in drawn if problem.id not in known]
    if not problems:
        raise NoNewProblems(
            f"{run.id} has met all {len(drawn)} problems of {domain.name} in training or at its "
            "gates, so they say nothing of what it makes of new ones."
        )
    run.freeze_split(slots.part(place, "split"), f"{domain.name}/test", problems)
    there = replace(run, domain=domain)
    arms: dict[Arm, list[JudgedReply]] = {
        (domain.name, arm.student, arm.strategy is not None): answers_of(
            there, slots.below(place, arm.slot), problems, arm, beside=place
        )
        for arm in evaluation_arms(run, version.strategy, adapter)
        if arm.model is None and not arm.solutions
    }
    floor = record_floors(there, slots.part(place, "floors"), f"{domain.name}/test", problems)
    return CrossDomain(
        attribution=table(
            arms,
            floors={domain.name: floor.accuracy},
            floor_right={domain.name: floor_scores(floor, problems)},
            classes=domain.guide.classes,
            seed=run.config.seed,
        ),
        known=known,
        leaks=tuple(strategy_leaks(version.strategy, problems, domain.guide.classes)),
    )


def known_ids(before: Sequence[Problem], problems: Sequence[Problem]) -> tuple[str, ...]:
    """Return the ids of those that stand among problems which were met before.

    By their id, that is by their canonical form; by their words; and where all the words of one
    that was met stand in the text, as those of a coding task do in a debugging one.
    """
    ids, texts = {it.id for it in before}, [wording(it.text) for it in before]
    long = [text for text in texts if len(text.split()) >= WORDS]
    found = []
    for problem in problems:
        text = wording(problem.text)
        if problem.id in ids or text in texts or any(each in text for each in long):
            found.append(problem.id)
    return tuple(found)
