"""A problem's name is what it asks, and its split follows from its name."""

from collections import Counter
from typing import Any

import pytest

from tutelage.domains import BadFeature, Problem, problem, split_of
from tutelage.domains.identity import name_of


def test_the_wording_does_not_change_a_problems_name_and_the_task_does() -> None:
    def problem_id(text: str, canonical: object, domain: str = "sums") -> str:
        built = problem(domain, text=text, topic="t", difficulty=1, answer="5", canonical=canonical)
        return built.id

    assert problem_id("2 + 3 =", {"a": 2, "b": 3}) == problem_id("What is 2 + 3?", {"b": 3, "a": 2})
    assert problem_id("2 + 3 =", {"a": 2, "b": 3}) != problem_id("2 + 4 =", {"a": 2, "b": 4})
    assert problem_id("2 + 3 =", [2, 3]) != problem_id("2 + 3 =", [2, 3], domain="others")


def test_names_stay_the_same_from_release_to_release() -> None:
    assert name_of("scheduling", {"rooms": 2, "meetings": [[1, 2]]}) == "e922a4376945542d"


def test_six_of_ten_problems_are_for_training_two_for_the_gate_two_sealed() -> None:
    shares = Counter(split_of(name_of("d", number)) for number in range(5000))
    assert abs(shares["train"] - 3000) < 150
    assert abs(shares["val"] - 1000) < 120
    assert abs(shares["test"] - 1000) < 120


def featuring(**features: Any) -> Problem:
    return problem(
        "sums", text="?", topic="t", difficulty=1, answer="5", canonical=1, features=features
    )


@pytest.mark.parametrize("value", ["red", "3", None, [1], float("nan"), float("inf"), 1j])
def test_a_feature_that_is_no_number_is_named_with_its_value_and_domain(value: Any) -> None:
    with pytest.raises(BadFeature) as caught:
        featuring(size=3, colour=value)
    said = str(caught.value)
    assert f"'colour' of the domain 'sums' is {value!r} ({type(value).__name__})" in said
    assert isinstance(caught.value, TypeError)


def test_whole_numbers_fractions_and_yes_or_no_are_features() -> None:
    assert featuring(a=3, b=0.5, c=True).features == {"a": 3, "b": 0.5, "c": True}
