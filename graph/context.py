"""The run's live objects, handed to every node and never checkpointed."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

from ..domains.contract import SPLITS, Domain, Problem, Split
from ..models.contract import Model, Reply, Request
from ..store import slots
from ..store.errors import StoreCorrupt
from ..store.events import (
    Event,
    ProbeDecided,
    RunStarted,
    SealOpened,
    SplitFrozen,
)
from ..store.log import Log
from ..store.strategies.versions import Strategies, Version
from ..trainer.contract import Trainer
from .calls.budget import spending_of
from .calls.journal import Journal
from .config.config import RunConfig
from .state import RunState
from .teacher.contract import Ask, Teacher

E = TypeVar("E", bound=Event)


class Progress(Protocol):
    """Listener to a run at work; the command line draws a progress bar."""

    def stage(self, name: str, detail: str = "") -> None:
        """A node begins, or a part of one."""

    def advance(self, what: str, done: int, total: int) -> None:
        """`done` of `total` units of `what` are finished."""

    def say(self, text: str) -> None:
        """A fact worth a line that stays on the screen."""


class SilentProgress:
    """Progress that goes nowhere."""

    def stage(self, name: str, detail: str = "") -> None: ...

    def advance(self, what: str, done: int, total: int) -> None: ...

    def say(self, text: str) -> None: ...


class Paused(Exception):
    """The run was asked to stop; everything finished is in the log."""


class RunStatus(Enum):
    """State of a run as a call of `go` leaves it; true only where the run came to its end."""

    FINISHED = "finished"
    PAUSED = "paused"
    """Somebody stopped it."""
    WAITING = "waiting"
    """A person has to review a version first."""

    def __bool__(self) -> bool:
        return self is RunStatus.FINISHED


def draw(config: RunConfig, domain: Domain, split: Split) -> Sequence[Problem]:
    """Draw the problems of a split as the config wants them. Raises NotEnoughProblems."""
    count = getattr(config.splits, split)
    return domain.problems(split, count, config.seed) if count else ()


@dataclass
class Run:
    """One run: its place in the store, its domain and models, and its slices of the splits."""

    id: str
    config: RunConfig
    log: Log
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
    home: str | Path
    """The store, as `open_log` takes it."""
    progress: Progress = field(default_factory=SilentProgress)
    stopping: Callable[[], bool] = lambda: False
    """Asked between batches; True ends the run at the next safe place."""
    judge: Model | None = None
    """Model that the domain's judge asks, if it asks one."""
    drawn: Mapping[Split, Sequence[Problem]] = field(default_factory=dict)
    """A new run's problems, from its opening to `freeze`; afterwards the log has them."""
    other_adapters: set[str] = field(default_factory=set)
    """Keys of adapters that were said to be whole, but not the recorded ones."""

    @property
    def branch(self) -> str:
        return f"{self.domain.name}/{self.id}"

    @property
    def adapters(self) -> Path:
        return self.folder / "adapters"

    @contextmanager
    def work_alone(self) -> Iterator[None]:
        """Be the only one who works on the run, from what is recorded of it now.

        Somebody may have worked, and paid, between the opening and now. Raises StreamBusy where
        somebody works on it already, StoreCorrupt for a log that is damaged.
        """
        with self.log.alone(self.id):
            self.log.check(self.id)
            self.journal.spending = spending_of(self.log, self.id, self.config.budget)
            self.journal.pause_point, self.journal.tell = self.pause_point, self.progress.say
            yield

    def pause_point(self) -> None:
        """Raise Paused if somebody asked the run to stop."""
        if self.stopping():
            raise Paused

    def current(self) -> Version:
        """Return the version this run's line stands at."""
        return self.strategies.current(self.domain.name, self.branch)

    def version(self, strategy: str) -> Version:
        """Return a version of this domain by its hash; the empty one is `@0`."""
        number = self.strategies.number(self.domain.name, strategy)
        return self.strategies.get(f"{self.domain.name}@{number}")

    def event(self, kind: type[E], slot: str) -> E:
        """Return what an earlier step recorded in a slot. Raises StoreCorrupt where it is gone."""
        event = self.log.find(kind, self.id, slot)
        if event is None:
            raise StoreCorrupt(
                f"The log lacks what run {self.id} recorded in the slot {slot!r} "
                f"({kind.__name__}): it was changed while the run worked, or is damaged. Nothing "
                "more is recorded now. `tutelage log verify` looks closer; restore the store from "
                f"a copy, or `tutelage resume {self.id}` to go on from what it holds."
            )
        return event

    def freeze(self) -> None:
        """Write the run's start and its splits into the log; on resume, find them there."""
        if self.log.find(RunStarted, self.id, slots.START) is None:
            self.log.record(
                RunStarted(
                    stream=self.id,
                    slot=slots.START,
                    domain=self.domain.name,
                    config=self.config.model_dump(mode="json", exclude={"budget"}),
                    budget=self.config.budget.model_dump(mode="json"),
                )
            )
        for split in SPLITS:
            slot = slots.run_step("split", split)
            if self.log.find(SplitFrozen, self.id, slot) is None:
                drawn = self.drawn.get(split)
                drawn = draw(self.config, self.domain, split) if drawn is None else drawn
                self.freeze_split(slot, split, drawn)
        self.drawn = {}

    def freeze_split(self, slot: str, split: str, problems: Sequence[Problem]) -> None:
        """Record the problems of a split, whole: whatever the domain draws later, these count."""
        self.log.record(
            SplitFrozen(
                stream=self.id,
                slot=slot,
                split=split,
                problems=tuple(problem.id for problem in problems),
                problems_text=self.log.keep(json.dumps([asdict(problem) for problem in problems])),
            )
        )

    @cached_property
    def problems(self) -> Mapping[Split, Sequence[Problem]]:
        """Problems of the frozen splits that a run may learn and choose from, as logged."""
        return {"train": self._read_split("train"), "val": self._read_split("val")}

    def open_seal(self, split: Split, place: str) -> Sequence[Problem]:
        """Return a sealed split's problems, for what happens in `place`; record the opening."""
        slot = slots.below(place, slots.SEAL, split)
        self.log.record(SealOpened(stream=self.id, slot=slot, split=split, reason=place))
        return self._read_split(split)

    def held_out_ids(self) -> Mapping[str, frozenset[str]]:
        """Return the ids that no example may be made of. Ids are hashes: they open no seal."""
        splits: tuple[Split, ...] = ("val", "test", "ood")
        return {split: frozenset(self._split(split).problems) for split in splits}

    def _split(self, split: Split) -> SplitFrozen:
        return self.event(SplitFrozen, slots.run_step("split", split))

    def _read_split(self, split: Split) -> Sequence[Problem]:
        text = self.log.text(self._split(split).problems_text)
        return [Problem(**entry) for entry in json.loads(text)]

    @property
    def example_problems(self) -> Sequence[Problem]:
        """Train problems that examples are made of: the same for every version and control."""
        return self.problems["train"][: self.config.train.examples]

    def batch(self, number: int) -> Sequence[Problem]:
        """Return fresh train problems: for the probe (0), and each round's `solve` (1, 2, ...)."""
        size, start = self.config.loop.batch, self.config.train.examples
        return self.problems["train"][start + number * size :][:size]

    def feedback_problems(self, cycle: int) -> Sequence[Problem]:
        """Return fresh train problems for the feedback of `cycle`: in no example and no batch."""
        loop = self.config.loop
        start = self.config.train.examples + loop.batch * (self.config.total_rounds + 1)
        return self.problems["train"][start + (cycle - 1) * loop.feedback :][: loop.feedback]

    def round_number(self, state: RunState) -> int:
        """Count rounds through all cycles, from 1."""
        return sum(self.config.loop.rounds_by_cycle[: state["cycle"] - 1]) + state["round"]

    def previous_round(self, state: RunState) -> RunState | None:
        """Return the round before this one, through all cycles; None before the first."""
        cycle, number = state["cycle"], state["round"]
        if number > 1:
            return {"cycle": cycle, "round": number - 1}
        if cycle == 1:
            return None
        return {"cycle": cycle - 1, "round": self.config.loop.rounds_by_cycle[cycle - 2]}

    def gate_problems(self, state: RunState) -> Sequence[Problem]:
        """Return the round's own block of the validation pool, behind the frontier's problems."""
        size = self.config.block
        start = self.config.search.frontier + (self.round_number(state) - 1) * size
        return self.problems["val"][start : start + size]

    @property
    def frontier_problems(self) -> Sequence[Problem]:
        """The fixed sub-block of the validation pool that no gate ever uses."""
        return self.problems["val"][: self.config.search.frontier]

    def channel(self) -> ProbeDecided | None:
        """Return the capability probe's decision; None before the probe."""
        return self.log.find(ProbeDecided, self.id, slots.PROBE)

    def reads_words(self) -> bool:
        """Tell whether the student is given strategies to read: not in the `weights` channel."""
        probe = self.channel()
        return probe is None or probe.channel == "words"

    def teacher_call(self, slot: str) -> Ask:
        """Return the function by which the teacher asks its model; it journals below `slot`."""

        def ask(asked: Sequence[tuple[str, Request]]) -> list[Reply]:
            assert self.teacher.model is not None, "a teacher without a model asks nothing"
            calls = [(slots.below(slot, part), request) for part, request in asked]
            answered = self.journal.replies(self.teacher.model, calls)
            return [reply for batch in answered for _, reply in batch]

        return ask
