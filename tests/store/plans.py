"""Random strategies, edits of them and whole histories, for laws."""

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import strategies as st

from tutelage.store import EMPTY, Strategy
from tutelage.store.edits import Add, Body, Deprecate, Edit, Merge, Split, Update, apply
from tutelage.store.strategies.merge import merge, merge_edits

TEXTS = [
    "sort",
    "count (all) meetings",
    "count rooms, out.",
    "peak, peak, peak",
    "sort meetings by start",
    "sort meetings by start out. count rooms (all) peak, count meetings by start",
]
WORDS = st.sampled_from(TEXTS)
SCOPES = st.sampled_from(["", *TEXTS])
STEPS = st.sampled_from([(), ("running",), ("peak", "comparison"), ("peak", "running", "peak")])
LEVELS = st.sampled_from(["principle", "method", "detail"])
SAID = {
    "section": st.sampled_from(["Method", "Checks", "Style"]),
    "text": WORDS,
    "when": SCOPES,
    "when_not": SCOPES,
    "steps": STEPS,
    "level": LEVELS,
}
ADDS = st.builds(Add, **SAID)
BODIES = st.builds(Body, **SAID)
OPS = ("add", "update", "move", "merge", "split", "deprecate")


class Plan(NamedTuple):
    before: Strategy
    edits: list[Edit]
    slot: str
    after: Strategy


@st.composite
def edit_sets(
    draw: st.DrawFn, before: Strategy, ops: Sequence[str] = OPS, most: int = 6
) -> list[Edit]:
    """Edits that can be applied to `before` in their order; they name only its own rules."""
    there = [rule.id for rule in before.rules]
    edits: list[Edit] = []
    for op in draw(st.lists(st.sampled_from(ops), max_size=most)):
        if op == "merge" and len(there) > 1:
            names = draw(st.lists(st.sampled_from(there), min_size=2, max_size=3, unique=True))
            edits.append(draw(st.builds(Merge, rules=st.just(tuple(names)), **SAID)))
            there = [name for name in there if name not in names]
        elif op in ("add", "merge") or not there:
            edits.append(draw(ADDS))
        else:
            rule = draw(st.sampled_from(there))
            if op in ("split", "deprecate"):
                there.remove(rule)
            edits.append(draw(_edit(op, rule, len(before.rules) + 1)))
    return edits


def _edit(op: str, rule: str, last: int) -> st.SearchStrategy[Edit]:
    maybe = st.one_of(st.none(), WORDS)
    if op == "deprecate":
        return st.builds(Deprecate, rule=st.just(rule))
    if op == "split":
        parts = st.lists(BODIES, min_size=2, max_size=3).map(tuple)
        return st.builds(Split, rule=st.just(rule), into=parts)
    if op == "move":
        return st.builds(Update, rule=st.just(rule), place=st.integers(1, last))
    return st.builds(
        Update,
        rule=st.just(rule),
        text=maybe,
        when=maybe,
        when_not=maybe,
        steps=st.one_of(st.none(), STEPS),
        level=st.one_of(st.none(), LEVELS),
    )


@st.composite
def plans(draw: st.DrawFn, ops: Sequence[str] = OPS) -> Plan:
    """A strategy of up to eight rules, and edits that can be applied to it in their order."""
    before = apply(EMPTY, draw(st.lists(ADDS, max_size=8)), "run/before")
    edits = draw(edit_sets(before, ops))
    return Plan(before, edits, "run/after", apply(before, edits, "run/after"))


class Fork(NamedTuple):
    """Two versions of one ancestor."""

    base: Strategy
    ours: Strategy
    theirs: Strategy


@st.composite
def forks(draw: st.DrawFn, ops: Sequence[str] = OPS) -> Fork:
    base = apply(EMPTY, draw(st.lists(ADDS, max_size=6)), "run/base")
    ours, theirs = (apply(base, draw(edit_sets(base, ops, 4)), f"run/{it}") for it in "ab")
    return Fork(base, ours, theirs)


class Step(NamedTuple):
    """One version of a history: what it was made from, and how."""

    parents: tuple[int, ...]
    """Places in the history; none for the first."""
    edits: tuple[Edit, ...]
    strategy: Strategy


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """A few versions, each an edit of an earlier one or a merge of two with the first as base."""
    told = [Step((), (), apply(EMPTY, draw(st.lists(ADDS, max_size=5)), "run/0"))]
    for number in range(1, draw(st.integers(2, 6))):
        one, two = (draw(st.integers(0, number - 1)) for _ in range(2))
        ours = told[one].strategy
        if one != two and draw(st.booleans()):
            merged = merge(told[0].strategy, ours, told[two].strategy).strategy
            told.append(Step((one, two), merge_edits(ours, merged), merged))
        else:
            edits = draw(edit_sets(ours, most=3))
            told.append(Step((one,), tuple(edits), apply(ours, edits, f"run/{number}")))
    return told
