"""Apply then compare gives the edits back."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.store import EMPTY, Rule, Strategy
from tutelage.store.edits import (
    Add,
    Body,
    Deprecate,
    Edit,
    EditError,
    Merge,
    Split,
    Update,
    apply,
    edits_between,
)
from tutelage.store.edits.difference import RULE_FIELDS, fewest_moves

from .plans import OPS, Plan, plans


def content(body: Body | Rule) -> tuple[object, ...]:
    """Return the content, with its steps as a rule has them."""
    told = {name: getattr(body, name) for name in RULE_FIELDS} | {
        "steps": tuple(sorted({*body.steps}))
    }
    return tuple(told.values())


def meaning(edit: Edit) -> tuple[object, ...]:
    """Return what an edit does, without its reasons."""
    return (edit.op, edit.named_rules, tuple(content(body) for body in edit.bodies))


@settings(max_examples=50)
@given(plans())
def test_the_edits_that_made_a_version_are_read_off_it(plan: Plan) -> None:
    found = edits_between(plan.before, plan.after)

    done = [edit for edit in plan.edits if not isinstance(edit, Update)]
    assert Counter(meaning(it) for it in found if not isinstance(it, Update)) == Counter(
        meaning(it) for it in done
    )
    leaving = {name for edit in done for name in edit.named_rules}
    updates = [it for it in plan.edits if isinstance(it, Update) and it.rule not in leaving]
    told = [it for it in found if isinstance(it, Update)]
    assert {it.rule for it in told if not it.place} <= {it.rule for it in updates if not it.place}
    # Where one of two neighbours moved, either may be said to have passed the other.
    moved = [it for it in plan.edits if isinstance(it, Update) and it.place]
    assert sum(1 for it in told if it.place) <= len(moved)


@settings(max_examples=50)
@given(plans(ops=[op for op in OPS if op != "move"]))
def test_updates_that_say_something_new_are_told_as_one_update_a_rule(plan: Plan) -> None:
    was, now = ({rule.id: rule for rule in it.rules} for it in (plan.before, plan.after))

    updates = [it for it in edits_between(plan.before, plan.after) if isinstance(it, Update)]

    assert {it.rule for it in updates} == {it for it in was if it in now and was[it] != now[it]}
    assert len({it.rule for it in updates}) == len(updates)
    assert all(it.place is None for it in updates)


@settings(max_examples=50)
@given(plans())
def test_doing_it_again_gives_the_same_rules_under_new_ids_where_they_are_new(plan: Plan) -> None:
    edits = edits_between(plan.before, plan.after)

    again = apply(plan.before, edits, "run/again")

    known = {rule.id for rule in plan.before.rules}
    stayed = [[rule for rule in it.rules if rule.id in known] for it in (again, plan.after)]
    assert stayed[0] == stayed[1], "word for word and in order"
    new = [[content(it) for it in each.rules if it.id not in known] for each in (again, plan.after)]
    assert Counter(new[0]) == Counter(new[1])
    assert edits_between(plan.after, plan.after) == ()


def test_one_part_that_is_left_of_a_split_is_a_rule_of_its_own() -> None:
    """Its whole left, and the other part with it: two edits, and neither is a split."""
    old = Strategy(rules=(Rule(id="r-1", section="Method", text="Sort and count."),))
    part = Rule(id="r-2", section="Method", text="Sort.", made_from=("r-1",))

    edits = edits_between(old, Strategy(rules=(part,)))

    assert [type(it) for it in edits] == [Add, Deprecate]
    assert Merge not in map(type, edits) and Split not in map(type, edits)


def test_a_rule_that_no_edit_may_write_is_refused_with_the_reason() -> None:
    """An import takes rules of any length."""
    long = Rule(id="r-1", section="Method", text="x" * 601)

    with pytest.raises(EditError, match="at most 600 characters"):
        edits_between(EMPTY, Strategy(rules=(long,)))


@given(st.permutations("abcdefg"))
def test_moves_reach_any_order_and_no_rule_moves_twice(wanted: list[str]) -> None:
    old = Strategy(rules=tuple(Rule(id=it, section="Method", text=it) for it in "abcdefg"))

    made = list(fewest_moves("abcdefg", wanted))

    edits = [Update(rule=name, place=place) for name, place in made]
    assert [rule.id for rule in apply(old, edits, "run/moves").rules] == wanted
    assert len({name for name, _ in made}) == len(made)
    assert bool(made) == (wanted != sorted(wanted))
