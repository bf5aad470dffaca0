"""Thousands of runs without any effect, and candidates whose gain is known, meet the real gate."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from tutelage.evidence import GateSettings, detectable_gain
from tutelage.evidence.calibration.calibration import Calibration, calibrate
from tutelage.evidence.calibration.simulation import RunSize
from tutelage.evidence.gate.power import DISCORDANCE
from tutelage.evidence.intervals import clopper_pearson


@pytest.fixture(scope="module")
def rates() -> Calibration:
    return calibrate(GateSettings(), RunSize(60, 4, 2), runs=2500, gates=2500, seed=1)


def test_runs_without_an_effect_accept_no_more_often_than_alpha(rates: Calibration) -> None:
    assert rates.runs >= 2000
    assert rates.low <= rates.settings.alpha, f"{rates.wrong} of {rates.runs} runs accepted"
    assert rates.holds
    assert rates.wrong > 0, "a rate of zero would mean that luck had no chance"
    assert rates.differing == pytest.approx(DISCORDANCE, abs=0.01), "replies are never handed on"


def test_what_is_called_detectable_is_found_as_often_as_promised(rates: Calibration) -> None:
    assert rates.at_detectable.share == pytest.approx(rates.settings.power, abs=0.05)
    assert rates.at_detectable.gain == rates.detectable == detectable_gain(60, rates.settings)


def test_larger_gains_are_found_more_often_and_noise_hides_them(rates: Calibration) -> None:
    by_noise: dict[float, list[float]] = {}
    for point in rates.curve:
        by_noise.setdefault(point.discordance, []).append(point.share)
        assert point.low <= point.share <= point.high
    assert len(by_noise) == 3
    for shares in by_noise.values():
        assert all(b >= a - 0.03 for a, b in pairwise(shares))
        assert shares[0] < 0.02 and shares[-1] > 0.9
    quiet, noisy = by_noise[min(by_noise)], by_noise[max(by_noise)]
    assert quiet[4] > noisy[4] + 0.2


def test_racing_saves_replies_and_changes_no_accept_that_matters(rates: Calibration) -> None:
    full = calibrate(GateSettings(race=False), RunSize(), runs=2500, gates=2500, seed=1)
    assert full.saved == 0 and rates.saved > 0.2
    assert rates.wrong <= full.wrong, "the same replies: a race can only accept fewer"
    assert full.at_detectable.share - rates.at_detectable.share <= 0.02


@pytest.mark.parametrize("replicates", [2, 3])
def test_replicates_keep_to_alpha_and_find_what_is_promised(replicates: int) -> None:
    settings = GateSettings(alpha=0.1, replicates=replicates)
    rates = calibrate(settings, RunSize(24, 1, 1), runs=150, gates=60, seed=3)
    assert rates.holds and rates.differing > 0.2
    assert rates.detectable < detectable_gain(24, GateSettings(0.1))
    assert rates.at_detectable.low <= settings.power <= rates.at_detectable.high


def test_progress_is_told_and_too_few_runs_are_called_that() -> None:
    told: list[tuple[str, int, int]] = []
    rates = calibrate(
        GateSettings(), RunSize(20, 2, 2), runs=20, gates=5, progress=lambda *it: told.append(it)
    )
    assert told[:4] == [("decisions without effect", done, 4) for done in (1, 2, 3, 4)]
    assert told[-1][1:] == (21, 21)
    assert not rates.enough, "20 runs without a false accept could be a rate of 17 %"


def test_students_disagree_as_often_as_the_settings_assume() -> None:
    rates = calibrate(GateSettings(discordance=0.1), RunSize(40, 1, 1), runs=400, gates=200)
    assert rates.differing == pytest.approx(0.1, abs=0.01)
    assert rates.at_detectable.discordance == 0.1


def test_more_than_the_memory_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="Wanted 1 to 125000 runs and gates of 20 pairs with 8"):
        calibrate(GateSettings(replicates=8), RunSize(20), runs=10, gates=125_001)


def test_a_gate_that_could_never_accept_is_refused() -> None:
    with pytest.raises(ValueError, match="4 pairs could never pass"):
        calibrate(GateSettings(), RunSize(4), runs=10, gates=10)


@given(st.integers(1, 200), st.data(), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_interval_of_a_rate_is_the_exact_one(
    n: int, data: st.DataObject, confidence: float
) -> None:
    found = data.draw(st.integers(0, n))
    low, high = clopper_pearson(found, n, confidence)
    tail = (1 - confidence) / 2
    assert low <= found / n <= high
    assert low == 0 if found == 0 else binom.sf(found - 1, n, low) == pytest.approx(tail)
    assert high == 1 if found == n else binom.cdf(found, n, high) == pytest.approx(tail)
