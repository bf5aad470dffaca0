"""A number is read whole and exactly, however people write it, and nothing else is read as one."""

import contextlib
import time
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.domains.reading import Unreadable
from tutelage.domains.reading.numbers import number_of, read_number, same_number

WRITTEN = {
    "plain": (12, ["12", "+12", "12.", "12.0", " 12 ", "12.00", "(12)", "[12]", "24/2", "1.2e1"]),
    "with a label": (
        12,
        ["x = 12", "x_1 = 12", "f(2) = 12", "Area = 12 cm²", "It is 12", "the answer is 12.",
         "We get 12", "a total of 12", "She has 12 apples left", "USD 12"],
    ),
    "with a noun or a unit": (
        12,
        ["12 apples", "12 cm", "12cm", "12 cm^2", "12 cm²", r"12\text{ cm}^2", r"12~\mathrm{cm}^2",
         "12 m", "12m", "12 km/h", "12 square metres", "12 °C", "12°", r"12^\circ", "12 years old",
         "12 kg·m/s²", "12 per hour", "$12/day", "12th", "12 o'clock", "12 left over", "12 个",
         "12 in total", "12 more", "12-year", "12 N", "12 µm"],
    ),
    "money": (12, ["$12", r"\$12", "€12", "12 €", "US$12", "12 USD", "$12.00", "£12 each"]),
    "worked out": (
        12,
        ["3*4 = 12", "3 x 4 = 12", r"3 \times 4 = 12", "12 = 3*4", "3 m * 4 m = 12 m^2",
         "5 apples + 7 apples = 12 apples", r"\sqrt{144} = 12", "half of 24 = 12",
         "4!/2 = 12", r"\binom{12}{1} = 12", "|-12| = 12"],
    ),
    "the last of two names": (3000, ["3 km = 3000 m", "3 thousand", "3k", "30 hundred"]),
    "negative": (
        -5,
        ["-5", "−5", "- 5", "minus 5", "negative 5", "-$5", "$-5", "x = -5", "the answer is -5",
         "It is minus 5 degrees", "-10/2", r"-\frac{10}{2}", r"\frac{-10}{2}", "-5.0"],
    ),
    "thousands": (
        12345,
        ["12,345", "12{,}345", r"12\,345", "12 345", "12\u202f345", "12'345", "12’345", "$12,345",
         "12,345.00", "12.345e3"],
    ),
    "mixed": (
        Fraction(7, 2),
        ["3 1/2", "3½", "3 ½", r"3\frac12", r"3\frac{1}{2}", "3 and 1/2", "3 1/2 hours", "350%"],
    ),
    "fraction": (
        Fraction(7, 2),
        ["7/2", "7 / 2", "7⁄2", r"\frac72", r"\dfrac{7}{2}", r"\tfrac72", "3.5", r"\frac72 = 3.5",
         "{7}/{2}", "14/4", "7/2 ≈ 3.5"],
    ),
    "an endless fraction": (
        Fraction(1, 3),
        ["1/3", "⅓", r"0.\overline{3}", "1/3 ≈ 0.33", "1/3 = 0.3333", r"\frac13 \approx 0.333"],
    ),
    "scores and gross": (5760, ["288 score", "40 gross", "40 gross of nails", "480 dozen"]),
    "nouns that look like scales": (
        12, ["12 scores", "12 grand pianos", "12 gross tons", "$12 gross", "12 grandchildren"],
    ),
    "percent": (
        Fraction(1, 4),
        ["25%", r"25\%", "25 percent", "25 per cent", "25% of the pupils", "¼", ".25", "0.25"],
    ),
    "scale words": (
        12_000_000,
        ["12 million", "12M", "$12m", "0.012 billion", "12 thousand thousand", "12 million people",
         "12 trillion ppm", "0.012 milliard", "1200 myriad", "12000 grand", "$12000 grand",
         "12000k", "$12 M", "$0.012B"],
    ),
    "powers of ten": (
        12_000_000,
        ["1.2e7", "1.2E+7", "1.2 × 10^7", r"1.2 \times 10^7", r"1.2 \cdot 10^{7}", "1.2*10^7",
         "1.2*10**7", "1.2x10^7", "1.2 × 10⁷"],
    ),
    "small": (Fraction(12, 10_000), ["0.0012", "1.2e-3", "1.2 × 10^{-3}", "1.2 × 10⁻³", "0.12%",
         "1200 ppm", "12 basis points", "1200000 ppb"]),
}  # fmt: skip

