"""Replies to the questions of a JSONL file are judged as people read them, rule by rule."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from tutelage.domains import get

Texts = list[str]


class Case(NamedTuple):
    """A question with its answer, and what is said to it."""

    judge: str
    answer: object
    right: Texts
    wrong: Texts
    unclear: Texts
    """Replies that stand by no answer."""
    prompt: str = "Which is it?"
    classes: tuple[str, ...] = ()


CASES = {
    "whole numbers are exact (A2)": Case(
        "number", 1_000_000, ["1000000", "1,000,000", "1e6", "10^6"], ["1000001", "999999"], []
    ),
    "at any size": Case(
        "number", 2**127 - 1, [str(2**127 - 1), f"{2**127 - 1:,}"], [str(2**127 - 2)], []
    ),
    "decimals leave room for rounding": Case(
        "number", 0.3, ["0.30000000000000004", "3/10", "0.3", ".3"], ["0.31", "0.3001"], []
    ),
    "words and letters that change a number (A3)": Case(
        "number",
        12,
        ["12 apples", "12 cm", "$12", "12 of them", "x = 12"],
        ["12%", "12 million", "12k", "1.2", "-12"],
        ["12x", "12 squared", "12 factorial", "12 times five", "12 over five", "12i", "12e",
         "12 sin x", "12 is wrong", "12 is not right", "not 12", "12 cubed", "12ab",
         "it isn't 12"],
    ),
    "second thoughts (A4)": Case(
        "number",
        12,
        ["I think 12", "12, I believe", "12. It is 3 times 4.", "12 (= 3*4)"],
        [],
        ["12 or 13", "12 (or 13)", "12. Wait, that is wrong, it is 13.", "12. Or 13."],
    ),
    "thousands (B4)": Case(
        "number",
        12345,
        ["12,345", "12{,}345", r"12\,345", "12 345", "12\u202f345", "12'345", "$12,345.00"],
        ["12,346", "1,234.5"],
        ["12,34,5", "12,3456"],
    ),
    "mixed numbers and fractions (B6)": Case(
        "number",
        3.5,
        ["3 1/2", "3½", "7/2", r"\frac72", r"3\frac{1}{2}", "3.50"],
        ["31/2", "3 1/4", "2/7", r"3\frac13"],
        [],
    ),
    "half": Case("number", "1/2", ["½", "0.5", "50%", "2/4"], ["5", "50", "1/4"], []),
    "percent, where the question asks for none": Case(
        "number", 0.25, ["25%", "25 percent", "0.25", "1/4", r"25\%"], ["25", "0.25%", "2.5%"], []
    ),
    "percent, where the question asks for them": Case(
        "number", 25, ["25%", "25", "25 percent"], ["0.25%", "2500%", "0.25"], [],
        prompt="What percentage of the pupils came?",
    ),
    "a percent sign in the answer": Case(
        "number", "25%", ["25%", "0.25", "1/4"], ["25", "2.5%"], [], prompt="What is the share?"
    ),
    "percent of something is no percent": Case(
        "number", 20, ["20"], ["20%", "0.2"], [], prompt="What is 25% of 80, or 50 percent of 40?"
    ),
    "a scale, where the question asks for none": Case(
        "number", 60, ["5 dozen", "30 pairs", "3 score", "30 pairs of socks"],
        ["60 pairs", "60 score", "60 gross", "60 grand", "60 ppm", "60 dozen"],
        ["60 fewer", "60 less", "60 or so", "60 or thereabouts"],
        prompt="He has three dozen eggs and as many pairs of socks. What is the sum?",
    ),
    "a scale, where the question asks in it": Case(
        "number", 5, ["5 dozen", "5", "5 dozens of eggs"], ["60", "60 eggs"], [],
        prompt="How many dozen eggs are 60?",
    ),
    "pairs, where the question asks for pairs": Case(
        "number", 5, ["5 pairs", "5 pairs of gloves", "5"], ["10", "10 gloves"], [],
        prompt="How many pairs do ten gloves make?",
    ),
    "fewer, where the question asks for it": Case(
        "number", 5, ["5 fewer", "5 fewer apples", "5"], ["-5"], [],
        prompt="How many fewer apples has Tom?",
    ),
    "powers of ten (B6)": Case(
        "number", 12000, ["1.2 × 10^4", r"1.2 \times 10^{4}", "1.2e4", "12 thousand"],
        ["1.2 × 10^3", "1.2e5"], ["12^4"],
    ),
    "text (B6)": Case(
        "text", "日本", ["日本。", "日本", "**日本**", "日本！"], ["中国。"], []
    ),
    "composed and decomposed letters": Case(
        "text", "café", ["cafe\u0301", "Café.", "CAFÉ!"], ["cafe", "cafés"], []
    ),
    "words": Case("text", "New York", ["new  york.", "`New York`"], ["York", "New York City"], []),
    "characters": Case(
        "exact", "naïve", ["nai\u0308ve", "**naïve**", "`naïve`"], ["Naïve", "naive", "na ïve"], []
    ),
    "signs of a language are characters": Case(
        "exact",
        "<div>",
        ["<div>", "**<div>**", "<b><div></b>", "`<div>`"],
        ["</div>", "div", "<DIV>"],
        [],
    ),
    "one of some letters (B6)": Case(
        "class",
        "A",
        ["A", "(A)", r"\boxed{A}", "The correct option is A.", "A) Paris", "A. Paris", "**A**",
         "A, because it is the largest", "A is correct", "It is not B but A.", r"\text{(A)}"],
        ["B", "(B)", "The correct option is B.", "Not A but B."],
        ["A cat", "A or B", "A and B", "not A", "A is wrong", "a dog barks",
         "A, B", "A, or perhaps C", "A. This is false."],
        classes=("A", "B", "C"),
    ),
    "one of some words": Case(
        "class",
        "Yes",
        ["yes", "Yes, it is.", "**Yes.**", r"\boxed{Yes}", "The answer is yes."],
        ["No", "No, it is not."],
        ["yes or no", "Yes and no", "yes, no", "perhaps"],
        classes=("Yes", "No"),
    ),
    "a class that is a word of many sentences": Case(
        "class",
        "No",
        ["No, there are too few rooms", "NO", "No.", "No there is none", "No the rooms are full",
         "No - it fails", "No (too few)", "No because 3 > 2", "It is a no", "So no.",
         "There is no solution, so no"],
        ["Yes, no meeting is late", "No one is late, so yes"],
        ["There is no way to tell.", "No meeting is late", "No one knows",
         "There are no rooms.", "No idea", "The proof is no good", "We have no choice here"],
        classes=("Yes", "No"),
    ),
    "contained words, denied from afar": Case(
        "contains",
        "Rome",
        ["I doubt no more: it is Rome", "There is no doubt that it is Rome",
         "Nobody doubts that it is Rome",
         "I don't know much, but Rome", "I do not think it is Oslo, I think it is Rome",
         "Not only Rome", "It is none other than Rome", "Rome? Yes, not Oslo",
         "Rome. It is not far.", "Rome, which is not far from the sea"],
        ["I do not think that it is Rome", "Rome? Hardly.",
         "I would never have said that it was Rome", "Nobody would say that it is Rome",
         "I doubt that the capital is Rome",
         "It can hardly be Rome", "Rome is unlikely", "Rome? I don't think so", "Rome it is not",
         "Rome can be ruled out", "anywhere but Rome", "Rome - no",
         "It could never have been the old city of Rome", "I am not sure that it is Rome"],
        ["Rome (I doubt it)", "Rome, I doubt it"],
    ),
    "contained words (A3)": Case(
        "contains",
        "Paris",
        ["It is Paris, of course", "paris", "Not London but Paris", "Paris, not London"],
        ["not Paris", "Parisian", "It isn't Paris", "Paris is wrong", "anything but Paris",
         "Rome", "Paris or Rome", "maybe Paris, maybe Rome", "Paris, of course, is wrong"],
        [],
    ),
    "a contained number": Case(
        "contains", "12", ["It is 12.", "room 12, of course"], ["112", "12.5", "1,12", "-12"], [],
    ),
    "contained in a script without spaces": Case(
        "contains", "東京", ["首都は東京です。", "東京"], ["京都"], []
    ),
    "items on lines (B6)": Case(
        "set",
        "red, blue",
        ["blue and red", "\n- red\n- blue", "\n* Blue\n* Red", "\n1. red\n2. blue", "{red, blue}",
         "red; blue.", "The colours are red and blue."],
        ["red", "red, red, blue", "\n- red\n- green", "red, blue and green"],
        [],
    ),
}  # fmt: skip


def outcomes(folder: Path, case: Case, replies: Texts) -> dict[str, str]:
    """Judge each reply to the only question of a file."""
    row = {"prompt": case.prompt, "answer": case.answer, "judge": case.judge, "split": "test"}
    file = folder / "asked.jsonl"
    file.write_text(json.dumps(row))
    domain = get(f"jsonl:{file}", {"classes": list(case.classes)} if case.classes else {})
    (problem,) = domain.problems("test", 1, 0)
    return {reply: domain.judge(problem, reply).outcome for reply in replies}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
@pytest.mark.parametrize("way", ["Let me see.\nAnswer: {}", "We look.\n\n**Answer:** {}"])
def test_each_reply_is_read_as_people_read_it(tmp_path: Path, case: Case, way: str) -> None:
    wanted = {"right": case.right, "wrong": case.wrong, "unparsed": case.unclear}
    for outcome, texts in wanted.items():
        found = outcomes(tmp_path, case, [way.format(text) for text in texts])
        assert {reply: it for reply, it in found.items() if it != outcome} == {}


@pytest.mark.parametrize(
    "reply",
    ["3 times 4.\n#### 12", "3 times 4.\nSo it is \\boxed{12}.", "Answer:\n12",
     "Answer:\n\n$$\n12\n$$",
     "Answer: 12\n\nI hope this answer is clear!", "<think>13?</think>\nAnswer: 12", "12"],
)  # fmt: skip
def test_an_answer_is_found_where_it_stands(tmp_path: Path, reply: str) -> None:
    assert outcomes(tmp_path, Case("number", 12, [], [], []), [reply]) == {reply: "right"}
