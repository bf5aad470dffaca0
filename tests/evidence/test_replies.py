"""A reply is read to its end, and an answer that is denied or offered as a choice is none."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.domains.reading.answer_reader import AnswerReader
from tutelage.evidence.audit.replies import conclusion as conclude
from tutelage.evidence.audit.replies import first_mention, seems_cut_short

READER = AnswerReader()
plain = READER.plain
conclusion = partial(conclude, reader=READER)

YES_NO = ("yes", "no")
LETTERS = ("a", "b", "c")


@pytest.mark.parametrize(
    ("reply", "stated"),
    [
        ("Answer: YES", "yes"),
        ("**YES**", "yes"),
        ("YES, it seems, at first. But three run at once.\nAnswer: **NO**", "no"),
        ("Answer: NO\nWait, they touch.\nAnswer: YES", "yes"),
        ("First I sort the meetings. At 3 two of them run. Therefore the answer is YES.", "yes"),
        ("Thus 2 <= 2, which means YES.", "yes"),
        ("The answer is not YES but NO.", "no"),
        ("There are no rooms left at 3.\nConclusion: no", "no"),
        ("The answer depends on whether there is no overlap. YES", "yes"),
        ("Answer (YES/NO): NO", "no"),
        ("so \\boxed{YES} it is", "yes"),
        ("No.", "no"),
        ("Yes. All of them fit.", "yes"),
        ("End with Answer: YES or Answer: NO.", None),
        ("There is no overlap", None),
        ("It can't be NO.", None),
        ("Yes and no", None),
        ("I think they fit.", None),
        ("", None),
    ],
)
def test_the_class_that_is_stated_last_is_the_conclusion(reply: str, stated: str | None) -> None:
    assert conclusion(reply, classes=YES_NO) == stated


@pytest.mark.parametrize(
    ("reply", "stated"),
    [("The correct option is (C)", "c"), ("B", "b"), ("A meeting is held. B", None)],
)
def test_a_letter_is_a_class_only_where_it_is_said_to_be_the_answer(
    reply: str, stated: str | None
) -> None:
    assert conclusion(reply, classes=LETTERS) == stated


@pytest.mark.parametrize(
    ("reply", "stated"),
    [
        ("3 + 4 = 7. Answer: 7", "7"),
        ("12 - 5 = 7", "7"),
        ("the answer is 7, since 3 + 4", "7"),
        ("Answer: 3 + 4 = 7", "7"),
        ("\\boxed{1,000}", "1000"),
        ("#### 42", "42"),
        ("It is 3.50", "3.5"),
        ("I do not know", None),
    ],
)
def test_an_open_answer_that_is_a_number_is_found(reply: str, stated: str | None) -> None:
    assert conclusion(reply, numeric=True) == stated


def test_an_open_answer_in_words_is_what_is_said_to_be_the_answer_or_the_last_line() -> None:
    assert conclusion("Sorted.\nAnswer: Oak, elm.") == "oak, elm"
    assert conclusion("Let me see.\nParis") == "paris"
    assert conclusion("  \n ") is None


def test_answers_are_the_same_whatever_their_dress() -> None:
    assert plain(" **Yes.** ") == plain("YES") == "yes"
    assert plain("1,000") == plain("1000.0") == "1000"
    assert plain("-0.50") == "-0.5" and plain("1,5") == "1,5"


@given(st.text(max_size=200))
def test_reading_never_fails_and_never_makes_an_answer_up(reply: str) -> None:
    found = conclusion(reply, classes=YES_NO)
    assert found is None or (found in YES_NO and found in reply.casefold())
    conclusion(reply)
    conclusion(reply, numeric=True)


def test_a_reply_without_an_end_looks_cut() -> None:
    assert seems_cut_short("First I sort the meetings by their", concluded=False)
    assert not seems_cut_short("First I sort the meetings by their start.", concluded=False)
    assert not seems_cut_short("First I sort the meetings: Answer: YES", concluded=True)
    assert first_mention("yesterday? Yes!", "YES") == 14
    assert first_mention("yesterday", "YES") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1" * 29, "1" * 28 + "2"),
        ("0." + "1" * 29, "0." + "1" * 28 + "2"),
        ("9" * 4_301, "9" * 4_300 + "8"),
        ("12345678901234567890123456789", "12345678901234567890123456788"),
        ("1/3", "1/4"),
        ("25%", "25"),
    ],
)
def test_numbers_of_any_length_are_told_apart(one: str, other: str) -> None:
    """Digits are compared to the last one (E2)."""
    assert plain(one) != plain(other)
    assert READER.same(plain(one), plain(other)) is one.startswith("0."), "but for rounding"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{10**40:,}", str(10**40)),
        ("-0.50", "-1/2"),
        (r"\frac{1}{2}", "0.5"),
        ("½", "0.5"),
        ("$1,000", "1e3"),
        (r"\boxed{12{,}345}", "12345"),
        ("2/6", r"\frac13"),
        ("25%", "1/4"),
        ("cafe\u0301", "Café"),
        ("是。", "是"),
        ("Ｙｅｓ！", "yes"),
        ("\u200bno", "No."),
        (r"\text{Monday}", "monday"),
    ],
)
def test_one_answer_has_one_form(one: str, other: str) -> None:
    """Digits, fractions, Unicode and full stops of any script are dress (E4)."""
    assert plain(one) == plain(other)


@pytest.mark.parametrize(("one", "other"), [("5 km", "5 m"), ("1 dog", "1 cat"), ("x2", "x3")])
def test_an_answer_with_words_or_a_unit_stays_what_it_is(one: str, other: str) -> None:
    assert plain(one) != plain(other)


@pytest.mark.parametrize(
    ("reply", "numeric", "stated"),
    [
        (r"So it is $\boxed{\frac{1}{2}}$.", True, "0.5"),
        (r"\boxed{\frac{x^{2}}{2}}", False, r"\frac{x^{2}}{2}"),
        (r"Hence \boxed{\text{Mon{day}}}", False, "mon{day}"),
        (r"\boxed{\boxed{3\frac{1}{4}}}", True, "3.25"),
        ("<think>The answer is 7.</think>\nAnswer: 8", True, "8"),
        ("<think>The answer is 7. Or", True, None),
        ("12 or 13", True, None),
        ("So there were 12 in the end", True, "12"),
        ("It was not 12", True, None),
    ],
)
def test_braces_within_braces_and_thinking_are_read(
    reply: str, numeric: bool, stated: str | None
) -> None:
    """A box may hold a fraction (E3), and what was only thought is not said."""
    assert conclusion(reply, numeric=numeric) == stated
