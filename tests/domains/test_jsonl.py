"""A file of prompts and answers is a domain: judged by name, split by hash, refused by line."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.domains import SPLITS, Domain, NotEnoughProblems, check, get
from tutelage.domains.reading.rules import JUDGES, Terms, is_right, read_by


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def lengths(many: int = 300) -> list[dict[str, Any]]:
    return [
        {
            "prompt": f"How many metres are {n} km?",
            "answer": n * 1000,
            "solution": f"1 km is 1000 m; {n} x 1000 = {n * 1000}.",
            "topic": "short" if n < 100 else "long",
            "split": "ood" if n > 260 else None,
        }
        for n in range(1, many + 1)
    ]


def without_none(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows without the fields that are None."""
    return [{key: value for key, value in row.items() if value is not None} for row in rows]


@pytest.fixture
def metres(tmp_path: Path) -> Domain:
    return get(write(tmp_path / "metres.jsonl", without_none(lengths())))


def one(tmp_path: Path, row: Mapping[str, Any], **options: Any) -> tuple[Domain, Any]:
    """A domain of one line, and its only problem."""
    domain = get(write(tmp_path / "one.jsonl", [{**row, "split": "train"}]), options)
    return domain, domain.problems("train", 1, 0)[0]


def test_a_file_of_numbers_is_a_sound_domain_with_no_option_given(metres: Domain) -> None:
    report = check(metres, 30)
    assert report.ok, report.as_text()
    assert not [found for found in report.findings if found.level == "note"], report.as_text()
    assert metres.name == "metres"
    assert list(metres.guide.step_kinds) == ["asked", "working"]
    assert metres.guide.reply_format == "End with `Answer:` and the number."


def test_steps_shape_the_solution_and_none_leave_the_bare_answer(metres: Domain) -> None:
    problem = next(p for p in metres.problems("train", 30, 0) if p.difficulty == 1)
    n = int(problem.answer) // 1000
    assert metres.solution(problem, frozenset()) == f"Answer: {n}000"
    assert metres.solution(problem) == (
        f"Asked: How many metres are {n} km?\n1 km is 1000 m; {n} x 1000 = {n}000.\nAnswer: {n}000"
    )


def test_a_file_that_is_renamed_or_shuffled_keeps_its_splits(tmp_path: Path) -> None:
    rows = without_none(lengths())
    here = get(f"jsonl:{write(tmp_path / 'a.jsonl', rows)}")
    there = get(write(tmp_path / "b.jsonl", reversed(rows)))
    for split, n in (("train", 150), ("val", 40), ("test", 40), ("ood", 40)):
        one, other = ({p.id for p in it.problems(split, n, 0)} for it in (here, there))  # type: ignore[arg-type]
        homes = [{p.id for p in here.problems(s, 40, 3)} for s in SPLITS if s != split]
        assert len(one) == n and all(one.isdisjoint(home) for home in homes)
        assert all(other.isdisjoint(home) for home in homes)


def test_few_answers_that_come_again_are_classes(tmp_path: Path) -> None:
    rows = [{"prompt": f"Is {n} even?", "answer": ["Yes", "No"][n % 2]} for n in range(200)]
    domain = get(write(tmp_path / "even.jsonl", rows))
    assert domain.guide.classes == ("No", "Yes")
    problem = next(p for p in domain.problems("train", 20, 0) if p.answer == "Yes")
    assert "says No" in problem.features
    said = ["Answer: yes", "**Yes.**", "Yes, it is.\nIt ends in 2.", "Answer: yes or no", "Hm.", ""]
    outcomes = [domain.judge(problem, reply).outcome for reply in said]
    assert outcomes == ["right"] * 3 + ["unparsed"] * 3
    report = check(domain, 20)
    assert report.ok, report.as_text()
    assert any("`ood = 0`" in f.said for f in report.findings if f.level == "note")


