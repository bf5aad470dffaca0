"""Every kind of scheduling is exact: solved by trying everything, and its working is checked."""

import dataclasses
import hashlib
import itertools
import json
import random
import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.domains import SPLITS, Domain, Problem, check, get
from tutelage.domains.scheduling import jobs, solver, weighted, witness

KINDS = ("scheduling:witness", "scheduling:weighted", "scheduling:jobs")
FLAWS: dict[str, Callable[[Problem, str], Iterator[tuple[str, str]]]] = {
    "scheduling:witness": witness.flaws,
    "scheduling:weighted": weighted.flaws,
    "scheduling:jobs": jobs.flaws,
}


def some(domain: Domain, n: int = 60) -> list[Problem]:
    return [problem for split in SPLITS for problem in domain.problems(split, n, 3)]


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_sound_and_has_steps_and_rules_that_differ(name: str) -> None:
    domain = get(name)
    report = check(domain, 24)
    assert report.ok, report.as_text()
    assert not [found for found in report.findings if found.level == "note"], report.as_text()
    assert domain.name == name
    assert len(domain.guide.step_kinds) >= 2
    rules = domain.guide.rules
    assert any(not rule.steps for rule in rules), "one rule is empty"
    assert len({rule.steps for rule in rules}) == len(rules)


def test_meeting_rooms_are_what_they_were_byte_by_byte() -> None:
    domain, digest = get("scheduling"), hashlib.sha256()
    for split in SPLITS:
        for seed in (0, 7):
            problems = domain.problems(split, 120, seed)
            for problem in problems:
                digest.update(json.dumps(dataclasses.asdict(problem), sort_keys=True).encode())
            for problem in problems:
                digest.update((domain.solution(problem) or "").encode())
    assert digest.hexdigest() == "fb40c02f72acb35ec0dbf73104f919b2596310780b3c9bc7c29c95551dd4f72f"


def test_kinds_are_named_by_a_suffix_or_an_option_and_unknown_ones_are_refused() -> None:
    assert get("scheduling", {"kind": "jobs"}).name == "scheduling:jobs"
    assert get("scheduling:rooms").name == "scheduling"
    with pytest.raises(ValueError, match="Known: rooms, witness, weighted, jobs"):
        get("scheduling:tetris")


@pytest.mark.parametrize("name", KINDS)
def test_topics_narrow_what_is_drawn(name: str) -> None:
    topic = get(name).problems("train", 1, 0)[0].topic
    drawn = get(name, {"topics": [topic]}).problems("val", 12, 0)
    assert {problem.topic for problem in drawn} == {topic}
    with pytest.raises(ValueError, match=f"No topic 'x' in scheduling.*{topic}"):
        get(name, {"topics": ["x"]})


@pytest.mark.parametrize("name", KINDS)
def test_no_line_of_a_worked_solution_is_false(name: str) -> None:
    domain = get(name)
    for problem in some(domain):
        assert list(FLAWS[name](problem, domain.solution(problem) or "")) == []


@pytest.mark.parametrize("name", KINDS)
def test_a_changed_digit_of_the_working_is_found(name: str) -> None:
    """Of the step that decides the answer: each of its digits is read."""
    domain, rnd = get(name), random.Random(0)
    kind = {"scheduling:witness": "free", "scheduling:weighted": "table"}.get(name, "ends")
    found = 0
    problems = some(domain, 20)
    for problem in problems:
        worked = (domain.solution(problem, frozenset({kind})) or "").partition(" Answer:")[0]
        places = [match.start() for match in re.finditer(r"\d", worked)]
        place = rnd.choice(places)
        digit = (int(worked[place]) + rnd.randint(1, 9)) % 10
        found += any(FLAWS[name](problem, f"{worked[:place]}{digit}{worked[place + 1 :]}"))
    assert found == len(problems)


def test_every_plan_without_a_clash_is_right_and_every_other_one_is_not() -> None:
    domain = get("scheduling:witness")
    for problem in domain.problems("train", 40, 1):
        slots, rooms = problem.data["meetings"], problem.data["rooms"]
        for plan in itertools.product(range(1, rooms + 1), repeat=len(slots)):
            reply = ", ".join(f"{x}: room {room}" for x, room in zip("ABCDE", plan, strict=False))
            hours = [(r, h) for (s, e), r in zip(slots, plan, strict=True) for h in range(s, e)]
            good = len(hours) == len(set(hours))
            verdict = domain.judge(problem, f"Answer: {reply}")
            assert (verdict.outcome == "right") == good, (problem.text, reply)
        none = domain.judge(problem, "Answer: none")
        assert (none.outcome == "right") == (problem.answer == "NONE")


def test_one_problem_in_four_has_no_plan_and_looks_like_the_others() -> None:
    problems = get("scheduling:witness").problems("train", 120, 0)
    assert sum(problem.answer == "NONE" for problem in problems) == 30


