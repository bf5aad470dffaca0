"""Equality of bare expressions: whole on both sides, by the library and by the values."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.domains.maths.equality import equal
from tutelage.domains.maths.notation import tidy
from tutelage.domains.maths.symbolic import JUDGE


@pytest.mark.parametrize(
    ("spelt", "text"),
    [
        (r"3\sqrt 5", "3√5"),
        (r"x^{2} \cdot y^{-1}", "x² · y⁻¹"),
        (r"2\frac{1}{4}", "2¼"),
        (r"\frac{7}{2}", r"\dfrac72"),
        (r"\sqrt {x+(y)}^{2n}", "sqrt(x+(y))^(2n)"),
        (r"2\pi \le x", "2 π ≤ x".replace(" ", "", 1)),
        (r"(-\infty ,3]\cup [5,7)", "(-∞,3] U [5,7)"),
        (r"a_{1}+a_{12}", "a₁+a_12"),
        (r"4210_{5}", "(4210)_5"),
        (r"1 \\ 2", r"1 \\ 2"),
        (r"( 1,2 )", r"\left( 1,2 \right)"),
        (r"f'(x)", r"f^{\prime}(x)"),
    ],
)
def test_each_sign_has_one_spelling(spelt: str, text: str) -> None:
    assert tidy(text) == spelt


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-30, 30).filter(bool), min_size=2, max_size=4), st.integers(1, 5))
def test_a_polynomial_is_itself_in_any_order_and_no_other(factors: list[int], change: int) -> None:
    terms = [f"{n:+d}x^{{{i}}}" for i, n in enumerate(factors)]
    plain = " ".join(f"{n:+d}*x**{i}" for i, n in enumerate(factors))
    assert equal("".join(terms), "".join(reversed(terms))).same
    assert equal("".join(terms), plain).same
    other = [f"{factors[0] + change:+d}", *terms[1:]]
    assert not equal("".join(terms), "".join(other)).same


def test_exact_fractions_need_no_library() -> None:
    JUDGE.close()
    assert equal(r"\frac{7}{12}", "14/24").same
    assert not equal(r"\frac{7}{12}", "0.583333333").same
    assert JUDGE._process is None


@pytest.mark.parametrize(
    ("gold", "given"),
    [
        ("2^{-99}", "2^{-98}"),
        (r"\frac{1}{2004!}", r"\frac{1}{2006!}"),
        (r"e^{-50}", r"e^{-51}"),
        (r"\sqrt{2}", "1.41421356"),
        ("x^2+1=0", "x^2+2=0"),
    ],
)
def test_where_the_values_deny_what_the_library_says_nothing_is_equal_and_the_doubt_is_told(
    gold: str, given: str
) -> None:
    found = equal(gold, given)
    assert not found.same
    assert found.doubt == "math-verify finds them the same, their values differ"


def test_where_the_library_denies_what_the_values_say_nothing_is_equal_either() -> None:
    found = equal(r"2\sqrt{3}", r"2 \cdot 3^{0.5}")
    assert not found.same
    assert found.doubt == "math-verify finds them different, their values agree"


@pytest.mark.parametrize("given", ["3x+2", "2 + 3x", r"\frac{6x+4}{2}", "3*x+2", "sin(x)"])
def test_where_both_ways_agree_there_is_no_doubt(given: str) -> None:
    assert equal("3x+2", given).doubt == ""


def test_no_end_within_the_limit_is_a_doubt() -> None:
    found = equal("x+1", "9^{9^{9^{9}}}")
    assert not found.same
    assert found.doubt == "math-verify came to no end within its limits"


@pytest.mark.parametrize(
    ("gold", "given"),
    [
        ("3x+2", "3x+2)"), ("3x+2", "3x+2="), ("3x+2", "3x+2,"), ("3x+2", r"3x+2\$"), ("", ""),
        ("x", "x..."), ("x", r"x+\ldots"), ("10", r"10\%"), ("90", r"90^\circ"), ("12", "12_{3}"),
        ("(1,2)", "1,2"), ("x", "x=1"), ("x=1", "x"), ("?", "?!"), ("f'(x)", "f(x)"),
        (r"\text{cm}", r"\text{m}"), ("x y z", "x y"), (r"\frac{1}{0}", r"\frac{2}{0}"),
    ],
)  # fmt: skip
def test_nothing_is_left_out_of_a_comparison(gold: str, given: str) -> None:
    assert not equal(gold, given).same
