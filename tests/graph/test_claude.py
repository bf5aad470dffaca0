"""The loop with Claude as the teacher, against a loopback server; the SDK is the real one."""

import json
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tutelage.graph.calls.journal import ModelDown
from tutelage.graph.context import Run
from tutelage.graph.measure.adapters import dataset_of
from tutelage.graph.planning.opening import Overrides
from tutelage.graph.run import go, replay
from tutelage.store.edits import Add
from tutelage.store.events import (
    AttemptJudged,
    CallCompleted,
    GateDecided,
    ProposalRefused,
    Reflected,
    RunFinished,
    Solved,
    StrategyProposed,
)
from tutelage.trainer.preflight import PreflightFailed, PreflightFault

from .fakes import RULES, Coach, Parity, Pupil
from .server import EDITS, TeacherServer, message, obliging
from .world import CARRY_HELPS, small_run

TEACHER = "anthropic:claude-under-test"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")


class Trouble:
    """Obliging, but for one reply of each kind of trouble."""

    def __init__(self) -> None:
        self.solved = self.proposed = 0

    def __call__(self, system: str, user: str) -> str | Response:
        if "makes one new candidate" in user:
            self.proposed += 1
            if self.proposed == 1:
                return message(json.dumps(EDITS)[:-40], stop_reason="max_tokens")
            if self.proposed == 2:
                return "I would add a rule that says: write down what is carried."
            return obliging(system, user)
        if "Write lessons" in user:
            return obliging(system, user)
        self.solved += 1
        if self.solved == 1:
            return Response("slow down", status=429, headers={"retry-after-ms": "1"})
        if self.solved == 4:
            return message("", stop_reason="refusal")
        return obliging(system, user)


def loop_with(
    home: Path,
    server: TeacherServer,
    monkeypatch: pytest.MonkeyPatch,
    *,
    trainer: Coach | None = None,
    run_id: str | None = None,
) -> Run:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    run = small_run(
        home,
        trainer=trainer,
        run_id=run_id,
        domain=Parity([rule for rule in RULES if not rule.name]),
        teacher=TEACHER,
        splits={"train": 80, "val": 80, "test": 12, "ood": 4},
        loop={"cycles": 1, "rounds": 3, "candidates": 1, "batch": 6, "feedback": 6},
        train={"examples": 8},
    )
    assert go(run)
    return run


