"""Edits as a model writes them: flat, every field present, empty where it does not apply."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError, create_model

from ...store.edits import KINDS, Edit
from ...store.edits.contract import Line
from ...store.rules import Level, Strategy
from .contract import (
    LONGEST_RATIONALE,
    LONGEST_STEP,
    MOST_PARTS,
    MOST_STEPS,
    Unusable,
    shorten,
)

_FLAT = """Flat, because a schema with a shape for each op is more than some servers take.

The order of the fields is the order in which a model writes them: reasons first.
"""


def _model(name: str, fields: Mapping[str, Any], doc: str | None = None) -> Any:
    # A call's identity holds the schema: these classes keep their names, docstrings and fields.
    given: dict[str, Any] = {field: (of, ...) for field, of in fields.items()}
    return create_model(name, __config__=ConfigDict(extra="forbid"), __doc__=doc, **given)


_CONTENT = {
    **dict.fromkeys(("section", "text", "when", "when_not"), Line),
    "steps": list[str],
    "level": Level,
}
_Body: Any = _model("_Body", _CONTENT)
_Draft: Any = _model(
    "_Draft",
    {
        "op": Literal.__getitem__(tuple(KINDS)),
        "because": list[str],
        "rationale": Line,
        "rule": str,
        "rules": list[str],
        **_CONTENT,
        "place": int,
        "into": list[_Body],
        **{name: of for kind in KINDS.values() for name, of in kind.extra.items()},
        "consolidates": bool,
    },
    _FLAT,
)
_Drafts = _model("_Drafts", {"edits": list[_Draft]})

SCHEMA: Mapping[str, Any] = _Drafts.model_json_schema()
_EDIT: TypeAdapter[Edit] = TypeAdapter(Edit)


def edits_of(
    text: str, strategy: Strategy, labels: Mapping[str, str], most: int
) -> tuple[Edit, ...]:
    """Parse the first `most` edits of a reply; `labels` maps the attempts' labels to their slots.

    Raises Unusable, in words that quote nothing of the reply.
    """
    try:
        drafts = _Drafts.model_validate_json(text).model_dump()["edits"]
        return tuple(_edit(draft, strategy, labels) for draft in drafts[:most])
    except ValidationError as error:
        fault = error.errors()[0]
        # A key of the reply's may be among them, however long.
        place = ".".join(str(part)[:40] for part in fault["loc"])
        said = fault["msg"][:200]
        raise Unusable(f"The edits do not fit their schema at {place}: {said}.") from None


def _edit(draft: Mapping[str, Any], strategy: Strategy, labels: Mapping[str, str]) -> Edit:
    op, kind = draft["op"], KINDS[draft["op"]]
    if unknown := [label for label in draft["because"] if label not in labels]:
        raise Unusable(
            f"An {op} leans on {len(unknown)} attempts that were not shown. "
            f"The labels shown: {', '.join(labels) or 'none'}."
        )
    if not draft["because"] and labels and kind.needs_attempt:
        raise Unusable(f"An {op} names no attempt that supports it.")
    if not draft["rationale"]:
        raise Unusable(f"An {op} has no rationale.")
    _check_counts(draft)
    because = tuple(dict.fromkeys(labels[label] for label in draft["because"]))
    rationale = shorten(draft["rationale"], LONGEST_RATIONALE)
    said = {**kind.from_draft(draft), "because": because, "rationale": rationale}
    edit = _EDIT.validate_python(said)
    known = {rule.id for rule in strategy.rules}
    if not known.issuperset(edit.named_rules):
        raise Unusable(
            f"{op} names a rule that the strategy does not have. "
            f"Its rules: {', '.join(sorted(known)) or 'none'}."
        )
    return edit


def _check_counts(draft: Mapping[str, Any]) -> None:
    """Raise Unusable for what no honest edit needs, before anything reads its words."""
    op, into = draft["op"], draft["into"]
    if max(len(draft["rules"]), len(into)) > MOST_PARTS:
        raise Unusable(f"{op} is about more than {MOST_PARTS} rules at once.")
    for steps in (draft["steps"], *(part["steps"] for part in into)):
        if len(steps) > MOST_STEPS or any(len(step) > LONGEST_STEP for step in steps):
            raise Unusable(
                f"{op} names more than {MOST_STEPS} kinds of steps, or one in more than "
                f"{LONGEST_STEP} characters."
            )
