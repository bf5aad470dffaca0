"""Slots are built and parsed in one module, and what is stored is parsed by it."""

import tarfile
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.store import open_log, slots
from tutelage.store.slots import Place, RoundId

GOLDEN = Path(__file__).parents[1] / "golden" / "data"
NUMBER = st.integers(1, 10**6)
WORD = st.from_regex(r"[a-zA-Z0-9+@_-]{1,16}", fullmatch=True)
ROUND = st.builds(RoundId, NUMBER, NUMBER)
ROUND_STEP = st.sampled_from(get_args(slots.RoundStep))
CYCLE_STEP = st.sampled_from(get_args(slots.CycleStep))
PART = st.sampled_from(get_args(slots.Part))


@given(ROUND, ROUND_STEP, PART)
def test_a_step_of_a_round_is_parsed_as_it_was_built(where: RoundId, step: str, part: str) -> None:
    slot = where.slot(step)
    assert slots.parse(slot) == Place(where.cycle, where.round, False, (step,))
    assert slots.round_of(slots.part(slot, part)) == where
    assert slots.step_of(slots.part(slot, part)) == slots.step_of(slot) == slot


@given(NUMBER, CYCLE_STEP, PART)
def test_a_step_of_a_cycle_lies_in_no_round(cycle: int, step: str, part: str) -> None:
    slot = slots.part(slots.cycle_step(cycle, step), part)
    assert slots.parse(slot) == Place(cycle, 0, False, (step, part))
    assert (slots.cycle_of(slot), slots.round_of(slot)) == (cycle, None)


@given(WORD, NUMBER, WORD)
def test_a_step_by_hand_lies_in_no_cycle(step: str, number: int, part: str) -> None:
    slot = slots.below(slots.step_by_hand(step, number), part)
    assert slots.parse(slot) == Place(0, 0, True, (step, str(number), part))
    assert slots.gate_by_hand(slot) == (number if step == "gate" else 0)
    assert slots.gate_by_hand(slots.below(slots.step_by_hand("gate", number), part)) == number


@given(ROUND.map(lambda it: it.slot("validate")), NUMBER)
def test_a_validator_is_found_where_it_was_asked(step: str, number: int) -> None:
    slot = slots.portability(step, number)
    assert slots.validator_of(slots.probe_of(number)) == slots.validator_of(slot) == number
    assert slots.tried_step(slot) == step and slots.is_below(slot, step)
    assert slots.validator_of(step) == 0


@given(WORD, WORD, st.integers(0, 9), WORD)
def test_what_belongs_to_no_cycle_is_its_parts(a: str, b: str, n: int, c: str) -> None:
    built = {
        slots.run_step("split", a): ("split", a),
        slots.run_step("floors", a): ("floors", a),
        slots.examples(a): ("examples", a),
        slots.run_step("adapters", a): ("adapters", a),
        slots.frontier(a, b): ("frontier", a, b),
        slots.frontier(a, ""): ("frontier", a),
        slots.run_step("import", a, b): ("import", a, b),
        slots.run_step("judge", a): ("judge", a),
        slots.run_step("validators", n, n): ("validators", str(n), str(n)),
        slots.below(slots.part(slots.PROBE, "told"), a, n): (
            "baseline", "probe", "told", a, str(n)
        ),
        slots.derived_candidate("x", a, b, c): ("x", a, f"{b}-{c}"),
    }  # fmt: skip
    for slot, parts in built.items():
        assert slots.parse(slot) == Place(0, 0, False, parts)
        assert slots.cycle_of(slot) == 0


@given(st.text())
def test_every_text_is_the_slot_that_its_parts_make(text: str) -> None:
    assert slots.parse(text).slot == text


def test_a_reference_names_the_stream_and_the_slot() -> None:
    assert slots.parse_reference("run#c1/r2/validate/1/gate") == ("run", "c1/r2/validate/1/gate")
    assert slots.parse_reference("") == ("", "")


def test_no_process_takes_a_unique_slot_twice() -> None:
    made = {slots.unique("promote") for _ in range(50)}
    assert len(made) == 50 and all(slots.parse(it).parts[0] == "promote" for it in made)


@pytest.mark.parametrize("name", ["small", "small-killed", "quickstart-fast"])
def test_every_stored_slot_is_built_again_from_its_parts(name: str, tmp_path: Path) -> None:
    with tarfile.open(GOLDEN / f"{name}.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    with open_log(tmp_path / "store") as log:
        stored = [entry.event for entry in log.entries()]
    assert stored
    for event in stored:
        place = slots.parse(event.slot)
        assert place.slot == event.slot
        assert slots.parse_reference(slots.reference(event)) == (event.stream, event.slot)
        if place.round:
            assert place.parts[0] in get_args(slots.RoundStep)
        elif place.cycle:
            assert place.parts[0] in get_args(slots.CycleStep)
