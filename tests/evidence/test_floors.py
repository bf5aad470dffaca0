"""Floors: what a predictor that knows nothing of the task would score."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import pearsonr

from tutelage.evidence import best_floor
from tutelage.evidence.floors import all_floors
from tutelage.evidence.metrics import (
    answer_shares,
    answer_shift,
    balanced_accuracy,
    constant_answer,
    mcc,
)

CLASSES = ("YES", "NO")
labelled = st.lists(
    st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES)), min_size=1, max_size=60
)


def floors(*arguments: Any) -> dict[str, float]:
    return {floor.name: floor.accuracy for floor in all_floors(*arguments)}


def original_work() -> tuple[list[str], list[str]]:
    """Labels and answers of the published 3B student: TP 128, FN 4, TN 1, FP 17."""
    labels = ["YES"] * 132 + ["NO"] * 18
    answers = ["YES"] * 128 + ["NO"] * 4 + ["NO"] + ["YES"] * 17
    return labels, answers


def test_the_original_work_lies_below_its_floor() -> None:
    labels, answers = original_work()
    floor = best_floor(labels, [{}] * 150, CLASSES)
    accuracy = sum(a == b for a, b in zip(labels, answers, strict=True)) / 150
    assert floor.accuracy == pytest.approx(0.88)
    assert accuracy == pytest.approx(0.86) and accuracy < floor.accuracy
    assert balanced_accuracy(labels, answers) == pytest.approx(0.513, abs=5e-4)
    assert mcc(labels, answers) == pytest.approx(0.046, abs=5e-4)
    assert constant_answer(answers) == constant_answer(answers, labels) == "YES"
    assert answer_shift(labels, answers) == pytest.approx(13 / 150)
    assert answer_shares(answers) == {"YES": 145 / 150, "NO": 5 / 150}


def test_every_constant_and_the_train_majority_are_floors() -> None:
    found = floors(["YES", "YES", "YES", "NO"], [{}] * 4, CLASSES, ["NO", "NO", "YES"], [{}] * 3)
    assert found == {
        "majority": 0.75,
        "always YES": 0.75,
        "always NO": 0.25,
        "train majority": 0.25,
        "random": 0.5,
    }


def test_a_stump_is_fitted_on_train_and_measured_on_the_split() -> None:
    train = [{"rooms": float(i)} for i in range(10)]
    labels = ["NO"] * 5 + ["YES"] * 5
    asked = [{"rooms": 1.0}, {"rooms": 2.0}, {"rooms": 7.0}, {"rooms": 8.0}]
    floor = best_floor(["NO", "YES", "YES", "YES"], asked, (), labels, train)
    assert floor.accuracy == 0.75
    found = floors(["NO", "NO", "YES", "YES"], asked, CLASSES, labels, train)
    assert found["stump"] == 1.0
    wrong_way = floors(["YES", "YES", "NO", "NO"], asked, CLASSES, labels, train)
    assert wrong_way["stump"] == 0.0, "it must not be fitted on the split"


def test_without_train_problems_a_stump_is_cross_validated() -> None:
    rng = np.random.default_rng(0)
    labels = [str(x) for x in rng.choice(CLASSES, 200)]
    told = [{"noise": float(rng.random()), "key": float(label == "YES")} for label in labels]
    assert floors(labels, told)["stump"] == 1.0
    noise = [{f"n{k}": float(rng.random()) for k in range(20)} for _ in labels]
    assert floors(labels, noise)["stump"] < 0.62, "noise must not be learned by heart"


def test_a_feature_that_some_problems_lack_is_not_asked_about() -> None:
    assert "stump" not in floors(["YES", "NO"] * 5, [{"a": 1.0}, {"b": 2.0}] * 5)
    assert "stump" not in floors(["YES", "NO"] * 5, [{"a": 1.0}] * 10)
    assert floors(["YES"], [{"a": 1.0}]) == {"most frequent answer": 1.0}
    with pytest.raises(ValueError, match="at least one labelled"):
        floors([], [])
    with pytest.raises(ValueError, match="one entry for each problem"):
        floors(["YES"], [])


@pytest.mark.parametrize("value", ["many", "3", None, float("nan"), float("inf"), [1]])
def test_a_feature_that_is_no_number_is_named(value: Any) -> None:
    sound: list[Any] = [{"rooms": 1.0}] * 5
    broken = [*sound[:4], {"rooms": value}]
    labels = ["YES", "NO", "NO", "NO", "YES"]
    for asked, train in ((broken, sound), (sound, broken)):
        with pytest.raises(TypeError, match=r"'rooms' = .* in problem 4"):
            floors(labels, asked, (), labels, train)


def test_yes_and_no_are_numbers_as_features() -> None:
    labels = ["YES", "NO"] * 5
    assert floors(labels, [{"even": label == "NO"} for label in labels])["stump"] == 1.0


@given(labelled)
def test_mcc_is_the_correlation_and_balance_ignores_class_sizes(
    pairs: list[tuple[str, str]],
) -> None:
    labels, answers = [a for a, _ in pairs], [b for _, b in pairs]
    x, y = ([float(v == "YES") for v in side] for side in (labels, answers))
    if len(set(x)) == len(set(y)) == 2:
        assert mcc(labels, answers) == pytest.approx(pearsonr(x, y).statistic)
    else:
        assert mcc(labels, answers) == 0.0
    assert balanced_accuracy(labels * 3, answers * 3) == balanced_accuracy(labels, answers)
    assert 0 <= balanced_accuracy(labels, answers) <= 1


def test_unreadable_replies_count_as_wrong() -> None:
    assert balanced_accuracy(["YES", "NO"], ["YES", None]) == 0.5
    assert mcc(["YES", "NO"], ["YES", "NO"]) == pytest.approx(1.0)
    assert mcc(["A", "B", "C", "A"], ["A", "B", None, "A"]) < 1
    assert answer_shares(["YES", None]) == {"(none)": 0.5, "YES": 0.5}
    assert constant_answer([None] * 10) is None
    assert constant_answer([]) is None
    assert balanced_accuracy([], []) == 0.0


def test_a_guess_at_random_is_a_floor_among_classes_and_never_the_best_one() -> None:
    found = floors(["A", "B", "C", "D"], [{}] * 4, ("A", "B", "C", "D"))
    assert found["random"] == found["majority"] == 0.25
    assert best_floor(["A", "B", "C", "D"], [{}] * 4, ("A", "B", "C", "D")).answers
    assert floors(["A", "odd one"], [{}] * 2, ("A", "B"))["random"] == 0.25
    assert "random" not in floors(["17", "4"], [{}] * 2), "open answers cannot be guessed so"


def test_open_answers_have_their_most_frequent_one_and_a_stump_as_floors() -> None:
    labels = [str(i) if i % 2 else "0" for i in range(400)]
    found = floors(labels, [{"odd": i % 2, "size": i} for i in range(400)])
    assert found["most frequent answer"] == 0.5
    assert 0.5 <= found["stump"] < 0.6, "two hundred answers that come once are not learned"


def test_a_habit_shows_as_a_shift_of_the_answers() -> None:
    labels = ["YES", "NO"] * 10
    assert answer_shift(labels, labels) == 0.0
    assert answer_shift(labels, ["YES"] * 20) == 0.5
    assert answer_shift(labels, ["maybe"] * 20) == 1.0
    wrong = [{"YES": "NO", "NO": "YES"}[label] for label in labels]
    assert answer_shift(labels, wrong) == 0.0, "wrong everywhere, and without any habit"
    assert answer_shift(["YES"] * 4, ["YES", "YES", None, None]) == 0.0, "only what was read"
    assert answer_shift(labels, [None] * 20) == answer_shift([], []) == 0.0


def test_a_constant_answer_is_named_and_a_rare_one_that_is_known_is_not() -> None:
    rare = ["YES"] * 97 + ["NO"] * 3
    assert constant_answer(rare) == "YES"
    assert constant_answer(rare, rare) is None, "it is right throughout"
    assert constant_answer(["YES"] * 100, rare) == "YES"
    assert constant_answer(["NO"] * 2 + ["YES"] * 98, rare) == "YES", "its NOs find nothing"
    often = ["YES"] * 132 + ["NO"] * 18
    assert constant_answer(["YES"] * 143 + ["NO"] * 7, often) is None, "seven NOs, all right"
    assert constant_answer(["NO"] * 60 + [None] * 40, often[-100:]) == "NO"
    assert constant_answer(["NO"] * 40 + [None] * 60, often[-100:]) is None
