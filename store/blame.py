"""Where each rule of a version comes from: the edits, the lessons, and the attempts behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .edits import Add, Edit
from .events import AttemptJudged, GateDecided, Reflected, StrategyProposed
from .log import EventLog
from .rules import Rule
from .versions import Strategies, Version


class Attempt(NamedTuple):
    """A judged attempt, with its reply fetched."""

    slot: str
    problem: str
    model: str
    outcome: str
    answer: str | None
    reply: str
    feedback: str
    failure_modes: tuple[str, ...]


class Origin(NamedTuple):
    """One proposal that added a rule or changed it, and what led to it."""

    version: str
    """Name of the version that it made."""
    stream: str
    slot: str
    rationale: str
    """Of the edit; of the whole proposal where the edit gives none."""
    reflection: str
    """Slot of the reflection; empty where nobody reflected."""
    lessons: tuple[str, ...]
    failure_modes: dict[str, int]
    attempts: tuple[Attempt, ...]
    """What the edit names as its support; without that, all that the reflection read."""


@dataclass(frozen=True)
class RuleBlame:
    rule: Rule
    added: Origin
    changes: tuple[Origin, ...]
    """Oldest first."""
    gates: tuple[GateDecided, ...]
    """Of the first version with this rule, on the way to this one, that a gate measured."""

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All attempts behind the rule, each once."""
        found = [it for origin in (self.added, *self.changes) for it in origin.attempts]
        return tuple(dict.fromkeys(found))

    @property
    def problems(self) -> tuple[str, ...]:
        """Ids of the problems behind the rule, each once."""
        return tuple(dict.fromkeys(it.problem for it in self.attempts))


def blame(log: EventLog, version: Version) -> list[RuleBlame]:
    """Trace each rule of `version` back through its ancestors to the attempts that led to it."""
    family = {it.hash: it for it in Strategies(log).versions(version.domain)}
    return [_trace(log, family, version, rule) for rule in version.strategy.rules]


def _trace(log: EventLog, family: dict[str, Version], version: Version, rule: Rule) -> RuleBlame:
    steps = _way_back(family, version, rule.id)
    *changed, (first, _) = steps
    origins = [_origin(log, it, rule.id) for it, olds in changed if _differs(it, olds, rule.id)]
    holders = [it for it, _ in reversed(steps)]
    return RuleBlame(
        rule=rule,
        added=_origin(log, first, rule.id),
        changes=tuple(reversed(origins)),
        gates=next((it.gates for it in holders if it.gates), ()),
    )


def _way_back(
    family: dict[str, Version], version: Version, rule_id: str
) -> list[tuple[Version, list[Version]]]:
    """Each version on the way back to the one that added the rule, with its parents that have it.

    Where two parents have the rule, the way leads through one that says the same.
    """
    way: list[tuple[Version, list[Version]]] = []
    seen: set[str] = set()
    while True:
        seen.add(version.hash)
        known = [family[it] for it in version.parents if it in family and it not in seen]
        parents = [it for it in known if _rule(it, rule_id)]
        way.append((version, parents))
        if not parents:
            return way
        alike = (it for it in parents if _rule(it, rule_id) == _rule(version, rule_id))
        version = next(alike, parents[0])


def _differs(version: Version, parents: Sequence[Version], rule_id: str) -> bool:
    return all(_rule(it, rule_id) != _rule(version, rule_id) for it in parents)


def _rule(version: Version, rule_id: str) -> Rule | None:
    return next((rule for rule in version.strategy.rules if rule.id == rule_id), None)


def _origin(log: EventLog, version: Version, rule_id: str) -> Origin:
    proposal = log.find(version.stream, version.slot)
    if not isinstance(proposal, StrategyProposed):
        raise LookupError(
            f"{version.name} should have been proposed in slot {version.slot!r} of stream "
            f"{version.stream!r}, and this log has no proposal there. Ask with the log that "
            "the version was read from."
        )
    rule = _rule(version, rule_id)
    edits = [edit for edit in proposal.edits if rule and _concerns(edit, rule)]
    reflected = log.find(version.stream, proposal.reflection) if proposal.reflection else None
    reflection = reflected if isinstance(reflected, Reflected) else None
    because = [slot for edit in edits for slot in edit.because]
    slots = because or (reflection.attempts if reflection else ())
    said = [edit.rationale for edit in edits if edit.rationale]
    return Origin(
        version=version.name,
        stream=version.stream,
        slot=version.slot,
        rationale=" ".join(said) or proposal.rationale,
        reflection=proposal.reflection,
        lessons=reflection.lessons if reflection else (),
        failure_modes=dict(reflection.failure_modes) if reflection else {},
        attempts=_attempts(log, version.stream, slots),
    )


def _concerns(edit: Edit, rule: Rule) -> bool:
    if isinstance(edit, Add):
        return (edit.section, edit.text) == (rule.section, rule.text)
    return edit.rule == rule.id


def _attempts(log: EventLog, stream: str, slots: Sequence[str]) -> tuple[Attempt, ...]:
    found = []
    for slot in dict.fromkeys(slots):
        event = log.find(stream, slot)
        if isinstance(event, AttemptJudged):
            found.append(
                Attempt(
                    slot=slot,
                    problem=event.problem,
                    model=event.model,
                    outcome=event.outcome,
                    answer=event.answer,
                    reply=log.text(event.reply_text),
                    feedback=event.feedback,
                    failure_modes=event.failure_modes,
                )
            )
    return tuple(found)
