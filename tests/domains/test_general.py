"""General reasoning: families in turn, levels as difficulty, and how a reply went about it."""

import itertools
import math
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.domains import SPLITS, Problem, check, get
from tutelage.domains.gym.families import WORKED_FAMILIES
from tutelage.domains.gym.general import General
from tutelage.evidence import split_floors

DOMAIN = General()


@pytest.fixture(scope="module")
def some_problems() -> list[Problem]:
    return [problem for split in SPLITS for problem in DOMAIN.problems(split, 54, 0)]


def of(problems: list[Problem], family: str, level: int = 0) -> Problem:
    return next(
        p for p in problems if p.topic == family.replace("_", " ") and p.difficulty == level + 1
    )


def test_general_is_sound_and_no_constant_answer_goes_far() -> None:
    report = check(DOMAIN, 36, floors=split_floors)
    assert report.ok, report.as_text()
    assert not [found for found in report.findings if found.level == "note"], report.as_text()
    assert max(floor.constant for floor in report.floors) <= 0.3, report.as_text()
    assert any(not rule.steps for rule in DOMAIN.guide.rules)


def test_families_and_levels_come_in_turn_and_a_harder_level_is_kept_for_ood(
    some_problems: list[Problem],
) -> None:
    train = DOMAIN.problems("train", 54, 0)
    seen = Counter((problem.topic, problem.difficulty) for problem in train)
    assert len(seen) == 3 * len(WORKED_FAMILIES) and set(seen.values()) == {3}
    assert {p.difficulty for p in DOMAIN.problems("ood", 30, 0)} == {4, 5}


def test_neighbouring_seeds_share_no_stretch_of_problems() -> None:
    """Item i under seed s is item 0 under seed s + i: seeds must stand far apart."""
    one, other = ({p.text for p in DOMAIN.problems("train", 120, seed)} for seed in (0, 1))
    small = {p.text for p in DOMAIN.problems("train", 120, 0) if p.difficulty == 1}
    assert len((one - small) & other) <= 2


def test_the_same_task_in_another_order_is_the_same_problem() -> None:
    item = {"animals": {"crab": 2, "dog": 3}}
    turned = {"animals": {"dog": 3, "crab": 2}}
    assert WORKED_FAMILIES["leg_counting"].canonical(item) == WORKED_FAMILIES[
        "leg_counting"
    ].canonical(turned)
    gcd = WORKED_FAMILIES["gcd"].canonical
    assert gcd({"numbers": [6, 4]}) == gcd({"numbers": [4, 6]}) != gcd({"numbers": [4, 8]})
    chain = WORKED_FAMILIES["chain_sum"].canonical
    assert chain({"expression": "7 - 2 + 3"}) == chain({"expression": "7 + 3 - 2"})


def test_a_problem_has_one_name_wherever_its_family_is_asked() -> None:
    family = get("gym:spell_backward", {"level": 0})
    alone = {p.text: p.id for p in family.problems("train", 150, 0)}
    shared = [p for p in DOMAIN.problems("train", 200, 0) if p.text in alone]
    assert shared and all(alone[p.text] == p.id for p in shared)


def test_every_working_reaches_the_answer_by_itself(some_problems: list[Problem]) -> None:
    for problem in some_problems:
        text = DOMAIN.solution(problem, frozenset({"working"})).partition("\nAnswer:")[0]
        if problem.topic == "spell backward":
            assert text.rpartition("first ")[2].rstrip(".").replace(" ", "") == problem.answer
        elif problem.topic == "count bits":
            assert text.split(", which is ")[1].split()[0] == problem.answer
        else:
            assert re.findall(r"-?\d+", text)[-1] == problem.answer, (problem.text, text)


def test_every_written_line_is_true(some_problems: list[Problem]) -> None:
    lines = 0
    for problem in some_problems:
        text = DOMAIN.solution(problem, frozenset({"working", "check"})).partition("\nAnswer:")[0]
        for a, sign, b, c in re.findall(r"(-?\d+)([-+x])(\d+)=(-?\d+)", text):
            true = {"+": int(a) + int(b), "-": int(a) - int(b), "x": int(a) * int(b)}[sign]
            assert true == int(c), text
            lines += 1
        for a, b, c in re.findall(r"(\d+) mod (\d+) = (\d+)", text):
            assert int(a) % int(b) == int(c), text
            lines += 1
        for number, powers in re.findall(r"(\d+) is ([\d +]+), which", text):
            assert int(number) == sum(map(int, powers.split(" + "))), text
            lines += 1
        for parts in re.findall(r"([\d, ]+) have no common factor", text):
            assert math.gcd(*map(int, parts.split(","))) == 1, text
        for word, backward in re.findall(r"Check: (\w+) read from its end is (\w+)", text):
            assert word[::-1] == backward
        if problem.topic == "letter counting":
            letter = problem.text.split('"')[1]
            for word, n in re.findall(r"(\S+) (\d+)(?:, |\. Together)", text):
                assert word.lower().count(letter.lower()) == int(n), text
                lines += 1
    assert lines > 200


