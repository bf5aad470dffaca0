"""A gain is credited to the words, the weights or the base model, or to nobody."""

import json
import math
from collections.abc import Mapping, Sequence

import pytest

from tutelage.evidence import JudgedReply, table
from tutelage.evidence.attribution.contrasts import (
    Contrast,
    between_arms,
    compare,
    footnotes,
)
from tutelage.evidence.attribution.headline import headline
from tutelage.evidence.attribution.table import Arm, Attribution
from tutelage.evidence.effects import beyond_chance
from tutelage.evidence.pairs import MixedJudges

CLASSES = ("YES", "NO")


def judged_replies(
    right: Sequence[bool | None], labels: Sequence[str] | None = None
) -> list[JudgedReply]:
    """One reply for each problem; None is a reply lost to an error."""
    labels = labels or ["YES" if i % 2 else "NO" for i in range(len(right))]
    return [
        JudgedReply(
            problem=f"p{i}",
            score=None if ok is None else float(ok),
            outcome="error" if ok is None else "right" if ok else "wrong",
            answer=None if ok is None else label if ok else "NO" if label == "YES" else "YES",
            label=label,
            topic="odd" if i % 2 else "even",
            difficulty=1 + i % 3,
        )
        for i, (ok, label) in enumerate(zip(right, labels, strict=True))
    ]


def first(n: int, of: int = 120) -> list[bool]:
    return [i < n for i in range(of)]


def arms(**right: int) -> dict[Arm, list[JudgedReply]]:
    """arms(tuned=90, base_strategy=60): how many of 120 each got right."""
    return {
        ("test", name.removesuffix("_strategy"), name.endswith("_strategy")): judged_replies(
            first(n)
        )
        for name, n in right.items()
    }


def test_the_original_work_is_told_that_it_does_not_beat_its_floor() -> None:
    labels = ["YES"] * 132 + ["NO"] * 18
    tuned = [True] * 128 + [False] * 4 + [True] + [False] * 17
    base = [False] * 132 + [True] * 18
    found = table(
        {
            ("test", "base", False): judged_replies(base, labels),
            ("test", "tuned", False): judged_replies(tuned, labels),
        },
        classes=CLASSES,
    )
    row = found.row("test", "tuned")
    assert row is not None
    assert (row.n, row.right, row.accuracy, row.floor) == (150, 129, 0.86, 0.88)
    assert row.balanced_accuracy == pytest.approx(0.513, abs=5e-4)
    gain = found.contrast("test", "tuned - base")
    assert gain is not None and gain.gain == pytest.approx(0.74) and gain.low > 0.6
    said = headline(found)
    assert "does not beat its floor of 88.0%" in said
    assert "0.513" in said and "No gain is claimed" in said
    assert "74" not in said, "a gain below the floor is no headline"
    assert (row.constant, row.usual) == ("YES", "YES")
    assert row.usual_share == pytest.approx(145 / 150) and row.shift == pytest.approx(13 / 150)
    assert "Says the same whatever is asked: base (NO, 100.0% of its answers), tuned (YES" in said


def test_the_headline_says_what_helped_and_by_how_much() -> None:
    found = table(arms(base=50, base_strategy=50, tuned=100, labels_only=70, teacher_strategy=118))
    said = headline(found)
    assert said.startswith("On 120 test problems tuned scores 83.3%")
    assert "Gain over its floor of 50.0%, which is above the base model's 41.7%: +33.3" in said
    assert "adds to training on labels alone: +25.0 points" in said
    assert "base model's prompt: +0.0 points" in said and "not shown to differ" in said
    assert "against its teacher: -15.0 points" in said and "a loss" in said


def test_a_lead_over_the_floor_that_chance_could_make_is_not_claimed() -> None:
    said = headline(table(arms(base=40, tuned=64)))
    assert "by more than chance could" in said and "No gain is claimed" in said


def test_words_alone_can_be_the_result_and_nothing_is_a_result_too() -> None:
    assert headline(table(arms(base=60, base_strategy=110))).startswith(
        "On 120 test problems base+strategy scores 91.7%"
    )
    assert "Nothing can be claimed" in headline(table(arms(base=60)))
    assert "Nothing can be claimed" in headline(table({}))
    assert "Nothing can be claimed" in headline(table(arms(tuned=100)), split="ood")


