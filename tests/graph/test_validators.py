"""A validator that is not there is told of before anything is spent."""

from pathlib import Path

import pytest

from tutelage.graph.calls.journal import ModelDown
from tutelage.graph.measure.first_calls import check_models
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.models.contract import ModelError, Reply, Request
from tutelage.models.scripted import ScriptedModel
from tutelage.store.events import AttemptJudged, CallCompleted, CallInDoubt

from .fakes import Coach, Parity
from .validators import DEAF, OBEDIENT, SHORT, run_with
from .world import config


def line(*said: str | ModelError, name: str = "small") -> ScriptedModel:
    """A validator that says one thing after the other; an empty one is a lost call."""
    left = list(said)

    def answer(request: Request) -> Reply:
        now = left.pop(0)
        if isinstance(now, ModelError):
            raise now
        return Reply(now) if now else Reply("", outcome="error", detail="Connection refused.")

    return ScriptedModel(answer, name=f"messages:http://nowhere#{name}")


def test_a_dead_validator_stops_the_run_before_the_student_is_asked(tmp_path: Path) -> None:
    dead = line("")
    run = open_run(
        tmp_path / "store",
        tmp_path / "runs",
        config(validators=[DEAF.name, dead.name], **SHORT),
        overrides=Overrides(
            domain=Parity(), student=OBEDIENT, trainer=Coach(), validators=(DEAF, dead)
        ),
    )
    with pytest.raises(ModelDown) as down:
        go(run)
    told = str(down.value)
    assert told.startswith(f"The validator {dead.name} does not answer: Connection refused.")
    assert f"`tutelage models check {dead.name}`" in told and "`tutelage resume small`" in told
    assert not list(run.log.entries(kinds=[AttemptJudged]))


def test_who_answered_is_not_asked_again_and_who_did_not_is(tmp_path: Path) -> None:
    first, second = line("Yes."), line("", "No.", name="other")
    run = run_with(tmp_path, first, second)
    with pytest.raises(ModelDown):
        check_models(run)
    check_models(run)
    check_models(run)
    assert (len(first.asked), len(second.asked)) == (1, 2)
    assert {it.max_tokens for it in first.asked} == {8}
    replies = [it.event for it in run.log.entries(kinds=[CallCompleted])]
    assert [it.slot for it in replies] == [
        "validators/1/1/reply",
        "validators/2/1/reply",
        "validators/2/2/reply",
    ]


def test_a_name_that_its_server_does_not_know_is_told_and_its_call_is_in_doubt(
    tmp_path: Path,
) -> None:
    unknown = line(ModelError("No model small."), "Yes.")
    run = run_with(tmp_path, unknown)
    with pytest.raises(
        ModelDown, match=r"does not answer: No model small\. Nothing else was spent"
    ):
        check_models(run)
    check_models(run)
    assert len(unknown.asked) == 2 and len(list(run.log.entries(kinds=[CallInDoubt]))) == 1
