"""Portability of a version, and the harm to other models that bars it."""

from pathlib import Path
from typing import Any

import pytest

from tutelage.graph.context import SilentProgress
from tutelage.graph.measure.portability import measure_portability, promotion_bar
from tutelage.models.contract import Model
from tutelage.reports.portability import portability_matrix
from tutelage.store.events import PortabilityMeasured

from .fakes import RULES, Pupil
from .validators import (
    DEAF,
    HARMED,
    OBEDIENT,
    TRIO,
    Fixed,
    gate_of,
    run_with,
)


def test_the_cells_say_who_is_helped_who_is_harmed_and_who_is_deaf(tmp_path: Path) -> None:
    run = run_with(tmp_path, *TRIO)
    found = measure_portability(run, gate_of(run), "c1/r1/validate/1")
    assert [(it.model, it.verdict) for it in found] == [
        ("scripted:obedient", "helps"),
        ("scripted:harmed", "harms"),
        ("scripted:deaf", "deaf"),
    ]
    helped, harmed, deaf = found
    assert helped.low > 0 > harmed.high and deaf.gain == 0
    assert {it.pairs for it in found} == {24}


def test_both_arms_of_a_validator_answer_the_gates_block_in_replies_of_their_own(
    tmp_path: Path,
) -> None:
    asked: list[Any] = []
    model = Pupil({"carry": 0.45}, hears=True, name="scripted:obedient", asked=asked)
    run = run_with(tmp_path, model)
    gate = gate_of(run)
    measure_portability(run, gate, "c1/r1/validate/1")
    probe, arms = 2 * run.config.loop.batch, 2 * len(gate.block)
    assert len(asked) == probe + arms
    measure_portability(run, gate, "c1/r1/validate/1")
    assert len(asked) == probe + arms, "what was measured is not asked again"
    measure_portability(run, gate, "c1/r1/validate/2")
    assert len(asked) == probe + 2 * arms, "another gate has its own replies, and no second probe"
    told = [it for it in asked[probe:] if RULES[0].text in it.context]
    assert len(told) == arms, "only the candidate's arm reads the candidate"


def test_a_version_that_was_refused_untried_is_tried_on_nobody(tmp_path: Path) -> None:
    run = run_with(tmp_path, *TRIO)
    refused = gate_of(run, size=0, decision="reject")
    assert measure_portability(run, refused, "c1/r1/validate/1") == []


@pytest.mark.parametrize("portable", [True, False])
def test_harm_bars_a_promotion_only_where_the_config_asks_for_it(
    portable: bool, tmp_path: Path
) -> None:
    run = run_with(tmp_path, OBEDIENT, HARMED, gate={"require_portable": portable})
    gate = gate_of(run)
    measure_portability(run, gate, "c1/r1/validate/1")
    why = promotion_bar(run, gate)
    if portable:
        assert "harms scripted:harmed (-" in why and "require_portable" in why
        assert "obedient" not in why
    else:
        assert why == ""


def test_a_deaf_model_bars_nothing(tmp_path: Path) -> None:
    run = run_with(tmp_path, DEAF, gate={"require_portable": True})
    gate = gate_of(run)
    measure_portability(run, gate, "c1/r1/validate/1")
    assert promotion_bar(run, gate) == ""


def test_a_model_that_the_probe_calls_deaf_is_still_harmed_where_it_is_shown_to_be(
    tmp_path: Path,
) -> None:
    # All expert rules together change nothing for it; this rule alone does.
    even = Pupil({"carry": -0.35, "check": 0.35}, hears=True, name="scripted:even")
    run = run_with(tmp_path, even, gate={"require_portable": True})
    gate = gate_of(run)
    (found,) = measure_portability(run, gate, "c1/r1/validate/1")
    assert found.verdict == "harms" and "scripted:even" in promotion_bar(run, gate)


def try_model(home: Path, model: Model, size: int = 24) -> tuple[PortabilityMeasured, str]:
    """Return what a portable run measures on one validator, and why it bars the version."""
    run = run_with(home, model, gate={"require_portable": True})
    gate = gate_of(run, size=size)
    (found,) = measure_portability(run, gate, "c1/r1/validate/1")
    return found, promotion_bar(run, gate)