OTHER = {
    "calculates": ["12 squared", "12 factorial", "12!", "12 times five", "12 over five", "12^2",
                   "12 halves", "12 hundredths", "12 point five", "12 and a half", "12 * 5",
                   "3 + 4", "12 sin x", "12 plus two", "√12", r"\sqrt{12}", "12π", r"12\pi",
                   "sin 12",
                   "the square root of 12", "twice 12", "half of 12", "4210_5",
                   "12 mod seven", "12 recurring", "12 in binary", "12 per mille"],
    "algebra": ["12x", "12 x", "12i", "12e", "12n", "12xy", "12 xy", "12*x", "12/x", "12%x", "12πx",
                "x - 5", "x-5", "2x = 24", "12 = 12x", "12 over x"],
    "denied": ["not 12", "12 is wrong", "12 is not right", "isn't 12", "12 isn't right", "never 12",
               "12 is incorrect", "neither 12", "anything but 12",
               "hardly 12", "12 is unlikely", "scarcely 12 apples"],
    "two numbers": ["12 or 13", "12 and 13", "12, 13", "12 to 13", "12-13", "12 ± 1", "1 h 30 min",
                    "12:30", "12 of 30", "2024-01-05", "1/2/2024", "12 km and 300 m", "12 = 13"],
    "a bound": ["x > 12", "12 < x", "at least 12", "more than 12", "12 or more", "almost 12",
                "12 below", "12-ish", "12 or so"],
    "more than a clause": ["12. Scratch that", "12, I believe", "12 - or so", "12 does",
                           "12 apples is"],
    "a rounding that is none": ["7/3 ≈ 2.5", "7/3 = 2.34", "1/3 ≈ 0.34"],
    "misspelt": ["1,23", "1.2.3", "12,3456", "3 4/2", "1/0", "1e99999", "", "-", "abc", "\0"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [(value, text) for value, texts in WRITTEN.values() for text in texts],
)
def test_a_number_has_one_value_in_all_its_notations(value: Fraction, text: str) -> None:
    assert number_of(text) == value


@pytest.mark.parametrize("text", [text for texts in OTHER.values() for text in texts])
def test_a_text_that_is_no_single_number_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable):
        number_of(text)


@pytest.mark.parametrize(
    ("gold", "given", "same"),
    [
        ("1000000", "1000001", False),
        ("2147483647", "2147483646", False),
        ("1000000.0", "1000001", False),
        ("12345678901234567890123456789", "12345678901234567890123456788", False),
        ("12345678901234567890123456789", "12,345,678,901,234,567,890,123,456,789", True),
        ("0.3", "0.30000000000000004", True),
        ("1234567.89", "1234567.88", False),
        ("1234567.891", "1234567.89", True),
        ("0.3333333333", "0.333333", True),
        ("3.14159265", "3.1415927", True),
        ("3.14159265", "3.1416", False),
        ("0.5", "0.51", False),
        ("0.25", "1/4", True),
        ("1/3", "0.333333", True),
        ("1/3", "0.333334", False),
        ("1/3", "0.33333", False),
        ("2/3", "0.66666667", True),
        ("0.3333333", "1/3", True),
        ("12", "12.0000001", False),
        ("7/2", "3.5000001", False),
        ("1/3000000", "0.000000", False),
    ],
)
def test_whole_numbers_and_fractions_are_exact_and_decimals_leave_room_for_rounding(
    gold: str, given: str, same: bool
) -> None:
    assert same_number(read_number(gold), read_number(given)) is same


def test_a_tolerance_is_a_share_of_the_gold_answer_and_holds_for_whole_numbers_too() -> None:
    gold, share = read_number("-200"), Fraction(1, 100)
    assert same_number(gold, read_number("-198"), share)
    assert not same_number(gold, read_number("-197"), share)
    assert not same_number(gold, read_number("198"), share)


@pytest.mark.parametrize("digits", [29, 4_300, 4_301, 20_000])
def test_numbers_of_any_length_are_compared_whole(digits: int) -> None:
    one, other = "7" * digits, "7" * (digits - 1) + "8"
    assert same_number(read_number(one), read_number(one))
    assert number_of(other) - number_of(one) == 1
    assert number_of(f"-{one}.5") == -number_of(one) - Fraction(1, 2)


@given(st.integers(-(10**40), 10**40), st.integers(1, 10**6))
def test_a_number_is_read_back_from_what_python_writes(whole: int, under: int) -> None:
    for text in (f"{whole}", f"{whole:,}", f"{whole}.0", f"x = {whole} km", f"${whole}"):
        assert number_of(text) == whole
    assert number_of(f"{whole}/{under}") == Fraction(whole, under)
    assert number_of(rf"\frac{{{whole}}}{{{under}}}") == Fraction(whole, under)


@given(st.text(max_size=60) | st.text("0123456789.,-+/ eE%xkm\\{}()=≈½'", max_size=60))
def test_any_text_is_a_number_or_unreadable(text: str) -> None:
    try:
        found = read_number(text)
    except Unreadable:
        return
    assert same_number(found, found)


HOSTILE = ["9" * 100_000, "9" * 10**6, "a" * 1_999, "12 " + "ab " * 600, "1 " * 999, "=" * 2_000,
           "(" * 2_000, "1," * 999, "12" + "!" * 1_900, r"\frac" * 390, "1=2" * 600, "x" * 10**6,
           "1" + "0 000" * 400, "1" * 1_999 + "x", "aaa aaa " * 240 + "12x"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:8])
def test_a_text_that_is_made_to_hang_costs_little(text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(Unreadable):
        number_of(text)
    assert time.process_time() - began < 1


def test_a_number_is_read_in_a_fraction_of_a_millisecond() -> None:
    times = []
    for text in [text for _, texts in WRITTEN.values() for text in texts] * 3:
        began = time.process_time()
        number_of(text)
        times.append(time.process_time() - began)
    assert median(times) < 0.002, (
        "0.02 ms was measured; a hundred times that is no load, but a fault"
    )
