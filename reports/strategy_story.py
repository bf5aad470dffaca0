"""The story of strategies, event by event, in the order in which it happened."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, get_args

from ..store.events import (
    CreditMeasured,
    Evaluated,
    Event,
    FailuresSorted,
    GateDecided,
    PortabilityMeasured,
    ProbeDecided,
    ProposalRefused,
    Reflected,
    ReviewAnswered,
    ReviewAsked,
    RoundOpened,
    RunStarted,
    Solved,
    StrategyPromoted,
    StrategyProposed,
    StrategyRolledBack,
    Transferred,
)
from ..store.log import Entry, EventLog
from ..store.rules import Rule
from ..store.strategies.lineage import BY_HAND
from ..store.strategies.versions import Strategies
from . import sentences
from .wording import Names, all_of, name_of

_ROUND = re.compile(r"c(\d+)/r(\d+)/")
_CYCLE = re.compile(r"c(\d+)/")
_Kinds = (
    RunStarted | ProbeDecided | RoundOpened | Solved | CreditMeasured | Reflected | ProposalRefused
    | StrategyProposed | GateDecided | PortabilityMeasured | ReviewAsked | ReviewAnswered
    | StrategyPromoted | StrategyRolledBack | Transferred | FailuresSorted | Evaluated
)  # fmt: skip


class Told(NamedTuple):
    """One thing that happened, in sentences."""

    at: str
    run: str
    """The stream: a run's name, or `store` for what a person did outside of all runs."""
    chapter: str
    """Where in the run: `Cycle 1, round 2`, `End of cycle 1`, `The end`, `By hand`; or nowhere."""
    what: str
    version: str
    """Name of the version it is about; empty where it is about none."""
    said: tuple[str, ...]
    event: str
    """`stream#slot`; empty where the story says what did not happen."""


@dataclass
class _Round:
    """What a round came to, for the sentence at its end."""

    chapter: str = ""
    incumbent: str = ""
    gates: list[GateDecided] = field(default_factory=list)
    harmed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    barred: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """What a version that has to be portable may not pass for, by version."""
    promoted: str = ""
    busy: bool = False
    """Whether anything was proposed or refused in it."""


def chronicle(log: EventLog, domain: str | None = None) -> Iterator[Told]:
    """Tell what happened to strategies, of one domain or of all, oldest first."""
    teller = _Teller(log)
    for entry in log.entries(kinds=get_args(_Kinds)):
        for each in teller.tell(entry):
            if domain in (None, teller.domain_of(entry.event)):
                yield each


