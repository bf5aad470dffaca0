"""The judge of maths: equal values are right however they are written, slips have names."""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.domains import SPLITS, Domain, NotEnoughProblems, Problem, Split, get
from tutelage.domains.maths.answers import Gold, answer_in, compare
from tutelage.domains.maths.equations import Bindings, false_equations, find_equations
from tutelage.domains.maths.expressions import Unbounded, Unreadable, parse, value
from tutelage.domains.maths.judging import Facts, judge
from tutelage.domains.maths.problems import worked_problem
from tutelage.domains.maths.solutions import MEASURES
from tutelage.domains.maths.units import Unit, ratio, unit_in

MATHS = get("maths")
ALL = [problem for split in SPLITS for problem in MATHS.problems(split, 100, 0)]
SOME_AND_ALL = pytest.mark.parametrize("n", [100, pytest.param(300, marks=pytest.mark.slow)])
ONE_EACH = list({problem.data["template"]: problem for problem in ALL}.values())


def is_right(wanted: Gold, answer: str) -> bool:
    return judge(Facts(wanted, wanted.answer), f"Answer: {answer}").outcome == "right"


EQUAL = [
    (Gold("number", "3/4"), ["0.75", r"\frac{3}{4}", r"$\dfrac{3}{4}$", "6/8", "x = 3/4", "75%"]),
    (Gold("number", "-3/4"), ["-0.75", "-3/4", r"-\frac{3}{4}", r"\frac{-3}{4}", "−3/4", "-.75"]),
    (
        Gold("number", "1234"),
        ["1,234", "1234.0", "**1234**", "$1234$", r"\(1234\)", "1234 apples"],
    ),
    (Gold("number", "7/2"), ["3.5", "3 1/2", "7/2", "x = 14/4 = 7/2", "7/2."]),
    (Gold("number", "1/3"), ["0.333333", "0.3333333", "2/6"]),
    (
        Gold("number", "12", "cm"),
        ["12 cm", "12cm", "0.12 m", "120 mm", "12 centimetres", "12.0 cm"],
    ),
    (
        Gold("number", "12", "cm^2"),
        [
            "12 cm²",
            r"12\text{ cm}^2",
            "12 square centimeters",
            "12 cm2",
            r"$12\ \mathrm{cm}^{2}$",
            "12 sq cm",
            "0.0012 m^2",
        ],
    ),
    (Gold("number", "8", "cm^3"), ["8 cubic centimetres", "8 cm^3", "8 ml", "0.008 litres"]),
    (Gold("number", "15/2", "$"), ["$7.50", "7.5 dollars", r"\$7.50", "$ 7.5", "750 cents"]),
    (Gold("number", "90", "km/h"), ["90 km/h", "90 kilometres per hour", "25 m/s", "90 kmh"]),
    (Gold("number", "90", "min"), ["90 min", "1.5 h", "90 minutes", "3/2 hours"]),
    (
        Gold("number", "49pi", "m^2"),
        ["49pi m^2", r"49\pi m^2", "49 * pi m^2", r"$\pi \cdot 49$ m^2"],
    ),
    (
        Gold("number", "2sqrt(3)", "m", "root"),
        ["2sqrt(3) m", r"$2\sqrt{3}$ m", "2√3 m", "2*sqrt(3) m"],
    ),
    (
        Gold("expression", "6x^2 - 4x + 1", "", "expanded"),
        ["1 + 6x^2 - 4x", r"6x^{2}-4x+1", "6*x**2 - 4*x + 1", "f'(x) = 6x² − 4x + 1", "-4x+1+6x^2"],
    ),
    (Gold("expression", "6x^2 - 4x"), ["2x(3x - 2)", "6x*x - 4x", r"2x \cdot (3x - 2)"]),
    (
        Gold("interval", "(-3, 5]"),
        [
            "(-3,5]",
            "-3 < x <= 5",
            r"\left(-3, 5\right]",
            "x ∈ (-3, 5]",
            "5 >= x > -3",
            "-3 < x ≤ 5",
            "x > -3 and x <= 5",
        ],
    ),
    (Gold("interval", "(2, inf)"), ["x > 2", r"(2, \infty)", "(2, ∞)", "2 < x"]),
    (
        Gold("solutions", "x = -5 or x = 2"),
        [
            "x = 2 or x = -5",
            "2, -5",
            "{-5, 2}",
            r"\{-5, 2\}",
            "-5 and 2",
            "x = 2, x = -5",
            "$x = 2$ or $x = -5$",
            r"x = 2 \text{ or } x = -5",
            "x_1 = 2, x_2 = -5",
            "-5; 4/2",
        ],
    ),
    (
        Gold("pair", "(3, -2)"),
        ["(3,-2)", "x = 3, y = -2", "y = -2 and x = 3", "(x, y) = (3, -2)"],
    ),
    (Gold("free", r"\frac{\sqrt{3}}{2}"), [r"\frac{\sqrt{3}}{2}", r"\frac{3}{2\sqrt{3}}"]),
    (Gold("free", "x^2+2x+1"), ["(x+1)^2", "1 + 2x + x^2"]),
]


