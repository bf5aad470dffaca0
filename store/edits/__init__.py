"""Typed edits, the only way to change a strategy: their kinds, application, inverse and words."""

from collections.abc import Mapping, Sequence
from typing import Annotated, get_args

from pydantic import Field, ValidationError

from ..rules import Strategy
from .contract import Body, EditError, EditKind, rule_id
from .difference import Difference
from .kinds import Add, Deprecate, Merge, Split, Update

__all__ = ["Add", "Body", "Deprecate", "EditError", "EditKind",
           "Merge", "Split", "Update", "rule_id"]  # fmt: skip

Edit = Annotated[Add | Update | Merge | Split | Deprecate, Field(discriminator="op")]
"""All kinds, in the order in which a model reads of them; new ones come last."""

KINDS: Mapping[str, type[EditKind]] = {
    kind.model_fields["op"].default: kind for kind in get_args(get_args(Edit)[0])
}
_GENERAL = (Add, Update, Deprecate)
"""Kinds that can tell any difference: they are asked for what no other kind tells."""


def apply(strategy: Strategy, edits: Sequence[EditKind], slot: str) -> Strategy:
    """Return the strategy after `edits`, in order. `slot` (run and slot) seeds new rules' ids.

    Raises EditError when an edit names an unknown rule, or the same rule twice.
    """
    rules = list(strategy.rules)
    for number, edit in enumerate(edits):
        edit.apply(rules, edit.new_rule_ids(slot, number))
    return Strategy(rules=tuple(rules))


def edits_between(old: Strategy, new: Strategy) -> tuple[EditKind, ...]:
    """Return the edits that lead from `old` to `new`, each rule once; new rules get new ids.

    Applied to `old` they give the rules of `new`: those that stayed as they are there and in that
    order, the new ones with what they say. Raises EditError where a rule is none that an edit
    could have written.
    """
    left = Difference(old, new)
    asked = sorted(KINDS.values(), key=lambda kind: kind in _GENERAL)
    try:
        found = {kind: kind.between(left) for kind in asked}
    except ValidationError as error:
        raise EditError(f"No edit leads there: {error.errors()[0]['msg']}.") from None
    return tuple(edit for kind in KINDS.values() for edit in found[kind])


def edit_line(edit: EditKind) -> str:
    """Return one line that describes an edit."""
    op, _, rules, contents, changes = edit.describe()
    olds = " + ".join(rules)
    if changes is not None:
        return f"{op} {olds} " + "; ".join(f"{name}: {value}" for name, value in changes.items())
    news = " | ".join(
        it.text if len(contents) > 1 else f"[{it.section}] {it.text}" for it in contents
    )
    return f"{op} " + " into ".join(part for part in (olds, news) if part)