def test_arms_are_compared_problem_by_problem() -> None:
    lost: list[bool | None] = [None, True, True, True]
    found = table(
        {
            ("val", "base", False): judged_replies([False, False, True, False]),
            ("val", "tuned", False): judged_replies(lost),
        }
    )
    contrast = found.contrast("val", "tuned - base")
    assert contrast is not None
    assert (contrast.n, contrast.a, contrast.b) == (3, "tuned", "base")
    assert contrast.gain == pytest.approx(2 / 3)
    row = found.row("val", "tuned")
    assert row is not None and (row.n, row.right) == (3, 3), "an error is not a wrong answer"


def test_every_measured_comparison_is_made() -> None:
    names = {
        c.name
        for c in table(
            arms(
                base=50,
                base_strategy=60,
                tuned=80,
                tuned_strategy=90,
                labels_only=60,
                placebo_strategy=55,
                teacher=70,
                teacher_strategy=110,
            )
        ).contrasts
    }
    assert names == {
        "tuned - base",
        "tuned - labels_only",
        "tuned+strategy - tuned",
        "base+strategy - base",
        "base+strategy - placebo+strategy",
        "tuned - base+strategy",
        "tuned - teacher",
        "tuned - teacher+strategy",
        "tuned - floor",
        "tuned+strategy - floor",
        "base+strategy - floor",
    }


def test_words_are_held_against_a_placebo_of_their_length() -> None:
    said = headline(table(arms(base=50, base_strategy=110, placebo_strategy=80)))
    assert "What its words add to a placebo of equal length: +25.0 points" in said
    assert "training on a placebo" not in said


def test_replies_lost_to_errors_are_told_with_their_number() -> None:
    measured = arms(base=50, tuned=100)
    measured["test", "tuned", False][-3:] = judged_replies([None] * 120)[-3:]
    found = table(measured)
    row = found.row("test", "tuned")
    assert row is not None and (row.n, row.missing) == (117, 3)
    told = "Replies lost to errors, and not counted: 3 of tuned's 120."
    assert headline(found).endswith(told)
    everything = table({("test", "tuned", False): judged_replies([None] * 4)})
    assert headline(everything).endswith("4 of tuned's 4.")
    assert "lost" not in headline(table(arms(base=50, tuned=100)))


def test_a_floor_with_answers_is_a_paired_opponent() -> None:
    measured = arms(base=60, tuned=100)
    right: Mapping[str, float] = {f"p{i}": float(i < 80) for i in range(120)}
    given = table(measured, floors={"test": 80 / 120}, floor_right={"test": right})
    fixed = table(measured, floors={"test": 80 / 120})
    one, other = (t.contrast("test", "tuned - floor") for t in (given, fixed))
    assert one is not None and other is not None
    assert one.gain == pytest.approx(other.gain) == pytest.approx(1 / 6)
    assert one.p < other.p, "on the same problems the comparison is sharper"
    assert one.low > 0 and other.low > 0


def test_internalisation_needs_words_that_surely_help() -> None:
    assert table(arms(base=40, base_strategy=100, tuned=70)).internalisation == {
        "test": pytest.approx(0.5)
    }
    assert table(arms(base=40, base_strategy=41, tuned=70)).internalisation == {"test": None}
    assert table(arms(base=40, tuned=70)).internalisation == {"test": None}


def test_topics_and_difficulties_are_counted_apart() -> None:
    found = table(arms(tuned=60))
    assert [(s.of, s.n) for s in found.per_topic] == [("even", 60), ("odd", 60)]
    assert [(s.of, s.n) for s in found.per_difficulty] == [("1", 40), ("2", 40), ("3", 40)]
    assert sum(s.right for s in found.per_difficulty) == 60


def test_several_replies_to_a_problem_are_not_more_problems() -> None:
    once, twice = judged_replies(first(60)), judged_replies(first(60)) * 2
    lone = table({("test", "tuned", False): once}).row("test", "tuned")
    both = table({("test", "tuned", False): twice}).row("test", "tuned")
    assert lone is not None and both is not None
    assert (both.n, both.right, both.accuracy) == (240, 120, 0.5)
    assert (both.low, both.high) == (lone.low, lone.high)


