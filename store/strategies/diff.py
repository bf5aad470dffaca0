"""Differences of two strategies, rule by rule, and the edits from one to the other."""

import difflib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..edits import Add, Body, Deprecate, Edit, Merge, Split, Update, named_rules
from ..events import GateDecided
from ..rules import Rule, Strategy
from .versions import Version
from .word_diff import Span, spans_as_text, word_diff

RULE_FIELDS = ("section", "text", "when", "when_not", "steps", "level")


class FieldChange(NamedTuple):
    """One field of a rule that says something else now."""

    field: str
    old: str
    new: str
    words: tuple[Span, ...]
    """Word diff; `spans_as_text` and `spans_as_html` show it."""


class RuleChange(NamedTuple):
    old: Rule
    new: Rule
    fields: tuple[FieldChange, ...]


class Move(NamedTuple):
    """A rule that left its place among the rules that both versions have."""

    rule: Rule
    """As the new version has it."""
    before: int
    """Its place in the old version, from 1."""
    after: int


@dataclass(frozen=True)
class StrategyDiff:
    """The way from `old` to `new`. Rules are the same rule when their ids are."""

    old: Version
    new: Version
    added: tuple[Rule, ...]
    """Merged ones and parts of split ones too; `made_from` names what they were made from."""
    deprecated: tuple[Rule, ...]
    changed: tuple[RuleChange, ...]
    moved: tuple[Move, ...]
    unchanged: int
    """How many rules both have, alike and in the same order."""
    evidence: tuple[GateDecided, ...]
    """The gates that measured the new version."""

    @property
    def empty(self) -> bool:
        return not (self.added or self.deprecated or self.changed or self.moved)

    def as_text(self) -> str:
        """Return lines for a terminal: one a rule, then what the gates measured."""
        lines = [f"{self.old.name} -> {self.new.name}", ""]
        lines += [f"+ {rule.id}  {_rule_line(rule)}{_source(rule)}" for rule in self.added]
        lines += [f"- {rule.id}  {_rule_line(rule)}" for rule in self.deprecated]
        for change in self.changed:
            lines += [
                f"~ {change.new.id}  {it.field}: {spans_as_text(it.words)}" for it in change.fields
            ]
        lines += [f"> {it.rule.id}  moved from {it.before} to {it.after}" for it in self.moved]
        lines += [f"  {self.unchanged} unchanged", "", *self._gate_lines()]
        return "\n".join(lines) + "\n"

    def as_unified_diff(self) -> str:
        """Return the unified diff of both as the model reads them; empty when they agree."""
        lines = difflib.unified_diff(
            self.old.strategy.render().splitlines(),
            self.new.strategy.render().splitlines(),
            self.old.name,
            self.new.name,
            lineterm="",
        )
        return "".join(f"{line}\n" for line in lines)

    def _gate_lines(self) -> list[str]:
        if not self.evidence:
            return [f"Not measured: no gate has decided about {self.new.name}."]
        known = {self.old.hash: self.old.name, self.new.hash: self.new.name}
        return [
            f"Measured against {known.get(gate.incumbent, gate.incumbent[:12])}: {gate_line(gate)}"
            for gate in self.evidence
        ]


def diff(old: Version, new: Version) -> StrategyDiff:
    """Compare two versions; of the same line of descent or not."""
    before, after = old.strategy.by_id, new.strategy.by_id
    common = [rule_id for rule_id in before if rule_id in after]
    changed = tuple(
        RuleChange(before[it], after[it], fields)
        for it in after
        if it in before and (fields := _field_changes(before[it], after[it]))
    )
    strayed = set(common) - longest_common_order(common, [it for it in after if it in before])
    was = {rule_id: place for place, rule_id in enumerate(before, start=1)}
    moved = tuple(
        Move(rule, was[rule.id], place)
        for place, rule in enumerate(after.values(), start=1)
        if rule.id in strayed
    )
    return StrategyDiff(
        old=old,
        new=new,
        added=tuple(rule for rule in after.values() if rule.id not in before),
        deprecated=tuple(rule for rule in before.values() if rule.id not in after),
        changed=changed,
        moved=moved,
        unchanged=len(set(common) - strayed - {it.new.id for it in changed}),
        evidence=new.gates,
    )


