"""A run as the log tells it, read once, for whoever writes a page about it."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar, cast

from ...evidence.attribution.contrasts import arm_name
from ...evidence.attribution.table import Attribution
from ...store.events import (
    AttemptJudged,
    CallCompleted,
    CallInDoubt,
    CallIntended,
    Evaluated,
    Event,
    ProbeDecided,
    RunFinished,
    RunStarted,
    SealOpened,
    SplitFrozen,
    StrategyProposed,
)
from ...store.log import Entry, EventLog
from ...store.rules import Rule
from ...store.strategies.reviews import Review, reviews
from ...store.strategies.versions import Strategies, Version
from ...store.strategies.worth import Worth, ledger
from ..portability import Matrix, matrix

E = TypeVar("E", bound=Event)
_ROUND = re.compile(r"c(\d+)/r(\d+)/")


@dataclass
class Facts:
    """What is known of one run."""

    log: EventLog
    run: str
    start: RunStarted
    strategies: Strategies
    began: datetime
    last: datetime
    """When its newest event was recorded. UTC, as all times are."""
    events: int = 0
    head: str = ""
    """Hash of the newest event: it seals all before it."""
    spent: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By model: calls, answered, failed, tokens, and calls in doubt."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """Judged attempts by outcome."""
    judges: Counter[str] = field(default_factory=Counter)
    """Judged attempts by what judged them, where judging was more than arithmetic."""
    kinds: dict[type, list[Event]] = field(default_factory=lambda: defaultdict(list))
    """Events in order, by kind; the three kinds that come with every call are only counted."""
    record: Mapping[str, Any] | None = None
    """The content of attribution.json, once evaluated."""
    table: Attribution | None = None
    _names: dict[str, str] = field(default_factory=dict)

    def all(self, kind: type[E]) -> list[E]:
        return cast(list[E], self.kinds.get(kind, []))

    @property
    def finished(self) -> bool:
        return bool(self.all(RunFinished))

    @property
    def config(self) -> Mapping[str, Any]:
        return self.start.config

    @property
    def domain(self) -> str:
        return self.start.domain

    @property
    def rulebook(self) -> bool:
        """Whether the teacher is the domain's own rules and no language model."""
        return bool(self.config["teacher"] == "rulebook")

    @cached_property
    def rounds(self) -> list[tuple[int, int]]:
        """Cycle and round of every round that has begun."""
        return sorted({where for _, where in self._placed})

    @cached_property
    def _placed(self) -> Mapping[tuple[type, tuple[int, int]], list[Event]]:
        found: dict[tuple[type, tuple[int, int]], list[Event]] = defaultdict(list)
        for kind, events in self.kinds.items():
            for event in events:
                if (where := place(event.slot)) is not None:
                    found[kind, where].append(event)
        return dict(found)

    def over(self, where: tuple[int, int]) -> bool:
        """Whether a round came to its end."""
        return self.finished or where < self.rounds[-1]

    def opened(self, split: str) -> list[str]:
        """Where the seal of a split was opened."""
        return [event.slot for event in self.all(SealOpened) if event.split == split]

    def within(self, kind: type[E], where: tuple[int, int]) -> list[E]:
        """The events of one kind in one round."""
        return cast(list[E], self._placed.get((kind, where), []))

    @property
    def probes(self) -> list[ProbeDecided]:
        """The student's capability probe, once it was made; validators have their own."""
        return [event for event in self.all(ProbeDecided) if event.slot == "baseline/probe"]

    def version(self) -> Version:
        """What the run is reported with: the evaluated version, before that its branch's."""
        if self.record is not None:
            return self.strategies.get(self.record["strategy_version"])
        return self.strategies.current(self.domain, f"{self.domain}/{self.run}")

    def name(self, strategy: str) -> str:
        """`domain@n` of a hash; the hash, shortened, where no version has it."""
        if strategy not in self._names:
            try:
                number = self.strategies.number(self.domain, strategy)
                self._names[strategy] = f"{self.domain}@{number}"
            except LookupError:
                self._names[strategy] = strategy[:12]
        return self._names[strategy]

    def rules(self, strategy: str) -> tuple[Rule, ...]:
        """The rules of a version by its hash; none of an unknown one."""
        found = [it.rules for it in self.all(StrategyProposed) if it.strategy == strategy]
        return found[0] if found else ()

    @cached_property
    def worth(self) -> Mapping[str, Worth]:
        """Rule id -> what this run measured of it."""
        return ledger(self.log, self.domain, stream=self.run)

    @cached_property
    def reviews(self) -> Sequence[Review]:
        """What was laid before a person, and how it turned out."""
        return reviews(self.log, self.domain, stream=self.run)

    @cached_property
    def matrix(self) -> Matrix | None:
        """Which models are helped by what; None without validators."""
        return matrix(self.log, self.run)

    def problems(self, split: str) -> list[Mapping[str, Any]]:
        """The frozen problems of a split. Of a sealed one only once the run was evaluated."""
        assert split in ("train", "val") or self.record is not None, f"{split} is still sealed"
        event = self.log.find(self.run, f"split/{split}")
        if not isinstance(event, SplitFrozen):
            return []
        found: list[Mapping[str, Any]] = json.loads(self.log.text(event.problems_text))
        return found

    def answers(self, split: str, student: str, strategy: bool) -> dict[str, AttemptJudged]:
        """By problem: what one arm of the evaluation replied."""
        prefix = f"evaluate/{split}/{arm_name(student, strategy)}/"
        entries = self.log.entries(stream=self.run, kinds=[AttemptJudged], prefix=prefix)
        events = [cast(AttemptJudged, entry.event) for entry in entries]
        return {event.problem: event for event in events}


