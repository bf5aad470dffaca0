"""Diff of two versions in colours, rule by rule; signs stand beside the colours."""

from collections import defaultdict
from collections.abc import Iterator

from rich.text import Text

from ..store.edits import EditKind
from ..store.rules import Rule
from ..store.strategies.diff import RuleChange, StrategyDiff
from .edit_wording import Names, describe_edit
from .wording import clean

_STYLES = {"same": "", "removed": "red strike", "added": "green"}
_SIGNS = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
"""Files have no colours, and some eyes have none."""


def diff_by_rule(found: StrategyDiff) -> dict[str, list[Text]]:
    """Return by rule id what was added, taken out, changed and moved."""
    lines: dict[str, list[Text]] = defaultdict(list)
    for rule in found.added:
        lines[rule.id].append(Text(clean(f"+ {rule.id}  {_rule_text(rule)}"), style="green"))
    for rule in found.deprecated:
        lines[rule.id].append(Text(clean(f"- {rule.id}  {_rule_text(rule)}"), style="red"))
    for change in found.changed:
        lines[change.new.id] += _change_lines(change)
    for move in found.moved:
        moved = f"> {move.rule.id}  moved from place {move.before} to {move.after}"
        lines[move.rule.id].append(Text(moved, style="cyan"))
    return dict(lines)


def edit_words(edit: EditKind, found: StrategyDiff) -> str:
    """Return an edit that leads from the old version to the new one, which has no reasons."""
    was = found.old.strategy.by_id
    (line,) = describe_edit(edit, found.new.strategy.rules, Names(str, lambda _: was, was.get))
    return line


def _change_lines(change: RuleChange) -> Iterator[Text]:
    for field in change.fields:
        line = Text(f"~ {change.new.id}  {field.field}: ")
        for span in field.words:
            before, after = _SIGNS[span.mark]
            line.append(clean(f"{before}{span.text}{after}"), style=_STYLES[span.mark])
        yield line


def _rule_text(rule: Rule) -> str:
    scope = (("when", rule.when), ("not when", rule.when_not))
    more = [f"{word}: {text}" for word, text in scope if text]
    steps = [f"steps: {', '.join(rule.steps)}"] if rule.steps else []
    shown = f" ({'; '.join([*more, *steps])})" if more or steps else ""
    return f"[{rule.section}] {rule.text}{shown}"
