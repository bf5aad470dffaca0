"""Models that a version is tried on, and runs that ask them."""

from pathlib import Path
from typing import Any

from tutelage.graph.context import Run
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.models.contract import Model, Reply, Request, Usage
from tutelage.store.edits import Add
from tutelage.store.events import GateDecided, StrategyProposed
from tutelage.store.rules import EMPTY, Strategy

from .fakes import RULES, Coach, Parity, Pupil
from .world import config

OBEDIENT = Pupil({"carry": 0.45}, hears=True, name="scripted:obedient")
HARMED = Pupil({"carry": -0.35}, hears=True, name="scripted:harmed")
DEAF = Pupil({"carry": 0.45}, hears=False, name="scripted:deaf")
TRIO: tuple[Model, ...] = (OBEDIENT, HARMED, DEAF)


class Fixed(Pupil):
    """A validator that loses, wins or does not answer the places of a split that a test names.

    Words change `lost` right answers to wrong ones and `won` wrong ones to right ones in the
    validation pool, and make the probe all right (`probe=1`), all wrong (-1) or nothing at all (0).
    """

    def __init__(self, lost: int = 0, won: int = 0, *, silent: int = 0, probe: int = 0) -> None:
        super().__init__({}, name="scripted:fixed")
        self._lost, self._won, self._silent, self._probe = lost, won, silent, probe

    def _reply(self, request: Request) -> Reply:
        number = int(request.prompt.split()[3])
        told = any(rule.text in request.context for rule in RULES)
        place = number % 1000
        if number < 10_000:
            right = told if self._probe > 0 else not told if self._probe < 0 else True
        elif place % 2 == 0 and place < 2 * self._silent:
            return Reply("", outcome="error", detail="The line is dead.")
        else:
            backwards = 29 - place
            right = not told if place < self._lost else told if backwards < self._won else True
        truth, lie = ("NO", "YES") if number % 2 else ("YES", "NO")
        return Reply(f"Answer: {truth if right else lie}", usage=Usage(1, 1))


SHORT: dict[str, Any] = {
    "splits": {"train": 50, "val": 30, "test": 1, "ood": 0},
    "loop": {"cycles": 1, "rounds": 1, "candidates": 1, "batch": 16, "feedback": 4},
    "train": {"examples": 10},
}


def run_with(home: Path, *validators: Model, student: Model = OBEDIENT, **changes: Any) -> Run:
    """A run that began, with the version `parity@1` whose one rule is to carry."""
    run = open_run(
        home / "store",
        home / "runs",
        config(validators=[it.name for it in validators], **SHORT, **changes),
        overrides=Overrides(
            domain=Parity(), student=student, trainer=Coach(), validators=validators
        ),
    )
    run.freeze()
    carry = RULES[0]
    propose(run, Add(section=carry.section, text=carry.text, steps=tuple(carry.steps)))
    return run


def propose(run: Run, edit: Add) -> Strategy:
    """A version of one rule, on the run's branch."""
    strategy = Strategy(rules=(edit.rule("r-1"),))
    run.log.record(
        StrategyProposed(
            stream=run.id,
            slot="c1/r1/update_strategy/1",
            domain=run.domain.name,
            branch=run.branch,
            strategy=strategy.hash,
            rules=strategy.rules,
            parents=(EMPTY.hash,),
            edits=(edit,),
        )
    )
    return strategy


def gate_of(run: Run, size: int = 24, **found: Any) -> GateDecided:
    """An accepting gate of `parity@1` on the first problems of the pool."""
    told = {"channel": "words", "decision": "accept", "gain": 0.4, "low": 0.2, "high": 0.6}
    event = GateDecided.model_validate(
        {
            "stream": run.id,
            "slot": "c1/r1/validate/1/gate",
            "domain": run.domain.name,
            "candidate": run.strategies.get(f"{run.domain.name}@1").hash,
            "incumbent": EMPTY.hash,
            "reason": "It helps.",
            "block": [problem.id for problem in run.problems["val"][:size]],
            "pairs": size,
            **told,
            **found,
        }
    )
    return run.log.record(event)
