"""Wording of rules and edits, with the names that readers know them by."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ..store.edits import Add, Deprecate, Edit, Merge, Split, Update
from ..store.rules import Rule
from .wording import list_words


class Names(NamedTuple):
    """Lookups from hashes and ids to what people read."""

    version: Callable[[str], str]
    """`scheduling@3` of a hash."""
    rules: Callable[[str], Mapping[str, Rule]]
    """The rules of a version by id; none of an unknown hash."""
    rule: Callable[[str], Rule | None]
    """A rule as it was last written, by its id."""


def rule_with_text(names: Names, rule_id: str) -> str:
    """Return a rule's id, with its text where a version has it."""
    rule = names.rule(rule_id)
    return rule_id if rule is None else f'{rule_id} "{rule.text}"'


def quote_rule(rule: Rule) -> str:
    """Return a rule's id, section, text and scope."""
    scope = "".join(
        f" ({word} {text})"
        for word, text in (("when", rule.when), ("not when", rule.when_not))
        if text
    )
    return f'{rule.id} [{rule.section}] "{rule.text}"{scope}'


def describe_edit(edit: Edit, rules: Sequence[Rule], names: Names) -> list[str]:
    """Return one edit in words, with the ids that its new rules have among `rules`."""
    new = {(rule.section, rule.text): rule for rule in rules}

    def quote_new(section: str, text: str) -> str:
        rule = new.get((section, text))
        return quote_rule(rule) if rule else f'[{section}] "{text}"'

    match edit:
        case Add():
            line = f"add {quote_new(edit.section, edit.text)}"
        case Merge():
            olds = list_words([rule_with_text(names, it) for it in edit.rules])
            line = f"merge {olds} into {quote_new(edit.section, edit.text)}"
        case Split():
            parts = [quote_new(part.section, part.text) for part in edit.into]
            line = f"split {rule_with_text(names, edit.rule)} into {list_words(parts)}"
        case Update():
            line = f"change {edit.rule}: {_list_changes(edit)}"
        case Deprecate():
            line = f"take out {rule_with_text(names, edit.rule)}"
    return [line, *([f"  because: {edit.rationale}"] if edit.rationale else [])]


def _list_changes(edit: Update) -> str:
    changes = {"section": edit.section, "text": edit.text, "when": edit.when,
               "not when": edit.when_not, "level": edit.level, "place": edit.place,
               "steps": None if edit.steps is None else ", ".join(edit.steps)}  # fmt: skip
    return "; ".join(f'{name} to "{value}"' for name, value in changes.items() if value is not None)