def test_graded_scores_are_told_apart_from_right_and_wrong() -> None:
    half = [JudgedReply(f"p{i}", 0.25 * (i % 4), "wrong", "x", f"label {i}") for i in range(40)]
    more = [
        JudgedReply(f"p{i}", 0.25 * (i % 4) + 0.25, "wrong", "x", f"label {i}") for i in range(40)
    ]
    found = table({("test", "base", False): half, ("test", "tuned", False): more})
    row, gain = found.row("test", "tuned"), found.contrast("test", "tuned - base")
    assert row is not None and gain is not None
    assert row.right == 10 and row.accuracy == pytest.approx(0.625)
    assert row.low < 0.625 < row.high
    assert gain.gain == pytest.approx(0.25) and gain.p < 0.01


def test_an_attribution_survives_the_disk() -> None:
    found = table(arms(base=40, base_strategy=100, tuned=70), classes=CLASSES)
    written = json.dumps(found.as_json(), allow_nan=False)
    assert Attribution.from_json(json.loads(written)) == found
    row = json.loads(written)["rows"][0]
    assert list(row)[:10] == [
        "split",
        "student",
        "strategy",
        "n",
        "right",
        "accuracy",
        "low",
        "high",
        "floor",
        "unparsed",
    ]


def test_a_table_from_before_habits_were_measured_is_still_read() -> None:
    data = table(arms(base=40, tuned=70), classes=CLASSES).as_json()
    for row in data["rows"]:
        for name in ("shift", "usual", "usual_share", "constant", "missing"):
            del row[name]
    row = Attribution.from_json(data).row("test", "tuned")
    assert row is not None and (row.right, row.shift, row.constant) == (70, None, None)
    assert "tuned scores 58.3%" in headline(Attribution.from_json(data))


def test_a_habit_is_measured_where_answers_are_classes_and_unread_replies_apart() -> None:
    mute = [JudgedReply(f"p{i}", 0.0, "unparsed", None, "YES") for i in range(30)]
    always = [
        JudgedReply(f"p{i}", i % 2.0, "wrong", "YES", "YES" if i % 2 else "NO") for i in range(30)
    ]
    measured = {("test", "base", False): mute, ("test", "tuned", False): always}
    found = table(measured, classes=CLASSES)
    base, tuned = found.row("test", "base"), found.row("test", "tuned")
    assert base is not None and tuned is not None
    assert (base.unparsed, base.shift, base.usual, base.constant) == (base.n, 0.0, None, None)
    assert (tuned.unparsed, tuned.shift, tuned.constant) == (0, 0.5, "YES")
    open_answers = table(measured).row("test", "tuned")
    assert open_answers is not None and open_answers.shift is None
    assert open_answers.usual_share == 1.0


def few_wins(n: int, wins: int, losses: int = 0) -> Attribution:
    """The tuned student wins and loses these, and both are right and wrong alike elsewhere."""
    alike = [i % 2 == 0 for i in range(n - wins - losses)]
    base = [False] * wins + [True] * losses + alike
    tuned = [True] * wins + [False] * losses + alike
    measured = {
        ("test", "base", False): judged_replies(base),
        ("test", "tuned", False): judged_replies(tuned),
    }
    return table(measured, floors={"test": 0.1})


@pytest.mark.parametrize(("wins", "losses"), [(4, 0), (0, 4)])
def test_an_interval_that_the_exact_test_does_not_bear_out_is_no_claim(
    wins: int, losses: int
) -> None:
    found = few_wins(150, wins, losses)
    gain = found.contrast("test", "tuned - base")
    assert gain is not None and (gain.low > 0 or gain.high < 0) and gain.p == 0.125
    assert not gain.is_beyond_chance
    said = headline(found)
    assert "not shown to differ from zero (p = 0.125, and at most 0.05 is asked for)" in said
    assert "a loss" not in said