@pytest.mark.parametrize(("wanted", "answer"), [(w, a) for w, some in EQUAL for a in some])
def test_equal_values_are_right_however_they_are_written(wanted: Gold, answer: str) -> None:
    assert is_right(wanted, answer)


OTHER = [
    (
        Gold("number", "3/4"),
        ["4/3", "-3/4", "0.7", "3", "3 or 4", "3/4 = 4/3", "3/4 or 5", "75", "0.750001"],
    ),
    (Gold("number", "1/3"), ["0.33", "0.3333", "0.333334"]),
    (
        Gold("number", "12", "cm"),
        ["12", "12 m", "12 cm^2", "12 kg", "13 cm", "-12 cm", "12 cm or 13 cm", "12 apples"],
    ),
    (Gold("number", "12"), ["12 cm", "$12.50", "12 h"]),
    (Gold("number", "3/4", "", "lowest"), ["6/8", "9/12"]),
    (Gold("number", "2sqrt(3)", "m", "root"), ["sqrt(12) m", "2sqrt(2) m", "3.46 m", "2sqrt(3)"]),
    (Gold("number", "49pi", "m^2"), ["49 m^2", "153.9 m^2", "7pi m^2"]),
    (
        Gold("expression", "6x^2 - 4x"),
        ["6x^2 + 4x", "6x - 4x", "6y^2 - 4y", "6x^2 - 4x + 1", "6x^2"],
    ),
    (
        Gold("expression", "x^2 + 5x + 6", "", "expanded"),
        ["(x + 2)(x + 3)", "x^2 + 2x + 3x + 6", "x(x + 5) + 6"],
    ),
    (
        Gold("interval", "(-3, 5]"),
        ["(5, -3]", "[-3, 5]", "(-3, 5)", "-3 <= x <= 5", "(-3, 6]", "(3, 5]", "x > -3"],
    ),
    (
        Gold("solutions", "x = -5 or x = 2"),
        ["2", "x = -5", "5, -2", "-5, 2, 3", "x = -5 or x = 3"],
    ),
    (Gold("pair", "(3, -2)"), ["(-2, 3)", "(3, 2)", "x = -2, y = 3", "3, -2, 1", "(3)", "x = 3"]),
    (Gold("free", r"\frac{\sqrt{3}}{2}"), [r"\frac{\sqrt{2}}{2}", r"\frac{1}{2}", "0.87"]),
]


@pytest.mark.parametrize(("wanted", "answer"), [(w, a) for w, some in OTHER for a in some])
def test_other_values_units_and_forms_are_not_right(wanted: Gold, answer: str) -> None:
    assert not is_right(wanted, answer)


