"""Versions, and which one is current, are read off the log."""

from itertools import pairwise
from pathlib import Path

import pytest

from tutelage.store import EMPTY, Log, Strategies, open_log
from tutelage.store.errors import SlotConflict
from tutelage.store.events import StrategyPromoted, StrategyProposed
from tutelage.store.strategies.promotion_rules import PromotionRefused

from .builders import adds, gate, propose, strategy


@pytest.fixture
def strategies(log: Log) -> Strategies:
    return Strategies(log)


def chain(log: Log, run: str, count: int, *, start: int = 0) -> list[StrategyProposed]:
    """`count` versions on the branch of `run`, each with a gate that accepted it."""
    made: list[StrategyProposed] = []
    for number in range(start, start + count):
        parent = strategy(made[-1]) if made else EMPTY
        slot = f"c1/r{number}/update_strategy/0"
        made.append(propose(log, adds(f"Rule {number}."), parent=parent, run=run, slot=slot))
        gate(log, made[-1])
    return made


def promote(strategies: Strategies, proposal: StrategyProposed) -> StrategyPromoted:
    slot = proposal.slot.replace("update_strategy", "validate")
    return strategies.promote(
        proposal.domain,
        proposal.branch,
        proposal.strategy,
        stream=proposal.stream,
        slot=f"{slot}/promote",
        gate=f"{proposal.stream}#{slot}",
    )


def roll_back(strategies: Strategies, run: str, to: str | None = None, slot: str = "back") -> str:
    event = strategies.rollback(
        "scheduling", f"scheduling/{run}", to, by="ada", reason="worse", stream="store", slot=slot
    )
    return f"scheduling@{strategies.number('scheduling', event.strategy)}"


def test_versions_are_numbered_in_store_order_and_refused_ones_count(
    log: Log, strategies: Strategies
) -> None:
    first = propose(log, adds("Count."), run="a")
    other = propose(log, adds("Persuade."), run="b", domain="essays")
    second = propose(log, adds("Sort."), run="b", slot="2")
    gate(log, first, "reject", slot="gate")
    gate(log, second, "indecisive", slot="gate")

    told = [(it.name, it.hash, it.status) for it in strategies.versions("scheduling")]

    assert told == [
        ("scheduling@1", first.strategy, "rejected"),
        ("scheduling@2", second.strategy, "indecisive"),
    ]
    assert [it.name for it in strategies.versions()] == ["scheduling@1", "scheduling@2", "essays@1"]
    assert strategies.get("essays@1").hash == other.strategy
    assert strategies.domains() == ["scheduling", "essays"]
    assert strategies.branches("scheduling") == ["scheduling/a", "scheduling/b"]


def test_a_version_proposed_again_keeps_its_first_number(log: Log, strategies: Strategies) -> None:
    first = propose(log, adds("Count."))
    propose(log, adds("Sort."), slot="2")
    log.record(first.model_copy(update={"stream": "other", "branch": "scheduling/other"}))

    assert [it.number for it in strategies.versions()] == [1, 2]
    again = strategies.get(first.strategy)
    assert (again.name, again.branch, again.stream) == ("scheduling@1", "scheduling/run", "run")
    assert "scheduling/other" in strategies.branches("scheduling")


def test_number_zero_is_the_empty_strategy(log: Log, strategies: Strategies) -> None:
    assert strategies.get("scheduling@0").strategy == EMPTY
    assert strategies.current("scheduling").name == "scheduling@0"
    assert strategies.current("scheduling").status == "current"

    emptied = propose(log, [], run="emptied")
    assert emptied.strategy == EMPTY.hash
    assert strategies.versions() == []
    assert strategies.number("scheduling", EMPTY.hash) == 0


def test_each_call_sees_what_was_recorded_before_it(log: Log, strategies: Strategies) -> None:
    assert strategies.versions() == []
    made = propose(log, adds("Count."))
    assert strategies.get("scheduling@1").status == "proposed"
    gate(log, made)
    assert strategies.get("scheduling@1").status == "accepted"
    assert strategies.get("scheduling").number == 0, "accepted is not yet promoted"


