"""Each rule answers for itself: who proposed it, after which lessons, because of which attempts."""

from typing import Literal

from tutelage.reports.blame import blame
from tutelage.store import Log, Strategies, export_json, import_json
from tutelage.store.edits import Add, Body, Edit, Merge, Split, Update, rule_id
from tutelage.store.events import (
    AttemptJudged,
    CreditMeasured,
    Reflected,
    ReviewAnswered,
    ReviewAsked,
    RuleDecision,
    StrategyProposed,
)
from tutelage.store.strategies.merge import merge, merge_edits
from tutelage.store.strategies.versions import Version

from ..store.builders import adds, gate, propose, strategy


def attempt(
    log: Log, name: str, outcome: Literal["right", "wrong"] = "wrong", run: str = "run"
) -> str:
    slot = f"c1/r1/solve/0/policy/{name}/0"
    log.record(
        AttemptJudged(
            stream=run,
            slot=slot,
            problem=name,
            model="scripted:a",
            strategy="",
            adapter="",
            reply_text=log.keep(f"My reply to {name}: NO"),
            outcome=outcome,
            score=float(outcome == "right"),
            answer="NO",
            feedback=f"Two meetings of {name} run at 10.",
            failure_modes=("overlap",) if outcome == "wrong" else (),
        )
    )
    return slot


def reflect(log: Log, attempts: tuple[str, ...], slot: str = "c1/r1/reflect") -> str:
    log.record(
        Reflected(
            stream="run",
            slot=slot,
            attempts=attempts,
            failure_modes={"overlap": 2},
            lessons=("Name the meetings that run.",),
        )
    )
    return slot


def test_a_rule_leads_back_to_the_attempts_that_its_edit_names(log: Log) -> None:
    slots = (attempt(log, "p1"), attempt(log, "p2"), attempt(log, "p3", "right"))
    reflection = reflect(log, slots)
    edits = [
        Add(section="Method", text="Count.", rationale="p1 miscounted.", because=slots[:1]),
        Add(section="Method", text="Sort."),
    ]
    proposal = propose(log, edits, reflection=reflection, rationale="Order first.")
    gate(log, proposal)

    counted, sorted_ = blame(log, Strategies(log).get("scheduling@1"))

    assert counted.rule == proposal.rules[0]
    origin = counted.added
    assert (origin.version, origin.stream, origin.slot) == ("scheduling@1", "run", proposal.slot)
    assert origin.rationale == "p1 miscounted."
    assert (origin.reflection, origin.lessons) == (reflection, ("Name the meetings that run.",))
    assert origin.failure_modes == {"overlap": 2}
    (behind,) = counted.attempts
    assert (behind.problem, behind.outcome, behind.answer) == ("p1", "wrong", "NO")
    assert behind.reply == "My reply to p1: NO"
    assert behind.feedback == "Two meetings of p1 run at 10."
    assert counted.changes == ()
    assert [it.decision for it in counted.gates] == ["accept"]

    assert sorted_.problems == ("p1", "p2", "p3"), "no edit names attempts: all that were read"
    assert sorted_.added.rationale == "Order first."


def test_a_rule_that_was_changed_names_each_change_and_the_first_gate(log: Log) -> None:
    reflect(log, (attempt(log, "p1"),))
    first = propose(log, adds("Count.", "Sort."), reflection="c1/r1/reflect")
    edit = Update(rule=first.rules[0].id, text="Count runs.", because=(attempt(log, "p2"),))
    second = propose(log, [edit], parent=strategy(first), slot="c1/r2/update_strategy/0")
    third = propose(log, adds("Check."), parent=strategy(second), slot="c1/r3/update_strategy/0")
    gate(log, second, "reject")
    gate(log, third)

    counted, sorted_, checked = blame(log, Strategies(log).get("scheduling@3"))

    assert counted.added.version == "scheduling@1"
    assert [(it.version, it.slot) for it in counted.changes] == [("scheduling@2", second.slot)]
    assert counted.problems == ("p1", "p2")
    assert (sorted_.added.version, sorted_.changes) == ("scheduling@1", ())
    assert [it.candidate for it in sorted_.gates] == [second.strategy], "the first that measured it"
    assert checked.added.version == "scheduling@3"
    assert [it.candidate for it in checked.gates] == [third.strategy]


def test_changes_are_told_oldest_first(log: Log) -> None:
    made = propose(log, adds("Count."))
    one = made.rules[0].id
    for number in range(3):
        edit = Update(rule=one, text=f"Count, {number}.", rationale=f"Because of {number}.")
        made = propose(log, [edit], parent=strategy(made), slot=f"u{number}")

    (told,) = blame(log, Strategies(log).get("scheduling@4"))

    assert [it.version for it in told.changes] == ["scheduling@2", "scheduling@3", "scheduling@4"]
    assert [it.rationale for it in told.changes] == [f"Because of {it}." for it in range(3)]


