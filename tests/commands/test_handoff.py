"""A run whose requests people answer: it pauses with its own exit code, and goes on from files."""

import re
from contextlib import chdir
from pathlib import Path

import pytest

from tutelage.graph.calls.budget import Spending
from tutelage.graph.calls.journal import Journal
from tutelage.graph.calls.judge_model import with_judge
from tutelage.graph.config.sections import Budget
from tutelage.graph.measure.adapters import dataset_of
from tutelage.models.contract import AnswersAwaited
from tutelage.store import open_log
from tutelage.store.edits import Add
from tutelage.store.events import (
    AttemptJudged,
    CallCompleted,
    CallInDoubt,
    CallIntended,
    RunFinished,
)
from tutelage.store.rules import Strategy

from ..graph.fakes import Pupil
from ..graph.server import obliging
from ..graph.world import small_run
from .conftest import Said, at, write_desk

TINY = """
splits = { train = 30, val = 20, test = 2, ood = 0 }
loop = { cycles = 1, rounds = 1, candidates = 1, batch = 6, feedback = 4 }
gate.channel = "words"
train.examples = 4
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A working folder with `hand.toml`, whose teacher is a person."""
    write_desk(tmp_path)
    write_config(tmp_path, teacher="handoff:answers")
    return tmp_path


def write_config(desk: Path, **roles: str) -> None:
    head = (desk / "small.toml").read_text().partition("splits")[0]
    for role, spec in {"name": "hand", **roles}.items():
        head = re.sub(rf'^{role} = ".*"$', f'{role} = "{spec}"', head, flags=re.M)
    (desk / "hand.toml").write_text(head + TINY)


def answer(desk: Path, most: int = 1000) -> int:
    """Be the person who answers at most so many requests; return how many were answered."""
    done = 0
    for request in sorted((desk / "answers").glob("*.request.md")):
        file = request.with_name(request.name.replace(".request.", ".answer."))
        if file.exists() or done == most:
            continue
        instructions, _, question = request.read_text().partition("## The question")
        file.write_text(obliging(instructions, question))
        done += 1
    return done


def to_the_end(desk: Path) -> list[Said]:
    """Answer and resume until the run ends; what each resume said."""
    said = []
    while not said or said[-1].code == 5:
        assert answer(desk), "each pause leaves something to answer"
        said.append(at(desk, "resume", "hand"))
    return said


def test_a_run_waits_for_answers_with_its_own_exit_code_and_says_where(desk: Path) -> None:
    said = at(desk, "run", "hand.toml")
    assert said.code == 5, said.err
    *_, waits, how, command = said.out.splitlines()
    assert re.fullmatch(
        r"Run hand waits for people: 6 requests wait for answers in answers; the first is "
        r"0001-\w+\.request\.md\.",
        waits,
    )
    assert how == "Everything is recorded. Once answers are there, go on with"
    assert command == "tutelage resume hand"
    assert at(desk, "runs", "--json").json[0]["state"] == "awaiting answers"
    *_, where, _, command = at(desk, "show", "hand").out.splitlines()
    assert where == "6 requests wait for people's answers in answers."
    assert command == "tutelage resume hand"
    assert at(desk, "models", "check", "handoff:answers").out.endswith("6 wait there for answers\n")


def test_resuming_too_early_changes_nothing(desk: Path) -> None:
    at(desk, "run", "hand.toml")
    with open_log(desk / ".tutelage") as log:
        before = [entry.hash for entry in log.entries()]
    for _ in range(2):
        assert at(desk, "resume", "hand", "--json").code == 5
    with open_log(desk / ".tutelage") as log:
        assert [entry.hash for entry in log.entries()] == before


def test_the_run_ends_and_no_pending_call_is_in_doubt_or_asked_twice(desk: Path) -> None:
    at(desk, "run", "hand.toml")
    assert answer(desk, most=2) == 2
    partly = at(desk, "resume", "hand")
    assert partly.code == 5 and "4 requests wait" in partly.out
    said = to_the_end(desk)
    assert said[-1].code == 0, said[-1].err
    assert len(said) == 5, "solve, reflect, propose, feedback, evaluate: one pause for each step"
    with open_log(desk / ".tutelage") as log:
        assert not list(log.events(CallInDoubt)) and len(list(log.events(RunFinished))) == 1
        assert not [it for it in log.events(AttemptJudged) if it.outcome == "error"]
        asked = [it.request for it in log.events(CallIntended) if it.model == "handoff:answers"]
    assert len(list((desk / "answers").glob("*.request.md"))) == len(set(asked))
    assert at(desk, "replay", "hand").code == 0
    assert at(desk, "log", "verify").code == 0


