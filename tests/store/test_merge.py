"""Laws of the three-way merge: nothing is lost unnamed, nothing is guessed, no side is favoured."""

import pytest
from hypothesis import given, settings

from tutelage.store import EMPTY, Log, Rule, Strategies, Strategy, export_json, import_json
from tutelage.store.edits import Deprecate, Merge, Split, Update, apply
from tutelage.store.strategies.merge import Conflict, common_ancestor, merge, merge_edits

from .builders import adds, propose, strategy
from .plans import Fork, Step, forks, histories


def ids(strategy: Strategy) -> list[str]:
    return [rule.id for rule in strategy.rules]


def letters(names: str, **texts: str) -> Strategy:
    """One rule a letter, which says its letter unless told otherwise."""
    rules = (Rule(id=name, section="Method", text=texts.get(name, name)) for name in names)
    return Strategy(rules=tuple(rules))


def letters_of(strategy: Strategy) -> str:
    return "".join(ids(strategy))


@settings(max_examples=50)
@given(forks())
def test_a_side_that_did_nothing_changes_nothing(fork: Fork) -> None:
    base, ours, _ = fork

    assert merge(base, ours, base) == (ours, ())
    assert merge(base, base, ours) == (ours, ())
    assert merge(base, ours, ours) == (ours, ())


@settings(max_examples=50)
@given(forks())
def test_swapping_the_sides_mirrors_the_conflicts_and_changes_nothing_else(fork: Fork) -> None:
    base, ours, theirs = fork

    here, there = merge(base, ours, theirs), merge(base, theirs, ours)

    assert [(it.rule, it.base, it.theirs, it.ours) for it in here.conflicts] == [
        tuple(it) for it in there.conflicts
    ]
    disputed = {it.rule for it in here.conflicts if it.about == "content"}
    settled = {rule.id: rule for rule in here.strategy.rules if rule.id not in disputed}
    assert settled == {it.id: it for it in there.strategy.rules if it.id not in disputed}
    if not here.conflicts:
        assert here == there


@settings(max_examples=50)
@given(forks())
def test_each_rule_is_decided_by_the_side_that_touched_it_or_it_is_a_conflict(fork: Fork) -> None:
    was, mine, other = ({rule.id: rule for rule in side.rules} for side in fork)

    merged, conflicts = merge(*fork)

    found = {rule.id: rule for rule in merged.rules}
    assert len(found) == len(merged.rules)
    assert found.keys() <= mine.keys() | other.keys(), "a merge makes no rule up"
    disputed = {it.rule for it in conflicts if it.about == "content"}
    for name in was | mine | other:
        base, ours, theirs = was.get(name), mine.get(name), other.get(name)
        if ours == theirs or theirs == base:
            assert (found.get(name), name in disputed) == (ours, False)
        elif ours == base:
            assert (found.get(name), name in disputed) == (theirs, False)
        else:
            assert (found.get(name), name in disputed) == (ours, True), "shown, and ours stands"
    for it in conflicts:
        assert (it.base, it.ours, it.theirs) == (
            was.get(it.rule),
            mine.get(it.rule),
            other.get(it.rule),
        )


@settings(max_examples=50)
@given(forks())
def test_two_rules_stand_as_one_side_alone_ordered_them_or_are_a_conflict(fork: Fork) -> None:
    merged, conflicts = merge(*fork)

    sides = [ids(side) for side in fork]
    disputed = {it.rule for it in conflicts}
    alone = {it.rule for it in conflicts if None in (it.ours, it.theirs)}
    order = ids(merged)
    for place, a in enumerate(order):
        for b in order[place + 1 :]:
            base, ours, theirs = (
                side.index(a) < side.index(b) if a in side and b in side else None for side in sides
            )
            if {a, b} <= disputed or alone & {a, b}:
                continue
            assert ours or theirs or ours is theirs is None
            if ours is not None and theirs is not None and ours != theirs:
                assert base is False, "the side that turned the pair round decides"


