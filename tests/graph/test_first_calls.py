"""A model that cannot answer is found before any local work, and later costs only a stop."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tutelage.graph.calls.journal import ModelDown
from tutelage.graph.context import Run
from tutelage.graph.measure.first_calls import check_models
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go, replay
from tutelage.models.callables import as_model
from tutelage.models.contract import ModelRefused, Reply, Request
from tutelage.models.credentials import REMOVED
from tutelage.models.scripted import ScriptedModel
from tutelage.store.events import (
    AttemptJudged,
    CallCompleted,
    CallInDoubt,
    CallIntended,
    FloorsMeasured,
    RunFinished,
)

from .fakes import RULES, Coach, Parity, Pupil
from .server import TeacherServer, obliging
from .world import CARRY_HELPS, config

TINY: dict[str, Any] = {
    "splits": {"train": 30, "val": 20, "test": 2, "ood": 0},
    "loop": {"cycles": 1, "rounds": 1, "candidates": 1, "batch": 6, "feedback": 4},
    "gate": {"channel": "words"},
    "train": {"examples": 4},
    "calls": {"concurrency": 1},
}
REFUSALS = {
    400: "model: unknown name",
    401: "invalid x-api-key",
    402: "Your credit balance is too low",
    403: "not for this key",
    404: "no such model",
}


class Gatekeeper:
    """A server that refuses every call from the `after`-th on, until it is mended."""

    def __init__(self, status: int, after: int = 0) -> None:
        self.status, self.left, self.is_mended = status, after, False

    def __call__(self, system: str, user: str) -> str | Response:
        if self.is_mended or self.left > 0:
            self.left -= 1
            return "ready" if "word ready" in user else obliging(system, user)
        said = {"type": "error", "error": {"type": "no", "message": REFUSALS[self.status]}}
        return Response(json.dumps(said), status=self.status, content_type="application/json")


def run_against(
    home: Path, server: TeacherServer, student: Pupil, *, run_id: str | None = None, **changes: Any
) -> Run:
    # No expert rule has steps: the probe is left out, and little is asked of the student.
    return open_run(
        home / "store",
        home / "runs",
        config(**{"teacher": f"messages:{server.url}#teacher", **TINY, **changes}),
        run_id=run_id,
        overrides=Overrides(
            domain=Parity([rule for rule in RULES if not rule.name]),
            student=student,
            trainer=Coach(),
        ),
    )


@pytest.mark.parametrize("status", REFUSALS)
def test_a_teacher_that_answers_no_call_stops_the_run_before_any_local_work(
    status: int, tmp_path: Path, httpserver: HTTPServer
) -> None:
    server, student = TeacherServer(httpserver, Gatekeeper(status)), Pupil(CARRY_HELPS)
    run = run_against(tmp_path, server, student)
    with pytest.raises(ModelDown) as down:
        go(run)
    told = str(down.value)
    assert told.startswith(f"The teacher {run.config.teacher} does not answer: ")
    assert f"{status}" in told and REFUSALS[status] in told
    assert f"`tutelage models check {run.config.teacher}`" in told
    assert f"`tutelage resume {run.id}`" in told and "a wrong name needs a new run" in told
    assert not list(run.log.entries(kinds=[AttemptJudged, FloorsMeasured, CallCompleted]))
    assert not student.asked


def test_who_was_refused_is_asked_anew_on_resume_and_the_run_completes(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    gate, student = Gatekeeper(402), Pupil(CARRY_HELPS, hears=True)
    server = TeacherServer(httpserver, gate)
    run = run_against(tmp_path, server, student)
    for _ in range(2):
        with pytest.raises(ModelDown, match="no credit is left"):
            go(run)
    gate.is_mended = True
    run = run_against(tmp_path, server, student, run_id=run.id)
    assert go(run)
    assert not [it for it in run.log.events(CallCompleted) if it.outcome == "error"]
    assert not list(run.log.events(CallInDoubt)), "who refuses is not paid"
    firsts = [it for it in run.log.events(CallIntended) if it.slot == "first/teacher/1/call"]
    assert len(firsts) == 1 and firsts[0].max_tokens == 8
    assert replay(run.log, run.id, overrides=Overrides(domain=run.domain)).difference is None


@pytest.mark.parametrize("status", [401, 402])
def test_a_key_that_is_revoked_in_the_middle_stops_at_once_and_loses_no_problem(
    status: int, tmp_path: Path, httpserver: HTTPServer
) -> None:
    gate, student = Gatekeeper(status, after=4), Pupil(CARRY_HELPS, hears=True)
    server = TeacherServer(httpserver, gate)
    run = run_against(tmp_path, server, student)
    with pytest.raises(ModelRefused, match=re.escape(REFUSALS[status])):
        go(run)
    assert len(server.asked) == 5, "the first call, three problems, and the one that was refused"
    answered = {it.slot for it in run.log.events(CallCompleted)}
    assert not [it for it in run.log.events(CallCompleted) if it.outcome != "ok"]
    assert not [it for it in run.log.events(AttemptJudged) if it.outcome == "error"]
    gate.is_mended = True
    run = run_against(tmp_path, server, student, run_id=run.id)
    assert go(run) and run.log.find(RunFinished, run.id, "finish")
    assert len(server.asked) == 5 + len(
        [
            it
            for it in run.log.events(CallCompleted)
            if it.slot not in answered and _is_remote(run, it)
        ]
    )
    assert not [it for it in run.log.events(AttemptJudged) if it.outcome == "error"]
    assert not list(run.log.events(CallInDoubt))
    assert replay(run.log, run.id, overrides=Overrides(domain=run.domain)).difference is None


def _is_remote(run: Run, event: CallCompleted) -> bool:
    call = run.log.find(CallIntended, run.id, event.slot.removesuffix("reply") + "call")
    assert call is not None
    return call.model == run.config.teacher


def test_a_judging_model_is_tried_before_any_local_work(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    server, student = TeacherServer(httpserver, Gatekeeper(403)), Pupil(CARRY_HELPS)
    run = run_against(tmp_path, server, student, teacher="rulebook")
    run.judge = ScriptedModel(refuse, "openai:http://127.0.0.1:9#judge")
    with pytest.raises(ModelDown, match=r"The judge openai:.* does not answer: No right"):
        go(run)
    assert not student.asked and not list(run.log.events(AttemptJudged))


@pytest.mark.parametrize("role", ["teacher", "judge", "validators"])
def test_a_model_that_gives_rubbish_stops_the_run_before_any_local_work(
    role: str, tmp_path: Path
) -> None:
    heard: list[str] = []

    def rubbish(text: str) -> Any:
        heard.append(text)
        return 3

    given: Any = [as_model(rubbish)] if role == "validators" else as_model(rubbish)
    parts = Overrides(Parity(), student=Pupil(CARRY_HELPS), trainer=Coach())
    if role != "judge":
        parts = replace(parts, **{role: given})
    named = {"validators": [given[0].name]} if role == "validators" else {}
    run = open_run(tmp_path / "store", tmp_path / "runs", config(**TINY, **named), overrides=parts)
    if role == "judge":
        run.judge = given
    run.freeze()
    told = r"python:rubbish does not answer: python:rubbish returned int.*, and so 3 times\."
    with pytest.raises(ModelDown, match=told):
        check_models(run)
    assert len(set(heard)) == 3, "each time about another problem"
    heard.clear()
    with pytest.raises(ModelDown, match=told):
        check_models(run)
    assert len(heard) == 3, "and anew on resume"


def test_one_reply_without_use_is_the_fault_of_its_problem(tmp_path: Path) -> None:
    heard: list[str] = []

    def ask(text: str) -> str:
        heard.append(text)
        return "" if len(heard) == 1 else "Answer: YES"

    parts = Overrides(Parity(), as_model(ask), Pupil(CARRY_HELPS), trainer=Coach())
    run = open_run(tmp_path / "store", tmp_path / "runs", config(**TINY), overrides=parts)
    run.freeze()
    for _ in range(2):
        check_models(run)
    assert len(heard) == 2


def refuse(request: Request) -> str:
    raise ModelRefused("No right.")


def test_a_teacher_passed_from_python_is_tried_and_a_script_or_a_rulebook_is_not(
    tmp_path: Path,
) -> None:
    heard: list[Request] = []

    def ask(request: Request) -> Reply:
        heard.append(request)
        return Reply("", "error", detail="It is broken.")

    for name, teacher in (("python", ask), ("script", ScriptedModel(ask, "scripted:a.json"))):
        run = open_run(
            tmp_path / name,
            tmp_path / "runs",
            config(**TINY),
            overrides=Overrides(
                domain=Parity(),
                teacher=teacher,  # type: ignore[arg-type]  # a function stands for its model
                student=Pupil(CARRY_HELPS),
                trainer=Coach(),
            ),
        )
        run.freeze()
        if name == "script":
            check_models(run)
            continue
        with pytest.raises(ModelDown, match=r"python:ask does not answer: It is broken.*Python"):
            check_models(run)
    assert len(heard) == 1


@pytest.mark.parametrize("fault", [ModelRefused, ValueError])
@pytest.mark.parametrize(
    ("key", "quoted"),
    [
        ("sk-ant-api03-" + "aB3dE5gH7jK9mN1p" * 3, "{}"),
        ("me:opensesame", "http://{}@proxy:3128/v1"),
    ],
)
def test_a_key_that_a_function_quotes_is_not_told(
    tmp_path: Path, fault: type[Exception], key: str, quoted: str
) -> None:
    def ask(text: str) -> str:
        raise fault(f"Incorrect API key provided: {quoted.format(key)}.")

    parts = Overrides(Parity(), as_model(ask), Pupil(CARRY_HELPS), trainer=Coach())
    run = open_run(tmp_path / "store", tmp_path / "runs", config(**TINY), overrides=parts)
    run.freeze()
    with pytest.raises(ModelDown, match="key provided: ") as down:
        check_models(run)
    assert key not in str(down.value) and REMOVED in str(down.value)
    run.log.close()
    assert not [
        it for it in tmp_path.rglob("*") if it.is_file() and key.encode() in it.read_bytes()
    ]


def test_a_run_that_has_begun_to_measure_tries_nobody(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """As one of an older version: its replay would find a call that its record has elsewhere."""
    server = TeacherServer(httpserver, Gatekeeper(401))
    run = run_against(tmp_path, server, Pupil(CARRY_HELPS))
    run.freeze()
    run.log.record(FloorsMeasured(stream=run.id, slot="floors/val", split="val", floors={}))
    check_models(run)
    assert not server.asked
