"""Rule worth says how much each rule helps, by what it was measured, and guesses nothing."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.evidence.effects import sign_test
from tutelage.evidence.intervals import tango
from tutelage.evidence.pairs import mcnemar, sign_flip
from tutelage.graph.measure.rule_worth import (
    RuleWorth,
    current_worths,
    order_by_worth,
    reorder_edits,
    rule_worths,
)
from tutelage.store import Log, Rule, Strategy
from tutelage.store.edits import Deprecate, Update, apply
from tutelage.store.events import CreditMeasured, StrategyProposed

from ..store.builders import adds, gate, propose, strategy


def credit(
    log: Log,
    proposal: StrategyProposed,
    rule: str,
    wins: int,
    losses: int,
    n: int = 20,
    *,
    round_: int = 1,
    problems: tuple[str, ...] = (),
    **more: Any,
) -> CreditMeasured:
    """Record what leaving `rule` out of `proposal` did, on problems of that round's own."""
    low, high = tango(wins, losses, n)
    return log.record(
        CreditMeasured.model_validate(
            {
                "stream": "run",
                "slot": f"c1/r{round_}/credit/{rule}",
                "domain": proposal.domain,
                "strategy": proposal.strategy,
                "rule": rule,
                "adapter": "",
                "problems": problems or tuple(f"{round_}-{number}" for number in range(n)),
                "n": n,
                "wins": wins,
                "losses": losses,
                "gain": (wins - losses) / n,
                "low": low,
                "high": high,
                "p": mcnemar(wins, losses, "two-sided"),
                **more,
            }
        )
    )


def test_a_rule_that_was_left_out_is_worth_what_that_cost(log: Log) -> None:
    first = propose(log, adds("Carry.", "Colour.", "Care."))
    carry, colour, care = (rule.id for rule in first.rules)
    gate(log, first)
    for rule, wins, losses in ((carry, 9, 0), (colour, 0, 8), (care, 2, 1)):
        credit(log, first, rule, wins, losses)

    found = rule_worths(log, "scheduling")

    assert {(it.source, it.channel, it.version) for it in found.values()} == {
        ("credit", "words", "scheduling@1")
    }
    assert [(found[it].helps, found[it].harms) for it in (carry, colour, care)] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert (found[carry].gain, found[carry].n, found[carry].wins) == (0.45, 20, 9)
    assert found[carry].p == pytest.approx(mcnemar(9, 0, "two-sided"))
    assert found[colour].as_text().startswith("harms: -40.0 points, 95 % interval ")
    assert found[colour].as_text().endswith("; left out of scheduling@1")


def test_a_gate_that_stopped_early_calls_no_rule_harmful(log: Log) -> None:
    first = propose(log, adds("Carry."))
    rule = first.rules[0].id
    losing: dict[str, Any] = {
        "pairs": 16,
        "planned": 60,
        "wins": 1,
        "losses": 10,
        "gain": -0.56,
        "low": -0.8,
        "high": -0.2,
    }
    gate(log, first, "reject", saved=44, **losing)
    stopped = rule_worths(log, "scheduling")[rule]
    assert (stopped.high, stopped.stopped, stopped.harms) == (-0.2, True, False)
    assert stopped.as_text().startswith("unclear: ")
    assert stopped.as_text().endswith("; stopped early, so biased down")
    second = propose(log, adds("Colour."), slot="c1/r2/update_strategy/0")
    gate(log, second, "reject", **losing)
    whole = rule_worths(log, "scheduling")[second.rules[0].id]
    assert whole.harms and "stopped" not in whole.as_text()


def test_rounds_are_pooled_and_no_problem_counts_twice(log: Log) -> None:
    first = propose(log, adds("Carry.", "Check."))
    rule = first.rules[0].id
    credit(log, first, rule, 4, 0, round_=1)
    credit(log, first, rule, 5, 1, round_=2)
    credit(log, first, rule, 6, 2, round_=3)
    credit(log, first, rule, 3, 0, n=10, round_=4, problems=tuple(f"1-{n}" for n in range(10)))

    worth = rule_worths(log, "scheduling")[rule]

    assert (worth.n, worth.wins, worth.losses) == (50, 14, 3), "all but round 1, asked again in 4"