@settings(max_examples=50)
@given(forks(ops=("add", "update", "deprecate")))
def test_sides_that_move_nothing_never_disagree_about_the_order(fork: Fork) -> None:
    assert all(it.about == "content" for it in merge(*fork).conflicts)


@settings(max_examples=50)
@given(forks())
def test_the_edits_of_a_merge_give_its_rules_but_for_those_it_adopts(fork: Fork) -> None:
    base, ours, theirs = fork
    merged, _ = merge(base, ours, theirs)

    edits = merge_edits(ours, merged)

    mine = set(ids(ours))
    kept = Strategy(rules=tuple(rule for rule in merged.rules if rule.id in mine))
    assert apply(ours, edits, "run/merge") == kept
    adopted = set(ids(merged)) - mine
    assert adopted <= set(ids(theirs)), "the second parent explains the rest"
    assert mine - set(ids(merged)) == {it.rule for it in edits if isinstance(it, Deprecate)}
    assert all(it.consolidates for it in edits if isinstance(it, Deprecate))
    assert merge_edits(merged, merged) == ()


@settings(max_examples=50)
@given(histories())
def test_no_rule_is_lost_without_an_edit_that_names_it(told: list[Step]) -> None:
    for it in told:
        have = set(ids(it.strategy))
        leaving = (Deprecate, Merge, Split)
        said = {name for edit in it.edits if isinstance(edit, leaving) for name in edit.named_rules}
        for number, parent in enumerate(it.parents):
            lost = set(ids(told[parent].strategy)) - have
            if number == 0:
                assert lost == said, "first parent: an edit of this very version names it"
            else:
                # It left on our side: an edit of an ancestor names it, or a conflict shows it.
                merged = merge(
                    told[0].strategy, told[it.parents[0]].strategy, told[parent].strategy
                )
                assert lost <= named_before(told, it.parents[0]) | {
                    c.rule for c in merged.conflicts
                }


def named_before(told: list[Step], place: int) -> set[str]:
    """Ids that some edit takes out on the way to the version at `place`."""
    here = told[place]
    leaving = (Deprecate, Merge, Split)
    said = {name for edit in here.edits if isinstance(edit, leaving) for name in edit.named_rules}
    return said.union(*(named_before(told, parent) for parent in here.parents))


@settings(max_examples=50)
@given(histories())
def test_no_rule_id_is_ever_given_to_another_rule(told: list[Step]) -> None:
    born: dict[str, int] = {}
    for place, it in enumerate(told):
        inherited = {name for parent in it.parents for name in ids(told[parent].strategy)}
        assert len(set(ids(it.strategy))) == len(it.strategy.rules)
        for name in ids(it.strategy):
            if name not in inherited:
                assert name not in born, "a new rule has an id that no version ever had"
            born.setdefault(name, place)


def test_both_sides_bring_what_they_added() -> None:
    merged, conflicts = merge(letters("ab"), letters("abx"), letters("aby"))

    assert (letters_of(merged), conflicts) == ("abxy", ())


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted"),
    [
        ("bacd", "abcd", "bacd"),
        ("bacd", "abdc", "badc"),
        ("abxcd", "bacdy", "baxcdy"),
        ("dabc", "dabc", "dabc"),
        ("xabcd", "abcdy", "xabcdy"),
        ("abcdx", "dcab", "dcabx"),
    ],
)
def test_orders_join_pair_by_pair(ours: str, theirs: str, wanted: str) -> None:
    merged, conflicts = merge(letters("abcd"), letters(ours), letters(theirs))

    assert (letters_of(merged), conflicts) == (wanted, ())


def test_orders_that_contradict_each_other_in_a_circle_are_shown() -> None:
    """Ours puts b after c, theirs puts a after b: then c, b, a, and still a before c."""
    merged, conflicts = merge(letters("abcd"), letters("acbd"), letters("bacd"))

    assert letters_of(merged) == "acbd", "ours stands"
    assert [(it.rule, it.about) for it in conflicts] == [(name, "order") for name in "abc"]


