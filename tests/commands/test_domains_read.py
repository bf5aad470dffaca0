"""`domains read` shows how a reply is read, and says what to do where it cannot."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.domains import get

from .conftest import Said, at

DOMAIN = """
from tutelage.domains import Guide, Unreadable, Verdict, problem, read_reply, split_of


def whole(text):
    if not text.isdigit():
        raise Unreadable("It is no whole number.")
    return int(text)


class Doubles:
    name, task_type = "doubles", "arithmetic"
    guide = Guide("Double it.", "End with `Answer:` and the number.", {}, {"none": "None."})

    def problems(self, split, n, seed):
        every = [self.ask(i) for i in range(2000)]
        return [it for it in every if split in ("ood", split_of(it.id))][seed : seed + n]

    def ask(self, i):
        shape = {"topic": "small", "difficulty": 1, "canonical": i}
        return problem(self.name, text=f"Twice {i}?", answer=str(2 * i), **shape)

    def reading(self, problem, reply):
        return read_reply(reply, whole)

    def judge(self, problem, reply):
        found = self.reading(problem, reply)
        if found.answer is None:
            return Verdict(0.0, "unparsed", found.refusal, ("none",))
        right = found.answer == int(problem.answer)
        return Verdict(float(right), "right" if right else "wrong", "It.", (), found.text)

    def solution(self, problem, steps=None):
        return f"Answer: {problem.answer}"


class Silent(Doubles):
    reading = None
    name = "silent"

    def judge(self, problem, reply):
        return Verdict(0.0, "wrong", "No.", ())


class Burning(Doubles):
    def problems(self, split, n, seed):
        raise RuntimeError("the disk is on fire")
"""
LOUD = """

class Loud(Doubles):
    print("it is loaded")

    def judge(self, problem, reply):
        print("it judges")
        return super().judge(problem, reply)
