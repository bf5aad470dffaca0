"""Story of one run: its stream folded once, for `show`, for the report and for the page."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

from ..graph.config.credentials import public_config
from ..graph.measure.rule_worth import RuleWorth, rule_worths
from ..graph.teacher.rulebook import RulebookTeacher
from ..store import events
from ..store.judged_by import count_readings, doubt_line, judge_name
from ..store.log import Entry, Log
from ..store.readings import apply_reading
from ..store.rules import Rule
from ..store.runs import find_run
from ..store.slots import PROBE, RoundId, cycle_of, round_of, step_of
from ..store.strategies.versions import Strategies, Version
from .credentials import hide_credentials
from .review_history import Review, reviews
from .unusable import RepliesByModel
from .usage import ModelUsage
from .wording import version_name

if TYPE_CHECKING:
    from ..evidence.attribution.table import Attribution
    from .portability import Matrix

E = TypeVar("E", bound=events.Event)

RoundEvent = (
    events.RoundOpened | events.Solved | events.CreditMeasured | events.Reflected
    | events.StrategyProposed | events.ProposalRefused | events.GateDecided
    | events.PortabilityMeasured | events.ReviewAsked | events.ReviewAnswered
    | events.StrategyPromoted
)  # fmt: skip
"""Kinds of which rounds are made."""
_TOLD = (
    *get_args(RoundEvent), events.RunStarted, events.ProbeDecided, events.Transferred,
    events.FailuresSorted, events.SealOpened, events.StrategyRolledBack, events.Evaluated,
    events.SplitFrozen, events.FloorsMeasured, events.ExamplesBuilt, events.AdapterTrained,
    events.FrontierScored, events.RunFinished, events.CallGivenUp, events.CallTakenUp,
)  # fmt: skip
"""Kinds that a story has a place for, or tells by what came of them."""


@dataclass
class RunStory:
    """Events of one run, with the questions that its readers ask of them."""

    log: Log
    start: events.RunStarted
    strategies: Strategies
    event_count: int = 0
    """Number of all events, the counted ones included."""
    head: str = ""
    """Hash of the newest event: it seals all before it."""
    usage: dict[str, ModelUsage] = field(default_factory=lambda: defaultdict(ModelUsage))
    """By model, in the order in which the models were first asked."""
    replies: RepliesByModel = field(default_factory=RepliesByModel)
    in_doubt: list[str] = field(default_factory=list)
    """Slots of the calls that were made twice."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """Judged attempts by outcome."""
    judged_by: Counter[str] = field(default_factory=Counter)
    """Judged attempts by the judge that read them, and the sandbox or model behind it."""
    engines: Counter[str] = field(default_factory=Counter)
    """Judged attempts by what made the reply, as far as that was kept."""
    doubts: int = 0
    """Judged attempts on which two ways of comparing the answer disagreed."""
    readings: dict[str, events.AttemptReread] = field(default_factory=dict)
    """Slot of each attempt that was read again -> its newest reading, by which it counts."""
    kinds: dict[type, list[events.Event]] = field(default_factory=lambda: defaultdict(list))
    """Events in order, by kind; calls and attempts are only counted."""
    _moments: list[datetime] = field(default_factory=list)
    _models: dict[str, str] = field(default_factory=dict)
    """Slot of a call -> the model that was asked."""
    _names: dict[str, str] = field(default_factory=dict)

    def fold(self, entry: Entry) -> None:
        """Take in the next event of the stream."""
        event = entry.event
        self.event_count, self.head = self.event_count + 1, entry.hash
        self._moments.append(entry.at)
        match event:
            case events.CallIntended():
                self._models[step_of(event.slot)] = event.model
                self.usage[event.model].calls += 1
            case events.CallCompleted():
                self._usage_of(step_of(event.slot)).add_reply(event)
                self.replies.add_reply(self._models.get(step_of(event.slot), "unknown"), event)
            case events.CallInDoubt():
                self._usage_of(event.call).in_doubt += 1
                self.in_doubt.append(event.call)
            case events.AttemptJudged():
                self._count_attempt(event, 1)
            case events.AttemptReread():
                self._fold_reading(event)
            case _:
                self.kinds[type(event)].append(event)

    def _count_attempt(self, attempt: events.AttemptJudged, times: int) -> None:
        self.doubts += times * bool(attempt.doubt)
        self.replies.add_attempt(attempt, times)
        for counted, name in (
            (self.outcomes, attempt.outcome),
            (self.judged_by, judge_name(attempt)),
            (self.engines, attempt.engine),
        ):
            counted[name] += times
            if not name or not counted[name]:
                del counted[name]

    def _fold_reading(self, reading: events.AttemptReread) -> None:
        """Count an attempt by its newest reading, in the place of the one before."""
        attempt = self.log.find(events.AttemptJudged, reading.stream, reading.attempt)
        assert attempt is not None, "only what was attempted is read again"
        before = self.readings.get(reading.attempt)
        self._count_attempt(apply_reading(attempt, before), -1)
        self._count_attempt(apply_reading(attempt, reading), 1)
        self.readings[reading.attempt] = reading

    @property
    def read_again(self) -> Mapping[str, int]:
        """Judge -> how many replies it read again, by the newest readings."""
        return count_readings(self.readings.values())

    def _usage_of(self, call: str) -> ModelUsage:
        return self.usage[self._models.get(call, "unknown")]

    @property
    def run(self) -> str:
        """Name of the run, which is its stream."""
        return self.start.stream

    @property
    def domain(self) -> str:
        """Name of the domain."""
        return self.start.domain

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """Config as the run started with it, without the credentials that an old one may hold."""
        return public_config(self.start.config)

    @property
    def by_rulebook(self) -> bool:
        """Tell whether the teacher is the domain's own rules and no language model."""
        return bool(self.config["teacher"] == RulebookTeacher.name)

    @property
    def began(self) -> datetime:
        """Time of the first event. UTC, as all times are."""
        return self._moments[0]

    @property
    def last(self) -> datetime:
        """Time of the newest event."""
        return self._moments[-1]

    @cached_property
    def seconds(self) -> float:
        """Time at work: pauses longer than half an hour are left out."""
        from ..graph.calls.budget import seconds_at_work

        return round(seconds_at_work(self._moments), 3)

    def all(self, kind: type[E]) -> list[E]:
        """Return the events of one kind, in order."""
        return cast(list[E], self.kinds.get(kind, []))

    @property
    def doubt_line(self) -> str:
        """Rate at which two ways of comparing an answer disagreed; empty where they never did."""
        return doubt_line(self.doubts, self.outcomes.total())

    @property
    def others(self) -> list[events.Event]:
        """Events of kinds that no story has a place for: each reader lists them as they are."""
        return [it for kind, found in self.kinds.items() if kind not in _TOLD for it in found]

    def within(self, kind: type[E], where: RoundId) -> list[E]:
        """Return the events of one kind in one round."""
        return cast(list[E], self._by_round.get((kind, where), []))

    def ending(self, kind: type[E], cycle: int) -> list[E]:
        """Return the events of one kind with which a cycle ended."""
        return [event for event in self.all(kind) if cycle_of(event.slot) == cycle]

    def newest(self, kind: type[E], where: RoundId) -> E | None:
        """Return the newest event of one kind in one round; None where there is none."""
        return next(reversed(self.within(kind, where)), None)

    @cached_property
    def rounds(self) -> list[RoundId]:
        """Rounds that have begun, in order."""
        return sorted({where for kind, where in self._by_round if issubclass(kind, RoundEvent)})

    def is_over(self, where: RoundId) -> bool:
        """Tell whether a round came to its end."""
        return bool(self.all(events.RunFinished)) or where < self.rounds[-1]

    @cached_property
    def _by_round(self) -> Mapping[tuple[type, RoundId], list[events.Event]]:
        placed: dict[tuple[type, RoundId], list[events.Event]] = defaultdict(list)
        for kind, found in self.kinds.items():
            for event in found:
                if (where := round_of(event.slot)) is not None:
                    placed[kind, where].append(event)
        return dict(placed)

    @property
    def gates_by_hand(self) -> list[events.GateDecided]:
        """Gates that a person asked for."""
        return [gate for gate in self.all(events.GateDecided) if round_of(gate.slot) is None]

    @property
    def probe(self) -> events.ProbeDecided | None:
        """Probe of the student's capability, once it was made; validators have their own."""
        return next((it for it in self.all(events.ProbeDecided) if it.slot == PROBE), None)

    def seal_slots(self, split: str) -> list[str]:
        """Return the slots in which the seal of a split was opened."""
        return [event.slot for event in self.all(events.SealOpened) if event.split == split]

    def name(self, strategy: str) -> str:
        """Return `domain@n` of a hash; the hash, shortened, where no version has it."""
        if strategy not in self._names:
            self._names[strategy] = version_name(self.strategies, self.domain, strategy)
        return self._names[strategy]

    def rules(self, strategy: str) -> tuple[Rule, ...]:
        """Return the rules of a version of this run by its hash; none of an unknown one."""
        proposals = self.all(events.StrategyProposed)
        return next((it.rules for it in proposals if it.strategy == strategy), ())

    @property
    def branch_version(self) -> Version:
        """Version that the run's branch is at."""
        return self.strategies.current(self.domain, f"{self.domain}/{self.run}")

    @property
    def version(self) -> Version:
        """Version that is reported: the evaluated one; before the evaluation, the branch's."""
        if self.evaluation is not None:
            return self.strategies.get(self.evaluation["strategy_version"])
        return self.branch_version

    @property
    def current(self) -> str:
        """Name of the version that the finished run ended with; before, of the branch's."""
        end = self.all(events.RunFinished)
        return self.name(end[-1].strategy) if end else self.branch_version.name

    @cached_property
    def evaluation(self) -> Mapping[str, Any] | None:
        """Content of attribution.json, once evaluated."""
        found = self.all(events.Evaluated)
        return json.loads(self.log.text(found[-1].attribution_text)) if found else None

    @cached_property
    def attribution(self) -> "Attribution | None":
        """Attribution table, once evaluated."""
        from ..evidence.attribution.table import Attribution

        return None if self.evaluation is None else Attribution.from_json(self.evaluation)

    @cached_property
    def worth(self) -> Mapping[str, RuleWorth]:
        """Rule id -> what this run measured of it."""
        return rule_worths(self.log, self.domain, stream=self.run)

    @cached_property
    def reviews(self) -> Sequence[Review]:
        """Reviews by a person, each with what was measured after it."""
        return reviews(self.log, self.domain, stream=self.run)

    @cached_property
    def portability(self) -> "Matrix | None":
        """Portability matrix; None without validators."""
        from .portability import portability_matrix

        return portability_matrix(self.log, self.run)


def read_run(log: Log, run_id: str) -> RunStory:
    """Fold the run's stream once. Raises LookupError for an unknown run."""
    hide_credentials(log)
    story = RunStory(log, find_run(log, run_id), Strategies(log))
    for entry in log.entries(stream=run_id):
        story.fold(entry)
    return story