def test_an_answer_that_was_taken_may_change_or_go(desk: Path) -> None:
    at(desk, "run", "hand.toml")
    answer(desk, most=3)
    at(desk, "resume", "hand")
    for number, file in enumerate(sorted((desk / "answers").glob("*.answer.md"))):
        file.unlink() if number else file.write_text("Something else.")
    assert "3 requests wait" in at(desk, "resume", "hand").out
    for request in (desk / "answers").glob("*.request.md"):
        assert "Is the number" in request.read_text()
    answer(desk)
    at(desk, "resume", "hand")
    with open_log(desk / ".tutelage") as log:
        texts = [log.text(it.reply_text) for it in log.events(CallCompleted)]
    assert "Something else." not in texts


def test_a_plan_costs_nothing_and_counts_peoples_requests(desk: Path) -> None:
    said = at(desk, "plan", "hand.toml")
    assert said.code == 0, said.err
    assert "at most $0.00" in said.out
    assert re.search(r"Up to \d+ requests to handoff:answers take people's time", said.out)
    assert not (desk / "answers").exists(), "a plan writes nothing"


def test_a_person_is_the_student(desk: Path) -> None:
    write_config(desk, student="handoff:answers")
    said = at(desk, "run", "hand.toml")
    assert said.code == 5 and "requests wait for answers" in said.out
    assert to_the_end(desk)[-1].code == 0


def test_a_person_is_a_validator_who_is_not_tried_beforehand(desk: Path) -> None:
    write_config(desk, teacher="rulebook")
    config = (desk / "hand.toml").read_text().replace("candidates = 1", "candidates = 2")
    (desk / "hand.toml").write_text(f'validators = ["handoff:answers"]\n{config}')
    said = at(desk, "run", "hand.toml")
    assert said.code == 5 and "Gate parity@" in said.out, "the student's gate comes first"
    assert to_the_end(desk)[-1].code == 0
    measured = at(desk, "show", "hand").out
    assert re.search(r"portable  parity@\d for handoff:answers", measured)


def test_a_person_judges(desk: Path) -> None:
    options, judge = with_judge({"judge_model": "handoff:answers"})
    assert judge is not None and options["judge_model"] is judge
    with chdir(desk), open_log(desk / "store") as log:
        judge.journal = Journal(log, "hand", Spending(Budget()))
        with pytest.raises(AnswersAwaited, match="2 requests wait"):
            judge(["Is it good?", "Is it short?"])
        for request in sorted((desk / "answers").glob("*.request.md")):
            told = "Yes." if "good" in request.read_text() else "No."
            request.with_name(request.name.replace(".request.", ".answer.")).write_text(told)
        assert judge(["Is it good?", "Is it short?"]) == ["Yes.", "No."]


def test_an_order_or_a_secret_in_an_answer_is_kept_out_as_of_any_model(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "very-secret-value-0123")
    at(desk, "run", "hand.toml")
    answer(desk, most=5)
    (last,) = [
        file
        for file in (desk / "answers").glob("*.request.md")
        if not file.with_name(file.name.replace(".request.", ".answer.")).exists()
    ]
    taken = last.with_name(last.name.replace(".request.", ".answer."))
    taken.write_text("The key is very-secret-value-0123. Answer: YES")
    at(desk, "resume", "hand")
    with open_log(desk / ".tutelage") as log:
        texts = [log.text(it.reply_text) for it in log.events(CallCompleted)]
    assert any("[secret removed]" in text for text in texts)
    assert not any("very-secret-value" in text for text in texts)


def test_all_worked_solutions_are_asked_for_at_once(tmp_path: Path) -> None:
    run = small_run(tmp_path, teacher=f"handoff:{tmp_path / 'answers'}", student=Pupil({}))
    run.freeze()
    wordy = Strategy(rules=(Add(section="Method", text="Be thorough.").rule("r-1"),))
    wanted = len(run.example_problems)
    with pytest.raises(AnswersAwaited, match=f"{wanted} requests wait"):
        dataset_of(run, wordy)
    for request in (tmp_path / "answers").glob("*.request.md"):
        number = int(re.findall(r"the number (\d+) even", request.read_text())[0])
        told = "I am thorough. Answer: " + ("NO" if number % 2 else "YES")
        request.with_name(request.name.replace(".request.", ".answer.")).write_text(told)
    assert len(dataset_of(run, wordy).examples) == wanted
