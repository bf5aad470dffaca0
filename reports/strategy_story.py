"""Story of the strategies, event by event, in the order in which it happened."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

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
from ..store.strategies.lineage import MANUAL_PREFIX
from ..store.strategies.versions import Strategies
from . import event_wording
from .edit_wording import Names
from .event_wording import Lines
from .run_story import cycle_of, round_of
from .wording import list_words, version_name


class _Telling(NamedTuple):
    """Form in which one kind of event stands in the story."""

    what: str
    version: str
    """Field that holds the hash of the version it is about; empty where it is about none."""
    describe: Callable[..., Lines]


_TELLINGS: Mapping[type[Event], _Telling] = {
    RunStarted: _Telling("begun", "", event_wording.describe_start),
    ProbeDecided: _Telling("probed", "", event_wording.describe_probe),
    RoundOpened: _Telling("opened", "strategy", event_wording.describe_opening),
    Solved: _Telling("solved", "strategy", event_wording.describe_solving),
    CreditMeasured: _Telling("credited", "strategy", event_wording.describe_credit),
    Reflected: _Telling("reflected", "", event_wording.describe_reflection),
    StrategyProposed: _Telling("proposed", "strategy", event_wording.describe_proposal),
    ProposalRefused: _Telling("refused", "", event_wording.describe_refusal),
    GateDecided: _Telling("gated", "candidate", event_wording.describe_gate),
    PortabilityMeasured: _Telling("carried", "candidate", event_wording.describe_portability),
    ReviewAsked: _Telling("asked", "candidate", event_wording.describe_question),
    ReviewAnswered: _Telling("answered", "candidate", event_wording.describe_answer),
    StrategyPromoted: _Telling("promoted", "strategy", event_wording.describe_promotion),
    StrategyRolledBack: _Telling("rolled back", "strategy", event_wording.describe_rollback),
    Transferred: _Telling("transferred", "strategy", event_wording.describe_transfer),
    FailuresSorted: _Telling("tried", "strategy", event_wording.describe_feedback),
    Evaluated: _Telling("evaluated", "strategy", event_wording.describe_evaluation),
}
"""The kinds of event that the story tells."""


class StoryEntry(NamedTuple):
    """Event of the story, in sentences."""

    at: str
    run: str
    """The stream: a run's name, or `store` for what a person did outside of all runs."""
    chapter: str
    """Place in the run: `Cycle 1, round 2`, `End of cycle 1`, `The end`, `By hand`; or none."""
    what: str
    version: str
    """Name of the version it is about; empty where it is about none."""
    said: tuple[str, ...]
    event: str
    """`stream#slot`; empty where the story says what did not happen."""


