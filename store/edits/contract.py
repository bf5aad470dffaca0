"""Contract of a kind of edit: its fields, its draft, what it does, its inverse and its words."""

import hashlib
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ..rules import Level, Rule
from .difference import Difference, rule_fields

Line = Annotated[str, AfterValidator(lambda said: " ".join(said.split()))]
"""Text of a draft, put on one line."""


class EditError(ValueError):
    """An edit names a rule that is not there or names one twice, or no edit leads to a rule."""


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
        content = {**rule_fields(self), "steps": tuple(sorted(set(self.steps)))}
        return Rule(id=rule_id, made_from=made_from, **content)


class Description(NamedTuple):
    """Account that an edit gives of itself; every text and page about edits is written from it."""

    op: str
    verb: str
    """The same for people."""
    rules: tuple[str, ...] = ()
    """Ids of the standing rules that it names."""
    contents: tuple[Body, ...] = ()
    """Contents of the new rules that it brings."""
    changes: Mapping[str, str] | None = None
    """What fields of the rule shall say, by their names in words; None where no rule is changed."""


class EditKind(BaseModel):
    """Ancestor of all kinds, with what every edit says. A kind adds its fields and `op`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ask: ClassVar[str]
    """Line of the prompt that asks a model for edits: the op, and the fields to fill in."""
    extra: ClassVar[Mapping[str, Any]] = {}
    """Fields of a model's draft, with their types, that no kind before read; a text is a `Line`."""
    needs_attempt: ClassVar[bool] = False
    """It says something new: where attempts were shown, it must name one that supports it."""

    rationale: str = ""
    because: tuple[str, ...] = ()
    """Slots of the attempts that support the edit."""
    consolidates: bool = False
    """Says on purpose that rules leave or shrink; without it the collapse guard may refuse."""

    @classmethod
    def from_draft(cls, draft: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of its own that a model's draft, in which all stand, gives it."""
        return {name: draft[name] for name in cls.model_fields if name in draft}

    @abstractmethod
    def apply(self, rules: list[Rule], new_ids: Sequence[str]) -> None:
        """Change `rules`; the new ones get `new_ids`. Raises EditError for an unknown rule."""

    @classmethod
    @abstractmethod
    def between(cls, left: Difference) -> Sequence[Self]:
        """Return the edits of this kind that tell something of `left`, and take that from it."""

    @abstractmethod
    def describe(self) -> Description:
        """Return what the edit does."""

    @property
    def named_rules(self) -> tuple[str, ...]:
        """Return the ids of the standing rules that the edit names; none for ADD."""
        return self.describe().rules

    @property
    def bodies(self) -> tuple[Body, ...]:
        """Return the contents of the new rules that the edit brings."""
        return self.describe().contents

    @property
    def only_removes(self) -> bool:
        """Tell whether the rules that it names leave, and nothing comes for them."""
        _, _, rules, contents, changes = self.describe()
        return bool(rules) and not contents and changes is None

    def new_rule_ids(self, seed: str, number: int) -> tuple[str, ...]:
        """Return the ids of the rules that it adds as edit `number`, from 0; `slots.rule_seed`."""
        count = len(self.bodies)
        parts = range(1, count + 1) if count > 1 else range(count)
        return tuple(rule_id(seed, number, part) for part in parts)


def rule_id(seed: str, number: int, part: int = 0) -> str:
    """Return the id of the rule that edit `number` (from 0) of a proposal brings."""
    name = f"{seed}#{number}" + (f".{part}" if part else "")
    return "r-" + hashlib.sha256(name.encode()).hexdigest()[:10]


def place_of(wanted: str, rules: Sequence[Rule]) -> int:
    """Return the place, from 0, of the rule with that id. Raises EditError where none has it."""
    known = [rule.id for rule in rules]
    if wanted in known:
        return known.index(wanted)
    raise EditError(
        f"No rule {wanted!r} in this strategy. Its rules: {', '.join(known) or 'none'}."
    )