def slips_of(problem: Problem) -> Iterator[str]:
    """Answers that are wrong by one slip: a sign, one more or less, ends swapped, another unit."""
    made = worked_problem(problem)
    unit = f" {made.unit}" if made.unit else ""
    for number in re.finditer(r"\d+", made.answer):
        before, after = made.answer[: number.start()], made.answer[number.end() :]
        inside_power = before.endswith("^")
        if int(number[0]) and not inside_power and not before.endswith("sqrt("):
            for step in (1, -1):
                yield f"{before}{int(number[0]) + step}{after}{unit}"
    if made.kind == "number" and value(parse(made.answer)):
        yield (made.answer[1:] if made.answer[0] == "-" else f"-{made.answer}") + unit
    if made.kind in ("expression", "solutions", "pair", "interval"):
        signs = [i for i, sign in enumerate(made.answer) if sign in "+-"]
        for i in signs:
            yield made.answer[:i] + {"+": "-", "-": "+"}[made.answer[i]] + made.answer[i + 1 :]
    if made.kind == "interval":
        low, high = made.answer[1:-1].split(", ")
        yield f"{made.answer[0]}{high}, {low}{made.answer[-1]}"
        yield made.answer.translate(str.maketrans("()[]", "[]()"))
    if made.kind == "solutions":
        yield from made.answer.split(" or ")
    if made.kind == "pair":
        x, y = made.answer.strip("()").split(", ")
        if x != y:
            yield f"({y}, {x})"
    if made.unit:
        yield made.answer
        yield from (f"{made.answer} {other}" for other in ("kg", "cm^2", "h") if other != made.unit)


def test_an_equation_to_be_solved_is_no_answer_to_itself() -> None:
    facts = Facts(Gold("number", "-1"), "-1")
    for reply in ("Solve for x: 4x + 3 = -1", "4x + 3 = -1", "Answer: 4x + 3 = -1"):
        assert judge(facts, reply).outcome == "unparsed"
    for reply in ("x = -1", "Answer: x = 2/(-2) = -1", "Answer: the root x = -1"):
        assert judge(facts, reply).outcome == "right"


@SOME_AND_ALL
def test_no_answer_that_is_off_by_a_slip_is_right_on_any_problem(n: int) -> None:
    tried = 0
    for problem in (p for split in SPLITS for p in MATHS.problems(split, n, 0)):
        for answer in slips_of(problem):
            tried += 1
            verdict = MATHS.judge(problem, f"Answer: {answer}")
            assert verdict.outcome != "right", (problem.text, problem.answer, answer)
    assert tried > 4 * 4 * n


def rewrites_of(problem: Problem) -> Iterator[str]:
    """The right answer in other writing."""
    made = worked_problem(problem)
    latex = re.sub(r"(\d+)/(\d+)", r"\\frac{\1}{\2}", made.answer)
    latex = re.sub(r"sqrt\((\d+)\)", r"\\sqrt{\1}", latex).replace("pi", r"\pi")
    unit = rf"\text{{ {made.unit}}}".replace("$", r"\$") if made.unit else ""
    yield rf"The result is \boxed{{{latex}{unit}}}"
    yield rf"Answer: ${latex}{unit}$"
    yield f"So it is done.\n**Answer: {problem.answer}**"
    yield f"#### {problem.answer}"
    if made.kind == "number" and isinstance(found := value(parse(made.answer)), Fraction):
        yield f"Answer: {float(found)!r} {made.unit}"
    if made.kind == "expression" and len(terms := re.split(r" (?=[+-] )", made.answer)) > 1:
        yield "Answer: " + " ".join([*terms[1:], f"+ {terms[0]}"]).removeprefix("+ ")
    if made.kind == "solutions":
        yield "Answer: " + " or ".join(reversed(made.answer.split(" or ")))


@SOME_AND_ALL
def test_the_right_answer_is_right_in_other_writing_on_every_problem(n: int) -> None:
    for problem in (p for split in SPLITS for p in MATHS.problems(split, n, 0)):
        for reply in rewrites_of(problem):
            verdict = MATHS.judge(problem, reply)
            assert verdict.outcome == "right", (problem.text, problem.answer, reply, verdict)


MODES = [
    ("rectangle", "Answer: {n}", {"missing_unit", "no_equation"}, 0.5),
    ("rectangle", "Answer: {n} kg", {"wrong_unit", "no_equation"}, 0.0),
    ("rectangle", "Answer: -{a}", {"sign_slip", "no_equation"}, 0.0),
    ("rectangle", "1 = 1. Answer: 1000003 {u}", {"wrong_answer"}, 0.0),
    ("rectangle", "2*3 = 7\nAnswer: 1000003 {u}", {"false_line", "arithmetic_slip"}, 0.0),
    ("rectangle", "I do not know.", {"no_answer", "no_equation"}, 0.0),
    ("two-step equation", "x = 99999\nAnswer: 99999", {"false_line"}, 0.0),
    ("product", "1 = 1. Answer: {stated}", {"unsimplified"}, 0.5),
    ("quadratic", "1 = 1. Answer: {first}", {"missing_solution"}, 0.0),
    ("falling", "1 = 1. Answer: {swapped}", {"wrong_ends"}, 0.0),
    ("ages", "1 = 1. Answer: {stage} years", {"stopped_early"}, 0.0),
]