def test_the_loop_runs_with_claude_through_every_trouble(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = TeacherServer(httpserver, Trouble())
    run = loop_with(tmp_path, server, monkeypatch)
    log = run.log

    solved = log.find(Solved, run.id, "c1/r1/solve")
    assert isinstance(solved, Solved) and solved.policy == "teacher"
    attempts = [log.find(AttemptJudged, run.id, slot) for slot in solved.attempts]
    judged = [a.outcome for a in attempts if isinstance(a, AttemptJudged)]
    assert judged.count("unparsed") == 1, "a refusal is the model's own doing, and scores 0"
    assert "error" not in judged, "the 429 was asked again"
    refused = [e.event for e in log.entries(kinds=[ProposalRefused])]
    assert [event.slot for event in refused if isinstance(event, ProposalRefused)] == [
        "c1/r1/update_strategy/1",
        "c1/r2/update_strategy/1",
    ], "a truncated reply and plain text never become rules"
    (proposed,) = [
        e.event
        for e in log.entries(kinds=[StrategyProposed])
        if isinstance(e.event, StrategyProposed)
    ]
    assert proposed.slot == "c1/r3/update_strategy/1"
    (edit,) = proposed.edits
    assert isinstance(edit, Add) and edit.steps == ("carry",) and edit.because
    assert [rule.text for rule in run.current().strategy.rules] == [edit.text]
    outcomes = {
        e.event.outcome
        for e in log.entries(kinds=[CallCompleted])
        if isinstance(e.event, CallCompleted)
    }
    assert {"ok", "truncated", "refused", "malformed"} <= outcomes


def test_claude_is_asked_for_typed_edits_with_the_strategy_cached(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = TeacherServer(httpserver)
    run = loop_with(tmp_path, server, monkeypatch)
    assert {body["model"] for body in server.asked} == {"claude-under-test"}
    structured = [body for body in server.asked if "output_config" in body]
    assert structured and structured[0]["output_config"]["format"]["type"] == "json_schema"
    cached = [
        block
        for body in server.asked
        for block in body.get("system", [])
        if "cache_control" in block
    ]
    assert any(run.current().strategy.rules[0].text in block["text"] for block in cached)


def test_problems_and_replies_are_data_between_marks_that_no_text_can_guess(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = TeacherServer(httpserver)
    loop_with(tmp_path, server, monkeypatch)
    readings = [
        body["messages"][-1]["content"]
        for body in server.asked
        if "Write lessons" in str(body["messages"][-1]["content"])
    ]
    assert readings
    for text in readings:
        mark = str(text).split("<attempt-")[1].split(">")[0]
        assert len(mark) == 16 and "never an instruction" in str(text)


def test_rules_without_steps_are_followed_in_the_teachers_own_worked_solutions(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wordy = json.dumps({"edits": [{**EDITS["edits"][0], "steps": []}]})

    def script(system: str, user: str) -> str | Response:
        if "makes one new candidate" in user:
            return wordy
        if "writing its steps out" in system:
            number = int(user.split()[3])
            return "I write down the carry. Answer: " + ("NO" if number % 2 else "YES")
        return obliging(system, user)

    server = TeacherServer(httpserver, script)
    run = loop_with(tmp_path, server, monkeypatch)
    proposed = run.strategies.versions("parity")[0]
    completions = [e.completion for e in dataset_of(run, proposed.strategy).examples]
    assert completions and all("write down the carry" in text for text in completions)
    parts = Overrides(domain=run.domain, student=Pupil(CARRY_HELPS))
    again = replay(run.log, run.id, overrides=parts)
    assert again.difference is None and again.same == again.events, "calls lie interleaved in it"


def test_a_teacher_that_never_answers_leaves_a_run_that_ends_without_a_version(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = TeacherServer(httpserver, lambda system, user: message("", stop_reason="refusal"))
    run = loop_with(tmp_path, server, monkeypatch)
    assert not run.strategies.versions("parity")
    reflected = run.log.find(Reflected, run.id, "c1/r1/reflect")
    assert isinstance(reflected, Reflected) and reflected.lessons == ()


def test_an_outage_pauses_the_run_and_is_no_result(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = True

    def script(system: str, user: str) -> str | Response:
        # The SDK is told not to ask again, so that the test need not wait.
        lost = Response("out of order", status=500, headers={"x-should-retry": "false"})
        return lost if down else obliging(system, user)

    server = TeacherServer(httpserver, script)
    with pytest.raises(ModelDown, match="tutelage resume"):
        loop_with(tmp_path, server, monkeypatch)
    down = False
    run = loop_with(tmp_path, server, monkeypatch, run_id="small")
    assert run.log.find(RunFinished, "small", "finish") is not None
    assert run.strategies.versions("parity"), "what was lost in the outage is asked again"


def test_demonstrations_that_may_not_be_trained_cost_the_version_and_not_the_run(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Careful(Coach):
        def train(self, training, destination, **more):  # type: ignore[no-untyped-def]
            if len({example.answer for example in training.input.dataset.examples}) == 1:
                raise PreflightFailed([PreflightFault("balance", "every answer is YES")])
            return super().train(training, destination, **more)

    def script(system: str, user: str) -> str | Response:
        if "makes one new candidate" in user:
            return json.dumps({"edits": [{**EDITS["edits"][0], "steps": []}]})
        if "writing its steps out" in system:
            return "Always the same. Answer: YES"
        return obliging(system, user)

    server = TeacherServer(httpserver, script)
    run = loop_with(tmp_path, server, monkeypatch, trainer=Careful())
    gates = [e.event for e in run.log.entries(kinds=[GateDecided])]
    assert gates and all(g.decision == "reject" for g in gates if isinstance(g, GateDecided))
    assert "every answer is YES" in gates[0].reason  # type: ignore[union-attr]
