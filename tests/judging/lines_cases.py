"""Cases of JSONL files: one small file for each judge."""

import itertools
import json
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from tutelage.domains import Domain, Problem, get

from .parts import Case, Mode, Production, Spelling, Whole, plain, spell, unique
from .values import decimal, near_misses, rivals_of, ways_of_writing

NUMBERS = (
    "12", "-7", "1000000", "20261130", "0.25", "3.5", "1234567", "2147483647", "86400", "-0.125",
    "98765432109876543210987654321", "360", "12345", "0.75", "5", "1500", "-40", "8.2", "64",
    "7200",
)  # fmt: skip
NOUNS = ("metres", "apples", "people", "minutes")
TEXTS = {
    "Which city is the capital of Chile?": ("Santiago", "Lima", "Valparaíso"),
    "Who wrote the tale of the white whale?": ("Herman Melville", "Mark Twain", "Melville Herman"),
    "Which drink has caffeine, tea or milk?": ("black tea", "milk", "black teas"),
    "What does one call a place for coffee?": ("café", "cafeteria", "caffè"),
    "Which metal is liquid at 20 degrees?": ("mercury", "iron", "mercurous"),
    "What is the name of the longest river?": ("the Nile", "the Amazon", "the Niger"),
}
EXACTS = {
    "Which code has the part?": ("AB-12/x", "AB-12/X", "AB-21/x"),
    "Which file holds it?": ("src/Main.kt", "src/main.kt", "Main.kt"),
    "Which constant is it?": ("MAX_SIZE", "max_size", "MAX_SIZES"),
    "Which colour is it in hexadecimal?": ("#ff8800", "#FF8800", "#ff880"),
    "Which version came first?": ("v1.0.10", "v1.0.1", "1.0.10"),
    "Which tag is open?": ("<div>", "<DIV>", "</div>"),
}
CONTAINED = {
    "Where does the story begin?": ("Paris", "London", "Parisian"),
    "Which of the planets is red?": ("Mars", "Venus", "Marshall"),
    "Which colour had the car?": ("dark green", "dark red", "greenish"),
    "Which animal lays eggs?": ("duck", "horse", "duckling"),
}
SETS = {
    "Which primary colours are there?": ("red, yellow, blue", "green"),
    "Which months have 30 days?": ("April, June, September, November", "May"),
    "Which planets are rocky?": ("Mercury, Venus, Earth, Mars", "Saturn"),
    "Who came to the feast?": ("Ada, Ben, Chen", "Dina"),
}
OPTIONS = ("A", "B", "C", "D")
SORTS = ("spam", "ham", "promo")


def lines_cases() -> Iterator[Case]:
    yield from _cases("jsonl number", "n", [*zip(_number_questions(), NUMBERS, strict=False)])
    yield from _cases("jsonl text", "t", [(q, it[0]) for q, it in TEXTS.items()])
    yield from _cases("jsonl exact", "x", [(q, it[0]) for q, it in EXACTS.items()])
    yield from _cases("jsonl contains", "t", [(q, it[0]) for q, it in CONTAINED.items()])
    yield from _cases("jsonl set", "s", [(q, it[0]) for q, it in SETS.items()])
    options = [(f"Question {place}: which option is true?", it) for place, it in enumerate(OPTIONS)]
    yield from _cases("jsonl class", "c", options)
    sorts = [(f"Which sort of message is number {place}?", it) for place, it in enumerate(SORTS)]
    yield from _cases("jsonl class", "c", sorts)


def _number_questions() -> Iterator[str]:
    for row in itertools.count(1):
        yield f"Which number stands in row {row} of the table?"