@pytest.mark.parametrize(("name", "reply", "modes", "score"), MODES)
def test_slips_have_names(name: str, reply: str, modes: set[str], score: float) -> None:
    problem = next(p for p in ALL if p.data["template"] == name)
    made = worked_problem(problem)
    low, _, high = made.answer.strip("()[]").partition(", ")
    text = reply.format(
        n=made.answer,
        u=made.unit,
        a=problem.answer,
        stated=problem.text.rsplit(": ")[-1],
        first=made.answer.split(" or ")[0],
        swapped=f"({high}, {low})",
        stage=(*made.stages, "")[0],
    )
    verdict = MATHS.judge(problem, text)
    assert (set(verdict.failure_modes), verdict.score) == (modes, score), verdict
    assert verdict.outcome == ("unparsed" if "no_answer" in modes else "wrong")
    assert made.answer in verdict.feedback


def test_every_failure_mode_is_met_by_a_rule_and_can_be_met_in_a_verdict() -> None:
    named = {mode for _, _, modes, _ in MODES for mode in modes}
    cured = {mode for rule in MATHS.guide.rules for mode in rule.addresses}
    assert named == set(MATHS.guide.failure_modes) == cured | {"no_answer"}


@pytest.mark.parametrize(
    ("text", "false"),
    [
        ("3 + 4 = 7", []),
        ("3 + 4 = 8", ["3 + 4 = 8"]),
        ("So 2*3 = 6 = 7 apples.", ["6 = 7 apples"]),
        ("area = 4*5 = 21 cm^2", ["4*5 = 21 cm^2"]),
        ("10/3 = 3.33", []),
        ("10/3 = 3.4", ["10/3 = 3.4"]),
        ("half of 80 = 40", []),
        ("25% of 80 = 20", []),
        ("n + 5 = 8", []),
        ("2x + 1 = 7, x = 3", []),
        ("2x + 1 = 7, x = 4", ["x = 4"]),
        (r"\frac{1}{2} + \frac{1}{2} = 1", []),
        (r"$2 \cdot 3 = 5$", ["2 * 3 = 5"]),
        ("f(x) = x^2, f(3) = 9", []),
        ("f(3) = 10", ["f(3) = 10"]),
        ("9^9^9^9 = 1", []),
        ("x == 3 != 4 <= 5", []),
        ("1,200 - 200 = 1,000", []),
    ],
)
def test_every_written_equation_is_looked_at(text: str, false: list[str]) -> None:
    known = Bindings({"x": [Fraction(3)]}, {"f": parse("x^2")})
    assert [line.text for line in false_equations(text, known)] == false


def test_a_choice_of_a_free_letter_claims_nothing_and_an_identity_must_hold_everywhere() -> None:
    free = Bindings({"x": []}, {})
    assert false_equations("At x = 1: (x + 1)^2 = x^2 + 2x + 1", free) == []
    assert len(find_equations("(x + 1)^2 = x^2 + 2x + 1", free)) == 1
    assert len(false_equations("(x + 1)^2 = x^2 + 1", free)) == 1