def test_a_version_of_two_parents_follows_the_one_that_says_the_same(log: Log) -> None:
    root = propose(log, adds("Count."))
    one = root.rules[0].id
    left = propose(log, [Update(rule=one, text="Left.")], parent=strategy(root), slot="l")
    right = propose(log, [Update(rule=one, text="Right.")], parent=strategy(root), slot="r")
    merged = right.model_copy(
        update={"slot": "m", "rules": (*right.rules, *propose(log, adds("New."), slot="n").rules)}
    )
    parents = (left.strategy, right.strategy)
    log.record(merged.model_copy(update={"parents": parents, "strategy": strategy(merged).hash}))

    kept, new = blame(log, Strategies(log).get(strategy(merged).hash))

    assert [it.slot for it in kept.changes] == ["r"]
    assert kept.added.slot == root.slot
    assert new.added.slot == "m"


def test_going_back_to_an_earlier_wording_ends(log: Log) -> None:
    first = propose(log, adds("Count."))
    one = first.rules[0].id
    second = propose(log, [Update(rule=one, text="Count runs.")], parent=strategy(first), slot="2")
    propose(log, [Update(rule=one, text="Count.")], parent=strategy(second), slot="3")

    (told,) = blame(log, Strategies(log).get(first.strategy))

    assert (told.added.slot, told.changes) == (first.slot, ())


def test_an_imported_rule_comes_from_its_import(log: Log) -> None:
    made = propose(log, adds("Count."))
    text = export_json(Strategies(log).get("scheduling@1")).replace('"scheduling"', '"rooms"')
    import_json(log, text)

    (told,) = blame(log, Strategies(log).get("rooms@1"))

    assert told.rule == made.rules[0]
    assert told.added.stream == "store"
    assert "scheduling@1 of another store" in told.added.rationale
    assert told.attempts == ()


def test_a_merged_rule_leads_back_to_all_that_it_was_made_from(log: Log) -> None:
    reflect(log, (attempt(log, "p9"),))
    edits: list[Edit] = [
        Add(section="Method", text=text, because=(attempt(log, name),))
        for text, name in (("Count.", "p1"), ("Count them.", "p2"))
    ]
    first = propose(log, [*edits, *adds("Sort.")], reflection="c1/r1/reflect")
    one, other, _ = (rule.id for rule in first.rules)
    both = Merge(
        rules=(other, one),
        section="Method",
        text="Count them all.",
        rationale="They say the same.",
        because=(attempt(log, "p3"),),
    )
    propose(log, [both], parent=strategy(first), slot="c1/r2/update_strategy/0")

    merged, sorted_ = blame(log, Strategies(log).get("scheduling@2"))

    assert (merged.added.version, merged.added.rationale) == ("scheduling@2", "They say the same.")
    assert [it.rule.id for it in merged.made_from] == [other, one]
    assert [it.added.version for it in merged.made_from] == ["scheduling@1"] * 2
    assert merged.problems == ("p3", "p2", "p1")
    assert sorted_.made_from == ()


def test_a_part_leads_back_to_its_whole_through_every_change_of_it(log: Log) -> None:
    first = propose(log, adds("Count and sort."))
    whole = first.rules[0].id
    edit = Update(rule=whole, text="Sort and count.", because=(attempt(log, "p1"),))
    second = propose(log, [edit], parent=strategy(first), slot="2")
    parts = tuple(Body(section="Method", text=text) for text in ("Sort.", "Count."))
    split = Split(rule=whole, into=parts, rationale="Two things.", because=(attempt(log, "p2"),))
    third = propose(log, [split, *adds("Check.")], parent=strategy(second), slot="3")
    gate(log, third, slot="g")

    sort, count, check = blame(log, Strategies(log).get("scheduling@3"))

    for part in (sort, count):
        assert part.added.rationale == "Two things."
        (source,) = part.made_from
        assert source.rule == second.rules[0], "as it stood just before"
        assert [it.slot for it in source.changes] == ["2"]
        assert part.problems == ("p2", "p1")
        assert [it.candidate for it in part.gates] == [third.strategy]
    assert (check.made_from, check.added.rationale) == ((), "")


