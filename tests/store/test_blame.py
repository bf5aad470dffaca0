"""Each rule answers for itself: who proposed it, after which lessons, because of which attempts."""

from typing import Literal

from tutelage.store import (
    Add,
    AttemptJudged,
    EventLog,
    Reflected,
    Strategies,
    Update,
    Version,
    blame,
    export_json,
    import_json,
)

from .tell import adds, gate, propose, strategy


def attempt(
    log: EventLog, name: str, outcome: Literal["right", "wrong"] = "wrong", run: str = "run"
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


def reflect(log: EventLog, attempts: tuple[str, ...], slot: str = "c1/r1/reflect") -> str:
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


def test_a_rule_leads_back_to_the_attempts_that_its_edit_names(log: EventLog) -> None:
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


def test_a_rule_that_was_changed_names_each_change_and_the_first_gate(log: EventLog) -> None:
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


def test_changes_are_told_oldest_first(log: EventLog) -> None:
    made = propose(log, adds("Count."))
    one = made.rules[0].id
    for number in range(3):
        edit = Update(rule=one, text=f"Count, {number}.", rationale=f"Because of {number}.")
        made = propose(log, [edit], parent=strategy(made), slot=f"u{number}")

    (told,) = blame(log, Strategies(log).get("scheduling@4"))

    assert [it.version for it in told.changes] == ["scheduling@2", "scheduling@3", "scheduling@4"]
    assert [it.rationale for it in told.changes] == [f"Because of {it}." for it in range(3)]


def test_a_version_of_two_parents_follows_the_one_that_says_the_same(log: EventLog) -> None:
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


def test_going_back_to_an_earlier_wording_ends(log: EventLog) -> None:
    first = propose(log, adds("Count."))
    one = first.rules[0].id
    second = propose(log, [Update(rule=one, text="Count runs.")], parent=strategy(first), slot="2")
    propose(log, [Update(rule=one, text="Count.")], parent=strategy(second), slot="3")

    (told,) = blame(log, Strategies(log).get(first.strategy))

    assert (told.added.slot, told.changes) == (first.slot, ())


def test_an_imported_rule_comes_from_its_import(log: EventLog) -> None:
    made = propose(log, adds("Count."))
    text = export_json(Strategies(log).get("scheduling@1")).replace('"scheduling"', '"rooms"')
    import_json(log, text)

    (told,) = blame(log, Strategies(log).get("rooms@1"))

    assert told.rule == made.rules[0]
    assert told.added.stream == "store"
    assert "scheduling@1 of another store" in told.added.rationale
    assert told.attempts == ()


def test_the_empty_strategy_has_nothing_to_blame(log: EventLog) -> None:
    empty: Version = Strategies(log).get("scheduling@0")

    assert blame(log, empty) == []
