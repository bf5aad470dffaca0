"""Traces each rule of a version to the edits, the lessons and the attempts behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ..graph.measure.rule_worth import RuleWorth, rule_worths
from ..store.edits import Edit
from ..store.events import (
    AttemptJudged,
    GateDecided,
    Reflected,
    RuleDecision,
    StrategyProposed,
)
from ..store.log import Log
from ..store.readings import apply_reading, newest_readings, place_of
from ..store.rules import Rule
from ..store.slots import rule_seed
from ..store.strategies.versions import Strategies, Version
from .review_history import reviews


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


class RuleReview(NamedTuple):
    """Decision of a person about a rule, and what was measured of it since."""

    version: str
    """Name of the version that was shown."""
    reviewer: str
    decision: RuleDecision
    later: RuleWorth | None
    """From measurements after the answer alone; None where there are none."""


@dataclass(frozen=True)
class RuleBlame:
    rule: Rule
    added: Origin
    changes: tuple[Origin, ...]
    """Oldest first."""
    gates: tuple[GateDecided, ...]
    """Of the first version with this rule, on the way to this one, that a gate measured."""
    made_from: "tuple[RuleBlame, ...]" = ()
    """The rules it was merged or split from, as they stood just before."""
    worth: RuleWorth | None = None
    """What was measured of it, wherever that was."""
    reviews: tuple[RuleReview, ...] = ()
    """Oldest first."""

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Return all attempts behind the rule and behind those it was made from, each once."""
        found = [it for origin in (self.added, *self.changes) for it in origin.attempts]
        found += [it for source in self.made_from for it in source.attempts]
        return tuple(dict.fromkeys(found))

    @property
    def problems(self) -> tuple[str, ...]:
        """Return the ids of the problems behind the rule, each once."""
        return tuple(dict.fromkeys(it.problem for it in self.attempts))


def blame(log: Log, version: Version) -> list[RuleBlame]:
    """Trace each rule of `version` back through its ancestors to the attempts that led to it.

    A merged rule leads on to all the rules it was made from, a part to the whole it was split
    from, and a rule that a merge of versions adopted to the side that it came from.
    """
    family = {it.hash: it for it in Strategies(log).versions(version.domain)}
    worths = rule_worths(log, version.domain)
    reviewed = list(_rule_reviews(log, family, version.domain))
    return [
        replace(
            _trace(log, family, version, rule),
            worth=worths.get(rule.id),
            reviews=tuple(it for it in reviewed if it.decision.rule == rule.id),
        )
        for rule in version.strategy.rules
    ]


def _trace(log: Log, family: dict[str, Version], version: Version, rule: Rule) -> RuleBlame:
    steps = _way_back(family, version, rule.id)
    *changed, (first, _) = steps
    parents = [family[it] for it in first.parents if it in family]
    origins = [
        _origin(log, it, rule.id)
        for it, olds in changed
        if all(_rule(old, rule.id) != _rule(it, rule.id) for old in olds)
    ]
    holders = [it for it, _ in reversed(steps)]
    return RuleBlame(
        rule=rule,
        added=_origin(log, first, rule.id),
        changes=tuple(reversed(origins)),
        gates=next((it.gates for it in holders if it.gates), ()),
        made_from=tuple(
            _trace(log, family, parent, source)
            for parent, source in _sources(_proposal(log, first), rule, parents)
        ),
    )


def _sources(
    proposal: StrategyProposed, rule: Rule, parents: Sequence[Version]
) -> Iterator[tuple[Version, Rule]]:
    """Yield the rules that a proposal made `rule` from, through edits of its own as well."""
    names = list(rule.made_from)
    for name in names:
        stands = ((parent, it) for parent in parents if (it := _rule(parent, name)))
        if found := next(stands, None):
            yield found
            continue
        # One that the same proposal brought, in an earlier edit: its own sources stand.
        names += [
            it
            for edit in _edits_that_add(proposal, name)
            for it in edit.named_rules
            if it not in names
        ]


def _edits_that_add(proposal: StrategyProposed, rule: str) -> list[Edit]:
    seed = rule_seed(proposal.stream, proposal.slot)
    return [
        edit
        for number, edit in enumerate(proposal.edits)
        if rule in edit.new_rule_ids(seed, number)
    ]


def _way_back(
    family: dict[str, Version], version: Version, rule_id: str
) -> list[tuple[Version, list[Version]]]:
    """Return each version back to the one that added the rule, with its parents that have it.

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


def _rule(version: Version, rule_id: str) -> Rule | None:
    return version.strategy.by_id.get(rule_id)


def _origin(log: Log, version: Version, rule_id: str) -> Origin:
    proposal = _proposal(log, version)
    rule = _rule(version, rule_id)
    edits = _edits_of(proposal, rule) if rule else []
    reflection = log.find(Reflected, version.stream, proposal.reflection)
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
        attempts=_attempts(log, version, slots),
    )


def _proposal(log: Log, version: Version) -> StrategyProposed:
    proposal = log.find(StrategyProposed, version.stream, version.slot)
    if proposal is None:
        raise LookupError(
            f"{version.name} should have been proposed in slot {version.slot!r} of stream "
            f"{version.stream!r}, and this log has no proposal there. Ask with the log that "
            "the version was read from."
        )
    return proposal


def _edits_of(proposal: StrategyProposed, rule: Rule) -> list[Edit]:
    """Return the edits that brought the rule or changed it: by its id, else by what it says."""
    changes = [it for it in proposal.edits if rule.id in it.named_rules]
    return [*_edits_that_add(proposal, rule.id), *changes] or [
        edit
        for edit in proposal.edits
        if any((it.section, it.text) == (rule.section, rule.text) for it in edit.bodies)
    ]


def _rule_reviews(log: Log, family: dict[str, Version], domain: str) -> Iterator[RuleReview]:
    for review in reviews(log, domain):
        answer, shown = review.answered, family.get(review.asked.candidate)
        if answer is None or shown is None:
            continue
        for it in answer.decisions:
            yield RuleReview(shown.name, answer.reviewer, it, review.worth.get(it.rule))


def _attempts(log: Log, version: Version, slots: Sequence[str]) -> tuple[Attempt, ...]:
    """Return the attempts in these slots, as they were read when the version was proposed."""
    stream = version.stream
    readings = newest_readings(log, stream, until=place_of(log, stream, version.slot))
    found = (log.find(AttemptJudged, stream, slot) for slot in dict.fromkeys(slots))
    read = (apply_reading(it, readings.get(it.slot)) for it in found if it is not None)
    return tuple(
        Attempt(
            slot=it.slot,
            problem=it.problem,
            model=it.model,
            outcome=it.outcome,
            answer=it.answer,
            reply=log.text(it.reply_text),
            feedback=it.feedback,
            failure_modes=it.failure_modes,
        )
        for it in read
    )
