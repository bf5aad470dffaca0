"""Debugging: programs with one mistake that a hidden test shows, in the splits of coding."""

from collections import Counter

from tutelage.domains import SPLITS, get
from tutelage.domains.debugging.broken_programs import broken_of
from tutelage.domains.debugging.mutants import KINDS, mutants
from tutelage.domains.python_coding.selection import home_of, tasks_by_id

CODING, DEBUGGING = get("python_coding"), get("debugging")


def test_every_broken_program_fails_a_hidden_test_and_most_pass_some() -> None:
    problems = [p for split in SPLITS for p in DEBUGGING.problems(split, 6, 2)]
    for problem in problems:
        verdict = DEBUGGING.judge(problem, f"```python\n{problem.data['program']}\n```")
        assert verdict.outcome == "wrong", problem.text
        assert verdict.failure_modes[0] == "unchanged"
        assert verdict.feedback.startswith("This is the broken program as it was.")
        broken = broken_of(tasks_by_id()[problem.data["task"]])
        assert broken and not broken.case.passes(broken.found)
    assert len({problem.data["kind"] for problem in problems}) >= 5


def test_what_coding_trains_on_is_not_what_debugging_tests() -> None:
    for split in SPLITS:
        for problem in DEBUGGING.problems(split, 6, 4):
            assert home_of(tasks_by_id()[problem.data["task"]]) == split


def test_the_mended_program_is_told_by_symptom_and_cause() -> None:
    problem = DEBUGGING.problems("train", 1, 0)[0]
    told = DEBUGGING.solution(problem, frozenset({"symptom", "cause"})) or ""
    assert told.startswith("Symptom: ") and "\nCause: `" in told


def test_a_strategy_of_coding_can_be_followed_here() -> None:
    assert set(CODING.guide.step_kinds) < set(DEBUGGING.guide.step_kinds)


def test_mutants_change_one_place_and_come_in_all_kinds() -> None:
    code = (
        "def f(a, b=1):\n    total = 0\n    for one in sorted(a):\n        if one > b and not b:\n"
        "            continue\n        total += one - b\n    return max(total, a[1:]) + 'x'"
    )
    found = list(mutants(code))
    assert len({mutant.code for mutant in found}) == len(found)
    assert {mutant.kind for mutant in found} >= set(KINDS) - {"wrong jump"}
    lines = code.replace("'x'", "'x'").split("\n")
    for mutant in found:
        changed = Counter(mutant.code.split("\n")) - Counter(lines)
        assert sum(changed.values()) <= 3, mutant.code