def test_a_projection_grown_step_by_step_equals_one_read_at_once(
    log: Log, strategies: Strategies
) -> None:
    for proposal in chain(log, "a", 3):
        promote(strategies, proposal)
        strategies.versions()
    roll_back(strategies, "a")

    assert strategies.versions() == Strategies(log).versions()
    assert strategies.current("scheduling") == Strategies(log).current("scheduling")


def test_a_reference_is_a_name_a_domain_a_branch_or_a_hash(
    log: Log, strategies: Strategies
) -> None:
    first, second = chain(log, "a", 2)
    (third,) = chain(log, "b", 1, start=7)
    for proposal in (first, second, third):
        promote(strategies, proposal)

    assert strategies.get("scheduling@1").hash == first.strategy
    assert strategies.get("scheduling").hash == third.strategy, "the newest promotion"
    assert strategies.get("scheduling/a").hash == second.strategy
    assert strategies.get(first.strategy).number == 1
    assert strategies.get(first.strategy[:6]).number == 1
    assert strategies.current("scheduling", "scheduling/b").number == 3


@pytest.mark.parametrize(
    "ref", ["scheduling@9", "cooking", "scheduling/zzz", "abcdef", "a", "", "@1", "scheduling@x"]
)
def test_an_unknown_reference_lists_what_exists(log: Log, strategies: Strategies, ref: str) -> None:
    chain(log, "a", 2)

    with pytest.raises(LookupError, match=r"scheduling@0\.\.2.*scheduling/a"):
        strategies.get(ref)


def test_an_ambiguous_hash_names_the_candidates(log: Log, strategies: Strategies) -> None:
    first = propose(log, adds("Count."))
    log.record(first.model_copy(update={"stream": "x", "domain": "rooms", "branch": "rooms/x"}))

    with pytest.raises(LookupError, match="scheduling@1, rooms@1"):
        strategies.get(first.strategy[:8])


def test_only_a_gate_that_accepted_this_very_version_promotes(
    log: Log, strategies: Strategies
) -> None:
    good, bad = chain(log, "a", 2)
    gate(log, bad, "reject", slot="refused")

    def attempt(strategy_hash: str, gate: str, slot: str = "p", **more: str) -> StrategyPromoted:
        return strategies.promote(
            "scheduling", good.branch, strategy_hash, stream="a", slot=slot, gate=gate, **more
        )

    with pytest.raises(PromotionRefused, match="none was named"):
        attempt(good.strategy, "")
    with pytest.raises(PromotionRefused, match="'a#nowhere' is no gate"):
        attempt(good.strategy, "a#nowhere")
    with pytest.raises(PromotionRefused, match="no gate in this log"):
        attempt(good.strategy, f"a#{good.slot}")
    with pytest.raises(PromotionRefused, match="measured another version"):
        attempt(bad.strategy, "a#c1/r0/validate/0")
    with pytest.raises(PromotionRefused, match="decided reject"):
        attempt(bad.strategy, "a#refused")
    with pytest.raises(LookupError):
        attempt("f" * 64, "a#c1/r0/validate/0")
    assert strategies.current("scheduling").number == 0, "nothing of this was recorded"

    attempt(good.strategy, "a#c1/r0/validate/0")
    assert strategies.current("scheduling").hash == good.strategy


def test_a_person_promotes_with_a_reason_only(log: Log, strategies: Strategies) -> None:
    (made,) = chain(log, "a", 1)
    gate(log, made, "reject", slot="again")

    def attempt(by: str, reason: str) -> StrategyPromoted:
        return strategies.promote(
            "scheduling", made.branch, made.strategy, stream="store", slot="p", by=by, reason=reason
        )

    for by, reason in (("ada", ""), ("ada", "  "), ("", "because")):
        with pytest.raises(PromotionRefused, match="reason"):
            attempt(by, reason)
    attempt("ada", "The gate was underpowered.")
    assert strategies.get("scheduling").status == "current"


