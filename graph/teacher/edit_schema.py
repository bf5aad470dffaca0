"""Edits as a model writes them: flat, every field present, empty where it does not apply."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    TypeAdapter,
    ValidationError,
    create_model,
)

from ...store.edits import KINDS, Edit
from ...store.rules import Level, Strategy
from .contract import Unusable

Line = Annotated[str, AfterValidator(lambda said: " ".join(said.split()))]

# A call's identity holds the schema: the classes below keep their names, docstrings and fields.


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    section: Line
    text: Line
    when: Line
    when_not: Line
    steps: list[str]
    level: Level


class _Fields(BaseModel):
    """Flat, because a schema with a shape for each op is more than some servers take.

    The order of the fields is the order in which a model writes them: reasons first.
    """

    model_config = ConfigDict(extra="forbid")

    op: str
    because: list[str]
    rationale: Line
    rule: str
    rules: list[str]
    section: Line
    text: Line
    when: Line
    when_not: Line
    steps: list[str]
    level: Level
    place: int
    into: list[_Body]
    consolidates: bool


_OPS: Any = Literal.__getitem__(tuple(KINDS))
_EXTRA: Any = {name: (of, ...) for kind in KINDS.values() for name, of in kind.extra.items()}
_Draft: Any = create_model(
    "_Draft", __base__=_Fields, __doc__=_Fields.__doc__, op=(_OPS, ...), **_EXTRA
)
_Drafts: Any = create_model(
    "_Drafts", __config__=ConfigDict(extra="forbid"), edits=(list[_Draft], ...)
)

SCHEMA: Mapping[str, Any] = _Drafts.model_json_schema()
_EDIT: TypeAdapter[Edit] = TypeAdapter(Edit)


def edits_of(
    text: str, strategy: Strategy, labels: Mapping[str, str], most: int
) -> tuple[Edit, ...]:
    """Parse the first `most` edits of a reply; `labels` maps the attempts' labels to their slots.

    Raises Unusable, in words that quote nothing of the reply.
    """
    try:
        drafts: list[_Fields] = dict(_Drafts.model_validate_json(text))["edits"]
        return tuple(_edit(draft, strategy, labels) for draft in drafts[:most])
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise Unusable(f"The edits do not fit their schema at {place}: {fault['msg']}.") from None


def _edit(draft: _Fields, strategy: Strategy, labels: Mapping[str, str]) -> Edit:
    kind = KINDS[draft.op]
    if unknown := [label for label in draft.because if label not in labels]:
        raise Unusable(
            f"An {draft.op} leans on {len(unknown)} attempts that were not shown. "
            f"The labels shown: {', '.join(labels) or 'none'}."
        )
    if not draft.because and labels and kind.needs_attempt:
        raise Unusable(f"An {draft.op} names no attempt that supports it.")
    if not draft.rationale:
        raise Unusable(f"An {draft.op} has no rationale.")
    because = tuple(dict.fromkeys(labels[label] for label in draft.because))
    edit = _EDIT.validate_python({**kind.from_draft(draft.model_dump()), "because": because})
    known = {rule.id for rule in strategy.rules}
    if not known.issuperset(edit.named_rules):
        raise Unusable(
            f"{edit.op} names a rule that the strategy does not have. "
            f"Its rules: {', '.join(sorted(known)) or 'none'}."
        )
    return edit