"""
REPLY = "<think>\nIs it 5?\n</think>\n\nTwice 3 is 6.\n\n**Answer:** 6\n\nI hope this helps!\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "doubles.py").write_text(DOMAIN)
    (tmp_path / "reply.txt").write_text(REPLY)
    return tmp_path


def problem_id(desk: Path, text: str) -> str:
    every = get(f"{desk / 'doubles.py'}:Doubles").problems("ood", 2000, 0)
    return next(problem.id for problem in every if problem.text == text)


def read(desk: Path, *words: str) -> Said:
    return at(desk, "domains", "read", *words)


def test_the_steps_and_the_verdict_are_shown_for_a_problem(desk: Path) -> None:
    name = problem_id(desk, "Twice 3?")
    said = read(desk, "doubles.py:Doubles", "reply.txt", "--problem", name)
    assert said.code == 0
    rows = dict(re.split(r"  +", line, maxsplit=1) for line in said.out.splitlines())
    assert rows["problem"] == f"{name}, small: Twice 3?"
    assert rows["answer"] == rows["wanted"] == "6"
    assert rows["verdict"] == "right, score 1" and rows["judge"].startswith("doubles ")
    assert "Is it 5?" not in said.out, "thinking is set aside"


def test_without_a_problem_the_reply_is_read_and_not_judged(desk: Path) -> None:
    said = read(desk, "doubles.py:Doubles", "reply.txt")
    assert said.code == 0 and re.search(r"^answer +6$", said.out, re.M)
    assert "verdict  " not in said.out
    assert "--problem ID" in said.out and "domains check doubles.py:Doubles --json" in said.out


def test_a_reply_may_come_from_standard_input_and_two_answers_are_none(desk: Path) -> None:
    result = CliRunner().invoke(
        app,
        ["domains", "read", f"{desk / 'doubles.py'}:Doubles", "-", "--json"],
        input="Answer: 6. Wait, no, it is 7.\n",
    )
    found = json.loads(result.stdout)
    assert found["verdict"] is None and found["reading"]["text"] is None
    assert found["reading"]["refusal"] and found["reading"]["steps"][0].keys() == {"name", "text"}


def test_json_is_all_that_is_printed(desk: Path) -> None:
    name = problem_id(desk, "Twice 4?")
    said = read(desk, "doubles.py:Doubles", "reply.txt", "--problem", name, "--json")
    assert said.json["problem"]["answer"] == "8"
    assert said.json["verdict"]["outcome"] == "wrong" and said.json["reading"]["text"] == "6"
    assert "Twice 3 is 6." in said.json["reading"]["working"]


def test_what_a_domain_prints_goes_to_stderr_under_json(desk: Path) -> None:
    (desk / "loud.py").write_text(DOMAIN + LOUD)
    name = problem_id(desk, "Twice 4?")
    words = ("loud.py:Loud", "reply.txt", "--problem", name, "--json")
    said = read(desk, *words)
    assert said.json["verdict"]["outcome"] == "wrong"
    assert "it is loaded" in said.err and "it judges" in said.err
    checked = at(desk, "domains", "check", "loud.py:Loud", "-n", "2", "--json")
    assert checked.json["domain"] == "doubles" and "it judges" in checked.err
    assert "it judges" in read(desk, *words[:-1]).out


def test_a_problem_far_down_a_split_or_under_another_seed_is_found(desk: Path) -> None:
    last = problem_id(desk, "Twice 1999?")
    for words in ((), ("--seed", "7")):
        said = read(desk, "doubles.py:Doubles", "reply.txt", "--problem", last, *words)
        assert said.code == 0 and "Twice 1999?" in said.out


def test_a_domain_that_shows_no_steps_shows_its_verdict_and_wants_a_problem(desk: Path) -> None:
    bare = read(desk, "doubles.py:Silent", "reply.txt")
    assert bare.code == 2 and "only its verdict can be shown" in bare.err
    name = get(f"{desk / 'doubles.py'}:Silent").problems("ood", 1, 0)[0].id
    said = read(desk, "doubles.py:Silent", "reply.txt", "--problem", name)
    assert said.code == 0 and re.search(r"^verdict +wrong", said.out, re.M)
    assert "in a way of its own" in said.out


@pytest.mark.parametrize(
    ("words", "code", "wanted"),
    [
        (("doubles.py:Doubles", "nowhere.txt"), 2, "- for standard input"),
        (("doubles.py:Doubles", "reply.txt", "--problem", "abc"), 2, "three with their ids"),
        (("doubles.py:Doubles", "reply.txt", "--problem", "abc"), 2, "no problem 'abc'"),
        (("doubles.py:Burning", "reply.txt"), 1, "the disk is on fire"),
        (("doubels", "reply.txt"), 2, "No domain 'doubels'"),
    ],
)
def test_a_refusal_says_what_to_do(
    desk: Path, words: tuple[str, ...], code: int, wanted: str
) -> None:
    said = read(desk, *words)
    assert said.code == code and wanted in said.err and said.out == ""


def test_a_file_that_is_no_text_is_refused(desk: Path) -> None:
    (desk / "odd.txt").write_bytes(b"\xff\xfe\x00")
    said = read(desk, "doubles.py:Doubles", "odd.txt")
    assert said.code == 2 and "odd.txt cannot be read" in said.err


def test_standard_input_that_is_no_text_is_refused_as_a_file_is(desk: Path) -> None:
    words = ["domains", "read", f"{desk / 'doubles.py'}:Doubles", "-"]
    result = CliRunner().invoke(app, words, input=b"Answer: 6 \xff")
    assert result.exit_code == 2 and "Standard input cannot be read" in result.stderr


def test_a_reply_cannot_drive_the_terminal(desk: Path) -> None:
    (desk / "reply.txt").write_text("Answer: 6\x1b[2J")
    assert "\x1b" not in read(desk, "doubles.py:Doubles", "reply.txt").out
