"""The worker of the symbolic judge: one for all threads, limited in time and memory, replaced."""

import multiprocessing
import threading
from pathlib import Path

import pytest

from tutelage.domains.maths.answers import Gold
from tutelage.domains.maths.equality import equal
from tutelage.domains.maths.judging import Facts, judge
from tutelage.domains.maths.symbolic import JUDGE, LibraryAnswer, SymbolicJudge, Unavailable

SAME = LibraryAnswer(same=True, values_agree=True)
TOWER = "9^{9^{9^{9}}}"
HANGING = [
    TOWER,
    "x" + "^{x" * 400 + "}" * 400,
    "{" * 900 + "x" + "}" * 900,
    r"\frac{1}{" * 90 + "x" + "}" * 90,
    r"\sqrt{" * 200 + "x" + "}" * 200,
    "(" * 900 + "x" + ")" * 900,
    r"\binom{10^9}{5 \cdot 10^8}",
    "(10^9)!",
    "((((x+y)^{99}+z)^{99}+1)^{99})^{99}",
    r"\sum_{k=1}^{10^{12}} \frac{1}{k^2}",
    r"\int_0^1 \int_0^1 \sin(x^{y^x}) dx dy",
]
"""As a reply gives them, each meant to keep a parser or a simplifier busy."""


def test_a_question_without_end_costs_one_worker_and_the_next_one_is_answered() -> None:
    worker = SymbolicJudge(limit=0.5)
    try:
        assert worker.compare("x^{2}", r"x \cdot x") == SAME
        assert worker.compare("x+1", TOWER).late and worker.restarts == 1
        found: list[LibraryAnswer] = []
        threads = [
            threading.Thread(target=lambda: found.append(worker.compare(r"\sqrt{8}", r"2\sqrt{2}")))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [SAME] * 4
        assert worker.restarts == 1
    finally:
        worker.close()


@pytest.mark.parametrize("reply", HANGING, ids=lambda reply: reply[:16])
def test_a_reply_made_to_hang_a_parser_costs_at_most_one_worker(reply: str) -> None:
    before = JUDGE.restarts
    assert not equal(r"\sqrt{2} + x", reply).same
    assert JUDGE.restarts <= before + 1


def test_a_list_made_to_hang_costs_at_most_one_worker_and_the_verdict_says_so() -> None:
    before = JUDGE.restarts
    towers = ", ".join(f"9^{{9^{{9^{{{n}}}}}}}" for n in range(8, 14))
    wanted = Gold("free", "1,2,3,4,5,6")
    verdict = judge(Facts(wanted, wanted.answer), f"Answer: {towers}")
    assert verdict.outcome == "wrong" and "no end" in verdict.doubt
    assert JUDGE.restarts <= before + 1
    assert equal(r"\sqrt{50}", r"5\sqrt{2}").same, "the next reply is judged as ever"


def test_a_question_that_was_interrupted_leaves_no_answer_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = SymbolicJudge()

    def interrupt(process: object, question: bytes) -> bytes:
        raise KeyboardInterrupt

    try:
        assert worker.compare("x", "x") == SAME
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("tutelage.domains.maths.symbolic._ask", interrupt)
            worker.compare("x", "y")
        assert worker._process is None, "its answer would be the next question's"
        assert worker.compare("x", "x") == SAME
    finally:
        worker.close()


@pytest.mark.parametrize(
    "reply", ["7" * 10_000_000, "{" * 10_000, "\0", "x\n+1", ""], ids=lambda reply: repr(reply[:9])
)
def test_for_what_is_no_short_line_no_worker_is_started(reply: str) -> None:
    JUDGE.close()
    assert not equal("x + 1", reply).same
    assert JUDGE._process is None


def test_a_worker_that_was_killed_is_no_verdict_and_none_is_told_a_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    worker = SymbolicJudge()
    try:
        assert worker.compare("x", "x").same is True
        process = worker._process
        assert process is not None
        assert b"SOME_API_KEY" not in Path(f"/proc/{process.pid}/environ").read_bytes()
        process.kill()
        process.wait()
        assert worker.compare("x", "x").same is True, "a new one is asked the same"
        assert worker.restarts == 1
    finally:
        worker.close()


def test_a_question_that_kills_two_workers_is_not_asked_for_ever(tmp_path: Path) -> None:
    script = tmp_path / "dying.py"
    script.write_text("print('ready', flush=True)\ninput()\nraise SystemExit(1)\n")
    worker = SymbolicJudge(script=script)
    assert worker.compare("x", "y").late
    assert worker.restarts == 2


def test_without_a_worker_nobody_claims_to_know(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="math-verify"):
        SymbolicJudge(script=tmp_path / "none.py").compare("x", "y")


def asked_in_a_child(answers: "multiprocessing.Queue[bool]") -> None:
    answers.put(equal(r"\sqrt{18}", r"3\sqrt{2}").same)


def test_a_forked_process_asks_a_worker_of_its_own() -> None:
    assert equal(r"\sqrt{8}", r"2\sqrt{2}").same
    fork = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[bool] = fork.Queue()
    child = fork.Process(target=asked_in_a_child, args=(answers,))
    child.start()
    assert answers.get(timeout=300) is True
    child.join()
    assert equal(r"\sqrt{8}", r"2 \cdot \sqrt{2}").same, "the parent's worker is its own"
