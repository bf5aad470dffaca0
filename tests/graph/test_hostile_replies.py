"""A reply that cannot be used is recorded as such, and no resume asks or pays for it again."""

import json
import re
import ssl
from collections.abc import Callable, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import numpy as np
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tutelage.domains import get
from tutelage.domains.writing.rubric import Rubric
from tutelage.graph.calls import received
from tutelage.graph.calls.budget import BudgetSpent, Spending
from tutelage.graph.calls.journal import Journal, ModelDown
from tutelage.graph.calls.judge_model import Judge
from tutelage.graph.config.sections import Budget
from tutelage.graph.context import Run
from tutelage.graph.nodes import reflect
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.graph.teacher.contract import Unusable
from tutelage.graph.teacher.edit_schema import edits_of
from tutelage.graph.teacher.model import ModelTeacher
from tutelage.models.contract import LONGEST_REPLY, ModelError, Reply, Request, Usage
from tutelage.models.registry import open_model
from tutelage.models.schema import check_schema, enforce_schema
from tutelage.models.scripted import ScriptedModel
from tutelage.store.edits import Edit, apply
from tutelage.store.events import (
    CallCompleted,
    CallInDoubt,
    CallIntended,
    ProposalRefused,
    Reflected,
)
from tutelage.store.memory import MemoryLog
from tutelage.store.rules import Rule, Strategy
from tutelage.store.slots import step_of

from .fakes import RULES, Coach, Parity, Pupil
from .hostile import TEXTS, hostile_replies
from .server import EDITS, TeacherServer, message, obliging
from .world import CARRY_HELPS, config, small_run


class Stranger:
    """A model of a user's own: gives back whatever `answer` makes, and counts what it was asked."""

    name = "mine"

    def __init__(self, answer: Callable[[Sequence[Request]], Any], batch_size: int = 1) -> None:
        self.asked = 0
        self.batch_size = batch_size
        self._answer = answer

    def reply(self, requests: Sequence[Request]) -> Any:
        self.asked += len(requests)
        return self._answer(requests)


def raising(error: Exception) -> Callable[[Sequence[Request]], Any]:
    def answer(requests: Sequence[Request]) -> Any:
        raise error

    return answer


def reply_with(**fields: Any) -> Callable[[Sequence[Request]], Any]:
    return lambda requests: [Reply(**{"text": "yes", **fields}) for _ in requests]


STRANGE: dict[str, tuple[Callable[[Sequence[Request]], Any], str, str]] = {
    "too few": (lambda them: [], "error", "gave 0 replies to 1 requests"),
    "too many": (lambda them: [Reply("a"), Reply("b")], "error", "gave more replies to 1"),
    "without end": (lambda them: repeat(Reply("a")), "error", "gave more replies"),
    "none at all": (lambda them: None, "error", "raised TypeError"),
    "an exception": (raising(KeyError("choices")), "error", "raised KeyError: 'choices'"),
    "too deep": (raising(RecursionError("deep")), "error", "raised RecursionError"),
    "a text alone": (lambda them: ["yes"], "malformed", "gave str, which is no Reply"),
    "bytes": (reply_with(text=b"yes"), "malformed", "text is bytes"),
    "no text": (reply_with(text=None), "malformed", "text is NoneType"),
    "another outcome": (reply_with(outcome="fine"), "malformed", "outcome is 'fine'"),
    "no outcome": (reply_with(outcome=["ok"]), "malformed", "outcome is"),
    "a surrogate": (reply_with(text="a\ud800b"), "malformed", "halves of characters"),
    "too long": (reply_with(text="x" * (LONGEST_REPLY + 7)), "malformed", "1000007 characters"),
    "no detail": (reply_with(detail=None), "ok", "NoneType"),
    "a strange detail": (reply_with(detail="\udfff" * 9_000), "ok", "???"),
    "a null": (reply_with(text="a\0b"), "ok", ""),
}  # fmt: skip


def journal_of(log: MemoryLog, **more: Any) -> Journal:
    return Journal(log, "run", Spending(Budget()), **{"secrets": (), **more})


