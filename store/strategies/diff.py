"""Differences of two strategies, rule by rule."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ..edits.difference import Difference
from ..events import GateDecided
from ..rules import Rule
from .versions import Version
from .word_diff import Span, word_diff


class FieldChange(NamedTuple):
    """One field of a rule that says something else now."""

    field: str
    old: str
    new: str
    words: tuple[Span, ...]
    """Word diff; `spans_as_html` shows it."""


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


def diff(old: Version, new: Version) -> StrategyDiff:
    """Compare two versions; of the same line of descent or not."""
    way = Difference(old.strategy, new.strategy)
    strayed = {rule_id for rule_id, _ in way.moved}
    was = {rule_id: place for place, rule_id in enumerate(way.old, start=1)}
    return StrategyDiff(
        old=old,
        new=new,
        added=tuple(way.brought),
        deprecated=tuple(way.old[it] for it in way.gone),
        changed=tuple(
            RuleChange(way.old[it], rule, tuple(_field_changes(way.old[it], rule, way.changed[it])))
            for it, rule in way.new.items()
            if it in way.changed
        ),
        moved=tuple(
            Move(rule, was[it], place)
            for place, (it, rule) in enumerate(way.new.items(), start=1)
            if it in strayed
        ),
        unchanged=len((way.old.keys() & way.new.keys()) - strayed - way.changed.keys()),
        evidence=new.gates,
    )


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


def _field_changes(old: Rule, new: Rule, fields: Iterable[str]) -> Iterator[FieldChange]:
    for name in fields:
        was, now = _field_text(old, name), _field_text(new, name)
        yield FieldChange(name, was, now, word_diff(was, now))


def _field_text(rule: Rule, name: str) -> str:
    value = getattr(rule, name)
    return value if isinstance(value, str) else ", ".join(value)