def test_a_difference_that_both_bear_out_is_claimed_up_or_down() -> None:
    for wins, losses, told in ((6, 0, "above the floor: +4.0 points"), (0, 6, "a loss")):
        found = few_wins(150, wins, losses)
        gain = found.contrast("test", "tuned - base")
        assert gain is not None and gain.is_beyond_chance and gain.p <= 0.05
        assert told in headline(found) and "not shown" not in headline(found)


def test_a_floor_is_beaten_only_where_the_exact_test_says_so_too() -> None:
    tuned = [i < 4 or i % 2 == 0 for i in range(150)]
    right = {f"p{i}": float(i >= 4 and i % 2 == 0) for i in range(150)}
    found = table(
        {("test", "tuned", False): judged_replies(tuned)},
        floors={"test": sum(right.values()) / 150},
        floor_right={"test": right},
    )
    over = found.contrast("test", "tuned - floor")
    assert over is not None and over.low > 0 and over.p == 0.125
    said = headline(found)
    assert "by more than chance could" in said and "No gain is claimed" in said


def test_words_that_may_have_helped_by_chance_define_no_internalisation() -> None:
    base = [i >= 4 and i % 2 == 0 for i in range(150)]
    told = [i < 4 or i % 2 == 0 for i in range(150)]
    measured = {
        ("test", "base", False): judged_replies(base),
        ("test", "base", True): judged_replies(told),
        ("test", "tuned", False): judged_replies(told),
    }
    assert table(measured).internalisation == {"test": None}


def test_two_lists_of_scores_are_compared_by_the_same_rule() -> None:
    told, bare = [1.0] * 4 + [0.0] * 146, [0.0] * 150
    found = compare(told, bare)
    assert found.low > 0 and found.p == 0.125 and not found.is_beyond_chance
    assert compare([1.0] * 6 + [0.0] * 144, bare).is_beyond_chance
    assert compare(bare, [1.0] * 6 + [0.0] * 144).is_beyond_chance, "a loss is shown as well"
    assert compare([0.5 + 0.01 * (i % 7) for i in range(40)], [0.4] * 40).is_beyond_chance
    assert not compare([], []).is_beyond_chance
    assert beyond_chance(0.1, 0.2, 0.05) and not beyond_chance(-0.1, 0.2, 0.01)


def test_a_simulated_p_and_a_test_that_parts_from_its_interval_are_marked_row_by_row() -> None:
    def against(ours: list[float], theirs: list[float]) -> Contrast:
        mine, other = ({f"{i}": s for i, s in enumerate(row)} for row in (ours, theirs))
        (found,) = between_arms("test", {("tuned", False): mine, ("base", False): other}, 0.95, 0)
        return found

    odd = against([0.3 + 0.01 * math.sqrt(i) for i in range(40)], [0.31] * 40)
    five = against([1.0] * 24, [0.0] * 5 + [1.0] * 19)
    clear = against([1.0] * 24, [0.0] * 12 + [1.0] * 12)
    assert (odd.draws, five.draws, clear.draws) == (10_000, 0, 0)
    assert (five.low > 0, five.p, five.disagrees, five.is_beyond_chance) == (
        True,
        0.0625,
        True,
        False,
    )
    assert not clear.disagrees and footnotes([clear]) == []
    simulated, disagree = footnotes([odd, five, clear])
    assert simulated.startswith("~: p is simulated, with 10,000") and disagree.startswith("open:")
    told = Attribution((), (odd, five), {}).as_json()
    assert [(it["exact"], it["parted"]) for it in told["contrasts"]][1] == (True, True)
    assert not told["contrasts"][0]["exact"]
    assert Attribution.from_json(told).contrasts == (odd, five)


def test_arms_that_different_judges_read_are_not_put_into_one_table() -> None:
    def arm(judge: str) -> list[JudgedReply]:
        return [JudgedReply(f"p{n}", 1.0, "right", "YES", "YES", judge=judge) for n in range(4)]

    with pytest.raises(MixedJudges, match="read by 2 judges: 'maths 1', 'maths 2'"):
        table({("test", "base", False): arm("maths 1"), ("test", "tuned", False): arm("maths 2")})
    same = table(
        {("test", "base", False): arm("maths 2"), ("test", "tuned", False): arm("maths 2")}
    )
    assert same.contrast("test", "tuned - base") is not None
