"""Typed edits, the only way to change a strategy, and their application."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from .rules import Level, Rule, Strategy


class _Edit(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rationale: str = ""
    because: tuple[str, ...] = ()
    """Slots of the attempts that support the edit."""
    consolidates: bool = False
    """Says on purpose that rules leave or shrink; without it the collapse guard may refuse."""


class Body(BaseModel):
    """Content of a new rule, wherever it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    section: str = Field(min_length=1, max_length=80)
    text: str = Field(min_length=1, max_length=600)
    when: str = Field(default="", max_length=300)
    when_not: str = Field(default="", max_length=300)
    steps: tuple[str, ...] = ()
    level: Level = "method"

    def rule(self, rule_id: str, made_from: tuple[str, ...] = ()) -> Rule:
        """Return the rule with this content, under a new id."""
        return Rule(
            id=rule_id,
            section=self.section,
            text=self.text,
            when=self.when,
            when_not=self.when_not,
            steps=tuple(sorted(set(self.steps))),
            level=self.level,
            made_from=made_from,
        )


class Add(_Edit, Body):
    """A new rule, at the end."""

    op: Literal["ADD"] = "ADD"


class Update(_Edit):
    """Changes the content of a rule, or its place; its id stays. None leaves a field as it is."""

    op: Literal["UPDATE"] = "UPDATE"
    rule: str
    section: str | None = Field(default=None, min_length=1, max_length=80)
    text: str | None = Field(default=None, min_length=1, max_length=600)
    when: str | None = Field(default=None, max_length=300)
    when_not: str | None = Field(default=None, max_length=300)
    steps: tuple[str, ...] | None = None
    level: Level | None = None
    place: int | None = Field(default=None, ge=1)
    """Where it shall stand among all rules, from 1; beyond the last means last."""


class Merge(_Edit, Body):
    """Two or more rules become one new rule, in the place of the first of them that stands."""

    op: Literal["MERGE"] = "MERGE"
    rules: tuple[str, ...] = Field(min_length=2)
    """Their ids; none of them is ever used again."""


class Split(_Edit):
    """One rule becomes two or more new ones, in its place and in this order."""

    op: Literal["SPLIT"] = "SPLIT"
    rule: str
    into: tuple[Body, ...] = Field(min_length=2)


class Deprecate(_Edit):
    """A rule leaves the strategy; its id is never used again."""

    op: Literal["DEPRECATE"] = "DEPRECATE"
    rule: str


Edit = Annotated[Add | Update | Merge | Split | Deprecate, Field(discriminator="op")]


class EditError(ValueError):
    """An edit names a rule that is not there, names one twice, or changes nothing."""


def apply(strategy: Strategy, edits: Sequence[Edit], slot: str) -> Strategy:
    """Return the strategy after `edits`, in order. `slot` (run and slot) seeds new rules' ids.

    Raises EditError when an edit names an unknown rule, or the same rule twice.
    """
    rules = list(strategy.rules)
    for number, edit in enumerate(edits):
        match edit:
            case Add():
                rules.append(edit.rule(rule_id(slot, number)))
            case Update():
                _update(rules, edit)
            case Merge():
                _merge(rules, edit, rule_id(slot, number))
            case Split():
                place = _place(rules, edit.rule)
                rules[place : place + 1] = [
                    part.rule(rule_id(slot, number, k), (edit.rule,))
                    for k, part in enumerate(edit.into, 1)
                ]
            case Deprecate():
                del rules[_place(rules, edit.rule)]
    return Strategy(rules=tuple(rules))


def rule_id(slot: str, number: int, part: int = 0) -> str:
    """Return the id of the rule that edit `number` (from 0) of the proposal in `slot` brings."""
    name = f"{slot}#{number}" + (f".{part}" if part else "")
    return "r-" + hashlib.sha256(name.encode()).hexdigest()[:10]


def named_rules(edit: Edit) -> tuple[str, ...]:
    """Return the ids of the standing rules that an edit names; none for ADD."""
    match edit:
        case Add():
            return ()
        case Merge():
            return edit.rules
        case _:
            return (edit.rule,)


def bodies(edit: Edit) -> tuple[Body, ...]:
    """Return the contents of the new rules that an edit brings."""
    match edit:
        case Add() | Merge():
            return (edit,)
        case Split():
            return edit.into
        case _:
            return ()


def new_rule_ids(edit: Edit, slot: str, number: int) -> tuple[str, ...]:
    """Return the ids of the rules that edit `number` (from 0) of the proposal in `slot` adds."""
    if isinstance(edit, Split):
        return tuple(rule_id(slot, number, part) for part in range(1, len(edit.into) + 1))
    return (rule_id(slot, number),) if bodies(edit) else ()


def edit_line(edit: Edit) -> str:
    """Return one line that describes an edit."""
    match edit:
        case Add():
            return f"ADD [{edit.section}] {edit.text}"
        case Deprecate():
            return f"DEPRECATE {edit.rule}"
        case Merge():
            return f"MERGE {' + '.join(edit.rules)} into [{edit.section}] {edit.text}"
        case Split():
            return f"SPLIT {edit.rule} into " + " | ".join(part.text for part in edit.into)
        case Update():
            said = (("section", edit.section), ("text", edit.text), ("when", edit.when))
            more = (("not when", edit.when_not), ("level", edit.level), ("place", edit.place))
            steps = [f"steps: {', '.join(edit.steps)}"] if edit.steps is not None else []
            changes = [f"{name}: {value}" for name, value in (*said, *more) if value is not None]
            return f"UPDATE {edit.rule} " + "; ".join([*changes, *steps])


def _update(rules: list[Rule], edit: Update) -> None:
    place = _place(rules, edit.rule)
    changes = {
        name: value
        for name in ("section", "text", "when", "when_not", "steps", "level")
        if (value := getattr(edit, name)) is not None
    }
    if "steps" in changes:
        changes["steps"] = tuple(sorted(set(changes["steps"])))
    rule = rules.pop(place).model_copy(update=changes)
    rules.insert(place if edit.place is None else edit.place - 1, rule)


def _merge(rules: list[Rule], edit: Merge, new_id: str) -> None:
    if len(set(edit.rules)) < len(edit.rules):
        raise EditError(f"MERGE names a rule twice: {', '.join(edit.rules)}.")
    first = min(_place(rules, rule) for rule in edit.rules)
    rules[first : first + 1] = [edit.rule(new_id, edit.rules), rules[first]]
    rules[:] = [rule for rule in rules if rule.id not in edit.rules]


def _place(rules: Sequence[Rule], wanted: str) -> int:
    for place, rule in enumerate(rules):
        if rule.id == wanted:
            return place
    known = ", ".join(rule.id for rule in rules) or "none"
    raise EditError(f"No rule {wanted!r} in this strategy. Its rules: {known}.")
