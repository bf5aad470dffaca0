"""A race saves replies, and never accepts what the full gate would not."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.evidence import GateSettings, detectable_gain, mcnemar
from tutelage.evidence.gate.comparison import arms_of_counts
from tutelage.evidence.gate.power import chance_to_pass
from tutelage.evidence.gate.racing import end_race, futility_reason, interim_looks
from tutelage.evidence.gate.rule import FUTILE
from tutelage.evidence.pairs import sign_flip_at

ALPHA = 0.05


@pytest.mark.parametrize("n", [0, 1, 15, 16, 17, 45, 60, 64, 65, 180, 1000])
def test_looks_cover_the_block_and_depend_on_nothing_else(n: int) -> None:
    found = interim_looks(n)
    assert found == sorted(set(found)) == interim_looks(n)
    assert found[-1] == n and len(found) <= 5


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 12), st.sampled_from([0.2, 0.05, 0.01]))
def test_without_a_gain_only_what_cannot_pass_is_hopeless(
    wins: int, losses: int, left: int, alpha: float
) -> None:
    """Exhaustive: some number of further wins and losses passes, or it is hopeless."""
    passes = any(
        mcnemar(wins + more, losses + fewer) <= alpha
        for more, fewer in product(range(left + 1), repeat=2)
        if more + fewer <= left
    )
    arms = arms_of_counts(wins, losses, wins + losses)
    why = futility_reason(*arms, left, GateSettings(alpha))
    assert ("wins more would not pass" in why) == (not passes)


@given(st.lists(st.integers(-4, 4), max_size=7), st.integers(1, 3), st.sampled_from([0.2, 0.05]))
@settings(max_examples=40)
def test_without_a_gain_only_what_cannot_pass_is_hopeless_in_graded_scores(
    quarters: list[int], left: int, alpha: float
) -> None:
    found = [step / 4 for step in quarters]
    passes = any(
        sign_flip_at([*found, *rest], alpha) <= alpha
        for rest in product([-1.0, -0.5, 0.0, 0.25, 0.5, 1.0], repeat=left)
    )
    why = futility_reason(found, [0.0] * len(found), left, GateSettings(alpha, graded=True))
    assert ("wins more would not pass" in why) == (not passes)


@pytest.mark.parametrize(("n", "gain"), [(60, 0.0), (60, 0.1), (60, None), (45, None)])
def test_racing_accepts_some_of_what_the_full_gate_accepts_and_loses_little(
    n: int, gain: float | None
) -> None:
    """Exact, over all that may be seen at the looks: by wins and losses, look after look."""
    worth = detectable_gain(n, GateSettings(ALPHA))
    true = worth if gain is None else gain
    win, lose = (0.3 + true) / 2, (0.3 - true) / 2
    going = {(0, 0): 1.0}
    seen = 0
    for stop in interim_looks(n):
        going = spread(going, stop - seen, win, lose)
        seen = stop
        if stop < n:
            going = {
                at: chance
                for at, chance in going.items()
                if not futility_reason(*arms_of_counts(*at, stop), n - stop, GateSettings(ALPHA))
            }
    raced = sum(chance for at, chance in going.items() if mcnemar(*at) <= ALPHA)
    full = chance_to_pass(n, ALPHA, true)
    assert raced <= full + 1e-12, "futility alone never accepts more"
    assert full - raced <= (1 - full) * FUTILE / (1 - FUTILE) or gain is not None
    assert sum(going.values()) < 0.9 or gain is None, "and it does stop"


def spread(
    going: dict[tuple[int, int], float], pairs: int, win: float, lose: float
) -> dict[tuple[int, int], float]:
    for _ in range(pairs):
        after: dict[tuple[int, int], float] = {}
        for (wins, losses), chance in going.items():
            for at, share in (
                ((wins + 1, losses), win),
                ((wins, losses + 1), lose),
                ((wins, losses), 1 - win - lose),
            ):
                after[at] = after.get(at, 0.0) + chance * share
        going = after
    return going


def test_why_a_gate_stopped_is_said_in_words() -> None:
    looking = GateSettings(ALPHA, worthwhile=0.3)
    losing = futility_reason([0.0] * 10, [1.0] * 10, 6, looking)
    assert losing == "even 6 wins more would not pass"
    unlikely = futility_reason([0.0] * 9 + [1.0], [1.0] * 9 + [0.0], 30, looking)
    assert "even if its gain were the 30.0 points" in unlikely and "below 5%" in unlikely
    assert not futility_reason([1.0] * 10, [0.0] * 10, 30, looking)
    verdict = end_race([[0.0] * 10], [[1.0] * 10], 16, looking, losing)
    assert verdict.decision == "reject"
    assert verdict.reason.startswith("Stopped after 10 of 16 problems: 0 wins against 10 losses")
    assert verdict.reason.endswith("even 6 wins more would not pass.")


def test_graded_scores_and_removals_are_raced_too() -> None:
    rng = np.random.default_rng(4)
    low, high = rng.uniform(0, 0.4, (2, 20)) + np.array([[0.0], [0.6]])
    looking = GateSettings(ALPHA, worthwhile=0.2)
    assert futility_reason(list(low), list(high), 20, looking)
    assert not futility_reason(list(high), list(low), 20, looking)
    removal = GateSettings(ALPHA, rule="margin")
    assert futility_reason([0.0] * 20, [1.0] * 20, 10, removal)
    same: list[float | None] = [1.0] * 20
    for graded in (False, True):
        assert not futility_reason(same, same, 40, replace(removal, graded=graded)), (
            "nothing is lost yet"
        )
    half = [1.0, 0.5] * 10
    assert futility_reason([0.0] * 20, half, 5, removal)
