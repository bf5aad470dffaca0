"""People answer requests that are files; whatever they leave there, nothing is lost or misread."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tutelage.models import check_model, open_model
from tutelage.models.contract import AnswersAwaited, ModelError, Reply, Request
from tutelage.models.handoff import TRIES, HandoffModel

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
COUNT = Request("How many?", system="Count.", context="1. Use fingers.", answer_schema=SCHEMA)
PLAIN = Request("Say anything.", max_tokens=20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "answers"


def opened(folder: Path) -> HandoffModel:
    model = open_model(f"handoff:{folder}")
    assert isinstance(model, HandoffModel)
    return model


def ask(folder: Path, *requests: Request) -> list[Reply] | AnswersAwaited:
    """The replies, or what is awaited; each time by a model that remembers nothing."""
    try:
        return opened(folder).reply(requests)
    except AnswersAwaited as waiting:
        return waiting


def awaited(folder: Path, *requests: Request) -> AnswersAwaited:
    found = ask(folder, *requests)
    assert isinstance(found, AnswersAwaited), found
    return found


def answered(folder: Path, *requests: Request) -> list[Reply]:
    found = ask(folder, *requests)
    assert isinstance(found, list), str(found)
    return found


def named(folder: Path, what: str) -> list[Path]:
    return sorted(folder.glob(f"*.{what}.md"))


def answer_file(folder: Path, place: int = 0) -> Path:
    request = named(folder, "request")[place]
    return request.with_name(request.name.replace(".request.", ".answer."))


def test_all_requests_are_written_at_once_in_order_and_found_again(folder: Path) -> None:
    requests = [Request(f"Question {n}") for n in range(12)]
    told = str(awaited(folder, *requests))
    files = named(folder, "request")
    assert told == f"12 requests wait for answers in {folder}; the first is {files[0].name}."
    assert [it.name[:4] for it in files] == [f"{n:04}" for n in range(1, 13)]
    assert [f"Question {n}\n" in it.read_text() for n, it in enumerate(files)] == [True] * 12
    before = {it.name: it.read_bytes() for it in folder.iterdir()}
    awaited(folder, *reversed(requests))
    assert {it.name: it.read_bytes() for it in folder.iterdir()} == before
    for place in range(12):
        answer_file(folder, place).write_text(f"Answer {place}\n")
    assert [it.text for it in answered(folder, *requests)] == [f"Answer {n}" for n in range(12)]


def test_a_request_says_all_that_is_asked_and_where_the_answer_goes(folder: Path) -> None:
    awaited(folder, COUNT)
    (file,) = named(folder, "request")
    text = file.read_text()
    parts = ["Count.", "1. Use fingers.", "How many?", '"required": [']
    assert sorted(parts, key=text.index) == parts
    assert f"`{answer_file(folder).name}`" in text and "256 tokens" in text
    assert re.search(r"```json\n(.*)\n```", text, re.S)


def test_the_answers_that_are_there_come_with_the_wait(folder: Path) -> None:
    requests = [Request(f"Question {n}") for n in range(3)]
    awaited(folder, *requests)
    answer_file(folder, 1).write_text("One.")
    waiting = awaited(folder, *requests)
    assert {place: it.text for place, it in waiting.replies.items()} == {1: "One."}
    assert str(waiting).startswith("2 requests wait")


def test_the_same_question_is_asked_once_and_samples_are_asked_apart(folder: Path) -> None:
    awaited(folder, PLAIN, PLAIN, Request("Say anything.", max_tokens=20, seed=7))
    assert len(named(folder, "request")) == 1, "without sampling a seed changes nothing"
    answer_file(folder).write_text("Anything.")
    assert [it.text for it in answered(folder, PLAIN, PLAIN)] == ["Anything."] * 2
    sampled = [Request("Say anything.", temperature=0.7, seed=seed) for seed in range(3)]
    awaited(folder, *sampled)
    assert len(named(folder, "request")) == 4


def test_two_roles_may_share_one_folder_and_each_finds_its_own_answers(folder: Path) -> None:
    """A request is found by what it asks: who asks it changes nothing."""
    teacher, judge = (open_model(f"handoff:{folder}") for _ in range(2))
    lesson = Request("What went wrong?", "You teach.", max_tokens=50)
    marks = [Request(f"Mark text {number}.", "You judge.", max_tokens=5) for number in range(2)]
    for model, asked in ((teacher, [lesson]), (judge, marks), (teacher, [lesson]), (judge, marks)):
        with pytest.raises(AnswersAwaited, match=f"{len(asked)} request"):
            model.reply(asked)
    files = sorted(folder.glob("*.request.md"))
    assert [it.name[:4] for it in files] == ["0001", "0002", "0003"], "numbered through"
    for file in files:
        answer = file.with_name(file.name.replace(".request.", ".answer."))
        answer.write_text(file.read_text().rpartition("\n\n")[2].strip())
    assert [reply.text for reply in judge.reply(marks)] == ["Mark text 0.", "Mark text 1."]
    assert teacher.reply([lesson])[0].text == "What went wrong?"


def test_a_deleted_request_is_written_again_and_an_answer_needs_none(folder: Path) -> None:
    awaited(folder, PLAIN)
    named(folder, "request")[0].unlink()
    awaited(folder, PLAIN)
    (request,) = named(folder, "request")
    answer_file(folder).write_text("Yes.")
    request.unlink()
    assert answered(folder, PLAIN)[0].text == "Yes."
    assert not named(folder, "request")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Yes.", "Yes."),
        (b"Yes.\n", "Yes."),
        (b"\n\n  Yes.\n \n", "  Yes."),
        (b"One\r\nTwo\r\n", "One\nTwo"),
        (b"One\rTwo", "One\nTwo"),
        (b"\xef\xbb\xbfYes.", "Yes."),
        ("J\u00e4 \u4f60\n".encode("utf-16"), "J\u00e4 \u4f60"),
        ("Ja".encode("utf-16-le").join([b"\xff\xfe", b""]), "Ja"),
        (b"```\ncode\n```", "```\ncode\n```"),
    ],
)
def test_an_answer_is_read_however_an_editor_saves_it(folder: Path, raw: bytes, text: str) -> None:
    awaited(folder, PLAIN)
    answer_file(folder).write_bytes(raw)
    assert answered(folder, PLAIN) == [Reply(text)]


@pytest.mark.parametrize("raw", [b"", b"\n", b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_answer_is_none_yet(folder: Path, raw: bytes) -> None:
    awaited(folder, PLAIN)
    answer_file(folder).write_bytes(raw)
    awaited(folder, PLAIN)
    assert not named(folder, "fault")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ('{"n": 3}', '{"n": 3}'),
        ('```json\n{"n": 3}\n```\n', '{"n": 3}'),
        ('```\r\n{\r\n"n": 3}\r\n```', '{\n"n": 3}'),
    ],
)
def test_the_one_fence_around_json_is_taken_off(folder: Path, raw: str, text: str) -> None:
    awaited(folder, COUNT)
    answer_file(folder).write_text(raw, newline="")
    assert answered(folder, COUNT) == [Reply(text)]


@pytest.mark.parametrize(
    "raw",
    [
        '{"n": "three"}',
        '{"n": 3',
        'Here it is:\n```json\n{"n": 3}\n```',
        '```json\n{"n": 3}\n```\nThat is it.',
        '```json {"n": 3} ```',
        "[" * 100_000,
    ],
)
def test_an_answer_that_breaks_the_schema_is_told_and_waits_and_nothing_else_is_repaired(
    folder: Path, raw: str
) -> None:
    awaited(folder, COUNT)
    answer_file(folder).write_text(raw)
    for _ in range(TRIES + 1):
        told = str(awaited(folder, COUNT))
    assert "1 of the answers there cannot be taken: the *.fault.md say why" in told
    (fault,) = named(folder, "fault")
    assert answer_file(folder).name in fault.read_text()
    answer_file(folder).write_text('{"n": 3}')
    assert answered(folder, COUNT)[0].outcome == "ok" and not named(folder, "fault")


def test_the_third_refused_answer_counts_as_malformed(folder: Path) -> None:
    awaited(folder, COUNT)
    for number in range(1, TRIES):
        answer_file(folder).write_text(f"no {number}")
        awaited(folder, COUNT)
    answer_file(folder).write_text(f"no {TRIES}")
    for _ in range(2):
        (reply,) = answered(folder, COUNT)
        assert (reply.outcome, reply.text) == ("malformed", f"no {TRIES}") and reply.detail
    assert "counts as the reply" in named(folder, "fault")[0].read_text()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    (path.parent / "other.txt").write_text("secret of another")
    path.symlink_to("other.txt")


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize(
    ("leave", "told"),
    [
        (Path.mkdir, "no regular file"),
        (link, "is a link"),
        (dangling, "is a link"),
        (pipe, "no regular file"),
        (lambda path: path.write_bytes(b"\xff\xfeY\x00\xd8"), "no text in UTF-8"),
        (lambda path: path.write_bytes(b"caf\xe9"), "no text in UTF-8"),
        (lambda path: path.write_bytes("Yes.".encode("utf-16-le")), "NUL"),
        (lambda path: path.write_text("x" * 161), "161 characters, and at most 160"),
        (lambda path: subprocess.run(["truncate", "-s", "9T", str(path)], check=True), "bytes"),
    ],
)
def test_what_is_no_answer_is_told_and_costs_no_try(
    folder: Path, leave: Callable[[Path], object], told: str
) -> None:
    awaited(folder, PLAIN)
    answer = answer_file(folder)
    leave(answer)
    for _ in range(TRIES + 1):
        waiting = awaited(folder, PLAIN)
    assert told in named(folder, "fault")[0].read_text()
    assert waiting.replies == {} and "cannot be taken" in str(waiting)
    answer.rmdir() if answer.is_dir() and not answer.is_symlink() else answer.unlink()
    assert "cannot be taken" not in str(awaited(folder, PLAIN))
    answer.write_text("Yes.")
    assert answered(folder, PLAIN)[0].text == "Yes."


def test_foreign_files_in_the_folder_are_left_alone(folder: Path) -> None:
    folder.mkdir()
    for name in (
        "notes.md",
        "0001-zz.answer.md",
        "x.answer.md",
        "0009-0123456789abcdef.request.md",
    ):
        (folder / name).write_text("mine")
    awaited(folder, PLAIN)
    assert named(folder, "request")[-1].name.startswith("0010-"), "numbers go on"
    assert (folder / "notes.md").read_text() == "mine"
    assert not list(folder.glob(".*")), "nothing half-written stays"


@pytest.mark.parametrize("spec", ["handoff:", "handoff:{file}"])
def test_what_is_no_folder_is_refused_when_it_is_opened(tmp_path: Path, spec: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="folder"):
        open_model(spec.format(file=tmp_path / "file"))


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    model = opened(tmp_path / "file" / "answers")
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=r"cannot be used .* and go on"):
        model.reply([PLAIN])


def test_a_check_asks_nobody_and_says_how_many_wait(folder: Path) -> None:
    spec = f"handoff:{folder}"
    health = check_model(spec)
    assert health.ok and "0 wait there" in health.line and not folder.exists()
    awaited(folder, PLAIN, COUNT)
    answer_file(folder).write_text("Yes.")
    assert "1 wait there" in check_model(spec).line


def test_a_prompt_with_halves_of_characters_is_written_all_the_same(folder: Path) -> None:
    awaited(folder, Request("\ud800 and \x00"))
    assert "? and" in named(folder, "request")[0].read_text()
    assert json.dumps("\ud800")
