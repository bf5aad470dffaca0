"""The trial finds what is wrong with a domain, and finds nothing wrong with ours."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tutelage.domains import (
    SPLITS,
    Domain,
    ExpertRule,
    Guide,
    NotEnoughProblems,
    Pair,
    Problem,
    Split,
    Verdict,
    check,
    get,
    problem,
    split_of,
)
from tutelage.evidence import split_floors


class Parity:
    """Odd or even: a sound little domain that the tests break in one place each."""

    name = "parity"
    task_type = "classification"
    guide = Guide(
        "Is the number odd?",
        "End with `Answer:` and a word.",
        {"digit": "Names the last digit."},
        {"no_answer": "None.", "wrong": "Wrong."},
        classes=("ODD", "EVEN"),
        rules=(ExpertRule("last", "W", "Look at the end.", frozenset({"digit"}), frozenset()),),
    )

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        every = [self.ask(i) for i in (range(900, 1400) if split == "ood" else range(900))]
        home = [p for p in every if split == "ood" or split_of(p.id) == split]
        if len(home) < n:
            raise NotEnoughProblems(f"{len(home)} in {split}, not {n}.")
        return home[seed : seed + n]

    def ask(self, number: int) -> Problem:
        answer = "ODD" if number % 2 else "EVEN"
        return problem(
            self.name,
            text=f"Number {number}",
            topic="t",
            difficulty=1,
            answer=answer,
            canonical=number,
            features={"last digit": number % 10},
        )

    def judge(self, problem: Problem, reply: str) -> Verdict:
        said = reply.rpartition("Answer: ")[2] if "Answer: " in reply else None
        if said is None:
            return Verdict(0.0, "unparsed", "No answer.", ("no_answer",))
        if said == problem.answer:
            return Verdict(1.0, "right", "Right.", (), said)
        return Verdict(0.0, "wrong", "Wrong.", ("wrong",), said)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        shown = f"Ends in {problem.text[-1]}. " if steps is None or "digit" in steps else ""
        return f"{shown}Answer: {problem.answer}"


def faults(domain: Domain, n: int = 40) -> dict[str, str]:
    report = check(domain, n)
    return {found.name: found.said for found in report.findings if found.level == "fault"}


@pytest.mark.parametrize("name", ["scheduling", "gym:chain_sum", "gym:leg_counting", "gym:gcd"])
def test_our_domains_are_sound(name: str) -> None:
    report = check(get(name), 60, floors=split_floors)
    assert report.ok, report.as_text()
    assert len(report.card.samples) == 3
    assert [floor.split for floor in report.floors] == ["train", "val", "test", "ood"]


def test_a_sound_domain_has_no_faults() -> None:
    assert faults(Parity()) == {}


def test_a_report_prints_findings_floors_and_three_problems() -> None:
    text = check(Parity(), 40, floors=split_floors).as_text()
    assert text.startswith("parity: sound\n")
    assert "floor val: constant" in text
    assert text.count("\n  like  t | difficulty 1\n    Number ") == 3
    assert text.count("\n    -> Ends in ") == 3, "each with its worked solution"
    assert "classes ODD, EVEN" in text and "rules last" in text


class Unseeded(Parity):
    calls = 0

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        self.calls += 1
        return super().problems(split, n, self.calls)


class SplitBySeed(Parity):
    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        return super().problems("train", n, seed + len(split))


class SameText(Parity):
    def ask(self, number: int) -> Problem:
        return replace(super().ask(number), text="Which?")


class Repeats(Parity):
    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        return [*super().problems(split, n - 1, seed), *super().problems(split, 1, seed)]


class Short(Parity):
    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        return super().problems(split, n, seed)[:-1]


class WrongKey(Parity):
    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        return "Answer: NEITHER" if steps == frozenset({"digit"}) else super().solution(problem)


class Generous(Parity):
    def judge(self, problem: Problem, reply: str) -> Verdict:
        if reply == problem.text:
            return Verdict(1.0, "right", "Right.", (), reply)
        return super().judge(problem, reply)


class Raises(Parity):
    def judge(self, problem: Problem, reply: str) -> Verdict:
        return super().judge(problem, reply.encode().decode())


class Invents(Parity):
    def judge(self, problem: Problem, reply: str) -> Verdict:
        found = super().judge(problem, reply)
        return replace(found, failure_modes=("laziness",)) if found.outcome == "wrong" else found


class HalfRight(Parity):
    def judge(self, problem: Problem, reply: str) -> Verdict:
        found = super().judge(problem, reply)
        return replace(found, score=1.0) if found.outcome == "wrong" else found


class Deaf(Parity):
    def judge(self, problem: Problem, reply: str) -> Verdict:
        found = super().judge(problem, reply)
        return Verdict(0.0, "unparsed", "?", ("no_answer",)) if found.outcome == "wrong" else found


class StrangeRule(Parity):
    guide = replace(
        Parity.guide,
        rules=(ExpertRule("r", "s", "t", frozenset({"dance"}), frozenset({"gloom"})),) * 2,
    )


def with_rule(**fields: Any) -> Parity:
    """Parity with one rule that cannot be proposed."""
    domain = Parity()
    domain.guide = replace(
        Parity.guide, rules=(replace(ExpertRule("r", "s", "t", frozenset()), **fields),)
    )
    return domain


class StrangeClasses(Parity):
    guide = replace(Parity.guide, classes=("ODD", 2))  # type: ignore[arg-type]


class Tuples(Parity):
    def ask(self, number: int) -> Problem:
        data: dict[str, Any] = {"pair": (1, 2)}
        return replace(super().ask(number), data=data)


class Badge(Parity):
    def ask(self, number: int) -> Problem:
        made = super().ask(number)
        return replace(made, id=made.id.upper() + "Z") if number >= 900 else made


@pytest.mark.parametrize(
    ("domain", "fault"),
    [
        (Unseeded(), "same problems"),
        (SplitBySeed(), "splits apart"),
        (SameText(), "splits apart"),
        (Repeats(), "distinct problems"),
        (Short(), "enough problems"),
        (WrongKey(), "solutions are right"),
        (Generous(), "noise earns nothing"),
        (Raises(), "noise earns nothing"),
        (Invents(), "verdicts agree"),
        (HalfRight(), "verdicts agree"),
        (Deaf(), "wrong class is wrong"),
        (StrangeRule(), "rules speak the guide's words"),
        (with_rule(text="t" * 601), "rules speak the guide's words"),
        (with_rule(text="one line\nand another"), "rules speak the guide's words"),
        (with_rule(text=7), "rules speak the guide's words"),
        (with_rule(section=" "), "rules speak the guide's words"),
        (with_rule(when="w" * 301), "rules speak the guide's words"),
        (StrangeClasses(), "rules speak the guide's words"),
        (Tuples(), "problems are data"),
        (Badge(), "problems are data"),
    ],
    ids=lambda case: type(case).__name__ if isinstance(case, Parity) else "",
)
def test_each_fault_is_found_by_its_name(domain: Parity, fault: str) -> None:
    assert fault in faults(domain)


def test_a_split_that_is_too_small_is_a_fault_and_what_there_is_is_still_tried() -> None:
    report = check(Parity(), 400, floors=split_floors)
    assert "enough problems" in faults(Parity(), 400)
    assert any(floor.split == "val" and floor.n > 50 for floor in report.floors)


class Lopsided(Parity):
    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        found = super().problems(split, 3 * n, 3 * seed)
        even = [p for p in found if p.answer == "EVEN"]
        odd = [p for p in found if p.answer == "ODD"]
        return [*odd[: n // 5], *even[: n - n // 5]]


def test_lopsided_classes_are_a_note_and_the_floors_show_the_share() -> None:
    report = check(Lopsided(), 30, floors=split_floors)
    notes = [found.said for found in report.findings if found.level == "note"]
    assert any("24 of 30 are EVEN" in said for said in notes)
    assert report.floors[0].constant == 0.8


class Breaks(Parity):
    """Raises what it is told to, where it is told to."""

    def __init__(self, place: str) -> None:
        self.place = place

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        if self.place in ("problems", split):
            raise OSError("the disk is on fire")
        return super().problems(split, n, seed)

    def judge(self, problem: Problem, reply: str) -> Verdict:
        if self.place == "judge":
            raise KeyError("the judge is out")
        return super().judge(problem, reply)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        if self.place == "solution":
            raise RuntimeError("nobody knows")
        return super().solution(problem, steps)


@pytest.mark.parametrize(
    ("place", "fault", "said"),
    [
        ("problems", "enough problems", "problems('ood', 20, 0) raised OSError"),
        ("val", "enough problems", "problems('val', 20, 0) raised OSError('the disk is on fire')"),
        ("judge", "noise earns nothing", "with the reply '' raised KeyError('the judge is out')"),
        ("solution", "solutions are right", "raised RuntimeError('nobody knows')"),
    ],
)
def test_a_domain_that_raises_is_told_what_it_was_asked(place: str, fault: str, said: str) -> None:
    report = check(Breaks(place), 20)
    assert not report.ok and said in faults(Breaks(place), 20)[fault]
    assert said in report.as_text()


def test_a_split_that_raises_leaves_the_others_on_trial_and_none_left_ends_it() -> None:
    looked = [found.name for found in check(Breaks("val"), 20).findings]
    assert looked[-1] == "judge speed"
    nothing = check(Breaks("problems"), 20, floors=split_floors)
    assert {found.name for found in nothing.findings} == {"enough problems"}
    assert nothing.card.samples == nothing.floors == ()


class Wordy(Parity):
    """Builds its problems past `problem(...)`, with a feature that is no number."""

    def ask(self, number: int) -> Problem:
        return replace(super().ask(number), features={"colour": "red"})


class Lazy(Parity):
    def problems(self, split: Split, n: int, seed: int) -> Any:
        found = super().problems(split, n, seed)
        return (each for each in found)


class Loose(Parity):
    def problems(self, split: Split, n: int, seed: int) -> Any:
        return [{"text": "Which?"}] * n


class Silent(Parity):
    def judge(self, problem: Problem, reply: str) -> Any:
        return None


@pytest.mark.parametrize(
    ("domain", "fault", "said"),
    [
        (Wordy(), "features are numbers", "The feature 'colour' of the problem "),
        (Loose(), "enough problems", "build each with `problem(...)`"),
        (Silent(), "noise earns nothing", "gave None, no Verdict"),
    ],
)
def test_what_breaks_a_promise_of_form_is_a_fault_too(
    domain: Parity, fault: str, said: str
) -> None:
    assert said in faults(domain, 20)[fault]
    assert "NOT SOUND" in check(domain, 20).as_text()


def test_problems_that_come_one_by_one_are_tried_like_a_list() -> None:
    assert faults(Lazy(), 20) == {}


class Mute(Parity):
    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        return None


def test_a_domain_without_worked_solutions_is_sound_with_a_note() -> None:
    report = check(Mute(), 20)
    assert report.ok
    assert any("teacher must demonstrate" in found.said for found in report.findings)


def test_every_problem_of_every_split_is_tried_when_no_number_is_given() -> None:
    report = check(Parity(), None)
    homes = [split_of(Parity().ask(number).id) for number in range(900)]
    wanted = {split: homes.count(split) for split in ("train", "val", "test")}
    assert report.card.counts == {**wanted, "ood": 500}
    assert report.ok, report.as_text()


class LastKeyWrong(Parity):
    """One problem of 500 in one split has a solution that is not right."""

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        wrong = problem.text == "Number 1399"
        return "Answer: NEITHER" if wrong else super().solution(problem, steps)


def test_one_wrong_reference_among_all_problems_is_found() -> None:
    report = check(LastKeyWrong(), None)
    (fault,) = [found for found in report.findings if found.level == "fault"]
    assert fault.name == "solutions are right" and "'Answer: NEITHER'" in fault.said


class NothingBeyond(Parity):
    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        if split == "ood":
            raise NotEnoughProblems("nothing is harder.")
        return super().problems(split, n, seed)


def test_a_domain_with_no_ood_problems_is_sound_and_says_what_a_run_needs() -> None:
    report = check(NothingBeyond(), 30)
    assert report.ok, report.as_text()
    assert any(
        found.level == "note" and "`ood = 0` in [splits]" in found.said for found in report.findings
    )


class Essays:
    """No reference answer: the longer a reply, the better; pairs are planted to prove it."""

    name, task_type = "essays", "writing"
    guide = Guide("Say much.", "Write.", {}, {"short": "Too short."})

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        return [
            problem(
                self.name,
                text=f"{split} {i}",
                topic="t",
                difficulty=1,
                answer="",
                canonical=[split, i],
            )
            for i in range(n)
        ]

    def judge(self, problem: Problem, reply: str) -> Verdict:
        score = min(len(reply), 200) / 250
        return Verdict(score, "wrong", "More.", ("short",), reply)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str | None:
        return None

    def planted_pairs(self, n: int, seed: int) -> Sequence[Pair]:
        return [Pair(p, "word " * 9, "word", "cut short") for p in self.problems("train", n, seed)]


class PoorJudge(Essays):
    def judge(self, problem: Problem, reply: str) -> Verdict:
        return Verdict(0.5, "wrong", "Hm.", ("short",), reply)


class Unplanted(Essays):
    def planted_pairs(self, n: int, seed: int) -> Sequence[Pair]:
        return []


def test_where_no_reference_exists_planted_pairs_put_the_judge_on_trial() -> None:
    report = check(Essays(), 10)
    assert report.ok, report.as_text()
    assert any(
        found.name == "pairs in order" and found.said == "all 10 of them; damages: cut short"
        for found in report.findings
    )
    assert "10 of 10 pairs are not ordered right" in faults(PoorJudge(), 10)["pairs in order"]
    assert "gave none" in faults(Unplanted(), 10)["pairs in order"]


class Benchmark(Parity):
    splits: tuple[Split, ...] = ("test",)

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        if split != "test":
            raise NotEnoughProblems("nothing here is for training.")
        return super().problems(split, n, seed)


class Unspoken(Benchmark):
    splits = SPLITS


class Overflows(Parity):
    splits: tuple[Split, ...] = ("test",)


def test_a_domain_for_evaluation_only_is_sound_and_says_so() -> None:
    report = check(Benchmark(), 20)
    assert report.ok, report.as_text()
    assert report.findings[0].said.startswith("for evaluation only: test")
    assert len(report.card.samples) == 3
    assert "nothing here is for training" in faults(Unspoken(), 20)["enough problems"], "say it"
    assert "holds no ood, and gave" in faults(Overflows(), 20)["enough problems"]