@pytest.mark.parametrize(
    ("judge", "answer", "right", "wrong"),
    [
        ("exact", "aBc", ["aBc", "**aBc**", "`aBc`\nDone."], ["abc", "aBc d", "a Bc"]),
        ("text", "New York", ["new  york.", "New York!"], ["York", "New York City"]),
        (
            "number",
            "1,000",
            ["1000", "1e3", "$1,000.00", "10 x 100 = 1000", "1000 m"],
            ["100", "5"],
        ),
        ("number", "0.5", ["1/2", ".5", "50/100"], ["0.51", "-0.5"]),
        ("contains", "Paris", ["It is Paris, of course", "paris"], ["Parisian", "Rome"]),
        ("set", "red, blue", ["blue and red", "Blue, Red", "red;blue."], ["red", "red, red, blue"]),
    ],
)
def test_each_judge_knows_right_from_wrong(
    tmp_path: Path, judge: str, answer: str, right: list[str], wrong: list[str]
) -> None:
    domain, problem = one(tmp_path, {"prompt": "Which?", "answer": answer, "judge": judge})
    for said in right:
        assert domain.judge(problem, f"Thus.\nAnswer: {said}").outcome == "right", said
    for said in wrong:
        assert domain.judge(problem, f"Thus.\nAnswer: {said}").outcome == "wrong", said


def test_any_of_several_answers_is_right(tmp_path: Path) -> None:
    domain, problem = one(tmp_path, {"prompt": "A colour of the flag?", "answer": ["red", "white"]})
    assert problem.answer == "red"
    assert domain.judge(problem, "Answer: White").outcome == "right"
    assert domain.judge(problem, "Answer: green").outcome == "wrong"


@pytest.mark.parametrize(
    ("reply", "modes"),
    [
        ("Answer: -40", {"wrong_sign", "no_working"}),
        ("Half of 80. Answer: 400", {"wrong_scale"}),
        ("It is 40. Answer: 41", {"wrong_answer", "hidden_answer"}),
        ("40 follows,\nor so it seems.", {"no_answer", "hidden_answer"}),
        ("First line\n40", set()),
        ("Answer: 3 or 4", {"no_answer"}),
        ("", {"no_answer"}),
    ],
)
def test_failure_modes_say_what_can_be_seen(tmp_path: Path, reply: str, modes: set[str]) -> None:
    domain, problem = one(tmp_path, {"prompt": "Half of eighty?", "answer": 40})
    assert set(domain.judge(problem, reply).failure_modes) == modes


def test_the_prompt_said_back_is_no_answer(tmp_path: Path) -> None:
    row = {"prompt": "Is Paris in France?", "answer": "Paris", "judge": "contains"}
    domain, problem = one(tmp_path, row)
    assert domain.judge(problem, row["prompt"]).outcome == "unparsed"


def test_named_kinds_of_steps_and_rules_of_ones_own(tmp_path: Path) -> None:
    row = {"prompt": "2+3?", "answer": 5, "solution": {"count on": "3, 4, 5.", "check": "5-3=2."}}
    rule = {"text": "Count on from the first number.", "steps": ["count on"]}
    domain, problem = one(tmp_path, row, rules=[rule], description="Sums.")
    assert domain.solution(problem, frozenset({"check"})) == "5-3=2.\nAnswer: 5"
    assert [it.text for it in domain.guide.rules] == [rule["text"]]
    assert domain.guide.description == "Sums."


def test_harder_problems_may_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    home = write(tmp_path / "a.jsonl", [{"prompt": f"{n}+1?", "answer": n + 1} for n in range(99)])
    hard = write(tmp_path / "b.jsonl", [{"prompt": f"{n}+1?", "answer": n + 1} for n in (500, 501)])
    domain = get(home, {"ood": hard})
    assert {p.answer for p in domain.problems("ood", 2, 0)} == {"501", "502"}
    with pytest.raises(NotEnoughProblems, match="2 problems in ood, not 3"):
        domain.problems("ood", 3, 0)