@pytest.mark.parametrize(
    ("reply", "modes"),
    [
        ("Answer: 987654", {"answered_at_once", "wrong_answer"}),
        ("I add them all. Answer: 987654", {"unchecked", "wrong_answer"}),
        ("I add them all. Check: yes. Answer: 987654", {"wrong_answer"}),
        ("Let me see.\n" * 5, {"repeated_itself", "no_answer", "stopped_early", "unchecked"}),
        ("1+1=3. Check: no. Answer: 3", {"false_equation", "stopped_early", "wrong_answer"}),
        ("Check: so. Answer: 123456\nAnswer: 987654", {"contradicted_itself", "no_answer"}),
        ("Check: so. Answer: 1. Check it. Answer: 9", {"contradicted_itself", "wrong_answer"}),
        ("", {"no_answer", "unchecked"}),
    ],
)
def test_how_a_reply_went_about_it_is_named(
    some_problems: list[Problem], reply: str, modes: set[str]
) -> None:
    problem = of(some_problems, "chain_sum", 1)
    assert set(DOMAIN.judge(problem, reply).failure_modes) == modes


def test_an_answer_against_ones_own_working_is_a_contradiction(
    some_problems: list[Problem],
) -> None:
    for family in ("chain_sum", "leg_counting"):
        problem = of(some_problems, family, 2)
        worked = DOMAIN.solution(problem).rpartition(": ")[0]
        verdict = DOMAIN.judge(problem, f"{worked}: {int(problem.answer) + 1}")
        assert verdict.failure_modes == ("contradicted_itself", "wrong_answer")
        half = DOMAIN.solution(problem, frozenset({"working"})).split(";")[0]
        stopped = DOMAIN.judge(problem, f"{half}. Check. Answer: {int(problem.answer) + 1}")
        assert "stopped_early" in stopped.failure_modes


def test_a_right_answer_is_right_however_it_was_reached(some_problems: list[Problem]) -> None:
    for problem in some_problems:
        verdict = DOMAIN.judge(problem, f"1+1=3. 1+1=3. 1+1=3. Answer: {problem.answer}")
        assert (verdict.outcome, verdict.failure_modes) == ("right", ())


def test_families_and_levels_can_be_chosen_and_others_are_refused() -> None:
    some = get("general", {"families": ["gcd", "count_bits"], "levels": [0]})
    some_problems = some.problems("train", 20, 0)
    assert {(p.topic, p.difficulty) for p in some_problems} == {("gcd", 1), ("count bits", 1)}
    with pytest.raises(ValueError, match=r"no steps for sudoku.*gym:FAMILY"):
        get("general", {"families": ["sudoku"]})
    with pytest.raises(ValueError, match="from 0 to 2"):
        get("general", {"levels": [3]})


SAMPLE = DOMAIN.problems("train", 6, 0)


@settings(max_examples=150)
@given(st.sampled_from(SAMPLE), st.text(max_size=120), st.booleans())
def test_the_judge_takes_any_reply(problem: Problem, reply: str, marked: bool) -> None:
    verdict = DOMAIN.judge(problem, f"Answer: {reply}" if marked else reply)
    assert 0.0 <= verdict.score <= 1.0 and verdict.feedback
    assert set(verdict.failure_modes) <= set(DOMAIN.guide.failure_modes)


def test_worked_solutions_are_right_with_every_set_of_steps(some_problems: list[Problem]) -> None:
    kinds = DOMAIN.guide.step_kinds
    for problem in some_problems[::5]:
        for size in range(len(kinds) + 1):
            for steps in itertools.combinations(kinds, size):
                reply = DOMAIN.solution(problem, frozenset(steps))
                assert DOMAIN.judge(problem, reply).outcome == "right"
