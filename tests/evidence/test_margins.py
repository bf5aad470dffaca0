"""Rules may leave when a loss is ruled out, and not merely because none was seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln, xlogy

from tutelage.evidence import GateSettings, decide
from tutelage.evidence.gate.margins import (
    chance_no_worse,
    graded_no_worse,
    no_worse,
    smallest_margin,
)
from tutelage.evidence.gate.rules.margin import MarginTest

Scores = list[float | None]
ALPHA = 0.05


def chances(n: int, win: float, lose: float) -> np.ndarray:
    """Chance of every outcome, by wins and losses."""
    wins, losses = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    ties = n - wins - losses
    inside = ties >= 0
    rest = np.where(inside, ties, 0)
    ways = gammaln(n + 1) - gammaln(wins + 1) - gammaln(losses + 1) - gammaln(rest + 1)
    likely = xlogy(wins, win) + xlogy(losses, lose) + xlogy(rest, max(0.0, 1 - win - lose))
    return np.where(inside, np.exp(ways + likely), 0.0)


@pytest.mark.parametrize(("n", "margin"), [(20, 0.05), (33, 0.1), (40, 0.3)])
def test_a_loss_of_the_margin_passes_no_more_often_than_alpha_however_noisy(
    n: int, margin: float
) -> None:
    """Exhaustive: every outcome, and every share of wins that goes with the loss."""
    ps = np.ones((n + 1, n + 1))
    for wins in range(n + 1):
        for losses in range(n + 1 - wins):
            ps[wins, losses] = no_worse(wins, losses, n, margin)
    for win in np.linspace(0, (1 - margin) / 2, 57):
        chance = chances(n, win, win + margin)
        for alpha in (0.2, 0.05, 0.01):
            assert chance[ps <= alpha].sum() <= alpha + 1e-12
    tight = max(chances(n, win, win + margin)[ps <= 0.2].sum() for win in np.linspace(0, 0.35, 99))
    assert tight > 0.1, "it is conservative, and not asleep"


@given(st.integers(1, 80), st.data())
@settings(max_examples=60)
def test_more_wins_and_fewer_losses_never_speak_against_a_candidate(
    n: int, data: st.DataObject
) -> None:
    wins = data.draw(st.integers(0, n))
    losses = data.draw(st.integers(0, n - wins))
    p = no_worse(wins, losses, n, 0.05)
    assert 0 < p <= 1 + 1e-12
    if losses:
        assert no_worse(wins, losses - 1, n, 0.05) <= p + 1e-9
    if wins + losses < n:
        assert no_worse(wins + 1, losses, n, 0.05) <= p + 1e-9


@given(
    st.lists(st.floats(-1, 1), max_size=40), st.integers(0, 39), st.floats(0, 2), st.floats(0.01, 1)
)
@settings(max_examples=60)
def test_a_better_score_never_speaks_against_a_graded_candidate(
    found: list[float], place: int, more: float, margin: float
) -> None:
    margin = min(margin, 0.9)
    p = graded_no_worse(found, margin)
    assert 0 < p <= 1
    if place < len(found):
        better = [*found[:place], min(1.0, found[place] + more), *found[place + 1 :]]
        assert graded_no_worse(better, margin) <= p + 1e-9


@pytest.mark.parametrize("shape", ["rare and large", "small and everywhere", "noisy"])
def test_graded_losses_of_the_margin_are_let_pass_no_more_often_than_alpha(shape: str) -> None:
    rng = np.random.default_rng(5)
    n, margin, alpha, passed = 120, 0.1, 0.2, 0
    for _ in range(500):
        found = {
            "rare and large": -1.0 * (rng.random(n) < margin),
            "small and everywhere": np.clip(rng.normal(-margin, 0.1, n), -1, 1),
            "noisy": rng.choice([-1, 1], n, p=[0.5 + margin / 2, 0.5 - margin / 2]),
        }[shape]
        passed += graded_no_worse(list(found), margin) <= alpha
    assert passed / 500 <= alpha


def test_identical_replies_pass_once_there_are_enough_of_them() -> None:
    enough = MarginTest(GateSettings(0.05, margin=0.05)).fewest_pairs()
    assert enough == 59, "ln 0.05 / ln 0.95"
    for n, decision in ((enough, "accept"), (enough - 1, "indecisive")):
        same: Scores = [1.0] * (n // 2) + [0.0] * (n - n // 2)
        verdict = decide(same, same, GateSettings(0.05, rule="margin", margin=0.05))
        assert verdict.decision == decision
        assert verdict.claim == "no worse"
        assert verdict.p == pytest.approx(0.95**n, rel=1e-3)
        assert verdict.detectable == pytest.approx(1 - 0.05 ** (1 / n))
    assert "58 pairs are too few" in verdict.reason and "5.0 points may be lost" in verdict.reason


def test_identical_graded_replies_have_to_be_more() -> None:
    alpha = 0.05 / 8
    assert smallest_margin(99, alpha) <= 0.05 < smallest_margin(99, alpha, graded=True)
    assert smallest_margin(110, alpha, True) <= 0.05 < smallest_margin(109, alpha, True)
    rules = [MarginTest(GateSettings(alpha, graded=graded)) for graded in (False, True)]
    assert [rule.fewest_pairs() for rule in rules] == [99, 110]
    for n, decision in ((110, "accept"), (109, "indecisive")):
        same: Scores = [0.5] * n
        verdict = decide(same, same, GateSettings(alpha, rule="margin", graded=True, replicates=2))
        assert verdict.decision == decision
        assert verdict.detectable == smallest_margin(n, alpha, True)
    assert "109 pairs are too few" in verdict.reason


def test_the_luck_of_what_loses_nothing_is_told_beforehand() -> None:
    n, margin, noise, gates = 80, 0.15, 0.3, 1500
    rng = np.random.default_rng(4)
    drawn = rng.multinomial(n, [noise / 2, noise / 2, 1 - noise], gates)
    passed = sum(no_worse(wins, losses, n, margin) <= ALPHA for wins, losses, _ in drawn) / gates
    assert chance_no_worse(n, ALPHA, margin, noise) == pytest.approx(passed, abs=0.05)
    assert chance_no_worse(58, ALPHA, 0.05, noise) == 0, "not even identical replies pass"
    assert chance_no_worse(100, 0.05 / 8, 0.05, noise) < 0.1, "few sampling students do"
    assert chance_no_worse(n, ALPHA, margin, noise, 3) > chance_no_worse(n, ALPHA, margin, noise)


def test_rules_that_do_harm_when_they_leave_stay() -> None:
    right: Scores = [1.0] * 200
    few: Scores = [0.0] * 6 + [1.0] * 194
    verdict = decide(few, right, GateSettings(0.05, rule="margin", margin=0.2))
    assert verdict.p <= 0.05, "the loss is surely below the margin"
    assert verdict.decision == "reject" and "harm" in verdict.reason, "and surely a loss"
    unsure = decide([0.0, 0.0, *right[2:60]], right[:60], GateSettings(0.05, rule="margin"))
    assert unsure.decision == "indecisive" and "not ruled out" in unsure.reason
    low: Scores = [0.0] * 80
    assert decide(low, low, GateSettings(0.05, rule="margin", floor=0.5)).decision == "reject"


def test_a_graded_loss_is_held_to_the_margin_too() -> None:
    half: Scores = [0.5] * 100
    assert decide(half, half, GateSettings(0.05, rule="margin")).decision == "accept"
    less: Scores = [0.46] * 100
    assert decide(less, half, GateSettings(0.05, rule="margin")).decision == "reject", (
        "it does harm"
    )
    same: Scores = [1.0] * 60
    assert decide(same, same, GateSettings(0.05, rule="margin")).decision == "accept"
    assert (
        decide(same, same, GateSettings(0.05, rule="margin", graded=True)).decision == "indecisive"
    )


def test_nonsense_is_answered_with_what_was_wanted() -> None:
    with pytest.raises(ValueError, match="margin and a discordance between 0 and 1"):
        GateSettings(margin=0.0)
    with pytest.raises(ValueError, match=r"wins \+ losses <= n"):
        no_worse(3, 3, 5, 0.1)
    with pytest.raises(ValueError, match="from -1 to 1"):
        graded_no_worse([2.0], 0.1)
    assert no_worse(0, 0, 0, 0.1) == graded_no_worse([], 0.1) == 1.0