GOOD = '{"prompt": "1+1?", "answer": "2"}'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2 is no JSON"),
        ("[1]", "line 2 is list, no object"),
        ('{"answer": "2"}', "line 2: `prompt` is missing"),
        ('{"prompt": "  ", "answer": "2"}', "line 2: `prompt` is '  '"),
        ('{"prompt": "2?"}', "line 2: `answer` is missing"),
        ('{"prompt": "2?", "answer": {"a": 1}}', "line 2: `answer` is {'a': 1}"),
        ('{"prompt": "2?", "answer": []}', r"line 2: `answer` is \[\]"),
        ('{"prompt": "2?", "answer": NaN}', "line 2: `answer` is nan. Wanted a text or a finite"),
        ('{"prompt": "2?", "answer": [1, -Infinity]}', r"line 2: `answer` is \[1, -inf\]"),
        ('{"prompt": "2?", "answer": 1e400}', "line 2: `answer` is inf"),
        ('{"prompt": "2?", "answer": "12x", "judge": "number"}', "line 2: '12x' is no number"),
        ('{"prompt": "2?", "answer": 2, "judge": "me"}', "line 2: no judge 'me'. Known: exact,"),
        ('{"prompt": "2?", "answer": 2, "split": "dev"}', "line 2: `split` is 'dev'"),
        ('{"prompt": "2?", "answer": 2, "difficulty": 0}', "line 2: `difficulty` is 0"),
        ('{"prompt": "2?", "answer": 2, "solution": 3}', "line 2: `solution` is 3"),
        ('{"prompt": "2?", "answer": 2, "features": {"a": "b"}}', "line 2: `features` is"),
        ('{"prompt": "2?", "answer": 2, "anwser": 2}', "line 2: the field 'anwser' is unknown"),
        ('{"prompt": " 1+1? ", "answer": 3}', "line 2 asks what .*line 1 asks"),
    ],
)
def test_a_bad_line_is_refused_by_its_number(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "bad.jsonl").write_text(f"{GOOD}\n{line}\n")
    with pytest.raises(ValueError, match=said):
        get(str(tmp_path / "bad.jsonl"))


def test_what_is_no_file_of_problems_is_told_what_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n\n")
    (tmp_path / "latin.jsonl").write_bytes(b'{"prompt": "\xe9?", "answer": "e"}')
    for name, said in (("none", "No file"), ("empty", "holds no problem"), ("latin", "not UTF-8")):
        with pytest.raises(ValueError, match=said):
            get(str(tmp_path / f"{name}.jsonl"))
    (tmp_path / "marks.jsonl").write_text('{"prompt": "?", "answer": "maybe", "judge": "class"}')
    with pytest.raises(ValueError, match=r"line 1: 'maybe' is none of the classes \(YES, NO\)"):
        get(str(tmp_path / "marks.jsonl"), {"classes": ["YES", "NO"]})


@pytest.mark.parametrize("tolerance", [-0.1, 1, "0.1", True, float("nan"), float("inf")])
def test_a_tolerance_that_is_no_share_is_refused(tmp_path: Path, tolerance: object) -> None:
    with pytest.raises(ValueError, match="the option `tolerance` is"):
        one(tmp_path, {"prompt": "How far?", "answer": 100}, tolerance=tolerance)


def test_a_file_may_name_the_tolerance_of_its_numbers(tmp_path: Path) -> None:
    for tolerance, outcome in ((0.02, "right"), (0.005, "wrong"), (None, "wrong")):
        options = {} if tolerance is None else {"tolerance": tolerance}
        domain, problem = one(tmp_path, {"prompt": "How far?", "answer": 100}, **options)
        assert domain.judge(problem, "Answer: 99").outcome == outcome


@given(st.text(max_size=80), st.sampled_from(sorted(JUDGES)), st.text(min_size=1, max_size=20))
def test_no_judge_ever_raises(said: str, judge: str, wanted: str) -> None:
    terms = Terms(("YES", "NO"))
    read = read_by(judge, f"Answer: {said}", terms)
    assert read.answer is None or is_right(judge, wanted, read.answer, terms) in (True, False)
