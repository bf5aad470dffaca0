"""Maths: many distinct problems, worked solutions whose every line holds, answers by value."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import sympy

from tutelage.domains import SPLITS, NotEnoughProblems, Problem, Split, check, get
from tutelage.domains.maths import problems as drawn_from
from tutelage.domains.maths.equations import EQUALS, false_equations, find_equations
from tutelage.domains.maths.template import HARD, LEVELS

MATHS = get("maths")
KINDS = tuple(MATHS.guide.step_kinds)
ENOUGH = 260
EVERY: dict[Split, list[Problem]] = {s: list(MATHS.problems(s, ENOUGH, 0)) for s in SPLITS}
ALL = [problem for problems in EVERY.values() for problem in problems]
X = sympy.Symbol("x")


def template(problem: Problem) -> str:
    return str(problem.data["template"])


def test_the_domain_passes_its_trial() -> None:
    report = check(MATHS, 20)
    assert report.ok, report.as_text()


@pytest.mark.slow
def test_the_domain_passes_its_trial_on_two_hundred_problems_a_split() -> None:
    report = check(MATHS, 200)
    assert report.ok, report.as_text()


def test_over_a_thousand_problems_are_distinct_and_no_split_shares_one() -> None:
    assert len({problem.id for problem in ALL}) == len(ALL) == 4 * ENOUGH
    assert len({problem.text for problem in ALL}) == len(ALL)


def test_a_problem_keeps_its_split_under_any_seed() -> None:
    home = {problem.id: split for split, problems in EVERY.items() for problem in problems}
    for split in SPLITS:
        for seed in (1, 2, 3):
            for problem in MATHS.problems(split, 150, seed):
                assert home.setdefault(problem.id, split) == split


def test_numbers_of_one_level_are_never_those_of_another() -> None:
    level: dict[str, int] = {}
    for split in SPLITS:
        for seed in range(3):
            for problem in MATHS.problems(split, 120, seed):
                assert level.setdefault(problem.id, problem.difficulty) == problem.difficulty


def test_ood_is_harder_everywhere_and_holds_templates_that_training_never_sees() -> None:
    home = {template(problem) for split in SPLITS[:3] for problem in EVERY[split]}
    away = {template(problem) for problem in EVERY["ood"]}
    assert home < away and len(away - home) >= 5, "new templates, beside harder known ones"
    assert {problem.difficulty for problem in EVERY["ood"]} == {HARD}
    assert {problem.difficulty for problem in EVERY["train"]} == set(LEVELS)


def test_the_areas_come_in_turn() -> None:
    for problems in EVERY.values():
        counts = Counter(problem.topic for problem in problems[:50])
        assert set(counts) == set(drawn_from.AREAS) and set(counts.values()) == {10}


def test_a_shorter_list_is_the_beginning_of_a_longer_one() -> None:
    assert MATHS.problems("val", 50, 7) == MATHS.problems("val", 90, 7)[:50]


def test_problems_do_not_depend_on_the_seed_of_pythons_hashes() -> None:
    program = (
        "from tutelage.domains import get; "
        "print([p.id for s in ('train', 'ood') for p in get('maths').problems(s, 40, 1)])"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = [p.id for s in ("train", "ood") for p in MATHS.problems(s, 40, 1)]
    assert elsewhere.stdout == f"{here}\n"


def test_asking_for_too_many_says_how_many_there_are() -> None:
    with pytest.raises(NotEnoughProblems, match=r"val, there are \d+"):
        get("maths", {"topics": ["geometry"], "levels": [1]}).problems("val", 100_000, 0)


def test_topics_and_levels_narrow_the_problems_and_wrong_ones_name_the_right_ones() -> None:
    narrow = get("maths", {"topics": ["geometry"], "levels": [2]})
    some = narrow.problems("train", 40, 0)
    assert {(problem.topic, problem.difficulty) for problem in some} == {("geometry", 2)}
    with pytest.raises(ValueError, match="Known: algebra; calculus"):
        get("maths", {"topics": ["magic"]})
    with pytest.raises(ValueError, match="Levels are"):
        get("maths", {"levels": [7]})


def test_reference_solutions_are_right_on_every_problem_with_any_steps() -> None:
    for problem in ALL:
        for steps in (None, frozenset[str](), *(frozenset({kind}) for kind in KINDS)):
            text = MATHS.solution(problem, steps)
            assert text is not None
            verdict = MATHS.judge(problem, text)
            assert (verdict.score, verdict.outcome) == (1.0, "right"), (problem.text, text)


def test_each_kind_of_step_is_written_out_and_only_when_it_is_asked_for() -> None:
    for problem in EVERY["train"][:40] + EVERY["ood"][:40]:
        whole = MATHS.solution(problem) or ""
        for kind in KINDS:
            alone = (MATHS.solution(problem, frozenset({kind})) or "").rpartition("\n")[0]
            assert alone and alone in whole
        assert MATHS.solution(problem, frozenset()) == f"Answer: {problem.answer}"


LAST = r"(= ?-?)(\d+)(?= ?[a-z$^]*$)"
"""The number at the end of a line."""
DEFINES = re.compile(r"\b(?:area|perimeter|surface|variance) =|<=")


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_every_line_of_every_worked_solution_is_judged_and_holds(every: int) -> None:
    for problem in ALL[::every]:
        text = MATHS.solution(problem) or ""
        known = drawn_from.bindings_of(problem)
        assert not false_equations(text, known), text
        written = len(EQUALS.findall(DEFINES.sub("", text)))
        assert len(find_equations(text, known)) >= written - text.count("Answer: x =") > 0, text


def test_a_line_made_false_is_found_in_every_worked_solution() -> None:
    for problem in EVERY["train"][::4] + EVERY["ood"][::4]:
        text = MATHS.solution(problem) or ""
        known = drawn_from.bindings_of(problem)
        sound = find_equations(text, known)
        spoilt = re.sub(LAST, lambda found: f"{found[1]}{int(found[2]) + 1}", text, flags=re.M)
        if spoilt != text:
            assert false_equations(spoilt, known), (text, spoilt)
        assert sound


def answer_by_sympy(problem: Problem) -> sympy.Expr | None:
    """The answer by sympy, from the text alone; None where it does not know how."""
    text = problem.text.replace("^", "**")
    text = re.sub(r"(\d)(?=[x(])|(?<=\))(?=\()", lambda m: f"{m[0]}*", text)
    name = template(problem)
    if name in ("two-step equation", "unknown on both sides", "nested brackets"):
        left, right = text.removeprefix("Solve for x: ").split("=")
        return sympy.solve(sympy.sympify(left) - sympy.sympify(right), X)[0]
    if name == "product":
        return sympy.expand(text.rsplit(": ", 1)[1])
    f = re.search(r"f\(x\) = (.+?)(?:\. Find|\ decrease)", text)
    if name in ("slope", "chain rule") and f:
        at = re.search(r"f'\((-?\d+)\)", text)
        return sympy.diff(f[1], X).subs(X, int(at[1])) if at else None
    if name == "derivative of a product" and f:
        return sympy.expand(sympy.diff(f[1], X))
    if name == "definite integral":
        parts = re.search(r"integral of (.+) from x = (-?\d+) to x = (-?\d+)", text)
        return sympy.integrate(parts[1], (X, int(parts[2]), int(parts[3]))) if parts else None
    if name == "variance":
        numbers = [sympy.Integer(n) for n in re.findall(r"\d+", text)]
        mean = sum(numbers) / len(numbers)
        return sum((n - mean) ** 2 for n in numbers) / len(numbers)
    return None


def test_sympy_finds_the_same_answers_from_the_text_alone() -> None:
    tried: Counter[str] = Counter()
    for split in SPLITS:
        for problem in EVERY[split]:
            if tried[template(problem)] < 8 and (found := answer_by_sympy(problem)) is not None:
                tried[template(problem)] += 1
                said = re.sub(r"(\d)(?=x)", r"\1*", problem.answer.replace("^", "**"))
                assert sympy.expand(sympy.sympify(said) - found) == 0, problem.text
    assert len(tried) == 9 and min(tried.values()) >= 5


def test_features_tell_no_answer() -> None:
    floor = Counter(problem.answer for problem in EVERY["train"]).most_common(1)[0][1]
    assert floor / ENOUGH < 0.05, "answers are open: no constant answer gets far"


def test_files_of_the_two_known_shapes_are_taken_as_problems(tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    rows = [
        {
            "question": f"What is {n} and {n}?",
            "answer": f"{n}+{n}=<<{n}+{n}={2 * n}>>\n#### {2 * n:,}",
        }
        for n in range(900, 1100)
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    domain = get("maths", {"file": str(file)})
    some = domain.problems("test", 20, 0)
    assert len({problem.id for problem in some}) == 20 and domain.problems("test", 20, 0) == some
    for problem in some:
        assert domain.judge(problem, domain.solution(problem) or "").outcome == "right"
        assert "<<" not in (domain.solution(problem) or "")
        assert domain.judge(problem, f"#### {int(problem.answer.replace(',', ''))}").score == 1.0
        assert domain.judge(problem, f"#### {problem.answer}1").outcome == "wrong"
        assert domain.judge(problem, problem.text).outcome != "right"
    with pytest.raises(NotEnoughProblems, match="`ood` a file"):
        domain.problems("ood", 1, 0)


def write_pies(file: Path, numbers: range) -> None:
    rows = [
        {
            "problem": f"Half of ${n}$ pies?",
            "solution": rf"So $\boxed{{\frac{{{n}\pi}}{{2}}}}$.",
            "level": "Level 3",
            "type": "Algebra",
        }
        for n in numbers
    ]
    file.write_text("\n".join(map(json.dumps, rows)))


def test_maths_shaped_files_are_judged_by_math_verify(tmp_path: Path) -> None:
    home, away = tmp_path / "home.jsonl", tmp_path / "away.jsonl"
    write_pies(home, range(3, 33, 2))
    write_pies(away, range(31, 43, 2))
    domain = get("maths", {"file": str(home), "ood": str(away)})
    problem = domain.problems("train", 1, 0)[0]
    n = int(re.findall(r"\d+", problem.text)[0])
    assert (problem.topic, problem.difficulty) == ("Algebra", 3)
    assert domain.judge(problem, rf"It is $\boxed{{{n / 2}\pi}}$.").outcome == "right"
    assert domain.judge(problem, rf"It is $\boxed{{\frac{{{n + 1}\pi}}{{2}}}}$.").outcome == "wrong"
    assert len(domain.problems("ood", 5, 0)) == 5, "what home holds already is not away"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{", "line 1 is no JSON"),
        ("[1]", "no JSON object"),
        ('{"question": "q", "answer": "no mark"}', "#### "),
        ('{"problem": "q", "solution": "no box"}', "boxed"),
        ('{"prompt": "q"}', "found 'prompt'"),
        ("", "holds no problem"),
    ],
)
def test_a_file_that_cannot_be_read_says_which_line_and_what_was_wanted(
    tmp_path: Path, row: str, said: str
) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(row)
    with pytest.raises(ValueError, match=said):
        get("maths", {"file": str(file)})
