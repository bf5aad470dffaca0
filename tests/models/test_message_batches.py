"""The Message Batches API: every answer is found by its name, and no failure is taken for one."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tutelage.models import ModelError, Request, open_model
from tutelage.models.batch_contract import (
    BatchMissing,
    BatchModel,
    BatchRefused,
    BatchService,
    BatchStepFailed,
)
from tutelage.models.contract import ModelRefused
from tutelage.models.remote.message_batches import MessageBatches

from .batch_server import NO_ANSWER, BatchServer

KEY = "sk-ant-none-but-ours-1234567890"
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


@pytest.fixture
def server() -> Iterator[BatchServer]:
    server = BatchServer(
        say=lambda prompt: prompt if prompt in NO_ANSWER else prompt.upper(), looks=0
    )
    yield server
    server.close()


@pytest.fixture
def service(server: BatchServer, monkeypatch: pytest.MonkeyPatch) -> BatchService:
    monkeypatch.setenv("MESSAGES_API_KEY", KEY)
    model = open_model(f"messages:{server.url}#m")
    assert isinstance(model, BatchModel)
    return model.batches


def calls(*prompts: str, **asked: Any) -> dict[str, Request]:
    return {f"name-{number}": Request(prompt, **asked) for number, prompt in enumerate(prompts)}


def submit(service: BatchService, asked: dict[str, Request]) -> str:
    batch = service.submit(list(asked.items()))
    assert service.look_at(batch).has_ended
    return batch


def texts(service: BatchService, batch: str, asked: dict[str, Request]) -> dict[str, str | None]:
    found = service.read_replies(batch, asked)
    return {name: reply and f"{reply.outcome}: {reply.text}" for name, reply in found}


def test_each_answer_is_found_by_its_name_in_whatever_order_it_comes(
    server: BatchServer, service: BatchService
) -> None:
    asked = calls(*"abcdefgh")
    batch = submit(service, asked)
    assert [json.loads(line)["custom_id"] for line in server.lines(batch)] != list(asked)
    assert texts(service, batch, asked) == {
        name: f"ok: {request.prompt.upper()}" for name, request in asked.items()
    }
    reply = dict(service.read_replies(batch, asked))["name-0"]
    assert reply is not None and (reply.usage.input, reply.usage.output) == (100, 10)
    assert set(service.list_names(batch)) == set(asked)


def test_a_request_in_a_batch_is_the_one_that_would_be_sent_by_itself(
    server: BatchServer, service: BatchService
) -> None:
    asked = Request("Go.", system="Be terse.", context="- Add.", max_tokens=7, temperature=0.5)
    service.submit([("one", asked)])
    (sent,) = server.batches["msgbatch_0001"]["asked"]
    assert sent["custom_id"] == "one"
    assert sent["params"]["model"] == "m" and sent["params"]["max_tokens"] == 7
    assert sent["params"]["temperature"] == 0.5
    assert sent["params"]["messages"] == [{"role": "user", "content": "Go."}]
    assert sent["params"]["system"][-1]["cache_control"] == {"type": "ephemeral"}


def test_what_errored_expired_or_was_canceled_has_no_answer(service: BatchService) -> None:
    asked = calls("a", "errored", "expired", "canceled")
    found = texts(service, submit(service, asked), asked)
    assert found == {"name-0": "ok: A", "name-1": None, "name-2": None, "name-3": None}


def test_an_answer_in_a_batch_is_held_against_its_schema_like_any_other(
    server: BatchServer, service: BatchService
) -> None:
    server.say = lambda prompt: prompt
    asked = calls('{"n": 1}', '{"n": "one"}', answer_schema=SCHEMA)
    found = texts(service, submit(service, asked), asked)
    assert found == {"name-0": 'ok: {"n": 1}', "name-1": 'malformed: {"n": "one"}'}


def _garble(line: str) -> str:
    return line[:40]


def _no_message(line: str) -> str:
    return json.dumps(json.loads(line) | {"result": {"type": "succeeded", "message": {"a": 1}}})


def test_an_answer_that_came_and_cannot_be_read_is_malformed_and_never_asked_again(
    server: BatchServer, service: BatchService
) -> None:
    asked = calls("a", "b", "c")
    batch = submit(service, asked)
    for change in (_garble, _no_message, lambda line: "", lambda line: "x" * 9_000_000):
        server.change = lambda lines: [change(lines[0]) or "{}", *lines[1:]]  # noqa: B023
        found = texts(service, batch, asked)
        assert sorted(str(it).partition(":")[0] for it in found.values()) == [
            "malformed",
            "ok",
            "ok",
        ]


def test_results_that_came_in_part_are_read_again_and_not_taken_for_missing(
    server: BatchServer, service: BatchService
) -> None:
    asked = calls(*"abcdef")
    batch = submit(service, asked)
    server.fail("results", "half")
    with pytest.raises(BatchStepFailed):
        texts(service, batch, asked)
    server.change = lambda lines: lines[:-2]
    with pytest.raises(BatchStepFailed, match="4 of 6 results"):
        texts(service, batch, asked)


def test_batches_are_listed_from_the_newest_back_to_a_moment(
    server: BatchServer, service: BatchService
) -> None:
    ages = {server.add(["x"] * number, age=100.0 * number): number for number in range(1, 9)}
    since = datetime.now(UTC) - timedelta(seconds=550)
    found = list(service.list_since(since))
    assert [(it.id, it.calls) for it in found] == [
        (id, number) for id, number in ages.items() if number <= 5
    ], "over several pages"


def test_a_batch_holds_so_many_calls_and_so_many_bytes(service: BatchService) -> None:
    assert isinstance(service, MessageBatches)
    asked = list(calls(*["x" * 1000] * 10).items())
    assert service.count_first(asked) == 10
    service.most_calls = 4
    assert service.count_first(asked) == 4 and service.count_first(asked[:2]) == 2
    service.most_bytes = 2500
    assert service.count_first(asked) == 2
    service.most_bytes = 10
    assert service.count_first(asked) == 1, "a call that fits nowhere is the service's to refuse"


@pytest.mark.parametrize(
    ("way", "raised", "is_open", "taken"),
    [
        ("429", BatchStepFailed, False, 0),
        ("529", BatchStepFailed, False, 0),
        ("500", BatchStepFailed, True, 0),
        ("cut", BatchStepFailed, True, 0),
        ("lost", BatchStepFailed, True, 1),
        ("400", BatchRefused, None, 0),
        ("401", ModelRefused, None, 0),
        ("404", BatchRefused, None, 0),
        ("413", BatchRefused, None, 0),
    ],
)
def test_a_submission_that_fails_says_whether_the_batch_may_be_there_all_the_same(
    server: BatchServer,
    service: BatchService,
    way: str,
    raised: type[Exception],
    is_open: bool | None,
    taken: int,
) -> None:
    server.fail("create", way)
    with pytest.raises(raised) as caught:
        service.submit(list(calls("a").items()))
    assert getattr(caught.value, "is_open", None) == is_open
    assert len(server.batches) == taken and KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("way", "raised"),
    [
        ("429", BatchStepFailed),
        ("503", BatchStepFailed),
        ("cut", BatchStepFailed),
        ("401", ModelRefused),
        ("403", ModelRefused),
        ("404", BatchMissing),
    ],
)
@pytest.mark.parametrize("step", ["list", "look", "results"])
def test_every_other_step_tells_what_may_pass_from_what_will_not(
    server: BatchServer, service: BatchService, step: str, way: str, raised: type[Exception]
) -> None:
    batch = submit(service, calls("a"))
    server.fail(step, way)
    with pytest.raises(raised):
        match step:
            case "list":
                list(service.list_since(datetime.now(UTC) - timedelta(hours=1)))
            case "look":
                service.look_at(batch)
            case _:
                list(service.list_names(batch))


def test_a_batch_that_is_not_there_is_missing(service: BatchService) -> None:
    with pytest.raises(BatchMissing, match="no such batch"):
        service.look_at("msgbatch_9999")
    assert issubclass(BatchMissing, ModelError)
