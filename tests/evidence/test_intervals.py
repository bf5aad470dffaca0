"""Intervals hold what they promise: the estimate, the symmetry, and the coverage."""

import itertools
from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multinomial

from tutelage.evidence.intervals import Interval, bootstrap, paired_interval, tango, wilson

confidences = st.floats(0.5, 0.999)
counts = st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
tallies = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
scores = st.lists(st.floats(0, 1), min_size=1, max_size=20)


def test_nothing_seen_leaves_everything_open() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert paired_interval([], []) == (-1.0, 1.0)
    assert bootstrap([], bounds=(0.0, 1.0)) == (0.0, 1.0)
    with pytest.raises(ValueError, match="at least one value"):
        bootstrap([])


@given(counts, confidences)
def test_wilson_is_the_closed_form_and_holds_the_share(rn: tuple[int, int], level: float) -> None:
    right, n = rn
    interval = wilson(right, n, level)
    assert 0 <= interval.low <= interval.high <= 1
    if n:
        share, z = right / n, NormalDist().inv_cdf((1 + level) / 2)
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        assert interval == pytest.approx((middle - half, middle + half), abs=1e-9)
        assert interval.low <= right / n <= interval.high


@given(counts, confidences)
def test_wilson_mirrors_right_and_wrong(rn: tuple[int, int], level: float) -> None:
    right, n = rn
    low, high = wilson(right, n, level)
    assert wilson(n - right, n, level) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(tallies, confidences)
def test_a_paired_interval_holds_the_gain_and_mirrors(
    tally: tuple[int, int, int], level: float
) -> None:
    wins, losses, same = tally
    n = wins + losses + same
    interval = tango(wins, losses, n, level)
    assert -1 <= interval.low <= interval.high <= 1
    if n:
        assert interval.low - 1e-12 <= (wins - losses) / n <= interval.high + 1e-12
    assert tango(losses, wins, n, level) == pytest.approx((-interval.high, -interval.low))


@given(counts, tallies, scores, confidences, confidences)
@settings(max_examples=30)
def test_more_confidence_never_narrows(
    rn: tuple[int, int],
    tally: tuple[int, int, int],
    values: list[float],
    one: float,
    other: float,
) -> None:
    less, more = sorted((one, other))
    for narrow, wide in (
        (wilson(*rn, less), wilson(*rn, more)),
        (tango(*tally[:2], sum(tally), less), tango(*tally[:2], sum(tally), more)),
        (bootstrap(values, less, samples=200), bootstrap(values, more, samples=200)),
    ):
        assert wide.low <= narrow.low + 1e-9
        assert narrow.high <= wide.high + 1e-9


@given(scores)
@settings(max_examples=30)
def test_a_bootstrap_holds_the_mean_mirrors_and_repeats(values: list[float]) -> None:
    interval = bootstrap(values, samples=300, bounds=(-1.0, 1.0))
    mean = float(np.mean(values))
    assert interval.low - 1e-12 <= mean <= interval.high + 1e-12
    assert interval == bootstrap(values, samples=300, bounds=(-1.0, 1.0))
    mirrored = bootstrap([-v for v in values], samples=300, bounds=(-1.0, 1.0))
    assert mirrored == pytest.approx((-interval.high, -interval.low))


def test_equal_values_do_not_pretend_to_certainty() -> None:
    assert bootstrap([0.5] * 5) == (0.5, 0.5)
    few, many = (bootstrap([0.5] * n, bounds=(0.0, 1.0)) for n in (5, 500))
    assert few.low < 0.3 and few.high > 0.7
    assert many.low > 0.49 and many.high < 0.51


def test_pairs_that_never_disagree_still_leave_a_margin() -> None:
    low, high = paired_interval([1.0] * 50, [1.0] * 50)
    assert low == pytest.approx(-0.0713, abs=1e-3)
    assert high == pytest.approx(0.0713, abs=1e-3)


def test_the_paired_interval_matches_a_published_example() -> None:
    """1 win, 7 losses, 21 pairs: the worked example of Fagerland, Lydersen and Laake (2014)."""
    assert tango(1, 7, 21) == pytest.approx((-0.517, -0.026), abs=5e-4)


@pytest.mark.parametrize("n", [20, 50])
def test_the_paired_interval_covers_the_truth(n: int) -> None:
    """Exact coverage over every possible outcome: near 95 % everywhere, also with few losses."""
    table = {
        (w, losses): tango(w, losses, n)
        for w, losses in itertools.product(range(n + 1), repeat=2)
        if w + losses <= n
    }
    outcomes = np.array([(w, losses, n - w - losses) for w, losses in table])
    lows, highs = np.array(list(table.values())).T
    covered = []
    for win, loss in [(0.02, 0.02), (0.05, 0.01), (0.1, 0.1), (0.2, 0.05), (0.3, 0.2), (0.5, 0.1)]:
        chance = multinomial.pmf(outcomes, n, [win, loss, 1 - win - loss])
        inside = (lows <= win - loss) & (win - loss <= highs)
        covered.append(float(chance[inside].sum()))
    assert min(covered) > 0.925, covered
    assert 0.94 < np.mean(covered) < 0.985, covered


def test_the_bootstrap_covers_the_truth_for_graded_scores() -> None:
    rng = np.random.default_rng(5)
    draws = [rng.beta(2, 1, 20) - rng.beta(1, 1, 20) for _ in range(600)]
    intervals = [bootstrap(list(d), samples=600, seed=i) for i, d in enumerate(draws)]
    covered = np.mean([low <= 2 / 3 - 1 / 2 <= high for low, high in intervals])
    assert 0.925 < covered < 0.975


def test_graded_pairs_keep_their_bounds_and_bad_input_is_named() -> None:
    assert isinstance(paired_interval([0.5, 1.0, 0.25], [0.25, 1.0, 0.5]), Interval)
    with pytest.raises(ValueError, match="2 and 1 scores"):
        paired_interval([1.0, 0.0], [1.0])
    with pytest.raises(ValueError, match="between 0 and 1"):
        paired_interval([2.0], [1.0])
    for right, n in ((1, 2), (0, 0)):
        with pytest.raises(ValueError, match="confidence"):
            wilson(right, n, 95)
    with pytest.raises(ValueError, match="right = 3"):
        wilson(3, 2)
    with pytest.raises(ValueError, match="finite"):
        bootstrap([float("nan"), 1.0])
