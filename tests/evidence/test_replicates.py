"""Several replies a problem: they count as one pair, and each must bear the gain out."""

import numpy as np
import pytest

from tutelage.evidence import GateVerdict, agreed, decide, means

ALPHA = 0.05
N = 40


def row(right: int) -> list[float | None]:
    return [1.0] * right + [0.0] * (N - right)


def gate(candidate: list[list[float | None]], incumbent: list[list[float | None]]) -> GateVerdict:
    verdict = decide(*means(candidate, incumbent), alpha=ALPHA, graded=True)
    return agreed(verdict, candidate, incumbent)


def test_a_gain_that_every_replicate_shows_is_accepted() -> None:
    verdict = gate([row(30), row(28)], [row(18), row(20)])
    assert verdict.decision == "accept"
    assert (verdict.pairs, verdict.replicates) == (N, 2), "pairs are problems, never replies"
    assert verdict.replicate_gain == pytest.approx(2 / N)
    assert verdict.gain == pytest.approx(10 / N)


def test_a_lucky_seed_is_refused_and_named() -> None:
    lucky, usual, incumbent = row(35), row(20), row(20)
    assert decide(lucky, incumbent, alpha=ALPHA).decision == "accept", "one sample believes it"
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
    verdict = decide(row(30), row(10), alpha=ALPHA)
    assert agreed(verdict, [row(30)], [row(10)]) == verdict


def test_asking_for_agreement_never_makes_an_accept() -> None:
    rng = np.random.default_rng(2)
    plain = held = 0
    for _ in range(400):
        candidate, incumbent = rng.integers(0, 2, (2, 2, N)).astype(float).tolist()
        verdict = decide(*means(candidate, incumbent), alpha=0.2, graded=True, samples=50)
        after = agreed(verdict, candidate, incumbent)
        plain += verdict.decision == "accept"
        held += after.decision == "accept"
        assert after.decision != "accept" or verdict.decision == "accept"
    assert 0 < held <= plain <= 0.27 * 400
