"""Readings of other judges stand beside the first one, and the newest counts."""

from pathlib import Path

import pytest

from tutelage.store import open_log, slots
from tutelage.store.errors import SlotConflict
from tutelage.store.events import AttemptJudged, AttemptReread
from tutelage.store.judged_by import count_judges, judge_lines, unsafe_warning
from tutelage.store.log import Log
from tutelage.store.readings import attempts_below, newest_readings, place_of

ARM = "c1/r1/solve"


def attempt(problem: str, judged_by: str = "") -> AttemptJudged:
    return AttemptJudged(
        stream="run-1", slot=slots.below(ARM, problem, 0), problem=problem, model="m", strategy="",
        adapter="", reply_text="0" * 64, outcome="unparsed", score=0.0, judge="maths 1",
        judged_by=judged_by, feedback="There is no answer.",
    )  # fmt: skip


def reading(problem: str, judge: str, score: float) -> AttemptReread:
    slot = slots.below(ARM, problem, 0)
    return AttemptReread(
        stream="run-1", slot=slots.reread(slot, judge), attempt=slot, judge=judge,
        outcome="right" if score == 1 else "wrong", score=score, answer="12",
    )  # fmt: skip


@pytest.fixture(params=["sqlite", "memory"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Log:
    log = open_log(tmp_path if request.param == "sqlite" else f"memory:{tmp_path}")
    log.record_all([attempt("p1"), attempt("p10"), attempt("p2")])
    log.record(reading("p1", "maths 2", 1.0))
    log.record(reading("p2", "maths 2", 1.0))
    log.record(reading("p1", "maths 3", 0.0))
    return log


def test_each_attempt_is_told_by_its_newest_reading_and_the_first_stays(log: Log) -> None:
    told = {it.problem: (it.judge, it.outcome, it.answer) for it in attempts_below(log, "run-1")}
    assert told == {
        "p1": ("maths 3", "wrong", "12"),
        "p10": ("maths 1", "unparsed", None),
        "p2": ("maths 2", "right", "12"),
    }
    assert all(it.feedback == "" for it in attempts_below(log, "run-1", f"{ARM}/p2/"))
    assert {it.judge for it in log.events(AttemptJudged)} == {"maths 1"}


def test_readings_are_told_as_they_were_at_a_place_of_the_log(log: Log) -> None:
    third = place_of(log, "run-1", slots.reread(f"{ARM}/p1/0", "maths 3"))
    before = newest_readings(log, "run-1", until=third)
    assert {slot: it.judge for slot, it in before.items()} == {
        f"{ARM}/p1/0": "maths 2",
        f"{ARM}/p2/0": "maths 2",
    }
    first = place_of(log, "run-1", f"{ARM}/p1/0")
    assert first == 1 and not newest_readings(log, "run-1", until=first)
    assert list(newest_readings(log, "run-1", prefix=f"{ARM}/p2/")) == [f"{ARM}/p2/0"]
    with pytest.raises(LookupError):
        place_of(log, "run-1", f"{ARM}/p")


def test_a_judge_reads_a_reply_again_once(log: Log) -> None:
    again = log.record(reading("p1", "maths 2", 0.0))
    assert again.score == 1.0, "what stands in the slot stays"
    with pytest.raises(SlotConflict):
        log.record(reading("p1", "maths 2", 1.0).model_copy(update={"attempt": f"{ARM}/p2/0"}))


def test_judges_are_counted_by_who_read_last_with_what_stands_behind_them(log: Log) -> None:
    assert count_judges(log, "run-1") == {"maths 3": 1, "maths 1": 1, "maths 2": 1}
    log.record(attempt("p3", "unsafe: no Landlock"))
    found = count_judges(log, "run-1")
    assert found["maths 1, unsafe: no Landlock"] == 1
    said = unsafe_warning({**found, "unsafe: no Landlock": 2})
    assert said.startswith("UNSAFE: 3 of 6 replies") and "(no Landlock)" in said
    assert list(judge_lines({"maths 2": 3}, {"maths 2": 1})) == [
        "Judged by maths 2 (3 replies).",
        "Read again by maths 2 (1 replies).",
    ]


def test_a_prefix_is_how_all_slots_begin() -> None:
    assert slots.common_start([f"{ARM}/p1/0", f"{ARM}/p10/0", f"{ARM}/p1/1"]) == f"{ARM}/p1"
    assert slots.common_start([f"{ARM}/p1/0"]) == f"{ARM}/p1/0"
    assert slots.common_start(["c1/x", "evaluate"]) == slots.common_start([]) == ""
