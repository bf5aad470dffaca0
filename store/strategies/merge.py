"""Three-way merge of rule sets: rule by rule, then their order; what conflicts is shown."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from ..edits import Deprecate, Edit, Update
from ..edits.difference import Difference
from ..rules import EMPTY, Rule, Strategy
from .versions import Strategies, Version


class Conflict(NamedTuple):
    """A rule that both sides treated differently since their common ancestor."""

    rule: str
    base: Rule | None
    ours: Rule | None
    theirs: Rule | None
    """None: the rule does not stand there."""

    @property
    def about(self) -> Literal["content", "order"]:
        """Subject of the conflict: content of the rule, or its being there; else its place."""
        return "content" if _is_conflict(self.base, self.ours, self.theirs) else "order"


class MergeResult(NamedTuple):
    strategy: Strategy
    """Where there are conflicts, ours: as we say the rule, and in the order we have."""
    conflicts: tuple[Conflict, ...]
    """By rule id, each rule once; empty when swapping the sides would change nothing."""


def merge(base: Strategy, ours: Strategy, theirs: Strategy) -> MergeResult:
    """Merge what both sides made of `base`.

    Rules are the same rule when their ids are. A rule that one side alone changed, added or took
    out follows that side; both the same way, both; otherwise it is a conflict. Two rules stand as
    one side alone ordered them, or as both did. Where such pairs contradict each other in a
    circle, each rule in it is a conflict. New rules with no order between them stand by their ids.
    """
    was, mine, other = base.by_id, ours.by_id, theirs.by_id
    kept: dict[str, Rule] = {}
    disputed: set[str] = set()
    for name in was | mine | other:
        before, here, there = was.get(name), mine.get(name), other.get(name)
        said = there if here == before else here
        if _is_conflict(before, here, there):
            disputed.add(name)
        if said is not None:
            kept[name] = said
    # Rules that one side took out and the other changed have no say in the order of the rest: the
    # rest must come out alike whichever side is ours.
    alone = {name for name in disputed if name not in mine or name not in other}
    settled = [name for name in kept if name not in alone]
    order, circles = _order(settled, [_places(side) for side in (base, ours, theirs)])
    _put_back(order, [rule.id for rule in ours.rules], alone)
    conflicts = (
        Conflict(name, was.get(name), mine.get(name), other.get(name))
        for name in sorted(disputed | circles)
    )
    return MergeResult(Strategy(rules=tuple(kept[name] for name in order)), tuple(conflicts))


def merge_edits(ours: Strategy, merged: Strategy) -> tuple[Edit, ...]:
    """Return what a merge does to our rules, as edits: those that leave, change and move.

    Applied to `ours` they give `merged` without the rules adopted from the other side. Those keep
    their ids, and no edit can say so: the second parent of the proposal is where they come from.
    """
    way = Difference(ours, merged)
    as_theirs = {"rationale": "As the other side has it.", "consolidates": True}
    left = {"rationale": "It left on the other side.", "consolidates": True}
    return (
        *(update.model_copy(update=as_theirs) for update in Update.between(way)),
        *(gone.model_copy(update=left) for gone in Deprecate.between(way)),
    )


def common_ancestor(strategies: Strategies, a: Version, b: Version) -> Version | None:
    """Return the nearest version that both descend from, or are; None where nothing joins them.

    Of several that no other one descends from, the newest. The empty version counts where the
    way back ends in it; an import has no way back.
    """
    if a.domain != b.domain:
        return None
    known = {version.hash: version for version in strategies.versions(a.domain)}
    known[EMPTY.hash] = strategies.get(f"{a.domain}@0")
    common = _ancestors(known, a) & _ancestors(known, b)
    # A version is proposed after its parents: the newest is never behind another one.
    return max((known[it] for it in common), key=lambda it: it.number, default=None)


def _ancestors(known: dict[str, Version], version: Version) -> set[str]:
    found: set[str] = set()
    open_ = [version.hash]
    while open_:
        name = open_.pop()
        if name in known and name not in found:
            found.add(name)
            open_ += known[name].parents
    return found


def _is_conflict(base: Rule | None, ours: Rule | None, theirs: Rule | None) -> bool:
    return ours != theirs and base not in (ours, theirs)


def _places(strategy: Strategy) -> dict[str, int]:
    return {rule.id: place for place, rule in enumerate(strategy.rules)}


def _put_back(order: list[str], ours: Sequence[str], alone: set[str]) -> None:
    """Insert each name of `alone` that is ours behind what it follows there."""
    for number, name in enumerate(ours):
        if name in alone:
            before = [order.index(it) for it in ours[:number] if it in order]
            order.insert(before[-1] + 1 if before else 0, name)


def _order(kept: Sequence[str], places: Sequence[dict[str, int]]) -> tuple[list[str], set[str]]:
    """Return the names in their merged order, and those whose order contradicts itself."""
    behind = {
        a: {b for b in kept if a != b and _stands_before(a, b, places)} for a in kept
    }  # a stands before all of behind[a]
    reach = _closure(behind)
    circle = {a: frozenset({a} | {b for b in reach[a] if a in reach[b]}) for a in kept}
    order: list[str] = []
    rest = set(kept)
    while rest:
        # Free to come next: whatever stands before it comes before it or shares its circle.
        free = [a for a in rest if all(b in circle[a] for b in rest if a in reach[b])]
        taken = circle[min(free, key=lambda a: min(circle[a]))]
        order += sorted(taken, key=lambda a: _ours_first(a, places))
        rest -= taken
    return order, {a for a in kept if len(circle[a]) > 1}


def _stands_before(a: str, b: str, places: Sequence[dict[str, int]]) -> bool:
    """Tell whether the three sides together put `a` before `b`."""
    said = [at[a] < at[b] if a in at and b in at else None for at in places]
    base, ours, theirs = said
    if ours is None or theirs is None:
        return bool(theirs if ours is None else ours)
    if ours == theirs:
        return ours
    # One side alone turned the pair round; without a base nobody can say which.
    return base is None or not base


def _closure(behind: dict[str, set[str]]) -> dict[str, set[str]]:
    reach = {name: set(after) for name, after in behind.items()}
    for middle in reach:
        for name in reach:
            if middle in reach[name]:
                reach[name] |= reach[middle]
    return reach


def _ours_first(name: str, places: Sequence[dict[str, int]]) -> tuple[bool, int]:
    """Sort key within a circle: our rules in our order, then those that only they have."""
    _, ours, theirs = places
    return name not in ours, ours.get(name, theirs.get(name, 0))