def test_a_step_that_runs_again_finds_its_promotion_and_its_rollback(
    log: Log, strategies: Strategies
) -> None:
    first, second = chain(log, "a", 2)
    assert promote(strategies, first) == promote(strategies, first)
    promote(strategies, second)

    assert roll_back(strategies, "a") == "scheduling@1"
    assert roll_back(strategies, "a") == "scheduling@1", "not one further back"
    with pytest.raises(SlotConflict):
        promoted = StrategyPromoted(
            stream="store", slot="back", domain="x", branch="x/a", strategy="0"
        )
        log.record(promoted)


def test_a_rollback_returns_to_the_version_before_and_marks_what_it_left(
    log: Log, strategies: Strategies
) -> None:
    for proposal in chain(log, "a", 3):
        promote(strategies, proposal)

    assert roll_back(strategies, "a") == "scheduling@2"
    assert _statuses(strategies) == ["accepted", "current", "rolled back"]
    assert roll_back(strategies, "a", "scheduling@0", slot="back/2") == "scheduling@0"
    assert _statuses(strategies) == ["rolled back"] * 3
    assert strategies.get("scheduling").status == "current"


def test_a_version_that_was_rolled_back_can_be_promoted_again(
    log: Log, strategies: Strategies
) -> None:
    first, second = chain(log, "a", 2)
    promote(strategies, first)
    promote(strategies, second)
    roll_back(strategies, "a")

    with pytest.raises(PromotionRefused, match="Promote it"):
        roll_back(strategies, "a", "scheduling@2", slot="forward")
    strategies.promote(
        "scheduling",
        "scheduling/a",
        second.strategy,
        stream="store",
        slot="p",
        by="ada",
        reason="r",
    )
    assert _statuses(strategies) == ["accepted", "current"]

    third = propose(log, adds("Third."), parent=strategy(second), run="a", slot="third")
    gate(log, third, slot="gate")
    strategies.promote(
        "scheduling", third.branch, third.strategy, stream="a", slot="p", gate="a#gate"
    )
    assert _statuses(strategies) == ["accepted", "accepted", "current"]


def test_a_rollback_cannot_smuggle_in_what_was_never_current(
    log: Log, strategies: Strategies
) -> None:
    first, _second = chain(log, "a", 2)
    with pytest.raises(PromotionRefused, match="nothing to roll back"):
        roll_back(strategies, "a")
    promote(strategies, first)
    with pytest.raises(PromotionRefused, match="does not stand below it"):
        roll_back(strategies, "a", "scheduling@2")
    with pytest.raises(PromotionRefused):
        roll_back(strategies, "a", "scheduling@1")
    with pytest.raises(PromotionRefused):
        roll_back(strategies, "a", "essays@0")


def test_undoing_one_run_does_not_undo_another(log: Log, strategies: Strategies) -> None:
    (older,) = chain(log, "a", 1)
    (newer,) = chain(log, "b", 1, start=5)
    promote(strategies, older)
    promote(strategies, newer)

    assert roll_back(strategies, "a") == "scheduling@0"
    assert strategies.get("scheduling").hash == newer.strategy
    assert strategies.get("scheduling/a").number == 0
    assert _statuses(strategies) == ["rolled back", "current"]


def test_what_an_older_run_took_back_does_not_return_with_a_newer_one(
    log: Log, strategies: Strategies
) -> None:
    older = chain(log, "a", 2)
    (newer,) = chain(log, "b", 1, start=5)
    for proposal in (*older, newer):
        promote(strategies, proposal)

    assert roll_back(strategies, "a", slot="1") == "scheduling@1"
    assert strategies.get("scheduling").hash == newer.strategy
    assert roll_back(strategies, "b", slot="2") == "scheduling@0"
    assert strategies.get("scheduling").number == 1
    assert _statuses(strategies) == ["current", "rolled back", "rolled back"]


