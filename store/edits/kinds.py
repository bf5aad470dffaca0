"""Five kinds of edits, each with all that is its own; `contract` says what that is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import Field

from ..rules import Level, Rule
from .contract import Body, Description, EditError, EditKind, place_of
from .difference import RULE_FIELDS, Difference, rule_fields


class Add(EditKind, Body):
    """A new rule, at the end."""

    ask: ClassVar = "ADD a rule: section, text, when, when_not, steps, level"
    needs_attempt: ClassVar = True
    op: Literal["ADD"] = "ADD"

    def apply(self, rules: list[Rule], new_ids: Sequence[str]) -> None:
        rules.append(self.rule(new_ids[0]))

    @classmethod
    def between(cls, left: Difference) -> Sequence[Self]:
        return [cls(**rule_fields(rule)) for rule in left.brought]

    def describe(self) -> Description:
        return Description(self.op, "add", contents=(self,))


class Update(EditKind):
    """Changes the content of a rule, or its place; its id stays. None leaves a field as it is."""

    ask: ClassVar = (
        "UPDATE one: rule (its id), what changes, place (its new place among all rules, else 0)"
    )
    needs_attempt: ClassVar = True
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

    @classmethod
    def from_draft(cls, draft: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields that a draft fills in; its level is that of a new rule."""
        said = {name: draft[name] or None for name in (*RULE_FIELDS, "place")}
        return {**super().from_draft(draft), **said, "level": None}

    def apply(self, rules: list[Rule], new_ids: Sequence[str]) -> None:
        place = place_of(self.rule, rules)
        changes = {name: it for name, it in rule_fields(self).items() if it is not None}
        if self.steps is not None:
            changes["steps"] = tuple(sorted(set(self.steps)))
        rule = rules.pop(place).model_copy(update=changes)
        # No list takes a place of twenty digits, and beyond the last means last.
        rules.insert(place if self.place is None else min(self.place - 1, len(rules)), rule)

    @classmethod
    def between(cls, left: Difference) -> Sequence[Self]:
        """Return a rule's new content and its new place as two edits."""
        told = ({"rule": name, **fields} for name, fields in left.changed.items() if fields)
        moved = ({"rule": name, "place": place} for name, place in left.moved)
        return [cls.model_validate(said) for said in (*told, *moved)]

    def describe(self) -> Description:
        steps = None if self.steps is None else ", ".join(self.steps)
        said = {"section": self.section, "text": self.text, "when": self.when,
                "not when": self.when_not, "level": self.level, "place": self.place,
                "steps": steps}  # fmt: skip
        changes = {name: str(value) for name, value in said.items() if value is not None}
        return Description(self.op, "change", (self.rule,), changes=changes)


class Merge(EditKind, Body):
    """Two or more rules become one new rule, in the place of the first of them that stands."""

    ask: ClassVar = "MERGE two or more into one: rules (their ids), and the new rule as for ADD"
    op: Literal["MERGE"] = "MERGE"
    rules: tuple[str, ...] = Field(min_length=2)
    """Their ids; none of them is ever used again."""

    def apply(self, rules: list[Rule], new_ids: Sequence[str]) -> None:
        if len(set(self.rules)) < len(self.rules):
            raise EditError(f"MERGE names a rule twice: {', '.join(self.rules)}.")
        first = min(place_of(rule, rules) for rule in self.rules)
        rules[first : first + 1] = [self.rule(new_ids[0], self.rules), rules[first]]
        rules[:] = [rule for rule in rules if rule.id not in self.rules]

    @classmethod
    def between(cls, left: Difference) -> Sequence[Self]:
        gone = set(left.gone)
        made = [
            it for it in left.brought if len(it.made_from) > 1 and gone.issuperset(it.made_from)
        ]
        left.take(made, {name for rule in made for name in rule.made_from})
        return [cls(rules=rule.made_from, **rule_fields(rule)) for rule in made]

    def describe(self) -> Description:
        return Description(self.op, "merge", self.rules, (self,))


class Split(EditKind):
    """One rule becomes two or more new ones, in its place and in this order."""

    ask: ClassVar = "SPLIT one: rule, into (two or more new rules)"
    op: Literal["SPLIT"] = "SPLIT"
    rule: str
    into: tuple[Body, ...] = Field(min_length=2)

    def apply(self, rules: list[Rule], new_ids: Sequence[str]) -> None:
        place = place_of(self.rule, rules)
        parts = zip(self.into, new_ids, strict=True)
        rules[place : place + 1] = [part.rule(new, (self.rule,)) for part, new in parts]

    @classmethod
    def between(cls, left: Difference) -> Sequence[Self]:
        parts: dict[str, list[Rule]] = defaultdict(list)
        for rule in left.brought:
            if len(rule.made_from) == 1 and rule.made_from[0] in left.gone:
                parts[rule.made_from[0]].append(rule)
        whole = {name: into for name, into in parts.items() if len(into) > 1}
        left.take([part for into in whole.values() for part in into], whole)
        said = {name: tuple(Body(**rule_fields(it)) for it in into) for name, into in whole.items()}
        return [cls(rule=name, into=into) for name, into in said.items()]

    def describe(self) -> Description:
        return Description(self.op, "split", (self.rule,), self.into)


class Deprecate(EditKind):
    """A rule leaves the strategy; its id is never used again."""

    ask: ClassVar = "DEPRECATE one: rule"
    op: Literal["DEPRECATE"] = "DEPRECATE"
    rule: str

    def apply(self, rules: list[Rule], new_ids: Sequence[str]) -> None:
        del rules[place_of(self.rule, rules)]

    @classmethod
    def between(cls, left: Difference) -> Sequence[Self]:
        return [cls(rule=name) for name in left.gone]

    def describe(self) -> Description:
        return Description(self.op, "take out", (self.rule,))
