"""A diff names what the edits named, no more and no less."""

import random

from hypothesis import given
from hypothesis import strategies as st

from tutelage.store import Log, Rule, Strategies, Strategy
from tutelage.store.edits import (
    Add,
    Body,
    Deprecate,
    Edit,
    Merge,
    Split,
    Update,
)
from tutelage.store.edits.difference import longest_common_order
from tutelage.store.strategies.diff import diff, gate_line
from tutelage.store.strategies.versions import Version
from tutelage.store.strategies.word_diff import spans_as_html, word_diff

from .builders import adds, gate, propose, strategy
from .plans import Plan, plans


def version(strategy: Strategy, number: int = 1) -> Version:
    return Version("scheduling", number, strategy, (), "scheduling/run", "run", "s", "proposed", ())


def version_of(names: str) -> Version:
    rules = tuple(Rule(id=f"r-{name}", section="Method", text=name) for name in names)
    return version(Strategy(rules=rules))


@given(plans())
def test_a_diff_names_exactly_what_the_edits_named(plan: Plan) -> None:
    found = diff(version(plan.before), version(plan.after, 2))

    brought = [body.text for edit in plan.edits for body in edit.bodies]
    leaving = [it for it in plan.edits if isinstance(it, Deprecate | Merge | Split)]
    gone = {name for edit in leaving for name in edit.named_rules}
    updates = [it for it in plan.edits if isinstance(it, Update) and it.rule not in gone]
    now = {rule.id: rule for rule in plan.after.rules}
    changed = {rule.id for rule in plan.before.rules if now.get(rule.id, rule) != rule}
    assert sorted(rule.text for rule in found.added) == sorted(brought)
    assert {rule.id for rule in found.deprecated} == gone
    assert {it.new.id for it in found.changed} == changed <= {it.rule for it in updates}
    movers = {it.rule for it in updates if it.place}
    assert len(found.moved) <= len(movers), "one move each is enough"
    assert movers or not found.moved, "no other edit moves a rule"
    still = len(plan.before.rules) - len(gone)
    assert still - len(changed) - len(found.moved) <= found.unchanged <= still - len(changed)


@given(plans())
def test_nothing_differs_from_itself(plan: Plan) -> None:
    found = diff(version(plan.after), version(plan.after))

    assert not (found.added or found.deprecated or found.changed or found.moved)
    assert found.as_unified_diff() == ""
    assert found.unchanged == len(plan.after.rules)


@given(plans(), st.randoms(use_true_random=False))
def test_the_way_back_is_the_mirror(plan: Plan, chance: random.Random) -> None:
    shuffled = list(plan.after.rules)
    chance.shuffle(shuffled)
    here, there = version(plan.before), version(Strategy(rules=tuple(shuffled)), 2)

    on, back = diff(here, there), diff(there, here)

    assert set(on.added) == set(back.deprecated)
    assert set(on.deprecated) == set(back.added)
    assert {(it.old, it.new) for it in on.changed} == {(it.new, it.old) for it in back.changed}
    assert {(it.rule.id, it.before, it.after) for it in on.moved} == {
        (it.rule.id, it.after, it.before) for it in back.moved
    }
    assert on.unchanged == back.unchanged


def test_one_rule_that_moves_is_one_move() -> None:
    found = diff(version_of("abcdef"), version_of("fabcde"))

    assert [(it.rule.id, it.before, it.after) for it in found.moved] == [("r-f", 6, 1)]
    assert found.unchanged == 5


def test_new_and_lost_rules_do_not_make_the_others_move() -> None:
    found = diff(version_of("abcd"), version_of("xbycd"))

    assert not found.moved
    assert found.unchanged == 3


@given(st.permutations("abcdefg"))
def test_what_is_kept_in_order_is_as_much_as_can_be(new: list[str]) -> None:
    kept = longest_common_order("abcdefg", new)

    assert [it for it in new if it in kept] == sorted(kept)
    best = [1] * len(new)
    for here in range(len(new)):
        for there in range(here):
            if new[there] < new[here]:
                best[here] = max(best[here], best[there] + 1)
    assert len(kept) == max(best)


TEXT = st.text(st.sampled_from("ab ,.\n"), max_size=30)


