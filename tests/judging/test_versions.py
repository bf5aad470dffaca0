"""A judge that reads otherwise has another version: nobody forgets to raise it."""

from dataclasses import replace

import pytest

from .verdicts import (
    COMMAND,
    Outcomes,
    digest,
    outcomes_today,
    recorded_outcomes,
    unraised,
    verdicts,
)


def test_each_judge_reads_the_bed_as_its_recorded_version_does() -> None:
    before, now = recorded_outcomes(), outcomes_today()
    assert not (said := unraised(before, now)), "\n".join(said)
    assert now == before, f"Record anew with `{COMMAND}`."


def test_whoever_changes_a_judge_is_told_which_version_to_raise() -> None:
    before = {"maths": Outcomes("Maths", 2, "a"), "gym": Outcomes("ReasoningGym", 2, "b")}
    changed = before | {"maths": Outcomes("Maths", 2, "c")}
    (said,) = unraised(before, changed)
    assert f"raise judge_version of Maths, then record anew with `{COMMAND}`" in said
    assert not unraised(before, before | {"maths": Outcomes("Maths", 3, "c")})
    assert unraised(before, before | {"maths": Outcomes("Maths", 1, "c")})
    assert not unraised(before, before | {"new": Outcomes("New", 1, "d")})


@pytest.mark.parametrize("change", [{"outcome": "error"}, {"score": 0.25}])
def test_one_reply_that_is_judged_otherwise_is_another_digest(change: dict[str, object]) -> None:
    part = verdicts()[:50]
    (reply, verdict), *rest = part
    assert verdict.score != 0.25 and verdict.outcome != "error"
    other = replace(verdict, **change)  # type: ignore[arg-type]  # fields by name
    assert digest([(reply, other), *rest]) != digest(part)
    assert digest([(reply, replace(verdict, feedback="Said otherwise.")), *rest]) == digest(part)