def read(log: EventLog, run_id: str) -> Facts:
    """Read the run's stream once. Raises LookupError for an unknown run."""
    start = log.find(run_id, "start")
    if not isinstance(start, RunStarted):
        known = [entry.event.stream for entry in log.entries(kinds=[RunStarted])]
        raise LookupError(f"No run {run_id!r}. Known runs: {', '.join(known) or 'none yet'}.")
    told: Facts | None = None
    asked: dict[str, str] = {}
    for entry in log.entries(stream=run_id):
        if told is None:
            told = Facts(log, run_id, start, Strategies(log), entry.at, entry.at)
        _fold(told, entry, asked)
    assert told is not None, "a run that started has an event"
    for evaluated in told.all(Evaluated):
        told.record = json.loads(log.text(evaluated.attribution_text))
        told.table = Attribution.from_json(cast(Mapping[str, Any], told.record))
    return told


def place(slot: str) -> tuple[int, int] | None:
    """Cycle and round that a slot lies in."""
    found = _ROUND.match(slot)
    return (int(found[1]), int(found[2])) if found else None


def _fold(told: Facts, entry: Entry, asked: dict[str, str]) -> None:
    event = entry.event
    told.events, told.head, told.last = told.events + 1, entry.hash, entry.at
    if isinstance(event, CallIntended):
        asked[event.slot.removesuffix("/call")] = event.model
        told.spent[event.model].update(calls=1)
    elif isinstance(event, CallCompleted):
        told.spent[asked.get(event.slot.removesuffix("/reply"), "unknown")].update(
            answered=1,
            failed=int(event.outcome not in ("ok", "truncated")),
            input=event.input_tokens,
            output=event.output_tokens,
            cached=event.cached_tokens,
        )
    elif isinstance(event, CallInDoubt):
        told.spent[asked.get(event.call, "unknown")].update(doubt=1)
    elif isinstance(event, AttemptJudged):
        told.outcomes[event.outcome] += 1
        told.judges.update([event.judged_by] if event.judged_by else [])
    else:
        told.kinds[type(event)].append(event)
