"""Families of reasoning-gym: splits by question, partial scores, steps where we know the family."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.domains import SPLITS, NotEnoughProblems, get

SUMS = get("reasoning-gym")


def test_the_default_is_chain_sum_and_the_short_name_says_the_family() -> None:
    assert SUMS.name == "gym:chain_sum"
    assert get(SUMS.name).problems("train", 5, 0) == SUMS.problems("train", 5, 0)
    assert get("gym:gcd").name == "gym:gcd"


@pytest.mark.parametrize("family", ["chain_sum", "leg_counting"])
def test_worked_solutions_are_right_with_every_set_of_steps(family: str) -> None:
    domain = get(f"gym:{family}")
    kinds = domain.guide.step_kinds
    assert len(kinds) >= 2
    for split in SPLITS:
        for problem in domain.problems(split, 20, 0):
            for size in range(len(kinds) + 1):
                for steps in itertools.combinations(kinds, size):
                    text = domain.solution(problem, frozenset(steps)) or ""
                    assert domain.judge(problem, text).outcome == "right"
                    assert domain.judge(problem, f"{text.split(': ')[0]}\nAnswer: 1x").score < 1.0


def test_every_equation_that_a_worked_solution_writes_is_true() -> None:
    for family in ("chain_sum", "leg_counting"):
        domain = get(f"gym:{family}")
        for problem in domain.problems("train", 60, 2):
            text = (domain.solution(problem) or "").replace(f": {problem.answer}", ": 123456")
            verdict = domain.judge(problem, text)
            assert "false_equation" not in verdict.failure_modes, text
            assert "no_working" not in verdict.failure_modes, text


def test_a_false_equation_is_named_and_the_tail_of_a_longer_sum_is_none() -> None:
    problem = SUMS.problems("train", 1, 0)[0]
    verdict = SUMS.judge(problem, "3+4=8. Answer: 123456")
    assert verdict.failure_modes == ("wrong_answer", "false_equation")
    assert verdict.feedback.startswith("3+4=8 is false.")
    assert "false_equation" not in SUMS.judge(problem, "1 + 3 + 4 = 8. Answer: 9").failure_modes


def test_the_seed_moves_the_problems_and_never_their_split() -> None:
    seen: dict[str, set[str]] = {
        split: {p.text for seed in range(4) for p in SUMS.problems(split, 60, seed)}
        for split in ("train", "val", "test", "ood")
    }
    for one, other in itertools.combinations(seen.values(), 2):
        assert one.isdisjoint(other)
    assert len(seen["train"]) > 200, "neighbouring seeds must not repeat each other"


def test_a_reply_without_a_mark_is_read_on_its_last_line() -> None:
    problem = SUMS.problems("train", 1, 0)[0]
    assert SUMS.judge(problem, f" {problem.answer} ").outcome == "right"
    assert SUMS.judge(problem, f"The answer is {problem.answer}.").outcome == "right"
    assert SUMS.judge(problem, f"Hm.\n**Answer:** {problem.answer}\nBye").outcome == "right"
    assert SUMS.judge(problem, f"Hm.\n{problem.answer}").outcome == "right"
    assert SUMS.judge(problem, f"{problem.answer}\nHm.").outcome == "unparsed"
    assert SUMS.judge(problem, f"Answer: {problem.answer}. Or 987654.").outcome == "unparsed"
    assert SUMS.judge(problem, "").failure_modes == ("no_answer",)


def test_a_partial_score_is_kept_and_is_not_right() -> None:
    domain = get("gym:word_sorting")
    problem = domain.problems("train", 1, 0)[0]
    verdict = domain.judge(problem, f"Answer: it is {problem.answer}")
    assert 0.1 < verdict.score < 1.0
    assert (verdict.outcome, verdict.failure_modes) == ("wrong", ("partly_right",))


def test_a_word_behind_a_number_or_a_second_answer_is_never_right_whatever_the_scorer() -> None:
    for family in ("gsm_symbolic", "coin_flip"):
        domain = get(f"gym:{family}")
        problem = domain.problems("train", 1, 0)[0]
        for said in ("not {}", "{} is wrong", "{} or 99", "-{}", "{}x", "{} million", "{}\n99"):
            verdict = domain.judge(problem, f"Answer: {said.format(problem.answer)}")
            assert verdict.outcome != "right", (family, said)


def test_harder_problems_come_from_the_next_level_of_the_curriculum() -> None:
    domain = get("gym:spell_backward")
    home = max(len(p.answer) for p in domain.problems("train", 30, 0))
    away = min(len(p.answer) for p in domain.problems("ood", 10, 0))
    assert away >= home


def test_a_family_without_a_curriculum_asks_for_ood_parameters() -> None:
    with pytest.raises(NotEnoughProblems, match="option `ood`"):
        get("gym:acre").problems("ood", 1, 0)
    assert get("gym:acre").problems("train", 3, 0)


def test_parameters_that_a_generator_refuses_are_reported_with_the_option_to_give() -> None:
    with pytest.raises(NotEnoughProblems, match="Give the option `base`"):
        get("gym:chain_sum", {"base": {"min_terms": 5, "max_terms": 2}}).problems("train", 1, 0)


def test_a_family_without_an_answer_of_its_own_shows_no_solution() -> None:
    domain = get("gym:rush_hour")
    problem = domain.problems("train", 1, 0)[0]
    assert domain.solution(problem) is None
    assert domain.judge(problem, "Answer: nothing").outcome == "wrong"


def test_a_small_family_says_that_it_has_no_more() -> None:
    tiny = get("gym:chain_sum", {"base": {"min_terms": 2, "max_terms": 2, "max_digits": 1}})
    with pytest.raises(NotEnoughProblems, match="found"):
        tiny.problems("val", 500, 0)


def test_an_unknown_family_is_refused_with_the_list_of_families() -> None:
    with pytest.raises(ValueError, match="chain_sum"):
        get("gym:chain_sums")


PROBLEM = SUMS.problems("train", 1, 0)[0]


@settings(max_examples=200)
@given(st.text(max_size=200), st.booleans())
def test_the_judge_takes_any_reply(reply: str, marked: bool) -> None:
    verdict = SUMS.judge(PROBLEM, f"Answer: {reply}" if marked else reply)
    assert 0.0 <= verdict.score <= 1.0
    assert set(verdict.failure_modes) <= set(SUMS.guide.failure_modes)
