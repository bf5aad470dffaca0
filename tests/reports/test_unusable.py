"""A model whose replies were all without use is told of before any result."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutelage.commands.report import print_results
from tutelage.commands.workspace import Workspace
from tutelage.graph.context import Run
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.models.callables import as_model
from tutelage.models.contract import Request
from tutelage.reports import write_results
from tutelage.reports.run_json import run_as_json
from tutelage.reports.run_lines import run_lines
from tutelage.reports.run_story import read_run
from tutelage.reports.unusable import RepliesByModel
from tutelage.store.events import AttemptJudged, CallCompleted, CallIntended

from ..graph.fakes import RULES, Coach, Parity, Pupil
from ..graph.world import CARRY_HELPS, config

TINY: dict[str, Any] = {
    "splits": {"train": 30, "val": 40, "test": 2, "ood": 0},
    "loop": {"cycles": 1, "rounds": 2, "candidates": 1, "batch": 6, "feedback": 4},
    "gate": {"channel": "words"},
    "train": {"examples": 4},
}
Answer = Callable[[Request], str]


def chatty(request: Request) -> str:
    return "I would rather talk about the weather."


def empty(request: Request) -> str:
    return ""


def solves_only(request: Request) -> str:
    return chatty(request) if request.answer_schema else "Answer: YES"


def finished(home: Path, teacher: Answer, student: Answer | None = None) -> Run:
    run = open_run(
        home / "store",
        home / "runs",
        config(**TINY),
        overrides=Overrides(
            Parity([rule for rule in RULES if not rule.name]),
            as_model(teacher, "python:teacher"),
            as_model(student, "python:pupil") if student else Pupil(CARRY_HELPS, hears=True),
            trainer=Coach(),
        ),
    )
    assert go(run)
    return run


def warnings(run: Run) -> list[str]:
    return list(read_run(run.log, run.id).replies.warnings())


def test_empty_replies_are_told_of_before_any_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = finished(tmp_path, solves_only, empty)
    said = warnings(run)[-1]
    replies = sum(it.model == "python:pupil" for it in run.log.events(CallIntended, stream=run.id))
    assert said.startswith(f"None of the {replies} replies of python:pupil could be used (")
    assert f"{replies} malformed" in said and "python:pupil returned an empty text" in said
    assert "mend it before this run goes on or another begins" in said

    desk = Workspace(home=tmp_path / "store", runs=tmp_path / "runs")
    capsys.readouterr()
    print_results(desk, run.log, run.id, as_json=False)
    shown = " ".join(capsys.readouterr().out.split())
    assert said in shown.partition("Attribution")[0]
    print_results(desk, run.log, run.id, as_json=True)
    assert said in json.loads(capsys.readouterr().out)["unusable"]

    story = read_run(run.log, run.id)
    assert said in list(run_lines(story, "finished"))[:3]
    assert said in run_as_json(story, is_finished=True)["unusable"]
    page = write_results(run.log, run.id, run.folder).report.read_text()
    assert "could be used" in page.partition("<nav")[0], "above every section"
    run.log.close()


@pytest.mark.parametrize("who", ["teacher", "pupil"])
def test_replies_none_of_which_held_an_answer_are_told_of(tmp_path: Path, who: str) -> None:
    run = finished(tmp_path, chatty if who == "teacher" else solves_only, chatty)
    judged = sum(it.model == f"python:{who}" for it in run.log.events(AttemptJudged, stream=run.id))
    start = f"None of the {judged} judged replies of python:{who} held an answer that could be read"
    assert any(it.startswith(start) for it in warnings(run))
    run.log.close()


def test_a_step_in_which_no_reply_could_be_used_is_told_of_by_itself(tmp_path: Path) -> None:
    run = finished(tmp_path, solves_only)
    (said,) = warnings(run)
    assert "of python:teacher in `update_strategy` could be used (2 malformed)" in said
    assert "plain text came" in said
    run.log.close()


def test_a_model_that_has_a_spec_is_asked_by_its_command() -> None:
    replies = RepliesByModel()
    for number, outcome in enumerate(("refused", "error")):
        slot = f"judge/{number}/reply"
        replies.add_reply("openai:http://host#judge", reply_in(slot, outcome))
    (said,) = replies.warnings()
    assert "(1 error, 1 refused)" in said
    assert "`tutelage models check openai:http://host#judge`" in said
    replies.add_reply("openai:http://host#judge", reply_in("judge/2/reply", "ok"))
    assert not list(replies.warnings()), "one that can be used is enough"


def reply_in(slot: str, outcome: str) -> CallCompleted:
    return CallCompleted(stream="run", slot=slot, request="", reply_text="", outcome=outcome)
