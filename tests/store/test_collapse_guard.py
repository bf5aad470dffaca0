"""A strategy does not collapse in passing, and may shrink on purpose."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.store import EMPTY, Strategy
from tutelage.store.edits import Add, Body, Deprecate, Edit, Merge, Split, Update, apply
from tutelage.store.strategies.collapse_guard import collapse_reason, count_tokens
from tutelage.store.strategies.merge import merge, merge_edits

from .plans import Fork, Plan, forks, plans


def rules(*texts: str) -> Strategy:
    return apply(EMPTY, [Add(section="Method", text=text) for text in texts], "run/before")


def refusal(before: Strategy, edits: Sequence[Edit], helpful: Sequence[str] = ()) -> str:
    return collapse_reason(before, apply(before, edits, "run/after"), edits, helpful)


TEN = rules(*(f"Rule number {number}, of the same length as others." for number in range(10)))
IDS = [rule.id for rule in TEN.rules]


@settings(max_examples=50)
@given(plans(), st.data())
def test_it_refuses_only_what_loses_much_and_only_rules_that_no_consolidation_names(
    plan: Plan, data: st.DataObject
) -> None:
    there = [rule.id for rule in plan.before.rules]
    helpful = data.draw(st.sets(st.sampled_from(there))) if there else set()
    lost = {it for it in helpful if it not in {rule.id for rule in plan.after.rules}}
    share = 1 - count_tokens(plan.after) / max(1, count_tokens(plan.before))

    said = collapse_reason(plan.before, plan.after, plan.edits, helpful)

    if said:
        assert share > 0.3 or len(lost) > 0.1 * len(helpful)
    meant = [edit.model_copy(update={"consolidates": True}) for edit in plan.edits]
    assert collapse_reason(plan.before, plan.after, meant, helpful) == "", (
        "named on purpose, each of them"
    )
    assert collapse_reason(plan.before, plan.before, (), helpful) == ""


@settings(max_examples=50)
@given(plans(ops=("add", "move")))
def test_what_only_adds_and_moves_is_never_refused(plan: Plan) -> None:
    assert (
        collapse_reason(plan.before, plan.after, plan.edits, [r.id for r in plan.before.rules])
        == ""
    )


@settings(max_examples=50)
@given(forks())
def test_a_merge_names_each_rule_that_it_takes_or_shrinks(fork: Fork) -> None:
    merged, _ = merge(*fork)

    everything = [rule.id for rule in fork.ours.rules]
    assert collapse_reason(fork.ours, merged, merge_edits(fork.ours, merged), everything) == ""


def test_three_rules_in_ten_may_go_and_a_fourth_must_be_meant() -> None:
    three = [Deprecate(rule=rule) for rule in IDS[:3]]
    four = [*three, Deprecate(rule=IDS[3])]

    assert refusal(TEN, three) == ""
    assert "over 30%" in refusal(TEN, four)
    assert all(rule in refusal(TEN, four) for rule in IDS[:4]), "each rule is named"
    partly = [*(Deprecate(rule=rule, consolidates=True) for rule in IDS[:3]), four[3]]
    said = refusal(TEN, partly)
    assert IDS[3] in said and IDS[0] not in said
    assert refusal(TEN, [Deprecate(rule=rule, consolidates=True) for rule in IDS[:4]]) == ""


def test_a_rewrite_in_a_few_words_is_a_collapse_though_every_rule_stays() -> None:
    edits = [Update(rule=rule, text="Be careful.") for rule in IDS]

    assert "tokens" in refusal(TEN, edits)
    assert refusal(TEN, [it.model_copy(update={"consolidates": True}) for it in edits]) == ""


def test_what_is_lost_and_won_in_the_same_breath_is_no_loss_of_tokens() -> None:
    text = "A rule of about the same length as the others."
    edits: list[Edit] = [Deprecate(rule=rule) for rule in IDS[:5]]
    edits += [Add(section="Method", text=text) for _ in range(5)]

    assert refusal(TEN, edits) == ""


@pytest.mark.parametrize("size", [2, 3])
def test_a_small_strategy_may_lose_the_one_rule_that_an_edit_names(size: int) -> None:
    small = rules(*("Count the meetings that run at the same time." for _ in range(size)))
    first, second = (rule.id for rule in small.rules[:2])

    assert refusal(small, [Deprecate(rule=first)]) == ""
    assert refusal(small, [Deprecate(rule=first)], helpful=[second]) == ""
    assert first in refusal(small, [Deprecate(rule=first)], helpful=[first]), "but not a proven one"
    assert "tokens" in refusal(small, [Update(rule=it.id, text="Count.") for it in small.rules])


def test_what_the_ledger_takes_out_passes() -> None:
    small = rules("Count the meetings that run at the same time.", "Name a colour.")
    rule = small.rules[0].id

    assert refusal(small, [Deprecate(rule=rule, consolidates=True)], helpful=[rule]) == ""


def test_one_proven_rule_in_ten_may_go_unsaid_and_two_may_not() -> None:
    assert refusal(TEN, [Deprecate(rule=IDS[0])], helpful=IDS) == ""
    two = [Deprecate(rule=rule) for rule in IDS[:2]]
    assert "2 of 10 rules that help, over 10%" in refusal(TEN, two, helpful=IDS)
    assert refusal(TEN, two, helpful=IDS[2:]) == "", "nobody measured that they help"


@pytest.mark.parametrize("meant", [True, False])
def test_merging_or_splitting_a_proven_rule_loses_its_evidence(meant: bool) -> None:
    both = Merge(rules=tuple(IDS[:2]), section="Method", text="Both " * 20, consolidates=meant)
    part = Body(section="Method", text="A part of what it said, word for word.")
    split = Split(rule=IDS[2], into=(part, part), consolidates=meant)

    for edit in (both, split):
        assert (refusal(TEN, [edit], helpful=IDS[:4]) == "") is meant


@settings(max_examples=50)
@given(plans())
def test_tokens_are_about_four_characters_of_what_a_model_reads(plan: Plan) -> None:
    text = plan.after.render()

    assert 0 <= 4 * count_tokens(plan.after) - len(text) < 4
    assert count_tokens(EMPTY) == 0
