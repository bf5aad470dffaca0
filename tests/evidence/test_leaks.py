"""Leaks are found, and ordinary rules pass."""

import random
from collections.abc import Callable

import pytest

from tutelage.evidence.leaks import SharedProblem, leaks, overlap, shared_problems

Maker = Callable[[int], list[tuple[str, str, str]]]
CLASSES = ("YES", "NO")
WORDS = ("meeting", "room", "start", "end", "overlap")


def meetings(n: int) -> list[tuple[str, str, str]]:
    rng = random.Random(7)
    made = []
    for i in range(n):
        times = []
        for k in range(rng.randint(3, 8)):
            start = rng.randint(0, 20)
            times.append(f"Meeting {k + 1}: {start} to {start + rng.randint(1, 4)}.")
        rooms = rng.randint(1, 4)
        text = (
            f"There are {len(times)} meetings and {rooms} rooms. {' '.join(times)} "
            "Can all meetings be held in the rooms that there are?"
        )
        made.append((f"m{i}", text, rng.choice(CLASSES)))
    return made


def sums(n: int) -> list[tuple[str, str, str]]:
    rng = random.Random(8)
    pairs = [(rng.randint(100, 999), rng.randint(100, 999)) for _ in range(n)]
    return [(f"s{i}", f"What is {a} + {b}?", str(a + b)) for i, (a, b) in enumerate(pairs)]


NAMES = [
    "Amara",
    "Bence",
    "Chiara",
    "Dmitri",
    "Esteban",
    "Freya",
    "Goran",
    "Hana",
    "Imani",
    "Jorge",
    "Kaito",
    "Leila",
]
THINGS = ["marbles", "lanterns", "postcards", "violins", "walnuts", "ribbons", "anchors", "candles"]
PLACES = ["harbour", "orchard", "library", "station", "bakery", "lighthouse", "quarry", "museum"]


def stories(n: int) -> list[tuple[str, str, str]]:
    rng = random.Random(9)
    return [
        (
            f"t{i}",
            f"{rng.choice(NAMES)} carried {rng.randint(3, 60)} {rng.choice(THINGS)} from the "
            f"{rng.choice(PLACES)} and gave {rng.randint(2, 9)} {rng.choice(THINGS)} to "
            f"{rng.choice(NAMES)} near the {rng.choice(PLACES)}. How many are left?",
            str(rng.randint(1, 60)),
        )
        for i in range(n)
    ]


ORDINARY = {
    "r1": "Sort the meetings by start time. Then walk through them and count how many still run.",
    "r2": "A meeting that ends at 10 and one that starts at 10 do not overlap: 10 is free again.",
    "r3": "If more meetings run at once than there are rooms, answer NO; otherwise answer YES.",
    "r4": "1. List the starts.\n2. List the ends.\n3. Merge them.\n4. Count up.\n5. Compare.",
    "r5": "There are 3 meetings and 2 rooms: can all meetings be held in the rooms that there are?",
    "r6": "Example: meetings 1 to 3, 2 to 5 and 4 to 6 need 2 rooms.",
    "r7": "With 1, 2, 3, 4, 5 or 6 meetings write each count out; never guess.",
    "r8": "Add the ones, carry 1 where the sum is 10 or more, then the tens, then the hundreds.",
    "r9": "Add in columns: 12 + 30 is 42, and 100 more is 142.",
    "r10": "Read how many were carried, subtract what was given, and check which thing is asked "
    "for. The library or the harbour in the story does not matter.",
    "r11": "Multiply by 100 for per cent; 0.5 is 50, and 60 minutes are 1 hour, 24 hours 1 day.",
}


@pytest.mark.parametrize("make", [meetings, sums, stories])
@pytest.mark.parametrize("n", [5, 200])
def test_ordinary_rules_pass(make: Maker, n: int) -> None:
    assert leaks(ORDINARY, make(n), CLASSES, WORDS) == []


def test_a_rule_with_random_numbers_of_its_own_rarely_looks_like_a_leak() -> None:
    rng = random.Random(1)
    rules = {
        f"r{i}": "For example "
        + ", ".join(f"{s} to {s + rng.randint(1, 4)}" for s in rng.sample(range(21), 3))
        for i in range(60)
    }
    assert len({leak.rule for leak in leaks(rules, meetings(200), CLASSES, WORDS)}) <= 3