def test_a_change_against_another_change_and_against_a_loss_is_shown() -> None:
    base = letters("abc")
    ours, theirs = letters("ab", a="ours", b="ours"), letters("bc", b="theirs", c="theirs")

    merged, conflicts = merge(base, ours, theirs)

    assert {rule.id: rule.text for rule in merged.rules} == {"a": "ours", "b": "ours"}
    a, b, c = base.rules
    assert conflicts == (
        Conflict("a", a, ours.rules[0], None),
        Conflict("b", b, ours.rules[1], theirs.rules[0]),
        Conflict("c", c, None, theirs.rules[1]),
    )
    assert {it.about for it in conflicts} == {"content"}


def test_a_rule_that_left_on_one_side_has_no_say_in_the_order_of_the_rest() -> None:
    base, ours, theirs = letters("abd"), letters("ba"), letters("adb", d="theirs")

    here, there = merge(base, ours, theirs), merge(base, theirs, ours)

    assert letters_of(here.strategy) == "ba", "ours alone turned them round"
    assert letters_of(there.strategy) == "bad", "d stands behind what it followed"
    assert [[it.rule for it in each.conflicts] for each in (here, there)] == [["d"], ["d"]]


def test_a_rule_that_one_side_merged_and_the_other_changed_is_shown() -> None:
    base = letters("abc")
    ours = apply(base, [Merge(rules=("a", "b"), section="Method", text="both")], "run/1")
    theirs = apply(base, [Update(rule="a", text="changed")], "run/2")

    merged, conflicts = merge(base, ours, theirs)

    assert merged == ours
    assert [it.rule for it in conflicts] == ["a"]


def test_the_nearest_common_ancestor_is_found_through_merges_and_down_to_the_empty_version(
    log: Log,
) -> None:
    root = propose(log, adds("Count."))
    left = propose(log, adds("Left."), parent=strategy(root), slot="l")
    right = propose(log, adds("Right."), parent=strategy(root), slot="r")
    merged = merge(strategy(root), strategy(left), strategy(right)).strategy
    parents = (left.strategy, right.strategy)
    log.record(
        left.model_copy(
            update={"slot": "m", "strategy": merged.hash, "rules": merged.rules}
            | {"parents": parents, "origin": "merge", "edits": ()}
        )
    )
    later = propose(log, adds("Later."), parent=strategy(right), slot="s")
    other = propose(log, adds("Other."), slot="o")
    versions = Strategies(log)

    def nearest(a: str, b: str) -> int | None:
        found = common_ancestor(versions, versions.get(a), versions.get(b))
        assert found == common_ancestor(versions, versions.get(b), versions.get(a))
        return None if found is None else found.number

    root_, left_, right_, merged_, later_, other_ = (
        it.hash if isinstance(it, Strategy) else it.strategy
        for it in (root, left, right, merged, later, other)
    )
    assert nearest(left_, right_) == versions.get(root_).number
    assert nearest(left_, merged_) == versions.get(left_).number
    assert nearest(merged_, later_) == versions.get(right_).number
    assert nearest(later_, later_) == versions.get(later_).number
    assert nearest(other_, later_) == 0
    assert nearest("scheduling@0", later_) == 0


def test_an_import_has_no_ancestor_here(log: Log) -> None:
    propose(log, adds("Count."))
    propose(log, adds("Sort."), run="other", domain="rooms")
    versions = Strategies(log)
    text = export_json(versions.get("rooms@1")).replace('"rooms"', '"scheduling"')
    import_json(log, text)

    ours, arrived = versions.get("scheduling@1"), versions.get("scheduling@2")

    assert common_ancestor(versions, ours, arrived) is None
    assert common_ancestor(versions, ours, versions.get("rooms@1")) is None, "another domain"
    assert common_ancestor(versions, arrived, arrived) == arrived


def test_the_empty_strategy_is_as_good_a_base_as_any() -> None:
    merged, conflicts = merge(EMPTY, letters("ab"), letters("bc"))

    assert (letters_of(merged), conflicts) == ("abc", ())
