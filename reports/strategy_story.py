"""Story of the strategies, event by event, in the order in which it happened."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..store import events, slots
from ..store.log import Entry, Log
from ..store.rules import Rule
from ..store.strategies.versions import Strategies
from . import event_wording
from .edit_wording import Names
from .event_wording import Lines
from .wording import list_words, version_name


class _EventForm(NamedTuple):
    """Form in which one kind of event stands in the story."""

    what: str
    version: str
    """Field that holds the hash of the version it is about; empty where it is about none."""
    describe: Callable[..., Lines]


_EVENT_FORMS: Mapping[type[events.Event], _EventForm] = {
    events.RunStarted: _EventForm("begun", "", event_wording.describe_start),
    events.ProbeDecided: _EventForm("probed", "", event_wording.describe_probe),
    events.RoundOpened: _EventForm("opened", "strategy", event_wording.describe_opening),
    events.Solved: _EventForm("solved", "strategy", event_wording.describe_solving),
    events.CreditMeasured: _EventForm("credited", "strategy", event_wording.describe_credit),
    events.Reflected: _EventForm("reflected", "", event_wording.describe_reflection),
    events.StrategyProposed: _EventForm("proposed", "strategy", event_wording.describe_proposal),
    events.ProposalRefused: _EventForm("refused", "", event_wording.describe_refusal),
    events.GateDecided: _EventForm("gated", "candidate", event_wording.describe_gate),
    events.PortabilityMeasured: _EventForm(
        "carried", "candidate", event_wording.describe_portability
    ),
    events.ReviewAsked: _EventForm("asked", "candidate", event_wording.describe_question),
    events.ReviewAnswered: _EventForm("answered", "candidate", event_wording.describe_answer),
    events.StrategyPromoted: _EventForm("promoted", "strategy", event_wording.describe_promotion),
    events.StrategyRolledBack: _EventForm(
        "rolled back", "strategy", event_wording.describe_rollback
    ),
    events.Transferred: _EventForm("transferred", "strategy", event_wording.describe_transfer),
    events.FailuresSorted: _EventForm("tried", "strategy", event_wording.describe_feedback),
    events.Evaluated: _EventForm("evaluated", "strategy", event_wording.describe_evaluation),
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
    gates: list[events.GateDecided] = field(default_factory=list)
    harmed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    barred: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Reasons that bar a version which has to be portable, by version."""
    promoted: str = ""
    busy: bool = False
    """Whether anything was proposed or refused in it."""


def strategy_story(log: Log, domain: str | None = None) -> Iterator[StoryEntry]:
    """Yield what happened to strategies, of one domain or of all, oldest first."""
    teller = _StoryTeller(log)
    for entry in log.entries(kinds=[*_EVENT_FORMS]):
        for each in teller.tell(entry):
            if domain in (None, teller.domain_of(entry.event)):
                yield each


class _StoryTeller:
    """Turns events into entries, and remembers what later sentences refer to."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._strategies = Strategies(log)
        self._domains: dict[str, str] = {}
        self._configs: dict[str, events.RunStarted] = {}
        self._rules: dict[str, Rule] = {}
        self._versions: dict[str, dict[str, Rule]] = {}
        self._rounds: dict[str, _Round] = {}

    def domain_of(self, event: events.Event) -> str:
        return str(getattr(event, "domain", "")) or self._domains.get(event.stream, "")

    def tell(self, entry: Entry) -> Iterator[StoryEntry]:
        event = entry.event
        chapter = _chapter(event.slot)
        at = entry.at.isoformat(timespec="seconds")
        yield from self._close_round(event, chapter, at)
        self._note(event, chapter)
        what, field_name, _ = _EVENT_FORMS[type(event)]
        names = self._names(event)
        version = names.version(getattr(event, field_name)) if field_name else ""
        said = (*self._describe(event, names, at), *self._harm_without_bar(event))
        yield StoryEntry(at, event.stream, chapter, what, version, said, slots.reference(event))

    def _names(self, event: events.Event) -> Names:
        domain = self.domain_of(event)
        return Names(
            version=lambda it: version_name(self._strategies, domain, it),
            rules=lambda it: self._versions.get(it, {}),
            rule=self._rules.get,
        )

    def _describe(self, event: events.Event, names: Names, at: str) -> Lines:
        describe = _EVENT_FORMS[type(event)].describe
        match event:
            case events.RunStarted():
                return describe(event, at[:16].replace("T", " "))
            case events.Evaluated():
                return describe(json.loads(self._log.text(event.attribution_text))["headline"])
            case events.ProbeDecided() | events.Reflected() | events.FailuresSorted():
                return describe(event)
            case _:
                return describe(event, names)

    def _note(self, event: events.Event, chapter: str) -> None:
        """Keep what later sentences refer to, and what the one at the round's end needs."""
        match event:
            case events.RunStarted():
                self._domains[event.stream], self._configs[event.stream] = event.domain, event
            case events.StrategyProposed():
                self._versions[event.strategy] = {rule.id: rule for rule in event.rules}
                self._rules |= self._versions[event.strategy]
            case events.RoundOpened():
                self._rounds[event.stream] = _Round(chapter, event.incumbent or event.strategy)
        round_ = self._rounds.get(event.stream)
        if round_ is None or round_.chapter != chapter:
            return
        match event:
            case events.GateDecided():
                round_.gates.append(event)
            case events.PortabilityMeasured():
                from ..graph.measure.portability_rule import objection

                if event.verdict == "harms":
                    round_.harmed[event.candidate].append(event.model)
                if why := objection(event):
                    round_.barred[event.candidate].append(why)
            case events.StrategyPromoted():
                round_.promoted = event.strategy
            case events.StrategyProposed() | events.ProposalRefused():
                round_.busy = True

    def _harm_without_bar(self, event: events.Event) -> Iterator[str]:
        """Yield the reason for which a measured harm did not bar a promotion."""
        round_ = self._rounds.get(event.stream)
        if not isinstance(event, events.StrategyPromoted) or round_ is None:
            return
        if harmed := round_.harmed.get(event.strategy):
            yield (
                f"That it harms {list_words(harmed)} bars nothing here: "
                "gate.require_portable is off."
            )

    def _close_round(self, event: events.Event, chapter: str, at: str) -> Iterator[StoryEntry]:
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

    def _unpromoted_lines(
        self, gate: events.GateDecided, round_: _Round, names: Names
    ) -> Iterator[str]:
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
    place = slots.parse(slot)
    if place.round:
        return f"Cycle {place.cycle}, round {place.round}"
    if place.cycle:
        return f"End of cycle {place.cycle}"
    if place.by_hand:
        return "By hand"
    return "The end" if slot == slots.EVALUATE else ""
