"""Several replies a problem: they count as one pair, and each must bear the gain out."""

import numpy as np
import pytest
from scipy.special import betainc

from tutelage.evidence import GateSettings, GateVerdict, decide, detectable_gain
from tutelage.evidence.gate.comparison import compare_arms
from tutelage.evidence.gate.power import UNDETECTABLE
from tutelage.evidence.gate.replicates import means, require_agreement
from tutelage.evidence.gate.rules.exact import ExactTest

ALPHA = 0.05
N = 40


def row(right: int) -> list[float | None]:
    return [1.0] * right + [0.0] * (N - right)


def gate(candidate: list[list[float | None]], incumbent: list[list[float | None]]) -> GateVerdict:
    settings = GateSettings(ALPHA, graded=True)
    verdict = decide(*means(candidate, incumbent), settings)
    return require_agreement(verdict, candidate, incumbent, settings)


def test_a_gain_that_every_replicate_shows_is_accepted() -> None:
    verdict = gate([row(30), row(28)], [row(18), row(20)])
    assert verdict.decision == "accept"
    assert (verdict.pairs, verdict.replicates) == (N, 2), "pairs are problems, never replies"
    assert verdict.replicate_gain == pytest.approx(2 / N)
    assert verdict.gain == pytest.approx(10 / N)


def test_a_lucky_seed_is_refused_and_named() -> None:
    lucky, usual, incumbent = row(35), row(20), row(20)
    assert decide(lucky, incumbent, GateSettings(ALPHA)).decision == "accept", (
        "one sample believes it"
    )
    verdict = gate([lucky, usual], [incumbent, incumbent])
    assert verdict.decision == "indecisive"
    assert "The replicates disagree" in verdict.reason
    assert "replicate 1 would have passed" in verdict.reason and "a lucky seed" in verdict.reason
    weaker = gate([row(26), row(14), row(20)], [row(20)] * 3)
    assert weaker.decision != "accept"
    assert "replicate 1 would have passed" in weaker.reason, "named where the means do not pass too"


def test_an_incumbent_whose_luck_reaches_the_candidate_holds_the_verdict_back() -> None:
    verdict = gate([row(26), row(26)], [row(26), row(4)])
    assert verdict.p <= ALPHA
    assert verdict.decision == "indecisive"
    assert verdict.replicate_gain == pytest.approx(22 / N)


def test_a_replicate_lost_in_one_arm_is_left_out_of_both() -> None:
    candidate: list[list[float | None]] = [[1.0, None, None], [1.0, 0.0, None]]
    incumbent: list[list[float | None]] = [[0.0, 1.0, 1.0], [1.0, 1.0, 0.0]]
    assert means(candidate, incumbent) == ([1.0, 0.0, None], [0.5, 1.0, None])


def test_one_reply_a_problem_is_left_as_it_was() -> None:
    verdict = decide(row(30), row(10), GateSettings(ALPHA))
    assert require_agreement(verdict, [row(30)], [row(10)], GateSettings(ALPHA)) == verdict


def test_asking_for_agreement_never_makes_an_accept() -> None:
    rng = np.random.default_rng(2)
    plain = held = 0
    settings = GateSettings(0.2, graded=True, samples=50)
    for _ in range(400):
        candidate, incumbent = rng.integers(0, 2, (2, 2, N)).astype(float).tolist()
        verdict = decide(*means(candidate, incumbent), settings)
        after = require_agreement(verdict, candidate, incumbent, settings)
        plain += verdict.decision == "accept"
        held += after.decision == "accept"
        assert after.decision != "accept" or verdict.decision == "accept"
    assert 0 < held <= plain <= 0.27 * 400


@pytest.mark.parametrize("replicates", [2, 3])
@pytest.mark.parametrize("n", [24, 60])
def test_the_detectable_gain_is_found_as_often_as_promised(replicates: int, n: int) -> None:
    """Students of its assumptions meet the verdict and the rule that replicates agree."""
    alpha, gates, rng = 0.05 / 8, 800, np.random.default_rng(n + replicates)
    settings = GateSettings(alpha, replicates=replicates, samples=50)
    gain = detectable_gain(n, settings)
    assert gain < detectable_gain(n, GateSettings(alpha)) / 1.3, "more replies find smaller gains"
    accepted = 0
    for _ in range(gates):
        still, known = rng.random(n) >= 0.6, rng.random(n) < 0.5
        luck = rng.random((2, replicates, n))
        ours = np.where(still, known, luck[0] < 0.5 + gain / 0.6).astype(float).tolist()
        theirs = np.where(still, known, luck[1] < 0.5).astype(float).tolist()
        verdict = decide(*means(ours, theirs), settings)
        accepted += require_agreement(verdict, ours, theirs, settings).decision == "accept"
    assert accepted / gates == pytest.approx(0.8, abs=0.05)


class Posterior(ExactTest):
    name = "posterior of wins"

    @staticmethod
    def p_of_counts(wins: int, losses: int) -> float:
        return float(betainc(1 + wins, 1 + losses, 0.5))


def test_too_few_is_told_by_the_test_that_means_of_replies_get() -> None:
    rule = Posterior(GateSettings(ALPHA, replicates=2))
    assert rule.fewest_pairs() == 5 and rule.detectable(4) == UNDETECTABLE
    four = compare_arms([1.0] * 4, [0.5] * 4, rule.settings)
    decision, reason = rule.judge(four, rule.p(four))
    assert decision == "indecisive" and "4 pairs are too few" in reason
    assert Posterior(GateSettings(ALPHA)).fewest_pairs() == 4
    exact = ExactTest(rule.settings)
    assert rule.detectable(24) == exact.detectable(24), "the same test of the same means"


def test_a_gain_that_replicates_could_find_is_not_refused_as_too_small() -> None:
    candidate: list[float | None] = [2 / 3] * 14 + [0.0] * 5 + [0.0] * 41
    incumbent: list[float | None] = [0.0] * 14 + [2 / 3] * 5 + [0.0] * 41
    three = decide(candidate, incumbent, GateSettings(0.05 / 8, graded=True, replicates=3))
    assert three.detectable < three.high < detectable_gain(60, GateSettings(0.05 / 8))
    assert three.decision == "indecisive" and "too close to call" in three.reason
    assert f"{100 * three.detectable:.1f} points" in three.reason


def test_borderline_power_is_no_lucky_seed() -> None:
    """One passes by a hair and the other does not: no more than chance sets them apart."""
    nothing: list[float | None] = [0.0] * 16
    candidate = [[1.0] * 12 + [0.0] * 4 + nothing + [0.0] * 8, [*nothing, *[1.0] * 8, *nothing]]
    incumbent = [[0.0] * 12 + [1.0] * 4 + nothing + [0.0] * 8, [*nothing, *[0.0] * 8, *[1.0] * 7]]
    incumbent[1] += [0.0] * 9
    verdict = gate(candidate, incumbent)
    assert verdict.decision == "indecisive"
    assert "Alone, replicate 1 would have passed (p = 0.038)" in verdict.reason
    assert "the replicates disagree, by no more than chance" in verdict.reason
    assert "lucky" not in verdict.reason
