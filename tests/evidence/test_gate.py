"""The gate accepts what is proved, refuses what is not, and says why."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from tutelage.evidence import GateSettings, decide, detectable_gain
from tutelage.evidence.gate.rules import RULES, rule_of
from tutelage.evidence.gate.rules.exact import ExactTest

Scores = list[float | None]
RIGHT: Scores = [1.0]
WRONG: Scores = [0.0]
ALPHA = 0.05
maybe = st.sampled_from([0.0, 1.0, None])


def arms(wins: int, losses: int, right: int = 0, wrong: int = 0) -> tuple[Scores, Scores]:
    candidate = RIGHT * wins + WRONG * losses + RIGHT * right + WRONG * wrong
    incumbent = WRONG * wins + RIGHT * losses + RIGHT * right + WRONG * wrong
    return candidate, incumbent


def test_a_significant_gain_is_accepted() -> None:
    verdict = decide(*arms(20, 5, 20, 15), GateSettings(ALPHA, floor=0.5))
    assert verdict.decision == "accept"
    assert (verdict.pairs, verdict.wins, verdict.losses, verdict.missing) == (60, 20, 5, 0)
    assert verdict.gain == pytest.approx(0.25)
    assert verdict.low < verdict.gain < verdict.high
    assert verdict.p <= verdict.alpha == ALPHA
    assert "20 wins against 5 losses" in verdict.reason


def test_a_result_that_does_not_beat_its_floor_is_never_accepted() -> None:
    verdict = decide(*arms(20, 5, 20, 15), GateSettings(ALPHA, floor=40 / 60))
    assert verdict.decision == "reject"
    assert "does not beat the floor of 66.7%" in verdict.reason


def test_a_rule_of_acceptance_needs_a_name_of_its_own() -> None:
    with pytest.raises(TypeError, match="Nameless is a rule of acceptance without a `name`"):

        class Nameless(ExactTest):
            """Would stand in for `exact` wherever a config names no rule."""


def test_identical_replies_are_refused() -> None:
    verdict = decide(*arms(0, 0, 30, 20), GateSettings(ALPHA))
    assert verdict.decision == "reject"
    assert verdict.gain == 0 and verdict.p == 1
    assert "same on all 50" in verdict.reason


def test_identical_replies_in_too_few_pairs_decide_nothing() -> None:
    few = decide(*arms(0, 0, 2, 2), GateSettings(ALPHA))
    assert few.decision == "indecisive"
    assert "4 pairs are too few" in few.reason
    fine = decide(*arms(0, 0, 30, 20), GateSettings(ALPHA, worthwhile=0.01))
    assert fine.high > 0.01
    assert fine.decision == "indecisive", "a gain worth having is not ruled out"


def test_harm_is_refused() -> None:
    verdict = decide(*arms(3, 15, 20, 20), GateSettings(ALPHA))
    assert verdict.decision == "reject"
    assert "harm" in verdict.reason


def test_a_gain_too_small_to_matter_is_refused_and_a_close_call_is_left_open() -> None:
    futile = decide(*arms(10, 10, 100, 80), GateSettings(ALPHA))
    assert futile.decision == "reject"
    assert futile.high < futile.detectable
    close = decide(*arms(16, 9, 20, 15), GateSettings(ALPHA))
    assert close.decision == "indecisive"
    assert close.high > close.detectable
    assert (
        decide(*arms(10, 10, 100, 80), GateSettings(ALPHA, worthwhile=0.01)).decision
        == "indecisive"
    )


def test_what_can_be_found_is_known_before_any_reply() -> None:
    lost: Scores = [None] * 10
    candidate, incumbent = arms(20, 5, 20, 15)
    verdict = decide(candidate + lost, incumbent + lost, GateSettings(ALPHA, power=0.9))
    assert verdict.detectable == detectable_gain(70, GateSettings(ALPHA, power=0.9))


def test_errors_are_missing_data_and_never_wrong_answers() -> None:
    candidate, incumbent = arms(20, 5, 20, 15)
    whole = decide(candidate, incumbent, GateSettings(ALPHA))
    broken = decide([*candidate, None, 1.0], [*incumbent, 1.0, None], GateSettings(ALPHA))
    assert broken.missing == 2
    assert (broken.pairs, broken.p, broken.gain) == (whole.pairs, whole.p, whole.gain)


def test_too_few_answers_decide_nothing() -> None:
    candidate, incumbent = arms(20, 0)
    lost: Scores = [None] * 20
    verdict = decide(candidate + lost, incumbent + lost, GateSettings(ALPHA))
    assert verdict.decision == "indecisive"
    assert "20 of 40" in verdict.reason
    assert decide([None], [1.0], GateSettings(ALPHA)).decision == "indecisive"
    assert decide([], [], GateSettings(ALPHA)).decision == "indecisive"
    tiny = decide(*arms(3, 0, 1), GateSettings(ALPHA))
    assert tiny.decision == "indecisive"
    assert "too few" in tiny.reason


def test_graded_scores_are_judged_by_their_size() -> None:
    rng = np.random.default_rng(3)
    incumbent: Scores = [float(x) for x in rng.uniform(0.2, 0.5, 40)]
    better: Scores = [float(x) for x in rng.uniform(0.4, 0.7, 40)]
    assert decide(better, incumbent, GateSettings(ALPHA)).decision == "accept"
    assert decide(incumbent, better, GateSettings(ALPHA)).decision == "reject"
    # 0.1 + 0.2 is 0.3 to a person.
    assert decide([0.1 + 0.2] * 20, [0.3] * 20, GateSettings(ALPHA)).wins == 0


@pytest.mark.parametrize("alpha", [1e-3, 5e-5, 1e-6, 1e-9])
def test_what_can_be_found_is_found_in_graded_scores_at_any_alpha(alpha: float) -> None:
    rng = np.random.default_rng(3)
    incumbent: Scores = [float(x) for x in rng.uniform(0.2, 0.5, 60)]
    better: Scores = [float(x) for x in rng.uniform(0.6, 0.9, 60)]
    verdict = decide(better, incumbent, GateSettings(alpha))
    assert verdict.detectable < 1
    assert verdict.decision == "accept" and 0 < verdict.p <= alpha
    assert decide(incumbent, better, GateSettings(alpha)).decision == "reject"


@given(st.lists(st.tuples(maybe, maybe), max_size=60), st.floats(0.001, 0.2))
@settings(max_examples=150)
def test_no_gate_accepts_without_a_gain(
    pairs: list[tuple[float | None, float | None]], alpha: float
) -> None:
    verdict = decide([a for a, _ in pairs], [b for _, b in pairs], GateSettings(alpha))
    assert 0 <= verdict.p <= 1
    assert verdict.pairs + verdict.missing == len(pairs)
    assert verdict.low - 1e-9 <= verdict.gain <= verdict.high + 1e-9
    if verdict.decision == "accept":
        assert verdict.gain > 0 and verdict.p <= alpha


@pytest.mark.parametrize("n", [40, 100])
def test_an_arm_against_itself_is_accepted_no_more_often_than_alpha_allows(n: int) -> None:
    """2,000 gates without any effect: the measured rate is not above the promised one."""
    rng = np.random.default_rng(11)
    difficulty = rng.beta(1, 1, n)
    gates = 2000
    accepted = 0
    for _ in range(gates):
        candidate, incumbent = (rng.random((2, n)) < difficulty).astype(float)
        accepted += (
            decide(list(candidate), list(incumbent), GateSettings(ALPHA)).decision == "accept"
        )
    surely_above = float(beta.ppf(0.025, accepted, gates - accepted + 1)) if accepted else 0.0
    assert surely_above <= ALPHA, f"{accepted} of {gates} null gates accepted"


@pytest.mark.parametrize("name", RULES)
def test_a_rule_accepts_from_its_fewest_pairs_on(name: str) -> None:
    settings = GateSettings(0.05 / 8, rule=name)
    rule = rule_of(settings)
    enough = rule.fewest_pairs()
    for n, decision in ((enough, "accept"), (enough - 1, "indecisive")):
        best = [float(rule.claim == "no worse")] * n
        assert decide([1.0] * n, best, settings).decision == decision


def test_alpha_is_spent_over_the_decisions() -> None:
    assert GateSettings(0.05, decisions=5).share == pytest.approx(0.01)
    with pytest.raises(ValueError, match="at least one"):
        GateSettings(0.05, decisions=0)
    with pytest.raises(ValueError, match="same problems"):
        decide([1.0], [], GateSettings(ALPHA))
