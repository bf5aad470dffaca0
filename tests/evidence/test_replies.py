"""A reply is read to its end, and an answer that is denied or offered as a choice is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.evidence.audit.replies import conclusion, first_mention, plain, seems_cut_short

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
    found = conclusion(reply, YES_NO)
    assert (found and found.answer) == stated
    if found:
        place = reply[found.at :].lower().lstrip("*")
        assert place.startswith(found.answer), "and where it stands is told"


@pytest.mark.parametrize(
    ("reply", "stated"),
    [("The correct option is (C)", "c"), ("B", "b"), ("A meeting is held. B", None)],
)
def test_a_letter_is_a_class_only_where_it_is_said_to_be_the_answer(
    reply: str, stated: str | None
) -> None:
    found = conclusion(reply, LETTERS)
    assert (found and found.answer) == stated


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
    found = conclusion(reply, numeric=True)
    assert (found and found.answer) == stated


def test_an_open_answer_in_words_is_what_is_said_to_be_the_answer_or_the_last_line() -> None:
    assert conclusion("Sorted.\nAnswer: Oak, elm.") == ("oak, elm", 16)
    assert conclusion("Let me see.\nParis") == ("paris", 12)
    assert conclusion("  \n ") is None


def test_answers_are_the_same_whatever_their_dress() -> None:
    assert plain(" **Yes.** ") == plain("YES") == "yes"
    assert plain("1,000") == plain("1000.0") == "1000"
    assert plain("-0.50") == "-0.5" and plain("1,5") == "1,5"


@given(st.text(max_size=200))
def test_reading_never_fails_and_never_makes_an_answer_up(reply: str) -> None:
    found = conclusion(reply, YES_NO)
    assert found is None or (found.answer in YES_NO and found.answer in reply.casefold())
    conclusion(reply)
    conclusion(reply, numeric=True)


def test_a_reply_without_an_end_looks_cut() -> None:
    assert seems_cut_short("First I sort the meetings by their", concluded=False)
    assert not seems_cut_short("First I sort the meetings by their start.", concluded=False)
    assert not seems_cut_short("First I sort the meetings: Answer: YES", concluded=True)
    assert first_mention("yesterday? Yes!", "YES") == 14
    assert first_mention("yesterday", "YES") is None
