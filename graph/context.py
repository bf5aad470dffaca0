"""The run's live objects, handed to every node and never checkpointed."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Protocol, cast

from ..domains.contract import SPLITS, Domain, Problem, Split
from ..models.contract import Model, Student
from ..store.events import ProbeDecided, RunStarted, SealOpened, SplitFrozen
from ..store.log import EventLog
from ..store.strategies.versions import Strategies, Version
from ..trainer.train import Trainer
from .calls.journal import Journal
from .config.config import RunConfig
from .state import RunState
from .teacher.contract import Teacher


class Watch(Protocol):
    """Whoever looks on while a run works; the command line draws a progress bar."""

    def stage(self, name: str, detail: str = "") -> None:
        """A node begins, or a part of one."""

    def advance(self, what: str, done: int, total: int) -> None:
        """`done` of `total` units of `what` are finished."""

    def say(self, text: str) -> None:
        """A fact worth a line that stays on the screen."""


class Silent:
    """A watch that nobody reads."""

    def stage(self, name: str, detail: str = "") -> None: ...

    def advance(self, what: str, done: int, total: int) -> None: ...

    def say(self, text: str) -> None: ...


class Paused(Exception):
    """The run was asked to stop; everything finished is in the log."""


class Outcome(Enum):
    """How a call of `go` ended; true only where the run came to its end."""

    FINISHED = "finished"
    PAUSED = "paused"
    """Somebody stopped it."""
    WAITING = "waiting"
    """A person has to review a version first."""

    def __bool__(self) -> bool:
        return self is Outcome.FINISHED


def draw(config: RunConfig, domain: Domain, split: Split) -> Sequence[Problem]:
    """The problems of a split as the config wants them. Raises NotEnoughProblems."""
    count = getattr(config.splits, split)
    return domain.problems(split, count, config.seed) if count else ()


@dataclass
class Run:
    """One run: its place in the store, and who plays which part."""

    id: str
    config: RunConfig
    log: EventLog
    strategies: Strategies
    domain: Domain
    teacher: Teacher
    student: Model
    trainer: Trainer | None
    """None where the student cannot be trained."""
    validators: Sequence[Model]
    """Further models that an accepted version is tried on."""
    journal: Journal
    folder: Path
    """`runs/<run>/`: report, strategy, attribution, adapters."""
    watch: Watch = field(default_factory=Silent)
    stopping: Callable[[], bool] = lambda: False
    """Asked between batches; True ends the run at the next safe place."""
    drawn: Mapping[Split, Sequence[Problem]] = field(default_factory=dict)
    """A new run's problems, from its opening to `freeze`; afterwards the log has them."""

    @property
    def branch(self) -> str:
        return f"{self.domain.name}/{self.id}"

    @property
    def adapters(self) -> Path:
        return self.folder / "adapters"

    def pause_point(self) -> None:
        """Raise Paused if somebody asked the run to stop."""
        if self.stopping():
            raise Paused

    def current(self) -> Version:
        """The version this run's line stands at."""
        return self.strategies.current(self.domain.name, self.branch)

    def version(self, strategy: str) -> Version:
        """A version of this domain by its hash; the empty one is `@0`."""
        number = self.strategies.number(self.domain.name, strategy)
        return self.strategies.get(f"{self.domain.name}@{number}")

    def wearing(self, adapter: str) -> Model:
        """The student with the adapter of that key, or bare for an empty key."""
        if not adapter:
            return self.student
        return cast(Student, self.student).wearing(self.adapters / adapter)

    def freeze(self) -> None:
        """Write the run's start and its splits into the log; on resume, find them there."""
        if self.log.find(self.id, "start") is None:
            self.log.record(
                RunStarted(
                    stream=self.id,
                    slot="start",
                    domain=self.domain.name,
                    config=self.config.model_dump(mode="json", exclude={"budget"}),
                    budget=self.config.budget.model_dump(mode="json"),
                )
            )
        for split in SPLITS:
            if self.log.find(self.id, f"split/{split}") is None:
                self._freeze_split(split)
        self.drawn = {}

    def _freeze_split(self, split: Split) -> None:
        drawn = self.drawn.get(split)
        problems = draw(self.config, self.domain, split) if drawn is None else drawn
        self.log.record(
            SplitFrozen(
                stream=self.id,
                slot=f"split/{split}",
                split=split,
                problems=tuple(problem.id for problem in problems),
                problems_text=self.log.keep(json.dumps([asdict(problem) for problem in problems])),
            )
        )

    @cached_property
    def problems(self) -> Mapping[Split, Sequence[Problem]]:
        """The frozen splits that a run may learn and choose from, as the log has them."""
        return {"train": self._frozen("train"), "val": self._frozen("val")}

    def open_seal(self, split: Split, place: str) -> Sequence[Problem]:
        """The problems of a sealed split, for what happens in `place`; the opening is an event."""
        self.log.record(
            SealOpened(stream=self.id, slot=f"{place}/seal/{split}", split=split, reason=place)
        )
        return self._frozen(split)

    def held_out(self) -> Mapping[str, frozenset[str]]:
        """Ids that no example may be made of. Ids are hashes: they open no seal."""
        splits: tuple[Split, ...] = ("val", "test", "ood")
        return {split: frozenset(self._split(split).problems) for split in splits}

    def _split(self, split: Split) -> SplitFrozen:
        event = self.log.find(self.id, f"split/{split}")
        assert isinstance(event, SplitFrozen), f"run {self.id} has no frozen {split} split"
        return event

    def _frozen(self, split: Split) -> Sequence[Problem]:
        text = self.log.text(self._split(split).problems_text)
        return [Problem(**entry) for entry in json.loads(text)]

    @property
    def example_problems(self) -> Sequence[Problem]:
        """Train problems that examples are made of: the same for every version and control."""
        return self.problems["train"][: self.config.train.examples]

    def batch(self, number: int) -> Sequence[Problem]:
        """Fresh train problems for the probe (number 0) and each round's `solve` (1, 2, ...)."""
        size, start = self.config.loop.batch, self.config.train.examples
        return self.problems["train"][start + number * size :][:size]

    def feedback_problems(self, cycle: int) -> Sequence[Problem]:
        """Fresh train problems for the feedback of `cycle`: in no example and no batch."""
        loop = self.config.loop
        start = self.config.train.examples + loop.batch * (self.config.total_rounds + 1)
        return self.problems["train"][start + (cycle - 1) * loop.feedback :][: loop.feedback]

    def round_number(self, state: RunState) -> int:
        """Counts rounds through all cycles, from 1."""
        return sum(self.config.loop.rounds_by_cycle[: state["cycle"] - 1]) + state["round"]

    def block(self, state: RunState) -> Sequence[Problem]:
        """The round's own block of the validation pool, behind the frontier's sub-block."""
        size = self.config.block
        start = self.config.search.frontier + (self.round_number(state) - 1) * size
        return self.problems["val"][start : start + size]

    @property
    def frontier_problems(self) -> Sequence[Problem]:
        """The fixed sub-block of the validation pool that no gate ever uses."""
        return self.problems["val"][: self.config.search.frontier]

    def channel(self) -> ProbeDecided | None:
        """What the capability probe found, once it has."""
        event = self.log.find(self.id, "baseline/probe")
        return event if isinstance(event, ProbeDecided) else None