@given(TEXT, TEXT)
def test_marked_words_hold_both_texts(old: str, new: str) -> None:
    spans = word_diff(old, new)

    assert "".join(text for text, mark in spans if mark != "added") == old
    assert "".join(text for text, mark in spans if mark != "removed") == new
    assert all(text for text, _ in spans)


def test_a_change_of_words_reads_as_one_change() -> None:
    spans = word_diff("Count all meetings of the day.", "Count the running ones of the day.")

    assert spans_as_html(spans) == (
        "Count <del>all meetings</del><ins>the running ones</ins> of the day."
    )
    assert spans_as_html(word_diff("a < b", "a < c")) == "a &lt; <del>b</del><ins>c</ins>"


def test_a_diff_reads_well_and_shows_what_was_measured(log: Log) -> None:
    first = propose(log, adds("Count all meetings.", "Sort by start."))
    count, sort = (rule.id for rule in first.rules)
    edits: list[Edit] = [
        Update(rule=count, text="Count the running meetings.", steps=("running", "peak")),
        Deprecate(rule=sort),
        Add(section="Checks", text="Compare peak and rooms.", when="rooms are few"),
    ]
    second = propose(log, edits, parent=strategy(first), slot="c1/r2/update_strategy/0")
    gate(log, second)
    new = second.rules[-1].id

    found = diff(Strategies(log).get("scheduling@1"), Strategies(log).get("scheduling@2"))

    assert [rule.id for rule in found.added] == [new]
    assert [rule.id for rule in found.deprecated] == [sort]
    ((rule, text, steps),) = ((it.new.id, *it.fields) for it in found.changed)
    assert (rule, text.field, spans_as_html(text.words)) == (
        count, "text", "Count <del>all</del><ins>the running</ins> meetings."
    )  # fmt: skip
    assert steps == ("steps", "", "peak, running", (("peak, running", "added"),))
    assert found.unchanged == 0
    assert [gate_line(it) for it in found.evidence] == [
        "accept; gain +21.0 points, 95 % interval +10.0 to +32.0, 96 pairs, p 0.0004, through words"
    ]
    assert found.as_unified_diff() == (
        "--- scheduling@1\n"
        "+++ scheduling@2\n"
        "@@ -1,3 +1,4 @@\n"
        " Method:\n"
        "-- Count all meetings.\n"
        "-- Sort by start.\n"
        "+- Count the running meetings.\n"
        "+Checks:\n"
        "+- Compare peak and rooms. (when: rooms are few)\n"
    )


def test_merged_and_split_rules_say_what_they_were_made_from(log: Log) -> None:
    first = propose(log, adds("Count.", "Count them.", "Sort and check."))
    one, other, whole = (rule.id for rule in first.rules)
    parts = tuple(Body(section="Checks", text=text) for text in ("Sort.", "Check."))
    edits = [
        Merge(rules=(one, other), section="Method", text="Count all."),
        Split(rule=whole, into=parts),
    ]
    second = propose(log, edits, parent=strategy(first), slot="c1/r2/update_strategy/0")
    merged, sort, check = (rule.id for rule in second.rules)

    found = diff(Strategies(log).get("scheduling@1"), Strategies(log).get("scheduling@2"))

    assert [(rule.id, rule.made_from) for rule in found.added] == [
        (merged, (one, other)),
        (sort, (whole,)),
        (check, (whole,)),
    ]
    assert [rule.id for rule in found.deprecated] == [one, other, whole]


def test_how_abstract_a_rule_is_shows_though_the_hash_does_not_see_it() -> None:
    old = version_of("ab")
    first, second = old.strategy.rules
    detail = first.model_copy(update={"level": "detail"})
    new = version(Strategy(rules=(detail, second)), 2)

    found = diff(old, new)

    assert old.hash == new.hash
    ((change,),) = ([it[:3] for it in each.fields] for each in found.changed)
    assert change == ("level", "method", "detail")
    assert found.unchanged == 1
    elsewhere = first.model_copy(update={"made_from": ("r-x", "r-y")})
    same = diff(old, version(Strategy(rules=(elsewhere, second)), 2))
    assert same.unchanged == 2, "where a rule comes from is no change of it"


def test_an_unmeasured_version_has_no_evidence(log: Log) -> None:
    propose(log, adds("Count."))
    strategies = Strategies(log)

    found = diff(strategies.get("scheduling@0"), strategies.get("scheduling@1"))

    assert found.evidence == ()
