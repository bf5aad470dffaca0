"""The edits that lead from one strategy to another, told from the two alone."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from ..edits import Add, Body, Deprecate, Edit, Merge, Split, Update, named
from ..rules import Rule, Strategy
from .diff import FIELDS, kept_in_order


def edits_between(old: Strategy, new: Strategy) -> tuple[Edit, ...]:
    """What was done to `old`, each rule once; new rules get new ids when it is done again.

    Applied to `old` they give the rules of `new`: those that stayed as they are there and in that
    order, the new ones with what they say.
    """
    made = tuple(_made(old, new))
    consumed = {name for edit in made for name in named(edit)}
    left = {rule.id for rule in new.rules}
    gone = (rule.id for rule in old.rules if rule.id not in left | consumed)
    return (*changes(old, new), *made, *(Deprecate(rule=name) for name in gone))


def changes(old: Strategy, new: Strategy) -> tuple[Update, ...]:
    """The UPDATE edits of the rules that both have: what they say, then where they stand.

    To be applied before anything leaves, since places count all rules.
    """
    was, said = ({rule.id: rule for rule in it.rules} for it in (old, new))
    reworded = (
        Update.model_validate({"rule": name} | fields)
        for name, rule in was.items()
        if name in said and (fields := _fields(rule, said[name]))
    )
    moved = moves(list(was), [name for name in said if name in was])
    return (*reworded, *(Update(rule=name, place=place) for name, place in moved))


def moves(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The fewest moves after which `new` stands in its order: name and place (from 1), in turn.

    `old` may hold more names; they only take up places.
    """
    now, still = list(old), kept_in_order([name for name in old if name in new], new)
    for number, name in enumerate(new):
        if name not in still:
            now.remove(name)
            place = now.index(new[number - 1]) + 1 if number else 0
            now.insert(place, name)
            yield name, place + 1


def _made(old: Strategy, new: Strategy) -> Iterator[Add | Merge | Split]:
    """The edits that bring the new rules."""
    known, left = ({rule.id for rule in it.rules} for it in (old, new))
    gone = known - left
    parts: dict[str, list[Rule]] = defaultdict(list)
    for rule in new.rules:
        if rule.id in known:
            continue
        if len(rule.made_from) == 1 and set(rule.made_from) <= gone:
            parts[rule.made_from[0]].append(rule)
        elif len(rule.made_from) > 1 and set(rule.made_from) <= gone:
            yield Merge(rules=rule.made_from, **_said(rule))
        else:
            yield Add(**_said(rule))
    for whole, into in parts.items():
        if len(into) > 1:
            yield Split(rule=whole, into=tuple(Body(**_said(it)) for it in into))
        else:
            yield Add(**_said(into[0]))


def _said(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in FIELDS}


def _fields(old: Rule, new: Rule) -> dict[str, Any]:
    return {name: it for name, it in _said(new).items() if it != getattr(old, name)}
