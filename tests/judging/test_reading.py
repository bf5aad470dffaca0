"""Reading of replies: the tables of docs/reading.md, and what holds for every reply."""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.domains.reading import Unreadable, read_reply, undress, unwrap
from tutelage.domains.reading.numbers import number_of

PAGE = Path(__file__).parents[2] / "docs" / "reading.md"


def one_of(*names: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in names:
            raise Unreadable("it is none of them")
        return text.lower()

    return parse


def text_of(text: str) -> str:
    return text


PARSERS: dict[str, Callable[[str], Any]] = {
    "number": number_of,
    "yes or no": one_of("yes", "no"),
    "class": one_of("a", "b", "c", "d"),
    "text": text_of,
}


def plain(cell: str) -> str:
    """The text of a cell: without its code marks, with line breaks and unseen signs."""
    inside = re.fullmatch(r"(`+) ?(.*?) ?\1", cell)
    text = (inside[2] if inside else cell).replace("\\|", "|").replace("⏎", "\n")
    return re.sub(r"\{U\+([0-9A-F]{4})\}", lambda sign: chr(int(sign[1], 16)), text)


def rows() -> list[list[str]]:
    lines = PAGE.read_text().split("## Examples")[1].splitlines()
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if line.startswith("| ")]
    return [[plain(cell.strip()) for cell in row] for row in cells if row[0].strip() != "reply"]


def test_the_page_shows_every_class_of_reading() -> None:
    assert len(rows()) >= 140
    assert {kind for _, kind, _, _ in rows()} == set(PARSERS)


@pytest.mark.parametrize(("reply", "kind", "answer", "reason"), rows())
def test_a_reply_is_read_as_the_page_says(reply: str, kind: str, answer: str, reason: str) -> None:
    parse = PARSERS[kind]
    reading = read_reply(reply, parse, words=kind == "text")
    assert (reading.answer is None) == bool(reason), reading
    if answer:
        assert reading.answer == parse(answer), reading
        assert reading.refusal == ""
    else:
        assert reason in reading.refusal
        assert reading.text is None


MATHS = ("${}$", "$${}$$", "\\({}\\)", "\\[{}\\]")
LATEX = (
    "\\boxed{{{}}}", "\\text{{{}}}", "\\mathbf{{{}}}", "\\fbox{{{}}}", "\\displaystyle {}", "{}.",
)  # fmt: skip
MARKDOWN = ("**{}**", "*{}*", "`{}`", "__{}__", "<b>{}</b>", "{}.", "{} ✓", "\u200b{}")
LEADS = (
    "Answer: {}", "**Answer:** {}", "The final answer is {}", "Work.\n\n#### {}",
    "<answer>{}</answer>", "<think>Answer: 99</think>\nAnswer: {}", "## Answer\n\n{}",
    "So x is 7.\n\nAnswer:\n\n{}\n\nI hope it helps!", "Answer: {}<|im_end|>",
    "Answer: {}\n\nThat is all, I hope this answer is clear!",
)  # fmt: skip
SECOND = (
    "{} or {}", "{} (or {})", "{}. Or {}.", "{}. Wait, {}.", "{}. No, it is {}.", "{}\nAnswer: {}",
    "{}. It should be {}.", "{}, {}", "{}\n\n\\boxed{{{}}}", "{}\n{}", "{}; I mean {}",
    "{}. That is wrong: {}.", "{}\n\nActually, it is {}.", "{}. Correction: {}.",
)  # fmt: skip
VALUES = st.integers(-9999, 9999).filter(lambda number: number != 99)


@settings(max_examples=400, deadline=None)
@given(
    VALUES,
    st.lists(st.sampled_from(LATEX), max_size=3),
    st.sampled_from(("{}", *MATHS)),
    st.lists(st.sampled_from(MARKDOWN), max_size=3, unique=True),
    st.sampled_from(LEADS),
)
def test_an_answer_reads_the_same_in_any_wrapping(
    value: int, inner: list[str], maths: str, outer: list[str], lead: str
) -> None:
    said = str(value)
    for wrapper in (*inner, maths, *outer):
        said = wrapper.format(said)
    assert read_reply(lead.format(said), number_of).answer == value


