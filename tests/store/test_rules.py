"""Laws of strategies and their edits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.store import EMPTY, Rule, Strategy
from tutelage.store.edits import (
    Add,
    Body,
    Deprecate,
    EditError,
    Merge,
    Split,
    Update,
    apply,
)

from .plans import Plan, plans


@given(plans())
def test_the_same_edits_give_the_same_version(plan: Plan) -> None:
    again = apply(plan.before, plan.edits, plan.slot)

    assert again == plan.after
    assert again.hash == plan.after.hash


@given(plans())
def test_edits_leave_the_version_they_start_from_as_it_was(plan: Plan) -> None:
    was = plan.before.model_dump_json()

    apply(plan.before, plan.edits, plan.slot)

    assert plan.before.model_dump_json() == was


@given(plans())
def test_edits_one_by_one_or_together_say_the_same(plan: Plan) -> None:
    said = plan.before
    for number, edit in enumerate(plan.edits):
        said = apply(said, [edit], f"{plan.slot}/{number}")

    assert said.render() == plan.after.render()
    assert said.steps == plan.after.steps


@given(plans())
def test_rules_that_no_edit_names_stay_word_for_word_and_in_order(plan: Plan) -> None:
    names = {name for edit in plan.edits for name in edit.named_rules}
    old = [rule for rule in plan.before.rules if rule.id not in names]
    there = {rule.id for rule in old}

    assert [rule for rule in plan.after.rules if rule.id in there] == old
    assert len({rule.id for rule in plan.after.rules}) == len(plan.after.rules)


@given(plans())
def test_a_rule_leaves_for_good_with_the_edit_that_names_it(plan: Plan) -> None:
    leaving = [it for it in plan.edits if isinstance(it, Deprecate | Merge | Split)]
    gone = {name for edit in leaving for name in edit.named_rules}
    before, after = ({rule.id for rule in it.rules} for it in (plan.before, plan.after))

    assert before - after == gone
    new = {
        name
        for number, edit in enumerate(plan.edits)
        for name in edit.new_rule_ids(plan.slot, number)
    }
    assert after - before == new


def test_a_merged_rule_stands_where_the_first_of_its_sources_stood() -> None:
    one = apply(EMPTY, [Add(section="Method", text=text) for text in "abcd"], "run/1")
    a, b, c, d = (rule.id for rule in one.rules)

    two = apply(one, [Merge(rules=(d, b), section="Method", text="db", level="detail")], "run/2")

    assert [rule.text for rule in two.rules] == ["a", "db", "c"]
    merged = two.rules[1]
    assert (merged.level, merged.made_from) == ("detail", (d, b))
    assert merged.id not in (a, b, c, d)


def test_a_split_rule_is_replaced_by_its_parts_in_their_order() -> None:
    one = apply(EMPTY, [Add(section="Method", text=text) for text in "ab"], "run/1")
    whole = one.rules[0].id

    edit = Split(rule=whole, into=tuple(Body(section="Method", text=text) for text in "xy"))
    two = apply(one, [edit], "run/2")

    assert [rule.text for rule in two.rules] == ["x", "y", "b"]
    assert [rule.made_from for rule in two.rules] == [(whole,), (whole,), ()]


@pytest.mark.parametrize("rules", [("r-1", "r-1"), ("r-1", "r-9")])
def test_a_merge_needs_two_rules_that_stand(rules: tuple[str, ...]) -> None:
    one = Strategy(rules=tuple(Rule(id=f"r-{n}", section="M", text="t") for n in (1, 2)))

    with pytest.raises(EditError):
        apply(one, [Merge(rules=rules, section="M", text="t")], "run/slot")


@given(plans(), st.sampled_from([{"level": "detail"}, {"made_from": ("r-1",)}]))
def test_the_hash_does_not_see_how_abstract_a_rule_is_nor_where_it_comes_from(
    plan: Plan, change: dict[str, object]
) -> None:
    other = Strategy(rules=tuple(rule.model_copy(update=change) for rule in plan.after.rules))

    assert other.hash == plan.after.hash
    assert other.render() == plan.after.render()


@given(plans())
def test_a_version_survives_the_way_through_json(plan: Plan) -> None:
    copy = Strategy.model_validate_json(plan.after.model_dump_json())

    assert copy == plan.after
    assert copy.hash == plan.after.hash


@given(plans())
def test_each_rule_is_rendered_once_under_its_section(plan: Plan) -> None:
    rendered = plan.after.render()

    for rule in plan.after.rules:
        assert f"- {rule.text}" in rendered
        assert f"{rule.section}:\n" in rendered
    assert rendered.count("\n- ") == len(plan.after.rules)


def test_the_empty_strategy_says_nothing() -> None:
    assert EMPTY.render() == ""
    assert EMPTY.steps == frozenset()


FIELDS = st.sampled_from(["id", "section", "text", "when", "when_not"])


@given(plans(), FIELDS)
def test_the_hash_sees_every_field_and_the_order(plan: Plan, field: str) -> None:
    rules = plan.after.rules
    if not rules:
        return
    other = rules[0].model_copy(update={field: getattr(rules[0], field) + "!"})
    assert Strategy(rules=(other, *rules[1:])).hash != plan.after.hash
    if len(rules) > 1:
        assert Strategy(rules=rules[::-1]).hash != plan.after.hash


@pytest.mark.parametrize("edit", [Update(rule="r-2", text="x"), Deprecate(rule="r-2")])
def test_an_edit_of_an_unknown_rule_says_which_rules_there_are(edit: Update | Deprecate) -> None:
    one = Strategy(rules=(Rule(id="r-1", section="Method", text="Count."),))

    with pytest.raises(EditError, match=r"No rule 'r-2'.*r-1"):
        apply(one, [edit], "run/slot")


def test_a_rule_that_was_taken_out_cannot_be_edited_any_more() -> None:
    one = Strategy(rules=(Rule(id="r-1", section="Method", text="Count."),))

    with pytest.raises(EditError):
        apply(one, [Deprecate(rule="r-1"), Update(rule="r-1", text="x")], "run/slot")


def test_rules_of_different_slots_have_different_ids() -> None:
    edits = [Add(section="Method", text="Count."), Add(section="Method", text="Count.")]
    first, second = apply(EMPTY, edits, "run/1"), apply(EMPTY, edits, "run/2")

    assert len({rule.id for rule in (*first.rules, *second.rules)}) == 4