def longest_common_order(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return the largest set of names that has the same order in both permutations.

    Among equally large sets the choice depends on the names alone, so that the way back names
    the same moves: each name weighs more than all smaller names together.
    """
    rank = {name: place for place, name in enumerate(sorted(old))}
    place = {name: where for where, name in enumerate(new)}
    best: list[tuple[int, set[str]]] = []
    for number, name in enumerate(old):
        before = (best[it] for it in range(number) if place[old[it]] < place[name])
        weight, chain = max(before, key=lambda it: it[0], default=(0, set[str]()))
        best.append((weight + (1 << len(old)) + (1 << rank[name]), {*chain, name}))
    return max(best, key=lambda it: it[0], default=(0, set[str]()))[1]


def edits_between(old: Strategy, new: Strategy) -> tuple[Edit, ...]:
    """Return the edits that lead from `old` to `new`, each rule once; new rules get new ids.

    Applied to `old` they give the rules of `new`: those that stayed as they are there and in that
    order, the new ones with what they say.
    """
    made = tuple(_adding_edits(old, new))
    consumed = {name for edit in made for name in named_rules(edit)}
    kept = new.by_id.keys() | consumed
    gone = (Deprecate(rule=name) for name in old.by_id if name not in kept)
    return (*update_edits(old, new), *made, *gone)


def update_edits(old: Strategy, new: Strategy) -> tuple[Update, ...]:
    """Return the UPDATE edits of the rules that both have: their content, then their places.

    To be applied before anything leaves, since places count all rules.
    """
    was, said = old.by_id, new.by_id
    reworded = (
        Update.model_validate({"rule": name} | fields)
        for name, rule in was.items()
        if name in said and (fields := _different_fields(rule, said[name]))
    )
    moved = fewest_moves(list(was), [name for name in said if name in was])
    return (*reworded, *(Update(rule=name, place=place) for name, place in moved))


def fewest_moves(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the fewest moves after which `new` stands in its order: name and place (from 1).

    `old` may hold more names; they only take up places.
    """
    now, still = list(old), longest_common_order([name for name in old if name in new], new)
    for number, name in enumerate(new):
        if name not in still:
            now.remove(name)
            place = now.index(new[number - 1]) + 1 if number else 0
            now.insert(place, name)
            yield name, place + 1


def gate_line(gate: GateDecided) -> str:
    """Return one line on a gate: decision, gain with its interval, pairs, p.

    Of a gate by hand also what asking by hand costs.
    """
    measured = (
        f"gain {100 * gate.gain:+.1f} points, 95 % interval {100 * gate.low:+.1f} to "
        f"{100 * gate.high:+.1f}, {gate.pairs} pairs, p {gate.p:.2g}, through {gate.channel}"
    )
    said = f"{gate.decision}; " + (measured if gate.pairs else f"not tried: {gate.reason}")
    return f"{said.removesuffix('.')}. {gate.price}" if gate.price else said


def _adding_edits(old: Strategy, new: Strategy) -> Iterator[Add | Merge | Split]:
    """Yield the edits that bring the new rules."""
    known = old.by_id.keys()
    gone = known - new.by_id.keys()
    parts: dict[str, list[Rule]] = defaultdict(list)
    for rule in new.rules:
        if rule.id in known:
            continue
        if len(rule.made_from) == 1 and set(rule.made_from) <= gone:
            parts[rule.made_from[0]].append(rule)
        elif len(rule.made_from) > 1 and set(rule.made_from) <= gone:
            yield Merge(rules=rule.made_from, **_rule_fields(rule))
        else:
            yield Add(**_rule_fields(rule))
    for whole, into in parts.items():
        if len(into) > 1:
            yield Split(rule=whole, into=tuple(Body(**_rule_fields(it)) for it in into))
        else:
            yield Add(**_rule_fields(into[0]))


def _rule_fields(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in RULE_FIELDS}


def _different_fields(old: Rule, new: Rule) -> dict[str, Any]:
    return {name: it for name, it in _rule_fields(new).items() if it != getattr(old, name)}


def _field_changes(old: Rule, new: Rule) -> tuple[FieldChange, ...]:
    changes = []
    for name in RULE_FIELDS:
        if getattr(old, name) != getattr(new, name):
            was, now = _field_text(old, name), _field_text(new, name)
            changes.append(FieldChange(name, was, now, word_diff(was, now)))
    return tuple(changes)


def _field_text(rule: Rule, name: str) -> str:
    value = getattr(rule, name)
    return value if isinstance(value, str) else ", ".join(value)


def _source(rule: Rule) -> str:
    return f" (made from {' + '.join(rule.made_from)})" if rule.made_from else ""


def _rule_line(rule: Rule) -> str:
    return f"[{rule.section}] {rule.text}{rule.scope}"