@pytest.mark.parametrize("name", STRANGE)
def test_whatever_a_model_hands_back_its_call_is_recorded_and_not_made_again(name: str) -> None:
    answer, outcome, said = STRANGE[name]
    log, model = MemoryLog(), Stranger(answer)
    first = journal_of(log).one(model, "ask/1", Request("Is it?"))
    assert first.outcome == outcome and said in first.detail
    assert len(first.text) <= LONGEST_REPLY and len(first.detail) <= 2_100
    again = journal_of(log).one(model, "ask/1", Request("Is it?"))
    assert (again, model.asked) == (first, 1)
    assert log.verify().ok and not list(log.events(CallInDoubt))


def test_a_reply_that_cannot_be_searched_for_secrets_is_not_kept_but_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(received, "redact", lambda text, secrets: raising(MemoryError())([]))
    log, model = MemoryLog(), Stranger(reply_with(text="the-key-itself"))
    reply = journal_of(log, secrets=("the-key-itself",)).one(model, "ask/1", Request("Is it?"))
    assert (reply.text, reply.outcome) == ("", "malformed") and "MemoryError" in reply.detail
    assert journal_of(log).one(model, "ask/1", Request("Is it?")) == reply and model.asked == 1


@pytest.mark.parametrize("batch", [1, 16])
def test_a_model_that_miscounts_pauses_the_run_and_costs_each_call_once(batch: int) -> None:
    log, model = MemoryLog(), Stranger(lambda them: [], batch)
    calls = [(f"ask/{number}", Request(f"Is it {number}?")) for number in range(16)]
    pauses = 0
    while pauses < 20:
        try:
            list(journal_of(log).replies(model, calls))
            break
        except ModelDown as error:
            assert "gave 0 replies" in str(error) and "go on with the run from Python" in str(error)
            pauses += 1
    assert 0 < pauses < 20 and model.asked == 16
    assert len(list(log.events(CallCompleted))) == 16


OUTAGES = (
    ConnectionError("refused"),
    httpx2.ConnectError("refused"),
    httpx2.ReadTimeout("late"),
    anthropic.APIConnectionError(request=httpx2.Request("POST", "http://localhost")),
    ssl.SSLCertVerificationError("a ValueError, too"),
    RuntimeError("the server is down"),
)
KEY = "aB3dE5gH7jK9mN1pQ2"
FAULTS = (KeyError("choices"), TypeError("None"), json.JSONDecodeError("no JSON", "<", 0))


@pytest.mark.parametrize(
    "told",
    [f"no right: sk-proj-{KEY}", f"401 for http://host/v1?key={KEY}", f"x-api-key: {KEY}"],
)
def test_a_key_in_an_exception_reaches_neither_the_log_nor_the_error(told: str) -> None:
    log = MemoryLog()
    model = Stranger(raising(ValueError(f"{told} (status 401)")))
    journal = journal_of(log)
    with pytest.raises(ModelDown) as down:
        for number in range(3):
            journal.one(model, f"ask/{number}", Request("Is it?"))
    for said in (str(down.value), *(event.detail for event in log.events(CallCompleted))):
        assert KEY not in said and "mine raised ValueError" in said and "(status 401)" in said


def ask_until_down(model: Stranger) -> tuple[int, str]:
    """Make calls one by one; return how many are recorded, and what the pause says."""
    log = MemoryLog()
    journal = journal_of(log)
    with pytest.raises(ModelDown) as told:
        for number in range(5):
            journal.one(model, f"ask/{number}", Request(f"Is it {number}?"))
    return len(list(log.events(CallCompleted))), str(told.value)


@pytest.mark.parametrize("error", OUTAGES, ids=lambda it: type(it).__name__)
def test_an_outage_of_a_model_of_ones_own_is_no_result(error: Exception) -> None:
    recorded, said = ask_until_down(Stranger(raising(error)))
    assert recorded == 2, "the third is asked again"
    assert type(error).__name__ in said
    assert "when the model answers again, go on with the run from Python" in said


@pytest.mark.parametrize("error", FAULTS, ids=lambda it: type(it).__name__)
def test_a_fault_that_asking_again_would_bring_again_is_recorded_and_said(error: Exception) -> None:
    recorded, said = ask_until_down(Stranger(raising(error)))
    assert recorded == 3 and "recorded as lost: mend the model" in said
    assert "tutelage resume" not in said, "no command can open an object"


