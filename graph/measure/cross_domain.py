"""The generalisation question: what was learned of one domain, tried on another.

Nothing is learned there: its problems meet no teacher, no gate and no example.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from ...domains.contract import Domain, NotEnoughProblems, Problem, held
from ...evidence.attribution.table import Answered, Arm, Attribution, table
from ...evidence.floors import best_floor, floors
from ...evidence.leaks import Leak, leaks, wording
from ...store.events import FloorsMeasured, SplitFrozen
from ...store.rules import Strategy
from ...store.strategies.versions import Version
from ..context import Run
from ..nodes.evaluate import answers, players

WORDS = 8
"""A training problem of fewer words may stand in another one's text by chance."""


@dataclass(frozen=True)
class Elsewhere:
    """How every arm did on problems of another domain."""

    attribution: Attribution
    """Its rows are of a split that is called like the domain."""
    known: tuple[str, ...]
    """Problems that were left out, because the run has met them in training or at its gates."""
    leaks: tuple[Leak, ...]
    """What the rules carry of the problems."""


class NothingLeft(ValueError):
    """No problem of the other domain is new to the run."""


def tried_elsewhere(
    run: Run, version: Version, adapter: str, domain: Domain, n: int, place: str
) -> Elsewhere:
    """Put base and tuned student, with and without the words, to `n` test problems of `domain`.

    The run's controls answer too, its teacher does not. All of it is recorded below `place`.
    Raises NotEnoughProblems, and NothingLeft where all of them are known.
    """
    if "test" not in held(domain):
        raise NotEnoughProblems(f"{domain.name} holds no test problems.")
    drawn = domain.problems("test", n, run.config.seed)
    known = met([problem for some in run.problems.values() for problem in some], drawn)
    problems = [problem for problem in drawn if problem.id not in known]
    if not problems:
        raise NothingLeft(
            f"{run.id} has met all {len(drawn)} problems of {domain.name} in training or at its "
            "gates, so they say nothing of what it makes of new ones."
        )
    _freeze(run, domain, problems, place)
    there = replace(run, domain=domain)
    arms: dict[Arm, list[Answered]] = {
        (domain.name, player.student, player.strategy is not None): answers(
            there, f"{place}/{player.slot}", problems, player
        )
        for player in players(run, version.strategy, adapter)
        if player.model is None and not player.solutions
    }
    found = _over_floor(run, domain, problems, arms, place)
    return Elsewhere(found, known, tuple(_carried(version.strategy, domain, problems)))


def met(before: Sequence[Problem], problems: Sequence[Problem]) -> tuple[str, ...]:
    """Ids of those that stand among problems which were met before.

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


def _freeze(run: Run, domain: Domain, problems: Sequence[Problem], place: str) -> None:
    """What was asked is in the log, as for a run's own splits."""
    run.log.record(
        SplitFrozen(
            stream=run.id,
            slot=f"{place}/split",
            split=f"{domain.name}/test",
            problems=tuple(problem.id for problem in problems),
            problems_text=run.log.keep(json.dumps([asdict(problem) for problem in problems])),
        )
    )


def _over_floor(
    run: Run,
    domain: Domain,
    problems: Sequence[Problem],
    arms: dict[Arm, list[Answered]],
    place: str,
) -> Attribution:
    """The table of all arms, over floors that were fitted on nothing but these problems."""
    labels, features = [it.answer for it in problems], [it.features for it in problems]
    classes = domain.guide.classes
    floor = best_floor(labels, features, classes)
    run.log.record(
        FloorsMeasured(
            stream=run.id,
            slot=f"{place}/floors",
            split=f"{domain.name}/test",
            floors=floors(labels, features, classes),
        )
    )
    right = {
        problem.id: float(answer == problem.answer)
        for problem, answer in zip(problems, floor.answers, strict=True)
    }
    return table(
        arms,
        floors={domain.name: floor.accuracy},
        floor_right={domain.name: right},
        classes=classes,
        seed=run.config.seed,
    )


def _carried(strategy: Strategy, domain: Domain, problems: Sequence[Problem]) -> list[Leak]:
    return leaks(
        {rule.id: Strategy(rules=(rule,)).render() for rule in strategy.rules},
        [(problem.id, problem.text, problem.answer) for problem in problems],
        domain.guide.classes,
    )
