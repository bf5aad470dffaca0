"""The frontier keeps every best score, drops what is dominated, and takes luck for luck."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.evidence.pareto import Row, fronts, lower_limit

SCORES = st.integers(1, 6).flatmap(
    lambda problems: st.dictionaries(
        st.sampled_from("abcdef"),
        st.lists(
            st.sampled_from([None, 0.0, 0.5, 1.0]), min_size=problems, max_size=problems
        ),
        min_size=1,
    )
)  # fmt: skip


def best(scores: dict[str, list[float | None]], problem: int) -> float | None:
    return max((row[problem] for row in scores.values() if row[problem] is not None), default=None)


def test_two_specialists_stand_and_the_mediocre_falls() -> None:
    scores: dict[str, Row] = {"a": (1, 1, 0, 0), "b": (0, 0, 1, 0.5), "c": (1, 0, 0, 0.5)}
    assert fronts(scores) == {"a": 2, "b": 2}


def test_a_version_that_is_best_on_average_may_be_best_nowhere() -> None:
    scores: dict[str, Row] = {"even": (0.7, 0.7), "left": (1, 0), "right": (0, 1)}
    assert fronts(scores) == {"left": 1, "right": 1}


def test_of_equals_the_first_named_stays() -> None:
    assert fronts({"old": (1, 0), "new": (1, 0)}) == {"old": 2}
    assert fronts({"new": (1, 0), "old": (1, 0)}) == {"new": 2}


def test_a_lost_reply_is_no_wrong_one() -> None:
    assert fronts({"a": (None, 1), "b": (0, 0)}) == {"a": 1, "b": 1}
    assert fronts({"a": (None, None)}) == {}


def test_rows_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one score a problem"):
        fronts({"a": (1, 0), "b": (1,)})


@given(SCORES)
def test_every_best_score_survives(scores: dict[str, list[float | None]]) -> None:
    standing = fronts(scores)
    for problem in range(len(next(iter(scores.values())))):
        top = best(scores, problem)
        assert top is None or top in {scores[name][problem] for name in standing}


@given(SCORES)
def test_none_that_stays_can_be_spared(scores: dict[str, list[float | None]]) -> None:
    standing = fronts(scores)
    problems = range(len(next(iter(scores.values()))))
    for name in standing:
        others = {it: scores[it] for it in standing if it != name}
        assert any(
            scores[name][p] is not None
            and scores[name][p] == best(scores, p)
            and scores[name][p] not in {row[p] for row in others.values()}
            for p in problems
        ), f"{name} is as good as another wherever it is best"


@given(SCORES)
def test_what_is_won_is_counted_problem_by_problem(scores: dict[str, list[float | None]]) -> None:
    standing = fronts(scores)
    for name, won in standing.items():
        held = [p for p, s in enumerate(scores[name]) if s is not None and s == best(scores, p)]
        shared = [p for p in held if {scores[it][p] for it in standing} == {scores[name][p]}]
        assert won == (len(held) if len(standing) == 1 else len(held) - len(shared))
        assert won > 0


def test_a_problem_that_all_solve_or_all_fail_is_won_by_nobody() -> None:
    scores: dict[str, Row] = {"a": (1, 1, 0, 0, 1), "b": (1, 1, 0, 1, 0), "c": (1, 1, 0, 1, 0)}
    assert fronts(scores) == {"a": 1, "b": 1}


@given(SCORES, st.randoms(use_true_random=False))
def test_the_order_of_naming_decides_between_equals_only(
    scores: dict[str, list[float | None]], random: object
) -> None:
    means = [sum(s or 0 for s in row) / len(row) for row in scores.values()]
    if len(set(means)) < len(means) or any(None in row for row in scores.values()):
        return
    names = sorted(scores, reverse=True)
    assert fronts({name: scores[name] for name in names}) == fronts(scores)


@given(SCORES)
def test_a_version_that_is_worse_everywhere_changes_nothing(
    scores: dict[str, list[float | None]],
) -> None:
    worse = [None if (top := best(scores, p)) is None else top - 1 for p in range(_width(scores))]
    assert fronts({**scores, "worse": worse}) == fronts(scores)


def _width(scores: dict[str, list[float | None]]) -> int:
    return len(next(iter(scores.values())))


def test_few_replies_count_for_less_than_many() -> None:
    one, four = lower_limit([1.0]), lower_limit([1.0] * 4)
    assert one is not None and four is not None and 0 < one < four < 1
    mixed = lower_limit([1.0, 1.0, 0.0])
    assert mixed is not None and mixed < four
    assert lower_limit([0.0, 0.0]) == 0.0
    assert lower_limit([]) is None


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=8))
def test_a_lower_bound_never_exceeds_the_mean(repeats: list[float]) -> None:
    low = lower_limit(repeats)
    assert low is not None and 0 <= low <= sum(repeats) / len(repeats) + 1e-9
