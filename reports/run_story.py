"""The story of a run, read off the log: what happened in each round, and what it took."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..store.events import (
    AdapterTrained,
    AttemptJudged,
    CallCompleted,
    CallInDoubt,
    CallIntended,
    Evaluated,
    FailuresSorted,
    ProbeDecided,
    RunFinished,
    RunStarted,
    SealOpened,
    Transferred,
)
from ..store.log import Entry, EventLog
from ..store.strategies.versions import Strategies
from .rounds import Happened, Rounds
from .rounds import gate_facts as gate_facts
from .wording import name_of

_CYCLE = re.compile(r"c(\d+)/")


@dataclass
class Story:
    """One run. Everything in it is plain data: `vars(story)` is what `--json` prints."""

    run: str
    domain: str = ""
    teacher: str = ""
    student: str = ""
    finished: bool = False
    began: str = ""
    """UTC, as are all times."""
    last: str = ""
    """When its last event was recorded."""
    seconds: float = 0.0
    """At work: pauses longer than half an hour are left out."""
    events: int = 0
    current: str = ""
    """Name of the version that it evaluated; before its end, of the one its branch is at."""
    probe: dict[str, Any] | None = None
    rounds: list[dict[str, Any]] = field(default_factory=list)
    cycles: list[dict[str, Any]] = field(default_factory=list)
    by_hand: list[dict[str, Any]] = field(default_factory=list)
    """Gates that a person asked for."""
    adapters: list[dict[str, Any]] = field(default_factory=list)
    seals: list[dict[str, str]] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    """By model: calls, answered, failed, tokens."""
    in_doubt: list[str] = field(default_factory=list)
    """Slots of calls that were made twice because the process died between asking and noting."""
    outcomes: dict[str, int] = field(default_factory=dict)
    """Judged attempts by outcome."""
    judged_by: dict[str, int] = field(default_factory=dict)
    """What judged -> attempts, where judging was more than arithmetic."""
    evaluated: bool = False


def story(log: EventLog, run_id: str) -> Story:
    """Read the whole stream once. Raises LookupError for an unknown run."""
    start = log.find(run_id, "start")
    if not isinstance(start, RunStarted):
        known = ", ".join(name for name in log.streams() if _is_run(log, name)) or "none yet"
        raise LookupError(f"No run {run_id!r}. Known runs: {known}.")
    strategies = Strategies(log)
    teller = _Teller(Story(run_id), strategies, start)
    for entry in log.entries(stream=run_id):
        teller.tell(entry)
    return teller.end()


def _is_run(log: EventLog, stream: str) -> bool:
    return isinstance(log.find(stream, "start"), RunStarted)


class _Teller:
    """Folds the events of one run into its story."""

    def __init__(self, told: Story, strategies: Strategies, start: RunStarted) -> None:
        self._told = told
        self._strategies = strategies
        told.domain = start.domain
        told.teacher, told.student = str(start.config["teacher"]), str(start.config["student"])
        self._rounds = Rounds(strategies, start.domain)
        self._cycles: dict[int, dict[str, Any]] = {}
        self._models: dict[str, str] = {}
        """Slot of a call -> who was asked."""
        self._calls: dict[str, Counter[str]] = defaultdict(Counter)
        self._outcomes: Counter[str] = Counter()
        self._judges: Counter[str] = Counter()
        self._moments: list[datetime] = []

    def tell(self, entry: Entry) -> None:
        told, event = self._told, entry.event
        at = entry.at.isoformat(timespec="seconds")
        told.began, told.last, told.events = told.began or at, at, told.events + 1
        self._moments.append(entry.at)
        match event:
            case CallIntended() | CallCompleted() | CallInDoubt():
                self._call(event)
            case AttemptJudged():
                self._outcomes[event.outcome] += 1
                self._judges.update([event.judged_by] if event.judged_by else [])
            case Transferred() | FailuresSorted():
                self._passed_on(event)
            case ProbeDecided() | AdapterTrained() | SealOpened() | Evaluated() | RunFinished():
                self._milestone(event)
            case _:
                if isinstance(event, Happened):
                    self._rounds.tell(event)

    def end(self) -> Story:
        # Here, because all of graph/ is imported where a command runs.
        from ..graph.calls.budget import seconds_at_work

        told = self._told
        told.rounds, told.by_hand = self._rounds.all(), self._rounds.by_hand
        told.cycles = [self._cycles[key] for key in sorted(self._cycles)]
        told.calls = [{"model": name, **counts} for name, counts in self._calls.items()]
        told.outcomes = dict(sorted(self._outcomes.items()))
        told.judged_by = dict(sorted(self._judges.items()))
        told.seconds = round(seconds_at_work(self._moments), 3)
        if not told.finished:
            told.current = self._strategies.current(told.domain, f"{told.domain}/{told.run}").name
        return told

    def _call(self, event: CallIntended | CallCompleted | CallInDoubt) -> None:
        if isinstance(event, CallIntended):
            self._models[event.slot.removesuffix("/call")] = event.model
            self._calls[event.model].update(
                calls=1, answered=0, failed=0, input_tokens=0, output_tokens=0, cached_tokens=0
            )
        elif isinstance(event, CallCompleted):
            model = self._models.get(event.slot.removesuffix("/reply"), "unknown")
            self._calls[model].update(
                answered=1,
                failed=int(event.outcome not in ("ok", "truncated")),
                input_tokens=event.input_tokens,
                output_tokens=event.output_tokens,
                cached_tokens=event.cached_tokens,
            )
        else:
            self._told.in_doubt.append(event.call)

    def _passed_on(self, event: Transferred | FailuresSorted) -> None:
        place = _CYCLE.match(event.slot)
        cycle = self._cycles.setdefault(
            int(place[1]) if place else 0, {"cycle": int(place[1]) if place else 0}
        )
        if isinstance(event, Transferred):
            cycle["transfer"] = {
                "strategy": self._name(event.strategy),
                "adapter": event.adapter,
                "reason": event.reason,
            }
        else:
            cycle["feedback"] = {
                "attempts": len(event.attempts),
                "right": event.right,
                "gaps": dict(sorted(Counter(event.gaps.values()).items())),
            }

    def _milestone(
        self, event: ProbeDecided | AdapterTrained | SealOpened | Evaluated | RunFinished
    ) -> None:
        told = self._told
        if isinstance(event, ProbeDecided) and event.slot != "baseline/probe":
            return  # A validator's; the matrix tells of it.
        if isinstance(event, ProbeDecided):
            kept = {"channel", "forced", "n", "gain", "low", "high", "p"}
            told.probe = event.model_dump(include=kept) | {"helped": event.helped}
        elif isinstance(event, AdapterTrained):
            told.adapters.append(
                {
                    "adapter": event.adapter,
                    "strategy": self._name(event.strategy),
                    "tokens": event.tokens,
                    "loss_first": event.loss_first,
                    "loss_last": event.loss_last,
                }
            )
        elif isinstance(event, SealOpened):
            told.seals.append({"split": event.split, "reason": event.reason})
        elif isinstance(event, Evaluated):
            told.evaluated = True
        else:
            told.finished, told.current = True, self._name(event.strategy)

    def _name(self, strategy: str) -> str:
        return name_of(self._strategies, self._told.domain, strategy)


def all_runs(log: EventLog) -> Iterator[RunStarted]:
    """Every run, oldest first."""
    for entry in log.entries(kinds=[RunStarted]):
        if isinstance(entry.event, RunStarted):
            yield entry.event
