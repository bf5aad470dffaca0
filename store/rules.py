"""Rules, the strategies they form, and the typed edits that are the only way to change them."""

import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Rule(BaseModel):
    """One instruction of a strategy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """Stable; comes from the slot of the edit that added it."""
    section: str
    text: str
    when: str = ""
    when_not: str = ""
    steps: tuple[str, ...] = ()
    """Kinds of steps it asks a solution to write out, sorted."""


class Strategy(BaseModel):
    """An ordered set of rules. Immutable; named by the hash of its content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[Rule, ...] = ()

    @property
    def hash(self) -> str:
        """SHA-256 (hex) over id, order, section, text, scope and steps of the rules."""
        content = [rule.model_dump(mode="json") for rule in self.rules]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def steps(self) -> frozenset[str]:
        """The union of the rules' steps: what a solution that follows it writes out."""
        return frozenset(step for rule in self.rules for step in rule.steps)

    def render(self) -> str:
        """As the model reads it: sections in order of first appearance, one line a rule."""
        sections: dict[str, list[str]] = {}
        for rule in self.rules:
            scope = "".join(
                f" ({word}: {text})"
                for word, text in (("when", rule.when), ("not when", rule.when_not))
                if text
            )
            sections.setdefault(rule.section, []).append(f"- {rule.text}{scope}")
        return "\n".join(f"{name}:\n" + "\n".join(lines) for name, lines in sections.items())


EMPTY = Strategy()
"""No rules: what every line of descent starts from, `domain@0`."""


class _Edit(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rationale: str = ""
    because: tuple[str, ...] = ()
    """Slots of the attempts that support the edit."""


class Add(_Edit):
    """A new rule, at the end of its section."""

    op: Literal["ADD"] = "ADD"
    section: str = Field(min_length=1, max_length=80)
    text: str = Field(min_length=1, max_length=600)
    when: str = Field(default="", max_length=300)
    when_not: str = Field(default="", max_length=300)
    steps: tuple[str, ...] = ()


class Update(_Edit):
    """A rule says it otherwise; its id stays. None leaves a field as it is."""

    op: Literal["UPDATE"] = "UPDATE"
    rule: str
    text: str | None = Field(default=None, min_length=1, max_length=600)
    when: str | None = Field(default=None, max_length=300)
    when_not: str | None = Field(default=None, max_length=300)
    steps: tuple[str, ...] | None = None


class Deprecate(_Edit):
    """A rule leaves the strategy; its id is never used again."""

    op: Literal["DEPRECATE"] = "DEPRECATE"
    rule: str


Edit = Annotated[Add | Update | Deprecate, Field(discriminator="op")]


class EditError(ValueError):
    """An edit names a rule that is not there, or changes nothing."""


def apply(strategy: Strategy, edits: Sequence[Edit], slot: str) -> Strategy:
    """The strategy after `edits`, in order. `slot` (run and slot) seeds the ids of added rules.

    Raises EditError when an edit names an unknown rule.
    """
    rules = list(strategy.rules)
    for number, edit in enumerate(edits):
        if isinstance(edit, Add):
            rules.append(
                Rule(
                    id=_rule_id(slot, number),
                    section=edit.section,
                    text=edit.text,
                    when=edit.when,
                    when_not=edit.when_not,
                    steps=tuple(sorted(set(edit.steps))),
                )
            )
            continue
        place = _place(rules, edit.rule)
        if isinstance(edit, Deprecate):
            del rules[place]
            continue
        changes = {
            name: value
            for name in ("text", "when", "when_not", "steps")
            if (value := getattr(edit, name)) is not None
        }
        if "steps" in changes:
            changes["steps"] = tuple(sorted(set(changes["steps"])))
        rules[place] = rules[place].model_copy(update=changes)
    return Strategy(rules=tuple(rules))


def _rule_id(slot: str, number: int) -> str:
    return "r-" + hashlib.sha256(f"{slot}#{number}".encode()).hexdigest()[:10]


def _place(rules: Sequence[Rule], rule_id: str) -> int:
    for place, rule in enumerate(rules):
        if rule.id == rule_id:
            return place
    known = ", ".join(rule.id for rule in rules) or "none"
    raise EditError(f"No rule {rule_id!r} in this strategy. Its rules: {known}.")