def test_a_loss_that_only_the_interval_shows_is_a_harm_and_bars(tmp_path: Path) -> None:
    found, why = try_model(tmp_path, Fixed(lost=5))
    assert (found.gain, found.pairs) == (pytest.approx(-5 / 24), 24)
    assert found.p > 0.05 and found.high < 0 and found.verdict == "harms"
    assert "it harms scripted:fixed (-21 [-40, -4] on 24 pairs)" in why


def test_a_loss_that_only_the_one_sided_test_shows_bars_and_is_not_called_a_harm(
    tmp_path: Path,
) -> None:
    found, why = try_model(tmp_path, Fixed(lost=19, won=9), size=30)
    assert found.low < 0 <= found.high and found.p / 2 <= 0.05 < found.p
    assert found.verdict == "unclear", "nor deaf"
    assert "it likely harms scripted:fixed (one-sided p = 0.044)" in why


def test_a_small_loss_that_nothing_shows_bars_nothing(tmp_path: Path) -> None:
    found, why = try_model(tmp_path, Fixed(lost=1))
    assert found.gain < 0 and why == ""


@pytest.mark.parametrize(("silent", "size", "bars"), [(9, 24, False), (10, 24, True), (0, 4, True)])
def test_a_validator_that_answered_too_few_pairs_is_not_measured_well_enough(
    silent: int, size: int, bars: bool, tmp_path: Path
) -> None:
    found, why = try_model(tmp_path, Fixed(silent=silent), size=size)
    assert found.pairs == size - silent
    assert ("scripted:fixed was not measured well enough" in why) is bars
    assert (f"both arms answered {found.pairs} of {size} problems" in why) is bars
    assert found.verdict == ("unclear" if bars else "deaf"), "nor is it called deaf then"


def test_what_was_not_measured_well_enough_may_be_measured_again_and_a_harm_stays(
    tmp_path: Path,
) -> None:
    run = run_with(tmp_path, Fixed(), gate={"require_portable": True})
    first, second = (gate_of(run, size=24, slot=f"c1/r{it}/validate/1/gate") for it in (1, 2))
    model = {"stream": run.id, "domain": "parity", "channel": "words", "model": "scripted:fixed"}
    versions = {"candidate": first.candidate, "incumbent": first.incumbent}

    def record(round_: int, **found: Any) -> None:
        slot = f"c1/r{round_}/validate/1/portability/1"
        event = {"slot": slot, "verdict": "unclear", **model, **versions, **found}
        run.log.record(PortabilityMeasured.model_validate(event))

    record(1, pairs=3, missing=21, low=-0.5, high=0.5)
    assert "not measured well enough" in promotion_bar(run, first)
    record(2, pairs=24, low=-0.1, high=0.1)
    assert promotion_bar(run, second) == ""
    record(3, pairs=24, gain=-0.3, low=-0.5, high=-0.1, p=0.02, verdict="harms")
    record(4, pairs=24, low=-0.1, high=0.1)
    assert "it harms scripted:fixed" in promotion_bar(run, second)


def test_a_model_that_the_probe_shows_to_be_harmed_by_words_is_never_called_deaf(
    tmp_path: Path,
) -> None:
    heard: list[str] = []

    class Ears(SilentProgress):
        def say(self, text: str) -> None:
            heard.append(text)

    run = run_with(tmp_path, Fixed(probe=-1))
    run.progress = Ears()
    (found,) = measure_portability(run, gate_of(run), "c1/r1/validate/1")
    assert (found.gain, found.verdict) == (0.0, "unclear")
    assert any(it.endswith("16 problems: it is harmed by words.") for it in heard)
    told = "unclear for scripted:fixed (+0 [-14, +14] on 24 pairs); a harm below 28 points"
    assert any(told in it for it in heard)
    shown = portability_matrix(run.log, run.id)
    assert shown is not None
    assert (shown.columns[1].hears, shown.columns[1].badge) == (False, "harmed by words")