def test_pooling_narrows_the_interval_and_holds_the_mean(log: Log) -> None:
    first = propose(log, adds("Carry.", "Check."))
    rule = first.rules[0].id
    apart = [credit(log, first, rule, 4, 1, round_=number) for number in (1, 2, 3)]

    worth = rule_worths(log, "scheduling")[rule]

    assert (worth.n, worth.wins, worth.losses) == (60, 12, 3)
    assert worth.gain == pytest.approx(0.15)
    assert worth.high - worth.low == pytest.approx((apart[0].high - apart[0].low) / math.sqrt(3))
    assert worth.p == pytest.approx(mcnemar(12, 3, "two-sided"))
    assert worth.helps and not (apart[0].low > 0 and apart[0].p <= 0.05), "one round could not tell"


def test_large_wins_among_many_small_losses_neither_help_nor_harm(log: Log) -> None:
    first = propose(log, adds("Carry.", "Check."))
    rule = first.rules[0].id
    differences = [1.0] * 15 + [-0.125] * 40
    found = {
        "gain": sum(differences) / 55,
        "low": 0.05,
        "high": 0.31,
        "p": sign_flip(differences, "two-sided"),
    }
    assert sign_test(15, 40) <= 0.05 and found["p"] <= 0.05, "either test would call it sure"
    for round_ in (1, 2):
        credit(log, first, rule, 15, 40, n=55, round_=round_, **found)
        worth = rule_worths(log, "scheduling")[rule]
        assert worth.n == 55 * round_ and worth.gain > 0 < worth.low
        assert not worth.helps and not worth.harms
        turned = replace(
            worth, gain=-worth.gain, low=-worth.high, high=-worth.low, wins=40, losses=15
        )
        assert not turned.helps and not turned.harms


def test_one_measurement_of_graded_scores_keeps_its_own_test(log: Log) -> None:
    """Six wins and two losses are a coin's work; six large wins and two tiny losses are not."""
    first = propose(log, adds("Carry.", "Check."))
    rule = first.rules[0].id
    differences = [0.5] * 6 + [-0.1] * 2
    found = {"gain": 0.14, "low": 0.06, "high": 0.24, "p": sign_flip(differences, "two-sided")}
    credit(log, first, rule, 6, 2, **found)

    worth = rule_worths(log, "scheduling")[rule]

    assert worth.p == found["p"] <= 0.05 < sign_test(6, 2)
    assert worth.helps
    credit(log, first, rule, 0, 0, round_=2)
    assert rule_worths(log, "scheduling")[rule].p == pytest.approx(sign_test(6, 2)), (
        "pooled by signs"
    )


def test_another_wording_or_adapter_starts_anew(log: Log) -> None:
    first = propose(log, adds("Carry.", "Check."))
    rule = first.rules[0].id
    edit = Update(rule=rule, text="Carry twice.")
    second = propose(log, [edit], parent=strategy(first), slot="c1/r2/update_strategy/0")
    credit(log, first, rule, 9, 0, round_=1)
    credit(log, second, rule, 0, 9, round_=2)

    worth = rule_worths(log, "scheduling")[rule]
    assert (worth.n, worth.gain, worth.version) == (20, -0.45, "scheduling@2")
    assert current_worths(strategy(second), {rule: worth}) == {rule: worth}
    assert current_worths(strategy(first), {rule: worth}) == {}

    credit(log, second, rule, 1, 0, round_=3, adapter="tuned")
    worth = rule_worths(log, "scheduling")[rule]
    assert (worth.n, worth.wins, worth.losses) == (20, 1, 0), "what the tuned student needs"


