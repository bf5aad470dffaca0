"""Every domain of ours keeps its promises: sound on trial, right references, steps and rules."""

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import pytest

from tutelage.domains import Domain, check, get, held_splits, names
from tutelage.domains.python_coding.selection import home_of, tasks_by_id
from tutelage.domains.trial import Trial

MOST = 1_000
"""Problems of a split; an endless one is tried so far, and all others are tried whole."""


class Advice(NamedTuple):
    """Rules of a domain by what their writer thinks of them; nothing in a rulebook says it."""

    helpful: Collection[str]
    empty: Collection[str]
    misleading: Collection[str]


ADVICE = {
    "debugging": Advice(("symptom", "cause"), ("care", "tally"), ("rewrite", "guard")),
    "general": Advice(("working", "check"), ("care",), ("brief",)),
    "humaneval": Advice(("contract", "examples"), ("care", "tally"), ("shortcut", "swallow")),
    "maths": Advice(("lines", "substitute"), ("care", "copy"), ("rounding", "first")),
    "mbpp": Advice(("contract", "examples"), ("care", "tally"), ("shortcut", "swallow")),
    "python_coding": Advice(("edges", "walk"), ("care", "tally"), ("swallow", "in_place")),
    "reasoning-gym": Advice(("totals",), ("care",), ("estimate",)),
    "scheduling": Advice(("running", "ended"), ("care",), ("hours", "tally")),
    "scheduling:jobs": Advice(("deadlines", "ends"), ("care",), ("shortest",)),
    "scheduling:weighted": Advice(("table", "before"), ("care",), ("heaviest",)),
    "scheduling:witness": Advice(("free", "peak"), ("care",), ("longest",)),
    "writing": Advice(("asked", "outline"), ("passion",), ("ornate", "generous", "repeat")),
}
TRIED = {"debugging": 12, "python_coding": 24}
"""Problems of a split that are put on trial where each is run dozens of times; elsewhere 40."""
LISTED = sorted({*names(), "gym:leg_counting"})


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file shaped like MBPP: asserts that are read, and some that must run."""
    path = tmp_path_factory.mktemp("rows") / "mbpp.jsonl"
    made = [
        {
            "task_id": number,
            "text": f"Write a function to find the multiples of {number} in a list.",
            "code": f"def multiples(xs):\n    return [x for x in xs if x % {number} == 0]",
            "test_list": [
                f"assert multiples([{number - 1}, {number}, {number + 1}]) == [{number}]",
                f"assert len(multiples([{number}] * 3)) == 3",
                "assert multiples([]) == []",
            ],
            "test_setup_code": "",
        }
        for number in range(3, 303)
    ]
    path.write_text("\n".join(map(json.dumps, made)))
    return path


def open_domain(name: str, rows: Path) -> Domain:
    return get(name, {"path": str(rows)} if name == "mbpp" else {})


@pytest.mark.parametrize("name", sorted(ADVICE))
def test_each_ships_two_kinds_of_steps_and_helpful_empty_and_misleading_rules(
    name: str, rows: Path
) -> None:
    domain = open_domain(name, rows)
    kinds, rules = domain.guide.step_kinds, {rule.name: rule for rule in domain.guide.rules}
    assert len(kinds) >= 2
    assert len({*ADVICE[name].helpful, *ADVICE[name].empty, *ADVICE[name].misleading}) == sum(
        map(len, ADVICE[name])
    )
    for some in ADVICE[name]:
        assert some and set(some) <= rules.keys()
    assert all(rules[it].steps and rules[it].addresses for it in ADVICE[name].helpful)
    problem = domain.problems("test", 1, 0)[0]
    bare = domain.solution(problem, frozenset()) or ""
    shown = {domain.solution(problem, frozenset({kind})) or "" for kind in kinds}
    assert len(shown) == len(kinds) and bare not in shown, "each kind of step writes its own text"
    assert all(len(text) > len(bare) for text in shown)


def test_every_domain_of_ours_is_asked_for_its_advice() -> None:
    assert set(names()) == set(ADVICE)


DIGITS = "9" * 5_000
"""More digits than Python reads as one whole number."""
HOSTILE = (
    "\0",
    "[" * 5_000,
    "(" * 5_000,
    '{"a":' * 5_000,
    DIGITS,
    f"Answer: {DIGITS}",
    f"Answer: 1e{DIGITS}",
    f"Answer: {DIGITS}/{DIGITS}",
    f"\\boxed{{{DIGITS}^{{{DIGITS}}}}}",
    "Answer: " + "-" * 5_000 + "1",
    "Answer: 9^9^9^9",
    "Answer: nan",
    "Answer: \u0661\u00b2",
    "```python\n" + "-" * 30_000 + "1\n```",
)
RUN_APART = ("debugging", "humaneval", "mbpp", "python_coding")
"""Domains in which each reply is run in a process: a few replies do."""


@pytest.mark.parametrize("name", LISTED)
def test_no_reply_makes_a_judge_raise(name: str, rows: Path) -> None:
    domain = open_domain(name, rows)
    for problem in domain.problems(held_splits(domain)[0], 1 if name in RUN_APART else 6, 0):
        solution = domain.solution(problem) or ""
        places = list(re.finditer(r"\d+", solution))[: 1 if name in RUN_APART else 20]
        longer = [solution[: it.start()] + DIGITS + solution[it.end() :] for it in places]
        for reply in (*longer, *HOSTILE[-2 if name in RUN_APART else 0 :]):
            verdict = domain.judge(problem, reply)
            assert verdict.score < 1.0 or verdict.outcome == "right"
            verdict.feedback.encode()


@pytest.mark.slow
@pytest.mark.parametrize("name", LISTED)
def test_the_trial_finds_every_domain_sound(name: str, rows: Path) -> None:
    report = check(open_domain(name, rows), TRIED.get(name, 40))
    assert report.ok, report.as_text()
    said = {found.name: found.said for found in report.findings}
    assert said["solutions are right"].startswith("1.0 on each of "), report.as_text()


@pytest.mark.slow
@pytest.mark.parametrize("split", ["train", "val", "test", "ood"])
@pytest.mark.parametrize("name", LISTED)
def test_the_reference_is_right_on_every_problem_and_silence_and_its_text_never_are(
    name: str, split: str, rows: Path
) -> None:
    domain = open_domain(name, rows)
    there = [it for it in held_splits(domain) if it == split]
    if not there:
        return
    problems, _ = Trial(domain, MOST).gather(there[0])
    assert problems
    if name in TRIED:
        assert len(problems) == sum(home_of(task) == split for task in tasks_by_id().values())
    for problem in problems:
        verdict = domain.judge(problem, domain.solution(problem) or "")
        assert (verdict.score, verdict.outcome) == (1.0, "right"), (problem, verdict)
        for reply in ("", problem.text):
            verdict = domain.judge(problem, reply)
            assert verdict.outcome != "right" and verdict.score < 1.0, (problem, reply, verdict)
