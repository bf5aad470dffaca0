"""Promises of the loop, in a small world in which the effect of every rule is known."""

import random
from collections import Counter
from pathlib import Path

import pytest

from tutelage.graph.context import Run, SilentProgress
from tutelage.graph.run import attribution, go
from tutelage.store.events import (
    AdapterTrained,
    AttemptJudged,
    FailuresSorted,
    GateDecided,
    ProbeDecided,
    Reflected,
    RoundOpened,
    SealOpened,
    Solved,
    StrategyPromoted,
    StrategyProposed,
)

from .fakes import RULES, Parity, Pupil
from .world import CARRY_HELPS, small_run


def promoted_rules(run: Run) -> list[str]:
    """Texts of the rules of the version that stands at the end."""
    return [rule.text for rule in run.current().strategy.rules]


def events(run: Run, kind: type) -> list:
    return [entry.event for entry in run.log.entries(stream=run.id, kinds=[kind])]


def rule(name: str) -> str:
    return next(each.text for each in RULES if each.name == name)


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = small_run(tmp_path_factory.mktemp("loop"))
    assert go(run)
    return run


def test_the_probe_finds_a_deaf_student_and_the_gate_works_in_its_weights(whole_run: Run) -> None:
    (probe,) = events(whole_run, ProbeDecided)
    assert probe.channel == "weights" and not probe.forced
    assert {gate.channel for gate in events(whole_run, GateDecided)} == {"weights"}


def test_an_obedient_student_makes_the_probe_say_words(tmp_path: Path) -> None:
    run = small_run(tmp_path, student=Pupil(CARRY_HELPS, hears=True))
    assert go(run)
    (probe,) = events(run, ProbeDecided)
    assert probe.channel == "words"
    assert {gate.channel for gate in events(run, GateDecided)} == {"words"}
    assert rule("carry") in promoted_rules(run)


def test_only_the_rule_that_helps_is_promoted(whole_run: Run) -> None:
    assert promoted_rules(whole_run) == [rule("carry")]
    decisions = Counter(gate.decision for gate in events(whole_run, GateDecided))
    assert decisions["accept"] >= 1
    assert decisions["reject"] >= 1


@pytest.mark.parametrize("helpful", ["check", "colour"])
def test_a_student_whom_another_rule_helps_gets_that_one(tmp_path: Path, helpful: str) -> None:
    run = small_run(tmp_path, student=Pupil({helpful: 0.5}))
    assert go(run)
    assert promoted_rules(run) == [rule(helpful)]


@pytest.mark.parametrize("shuffle", [1, 2, 3])
def test_the_order_of_the_rulebook_changes_nothing_that_is_promoted(
    tmp_path: Path, whole_run: Run, shuffle: int
) -> None:
    run = small_run(tmp_path, domain=Parity(random.Random(shuffle).sample(RULES, len(RULES))))
    assert go(run)
    assert run.current().hash == whole_run.current().hash
    told = [(g.slot, g.candidate, g.decision) for g in events(run, GateDecided)]
    assert told == [(g.slot, g.candidate, g.decision) for g in events(whole_run, GateDecided)]


def test_every_promotion_points_to_the_gate_that_allowed_it(whole_run: Run) -> None:
    for promotion in events(whole_run, StrategyPromoted):
        stream, _, slot = promotion.gate.partition("#")
        gate = whole_run.log.find(GateDecided, stream, slot)
        assert isinstance(gate, GateDecided)
        assert (gate.decision, gate.candidate) == ("accept", promotion.strategy)


def test_a_version_without_steps_of_its_own_is_refused_untrained(whole_run: Run) -> None:
    (empty,) = [
        proposal.strategy
        for proposal in events(whole_run, StrategyProposed)
        if [edit.text for edit in proposal.edits] == [rule("")] and proposal.slot.startswith("c1/")
    ]
    (gate,) = [g for g in events(whole_run, GateDecided) if g.candidate == empty]
    assert gate.decision == "reject" and "nothing to train" in gate.reason
    assert gate.pairs == 0 and not gate.candidate_adapter


def test_the_students_own_failures_on_fresh_problems_lead_to_a_new_version_at_the_gate(
    whole_run: Run,
) -> None:
    feedback, _ = events(whole_run, FailuresSorted)
    failed = set(feedback.gaps)
    assert failed and set(feedback.gaps.values()) <= {
        "application",
        "demonstration",
        "knowledge",
        "format",
    }
    fresh = {
        whole_run.log.find(AttemptJudged, whole_run.id, slot).problem for slot in feedback.attempts
    }  # type: ignore[union-attr]
    assert not fresh & {problem.id for problem in whole_run.example_problems}
    second = whole_run.log.find(Reflected, whole_run.id, "c2/r1/reflect")
    assert isinstance(second, Reflected)
    assert failed <= set(second.attempts), "the teacher reads what the tuned student failed"
    proposals = [p for p in events(whole_run, StrategyProposed) if p.reflection == second.slot]
    assert proposals and failed & set(proposals[0].edits[0].because)
    gated = {gate.candidate for gate in events(whole_run, GateDecided)}
    assert proposals[0].strategy in gated