@pytest.mark.parametrize("batch", [1, 16])
def test_a_call_that_was_paid_and_lost_is_recorded_before_the_run_pauses(batch: int) -> None:
    lost = reply_with(text="", outcome="error", usage=Usage(10, 5), detail="Cut in the middle.")
    recorded, said = ask_until_down(Stranger(lost, batch))
    assert recorded == 3 and "recorded as lost" in said
    assert ask_until_down(Stranger(reply_with(text="", outcome="error"), batch))[0] == 2


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("CUDA out of memory"), *FAULTS])
def test_a_model_that_likes_many_at_once_is_asked_again_whatever_it_raises(
    error: Exception,
) -> None:
    """It is not paid by the call; how many calls happen to be open decides nothing."""
    assert ask_until_down(Stranger(raising(error), 16))[0] == 2
    log = MemoryLog()
    calls = [(f"ask/{number}", Request(f"Is it {number}?")) for number in range(5)]
    with pytest.raises(ModelDown, match=type(error).__name__):
        list(journal_of(log).replies(Stranger(raising(error), 16), calls))
    assert not list(log.events(CallCompleted))


USAGES: dict[str, tuple[object, Usage]] = {
    "numpy": (Usage(np.int64(3), np.uint8(2), np.int32(1)), Usage(3, 2, 1)),  # type: ignore[arg-type]
    "an array of one": (Usage(np.array(3), 2), Usage(3, 2)),  # type: ignore[arg-type]
    "negative": (Usage(-5, 1), Usage()),
    "absurd": (Usage(10**30, 1), Usage()),
    "half a token": (Usage(1, 0.5), Usage()),  # type: ignore[arg-type]
    "a truth": (Usage(True, 1), Usage()),
    "a text": (Usage("3", 1), Usage()),  # type: ignore[arg-type]
    "a mapping": ({"input": 3}, Usage()),
    "none": (None, Usage()),
}


@pytest.mark.parametrize("name", USAGES)
def test_a_good_reply_stays_good_whatever_its_usage_is_told_in(name: str) -> None:
    usage, read = USAGES[name]
    log, model = MemoryLog(), Stranger(reply_with(text="YES", usage=usage))
    reply = journal_of(log).one(model, "ask/1", Request("Is it?"))
    said = "" if read.input else "Its usage is no count of tokens."
    assert reply == Reply("YES", "ok", read, said)
    assert journal_of(log).one(model, "ask/1", Request("Is it?")) == reply and model.asked == 1


@pytest.mark.parametrize("name", USAGES)
def test_a_usage_that_is_no_count_is_charged_as_all_that_the_call_may_take(name: str) -> None:
    usage, read = USAGES[name]
    model = Stranger(reply_with(text="YES", usage=usage))
    model.name = "messages:http://localhost#mine"
    journal, request = journal_of(MemoryLog()), Request("Is it?" * 20, max_tokens=100)
    reply = journal.one(model, "ask/1", request)
    assert (reply.outcome, reply.usage) == ("ok", read if read.input else Usage(40, 100))
    assert journal.spending.output_tokens == reply.usage.output


@pytest.mark.parametrize("error", [ModelError("no key"), BudgetSpent("spent")])
def test_what_stops_a_run_for_a_reason_of_its_own_still_does(error: Exception) -> None:
    with pytest.raises(type(error), match=str(error)):
        journal_of(MemoryLog()).one(Stranger(raising(error)), "ask/1", Request("Is it?"))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "required": 3},
        {"properties": {"a": {"items": {"pattern": "(a+)+b"}}}},
        {"anyOf": [{"uniqueItems": True}]},
    ],
)
def test_a_schema_that_no_reply_can_be_held_against_is_refused_before_it_is_paid(
    schema: dict[str, Any],
) -> None:
    model = Stranger(reply_with())
    with pytest.raises(ModelError, match="answer_schema"):
        journal_of(MemoryLog()).one(model, "ask/1", Request("Is it?", answer_schema=schema))
    assert model.asked == 0


@pytest.mark.parametrize("text", TEXTS)
def test_a_reply_is_held_against_any_schema_without_an_exception(text: str) -> None:
    own = {"properties": {"pattern": {"type": "string"}}, "enum": [{"uniqueItems": 1}]}
    check_schema(own)
    for schema in (
        {"$ref": "#"},
        {"$ref": "#/$defs/none"},
        {"$ref": "https://nowhere.test/schema.json"},
        {"type": "number", "multipleOf": 0.1},
        {"type": "object", "required": ["lessons"]},
    ):
        assert enforce_schema(schema, Reply(TEXTS[text])).outcome in ("ok", "malformed")
    assert enforce_schema({"multipleOf": 0.1}, Reply("9" * 400)).outcome == "malformed"


