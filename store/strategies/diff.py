"""What one version changed in another, rule by rule, and what was measured about it."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..events import GateDecided
from ..rules import Rule
from .versions import Version
from .word_diff import Span, compare, in_text

FIELDS = ("section", "text", "when", "when_not", "steps", "level")


class FieldChange(NamedTuple):
    """One field of a rule that says something else now."""

    field: str
    old: str
    new: str
    words: tuple[Span, ...]
    """Word diff; `words.in_text` and `words.in_html` show it."""


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
        """For a terminal: one line a rule, then what the gates measured."""
        lines = [f"{self.old.name} -> {self.new.name}", ""]
        lines += [f"+ {rule.id}  {_said(rule)}{_source(rule)}" for rule in self.added]
        lines += [f"- {rule.id}  {_said(rule)}" for rule in self.deprecated]
        for change in self.changed:
            lines += [f"~ {change.new.id}  {it.field}: {in_text(it.words)}" for it in change.fields]
        lines += [f"> {it.rule.id}  moved from {it.before} to {it.after}" for it in self.moved]
        lines += [f"  {self.unchanged} unchanged", "", *self._measured()]
        return "\n".join(lines) + "\n"

    def as_unified(self) -> str:
        """The unified diff of both versions as the model reads them; empty when they agree."""
        lines = difflib.unified_diff(
            self.old.strategy.render().splitlines(),
            self.new.strategy.render().splitlines(),
            self.old.name,
            self.new.name,
            lineterm="",
        )
        return "".join(f"{line}\n" for line in lines)

    def _measured(self) -> list[str]:
        if not self.evidence:
            return [f"Not measured: no gate has decided about {self.new.name}."]
        known = {self.old.hash: self.old.name, self.new.hash: self.new.name}
        return [
            f"Measured against {known.get(gate.incumbent, gate.incumbent[:12])}: {verdict(gate)}"
            for gate in self.evidence
        ]


def diff(old: Version, new: Version) -> StrategyDiff:
    """Compare two versions; of the same line of descent or not."""
    before = {rule.id: rule for rule in old.strategy.rules}
    after = {rule.id: rule for rule in new.strategy.rules}
    common = [rule_id for rule_id in before if rule_id in after]
    changed = tuple(
        RuleChange(before[it], after[it], fields)
        for it in after
        if it in before and (fields := _fields(before[it], after[it]))
    )
    strayed = set(common) - kept_in_order(common, [it for it in after if it in before])
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


def kept_in_order(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """The largest set of names that has the same order in both permutations.

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


def verdict(gate: GateDecided) -> str:
    """One line on what a gate found: decision, gain with its interval, pairs, p.

    Of a gate by hand also what asking by hand costs.
    """
    measured = (
        f"gain {100 * gate.gain:+.1f} points, 95 % interval {100 * gate.low:+.1f} to "
        f"{100 * gate.high:+.1f}, {gate.pairs} pairs, p {gate.p:.2g}, through {gate.channel}"
    )
    said = f"{gate.decision}; " + (measured if gate.pairs else f"not tried: {gate.reason}")
    return f"{said.removesuffix('.')}. {gate.price}" if gate.price else said


def _fields(old: Rule, new: Rule) -> tuple[FieldChange, ...]:
    changes = []
    for name in FIELDS:
        if getattr(old, name) != getattr(new, name):
            was, now = _shown(old, name), _shown(new, name)
            changes.append(FieldChange(name, was, now, compare(was, now)))
    return tuple(changes)


def _shown(rule: Rule, name: str) -> str:
    value = getattr(rule, name)
    return value if isinstance(value, str) else ", ".join(value)


def _source(rule: Rule) -> str:
    return f" (made from {' + '.join(rule.made_from)})" if rule.made_from else ""


def _said(rule: Rule) -> str:
    scope = [(word, text) for word, text in (("when", rule.when), ("not when", rule.when_not))]
    return f"[{rule.section}] {rule.text}" + "".join(
        f" ({word}: {text})" for word, text in scope if text
    )
