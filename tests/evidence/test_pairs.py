"""Exact tests say what a fair coin would do, and what they could have found."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, permutation_test

from tutelage.evidence import GateSettings, detectable_gain, mcnemar
from tutelage.evidence.gate.power import UNDETECTABLE, smallest_detectable
from tutelage.evidence.pairs import sign_flip, sign_flip_at

few = st.integers(0, 200)


@given(few, few)
def test_mcnemar_is_the_exact_sign_test(wins: int, losses: int) -> None:
    n = wins + losses
    for alternative in ("greater", "two-sided"):
        p = mcnemar(wins, losses, alternative)
        assert 0 <= p <= 1
        theirs = binomtest(wins, n, 0.5, alternative).pvalue if n else 1.0
        assert p == pytest.approx(theirs, rel=1e-9)


def test_five_disagreements_must_all_be_wins() -> None:
    assert mcnemar(5, 0) == 1 / 32 <= 0.05 < mcnemar(4, 1)
    assert mcnemar(0, 0) == 1.0


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), max_size=11))
@settings(max_examples=30)
def test_on_right_and_wrong_sign_flips_are_mcnemar(differences: list[float]) -> None:
    wins, losses = differences.count(1.0), differences.count(-1.0)
    for alternative in ("greater", "two-sided"):
        assert sign_flip(differences, alternative) == pytest.approx(
            mcnemar(wins, losses, alternative)
        )


@given(st.lists(st.integers(-20, 20), min_size=2, max_size=9))
@example([-1, 12, 19, -11, -19])
@settings(max_examples=20)
def test_sign_flips_are_the_permutation_test(twentieths: list[int]) -> None:
    differences = [k / 20 for k in twentieths]
    for alternative in ("greater", "two-sided"):
        theirs = permutation_test(
            # Whole numbers: theirs takes sums that differ by rounding alone for different sums.
            (twentieths,),
            np.sum,
            permutation_type="samples",
            alternative=alternative,
        )
        assert sign_flip(differences, alternative) == pytest.approx(theirs.pvalue)


@given(st.lists(st.integers(-20, 20), max_size=14), st.sampled_from([1, 2, 3, 10, 100]))
@settings(max_examples=60)
def test_steps_of_one_size_are_counted_as_if_each_pattern_were_tried(
    steps: list[int], parts: int
) -> None:
    sums = [0]
    for step in steps:
        sums = [total + sign * abs(step) for total in sums for sign in (1, -1)]
    chance = sum(total >= sum(steps) for total in sums) / len(sums)
    assert sign_flip([step / parts for step in steps]) == pytest.approx(chance)


@given(st.integers(22, 60), st.integers(0, 9))
@settings(max_examples=20)
def test_below_what_sampling_can_show_the_p_value_is_never_too_small(n: int, losses: int) -> None:
    size = 1 / 2**0.5  # no part of 1, so that nothing can be counted
    p = sign_flip_at([size] * (n - losses) + [-size] * losses, alpha=1e-9)
    assert mcnemar(n - losses, losses) * (1 - 1e-9) <= p <= 1
    if not losses:
        assert p == pytest.approx(0.5**n), "every pair won is counted exactly"


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=25), st.integers(0, 9))
@settings(max_examples=20)
def test_a_sign_flip_is_a_chance_and_repeats(differences: list[float], seed: int) -> None:
    p = sign_flip(differences, seed=seed, samples=500)
    assert 0 < p <= 1
    assert p == sign_flip(differences, seed=seed, samples=500)


def test_many_pairs_are_sampled_and_clear_gains_are_seen() -> None:
    odd = [0.2 + place / 7001 for place in range(40)]
    assert sign_flip(odd, samples=2000) == pytest.approx(1 / 2001)
    assert sign_flip([-gain for gain in odd], samples=2000) == 1.0
    assert sign_flip([0.2] * 40) == 0.5**40, "equal steps are counted, however many"
    assert sign_flip([0.25, 0.5, 0.5, 0.75, 1.0]) == 1 / 32, "five pairs are enumerated"
    with pytest.raises(ValueError, match="finite"):
        sign_flip([float("nan")])


@pytest.mark.parametrize(
    ("n", "alpha", "power", "discordance"),
    [(40, 0.05, 0.8, 0.3), (100, 0.05, 0.8, 0.3), (150, 0.0125, 0.9, 0.2), (60, 0.05, 0.8, 0.02)],
)
def test_the_smallest_detectable_gain_is_found_as_often_as_promised(
    n: int, alpha: float, power: float, discordance: float
) -> None:
    gain = smallest_detectable(n, alpha, power, discordance)
    share = max(discordance, gain)
    rng = np.random.default_rng(1)
    chances = [(share + gain) / 2, (share - gain) / 2, 1 - share]
    gates = rng.multinomial(n, chances, size=4000)
    found = np.mean([mcnemar(int(w), int(losses)) <= alpha for w, losses, _ in gates])
    assert found == pytest.approx(power, abs=0.025)


@given(st.integers(5, 120), st.floats(0.005, 0.2), st.floats(0.5, 0.95))
@settings(max_examples=40)
def test_more_is_needed_for_more_power_and_less_alpha(n: int, alpha: float, power: float) -> None:
    gain = smallest_detectable(n, alpha, power)
    assert 0 < gain <= 1 or gain == UNDETECTABLE
    assert smallest_detectable(n, alpha, min(0.99, power + 0.04)) >= gain - 1e-8
    assert smallest_detectable(n, alpha / 2, power) >= gain - 1e-8


def test_a_block_too_small_to_pass_is_known_beforehand() -> None:
    assert detectable_gain(4, GateSettings(0.05)) == UNDETECTABLE > 1
    assert 0 < detectable_gain(5, GateSettings(0.05)) <= 1
    assert detectable_gain(0, GateSettings(0.05)) == UNDETECTABLE
    with pytest.raises(ValueError, match="alpha < power"):
        GateSettings(0.9, power=0.8)