PHRASE = re.compile("makes one new candidate|Write lessons")


def hostile_loop(
    home: Path, server: TeacherServer, monkeypatch: pytest.MonkeyPatch, run_id: str | None
) -> Any:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    run = small_run(
        home,
        run_id=run_id,
        domain=Parity([rule for rule in RULES if not rule.name]),
        teacher="anthropic:claude-under-test",
        splits={"train": 80, "val": 80, "test": 12, "ood": 4},
        loop={"cycles": 1, "rounds": 3, "candidates": 1, "batch": 6, "feedback": 6},
        train={"examples": 8},
    )
    assert go(run)
    return run


def body(usage: object, text: str = "Answer: YES") -> Response:
    """An envelope with any usage at all."""
    said = json.loads(message(text).get_data()) | {"usage": usage}
    return Response(json.dumps(said), content_type="application/json")


SERVED: dict[str, Callable[[], str | Response]] = {
    "open brackets": lambda: "[" * 5_000,
    "a deep object": lambda: '{"a":' * 5_000,
    "a lone surrogate": lambda: '{"lessons": ["\\ud800"]}',
    "a deep body": lambda: Response("[" * 100_000, content_type="application/json"),
    "a surrogate in the body": lambda: Response(
        message("x").get_data().replace(b'"x"', b'"\\ud800"'), content_type="application/json"
    ),
    "a long reply": lambda: "x" * 1_500_000,
    "negative usage": lambda: body({"input_tokens": -90_000, "output_tokens": 1}),
    "absurd usage": lambda: body({"input_tokens": 10**30, "output_tokens": 1}),
}


DEFAULT = ("open brackets", "a surrogate in the body", "a long reply")


