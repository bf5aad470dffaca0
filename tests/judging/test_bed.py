"""The bed is large, fixed, new in good part, and says of no reply what is not so."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

from .bed import fingerprint, productions, replies
from .file_maths import FILE
from .parts import Reply

ROOT = Path(__file__).parents[2]
FINGERPRINT = "2de278b4c21a2505ee007ca5f57315f223d344f677c29879b9f7b731122e4b64"
"""Whoever changes a reply or its label changes this line, and says why in the commit."""
OLD_JUDGE = json.loads(Path(__file__).with_name("old_judge.json").read_text())
"""Counts of the judges as they were when the bed was made."""


def behind_the_mark(reply: Reply) -> str:
    """Return the last line without its mark and what sets it off."""
    last = reply.text.rpartition("\n")[2]
    return re.sub(r"^.*\banswer(?: is)?:?", "", last, flags=re.I).strip("*_$` ").rstrip(".")


def test_the_replies_are_those_that_the_old_judges_were_measured_by() -> None:
    assert fingerprint() == FINGERPRINT == OLD_JUDGE["bed"]


def test_the_replies_are_the_same_in_every_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from tests.judging.bed import fingerprint; print(fingerprint())"],
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": f"{ROOT / '.dev'}:{ROOT}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == FINGERPRINT


def test_each_domain_has_many_right_replies_and_as_many_that_are_not() -> None:
    many = Counter((reply.label, reply.right) for reply in replies())
    assert sum(n for (_, right), n in many.items() if right) >= 1_700
    assert sum(n for (_, right), n in many.items() if not right) >= 1_700
    assert min(many.values()) >= 100
    assert len(many) == 2 * 14
    assert min(many[FILE, True], many[FILE, False]) >= 500


def test_the_file_holds_answers_of_many_shapes() -> None:
    asked = {reply.problem.id for reply in replies() if reply.label == FILE}
    assert len(asked) >= 80


def test_a_third_of_the_productions_and_more_is_in_no_list_of_ours() -> None:
    used = productions()
    assert sum(it.new for it in used) * 3 >= len(used) >= 300


def test_no_reply_is_right_and_not_right() -> None:
    said: dict[tuple[str, str, str], bool] = {}
    for it in replies():
        assert said.setdefault((it.label, it.problem.id, it.text), it.right) is it.right
    assert len(said) == len(replies())


def test_the_old_judges_fail_on_it() -> None:
    file = OLD_JUDGE["domains"][FILE].values()
    accepted, wrong = (sum(it[key] for it in file) for key in ("accepted", "wrong"))
    assert accepted >= 0.2 * wrong >= 100
    assert OLD_JUDGE["all"]["refused"] >= 0.2 * OLD_JUDGE["all"]["right"]


def test_plain_numbers_are_equal_where_right_and_differ_where_not() -> None:
    seen = Counter[bool]()
    for reply in replies():
        shown = re.fullmatch(r"-?(\d*\.)?\d+(/\d+)?", behind_the_mark(reply))
        gold = re.fullmatch(r"-?\d+(\.\d+|/\d+)?", reply.problem.answer)
        if shown and gold and (reply.right or reply.group == "value"):
            assert (Fraction(shown[0]) == Fraction(gold[0])) is reply.right, reply
            seen[reply.right] += 1
    assert min(seen[True], seen[False]) > 50


def value_at(text: str, letter: str, at: Fraction) -> Fraction | None:
    """Evaluate a polynomial by Python, a way of reading that neither bed nor judges use."""
    plain = re.sub(r"\\frac\{(\d+)\}\{(\d+)\}", r"(\1/\2)", text)
    plain = plain.replace("{", "").replace("}", "").replace("^", "**")
    plain = re.sub(rf"(?<=[\d)])(?=[{letter}])", "*", plain)
    if not re.fullmatch(rf"[-+*/() \d{letter}]+", plain) or letter not in text:
        return None
    exact = re.sub(r"(?<!\*\*)\b(\d+)\b", r"Fraction(\1)", plain)
    found: Fraction = eval(exact, {"Fraction": Fraction, letter: at})
    return found


def test_polynomials_have_equal_values_where_right_and_others_where_not() -> None:
    seen = Counter[bool]()
    asked = {it.problem.id for it in replies() if it.group == "terms"}
    for reply in replies():
        if reply.group not in ("notation", "terms") or reply.problem.id not in asked:
            continue
        letters = set(re.findall(r"[a-z]", re.sub(r"\\frac", "", reply.problem.answer)))
        if len(letters) != 1 or "=" in reply.problem.answer:
            continue
        letter = letters.pop()
        places = [Fraction(7, 3), Fraction(-11, 5), Fraction(4)]
        gold = [value_at(reply.problem.answer, letter, at) for at in places]
        shown = [value_at(behind_the_mark(reply), letter, at) for at in places]
        if None not in (*gold, *shown):
            assert (gold == shown) is reply.right, reply
            seen[reply.right] += 1
    assert min(seen[True], seen[False]) > 10


def test_some_replies_are_labelled_as_people_would_say() -> None:
    for answer, ending, right in (
        ("12", "Answer: 12 thousand", False),
        ("x=7", "**Answer:** 7x", False),
        ("-250", "Final answer: -250.00", True),
        (r"\sqrt[3]{4}", r"The final answer is: $\sqrt[3]4$.", True),
        ("110101_2", "So the correct answer is 110101_3.", False),
        (r"40\text{ mph}", "Answer: It is 40 miles per hour.", True),
        ("100a+10b+c", "</reasoning>\n\nAnswer: 10b+100a+c", True),
        ("1064 m", "Answer: 1065 m", False),
    ):
        said = {
            it.right for it in replies() if it.problem.answer == answer and it.text.endswith(ending)
        }
        assert said == {right}, (answer, ending)