@dataclass
class _Round:
    """Results of one round, for the sentence at its end."""

    chapter: str = ""
    incumbent: str = ""
    gates: list[GateDecided] = field(default_factory=list)
    harmed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    barred: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Reasons that bar a version which has to be portable, by version."""
    promoted: str = ""
    busy: bool = False
    """Whether anything was proposed or refused in it."""


def strategy_story(log: EventLog, domain: str | None = None) -> Iterator[StoryEntry]:
    """Yield what happened to strategies, of one domain or of all, oldest first."""
    teller = _Teller(log)
    for entry in log.entries(kinds=[*_TELLINGS]):
        for each in teller.tell(entry):
            if domain in (None, teller.domain_of(entry.event)):
                yield each


class _Teller:
    """Turns events into entries, and remembers what later sentences refer to."""

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

    def tell(self, entry: Entry) -> Iterator[StoryEntry]:
        event = entry.event
        if isinstance(event, RunStarted):
            self._domains[event.stream], self._configs[event.stream] = event.domain, event
        if isinstance(event, StrategyProposed):
            self._versions[event.strategy] = {rule.id: rule for rule in event.rules}
            self._rules |= self._versions[event.strategy]
        chapter = _chapter(event.slot)
        at = entry.at.isoformat(timespec="seconds")
        yield from self._close_round(event, chapter, at)
        self._note(event, chapter)
        what, field_name, _ = _TELLINGS[type(event)]
        names = self._names(event)
        version = names.version(getattr(event, field_name)) if field_name else ""
        said = (*self._describe(event, names, at), *self._harm_without_bar(event))
        place = f"{event.stream}#{event.slot}"
        yield StoryEntry(at, event.stream, chapter, what, version, said, place)

    def _names(self, event: Event) -> Names:
        domain = self.domain_of(event)
        return Names(
            version=lambda it: version_name(self._strategies, domain, it),
            rules=lambda it: self._versions.get(it, {}),
            rule=self._rules.get,
        )

    def _describe(self, event: Event, names: Names, at: str) -> Lines:
        describe = _TELLINGS[type(event)].describe
        if isinstance(event, RunStarted):
            return describe(event, at[:16].replace("T", " "))
        if isinstance(event, Evaluated):
            return describe(json.loads(self._log.text(event.attribution_text))["headline"])
        if isinstance(event, ProbeDecided | Reflected | FailuresSorted):
            return describe(event)
        return describe(event, names)

    def _note(self, event: Event, chapter: str) -> None:
        """Keep what the sentence at the round's end needs."""
        round_ = self._rounds.get(event.stream)
        if isinstance(event, RoundOpened):
            incumbent = event.incumbent or event.strategy
            self._rounds[event.stream] = _Round(chapter, incumbent)
        if round_ is None or round_.chapter != chapter:
            return
        if isinstance(event, GateDecided):
            round_.gates.append(event)
        elif isinstance(event, PortabilityMeasured):
            from ..graph.measure.portability_rule import objection

            if event.verdict == "harms":
                round_.harmed[event.candidate].append(event.model)
            if why := objection(event):
                round_.barred[event.candidate].append(why)
        elif isinstance(event, StrategyPromoted):
            round_.promoted = event.strategy
        round_.busy |= isinstance(event, StrategyProposed | ProposalRefused)

    def _harm_without_bar(self, event: Event) -> Iterator[str]:
        """Yield the reason for which a measured harm did not bar a promotion."""
        round_ = self._rounds.get(event.stream)
        if not isinstance(event, StrategyPromoted) or round_ is None:
            return
        if harmed := round_.harmed.get(event.strategy):
            yield (
                f"That it harms {list_words(harmed)} bars nothing here: "
                "gate.require_portable is off."
            )

    def _close_round(self, event: Event, chapter: str, at: str) -> Iterator[StoryEntry]:
        """Tell of the versions that passed the gate, once the run has left the round."""
        round_ = self._rounds.get(event.stream)
        if round_ is None or chapter in ("", round_.chapter):
            return
        del self._rounds[event.stream]
        names = self._names(event)
        said = [
            line for gate in round_.gates for line in self._unpromoted_lines(gate, round_, names)
        ]
        if round_.busy and not round_.promoted:
            said.append(f"Nothing was promoted: {names.version(round_.incumbent)} stays.")
        if said:
            yield StoryEntry(at, event.stream, round_.chapter, "kept", "", tuple(said), "")

    def _unpromoted_lines(self, gate: GateDecided, round_: _Round, names: Names) -> Iterator[str]:
        if gate.decision != "accept" or gate.candidate == round_.promoted:
            return
        name = names.version(gate.candidate)
        config = self._configs[gate.stream].config
        if round_.barred[gate.candidate] and config["gate"].get("require_portable"):
            yield (
                f"{name} passed its gate, but {list_words(round_.barred[gate.candidate])}, and "
                "this run promotes nothing that harms a model it names, nor what was not measured "
                "well enough (gate.require_portable)."
            )
        elif round_.promoted:
            yield f"{name} passed its gate too; of a round only the largest gain is promoted."


def _chapter(slot: str) -> str:
    if where := round_of(slot):
        return f"Cycle {where.cycle}, round {where.round}"
    if cycle := cycle_of(slot):
        return f"End of cycle {cycle}"
    if slot.startswith(MANUAL_PREFIX):
        return "By hand"
    return "The end" if slot == "evaluate" else ""
