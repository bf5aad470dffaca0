"""Proposals of a round, edit by edit, and refusals."""

from ...store.edits import Edit
from ...store.events import ProposalRefused, StrategyProposed
from ..run_story import RunStory
from .markup import SHORT, Html, bullets, code, esc, join, line, scope, text

ORIGINS = {
    "merge": "two versions, merged rule by rule",
    "ledger": "by the ledger of what rules are worth",
    "review": "as the reviewer wants it",
    "import": "from another store",
}


def proposal_line(story: RunStory, event: StrategyProposed) -> Html:
    """Return one candidate as a line of its round."""
    made = [code(story.name(event.strategy))]
    if event.origin in ORIGINS:
        parents = join((code(story.name(it)) for it in event.parents), " + ")
        made.append(join([esc(f" {ORIGINS[event.origin]}, from "), parents]))
    lines = [_edit(edit) for edit in event.edits]
    if event.origin == "merge":
        kept = {rule.id for rule in story.rules(event.parents[0])}
        lines += [
            join([text("span", "TAKE OVER", "op"), code(it.id), esc(" "), text("q", it.text)])
            for it in event.rules
            if it.id not in kept
        ]
    return line("Propose", *made, bullets(lines))


def refusal_line(event: ProposalRefused) -> Html:
    """Return a proposal that made no version, and the reason."""
    edits = bullets(_edit(edit) for edit in event.edits)
    return line("Refused", esc(event.reason, SHORT), edits if event.edits else Html(""))


def _edit(edit: Edit) -> Html:
    op, _, rules, contents, changes = edit.describe()
    shown = [text("span", op, "op"), *(code(rule) for rule in rules), esc(" ")]
    for it in contents:
        holds = scope(it.when, it.when_not, it.steps)
        shown += [esc(f"{it.section}: "), text("q", it.text), holds]
    said = changes or {}
    shown += [text("q", said["text"])] if "text" in said else []
    shown.append(scope(said.get("when", ""), said.get("not when", ""), [said.get("steps", "")]))
    why = [text("div", edit.rationale, "note", SHORT)] if edit.rationale else []
    return join([*shown, *why])