def test_a_rule_that_one_proposal_split_and_merged_again_leads_to_what_stood(log: Log) -> None:
    first = propose(log, adds("Count and sort.", "Sort all."))
    whole, other = (rule.id for rule in first.rules)
    parts = tuple(Body(section="Method", text=text) for text in ("Count.", "Sort."))
    second_part = rule_id("run/2", 0, 2)
    edits = [
        Split(rule=whole, into=parts),
        Merge(rules=(second_part, other), section="Method", text="Sort them."),
    ]
    propose(log, edits, parent=strategy(first), slot="2")

    count, sort = blame(log, Strategies(log).get("scheduling@2"))

    assert [it.rule.id for it in count.made_from] == [whole]
    assert sort.rule.made_from == (second_part, other)
    assert [it.rule.id for it in sort.made_from] == [other, whole]


def test_a_rule_that_a_merge_of_versions_adopted_comes_from_its_own_side(log: Log) -> None:
    root = propose(log, adds("Count."))
    left = propose(log, adds("Left."), parent=strategy(root), slot="l")
    right_edit = Add(section="Method", text="Right.", because=(attempt(log, "p1"),))
    right = propose(log, [right_edit], parent=strategy(root), slot="r", rationale="Right it is.")
    joined = merge(strategy(root), strategy(left), strategy(right)).strategy
    log.record(
        StrategyProposed(
            stream="run",
            slot="m",
            domain="scheduling",
            branch="scheduling/run",
            strategy=joined.hash,
            rules=joined.rules,
            parents=(left.strategy, right.strategy),
            edits=merge_edits(strategy(left), joined),
            origin="merge",
            rationale="Both are best somewhere.",
        )
    )

    told = {it.rule.text: it for it in blame(log, Strategies(log).get(joined.hash))}

    assert told.keys() == {"Count.", "Left.", "Right."}
    assert {text: it.added.slot for text, it in told.items()} == {
        "Count.": root.slot,
        "Left.": "l",
        "Right.": "r",
    }
    assert told["Right."].problems == ("p1",)
    assert all(it.changes == () for it in told.values())


def credit(log: Log, proposal: StrategyProposed, number: int, gain: float) -> None:
    wins, losses = (10, 0) if gain > 0 else (0, 10)
    log.record(
        CreditMeasured(
            stream="run",
            slot=f"c1/r{number}/credit/x",
            domain="scheduling",
            strategy=proposal.strategy,
            rule=proposal.rules[0].id,
            adapter="",
            problems=(f"q{number}",),
            n=20,
            wins=wins,
            losses=losses,
            gain=gain,
            low=gain - 0.2,
            high=gain + 0.2,
            p=0.002,
        )
    )


def test_a_rule_shows_its_worth_and_what_was_measured_after_a_person_decided(log: Log) -> None:
    first = propose(log, adds("Count.", "Sort."))
    count, sort = (rule.id for rule in first.rules)
    credit(log, first, 1, 0.5)
    approved = RuleDecision(rule=count, decision="approve")
    log.record(
        ReviewAsked(
            stream="run",
            slot="c1/r1/review/asked",
            domain="scheduling",
            branch="scheduling/run",
            candidate=first.strategy,
            incumbent=first.parents[0],
            gate="",
            rules=(count, sort),
            reviewer="Ada",
        )
    )
    log.record(
        ReviewAnswered(
            stream="run",
            slot="c1/r1/review/answered",
            candidate=first.strategy,
            reviewer="Ada",
            verdict="approve",
            decisions=(approved, RuleDecision(rule=sort, decision="approve")),
        )
    )

    told, silent = blame(log, Strategies(log).get("scheduling@1"))
    assert told.worth is not None and told.worth.gain == 0.5
    assert [(it.version, it.reviewer, it.later) for it in told.reviews] == [
        ("scheduling@1", "Ada", None)
    ]
    assert (silent.worth, len(silent.reviews)) == (None, 1)

    credit(log, first, 2, -0.5)
    told, _ = blame(log, Strategies(log).get("scheduling@1"))
    assert told.worth is not None and told.worth.n == 40
    (review,) = told.reviews
    assert review.decision == approved
    assert review.later is not None and (review.later.n, review.later.harms) == (20, True)
    assert told.worth.is_of(told.rule)

    edit = Update(rule=count, text="Count the rooms.")
    propose(log, [edit], parent=strategy(first), slot="c1/r2/update_strategy/0")
    told, _ = blame(log, Strategies(log).get("scheduling@2"))
    assert told.worth is not None and not told.worth.is_of(told.rule), "it had other words then"


def test_the_empty_strategy_has_nothing_to_blame(log: Log) -> None:
    empty: Version = Strategies(log).get("scheduling@0")

    assert blame(log, empty) == []