@settings(max_examples=400, deadline=None)
@given(VALUES, VALUES, st.sampled_from(SECOND), st.sampled_from((*MATHS, *MARKDOWN[:4])))
def test_a_second_answer_behind_the_first_is_never_right(
    one: int, other: int, form: str, wrapper: str
) -> None:
    if one != other and one != -other:
        reply = "Answer: " + form.format(wrapper.format(one), wrapper.format(other))
        assert read_reply(reply, number_of).answer is None, reply


PIECES = st.sampled_from(
    [
        "Answer:", "12", "**", "`", "```\n", "$", "$$", "\\boxed{", "\\text{", "}", "{", "<think>",
        "</think>", "\n", "\n\n", " or ", "not ", "#### ", "<answer>", "</answer>", "- ", "> ",
        "~~", "(", ")", ". ", "wait", "\\(", "\\[", "\\", "\u202e", "１", "é", "no, ", "=", "≈",
        "<|im_end|>", "it is ", "\x00", "\ud800",
    ]
)  # fmt: skip
REPLIES = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join))


@settings(max_examples=500, deadline=None)
@given(REPLIES, st.sampled_from(sorted(PARSERS)))
def test_any_reply_is_read_or_refused_with_a_reason(reply: str, kind: str) -> None:
    asked: list[str] = []

    def parse(text: str) -> Any:
        asked.append(text)
        return PARSERS[kind](text)

    reading = read_reply(reply, parse, words=kind == "text")
    assert (reading.answer is None) == bool(reading.refusal) == (reading.text is None)
    assert len(asked) <= 300
    assert all(len(text) <= 2_000 for text in asked)


@settings(max_examples=300, deadline=None)
@given(REPLIES)
def test_undressing_and_unwrapping_twice_is_the_same_as_once(text: str) -> None:
    assert undress(undress(text)) == undress(text)
    assert unwrap(unwrap(text)) == unwrap(text)


@pytest.mark.parametrize(
    "piece",
    [
        "{",
        "\\boxed{",
        "<think>",
        "`",
        "*a ",
        "$",
        "Answer: ",
        " or 1x",
        "\n",
        " ",
        "[",
        "not 1x ",
        "\\",
    ],
)
def test_a_reply_that_is_made_to_be_slow_is_read_in_steps_that_grow_as_its_length(
    piece: str,
) -> None:
    """Only the end of a reply is read, so ten times more of it gives the parser no more work."""
    asked = []
    for length in (20_000, 200_000):
        times: list[str] = []

        def parse(text: str, times: list[str] = times) -> Fraction:
            times.append(text)
            return number_of(text)

        read_reply("Answer: 12" + piece * (length // len(piece)), parse)
        asked.append(len(times))
    assert max(asked) <= 300


def test_what_stands_before_the_answer_is_its_working() -> None:
    reading = read_reply("<think>1+1=3</think>3+4=7.\n\n**Answer:** 7", number_of)
    assert reading.working.strip() == "3+4=7."
    assert read_reply("Answer: 7", number_of).working == ""
    assert read_reply("3+4=7, and then?", number_of).working == "3+4=7, and then?"


def test_an_answer_that_the_reply_takes_back_is_told() -> None:
    reading = read_reply("So.\nAnswer: 12. Wait, 13.", number_of)
    assert (reading.answer, reading.withdrawn) == (None, "12")
    assert read_reply("Hm, let me see.", number_of).withdrawn == ""


@pytest.mark.parametrize("tag", ["<think type='x'>", "<|channel|>analysis<|message|>", "[THINK]"])
def test_long_thinking_is_no_answer_whatever_its_tag(tag: str) -> None:
    assert read_reply(tag + "So it is. " * 3000 + "Answer: 12", number_of).answer is None


def test_marks_in_prose_hide_no_box_and_no_second_answer() -> None:
    prose = "".join(
        f"In part {part}, the answer is found by noting that the sum, which is {part}, is even (see"
        f" {part}), so it is halved, since it, as {part} says, is fine.\n\n"
        for part in ("one", "two", "three", "four", "five", "six")
    )
    assert read_reply(prose + "$$\\boxed{12}$$", number_of).answer == 12
    assert read_reply(prose + "$$\\boxed{12}$$\n\nSorry, 13.", number_of).answer is None


def test_an_answer_with_more_behind_it_than_is_looked_at_is_refused() -> None:
    behind = "".join(f"\n\nNot so, that is {part}, is it." for part in range(900))
    assert read_reply("Answer: 12" + behind, number_of).answer is None
