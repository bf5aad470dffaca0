"""Judging coding: references are right, everything else says what is wrong with it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.domains import SPLITS, Problem, get
from tutelage.domains.python_coding.programs import find_program
from tutelage.domains.python_coding.selection import tasks_by_id
from tutelage.domains.python_coding.templates import Task

CODING = get("python_coding")
DEBUGGING = get("debugging")


def problem_for(name: str, **params: object) -> Problem:
    """The problem of a template whose parameters say what is asked for."""
    for task in tasks_by_id().values():
        if task.name == name and all(_says(task, key) == value for key, value in params.items()):
            return Problem("0" * 16, task.text, "", 1, task.code, {"task": task.id})
    raise LookupError(f"no {name} with {params}")


def _says(task: Task, key: str) -> object:
    value = task.params[key]
    return value if isinstance(value, int | str) else value["say"]


def modes(problem: Problem, code: str) -> tuple[str, ...]:
    verdict = CODING.judge(problem, f"```python\n{code}\n```")
    assert verdict.outcome == "wrong", verdict
    return verdict.failure_modes


COUNT = problem_for("count_if", how="greater than", limit=5)
RUNNING = problem_for("running", start=0)
KTH = problem_for("kth", k=2, way="smallest", equal="Equal numbers count each")


@pytest.mark.parametrize(
    ("problem", "code", "mode"),
    [
        (COUNT, "def count_if(numbers):\n    return len(numbers", "does_not_load"),
        (COUNT, "import no_such_module\n\ndef count_if(n):\n    return 0", "does_not_load"),
        (COUNT, "def count(numbers):\n    return 0", "not_defined"),
        (COUNT, "def count_if(numbers):\n    print(len(numbers))", "returns_nothing"),
        (COUNT, "def count_if(numbers):\n    return float(len(numbers))", "wrong_type"),
        (COUNT, "def count_if(numbers):\n    return {1}", "wrong_type"),
        (COUNT, "def count_if(numbers):\n    return numbers[0] and 0", "crash"),
        (
            COUNT,
            "def count_if(numbers):\n    return sum(n > 5 for n in numbers) + (numbers == [])",
            "empty_input",
        ),
        (COUNT, "def count_if(numbers):\n    return sum(n > 5 for n in numbers) + 1", "off_by_one"),
        (
            COUNT,
            "def count_if(numbers):\n    numbers.sort()\n    return sum(n > 5 for n in numbers)",
            "mutated_argument",
        ),
        (RUNNING, "def running(numbers):\n    return sorted(numbers)", "wrong_value"),
        (KTH, "def kth(numbers):\n    return sorted(numbers)[1]", "wrong_exception"),
        (
            KTH,
            "def kth(numbers):\n    if len(set(numbers)) < 2:\n        raise ValueError\n"
            "    return sorted(set(numbers))[1]",
            "duplicates",
        ),
    ],
)
def test_a_wrong_program_names_its_failure(problem: Problem, code: str, mode: str) -> None:
    assert mode in modes(problem, code)


@pytest.mark.slow
def test_an_endless_program_is_a_timeout() -> None:
    assert modes(COUNT, "def count_if(numbers):\n    while True:\n        pass") == ("timeout",)


def test_feedback_shows_one_call_with_what_it_must_be_and_what_it_is() -> None:
    verdict = CODING.judge(COUNT, "```python\ndef count_if(numbers):\n    return 7\n```")
    assert "must be 0, it is 7." in verdict.feedback
    assert "of 120 tests fail." in verdict.feedback


@pytest.mark.parametrize(
    "trick",
    [
        "class Any(int):\n    __eq__ = lambda s, o: True\n    __hash__ = int.__hash__\n\n"
        "def count_if(numbers):\n    return Any(0)",
        "import os\n\ndef count_if(numbers):\n    os._exit(0)",
        "def _drive(*args):\n    return 0\n\ndef count_if(numbers):\n    return True",
        "import sys\n\ndef count_if(numbers):\n"
        "    f = sys._getframe()\n    while f:\n"
        "        for v in f.f_locals.values():\n"
        "            if getattr(v, 'expected', None) is not None:\n"
        "                return v.expected\n"
        "        f = f.f_back\n    return -1",
    ],
)
def test_a_program_that_cheats_its_judge_is_wrong(trick: str) -> None:
    assert CODING.judge(COUNT, f"```python\n{trick}\n```").outcome == "wrong"


GOOD = "def count_if(numbers):\n    return sum(n > 5 for n in numbers)"


@pytest.mark.parametrize(
    ("reply", "how"),
    [
        (f"```python\n{GOOD}\n```", "one block"),
        (f"Sure!\n```\n{GOOD}\n```\nIt counts.", "one block"),
        (f"~~~py\n{GOOD}\n~~~", "one block"),
        (f"  ```python\n{GOOD}\n  ```", "one block"),
        (f"```python\n{GOOD}", "an open block"),
        (f"Here it is:\n\n{GOOD}\n\nThis loops over all numbers.", "no block"),
        (GOOD, "no block"),
        (f"```python\ndef count_if(x):\n    return 1\n```\nBetter:\n```python\n{GOOD}\n```",
         "last of 2 blocks"),
        (f"```python\n{GOOD}\n```\nTry it:\n```python\nprint(count_if([1]))\n```",
         "last of 2 blocks"),
        ("```python\ndef big(n):\n    return n > 5\n```\nand\n```python\n"
         "def count_if(numbers):\n    return sum(map(big, numbers))\n```", "2 of 2 blocks"),
        (f"```bash\npip install x\n```\n```python\n{GOOD}\n```", "one block"),
        (f"```python\r\n{GOOD}\r\n```".replace("\n", "\r\n"), "one block"),
        ("```\n>>> def count_if(numbers):\n...     return sum(n > 5 for n in numbers)\n...\n"
         ">>> count_if([])\n0\n```", "one block"),
    ],
)  # fmt: skip
def test_a_program_is_found_however_it_stands_in_the_reply(reply: str, how: str) -> None:
    found = find_program(reply, "count_if")
    assert found and found.how == how
    verdict = CODING.judge(COUNT, reply)
    assert verdict.outcome == "right", verdict
    assert (how in verdict.feedback) == (how != "one block")


@pytest.mark.parametrize(
    "reply", ["", "I would use a loop.", "```text\nno code\n```", "Answer: 5", "``` ```"]
)
def test_a_reply_without_a_program_is_unparsed(reply: str) -> None:
    verdict = CODING.judge(COUNT, reply)
    assert (verdict.outcome, verdict.failure_modes) == ("unparsed", ("no_code",))


@settings(max_examples=200)
@given(st.text(alphabet="`~pydefclass count_if():\n\t\x00\ud800=>.'\"", max_size=300))
def test_reading_a_reply_never_raises(reply: str) -> None:
    find_program(reply, "count_if")


@settings(max_examples=25)
@given(st.text(max_size=80))
def test_scribble_in_a_block_is_never_right(scribble: str) -> None:
    assert CODING.judge(COUNT, f"```python\n{scribble}\n```").outcome != "right"


@pytest.mark.parametrize("name", ["python_coding", "debugging"])
def test_solutions_are_right_with_every_step_alone_and_without_any(name: str) -> None:
    domain = get(name)
    kinds = list(domain.guide.step_kinds)
    for split in SPLITS:
        for number, problem in enumerate(domain.problems(split, 4, 1)):
            bare = domain.solution(problem, frozenset()) or ""
            alone = domain.solution(problem, frozenset({kinds[number % len(kinds)]})) or ""
            whole = domain.solution(problem) or ""
            assert bare.startswith("```python\n") and bare in alone and bare in whole
            assert len(bare) < len(alone) < len(whole)
            for text in (bare, whole):
                assert domain.judge(problem, text).outcome == "right"
            for text in ("", problem.text):
                assert domain.judge(problem, text).outcome != "right"