class _Teller:
    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._strategies = Strategies(log)
        self._domains: dict[str, str] = {}
        self._configs: dict[str, RunStarted] = {}
        self._rules: dict[str, Rule] = {}
        self._versions: dict[str, dict[str, Rule]] = {}
        self._rounds: dict[str, _Round] = {}

    def domain_of(self, event: Event) -> str:
        return str(getattr(event, "domain", "")) or self._domains.get(event.stream, "")

    def tell(self, entry: Entry) -> Iterator[Told]:
        event = entry.event
        if isinstance(event, RunStarted):
            self._domains[event.stream], self._configs[event.stream] = event.domain, event
        if isinstance(event, StrategyProposed):
            self._versions[event.strategy] = {rule.id: rule for rule in event.rules}
            self._rules |= self._versions[event.strategy]
        chapter = _chapter(event.slot)
        at = entry.at.isoformat(timespec="seconds")
        yield from self._end_of_round(event, chapter, at)
        self._note(event, chapter)
        what, version, said = self._sentences(event, at)
        said = [*said, *self._all_the_same(event)]
        name = self._names(event).version(version) if version else ""
        place = f"{event.stream}#{event.slot}"
        yield Told(at, event.stream, chapter, what, name, tuple(said), place)

    def _names(self, event: Event) -> Names:
        domain = self.domain_of(event)
        return Names(
            version=lambda it: name_of(self._strategies, domain, it),
            rules=lambda it: self._versions.get(it, {}),
            rule=self._rules.get,
        )

    def _sentences(self, event: Event, at: str) -> tuple[str, str, sentences.Lines]:
        """What it is, the version it is about, and how it is said."""
        names = self._names(event)
        match event:
            case RunStarted():
                return "begun", "", sentences.started(event, at[:16].replace("T", " "))
            case ProbeDecided():
                return "probed", "", sentences.probed(event)
            case RoundOpened():
                return "opened", event.strategy, sentences.opened(event, names)
            case Solved():
                return "solved", event.strategy, sentences.solved(event, names)
            case CreditMeasured():
                return "credited", event.strategy, sentences.credited(event, names)
            case Reflected():
                return "reflected", "", sentences.reflected(event)
            case StrategyProposed():
                return "proposed", event.strategy, sentences.proposed(event, names)
            case ProposalRefused():
                return "refused", "", sentences.refused(event, names)
            case GateDecided():
                return "gated", event.candidate, sentences.gated(event, names)
            case _:
                return self._afterwards(event, names)

    def _afterwards(self, event: Event, names: Names) -> tuple[str, str, sentences.Lines]:
        match event:
            case PortabilityMeasured():
                return "carried", event.candidate, sentences.carried(event, names)
            case ReviewAsked():
                return "asked", event.candidate, sentences.asked(event, names)
            case ReviewAnswered():
                return "answered", event.candidate, sentences.answered(event, names)
            case StrategyPromoted():
                return "promoted", event.strategy, sentences.promoted(event, names)
            case StrategyRolledBack():
                return "rolled back", event.strategy, sentences.rolled_back(event, names)
            case Transferred():
                return "transferred", event.strategy, sentences.transferred(event, names)
            case FailuresSorted():
                return "tried", event.strategy, sentences.sorted_out(event)
            case Evaluated():
                data = json.loads(self._log.text(event.attribution_text))
                said = [f"The run was measured on sealed problems. {data['headline']}"]
                return "evaluated", event.strategy, said
        raise AssertionError(f"{event.slot} is no part of the story")

    def _note(self, event: Event, chapter: str) -> None:
        """Remember what the sentence at the round's end needs."""
        round_ = self._rounds.get(event.stream)
        if isinstance(event, RoundOpened):
            incumbent = event.incumbent or event.strategy
            self._rounds[event.stream] = _Round(chapter, incumbent)
        if round_ is None or round_.chapter != chapter:
            return
        if isinstance(event, GateDecided):
            round_.gates.append(event)
        elif isinstance(event, PortabilityMeasured):
            from .portability import objection

            if event.verdict == "harms":
                round_.harmed[event.candidate].append(event.model)
            if why := objection(event):
                round_.barred[event.candidate].append(why)
        elif isinstance(event, StrategyPromoted):
            round_.promoted = event.strategy
        round_.busy |= isinstance(event, StrategyProposed | ProposalRefused)

    def _all_the_same(self, event: Event) -> Iterator[str]:
        """Why a harm that was measured did not stand in the way of a promotion."""
        round_ = self._rounds.get(event.stream)
        if not isinstance(event, StrategyPromoted) or round_ is None:
            return
        if harmed := round_.harmed.get(event.strategy):
            yield (
                f"That it harms {all_of(harmed)} bars nothing here: gate.require_portable is off."
            )

    def _end_of_round(self, event: Event, chapter: str, at: str) -> Iterator[Told]:
        """What became of those that passed the gate, once the run has left the round."""
        round_ = self._rounds.get(event.stream)
        if round_ is None or chapter in ("", round_.chapter):
            return
        del self._rounds[event.stream]
        names = self._names(event)
        said = [line for gate in round_.gates for line in self._passed_over(gate, round_, names)]
        if round_.busy and not round_.promoted:
            said.append(f"Nothing was promoted: {names.version(round_.incumbent)} stays.")
        if said:
            yield Told(at, event.stream, round_.chapter, "kept", "", tuple(said), "")

    def _passed_over(self, gate: GateDecided, round_: _Round, names: Names) -> Iterator[str]:
        if gate.decision != "accept" or gate.candidate == round_.promoted:
            return
        name = names.version(gate.candidate)
        config = self._configs[gate.stream].config
        if round_.barred[gate.candidate] and config["gate"].get("require_portable"):
            yield (
                f"{name} passed its gate, but {all_of(round_.barred[gate.candidate])}, and this "
                "run promotes nothing that harms a model it names, nor what was not measured well "
                "enough (gate.require_portable)."
            )
        elif round_.promoted:
            yield f"{name} passed its gate too; of a round only the largest gain is promoted."


def _chapter(slot: str) -> str:
    if found := _ROUND.match(slot):
        return f"Cycle {found[1]}, round {found[2]}"
    if found := _CYCLE.match(slot):
        return f"End of cycle {found[1]}"
    if slot.startswith(BY_HAND):
        return "By hand"
    return "The end" if slot == "evaluate" else ""
