"""What was proposed in a round, edit by edit, and what was refused."""

from collections.abc import Sequence

from ...store.edits import Add, Body, Edit, Merge, Split, Update, named
from ...store.events import ProposalRefused, StrategyProposed
from .facts import Facts
from .markup import Html, bullets, code, esc, join, line, text

LONGEST = 400
"""Characters of one reason that a page shows."""
ORIGINS = {
    "merge": "two versions, merged rule by rule",
    "ledger": "by the ledger of what rules are worth",
    "review": "as the reviewer wants it",
    "import": "from another store",
}


def proposed(told: Facts, event: StrategyProposed) -> Html:
    """One candidate as a line of its round."""
    made = [code(told.name(event.strategy))]
    if event.origin in ORIGINS:
        parents = join((code(told.name(it)) for it in event.parents), " + ")
        made.append(join([esc(f" {ORIGINS[event.origin]}, from "), parents]))
    lines = [_edit(edit) for edit in event.edits]
    if event.origin == "merge":
        kept = {rule.id for rule in told.rules(event.parents[0])}
        lines += [_adopted(it.id, it.text) for it in event.rules if it.id not in kept]
    return line("Propose", *made, bullets(lines))


def _adopted(rule: str, words: str) -> Html:
    return join([text("span", "TAKE OVER", "op"), code(rule), esc(" "), text("q", words)])


def refused(event: ProposalRefused) -> Html:
    """What never became a version, and why."""
    edits = bullets(_edit(edit) for edit in event.edits)
    return line("Refused", esc(event.reason, LONGEST), edits if event.edits else Html(""))


def _edit(edit: Edit) -> Html:
    shown = [text("span", edit.op, "op"), *(code(rule) for rule in named(edit)), esc(" ")]
    match edit:
        case Add() | Merge():
            shown.append(_body(edit))
        case Split():
            shown += [_body(part) for part in edit.into]
        case Update():
            shown += [text("q", edit.text)] if edit.text is not None else []
            shown += [_scope(edit.when or "", edit.when_not or "", edit.steps or ())]
    why = [text("div", edit.rationale, "note", LONGEST)] if edit.rationale else []
    return join([*shown, *why])


def _body(said: Body) -> Html:
    scope = _scope(said.when, said.when_not, said.steps)
    return join([esc(f"{said.section}: "), text("q", said.text), scope])


def _scope(when: str, when_not: str, steps: Sequence[str]) -> Html:
    said = (("when", when), ("not when", when_not), ("writes out", ", ".join(steps)))
    return join(text("span", f"{name}: {words}", "scope") for name, words in said if words)
