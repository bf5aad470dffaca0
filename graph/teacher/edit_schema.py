"""Edits as a model writes them: flat, every field present, empty where it does not apply."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ...store.edits import Edit, named_rules
from ...store.rules import Level, Strategy
from .contract import Unusable

SUPPORTED = frozenset({"ADD", "UPDATE"})
"""Edits that say something new: they must name an attempt that shows it."""

# A call's identity holds the schema: the classes below keep their names, docstrings and fields.


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    section: str
    text: str
    when: str
    when_not: str
    steps: list[str]
    level: Level


class _Draft(BaseModel):
    """Flat, because a schema with a shape for each op is more than some servers take.

    The order of the fields is the order in which a model writes them: reasons first.
    """

    model_config = ConfigDict(extra="forbid")

    op: Literal["ADD", "UPDATE", "MERGE", "SPLIT", "DEPRECATE"]
    because: list[str]
    rationale: str
    rule: str
    rules: list[str]
    section: str
    text: str
    when: str
    when_not: str
    steps: list[str]
    level: Level
    place: int
    into: list[_Body]
    consolidates: bool

    def fields(self) -> dict[str, Any]:
        """Return the arguments of the typed edit of this `op`."""
        match self.op:
            case "ADD":
                return _body(self)
            case "UPDATE":
                said = {name: value or None for name, value in _body(self).items()}
                said.pop("level")
                return {**said, "rule": self.rule, "place": self.place or None}
            case "MERGE":
                return {**_body(self), "rules": tuple(self.rules)}
            case "SPLIT":
                return {"rule": self.rule, "into": [_body(part) for part in self.into]}
            case "DEPRECATE":
                return {"rule": self.rule}


def _body(said: _Body | _Draft) -> dict[str, Any]:
    """Return the content of a rule, on one line a field."""
    fields = ("section", "text", "when", "when_not")
    lines = {name: " ".join(getattr(said, name).split()) for name in fields}
    return {**lines, "steps": tuple(said.steps), "level": said.level}


class _Drafts(BaseModel):
    model_config = ConfigDict(extra="forbid")

    edits: list[_Draft]


SCHEMA: Mapping[str, Any] = _Drafts.model_json_schema()
_EDIT: TypeAdapter[Edit] = TypeAdapter(Edit)


def edits_of(
    text: str, strategy: Strategy, labels: Mapping[str, str], most: int
) -> tuple[Edit, ...]:
    """Parse the first `most` edits of a reply; `labels` maps the attempts' labels to their slots.

    Raises Unusable, in words that quote nothing of the reply.
    """
    try:
        drafts = _Drafts.model_validate_json(text).edits[:most]
        return tuple(_edit(draft, strategy, labels) for draft in drafts)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise Unusable(f"The edits do not fit their schema at {place}: {fault['msg']}.") from None


def _edit(draft: _Draft, strategy: Strategy, labels: Mapping[str, str]) -> Edit:
    if unknown := [label for label in draft.because if label not in labels]:
        raise Unusable(
            f"An {draft.op} leans on {len(unknown)} attempts that were not shown. "
            f"The labels shown: {', '.join(labels) or 'none'}."
        )
    if not draft.because and labels and draft.op in SUPPORTED:
        raise Unusable(f"An {draft.op} names no attempt that supports it.")
    if not draft.rationale.strip():
        raise Unusable(f"An {draft.op} has no rationale.")
    edit = _EDIT.validate_python(
        {
            **draft.fields(),
            "op": draft.op,
            "rationale": " ".join(draft.rationale.split()),
            "because": tuple(dict.fromkeys(labels[label] for label in draft.because)),
            "consolidates": draft.consolidates,
        }
    )
    known = {rule.id for rule in strategy.rules}
    if not known.issuperset(named_rules(edit)):
        raise Unusable(
            f"{edit.op} names a rule that the strategy does not have. "
            f"Its rules: {', '.join(sorted(known)) or 'none'}."
        )
    return edit