def test_without_credit_the_gate_of_the_version_that_brought_the_rule_speaks(log: Log) -> None:
    first = propose(log, adds("Carry."))
    gate(log, first, wins=30, losses=4, channel="weights")
    second = propose(log, adds("Check."), parent=strategy(first), slot="c1/r2/update_strategy/0")
    gate(log, second, "reject", wins=3, losses=24, gain=-0.22, low=-0.3, high=-0.1)
    edit = Update(rule=first.rules[0].id, text="Carry on.")
    third = propose(log, [edit], parent=strategy(first), slot="c1/r3/update_strategy/0")
    gate(log, third, wins=50, losses=0, gain=0.5)
    carry, check = (rule.id for rule in second.rules)

    found = rule_worths(log, "scheduling")

    assert found.keys() == {carry, check}
    assert (found[carry].source, found[carry].channel) == ("gate", "weights")
    assert (found[carry].version, found[carry].gain) == ("scheduling@1", 0.21)
    assert (
        found[carry]
        .as_text()
        .endswith(
            "96 pairs, p 6.2e-06; the gate of scheduling@1, which brought it, through weights"
        )
    )
    assert (found[check].version, found[check].harms) == ("scheduling@2", True)
    assert found[carry].p == pytest.approx(mcnemar(30, 4, "two-sided"))


def test_a_gate_that_asked_nothing_says_nothing_and_one_by_hand_speaks_last(log: Log) -> None:
    first = propose(log, adds("Carry."))
    rule = first.rules[0].id
    gate(log, first, "reject", slot="c1/r1/validate/1/gate", pairs=0)
    assert rule_worths(log, "scheduling") == {}

    gate(log, first, slot="manual/gate/1", gain=0.5)
    assert rule_worths(log, "scheduling")[rule].gain == 0.5
    gate(log, first, slot="c1/r2/validate/1/gate", gain=0.1)
    assert rule_worths(log, "scheduling")[rule].gain == 0.1


def test_another_stream_and_what_lies_before_can_be_left_out(log: Log) -> None:
    first = propose(log, adds("Carry."))
    rule = first.rules[0].id
    gate(log, first)
    credit(log, first, rule, 9, 0)
    seen = max(entry.seq for entry in log.entries())

    assert rule_worths(log, "scheduling", stream="run").keys() == {rule}
    assert rule_worths(log, "scheduling", stream="another") == {}
    assert rule_worths(log, "another") == {}
    assert rule_worths(log, "scheduling", after=seen) == {}
    credit(log, first, rule, 1, 2, round_=2)
    assert rule_worths(log, "scheduling", after=seen)[rule].n == 20


def worth(rule: str, gain: float, sure: bool = True) -> RuleWorth:
    half = abs(gain) / 2 if sure else 1.0
    wins, losses = (9, 0) if gain > 0 else (0, 9)
    bounds = (gain - half, gain + half)
    return RuleWorth(rule, gain, *bounds, 20, wins, losses, 0.01, "credit", "words", "a@1")


def test_the_helpful_stand_first_and_the_harmful_last() -> None:
    names = "abcdef"
    strategy = Strategy(rules=tuple(Rule(id=it, section="Method", text=it) for it in names))
    worths = {
        "b": worth("b", 0.1),
        "c": worth("c", -0.3),
        "d": worth("d", 0.4),
        "e": worth("e", 0.9, sure=False),
        "gone": worth("gone", 1.0),
    }

    assert order_by_worth(strategy, worths) == ["d", "b", "a", "e", "f", "c"]
    reordered = apply(strategy, reorder_edits(strategy, worths), "run/ledger")
    assert [rule.id for rule in reordered.rules] == ["d", "b", "a", "e", "f", "c"]
    assert reorder_edits(reordered, worths) == ()
    assert reorder_edits(strategy, {}) == ()
    without = apply(strategy, [Deprecate(rule="c")], "run/ledger")
    assert order_by_worth(without, worths) == ["d", "b", "a", "e", "f"]


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_is_mcnemars(wins: int, losses: int) -> None:
    assert sign_test(wins, losses) == pytest.approx(mcnemar(wins, losses, "two-sided"), abs=1e-12)
