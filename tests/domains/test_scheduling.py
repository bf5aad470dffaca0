"""Meeting rooms: balanced problems, working that composes, and a judge that says what is wrong."""

import itertools
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.domains import SPLITS, NotEnoughProblems, Problem, Split, get
from tutelage.evidence import split_floors

SCHEDULING = get("scheduling")
KINDS = tuple(SCHEDULING.guide.step_kinds)
ENOUGH: dict[Split, int] = {"train": 400, "val": 300, "test": 200, "ood": 150}


def meetings(written: str, rooms: int) -> Problem:
    """A problem written as people write it; its answer is found by trying every hour."""
    spans = sorted(tuple(map(int, span.split("-"))) for span in written.split())
    most = max(sum(start <= hour < end for start, end in spans) for hour in range(24))
    some = SCHEDULING.problems("train", 1, 0)[0]
    data = {"rooms": rooms, "meetings": [list(span) for span in spans]}
    return replace(some, data=data, answer="YES" if most <= rooms else "NO")


def modes(problem: Problem, reply: str) -> set[str]:
    return set(SCHEDULING.judge(problem, reply).failure_modes)


@pytest.mark.parametrize("split", SPLITS)
def test_every_topic_is_balanced_in_the_whole_and_in_every_even_slice(split: Split) -> None:
    problems = SCHEDULING.problems(split, ENOUGH[split], 3)
    for some in (problems, problems[:60], problems[60:120]):
        answers = Counter((problem.topic, problem.answer) for problem in some)
        for topic in {problem.topic for problem in some}:
            assert answers[topic, "YES"] == answers[topic, "NO"]


@pytest.mark.parametrize("split", SPLITS)
def test_there_are_always_more_meetings_than_rooms_and_enough_problems(split: Split) -> None:
    problems = SCHEDULING.problems(split, ENOUGH[split], 0)
    assert len({problem.id for problem in problems}) == ENOUGH[split]
    assert all(problem.features["meetings"] > problem.features["rooms"] for problem in problems)


def test_the_answer_is_the_one_that_counting_every_hour_gives() -> None:
    for problem in SCHEDULING.problems("train", 200, 5):
        spans, rooms = problem.text.split(" rooms ")
        assert meetings(spans.replace(",", " "), int(rooms)).answer == problem.answer


def test_ood_has_more_meetings_than_anything_at_home_and_more_rooms_than_most() -> None:
    home = SCHEDULING.problems("train", 200, 0)
    away = SCHEDULING.problems("ood", 100, 0)
    most = max(problem.features["meetings"] for problem in home)
    assert all(problem.features["meetings"] > most for problem in away)
    assert {problem.topic for problem in home}.isdisjoint(problem.topic for problem in away)


@pytest.mark.parametrize("n", [120, 200, 300])
def test_no_single_question_about_the_features_answers_much_better_than_a_coin(n: int) -> None:
    drawn = {split: SCHEDULING.problems(split, min(n, ENOUGH[split]), 0) for split in SPLITS}
    answers = {split: [it.answer for it in some] for split, some in drawn.items()}
    features = {split: [it.features for it in some] for split, some in drawn.items()}
    floors = split_floors(answers, features, "train")
    assert list(floors) == list(SPLITS)
    for split, floor in floors.items():
        assert floor.constant == 0.5
        assert floor.stump <= 0.66, (split, floor)


