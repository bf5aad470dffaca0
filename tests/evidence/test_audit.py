"""The auditor: a claim stands on paired tests against floors and rivals, or it is told why not."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.domains.reading.answer_reader import AnswerReader
from tutelage.evidence.audit.audit import Audit
from tutelage.evidence.audit.audit import audit as judge_results
from tutelage.evidence.audit.results import Result

audit = partial(judge_results, reader=AnswerReader())


def results(gold: Sequence[str], said: Sequence[str | None], **more: object) -> list[Result]:
    rows = [
        Result(line=i, gold=g, prediction=a)
        for i, (g, a) in enumerate(zip(gold, said, strict=True), 1)
    ]
    return [replace(row, **more) for row in rows]  # type: ignore[arg-type]


def other(answer: str) -> str:
    return {"YES": "NO", "NO": "YES"}[answer]


def right_on(gold: Sequence[str], n: int) -> list[str | None]:
    """Right on the first `n` problems."""
    return [g if i < n else other(g) for i, g in enumerate(gold)]


def refusals_by_name(found: Audit) -> dict[str, bool]:
    """Doubts by name, each True where it refuses the claim."""
    return {finding.name: finding.refuses for finding in found.findings}


BALANCED = ["YES", "NO"] * 75


def test_a_claim_that_beats_its_floor_stands_and_says_by_which_test() -> None:
    found = audit(results(BALANCED, right_on(BALANCED, 135)), name="student")
    assert found.stands and found.findings == ()
    assert found.sentence.startswith("The claim stands: student is right on 90.0% of 150 problems")
    assert "always answering NO at 50.0% (+40.0 points" in found.sentence
    assert "exact McNemar test, p < 1e-12" in found.sentence
    assert found.floors["random"] == found.floors["majority"] == 0.5
    assert found.system.low < 0.9 < found.system.high
    assert found.system.balanced_accuracy == pytest.approx(0.9, abs=0.01)
    assert found.system.mcc == pytest.approx(0.8, abs=0.01)


def test_a_lead_that_chance_could_make_is_no_claim() -> None:
    found = audit(results(BALANCED, right_on(BALANCED, 80)))
    assert not found.stands and found.tests[0].gain > 0
    assert "not above the 50.0% of always answering NO by more than chance" in found.sentence


def test_a_second_system_must_be_beaten_on_the_same_problems() -> None:
    said, rival = right_on(BALANCED, 120), right_on(BALANCED, 117)
    rows = [replace(r, second=b) for r, b in zip(results(BALANCED, said), rival, strict=True)]
    found = audit(rows, name="new", second="old")
    assert not found.stands and [test.beaten for test in found.tests] == [True, False]
    assert "new is right on 80.0% of 150 problems, not above the 78.0% of old" in found.sentence
    assert found.second is not None and found.second.right == 117
    clear = audit([replace(row, second=other(row.gold)) for row in rows], second="old")
    assert clear.stands and "; and over old at 0.0%" in clear.sentence
    alone = audit(rows)
    assert alone.stands and alone.second is None, "who is not named need not be beaten"


def test_the_test_is_paired_and_not_of_two_shares() -> None:
    """Nine more right and none less is sure; 29 more and 20 less is the same lead, and luck."""
    nested, parted = right_on(BALANCED, 120), right_on(BALANCED, 120)
    rival, turned = right_on(BALANCED, 111), right_on(BALANCED, 131)
    turned[:20] = [other(g) for g in BALANCED[:20]]
    for said, against, stands in ((nested, rival, True), (parted, turned, False)):
        rows = [replace(r, second=b) for r, b in zip(results(BALANCED, said), against, strict=True)]
        found = audit(rows, second="old")
        assert found.second is not None and found.second.right == 111
        assert found.stands is stands


def test_one_question_about_one_feature_is_a_floor() -> None:
    rows = results(BALANCED, right_on(BALANCED, 120))
    told = [replace(r, features={"rooms": float(r.gold == "YES")}) for r in rows]
    assert audit(rows).stands
    found = audit(told)
    assert not found.stands and found.floors["stump"] == 1.0
    assert "one question about one feature" in found.sentence


def test_a_stump_is_fitted_on_the_training_rows_where_there_are_some() -> None:
    train = results(["YES", "NO"] * 20, [None] * 40, split="train")
    train = [replace(r, features={"x": float(r.gold == "YES")}) for r in train]
    test = results(BALANCED, right_on(BALANCED, 120), split="test")
    test = [replace(r, features={"x": float(r.gold == "NO")}) for r in test]
    found = audit([*train, *test])
    assert found.rows == 150 and found.floors["stump"] == 0.0 and found.stands


def test_unread_replies_and_answers_that_are_no_class_are_told_and_count_as_wrong() -> None:
    said = [*right_on(BALANCED, 140)[:120], *[None] * 20, *["perhaps"] * 10]
    found = audit(results(BALANCED, said), name="s")
    assert found.system.unparsed == 20 and refusals_by_name(found) == {
        "unparsed": False, "no class": False, "shift": False
    }  # fmt: skip
    assert "20 of the 150 replies of s (13.3%)" in found.findings[0].said
    assert found.findings[0].lines == (121, 122, 123, 124, 125)
    assert "'perhaps'" in found.findings[1].said


def test_a_habit_is_told_beside_a_result_that_stands() -> None:
    said = ["YES" if i % 6 == 1 else g for i, g in enumerate(BALANCED)]
    found = audit(results(BALANCED, said))
    assert found.stands and refusals_by_name(found) == {"shift": False}
    assert "YES is 66.7% of them" in found.findings[0].said


@pytest.mark.parametrize(("score", "refused"), [(1.0, True), (None, False)])
def test_scores_that_the_answers_do_not_bear_out_are_no_claim(
    score: float | None, refused: bool
) -> None:
    rows = results(BALANCED, right_on(BALANCED, 105))
    found = audit([replace(row, score=score) for row in rows], name="s")
    assert found.stands is not refused
    if refused:
        assert "45 wrong answers of s were scored right" in found.sentence
        assert "100.0% by its scores is 70.0% by its answers" in found.sentence


def test_a_single_slip_of_the_scorer_is_told_and_refuses_nothing() -> None:
    rows = [replace(r, score=1.0) for r in results(BALANCED, right_on(BALANCED, 149))]
    found = audit(rows)
    assert found.stands and refusals_by_name(found) == {"scores": False}


def test_open_answers_are_scored_as_their_author_did_and_dressed_numbers_are_equal() -> None:
    gold = [str(1000 + i) for i in range(60)]
    said = [f"{1000 + i:,}.0" if i % 3 else "0" for i in range(60)]
    found = audit(results(gold, said))
    assert found.classes == () and found.system.right == 40 and found.stands
    assert found.system.mcc is None and "most frequent answer" in found.floors
    graded = [replace(r, score=0.5) for r in results(gold, ["?"] * 60)]
    half = audit(graded)
    assert half.system.accuracy == 0.5 and half.tests[0].test == "sign-flip permutation test"


def test_several_replies_to_one_problem_are_one_pair() -> None:
    gold = [g for g in BALANCED[:10] for _ in range(15)]
    said = [g if i < 120 else other(g) for i, g in enumerate(gold)]
    rows = results(gold, said)
    assert audit(rows).stands, "taken for 150 problems"
    found = audit([replace(row, problem=f"p{i // 15}") for i, row in enumerate(rows)])
    assert (found.rows, found.problems, found.tests[0].n) == (150, 10, 10)
    assert not found.stands and refusals_by_name(found)["repeated"] is False


def test_a_problem_with_two_gold_answers_is_doubted_with_its_lines() -> None:
    rows = results(BALANCED, right_on(BALANCED, 135))
    by_text = [replace(r, text=f"Do the meetings {r.line} fit?") for r in rows]
    assert audit(by_text).findings == ()
    by_text[1] = replace(by_text[1], text="do the meetings 1  fit")
    (doubt,) = audit(by_text).findings
    assert (doubt.name, doubt.refuses, doubt.lines) == ("contradiction", False, (1, 2))
    assert doubt.said.endswith("'do the meetings 1 fit' has 'yes' in line 1 and 'no' in line 2")

    by_id = [replace(r, problem=f"p{r.line // 2 if r.line < 6 else r.line}") for r in rows]
    (doubt,) = audit(by_id).findings
    assert doubt.lines == (2, 3, 4, 5) and doubt.said.startswith("2 problems have more than one")
    assert "id 'p1' has 'no' in line 2 and 'yes' in line 3" in doubt.said
    told_apart = [replace(r, text=f"Do the meetings {r.line} fit?") for r in by_id]
    assert audit(told_apart).findings == (), "then the ids name no problems"


def test_a_p_value_that_random_patterns_could_not_make_smaller_is_a_bound() -> None:
    rng = random.Random(0)
    uneven = [replace(r, gold=str(r.line), score=0.5 + rng.random() / 2)
              for r in results(BALANCED, ["?"] * 150)]  # fmt: skip
    (test,) = audit(uneven).tests
    assert test.p == test.resolution == 2 / 10_001
    assert test.as_text().endswith("sign-flip permutation test, p <= 0.0002")
    (exact,) = audit([replace(row, score=0.75) for row in uneven]).tests
    assert exact.resolution == 0 and exact.as_text().endswith("p < 1e-12")
    (small,) = audit(uneven[:8]).tests
    assert small.resolution == 0 and small.as_text().endswith(f"p = {1 / 64:.2g}")


def test_problems_that_were_trained_on_are_left_out_under_whatever_wording() -> None:
    train = [
        replace(row, text=f"Do the meetings {i} fit?", prediction=None)
        for i, row in enumerate(results(BALANCED[:100], [None] * 100, split="train"))
    ]
    said = [*BALANCED[:100], *right_on(BALANCED[100:], 27)]
    test = [
        replace(row, text=f"do the meetings  {i} fit", line=200 + i)
        for i, row in enumerate(results(BALANCED, said, split="test"))
    ]
    found = audit([*train, *test])
    assert not found.stands and (found.rows, found.system.right) == (50, 27)
    assert "100 of the 150 problems stand in the training split" in found.findings[0].said
    assert found.findings[0].lines[0] == 200
    learned = audit([*train, *test[:100]])
    assert not learned.stands and "nothing is left to judge" in learned.sentence


def test_ids_that_only_count_rows_name_no_problems() -> None:
    train = [
        replace(r, problem=str(r.line)) for r in results(BALANCED, [None] * 150, split="train")
    ]
    said = right_on(BALANCED[::-1], 120)
    test = [replace(r, problem=str(r.line)) for r in results(BALANCED[::-1], said, split="test")]
    found = audit([*train, *test])
    assert found.stands and found.problems == 150 and found.findings == ()
    same = [replace(r, problem=f"m{r.line}") for r in results(BALANCED, said, split="test")]
    named_so = [replace(r, problem=f"m{r.line}") for r in train[:60]]
    assert audit([*named_so, *same]).rows == 90, "where they do, another wording hides nothing"


def test_replies_that_were_cut_off_refuse_a_number_that_they_could_move() -> None:
    def cut(n: int) -> Audit:
        said = [None if i < n else g for i, g in enumerate(BALANCED)]
        rows = results(BALANCED, said, reply="First I sort the meetings by their")
        whole = [replace(r, reply=f"Answer: {r.prediction}") if r.prediction else r for r in rows]
        return audit([replace(r, truncated=r.prediction is None) for r in whole], name="s")

    few, many = cut(2), cut(40)
    assert few.stands and refusals_by_name(few)["truncated"] is False
    assert not many.stands and refusals_by_name(many)["truncated"]
    assert "40 of the 150 replies of s were cut off before they came to an answer" in many.sentence


def test_replies_that_end_in_the_middle_are_told_where_nobody_recorded_why() -> None:
    said = [None if i < 15 else g for i, g in enumerate(BALANCED)]
    rows = results(BALANCED, said, reply="First I sort the meetings by their")
    whole = [replace(r, reply=f"Answer: {r.prediction}") if r.prediction else r for r in rows]
    found = audit(whole)
    assert found.stands and refusals_by_name(found)["truncated"] is False
    assert any("as if they were cut off" in finding.said for finding in found.findings)


def test_a_rival_whose_replies_were_misread_was_not_beaten() -> None:
    said = right_on(BALANCED, 120)
    rows = [
        replace(row, second="NO", second_reply=f"Counting hour by hour, the answer is {a}.")
        for row, a in zip(results(BALANCED, said), right_on(BALANCED, 118), strict=True)
    ]
    found = audit(rows, name="ours", second="theirs")
    assert [test.beaten for test in found.tests] == [True, True] and not found.stands
    assert "replies of theirs that were scored wrong conclude with the right answer" in (
        found.sentence
    )


def test_a_split_can_be_chosen_and_one_that_is_not_there_is_named() -> None:
    rows = [
        *results(BALANCED, right_on(BALANCED, 150), split="val"),
        *results(BALANCED, right_on(BALANCED, 75), split="test"),
    ]
    assert not audit(rows).stands and audit(rows, split="val").stands
    with pytest.raises(ValueError, match=r"'ood'.*'val', 'test'"):
        audit(rows, split="ood")
    with pytest.raises(ValueError, match="found none"):
        audit([])


def test_classes_can_be_given_and_a_gold_answer_outside_them_is_named() -> None:
    rows = results(["yes", "No"], ["YES", "no"])
    assert audit(rows).classes == (), "two rows are too few to tell"
    found = audit(rows, classes=("YES", "NO"))
    assert found.classes == ("YES", "NO") and found.system.accuracy == 1.0
    with pytest.raises(ValueError, match="Line 2: the gold answer 'No' is none of A, B"):
        audit(results(["A", "No"], ["A", "A"]), classes=("A", "B"))


def test_an_audit_is_json_throughout() -> None:
    rng = random.Random(0)
    said = [rng.choice(["YES", "NO", None]) for _ in BALANCED]
    rows = [replace(r, second="NO", reply="Answer: NO") for r in results(BALANCED, said)]
    data = audit(rows, second="b").as_json()
    assert json.loads(json.dumps(data, allow_nan=False))["system"]["n"] == 150


def test_open_answers_that_stand_too_far_back_for_a_parser_are_found() -> None:
    working = "We add the ones, carry where the sum is ten or more, and then add the tens. "
    rows = [
        Result(
            line=i,
            gold=str(1000 + i),
            prediction=str(1000 + i) if i % 2 else None,
            score=i % 2,
            reply=f"{'' if i % 2 else working}The answer is {1000 + i:,}.",
        )
        for i in range(60)
    ]
    found = audit(rows, name="s")
    assert not found.stands and (found.system.accuracy, found.system.reread) == (0.5, 1.0)
    assert "30 of the 30 replies of s that were scored wrong conclude with" in found.sentence


anything = st.sampled_from(
    ["YES", "no", "1,0", "-0.50", "*", "\\boxed{", "answer:", "", "é" * 50, "\0"]
)
scored = st.none() | st.sampled_from([0.0, 0.3, 1.0])
rows_of_any_kind = st.lists(
    st.builds(
        Result,
        line=st.integers(1, 99),
        gold=anything.filter(bool),
        prediction=st.none() | anything,
        score=scored,
        reply=st.none() | anything,
        truncated=st.booleans(),
        second=st.none() | anything,
        second_score=scored,
        second_reply=st.none() | anything,
        features=st.dictionaries(st.sampled_from("ab"), st.floats(-9, 9), max_size=2),
        problem=st.sampled_from(["", "p", "q"]),
        text=anything,
        split=st.sampled_from(["", "train", "val", "test"]),
    ),
    min_size=1,
    max_size=12,
)


@given(rows_of_any_kind, st.sampled_from(["", "rival"]))
def test_any_rows_get_a_verdict_and_it_never_stands_without_both_tests(
    rows: list[Result], second: str
) -> None:
    found = audit(rows, second=second)
    json.dumps(found.as_json(), allow_nan=False)
    assert found.sentence and 0 <= found.system.accuracy <= 1
    if found.stands:
        assert all(test.beaten and test.p <= 0.05 and test.low > 0 for test in found.tests)
        assert not any(finding.refuses for finding in found.findings)


@pytest.mark.parametrize(
    ("gold", "said", "right"),
    [
        ("0.3", "0.30000000000000004", True),
        ("0.1", "0.09999999999999999", True),
        ("2/3", "0.6666667", True),
        ("0.3", "0.31", False),
        ("3", "3.0000001", False),
        ("1000001", "1000000", False),
        ("café", "cafe\u0301", True),
        ("是", "是。", True),
        ("是", "不是。", False),
    ],
)
def test_open_answers_without_a_score_are_compared_by_value(
    gold: str, said: str, right: bool
) -> None:
    assert audit(results([gold], [said])).system.right == right


def test_a_reply_with_braces_in_its_box_tells_that_it_was_misread() -> None:
    rows = [
        Result(
            line=i, gold=f"{i}/7", prediction="?", score=0.0, reply=rf"\boxed{{\frac{{{i}}}{{7}}}}"
        )
        for i in range(1, 41)
    ]
    found = audit(rows, name="s")
    assert found.system.misread == 40 and found.system.reread == 1.0
    assert "conclude with the right answer" in found.sentence