def test_the_seal_is_broken_once_and_last(whole_run: Run) -> None:
    entries = list(whole_run.log.entries(stream=whole_run.id))
    opened = [e for e in entries if isinstance(e.event, SealOpened) and e.event.split == "test"]
    assert len(opened) == 1
    sealed = set(whole_run.held_out_ids()["test"])
    before = [e.event for e in entries if e.seq < opened[0].seq]
    assert not any(isinstance(e, AttemptJudged) and e.problem in sealed for e in before)
    after = [e.event for e in entries if e.seq > opened[0].seq]
    assert not any(isinstance(e, StrategyProposed | StrategyPromoted) for e in after)


def test_both_arms_of_a_gate_answer_the_same_block_and_blocks_never_meet(whole_run: Run) -> None:
    blocks: dict[str, set[str]] = {}
    for gate in events(whole_run, GateDecided):
        if not gate.pairs:
            continue
        arms = [
            [
                e.event.problem
                for e in whole_run.log.entries(prefix=f"{prefix}/", kinds=[AttemptJudged])
            ]
            for prefix in (gate.candidate_attempts, gate.incumbent_attempts)
        ]
        assert arms[0] == list(gate.block)
        assert arms[1][: len(arms[0])] == arms[0], "a candidate that lost may have stopped earlier"
        blocks.setdefault(gate.slot.rsplit("/", 2)[0], set()).update(gate.block)
    assert len(blocks) > 1
    assert len(set().union(*blocks.values())) == sum(len(block) for block in blocks.values())


def test_gate_controls_and_transfer_share_adapters_by_key(whole_run: Run) -> None:
    trained = events(whole_run, AdapterTrained)
    assert len({event.adapter for event in trained}) == len(trained)
    accepted = [g for g in events(whole_run, GateDecided) if g.decision == "accept"][-1]
    assert attribution(whole_run.log, whole_run.id)["adapter"] == accepted.candidate_adapter
    assert accepted.incumbent_adapter in {event.adapter for event in trained}


def test_the_table_puts_the_gain_down_to_the_weights(whole_run: Run) -> None:
    table = attribution(whole_run.log, whole_run.id)
    rows = {(r["split"], r["student"], r["strategy"]): r for r in table["rows"]}
    assert rows["test", "tuned", False]["accuracy"] > rows["test", "base", False]["accuracy"] + 0.2
    assert rows["test", "labels_only", False]["right"] == rows["test", "base", False]["right"]
    assert table["internalisation"]["test"] is None, "words did nothing: the share is undefined"
    assert "points" in table["headline"]


def test_a_student_that_nothing_helps_ends_without_a_promotion_and_says_so(tmp_path: Path) -> None:
    run = small_run(tmp_path, student=Pupil({}))
    assert go(run)
    assert not events(run, StrategyPromoted)
    table = attribution(run.log, run.id)
    assert table["adapter"] == ""
    assert "can be claimed" in table["headline"] or "No gain is claimed" in table["headline"]


def test_walking_a_finished_run_again_from_its_beginning_writes_nothing(tmp_path: Path) -> None:
    # So many rounds and candidates that the rulebook runs out of rules on the way.
    loop = {"cycles": 2, "rounds": 3, "candidates": 3, "batch": 10, "feedback": 10}
    run = small_run(tmp_path, loop=loop)
    assert go(run)
    assert run.strategies.current("parity", run.branch).number > 1
    before = [(entry.hash, entry.event.slot) for entry in run.log.entries()]
    (run.folder / "checkpoint.db").unlink()
    again = small_run(tmp_path, run_id=run.id, loop=loop)
    assert go(again)
    assert [(entry.hash, entry.event.slot) for entry in again.log.entries()] == before


class Stumble(SilentProgress):
    """Dies in the second round's `solve`, when some of its attempts are recorded."""

    solves = 0

    def stage(self, name: str, detail: str = "") -> None:
        self.solves += name == "solve"

    def advance(self, what: str, done: int, total: int) -> None:
        if self.solves == 2 and what == "student solves":
            raise RuntimeError("stumbled")


def test_a_person_may_promote_while_a_killed_run_lies_still(tmp_path: Path) -> None:
    student = Pupil({"check": 0.5}, hears=True)
    run = small_run(tmp_path, student=student)
    run.progress = Stumble()
    with pytest.raises(RuntimeError, match="stumbled"):
        go(run)
    begun = run.log.find(RoundOpened, run.id, "c1/r2/open")
    assert isinstance(begun, RoundOpened)
    other = next(v for v in run.strategies.versions("parity") if v.hash != begun.strategy)
    person = {"stream": "store", "slot": "promote/1", "by": "ann", "reason": "I like it."}
    run.strategies.promote("parity", run.branch, other.hash, **person)
    again = small_run(tmp_path, student=student, run_id=run.id)
    assert go(again)
    solved = again.log.find(Solved, run.id, "c1/r2/solve")
    assert isinstance(solved, Solved)
    assert solved.strategy == begun.strategy, "the round keeps what it began with"
    third = again.log.find(RoundOpened, run.id, "c2/r1/open")
    assert isinstance(third, RoundOpened) and third.strategy != begun.strategy
