"""Ablation measures a rule's worth in a world in which the answer is known."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from langgraph.runtime import Runtime

from tutelage.evidence.pairs import mcnemar
from tutelage.graph.context import Run
from tutelage.graph.measure.ablation import CREDITED, exercises, measure_credit
from tutelage.graph.measure.rule_worth import rule_worths
from tutelage.graph.nodes.solve import solve
from tutelage.graph.run import go
from tutelage.graph.state import FIRST, RunState
from tutelage.models.contract import Reply, Request
from tutelage.store import Rule, Strategy
from tutelage.store.edits import Add, apply
from tutelage.store.events import (
    AttemptJudged,
    CallIntended,
    CreditMeasured,
    ProbeDecided,
    Reflected,
    Solved,
    StrategyProposed,
    Transferred,
)

from .fakes import RULES, Parity, Pupil
from .world import small_run

WORTH = {"carry": 0.45, "check": 0.0, "colour": -0.35}


def run_with_rules(home: Path, student: Pupil | None = None, *names: str, **changes: object) -> Run:
    """A run whose current version holds the rules of `names` (all of them without)."""
    run = small_run(home, student=student or Pupil(WORTH, hears=True), **changes)
    run.freeze()
    wanted = [rule for rule in RULES if rule.name in (names or [it.name for it in RULES])]
    edits = (Add(section=it.section, text=it.text, steps=tuple(it.steps)) for it in wanted)
    add(run, *edits)
    return run


def add(run: Run, *edits: Add) -> None:
    """Have a person add rules to the current version."""
    current = run.current()
    slot = f"told/{current.number + 1}"
    version = apply(current.strategy, edits, f"{run.id}/{slot}")
    run.log.record(
        StrategyProposed(
            stream=run.id,
            slot=slot,
            domain="parity",
            branch=run.branch,
            strategy=version.hash,
            rules=version.rules,
            parents=(current.hash,),
            edits=edits,
        )
    )
    run.strategies.promote(
        "parity",
        run.branch,
        version.hash,
        stream=run.id,
        slot=f"{slot}/promoted",
        by="Ada",
        reason="a test",
    )


def solve_round(run: Run, round_: int = 1, cycle: int = 1) -> RunState:
    """The state behind `solve`."""
    state: RunState = {**FIRST, "round": round_, "cycle": cycle}
    return {**state, **solve(state, Runtime(context=run))}


def credits(run: Run) -> dict[str, CreditMeasured]:
    """Name of each rule -> the newest measurement of it."""
    names = {rule.text: rule.name for rule in RULES}
    said = {rule.id: names[rule.text] for rule in run.current().strategy.rules}
    found = [entry.event for entry in run.log.entries(kinds=[CreditMeasured])]
    return {said[it.rule]: it for it in found if isinstance(it, CreditMeasured)}


def test_what_helps_what_harms_and_what_is_empty_is_found(tmp_path: Path) -> None:
    run = run_with_rules(tmp_path)
    for round_ in (1, 2):
        measure_credit(run, solve_round(run, round_))

    worths = rule_worths(run.log, "parity")
    said = {rule.text: worths[rule.id] for rule in run.current().strategy.rules}
    carry, check, colour, care = (said[rule.text] for rule in RULES)

    assert (carry.helps, colour.harms) == (True, True)
    assert not any((check.helps, check.harms, care.helps, care.harms))
    assert {it.source for it in said.values()} == {"credit"}
    assert {it.n for it in said.values()} == {40}, "two batches, pooled"
    assert (check.wins, check.losses, care.wins, care.losses) == (0, 0, 0, 0)
    assert carry.low < 0.45 < carry.high
    assert colour.low < -0.35 < colour.high


def test_the_arm_without_the_rule_reads_all_the_others_and_answers_afresh(tmp_path: Path) -> None:
    run = run_with_rules(tmp_path)
    state = solve_round(run)
    asked = len(run.student.asked)  # type: ignore[attr-defined]  # the pupil remembers
    measure_credit(run, state)

    fresh = run.student.asked[asked:]  # type: ignore[attr-defined]  # as above
    assert len(fresh) == 20 * len(RULES)
    for rule in RULES:
        without = [it for it in fresh if rule.text not in it.context]
        assert len(without) == 20, rule.name
        assert all(other.text in it.context for it in without for other in RULES if other != rule)
    one = credits(run)["carry"]
    slots = [entry.event.slot for entry in run.log.entries(kinds=[AttemptJudged], prefix=one.slot)]
    assert slots == [f"c1/r1/credit/{one.rule}/{problem}/0" for problem in one.problems]


def test_the_numbers_are_those_of_the_paired_attempts(tmp_path: Path) -> None:
    run = run_with_rules(tmp_path)
    measure_credit(run, solve_round(run))

    one = credits(run)["carry"]

    def right(prefix: str, problem: str) -> bool:
        event = run.log.find(AttemptJudged, run.id, f"{prefix}/{problem}/0")
        assert isinstance(event, AttemptJudged)
        return event.outcome == "right"

    pairs = [(right("c1/r1/solve", it), right(one.slot, it)) for it in one.problems]
    wins, losses = pairs.count((True, False)), pairs.count((False, True))
    assert (one.n, one.wins, one.losses) == (20, wins, losses)
    assert one.gain == pytest.approx((wins - losses) / 20)
    assert one.p == mcnemar(wins, losses, "two-sided")
    assert wins > losses


def test_a_round_that_died_halfway_measures_what_it_would_have(tmp_path: Path) -> None:
    whole = run_with_rules(tmp_path / "whole")
    measure_credit(whole, solve_round(whole))
    calls = len(list(whole.log.entries(kinds=[CallIntended])))

    class Dying(Pupil):
        left = 3

        def reply(self, requests: Sequence[Request]) -> list[Reply]:
            Dying.left -= 1
            if Dying.left == 0:
                raise RuntimeError("the power went")
            return super().reply(requests)

    run = run_with_rules(tmp_path / "torn", Dying(WORTH, hears=True))
    for batches in (3, 4, 5):
        Dying.left = batches
        with pytest.raises(RuntimeError):
            measure_credit(run, solve_round(run))
    Dying.left = 1000
    measure_credit(run, solve_round(run))
    measure_credit(run, solve_round(run))

    assert credits(run) == credits(whole)
    assert len(list(run.log.entries(kinds=[CallIntended]))) == calls, "nothing is asked twice"


def test_a_problem_of_which_a_rule_asks_nothing_is_left_out(tmp_path: Path) -> None:
    class Even(Parity):
        """Parity in which there is nothing to carry, and no solution carries."""

        def solution(self, problem, steps=None):  # type: ignore[no-untyped-def]  # as in Parity
            kept = None if steps is None else steps - {"carry"}
            return super().solution(problem, kept if problem.topic == "odd" else steps)

    run = run_with_rules(tmp_path, domain=Even())
    measure_credit(run, solve_round(run))

    topics = {problem.id: problem.topic for problem in run.problems["train"]}
    found = credits(run)
    assert {topics[it] for it in found["carry"].problems} == {"even"}
    assert {topics[it] for it in found["check"].problems} == {"even", "odd"}
    assert len(found[""].problems) == 20, "no steps, no trace: exercised everywhere"


def test_a_domain_without_worked_solutions_exercises_every_rule() -> None:
    class Traceless(Parity):
        def solution(self, problem, steps=None):  # type: ignore[no-untyped-def]  # as in Parity
            return None

    rule = Rule(id="r-1", section="Method", text="Carry.", steps=("carry",))
    (problem,) = Traceless().problems("train", 1, 0)

    assert exercises(Traceless(), problem, rule)  # type: ignore[arg-type]  # it shows nothing, ever
    assert exercises(Parity(), problem, rule)


def test_few_rules_a_round_and_those_least_measured_first(tmp_path: Path) -> None:
    run = run_with_rules(tmp_path, None, "carry")
    add(run, *(Add(section="Style", text=f"Be kind, {n}.") for n in range(CREDITED + 2)))

    def measure_round(round_: int) -> list[str]:
        state = solve_round(run, round_)
        measure_credit(run, state)
        entries = run.log.entries(kinds=[CreditMeasured], prefix=f"c1/r{round_}/credit/")
        return [it.event.rule for it in entries if isinstance(it.event, CreditMeasured)]

    ids = [rule.id for rule in run.current().strategy.rules]
    assert measure_round(1) == ids[:CREDITED]
    assert measure_round(2) == [*ids[CREDITED:], *ids[: CREDITED - 3]]


@pytest.mark.parametrize("why", ["switched off", "deaf", "no rules"])
def test_where_there_is_nothing_to_leave_out_nothing_is_asked(tmp_path: Path, why: str) -> None:
    loop = {"cycles": 2, "rounds": 2, "candidates": 2, "batch": 20, "feedback": 20}
    run = run_with_rules(tmp_path, loop={**loop, "credit": why != "switched off"})
    if why == "deaf":
        run.log.record(
            ProbeDecided.model_validate(
                {"stream": run.id, "slot": "baseline/probe", "model": "scripted:pupil"}
                | {"strategy": "", "channel": "weights", "n": 20, "gain": 0, "low": 0, "high": 0}
            )
        )
    if why == "no rules":
        run.strategies.rollback(
            "parity", run.branch, "parity@0", by="Ada", stream=run.id, slot="back"
        )
    state = solve_round(run)
    asked = len(run.student.asked)  # type: ignore[attr-defined]  # the pupil remembers

    measure_credit(run, state)

    assert len(run.student.asked) == asked  # type: ignore[attr-defined]  # as above
    assert credits(run) == {}


class Moody(Pupil):
    """Hears nothing. In a good mood it names a colour, and is right more often: by mere luck."""

    def _reply(self, request: Request) -> Reply:
        def draw(what: str) -> float:
            key = f"{what}/{request.seed}/{request.prompt}".encode()
            return int(hashlib.sha256(key).hexdigest()[:8], 16) / 16**8

        good = draw("mood") < 0.5
        number = int(request.prompt.split()[3])
        right = draw("luck") < (0.9 if good else 0.2)
        answer = "NO" if (number % 2 == 1) == right else "YES"
        return Reply("[colour] " * good + f"Answer: {answer}")


def test_an_empty_rule_is_not_praised_for_the_luck_of_replies_that_show_its_steps(
    tmp_path: Path,
) -> None:
    """The same replies, chosen by what those with the rule show, would praise it."""
    rounds, samples = 12, 2
    run = run_with_rules(
        tmp_path,
        Moody({}),
        "colour",
        splits={"train": 40 + 20 * (rounds + 1) + 20, "val": 12 * 12, "test": 4, "ood": 0},
        loop={"cycles": 1, "rounds": rounds, "candidates": 1, "batch": 20, "samples": samples}
        | {"feedback": 20},
    )
    chosen_wins = chosen_losses = 0
    for round_ in range(1, rounds + 1):
        state = solve_round(run, round_)
        measure_credit(run, state)
        told = [
            run.log.find(AttemptJudged, run.id, f"{state['solved']}/{it.id}/0")
            for it in run.batch(round_)
        ]
        for event in told:
            assert isinstance(event, AttemptJudged)
            if "[colour]" in run.log.text(event.reply_text):
                rule = run.current().strategy.rules[0].id
                slot = f"c1/r{round_}/credit/{rule}/{event.problem}/0"
                other = run.log.find(AttemptJudged, run.id, slot)
                assert isinstance(other, AttemptJudged)
                chosen_wins += event.score > other.score
                chosen_losses += event.score < other.score

    found = [entry.event for entry in run.log.entries(kinds=[CreditMeasured])]
    sure = [it for it in found if isinstance(it, CreditMeasured) and it.p <= 0.05]
    print(f"\n{len(sure)} of {len(found)} measurements of an empty rule are sure of an effect;")
    print(f"chosen by the reply: {chosen_wins} wins against {chosen_losses} losses")
    assert len(found) == rounds
    assert len(sure) <= 3, "12 times 5 % is 0.6; more than 3 happens once in 400 times"
    (worth,) = rule_worths(run.log, "parity").values()
    assert worth.n == 20 * rounds
    assert worth.low < 0 < worth.high
    assert mcnemar(chosen_wins, chosen_losses) < 1e-6, "the trap is real"


def test_what_a_tuned_student_knows_by_heart_is_not_measured_by_leaving_it_out(
    tmp_path: Path,
) -> None:
    run = run_with_rules(tmp_path, Pupil({"carry": 0.3, "check": 0.3}, hears=True), "carry")
    (carry,) = run.current().strategy.rules
    folder = run.adapters / "tuned"
    folder.mkdir(parents=True)
    (folder / "steps.json").write_text('["carry"]')
    run.log.record(
        Transferred(stream=run.id, slot="c1/transfer", strategy=run.current().hash, adapter="tuned")
    )
    tuned: RunState = {**FIRST, "cycle": 2, "adapter": "tuned"}
    state: RunState = {**tuned, **solve(tuned, Runtime(context=run))}
    measure_credit(run, state)
    assert credits(run) == {}, "it would seem to be worth nothing, and be dropped untaught"

    add(run, Add(section="Method", text=RULES[1].text, steps=("check",)))
    state = {**tuned, "round": 2}
    measure_credit(run, {**state, **solve(state, Runtime(context=run))})

    found = credits(run)
    assert found.keys() == {"check"}
    assert found["check"].adapter == "tuned" and found["check"].wins > 0
    assert carry in run.current().strategy.rules


def test_a_run_measures_its_rules_by_itself_before_the_teacher_reads(tmp_path: Path) -> None:
    run = small_run(
        tmp_path,
        domain=Parity(RULES[:1]),
        student=Pupil(WORTH, hears=True),
        splits={"train": 300, "val": 180, "test": 4, "ood": 0},
        loop={"cycles": 1, "rounds": 3, "candidates": 1, "batch": 20, "feedback": 2},
    )
    assert go(run)

    entries = list(run.log.entries(stream=run.id, kinds=[CreditMeasured, Reflected, Solved]))
    kinds = [entry.event.kind for entry in entries]
    assert "CreditMeasured" in kinds
    for before, entry in pairwise(entries):
        if isinstance(entry.event, CreditMeasured):
            assert isinstance(before.event, Solved | CreditMeasured)
    (carry,) = run.current().strategy.rules
    worth = rule_worths(run.log, "parity")[carry.id]
    assert (worth.source, worth.channel, worth.helps) == ("credit", "words", True)


def test_in_the_weights_channel_the_gate_that_brought_a_rule_is_all_there_is(
    tmp_path: Path,
) -> None:
    run = small_run(
        tmp_path,
        domain=Parity(RULES[:1]),
        splits={"train": 300, "val": 120, "test": 4, "ood": 0},
        loop={"cycles": 1, "rounds": 2, "candidates": 1, "batch": 20, "feedback": 2},
    )
    assert go(run)

    assert not list(run.log.entries(kinds=[CreditMeasured]))
    found = rule_worths(run.log, "parity")
    assert {(worth.source, worth.channel) for worth in found.values()} == {("gate", "weights")}
    (carry,) = run.current().strategy.rules
    gate = run.current().gate
    assert gate is not None and found[carry.id].gain == gate.gain
    said = found[carry.id].as_text()
    assert said.startswith("helps") and "which brought it, through weights" in said


def test_strategies_without_the_rule_keep_the_others_as_they_are(tmp_path: Path) -> None:
    run = run_with_rules(tmp_path, None, "carry", "check")
    measure_credit(run, solve_round(run))

    rules = run.current().strategy.rules
    for rule in rules:
        left = Strategy(rules=tuple(it for it in rules if it != rule))
        attempts = run.log.entries(kinds=[AttemptJudged], prefix=f"c1/r1/credit/{rule.id}/")
        assert {it.event.strategy for it in attempts if isinstance(it.event, AttemptJudged)} == {
            left.hash
        }
