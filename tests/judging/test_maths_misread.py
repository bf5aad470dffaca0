"""Replies that were misread once, by class: what is right is right, and nothing else is.

The classes are those of the reports: A, wrong answers that counted as right; B, right answers that
were not read. Each class has further cases beside those that were reported.
"""

from typing import NamedTuple

import pytest

from tutelage.domains.maths.answers import Gold, Kind
from tutelage.domains.maths.judging import Facts, judge


class Row(NamedTuple):
    """A class of misreading, an answer that is wanted, and replies to it."""

    name: str
    wanted: Gold
    right: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


def number(answer: str, unit: str = "", question: str = "") -> Gold:
    return Gold("number", answer, unit, question=question)


def free(answer: str, question: str = "What is it?") -> Gold:
    return Gold("free", answer, question=question)


def kind(name: Kind, answer: str, question: str = "Solve it for x.") -> Gold:
    return Gold(name, answer, question=question)


RANGE = kind("interval", "(-3, 5]")
ROOTS = kind("solutions", "x = -2 or x = 3")
PAIR = kind("pair", "(3, -2)", "Solve for x and y.")
SLOPE = kind("expression", "6x^2 - 4x + 1")
ROWS = (
    # A1: what stands behind the first number counts, on both sides.
    Row("A1", free("3x+2"), ("3x+2", "2+3x", "2 + 3 x"), ("3x-7", "3", "3 apples", "3x", "3y+2")),
    Row("A1", free("3+4i"), ("3+4i", "4i + 3"), ("7", "3-4i", "3", "5i")),
    Row("A1", free("12a^2b"), ("12a^2b", "12ba^2"), ("12", "12ab^2", "12a^2", "12 apples")),
    Row("A1", free(r"\frac12 x"), (r"\frac{x}{2}", "x/2"), (r"\frac12", "1/2", "2x")),
    Row("A1", free("y=2x+3"), ("y = 2x+3", "2x+3", "y=3+2x"), ("z=2x+3", "y=2x-3", "2", "y=2")),
    Row("A1", free("100a+10b+c"), ("c+10b+100a",), ("100", "100a+10b", "111")),
    Row("A1", free(r"5\text{ cm}"), ("5 cm", r"5\,\text{cm}", "0.05 m"), ("5 km", "5 kg",
         "5 cm^2")),
    Row("A1", free(r"10\%"), ("10%", r"10 \%", "10 percent"), ("10 m", "10 km", "1%")),
    Row("A1", free("18"), ("18", "$18", "18 dollars", "18 eggs", "18.0"),
        ("18x", "18%", "18 thousand", "18k", "18 million", "18i")),
    Row("A1", free("7k-2"), ("7k - 2", "-2 + 7k"),
        ("7k + 3", "7k", "7k - 11", "7k^2 - 2k", "7k - 2 is incorrect", "7000")),
    Row("A1", free("5M+1"), ("1 + 5M",), ("5M", "5M - 1", "5,000,001")),
    Row("A1", free("9000"), ("9k", "9 thousand"), ("9k + 1", "9k - 9")),
    Row("A1", free("4210_5"), ("4210_5", "4210_{5}"), ("4210_6", "4210", "4211_5")),
    Row("A1", free(r"\frac{1}{2004!}"), ("1/2004!",), (r"\frac{1}{2006!}", "0", "2004!")),
    Row("A1", free("2^{-99}"), ("1/2^{99}",), ("2^{-98}", "0", "2^{99}")),
    Row("A1", free("2n^2-n"), ("n(2n-1)", "-n+2n^2"), ("2", "2n", "2n^2", "2m^2-m", "2 nails")),
    Row("A1", free(r"\sqrt{7}\text{ m}"), (r"\sqrt{7} m", "√7 m"), (r"\sqrt{7} km", r"\sqrt{6} m")),
    # A3: words and letters behind a number change it.
    Row("A3", number("12"), ("12", "12 apples", "12 red apples", "12."),
        ("12 million", "12 squared", "12 factorial", "12 times five", "12 over five", "12x", "12i",
         "12e", "12 sin x", "12 is wrong", "12 is not right", "12 thousand", "12%", "12k",
         "12 dozen",
         "12 cubed", "12 plus one", r"12\pi")),
    Row("A3", number("7/2"), ("3½", r"3\frac{1}{2}", "3 1/2", r"3\tfrac12"), ("31/2", "3/2",
         "1/2")),
    Row("A3", number("3/2"), (), ("3½", r"3\frac{1}{2}")),
    Row("A3", number("31/2"), ("15½", r"15\frac12"), ("3½", "3 1/2")),
    Row("A3", number("5"), ("\n- 5", "\n* 5"), ("-5", "\n- -5")),
    Row("A3", number("-5"), ("\n- -5", "−5"), ("\n- 5", "\n* 5")),
    # A4: a second thought is not cut off.
    Row("A4", number("12"), ("12", "12. It is 3 times 4."),
        ("12 (or 13)", "12. Or 13.", "12. Wait, that is wrong, it is 13.", "12 or 13",
         "12 (this is wrong; it should be 13)", "12, so no: 13", "12. Actually, it is 13.",
         "12. Sorry, I meant 13.")),
    Row("A4", kind("number", "3"), ("x = 3",), ("y = -2, x = 4",)),
    Row("A4", ROOTS, ("x = -2, x = 3",), ("y = -2, z = 3", "y = -2 or y = 3", "x = -2, y = 3")),
    Row("A4", RANGE, ("x > -3 and x <= 5",),
        ("x > -3 and y <= 5", "y > -3 and y <= 5", "-3 < y <= 5", "x > -3 or x <= 5")),
    Row("A4", kind("pair", "(5, 6)"), ("(5, 6)",), ("(5, 6) (or (7, 6))", "(5, 6) or (7, 6)")),
    Row("A4", RANGE, ("(-3, 5]",), ("(-3, 5] (or [-3, 5])", "not x > -3, x <= 5")),
    Row("A4", free("x=3"), ("x = 3", "the answer = 3"), ("not x = 3", "it is not x = 3")),
    Row("A4", free("x^2+y^2=25"), ("x^2+y^2=25. Check: 3^2 + 4^2 = 25.",),
        ("x^2+y^2=25, so no: x^2+y^2=5", "x^2+y^2=25. Or x^2+y^2=5.")),
    Row("A4", number("80", "mm"), ("maybe 80mm",), ("maybe 80mm, maybe 84 mm",)),
    Row("A4", number("63.25", "$"), (r"$\$63.25$. That is all.",),
        (r"$\$63.25$. Scratch that, $66.25.",)),
    # A short remark is no product of letters.
    Row("remarks", free("13"),
        ("13. It is odd.", "13\n\nThat is all.", "13\n\nThat was fun!", "13\n\nThe value is low.",
         "13\n\nThe answer is odd.", "13. The bag is red.")),
    Row("remarks", free("3x+2"), ("3x+2. It is odd.", "3x+2\n\nThat was fun!"),
        ("3x+2. It is 3x+1.",)),
    Row("remarks", free("ab"), ("ba", "a b"), ("ad", "abb", "ab. It is aab.")),
    # B3: a rounding behind an exact value.
    Row("B3", number("7/3"),
        ("7/3 ≈ 2.33", r"\frac{7}{3} \approx 2.33", r"$\boxed{\frac73} \approx 2.33$",
         "7/3 (≈ 2.33)", "x = 7/3 ≈ 2.333", r"\frac{7}{3} \approx 2.3"),
        ("≈ 2.33", "7/3 ≈ 3.5", "2.33", "14/3 ≈ 2.33")),
    Row("B3", number("49pi", "m^2"), ("49π m² ≈ 153.9 m²", r"49\pi m^2 \approx 153.94 m^2"),
        ("153.9 m²", "48π m² ≈ 153.9 m²")),
    Row("B3", Gold("number", "2sqrt(3)", "m", "root"), ("2√3 m ≈ 3.46 m",), ("3.46 m",)),
    Row("B3", free("2.33"), ("7/3 ≈ 2.33", "2.33"), ("7/3 ≈ 2.3", "2.34")),
    # B4: thousands.
    Row("B4", number("12345"),
        ("12{,}345", r"12\,345", "12 345", "12\u202f345", "12'345", "12,345", "12\u00a0345",
         "12\u2009345"),
        ("12.345", "12, 345", "12,34", "12 34")),
    Row("A3", free("-0.2"), ("-1/5", "-0.20"), (r"\pm -1/5", "--1/5", "± 0.2")),
    Row("A3", free("31/2"), ("31 / 2", "15.5"), ("3 1/2", "3 1 / 2")),
    Row("A3", free("42"), ("$42$",), ("4 2", "4$2")),
    Row("B3", free("7/3"), ("7/3 (≈ 2.33)", r"\frac73 (\approx 2.333)"), ("7/3 (≈ 2.5)",)),
    # B5: what only dresses.
    Row("B5", number("90", "km/h"), (r"90 \frac{km}{h}", r"90\dfrac{\text{km}}{\text{h}}"),
        (r"90 \frac{m}{h}",)),
    Row("B5", number("12"),
        (r"\text{12}", r"\mathbf{12}", r"\boxed{\boxed{12}}", r"\boxed{\displaystyle 12}",
         r"\fbox{12}", r"\boxed 12", "１２", "12 ✓", "12;", "12!", "12</s>", "12<|im_end|>",
         "\u200b12\u200e", r"\mathrm{12}", "**12**<|endoftext|>")),
    Row("B5", number("7/2"), (r"\frac72", r"\dfrac72", r"\tfrac{7}{2}", "7⁄2", "3½")),
    Row("B5", number("3/4"), ("¾", r"\tfrac34", "3⁄4"), ("⅓", "¼")),
    Row("B5", number("12", "cm^2"), (r"12~\text{cm}^2", r"12\mathrm{~cm}^2", r"12\;\mathrm{cm^2}")),
    Row("B5", number("90", "km/h"),
        (r"90\frac{\text{km}}{\text{h}}", "90 km·h⁻¹", r"90\ \text{km}/\text{h}", "90 kph")),
    Row("B5", SLOPE,
        (r"f^{\prime}(x) = 6x^2 - 4x + 1", "f′(x) = 6x² - 4x + 1", "f’(x) = 6x^2-4x+1",
         "dy/dx = 6x^2 - 4x + 1", r"\frac{dy}{dx} = 6x^2 - 4x + 1", "y' = 6x^2-4x+1"),
        ("dy/dx = 6x^2 + 4x + 1",)),
    Row("B5", RANGE, (r"-3 < x \leqslant 5", r"\left(-3, 5\right\rbrack", "－3 < x ≤ 5")),
    Row("B5", ROOTS, ("x₁ = -2, x₂ = 3", r"x = -2 \lor x = 3", "x = -2 ∨ x = 3")),
    Row("B5", number("-5"), ("－5", "‐5", "—5", "–5"), ("5",)),
    Row("B5", number("1200"), ("１２００", "１,２００")),
    # B6: forms and sentences.
    Row("B6", RANGE,
        ("]-3, 5]", "{x | -3 < x <= 5}", "x > -3, x <= 5", "I = (-3, 5]", r"x \in (-3; 5]",
         r"\{x \mid -3 < x \le 5\}"),
        ("]-3, 5[", "[-3, 5]")),
    Row("B6", ROOTS,
        ("[-2, 3]", "both -2 and 3", r"$\boxed{-2}$ and $\boxed{3}$", "x = -2\nx = 3",
         "x = (1 ± 5)/2, i.e. x = 3 or x = -2", "x = (1 ± 5)/2", r"x \in \{-2, 3\}"),
        ("[-2, 4]", "x = (1 ± 7)/2", "(-2, 3)")),
    Row("B6", PAIR,
        (r"\begin{cases} x = 3 \\ y = -2 \end{cases}", "P(3, -2)", "The solution is (3, -2)",
         "x = 3\ny = -2", "(x, y) = (3, -2)", "y = -2, x = 3"),
        ("P(-2, 3)", "x = -2\ny = 3", "a = 3, b = -2")),
    Row("B6", number("12", "cm^2"), ("the area is 12 cm^2", "Area = 12 cm^2",
         "The area is 12 cm²."),
        ("the area is 13 cm^2", "the area is 12 cm")),
    Row("B6", number("12"), ("x equals 12", "We get $\\boxed{12}$ and we are done.", "n = 12")),
    Row("B6", number("3/2", "h"), ("1 h 30 min", "1 hour 30 minutes", "1 hour and 30 minutes",
         "90 min"),
        ("1 h 20 min", "1 min 30 s")),
    Row("B6", number("15/2", "$"), ("$7.50 each", "7.50 dollars each", "7.50 USD")),
    Row("B6", number("12", "years"), ("12 yrs", "12 years old", "144 months")),
    Row("B6", number("-5"), ("minus 5", "negative 5"), ("minus 6",)),
    Row("B6", number("1200"), ("1.2e3", "1.2 × 10^3", r"1.2 \cdot 10^{3}", r"1.2 \times 10^3"),
        ("1.2e4", "1.2 × 10^2")),
    # B6, answers of files.
    Row("B6 files", free(r"90^\circ"), ("90°", "90 degrees", "90^{\\circ}"), ("91°", "90%")),
    Row("B6 files", free("[2,5)"), (r"2 \le x < 5", "[2, 5)", "2 ≤ x < 5"), ("2 < x < 5", "[2,5]")),
    Row("B6 files", free(r"\frac{1}{2}"), ("50%", "0.5", "1/2"), ("5%", "50")),
    Row("B6 files", free(r"3\sqrt{5}"), ("3√5", "3 sqrt(5)"), ("5√3", "3")),
    Row("B6 files", free(r"\emptyset"), (r"\varnothing", "∅"), ("0",)),
    Row("B6 files", free(r"(-\infty,-2)\cup(3,\infty)"), ("x < -2 or x > 3",), ("x < -2",
         "-2 < x < 3")),
    Row("B6 files", free(r"\{1,2\}"), ("{2, 1}", "1, 2"), ("{1}", "1, 2, 3")),
    # Values, units and words of files, by the rules.
    Row("files", free(r"\text{No}"), ("No", "no", r"\text{no}"), ("Yes", "not no")),
    Row("files", free(r"8\sqrt{3}\text{ square units}"), (r"8\sqrt{3}", "8√3 units²"),
        ("8", r"3\sqrt{8}")),
    Row("files", free(r"45^\circ"), (r"\angle A = 45^\circ", "45°"), ("45 radians",)),
    Row("files", free(r"3:00\text{ PM}"), ("3:00 PM",), ("3:00 AM", "3:30 PM")),
    Row("files", free("10!"), ("10!", "3628800", "3,628,800"), ("10", "9!", "10!x")),
    Row("files", free("10"), ("10", "10!"), ("$10!$", "9!")),
    Row("files", free(r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",),
        (r"\begin{pmatrix} 1 & 3 \\ 2 & 4 \end{pmatrix}", "1, 2, 3, 4")),
    Row("files", free("0.75"), ("3/4", "0.75"), ("> 3/4", r"\ne 3/4", "x > 0.75")),
    Row("files", free("3x+2", "Expand 3(x+1)-1."), ("3x+2",), ("3(x+1)-1",)),
    Row("files", free(r"\mathbb{R}"), ("ℝ", r"(-\infty, \infty)"), (r"\mathbb{Z}", "R^2")),
    Row("files", free("25", "What percent is it?"), ("25%", "25", r"25\%"), ("0.25", "2.5%")),
    Row("files", free(r"\text{Monday}"), ("Monday", "monday", r"\text{Monday}"), ("Tuesday", "1")),
    Row("files", free(r"\text{even}"),
        ("even", r"$\mathrm{even}$ (see above)", "I think even", r"\begin{align*}\mathrm{even}"
         r"\end{align*}"),
        ("odd", "not even", r"$\mathrm{even}$, or perhaps odd.",
         "even\n\nNo, odd.", "even (so they say)\n\nNo, odd.")),
    *(Row("files", free(gold),
          ("(A)", "A", r"\text{A}", "A) Paris", "A.", "**(A)**.", "(A) 15.", "Option A",
           "A because it is the least", "(A) is right."),
          ("(B)", "B", "AB", "A cat", "2A", "a", "A or B", "(A) is wrong",
           "(A)\n\nEdit: the answer is "
           "(B)", "(A)\n\nIt may also be that the answer is (B)."))
      for gold in (r"\text{(A)}", "A")),
    Row("files", free("x^2+y^2=25"), ("25 = x^2+y^2", "y^2+x^2=25"), ("5 = x^2+y^2", "25=x^2-y^2")),
    Row("files", free("12=3x"), ("3x = 12", "12 = 3x"), ("13 = 3x", "12")),
    Row("files", free("12"), (), ("12 = 3x", "12 = 13")),
    Row("files", free("5,12"), (r"I think $x = 5 \text{ or } x = 12$",),
        (r"I think $x = 5 \text{ or } y = 12$",)),
    Row("files", free("x = 3"), ("3", "x = 3"), ("y = 3", "x = 4")),
    Row("files", free(r"12\text{ cm}", "How many cm is it long?"), ("12", "12 cm"), ("12 m", "13")),
)  # fmt: skip
RIGHT = [(row.name, row.wanted, reply) for row in ROWS for reply in row.right]
OTHER = [(row.name, row.wanted, reply) for row in ROWS for reply in row.other]


@pytest.mark.parametrize(("name", "wanted", "reply"), RIGHT)
def test_what_people_write_for_the_right_answer_is_right(
    name: str, wanted: Gold, reply: str
) -> None:
    verdict = judge(Facts(wanted, wanted.answer), f"We work it out.\n\nAnswer: {reply}")
    assert verdict.score == 1.0, verdict


@pytest.mark.parametrize(("name", "wanted", "reply"), OTHER)
def test_what_is_another_answer_is_never_right(name: str, wanted: Gold, reply: str) -> None:
    verdict = judge(Facts(wanted, wanted.answer), f"We work it out.\n\nAnswer: {reply}")
    assert verdict.outcome in ("wrong", "unparsed") and verdict.score < 1.0, verdict


@pytest.mark.parametrize("reply", ["**even**", "$$\\text{even}$$", "Even."])
def test_a_last_line_that_is_the_wanted_word_is_right(reply: str) -> None:
    wanted = free(r"\text{even}")
    assert judge(Facts(wanted, wanted.answer), f"We see it.\n\n{reply}").score == 1.0
    other = judge(Facts(wanted, wanted.answer), f"{reply}\n\nOr is it odd?")
    assert other.score < 1.0