def test_a_branch_never_returns_to_where_only_another_one_was(
    log: Log, strategies: Strategies
) -> None:
    older = chain(log, "a", 2)
    newer = chain(log, "b", 2, start=5)
    for proposal in (*older, *newer):
        promote(strategies, proposal)

    with pytest.raises(PromotionRefused, match="below it on this branch"):
        roll_back(strategies, "b", "scheduling@1")
    assert roll_back(strategies, "b", "scheduling@0") == "scheduling@0"
    assert strategies.get("scheduling/b").number == 0
    assert strategies.get("scheduling").number == 2, "what stood in the domain before"
    assert strategies.get("scheduling/a").number == 2, "the other branch stays where it was"


def test_what_another_run_promoted_in_between_is_current_again(
    log: Log, strategies: Strategies
) -> None:
    mine, (other,) = chain(log, "a", 2), chain(log, "b", 1, start=5)
    for proposal in (mine[0], other, mine[1]):
        promote(strategies, proposal)

    assert roll_back(strategies, "a", slot="1") == "scheduling@1"
    assert strategies.get("scheduling").hash == other.strategy
    assert strategies.leading_branch("scheduling") == "scheduling/b"


def test_promoting_the_same_version_again_is_a_step_that_can_be_taken_back(
    log: Log, strategies: Strategies
) -> None:
    (mine,), (other,) = chain(log, "a", 1), chain(log, "b", 1, start=5)
    promote(strategies, mine)
    promote(strategies, other)
    strategies.promote(
        "scheduling", "scheduling/a", mine.strategy, stream="store", slot="p", by="ada", reason="r"
    )
    assert strategies.get("scheduling").hash == mine.strategy

    assert roll_back(strategies, "a") == "scheduling@1"
    assert strategies.get("scheduling").hash == other.strategy
    assert _statuses(strategies) == ["accepted", "current"]


def test_a_gate_by_hand_never_stands_for_the_gate_of_the_loop(
    log: Log, strategies: Strategies
) -> None:
    good, bad = chain(log, "a", 2)
    promote(strategies, good)
    gate(log, bad, "reject", slot="c1/r9/validate/0")
    for proposal in (good, bad):
        gate(log, proposal, "accept", slot=f"manual/gate/{proposal.slot}/1", gain=0.9)

    for version in strategies.versions():
        assert version.gate is not None and version.gate.gain < 0.9
    assert strategies.versions()[0].gate == strategies.versions()[0].gates[0]
    assert _statuses(strategies) == ["current", "rejected"]


def test_a_hash_that_is_too_short_is_answered_with_the_length_it_needs(
    log: Log, strategies: Strategies
) -> None:
    (made,) = chain(log, "a", 1)
    with pytest.raises(LookupError, match="at least 6 of its digits"):
        strategies.get(made.strategy[:5])


def test_a_run_that_led_the_domain_returns_to_what_stood_before_it(
    log: Log, strategies: Strategies
) -> None:
    (older,) = chain(log, "a", 1)
    newer = chain(log, "b", 2, start=5)
    for proposal in (older, *newer):
        promote(strategies, proposal)

    assert roll_back(strategies, "b", slot="1") == "scheduling@2"
    assert roll_back(strategies, "b", slot="2") == "scheduling@0"
    assert strategies.get("scheduling").number == 1, "of the other run"
    assert _statuses(strategies) == ["current", "rolled back", "rolled back"]


def test_a_version_knows_where_it_came_from(log: Log, strategies: Strategies) -> None:
    made = chain(log, "a", 3)

    versions = strategies.versions()

    assert versions[0].parents == (EMPTY.hash,)
    assert all(new.parents == (old.hash,) for old, new in pairwise(versions))
    assert [(it.stream, it.slot, it.branch) for it in versions] == [
        (it.stream, it.slot, "scheduling/a") for it in made
    ]
    assert [len(it.gates) for it in versions] == [1, 1, 1]


def test_another_process_reads_the_same(log: Log, tmp_path: Path) -> None:
    chain(log, "a", 2)
    with open_log(tmp_path) as second:
        assert Strategies(second).versions() == Strategies(log).versions()


def _statuses(strategies: Strategies) -> list[str]:
    return [it.status for it in strategies.versions("scheduling")]