@pytest.mark.parametrize("make", [meetings, sums, stories])
@pytest.mark.parametrize("n", [1, 5, 200])
def test_a_problem_copied_into_a_rule_is_named(make: Maker, n: int) -> None:
    name, text, answer = make(n)[n // 2]
    rules = {"fine": ORDINARY["r1"], "bad": f"Take care. {text} The answer is {answer}."}
    found = leaks(rules, make(n), CLASSES, WORDS)
    assert ("bad", name) in {(leak.rule, leak.problem) for leak in found}
    assert {leak.rule for leak in found} == {"bad"}


def test_the_numbers_of_a_problem_are_known_without_its_words() -> None:
    problems = [("p", "Intervals 1-4, 2-7, 5-9, 8-13 and 11-17 with 2 rooms?", "YES")]
    found = leaks({"r": "When you see [1,4] [2,7] [5,9] [8,13] [11,17]: YES."}, problems, CLASSES)
    assert [(leak.problem, leak.kind) for leak in found] == [("p", "numbers")]
    assert found[0].quote.startswith("1 4 2 7 5 9")


def test_a_whole_problem_is_a_leak_however_plain_its_numbers() -> None:
    problems = [
        (f"p{i}{k}", f"State the final answer to the following sum: {i} + {k} =", str(i + k))
        for i in range(10)
        for k in range(10)
    ]
    found = leaks({"r": "State the final answer to the following sum: 2 + 7 = 9."}, problems)
    assert [(leak.problem, leak.kind) for leak in found] == [("p27", "text")]


def test_a_short_problem_is_known_when_a_rule_says_all_of_it() -> None:
    problems = [(f"p{i}", f"Is the number {i} even?", "YES") for i in range(100, 140)]
    rules = {
        "bad": "Is the number 117 even? Then say NO.",
        "fine": "Look at the number: is it even?",
    }
    assert [(leak.rule, leak.problem) for leak in leaks(rules, problems, CLASSES)] == [
        ("bad", "p117")
    ]


def test_a_worked_sum_is_a_leak() -> None:
    name, text, answer = sums(200)[17]
    a, b = (part for part in text.removesuffix("?").split() if part.isdigit())
    found = leaks({"r": f"Carry properly: {a} plus {b} is {answer}."}, sums(200))
    assert [(leak.problem, leak.kind) for leak in found] == [(name, "numbers")]


def test_an_answer_of_its_own_is_a_leak_and_a_class_is_not() -> None:
    problems = [
        ("p1", "Which city lies on the Vltava?", "Prague"),
        ("p2", "Which city lies on the Tagus?", "Lisbon"),
        ("p3", "Is Rome on the Tiber?", "YES"),
        ("p4", "Which code opens the vault?", "86413975"),
    ]
    rules = {
        "city": "For rivers in Bohemia say Prague.",
        "code": "Try 86413975 first.",
        "fine": "Answer YES or NO, or name the city that lies on the river.",
    }
    found = leaks(rules, problems, CLASSES)
    assert {(leak.rule, leak.problem, leak.kind) for leak in found} == {
        ("city", "p1", "answer"),
        ("code", "p4", "answer"),
    }


def test_the_template_of_one_topic_is_nobodys_secret() -> None:
    """Words that a third of the problems share are not most problems' words, and no leak."""
    first = "The caretaker unlocks every numbered cupboard along the corridor before breakfast"
    templates = [first, "Two trains leave", "Some cards are dealt"]
    problems = [(f"p{i}", f"{templates[i % 3]}; {i * 37 % 101}?", "YES") for i in range(90)]
    assert leaks({"r": f"{first}: count the cupboards."}, problems, CLASSES) == []


def test_nothing_leaks_from_nothing() -> None:
    assert leaks({}, meetings(3)) == []
    assert leaks({"r": ""}, meetings(3)) == []
    assert leaks({"r": "Add."}, []) == []
    assert leaks({"r": "Add."}, [("p", "", "")]) == []


def test_a_problem_in_two_splits_is_named() -> None:
    found = overlap({"train": ["a", "b", "c"], "val": ["c"], "test": ["d", "b"]})
    assert found == ["c is in both train and val", "b is in both train and test"]
    assert overlap({"train": ["a"], "val": ["b"]}) == []


def test_a_problem_in_two_splits_is_known_by_its_id_or_by_its_words() -> None:
    train = [("a", "Is 4 even?", "YES"), ("b", "What is 3 - 2?", "1"), ("c", "Sort: x, y", "x y")]
    val = [
        ("a", "Say whether four is an even number.", "YES"),
        ("d", "is 4   even", "YES"),
        ("e", "What is 3 + 2?", "5"),
        ("f", "Is 14 even?", "YES"),
        ("g", "SORT x y", "y x"),
        ("h", "What is 3.2?", "1"),
        ("i", "Way out of # . #@ ?", "left"),
    ]
    train.append(("j", "Way out of # . @# ?", "left"))
    found = shared_problems({"train": train, "val": val, "test": []})
    assert found == [
        SharedProblem("train", "val", "a", "a"),
        SharedProblem("train", "val", "d", "a"),
    ]


@pytest.mark.parametrize("rule", ["The order is oak, elm, fig, ash.", "oak elm fig ash"])
def test_an_answer_made_of_the_problems_own_words_is_a_leak(rule: str) -> None:
    trees = ["oak", "elm", "fig", "ash", "yew", "bay", "box", "may", "teak", "pine"]
    rng = random.Random(3)
    drawn = [rng.sample(trees, 4) for _ in range(40)]
    problems = [
        (f"p{i}", f"Sort {' '.join(sorted(d))}.", ", ".join(d)) for i, d in enumerate(drawn)
    ]
    mine = [("mine", "Sort ash elm fig oak.", "oak, elm, fig, ash")]
    problems = [it for it in problems if it[2] != mine[0][2]] + mine
    assert [leak.problem for leak in leaks({"r": rule}, problems)] == ["mine"]
    assert leaks({"r": "Sort the trees: an oak, an elm and a fig in their order."}, problems) == []