@pytest.mark.parametrize(
    "name", [it if it in DEFAULT else pytest.param(it, marks=pytest.mark.slow) for it in SERVED]
)
def test_a_run_ends_whatever_the_server_sends_and_a_resume_asks_nothing(
    name: str, tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(system: str, user: str) -> str | Response:
        return SERVED[name]() if PHRASE.search(user) else obliging(system, user)

    server = TeacherServer(httpserver, script)
    run = hostile_loop(tmp_path, server, monkeypatch, None)
    calls = list(run.log.events(CallCompleted, stream=run.id))
    intended = run.log.events(CallIntended, stream=run.id)
    paid = {step_of(it.slot) for it in intended if it.model.startswith("anthropic:")}
    assert len(server.asked) == len(paid) == sum(step_of(it.slot) in paid for it in calls)
    assert not list(run.log.events(CallInDoubt))
    lessons = run.event(Reflected, "c1/r1/reflect").lessons
    assert not lessons and list(run.log.events(ProposalRefused)), "nothing of it was used"
    assert run.log.verify().ok
    run.log.close()

    again = hostile_loop(tmp_path, server, monkeypatch, run.id)
    assert len(server.asked) == len(paid)
    again.log.close()


STOPS = ("tool_use", "stop_sequence", "pause_turn", "model_context_window_exceeded", "length")


@pytest.mark.parametrize(
    "stop", [STOPS[0], *(pytest.param(it, marks=pytest.mark.slow) for it in STOPS[1:])]
)
def test_a_paid_reply_is_asked_once_whatever_it_stopped_for(
    stop: str, tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The teacher stops so in every call behind the first, also in many in a row."""
    stops = chain(["end_turn"], repeat(stop))
    server = TeacherServer(
        httpserver, lambda system, user: message(obliging(system, user), next(stops))
    )
    run_id = None
    for _ in range(4):
        run = hostile_loop(tmp_path, server, monkeypatch, run_id)
        run_id = run.id
        intended = run.log.events(CallIntended, stream=run.id)
        paid = {step_of(it.slot) for it in intended if it.model.startswith("anthropic:")}
        calls = run.log.events(CallCompleted, stream=run.id)
        told = [it.input_tokens for it in calls if step_of(it.slot) in paid]
        assert len(server.asked) == len(paid) == len(told) > 3
        assert set(told) == {10} and not list(run.log.events(CallInDoubt))
        run.log.close()


@pytest.mark.parametrize("usage", [{"input_tokens": -4_000, "output_tokens": -4_000}, {}, None])
def test_a_server_that_tells_no_true_usage_costs_all_that_the_call_may_take(
    usage: object, httpserver: HTTPServer
) -> None:
    server = TeacherServer(httpserver, lambda system, user: body(usage))
    model, log = open_model(f"messages:{server.url}#m", max_retries=0), MemoryLog()
    journal = Journal(log, "run", Spending(Budget(tokens=1_000)), ())
    with pytest.raises(BudgetSpent):
        for number in range(50):
            journal.one(model, f"ask/{number}", Request("Is it?" * 20, max_tokens=100))
    assert 1 < len(server.asked) < 10
    assert journal.spending.input_tokens + journal.spending.output_tokens <= 1_000


class Hostile:
    """A teacher whose lessons and edits are hostile, one after the other; its answers are not."""

    def __init__(self, seed: int, count: int) -> None:
        self.asked = self.used = 0
        self._replies = chain(hostile_replies(seed, count), repeat('{"edits": []}'))

    def __call__(self, request: Request) -> str:
        self.asked += 1
        if not PHRASE.search(request.prompt):
            return obliging(request.system, request.prompt)
        self.used += 1
        return next(self._replies)


def fuzz_run(home: Path, teacher: ModelTeacher, run_id: str | None, rounds: int) -> Run:
    return open_run(
        home / "store",
        home / "runs",
        config(
            teacher="scripted:hostile",
            splits={"train": 300, "val": 900, "test": 12, "ood": 4},
            loop={"cycles": 1, "rounds": rounds, "candidates": 2, "batch": 4, "feedback": 4},
            train={"examples": 8},
        ),
        run_id=run_id,
        overrides=Overrides(
            domain=Parity([rule for rule in RULES if not rule.name]),
            student=Pupil(CARRY_HELPS),
            trainer=Coach(),
            teacher=teacher,
        ),
    )


def survive(home: Path, seed: int, rounds: int) -> int:
    """Run to the end and once more; return how many hostile replies were used."""
    teacher = Hostile(seed, 10_000)
    model = ModelTeacher(ScriptedModel(teacher, "scripted:hostile"))
    assert go(fuzz_run(home, model, None, rounds))
    asked = teacher.asked
    run = fuzz_run(home, model, "small", rounds)
    assert go(run) and teacher.asked == asked, "a resume asks nothing"
    assert run.log.verify().ok and not list(run.log.events(CallInDoubt))
    for reflected in run.log.events(Reflected, stream=run.id):
        assert len(reflected.lessons) <= 12 and max(map(len, reflected.lessons), default=0) <= 2_010
    for refused in run.log.events(ProposalRefused, stream=run.id):
        assert len(refused.reason) < 5_000 and len(refused.model_dump_json()) < 100_000
    return teacher.used


def test_a_run_survives_a_teacher_of_hostile_replies(tmp_path: Path) -> None:
    assert survive(tmp_path, 1, 6) >= 12


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
def test_a_run_survives_hundreds_of_hostile_replies(tmp_path: Path, seed: int) -> None:
    assert survive(tmp_path, seed, 20) >= 40


def test_a_judge_model_is_read_whatever_it_says() -> None:
    log = MemoryLog()
    strange = ["Mark: " + "9" * 5_000, "Better: " + "first" * 30_000, "Mark: 5\0", "mark" * 30_000]
    said = chain(hostile_replies(5, 40), map(str, strange), repeat("Mark: 3. Better: second"))
    model = ScriptedModel(lambda request: next(said), "scripted:judge")
    judge = Judge(model)
    judge.journal = journal_of(log)
    rubric, writing = Rubric(judge), get("writing", {})
    for problem in writing.problems("test", 6, 0):
        text = writing.solution(problem) or ""
        found = rubric.marks(problem, text), rubric.prefer(problem, text, text[:80])
        asked = len(model.asked)
        assert (rubric.marks(problem, text), rubric.prefer(problem, text, text[:80])) == found
        assert len(model.asked) == asked, "the same question has one answer in a run"
    assert len(list(log.events(CallCompleted))) == len(model.asked) >= 30


def draft(**fields: Any) -> str:
    return json.dumps({"edits": [{**EDITS["edits"][0], **fields}]})


BODY = {
    name: EDITS["edits"][0][name]
    for name in ("section", "text", "when", "when_not", "steps", "level")
}  # type: ignore[index]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "x" * 601}, "600 characters"),
        ({"section": "x" * 100_000}, "80 characters"),
        ({"when": "x" * 100_000}, "300 characters"),
        ({"steps": ["carry"] * 21}, "more than 20 kinds of steps"),
        ({"steps": ["x" * 81]}, "more than 80 characters"),
        ({"op": "SPLIT", "rule": "r-1", "into": [BODY] * 13}, "more than 12 rules"),
        ({"op": "SPLIT", "rule": "r-1", "into": [{**BODY, "steps": ["x" * 81]}] * 2}, "80 char"),
        ({"op": "MERGE", "rules": ["r-1"] * 90_000}, "more than 12 rules"),
        ({"because": ["b" * 100_000]}, "1 attempts that were not shown"),
        ({"x" * 100_000: 1}, "do not fit their schema"),
    ],
)
def test_a_draft_that_is_too_long_is_refused_before_its_words_are_read(
    fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(Unusable, match=said) as told:
        edits_of(draft(**fields), Strategy(), {"a1": "c1/r1/solve/1"}, 4)
    assert len(str(told.value)) < 400


def test_a_long_rationale_is_cut_and_a_place_of_twenty_digits_is_the_last() -> None:
    rules = tuple(Rule(id=f"r-{name}", section="Method", text=f"Do {name}.") for name in "abc")
    said = draft(op="UPDATE", rule="r-a", place=10**20, rationale="word " * 30_000, text="")
    (edit,) = edits_of(said, Strategy(rules=rules), {"a1": "c1/r1/solve/1"}, 4)
    assert len(edit.rationale) < 620 and edit.rationale.endswith("[cut]")
    moved = apply(Strategy(rules=rules), [edit], "seed")
    assert [rule.id for rule in moved.rules] == ["r-b", "r-c", "r-a"]


def test_lessons_have_a_length_and_a_number_before_anything_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def note(text: str) -> str:
        read.append(text)
        return ""

    monkeypatch.setattr(reflect, "order_in", note)

    class Talker(ModelTeacher):
        def reflect(self, *given: Any) -> list[str]:
            return ["word " * 100_000, *["Write things down."] * 500]

    model = ScriptedModel(lambda request: obliging(request.system, request.prompt), "scripted:t")
    run = fuzz_run(tmp_path, Talker(model), None, 1)
    assert go(run)
    lessons = run.event(Reflected, "c1/r1/reflect").lessons
    assert len(lessons) == 12 and lessons[0].endswith("word [cut]") and len(lessons[0]) < 2_010
    assert max(map(len, read)) < 2_010


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), KeyError("x"), RecursionError(), OverflowError(), MemoryError(), TypeError()],
)
def test_a_teacher_that_cannot_read_its_reply_costs_a_candidate_and_not_the_run(
    tmp_path: Path, error: Exception
) -> None:
    class Stumbling(ModelTeacher):
        def reflect(self, *given: Any) -> list[str]:
            raise error

        def propose(self, *given: Any) -> tuple[Edit, ...]:
            raise error

    model = ScriptedModel(lambda request: obliging(request.system, request.prompt), "scripted:t")
    run = fuzz_run(tmp_path, Stumbling(model), None, 1)
    assert go(run)
    assert run.event(Reflected, "c1/r1/reflect").lessons == ()
    (refused, *_) = run.log.events(ProposalRefused, stream=run.id)
    assert type(error).__name__ in refused.reason and refused.edits == ()


def test_a_lesson_that_is_no_text_costs_the_lessons_and_not_the_run(tmp_path: Path) -> None:
    class Odd(ModelTeacher):
        def reflect(self, *given: Any) -> Any:
            return ["Write things down.", 3]

    model = ScriptedModel(lambda request: obliging(request.system, request.prompt), "scripted:t")
    run = fuzz_run(tmp_path, Odd(model), None, 1)
    assert go(run)
    assert run.event(Reflected, "c1/r1/reflect").lessons == ()
