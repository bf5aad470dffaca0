"""Difference of two strategies: what came, what left, what changed and what moved."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from ..rules import Rule, Strategy

RULE_FIELDS = ("section", "text", "when", "when_not", "steps", "level")


class Difference:
    """The part of the way from one strategy to another that no edit tells yet."""

    def __init__(self, old: Strategy, new: Strategy) -> None:
        self.old, self.new = old.by_id, new.by_id
        self.brought = [rule for rule in new.rules if rule.id not in self.old]
        """New rules, in order."""
        self.gone = [name for name in self.old if name not in self.new]
        self.changed = {
            name: fields
            for name, rule in self.old.items()
            if name in self.new and (fields := _different_fields(rule, self.new[name]))
        }
        """Rule that both have -> its fields that say something else now; a kind may take some."""
        common = [name for name in self.new if name in self.old]
        self.moved = list(fewest_moves(list(self.old), common))
        """Rule and place, from 1, to be moved in this order, before anything leaves."""

    def take(self, brought: Collection[Rule], gone: Collection[str]) -> None:
        """Leave out what an edit tells."""
        self.brought = [rule for rule in self.brought if rule not in brought]
        self.gone = [name for name in self.gone if name not in gone]


def rule_fields(said: object) -> dict[str, Any]:
    """Return the content of a rule, or of an edit that says it."""
    return {name: getattr(said, name) for name in RULE_FIELDS}


def longest_common_order(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return the largest set of names that has the same order in both permutations.

    Among equally large sets the choice depends on the names alone, so that the way back names
    the same moves: each name weighs more than all smaller names together.
    """
    rank = {name: place for place, name in enumerate(sorted(old))}
    place = {name: where for where, name in enumerate(new)}
    best: list[tuple[int, set[str]]] = []
    for number, name in enumerate(old):
        before = (best[it] for it in range(number) if place[old[it]] < place[name])
        weight, chain = max(before, key=lambda it: it[0], default=(0, set[str]()))
        best.append((weight + (1 << len(old)) + (1 << rank[name]), {*chain, name}))
    return max(best, key=lambda it: it[0], default=(0, set[str]()))[1]


def fewest_moves(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the fewest moves after which `new` stands in its order: name and place (from 1).

    `old` may hold more names; they only take up places.
    """
    now, still = list(old), longest_common_order([name for name in old if name in new], new)
    for number, name in enumerate(new):
        if name not in still:
            now.remove(name)
            place = now.index(new[number - 1]) + 1 if number else 0
            now.insert(place, name)
            yield name, place + 1


def _different_fields(old: Rule, new: Rule) -> dict[str, Any]:
    return {name: it for name, it in rule_fields(new).items() if it != getattr(old, name)}
