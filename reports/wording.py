"""What versions, rules and edits are called in a story."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ..commands.output import points
from ..store.edits import Add, Deprecate, Edit, Merge, Split, Update
from ..store.rules import Rule
from ..store.strategies.versions import Strategies


class Names(NamedTuple):
    """What hashes and ids are called."""

    version: Callable[[str], str]
    """`scheduling@3` of a hash."""
    rules: Callable[[str], Mapping[str, Rule]]
    """The rules of a version by id; none of an unknown hash."""
    rule: Callable[[str], Rule | None]
    """A rule as it was last written, by its id."""


def edited(edit: Edit, rules: Sequence[Rule], names: Names) -> list[str]:
    """One edit in words, with the ids that its new rules have among `rules`."""
    new = {(rule.section, rule.text): rule for rule in rules}

    def brought(section: str, text: str) -> str:
        rule = new.get((section, text))
        return said(rule) if rule else f'[{section}] "{text}"'

    match edit:
        case Add():
            line = f"add {brought(edit.section, edit.text)}"
        case Merge():
            olds = all_of([rule_named(names, it) for it in edit.rules])
            line = f"merge {olds} into {brought(edit.section, edit.text)}"
        case Split():
            parts = [brought(part.section, part.text) for part in edit.into]
            line = f"split {rule_named(names, edit.rule)} into {all_of(parts)}"
        case Update():
            line = f"change {edit.rule}: {_changes(edit)}"
        case Deprecate():
            line = f"take out {rule_named(names, edit.rule)}"
    return [line, *([f"  because: {edit.rationale}"] if edit.rationale else [])]


def _changes(edit: Update) -> str:
    told = {"section": edit.section, "text": edit.text, "when": edit.when,
            "not when": edit.when_not, "level": edit.level, "place": edit.place,
            "steps": None if edit.steps is None else ", ".join(edit.steps)}  # fmt: skip
    return "; ".join(f'{name} to "{value}"' for name, value in told.items() if value is not None)


def said(rule: Rule) -> str:
    scope = "".join(
        f" ({word} {text})"
        for word, text in (("when", rule.when), ("not when", rule.when_not))
        if text
    )
    return f'{rule.id} [{rule.section}] "{rule.text}"{scope}'


def rule_named(names: Names, rule_id: str) -> str:
    """A rule by its id, with its words where a version has it."""
    rule = names.rule(rule_id)
    return rule_id if rule is None else f'{rule_id} "{rule.text}"'


def between(low: float, high: float) -> str:
    return f"{points(low)} to {points(high)}"


def count(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"


def all_of(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def name_of(strategies: Strategies, domain: str, strategy: str) -> str:
    """`domain@n` of a hash; the hash itself, shortened, where no version has it."""
    try:
        return f"{domain}@{strategies.number(domain, strategy)}"
    except LookupError:
        return strategy[:12]
