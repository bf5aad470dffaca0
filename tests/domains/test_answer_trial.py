"""The trial finds out whether a judge reads answers as people write them."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tutelage.domains import (
    AnswerKind,
    Guide,
    Problem,
    Split,
    Verdict,
    check,
    get,
    problem,
    split_of,
)
from tutelage.domains.answer_trial import frame_of
from tutelage.domains.check import CheckReport
from tutelage.domains.rewritings import (
    AnswerFrame,
    near_misses,
    off_by_a_digit,
    rewritings,
    shown_kind,
)


class Counting:
    """How many? A domain whose judges, below, read a number each in a way of their own."""

    name, task_type = "counting", "arithmetic"
    guide = Guide(
        "Count.", "End with `Answer:` and the number.", {}, {"no": "None.", "bad": "Bad."}
    )

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        numbers = range(5_000, 6_000) if split == "ood" else range(1, 2_000)
        every = [self.ask(number) for number in numbers]
        return [it for it in every if split == "ood" or split_of(it.id) == split][:n]

    def ask(self, number: int) -> Problem:
        shape: dict[str, Any] = {"topic": "t", "difficulty": 1, "canonical": number}
        words = " ".join(["drop"] * (number % 7))
        return problem(self.name, text=f"N{number} {words}", answer=str(number * 3), **shape)

    def judge(self, problem: Problem, reply: str) -> Verdict:
        found = self.read_number(reply)
        if found is None:
            return Verdict(0.0, "unparsed", "None.", ("no",))
        right = found == problem.answer
        return Verdict(
            float(right), "right" if right else "wrong", "It.", () if right else ("bad",)
        )

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        return f"Answer: {problem.answer}"

    def read_number(self, reply: str) -> str | None:
        raise NotImplementedError


class FirstNumber(Counting):
    def read_number(self, reply: str) -> str | None:
        found = re.search(r"\d+", reply)
        return found[0] if found else None


class SameLine(Counting):
    def read_number(self, reply: str) -> str | None:
        found = re.findall(r"^Answer: (\d+)$", reply, re.M)
        return str(found[-1]) if found else None


class Numbers:
    """Declares what its judge can be held to."""

    def answer_kind(self, problem: Problem) -> AnswerKind:
        return "number"


class FirstNumberDeclared(Numbers, FirstNumber):
    pass


class SameLineDeclared(Numbers, SameLine):
    pass


def said(report: CheckReport, name: str = "answers are read") -> list[tuple[str, str]]:
    return [(found.level, found.said) for found in report.findings if found.name == name]


def test_a_judge_that_takes_the_first_number_anywhere_is_found_out() -> None:
    ((level, text),) = said(check(FirstNumber(), 40))
    (rate,) = check(FirstNumber(), 40).card.reading
    assert level == "note" and not rate.declared
    assert {it.production for it in rate.accepted} >= {
        "a hedge",
        "a denial",
        "a correction",
        "two answers",
        "right on the way only",
        "a letter behind it",
        "the other sign",
        "a scale word",
    }
    assert f"{len(rate.accepted)} of {rate.near_misses} near misses" in text


def test_a_judge_that_only_knows_its_own_format_gets_a_note_with_the_rate() -> None:
    report = check(SameLine(), 40)
    ((level, text),) = said(report)
    (rate,) = report.card.reading
    assert report.ok and level == "note"
    assert rate.kind == "number"
    assert {it.production for it in rate.accepted} == {"a correction"}, "no mark, so unseen"
    right = rate.rewritings - len(rate.refused)
    assert 0 < right < rate.rewritings / 2
    assert f"number: {right} of {rate.rewritings} rewritings right" in text
    assert f"reads number: {right} of {rate.rewritings}" in report.as_text()
    assert "'Answer: not" not in text, "what it judges rightly is not complained of"


@pytest.mark.parametrize("domain", [FirstNumberDeclared(), SameLineDeclared()])
def test_a_kind_that_the_domain_declares_is_a_promise(domain: Counting) -> None:
    report = check(domain, 40)
    assert not report.ok
    ((level, text),) = said(report)
    assert level == "fault" and " for '" in text, "the misjudged reply is shown"


OURS = {
    "general": {"number", "text"},
    "gym:chain_sum": {"number"},
    "gym:leg_counting": {"number"},
    "maths": {"expression", "number", "quantity"},
    "scheduling": {"class"},
    "scheduling:jobs": {"text"},
    "scheduling:weighted": {"number"},
    "scheduling:witness": {"text"},
}
"""Domain -> the kinds of answers that its judge promises to read."""


@pytest.mark.parametrize("name", OURS)
def test_our_judges_read_answers_as_people_write_them(name: str) -> None:
    rates = check(get(name), 40).card.reading
    assert {rate.kind for rate in rates} == OURS[name] and all(rate.declared for rate in rates)
    for rate in rates:
        assert rate.rewritings >= 100 and rate.near_misses >= 80
        assert rate.refused == rate.accepted == ()


@pytest.mark.parametrize(
    ("judge", "answers", "kind"),
    [
        ("number", ("12", "-3.5", "1/3", "1,200", "7 km", "45%"), "number"),
        ("text", ("amber rose", "Paris.", "1984", "no way"), "text"),
        ("exact", ("amber", "C++", "x_1"), "text"),
        ("class", ("very good", "good", "bad"), "class"),
        ("set", ("red, green, blue", "tea, milk", "one, two"), "set"),
    ],
)
def test_the_rules_of_a_file_read_answers_as_people_write_them(
    judge: str, answers: Sequence[str], kind: AnswerKind, tmp_path: Path
) -> None:
    lines = [
        {"prompt": f"Number {i}?", "answer": answers[i % len(answers)], "judge": judge}
        for i in range(200)
    ]
    (tmp_path / "some.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (rate,) = check(get(str(tmp_path / "some.jsonl")), 25).card.reading
    assert rate.kind == kind and rate.declared and rate.rewritings >= 200
    assert rate.refused == rate.accepted == ()


class OddKind(FirstNumber):
    def answer_kind(self, problem: Problem) -> Any:
        return "numbers"


class NoKind(SameLine):
    def answer_kind(self, problem: Problem) -> AnswerKind:
        return ""


def test_a_kind_that_does_not_exist_is_a_fault_that_names_those_that_do() -> None:
    ((level, text),) = said(check(OddKind(), 20))
    assert level == "fault" and "gave 'numbers'" in text and "'quantity'" in text


def test_a_domain_that_says_it_has_no_kind_is_left_alone() -> None:
    report = check(NoKind(), 20)
    assert [level for level, _ in said(report)] == ["ok"] and report.card.reading == ()


class Essayist(SameLine):
    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        return f"It is long.\nAnswer: {problem.answer}"


def test_where_a_bare_solution_is_more_than_an_answer_nothing_is_tried() -> None:
    ((level, text),) = said(check(Essayist(), 20))
    assert level == "ok" and text.startswith("not tried")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("YES", "class"),
        ("12", "number"),
        ("-3.5", "number"),
        ("7/3", "number"),
        ("$124.8", "number"),
        ("52 mm^2", "quantity"),
        ("430/7 km/h", "quantity"),
        ("60 years", "quantity"),
        ("45x^2 + 66x - 15", "expression"),
        ("7sqrt(2)", "expression"),
        ("[6, 15)", "expression"),
        ("x = -12 or x = -6", "expression"),
        ("Paris", "text"),
        ("09:05 at noon", "text"),
        ("C A D B", "text"),
    ],
)
def test_an_answer_shows_its_kind(answer: str, kind: AnswerKind) -> None:
    assert shown_kind(answer, ("YES", "NO")) == kind


@pytest.mark.parametrize(
    ("answer", "other"),
    [("12", "13"), ("19", "18"), ("0.5", "1.5"), ("2.25", "3.25"), ("x + y", "x + y + 1")],
)
def test_a_digit_off_is_another_answer(answer: str, other: str) -> None:
    assert off_by_a_digit(answer) == other


def test_replies_are_made_around_the_domains_own_format() -> None:
    frame = frame_of("Result -> 12 <-", "12")
    assert frame == AnswerFrame("Result -> ", " <-")
    made = [reply.text for reply in rewritings("number", frame, "12", "13")]
    assert "**Result -> 12 <-**" in made and "Result ->\n12" in made
    assert not [text for text in made if "answer" in text.casefold()], "no mark that is not its own"
    assert frame_of("Answer: 12", "13") is None and frame_of(None, "12") is None


@pytest.mark.parametrize("kind", ["number", "quantity", "expression", "class", "set", "text"])
def test_no_near_miss_says_the_same_as_a_rewriting(kind: AnswerKind) -> None:
    answer = {"quantity": "-12 kg", "set": "red, green", "expression": "3x"}.get(kind, "12")
    frame, other = AnswerFrame("Answer: ", ""), "14"
    right = {reply.text for reply in rewritings(kind, frame, answer, other)}
    wrong = {reply.text for reply in near_misses(kind, frame, answer, other)}
    assert len(right) >= 11 and len(wrong) >= 8 and not right & wrong


def test_nothing_is_a_near_miss_of_zero_that_is_zero() -> None:
    made = {reply.text for reply in near_misses("number", AnswerFrame("", ""), "0", "1")}
    assert not made & {"-0", "0 million", "0x"}


def test_a_list_of_solutions_is_no_hedge() -> None:
    answer, other = "x = 5 or x = 6", "x = 6 or x = 6"
    made = near_misses("expression", AnswerFrame("", ""), answer, other)
    assert not [it for it in made if it.text == f"{answer} or {other}"], "it says the same"


def test_a_unit_is_missed_by_its_size_and_by_what_it_measures() -> None:
    frame = AnswerFrame("", "")
    made = {it.production: it.text for it in near_misses("quantity", frame, "3 km^2", "4 km^2")}
    assert made["a unit of another size"] == "3 m^2"
    assert made["a unit of something else"] == "3 kg"