def _cases(label: str, kind: str, asked: list[tuple[str, str]]) -> Iterator[Case]:
    judge = label.partition(" ")[2]
    rows: list[Mapping[str, Any]] = [
        {"prompt": question, "answer": answer, "judge": judge, "split": "train"}
        for question, answer in asked
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "asked.jsonl"
        file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        domain = get(f"jsonl:{file}")
    problems = {it.text: it for it in domain.problems("train", len(rows), 0)}
    classes = tuple(answer for _, answer in asked)
    for question, answer in asked:
        yield _case(label, kind, domain, problems[question], answer, classes)


def _case(
    label: str, kind: str, domain: Domain, problem: Problem, answer: str, classes: tuple[str, ...]
) -> Case:
    if label == "jsonl number":
        return Case(label, domain, problem, kind, unique(_ways_of_number(answer)),
                    tuple(near_misses(Fraction(answer))), rivals_of(Fraction(answer)))  # fmt: skip
    if label == "jsonl class":
        others = [it for it in classes if it != answer]
        return Case(label, domain, problem, kind, unique(_ways_of_class(answer)),
                    unique(_misses_of_class(answer, others)), tuple(map(plain, others)),
                    tuple(_class_sentences(answer, others)))  # fmt: skip
    if label == "jsonl set":
        strange = SETS[problem.text][1]
        return Case(
            label,
            domain,
            problem,
            kind,
            unique(_ways_of_set(answer)),
            unique(_misses_of_set(answer, strange)),
            (plain(f"{strange}, Pluto", "prose"),),
            tuple(_set_lines(answer, strange)),
        )
    rival, near = {**TEXTS, **EXACTS, **CONTAINED}[problem.text][1:]
    if label == "jsonl exact":
        return Case(
            label,
            domain,
            problem,
            kind,
            (plain(answer, "prose"),),
            unique(_misses_of_exact(answer, rival, near)),
            (plain(rival, "prose"),),
        )
    rights = _ways_of_text(answer) if label == "jsonl text" else _ways_of_contained(answer)
    return Case(label, domain, problem, kind, unique(rights),
                unique(_misses_of_text(answer, rival, near)), (plain(rival, "prose"),),
                tuple(_text_boxes(answer, rival)))  # fmt: skip


def _ways_of_number(answer: str) -> Iterator[Spelling]:
    value = Fraction(answer)
    yield plain(answer)
    yield from ways_of_writing(value)
    for noun in NOUNS[: 2 if value.denominator > 1 else 4]:
        yield spell(f"{answer} {noun}", "noun behind", "unit", "prose")
    if value.denominator > 1:
        yield spell(f"{decimal(value * 100)}%", "percent", mode="prose")
    elif abs(value) < 10**9:
        yield spell(rf"{answer}\text{{ metres}}", "noun in a formula", "unit", "tex", new=True)


def _ways_of_class(answer: str) -> Iterator[Spelling]:
    yield plain(answer)
    yield spell(f"({answer})", "brackets around the class", new=True)
    yield spell(rf"\text{{{answer}}}", "class in a formula", mode="tex")
    yield spell(f"{answer})", "one bracket", mode="prose", new=True)
    if len(answer) > 1:
        yield spell(answer.upper(), "capital letters", mode="prose")
        yield spell(answer.capitalize(), "first letter large", mode="prose")
    else:
        yield spell(f"Option {answer}", "option before the class", mode="prose", new=True)


def _misses_of_class(answer: str, others: list[str]) -> Iterator[Spelling]:
    for other in others:
        yield spell(other, "another class", "value")
        yield spell(f"{answer} and {other}", "two classes", "value")
        yield spell(f"{other}, not {answer}", "another and not this", "value", new=True)
    yield spell("all of them", "all", "value", new=True)
    yield spell("none of the above", "none", "value", new=True)
    yield spell(f"{answer}{others[0]}", "glued to another", "value", new=True)
    yield spell(", ".join([answer, *others]), "list of all", "value", new=True)
    if len(answer) == 1:
        yield spell(f"{answer} cat", "the letter as a word", "value")
        yield spell(f"{answer}pple", "beginning of a word", "value", new=True)
    else:
        yield spell(f"{answer}my", "longer word", "value", new=True)
        yield spell(f"un{answer}", "word with another front", "value", new=True)


def _class_sentences(answer: str, others: list[str]) -> Iterator[Whole]:
    said = Production("sentence that names one class", "sentence", False)
    boxed = Production("class in a box", "box", False)
    yield Whole(said, True, f"The correct option is {answer}.")
    yield Whole(said, False, f"The correct option is {others[0]}.")
    yield Whole(boxed, True, f"Let us see.\n\n$\\boxed{{{answer}}}$")
    yield Whole(boxed, True, f"Let us see.\n\n$\\boxed{{\\text{{{answer}}}}}$")
    yield Whole(boxed, False, f"Answer: {answer}\n\nBut then $\\boxed{{{others[0]}}}$")
    crossed = Production("class crossed out", "denial", True)
    yield Whole(crossed, False, f"It cannot be {answer}.\n\nAnswer: {others[0]}")
    yield Whole(crossed, False, f"Answer: neither {answer} nor {others[0]}")


def _ways_of_text(answer: str) -> Iterator[Spelling]:
    yield plain(answer, "prose")
    yield spell(answer.upper(), "capital letters", mode="prose")
    yield spell(answer.lower(), "small letters", mode="prose")
    yield spell(answer.replace(" ", "  "), "two spaces", mode="prose", new=True)
    yield spell(answer.replace(" ", "\u00a0"), "no-break spaces between", mode="prose", new=True)
    yield spell(unicodedata.normalize("NFD", answer), "accents apart", mode="prose")
    yield spell(f'"{answer}"', "quotation marks", mode="prose", new=True)
    yield spell(f"“{answer}”", "typographic quotation marks", mode="prose", new=True)


def _ways_of_contained(answer: str) -> Iterator[Spelling]:
    yield plain(answer, "prose")
    for form, new in (
        ("it is {}, of course", True), ("{}, as the text says", True), ("only {}", True),
        ("the {} of the story", True), ("{}", False), ("surely {}", True),
    ):  # fmt: skip
        yield spell(form.format(answer), "within a sentence", mode="prose", new=new)
    yield spell(answer.upper(), "capital letters", mode="prose")


def _misses_of_text(answer: str, rival: str, near: str) -> Iterator[Spelling]:
    yield spell(rival, "another answer", "value", "prose")
    yield spell(near, "nearly the same words", "value", "prose", new=True)
    yield spell(f"not {answer}", "not", "denial", "prose")
    yield spell(f"anything but {answer}", "anything but", "denial", "prose", new=True)
    yield spell(f"{answer[:-1]}", "last letter lost", "value", "prose", new=True)
    yield spell(f"{answer}{answer[-1]}x", "letters more", "value", "prose", new=True)
    yield spell(answer[::-1], "backwards", "value", "prose", new=True)
    yield spell(f"neither {answer} nor {rival}", "neither", "denial", "prose", new=True)
    yield spell(f"{rival} rather than {near}", "rather than", "value", "prose", new=True)


def _text_boxes(answer: str, rival: str) -> Iterator[Whole]:
    box = Production("words in a box", "box", True)
    yield Whole(box, True, f"We look it up.\n\n$\\boxed{{\\text{{{answer}}}}}$")
    yield Whole(box, True, f"The answer is \\boxed{{\\text{{{answer}}}}}.")
    yield Whole(box, False, f"We look it up.\n\n$\\boxed{{\\text{{{rival}}}}}$")
    yield Whole(box, False, f"Answer: {answer}\n\nNo: $\\boxed{{\\text{{{rival}}}}}$")


def _misses_of_exact(answer: str, rival: str, near: str) -> Iterator[Spelling]:
    for text, name, new in (
        (rival, "nearly the same signs", False), (near, "another answer", False),
        (answer[:-1], "last sign lost", True), (answer[1:], "first sign lost", True),
        (f"{answer}0", "a sign more", True), (f"{answer[:2]} {answer[2:]}", "a space within", True),
        (answer[::-1], "backwards", True),
        (f"the {answer}", "a word before", True), (f"{answer} {rival}", "two of them", True),
    ):  # fmt: skip
        yield spell(text, name, "value", "prose", new=new)


def _ways_of_set(answer: str) -> Iterator[Spelling]:
    items = answer.split(", ")
    yield plain(answer, "prose")
    yield spell(", ".join(reversed(items)), "other order", mode="prose")
    yield spell(", ".join([*items[1:], items[0]]), "first one last", mode="prose")
    yield spell(f"{', '.join(items[:-1])} and {items[-1]}", "and before the last", mode="prose")
    yield spell(
        f"{', '.join(items[:-1])}, and {items[-1]}", "comma and and", mode="prose", new=True
    )
    yield spell("; ".join(items), "semicolons", mode="prose", new=True)
    yield spell(answer.upper(), "capital letters", mode="prose", new=True)


def _misses_of_set(answer: str, strange: str) -> Iterator[Spelling]:
    items = answer.split(", ")
    for some, name, new in (
        (items[:-1], "last one lost", False), (items[1:], "first one lost", True),
        ([*items, strange], "one too many", False), ([*items[:-1], strange], "one replaced", False),
        ([strange, *items[1:]], "first one replaced", True), ([items[0]], "one alone", True),
        ([strange], "one other", True), ([it + "s" for it in items], "letters more", True),
        ([*items[:-1], f"not {items[-1]}"], "one denied", True),
    ):  # fmt: skip
        mode: Mode = "prose"
        yield spell(", ".join(some), name, "value", mode, new=new)
    yield spell(f"not {answer}", "not", "denial", "prose", new=True)
    yield spell(f"all but {answer}", "all but", "denial", "prose", new=True)


def _set_lines(answer: str, strange: str) -> Iterator[Whole]:
    lines = Production("items on lines", "below the mark", False)
    items = answer.split(", ")
    bullets = "\n".join(f"- {it}" for it in reversed(items))
    yield Whole(lines, True, f"Answer:\n{bullets}")
    yield Whole(lines, True, f"We look it up.\n\n**Answer:**\n\n{bullets}")
    yield Whole(lines, True, "Answer:\n" + "\n".join(items))
    yield Whole(lines, False, f"Answer:\n{bullets}\n- {strange}")
    yield Whole(lines, False, "Answer:\n" + "\n".join(f"- {it}" for it in items[1:]))
    yield Whole(lines, False, "Answer:\n" + "\n".join([*items[:-1], strange]))
    stars = Production("items behind stars", "below the mark", True)
    yield Whole(stars, True, "### Answer:\n" + "\n".join(f"* {it}" for it in items))
    yield Whole(stars, False, "### Answer:\n" + "\n".join(f"* {it}" for it in [*items, strange]))