def test_a_witness_problem_has_the_split_of_its_meeting_rooms() -> None:
    rooms = {
        json.dumps(dict(p.data), sort_keys=True) for p in get("scheduling").problems("test", 700, 0)
    }
    for problem in get("scheduling:witness").problems("train", 400, 0):
        data = {"rooms": problem.data["rooms"], "meetings": sorted(problem.data["meetings"])}
        assert json.dumps(data, sort_keys=True) not in rooms


def test_every_order_in_time_is_right_and_every_other_one_is_not() -> None:
    domain = get("scheduling:jobs")
    for problem in domain.problems("train", 40, 1):
        letters = "ABCD"[: len(problem.data["jobs"])]
        feasible = False
        for order in itertools.permutations(letters):
            now, good = 0, True
            for letter in order:
                takes, due = problem.data["jobs"][letters.index(letter)]
                now += takes
                good = good and now <= due
            feasible = feasible or good
            for reply in (" ".join(order), ", ".join(order), " -> ".join(order), "".join(order)):
                verdict = domain.judge(problem, f"Answer: {reply}")
                assert (verdict.outcome == "right") == good, (problem.text, reply)
        assert feasible == (problem.answer != "NONE")
        assert (
            domain.judge(problem, f"Answer: {letters[0]} {letters[0]}").failure_modes[0]
            == "left_out"
        )


def test_the_heaviest_first_and_the_shortest_first_lose_often_enough_to_mislead() -> None:
    problems = get("scheduling:weighted").problems("train", 100, 0)
    worth = [(weighted.greedy(weighted.bookings_of(it)), int(it.answer)) for it in problems]
    assert 40 <= sum(found < best for found, best in worth) <= 90
    late = 0
    for problem in get("scheduling:jobs").problems("train", 100, 0):
        order = sorted(problem.data["jobs"])
        late += problem.answer != "NONE" and not solver.meets_deadlines([(t, d) for t, d in order])
    assert late >= 20


@pytest.mark.parametrize(
    ("name", "reply", "mode"),
    [
        ("scheduling:witness", "Answer: NONE", "gave_up"),
        ("scheduling:witness", "Answer: A1 B1", "left_out"),
        ("scheduling:witness", "Answer: A9 B1 C1 D1", "no_such_room"),
        ("scheduling:witness", "Answer: A1 B1 C1 D1", "clash"),
        ("scheduling:witness", "Perhaps.", "no_answer"),
        ("scheduling:weighted", "Answer: 999", "too_much"),
        ("scheduling:weighted", "Answer: 0", "too_little"),
        ("scheduling:weighted", "Answer: ALL", "took_all"),
        ("scheduling:weighted", "Answer: MAX", "heaviest_only"),
        ("scheduling:jobs", "Answer: NONE", "gave_up"),
        ("scheduling:jobs", "Answer: LAST", "late"),
        ("scheduling:jobs", "Answer: A A A A", "left_out"),
        ("scheduling:jobs", "The first one.", "no_answer"),
    ],
)
def test_a_wrong_answer_is_named_by_its_slip(name: str, reply: str, mode: str) -> None:
    domain = get(name)
    problem = next(
        p for p in domain.problems("train", 60, 0) if p.difficulty == 2 and p.answer != "NONE"
    )
    if name == "scheduling:weighted":
        values = [weight for *_, weight in problem.data["bookings"]]
        reply = reply.replace("ALL", str(sum(values))).replace("MAX", str(max(values)))
    if "LAST" in reply:
        by_due = sorted(jobs.jobs_of(problem), key=lambda job: -job.due)
        reply = reply.replace("LAST", " ".join(job.letter for job in by_due))
    assert mode in domain.judge(problem, reply).failure_modes


SAMPLES = {name: get(name).problems("train", 1, 0)[0] for name in KINDS}
PIECES = st.lists(
    st.sampled_from(["Answer:", " ", "A1", "B 2-5", "NONE", "3+4=7", "<=", "9", "keep", "\n", "é"])
)


@given(st.sampled_from(KINDS), PIECES, st.text(max_size=40))
def test_the_judges_take_any_reply(name: str, pieces: list[str], tail: str) -> None:
    verdict = get(name).judge(SAMPLES[name], "".join(pieces) + tail)
    assert set(verdict.failure_modes) <= set(get(name).guide.failure_modes)
    assert verdict.feedback


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 5), st.integers(1, 9)), max_size=6))
def test_the_table_finds_what_trying_everything_finds(drawn: list[tuple[int, int, int]]) -> None:
    bookings = [(start, start + length, weight) for start, length, weight in drawn]
    best = [0] * 15
    for hour in range(1, 15):
        ending = [best[s] + w for s, e, w in bookings if e == hour]
        best[hour] = max([best[hour - 1], *ending])
    assert solver.best_weight(bookings) == best[-1]