def test_problems_do_not_depend_on_the_seed_of_pythons_hashes() -> None:
    program = (
        "from tutelage.domains import get; "
        "print([p.id for s in ('train', 'ood') for p in get('scheduling').problems(s, 40, 1)])"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = [p.id for s in ("train", "ood") for p in SCHEDULING.problems(s, 40, 1)]
    assert elsewhere.stdout == f"{here}\n"


def test_a_shorter_list_is_the_beginning_of_a_longer_one() -> None:
    assert SCHEDULING.problems("val", 50, 7) == SCHEDULING.problems("val", 90, 7)[:50]


def test_asking_for_too_many_says_how_many_there_are() -> None:
    with pytest.raises(NotEnoughProblems, match=r"val, there are \d+"):
        SCHEDULING.problems("val", 100_000, 0)


def test_topics_narrow_the_problems_and_a_wrong_topic_names_the_right_ones() -> None:
    narrow = get("scheduling", {"topics": ["3 meetings, 2 rooms"]})
    assert {problem.topic for problem in narrow.problems("train", 40, 0)} == {"3 meetings, 2 rooms"}
    with pytest.raises(ValueError, match="Known: 3 meetings, 2 rooms"):
        get("scheduling", {"topics": ["9 meetings, 1 room"]})


def test_every_set_of_steps_composes_into_a_solution_that_is_judged_right() -> None:
    subsets = [
        frozenset(chosen)
        for size in range(len(KINDS) + 1)
        for chosen in itertools.combinations(KINDS, size)
    ]
    for split in SPLITS:
        for problem in SCHEDULING.problems(split, 30, 0):
            written = [SCHEDULING.solution(problem, steps) or "" for steps in subsets]
            assert len(set(written)) == len(subsets), "each set of steps reads differently"
            for text in written:
                assert SCHEDULING.judge(problem, text).outcome == "right"


def test_no_steps_is_the_bare_answer_and_none_is_all_of_them() -> None:
    problem = SCHEDULING.problems("train", 1, 0)[0]
    assert SCHEDULING.solution(problem, frozenset()) == f"Answer: {problem.answer}"
    assert SCHEDULING.solution(problem) == SCHEDULING.solution(problem, frozenset(KINDS))


def test_the_steps_are_written_as_a_small_student_learns_them_best() -> None:
    assert SCHEDULING.solution(meetings("2-6 3-4 4-5 5-7", 2), frozenset({"running"})) == (
        "2-6:6=1 3-4:6,4=2 4-5:6,5=2 5-7:6,7=2. Answer: YES"
    )
    assert SCHEDULING.solution(meetings("2-6 3-4 3-5", 2), frozenset({"comparison"})) == (
        "Peak 3 > rooms 2. Answer: NO"
    )


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        ("Answer: NO", "NO"),
        ("answer: no.", "NO"),
        ("**Answer:** `No`", "NO"),
        ("Answer: YES, wait. Answer: NO", "NO"),
        ("The answer is yes", "YES"),
        ("No.", "NO"),
        ("  **Yes**, they can.", "YES"),
        ("No, it cannot be yes.", None),
        ("There is no room.", None),
        ("Answer: YES or NO", None),
        ("Answer: `NO`/`YES`", None),
        ("Answer: NO and nothing else", "NO"),
        ("Nothing", None),
        ("", None),
    ],
)
def test_the_last_answer_counts_and_a_bare_yes_or_no_is_an_answer(
    reply: str, read: str | None
) -> None:
    verdict = SCHEDULING.judge(meetings("1-4 2-5 3-6", 2), reply)
    assert verdict.answer == read
    assert verdict.outcome == ("unparsed" if read is None else "right" if read == "NO" else "wrong")


def test_a_wrong_bare_answer_shows_nothing_of_its_working() -> None:
    problem = meetings("1-4 2-5 3-6", 2)
    assert modes(problem, "Answer: YES") == {"no_running_list", "no_comparison", "false_yes"}
    assert modes(meetings("1-4 2-5 4-6", 2), "No.") == {
        "no_running_list",
        "no_comparison",
        "false_no",
    }