HOSTILE = [
    "9**9**9",
    "9^9^9^9",
    "9^{9^{9^{9}}}",
    "(" * 100_000 + "1",
    "{" * 5_000,
    "[" * 900,
    "1" * 1_000_000,
    "2^" * 100 + "2",
    r"\frac" * 200,
    r"\sqrt" * 200 + "2",
    "-" * 250 + "5",
    "(" * 140 + "1" + ")" * 140,
    "1/0",
    "0^(-1)",
    "sqrt(-1)",
    "10^64^2",
    "\x00\ud800",
    "5!!!!",
    "1e999",
    "((1",
    "x" * 250,
    "٣",
    "1,2," * 90,
    "__import__('os').system('true')",
    "((((9^64)^64)^64)^64)",
    "(1, 10^400]",
    "x = 10^400 or x = 2",
    r"\int_0^{10^9} x^x dx",
    r"\begin{matrix}" * 40,
    "$" * 500,
    "1+" * 140 + "1",
    "2" * 299,
    "∞",
    "-∞ < x < ∞",
]
LONG = [
    "x" * 1_000_000,
    "= " * 500_000,
    "1=1\n" * 250_000,
    "answer " * 150_000,
    "Answer: " * 125_000,
    "\\boxed{" * 140_000,
    "#### " * 200_000,
    "1+" * 500_000 + "=",
    "a b c " * 170_000,
    "(" * 999_999 + "=1",
]


@pytest.mark.parametrize("problem", ONE_EACH, ids=lambda p: str(p.data["template"]))
def test_hostile_replies_are_judged_like_any_other(problem: Problem) -> None:
    for answer in HOSTILE:
        for reply in (f"Answer: {answer}", rf"\boxed{{{answer}}}", answer, f"{answer} = {answer}"):
            assert MATHS.judge(problem, reply).outcome in ("wrong", "unparsed")


@pytest.mark.parametrize("reply", LONG, ids=lambda reply: reply[:8])
def test_replies_of_a_megabyte_are_judged_too(reply: str) -> None:
    for problem in ONE_EACH[::6]:
        assert MATHS.judge(problem, reply).outcome in ("wrong", "unparsed")


@settings(max_examples=150)
@given(st.text(alphabet="0123456789x+-*/^(){}[],.=<>$ \\fracsqrtpi\n%", max_size=80))
def test_any_text_can_be_judged(text: str) -> None:
    for problem in ONE_EACH[:6]:
        verdict = MATHS.judge(problem, f"Answer: {text}")
        assert (verdict.outcome == "right") == (verdict.score == 1.0)
        assert (verdict.outcome == "unparsed") == (verdict.answer is None)
        assert set(verdict.failure_modes) <= set(MATHS.guide.failure_modes)


@settings(max_examples=100)
@given(st.integers(-999, 999), st.integers(1, 99), st.integers(2, 9))
def test_a_fraction_is_itself_however_it_is_extended(top: int, bottom: int, by: int) -> None:
    wanted = Gold("number", str(Fraction(top, bottom)))
    assert compare(wanted, answer_in(wanted, f"{top * by}/{bottom * by}")).same
    assert not compare(wanted, answer_in(wanted, f"{top * by + 1}/{bottom * by}")).same


@pytest.mark.parametrize(
    "text", ["9^9^9", "2^65", "((9^64)^64)^64", "1/0", "(1/3)^(-64) * 9^64^64"]
)
def test_what_is_too_large_is_not_evaluated(text: str) -> None:
    with pytest.raises((Unbounded, Unreadable)):
        value(parse(text))


def test_units_convert_within_what_they_measure_and_to_nothing_else() -> None:
    for name, measured in MEASURES.items():
        for other, measured_too in MEASURES.items():
            same = {measured, measured_too} in ({measured}, {"age", "time"})
            assert (ratio(unit(name), unit(other)) is not None) == same
    assert ratio(unit("km/h"), unit("m/s")) == Fraction(5, 18)


def unit(text: str) -> Unit:
    found, behind = unit_in(text)
    assert found and not behind
    return found


@pytest.mark.slow
def test_no_reply_stops_the_judge_of_free_answers(tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text(r'{"problem": "Say it.", "solution": "$\\boxed{x + \\sqrt{2}}$"}')
    domain = get("maths", {"file": str(file)})
    found = [problem for split in SPLITS[:3] for problem in _some(domain, split)]
    for answer in HOSTILE[::3]:
        assert domain.judge(found[0], rf"\boxed{{{answer[:3000]}}}").outcome in (
            "wrong",
            "unparsed",
        )
    assert domain.judge(found[0], r"\boxed{\sqrt{2} + x}").outcome == "right"


def _some(domain: Domain, split: Split) -> list[Problem]:
    try:
        return list(domain.problems(split, 1, 0))
    except NotEnoughProblems:
        return []
