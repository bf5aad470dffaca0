"""Wording of rules and edits, with the names that readers know them by."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ..store.edits import Body, EditKind
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


def describe_edit(edit: EditKind, rules: Sequence[Rule], names: Names) -> list[str]:
    """Return one edit in words, with the ids that its new rules have among `rules`."""
    new = {(rule.section, rule.text): rule for rule in rules}

    def quote_new(body: Body) -> str:
        rule = new.get((body.section, body.text))
        return quote_rule(rule) if rule else f'[{body.section}] "{body.text}"'

    _, verb, named, contents, changes = edit.describe()
    if changes is not None:
        said = "; ".join(f'{name} to "{value}"' for name, value in changes.items())
        line = f"{verb} {list_words(named)}: {said}"
    else:
        olds = list_words([rule_with_text(names, it) for it in named])
        news = list_words([quote_new(it) for it in contents])
        line = f"{verb} " + " into ".join(part for part in (olds, news) if part)
    return [line, *([f"  because: {edit.rationale}"] if edit.rationale else [])]
