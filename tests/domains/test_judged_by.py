"""Every verdict says what judged it where that can differ: the level of a sandbox, or a model."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutelage.domains import get, sandbox
from tutelage.domains.sandbox.levels import ONLY

JUDGING = """
import sys; sys.path.insert(0, sys.argv[1])
import lacking
lacking.lack("landlock_create_ruleset")
from tutelage.domains import get
for name in ("python_coding", "debugging", "humaneval"):
    domain = get(name)
    (problem,) = domain.problems("test", 1, 0)
    for reply in (domain.solution(problem), "I cannot tell."):
        verdict = domain.judge(problem, reply)
        print(verdict.outcome, verdict.judged_by)
"""


def judge_in_process(**environment: str) -> list[str]:
    """Judge in a process that cannot put on Landlock; return what it prints."""
    clean = {name: value for name, value in os.environ.items() if name != sandbox.UNSAFE}
    ran = subprocess.run(
        [sys.executable, "-c", JUDGING, str(Path(__file__).parent / "sandbox")],
        capture_output=True,
        text=True,
        env={**clean, ONLY: "zygote", **environment},
        check=True,
    )
    return ran.stdout.splitlines()


@pytest.mark.parametrize("name", ["python_coding", "debugging", "humaneval"])
def test_a_verdict_on_a_program_names_the_level_and_why_it_is_that_one(name: str) -> None:
    domain = get(name)
    (problem,) = domain.problems("test", 1, 0)
    level = "{}: {}".format(*sandbox.level())
    replies = [domain.solution(problem) or "", "```python\nx = (\n```", "I cannot tell."]
    verdicts = [domain.judge(problem, reply) for reply in replies]
    assert [verdict.outcome for verdict in verdicts] == ["right", "wrong", "unparsed"]
    assert {verdict.judged_by for verdict in verdicts} == {level}


def test_without_protections_every_verdict_says_unsafe_and_what_is_missing() -> None:
    said = judge_in_process(**{sandbox.UNSAFE: "1"})
    assert [line.split(" ", 2)[:2] for line in said] == [["right", "unsafe:"],
                                                         ["unparsed", "unsafe:"]] * 3  # fmt: skip
    assert all("Landlock" in line and f"{sandbox.UNSAFE}=1 allows it" in line for line in said)


def test_where_nothing_may_run_the_verdict_is_an_error_and_says_why() -> None:
    said = judge_in_process()
    assert [line.split(" ", 2)[:2] for line in said] == [["error", "none:"],
                                                         ["unparsed", "none:"]] * 3  # fmt: skip
    assert all("Landlock" in line for line in said)