@pytest.mark.parametrize(
    ("working", "flaw"),
    [
        ("1-5:5=1 2-6:5,6=2 3-7:5,7=2. Peak 2 <= rooms 2.", "missed_meeting"),
        ("1-5:5=1 2-6:5,6=2. Peak 2 <= rooms 2.", "missed_meeting"),
        ("1-5:5=1 2-6:5,6,9=3 3-7:5,6,7=3. Peak 3 > rooms 2.", "ended_meeting"),
        ("1-5:5=1 2-6:5,6=2 3-7:5,6,7=2. Peak 2 <= rooms 2.", "miscount"),
        ("1-5:5=1 2-6:5,6=2 3-7:5,6,7=3. Peak 2 <= rooms 2.", "wrong_peak"),
        ("1-5:5=1 2-6:5,6=2 3-7:5,6,7=3. Peak 3 <= rooms 2.", "false_comparison"),
        ("1-5:5=1 2-6:5,6=2 3-7:5,6,7=3. Peak 3 <= rooms 3.", "false_comparison"),
        ("1-5:5=1 2-6:5,6=2 3-7:5,6,7=3. Peak 3 > rooms 2.", "contradicts_working"),
        ("1-5:5=1 2-6:5,6=2 3-7:5,6,7=3.", "no_comparison"),
        ("Peak 3 > rooms 2.", "no_running_list"),
    ],
)
def test_working_that_led_astray_is_named_by_its_flaw(working: str, flaw: str) -> None:
    found = modes(meetings("1-5 2-6 3-7", 2), f"{working} Answer: YES")
    assert {flaw, "false_yes"} <= found
    whole = SCHEDULING.solution(meetings("1-5 2-6 3-7", 2)) or ""
    assert modes(meetings("1-5 2-6 3-7", 2), whole.replace("NO", "YES")) == {
        "contradicts_working",
        "false_yes",
    }


def test_feedback_says_at_which_hour_which_meetings_were_missed() -> None:
    verdict = SCHEDULING.judge(
        meetings("1-5 2-6 3-7", 2), "1:5=1 2:5,6=2 3:6,7=2. Peak 2 <= rooms 2. Answer: YES"
    )
    assert verdict.feedback.startswith(
        "At 3 there run 3 (ending 5, 6, 7), the reply lists 2 (ending 6, 7)."
    )
    assert "The answer is NO, not YES." in verdict.feedback


def test_other_ways_to_write_a_running_list_are_understood() -> None:
    problem = meetings("1-5 2-6 3-7", 2)
    for working in (
        "1: 5 = 1; 2: 5 6 = 2; 3: 5 6 7 = 3. Peak is 3 > 2.",
        "At 1: ends 5 = 1; at 2: ends 5, 6 = 2; at 3: ends 5, 6, 7 = 3. Peak 3 > rooms 2.",
    ):
        assert modes(problem, f"{working} Answer: YES") == {"contradicts_working", "false_yes"}


def test_a_right_answer_is_right_whatever_its_working() -> None:
    verdict = SCHEDULING.judge(meetings("1-5 2-6 3-7", 2), "1:5=7. Peak 1 > rooms 9. Answer: NO")
    assert (verdict.score, verdict.failure_modes) == (1.0, ())


def test_no_expert_rule_holds_a_problem_and_their_order_is_not_their_worth() -> None:
    rules = SCHEDULING.guide.rules
    assert len(rules) >= 6
    assert not any(character.isdigit() for rule in rules for character in rule.text)
    assert not rules[0].steps >= {"running"}, "the helpful ones do not come first"
    assert any(not rule.steps for rule in rules)


FRAGMENTS = st.sampled_from(
    [
        "Answer:",
        "YES",
        "NO",
        "1-5:5=1",
        "3:",
        "=",
        "Peak",
        "<=",
        "rooms 2",
        "٣:٤=١",
        "\x00",
        "9" * 40,
    ]
)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=300), st.lists(FRAGMENTS, max_size=30).map(" ".join)))
def test_the_judge_takes_any_reply_and_speaks_the_guides_words(reply: str) -> None:
    verdict = SCHEDULING.judge(meetings("1-5 2-6 3-7", 2), reply)
    assert set(verdict.failure_modes) <= set(SCHEDULING.guide.failure_modes)
    assert (verdict.outcome == "right") == (verdict.score == 1.0)
    assert (verdict.outcome == "unparsed") == (verdict.answer is None)


def test_the_judge_is_quick_with_a_reply_that_never_ends() -> None:
    for endless in ("1 " * 20_000, "1:1,1," * 8_000, "answer " * 8_000, "no " * 8_000):
        assert SCHEDULING.judge(meetings("1-5 2-6 3-7", 2), endless).score in (0.0, 1.0)
