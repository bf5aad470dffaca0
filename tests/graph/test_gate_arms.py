"""A gate at work in a run: replicates with their own luck, arms that stop early, what resumes."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tutelage.domains.contract import Problem
from tutelage.evidence import GateSettings, detectable_gain
from tutelage.graph.context import Paused, Run, SilentProgress
from tutelage.graph.measure.gate import NOTHING_LOST, NOTHING_TO_TRAIN, Gate
from tutelage.graph.measure.probe import whole_points
from tutelage.graph.state import seed_of
from tutelage.models.contract import Reply, Request
from tutelage.store.edits import Add, Deprecate, Edit, Update, apply
from tutelage.store.events import AttemptJudged, CallIntended, GateDecided, StrategyProposed
from tutelage.store.rules import EMPTY
from tutelage.store.strategies.versions import Version

from .fakes import Parity, Pupil
from .world import small_run

HELPS, HARMS, EMPTY_WORDS = "It helps.", "It harms.", "It says nothing."


class Moody:
    """A student with a known skill whose sampled replies are a matter of luck."""

    name = "scripted:moody"
    batch_size = 64

    def __init__(
        self, worth: Mapping[str, float], unlucky: Callable[[Request], bool] = lambda _: False
    ) -> None:
        self.asked: list[Request] = []
        self._worth, self._unlucky = worth, unlucky

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked.extend(requests)
        return [self._reply(request) for request in requests]

    def _reply(self, request: Request) -> Reply:
        number = int(request.prompt.split()[3])
        luck = f"{number}/{request.seed if request.temperature else ''}"
        draw = int(hashlib.sha256(luck.encode()).hexdigest()[:8], 16) / 16**8
        skill = 0.4 + sum(worth for rule, worth in self._worth.items() if rule in request.context)
        right = draw < skill and not self._unlucky(request)
        return Reply("Answer: " + ("NO" if right == bool(number % 2) else "YES"))


@pytest.fixture
def open_with(tmp_path: Path) -> Callable[..., Run]:
    """A run whose student hears words; `open_with(gate={...})`."""

    def open_with(student: Moody | None = None, folder: str = "run", **changes: Any) -> Run:
        worth = {HELPS: 0.4, HARMS: -0.4}
        gate = {"channel": "words", **changes.pop("gate", {})}
        run = small_run(tmp_path / folder, student=student or Moody(worth), gate=gate, **changes)  # type: ignore[arg-type]  # any student will do
        run.freeze()
        return run

    return open_with


def propose(run: Run, *edits: Edit, parent: Version | None = None) -> Version:
    """Record what `edits` make of `parent`."""
    before = parent.strategy if parent else EMPTY
    slot = f"c1/r1/update_strategy/{len(run.strategies.versions(run.domain.name))}"
    strategy = apply(before, edits, f"{run.id}/{slot}")
    run.log.record(
        StrategyProposed(
            stream=run.id,
            slot=slot,
            domain=run.domain.name,
            branch=run.branch,
            strategy=strategy.hash,
            rules=strategy.rules,
            parents=(before.hash,),
            edits=edits,
        )
    )
    return run.version(strategy.hash)


def says(text: str) -> Add:
    return Add(section="Method", text=text)


def gate(
    run: Run,
    candidate: Version,
    incumbent: Version | None = None,
    number: int = 1,
    block: int = 60,
    channel: str = "words",
) -> GateDecided:
    """Gate it in the place where a round would."""
    problems = run.problems["val"][:block]
    before = incumbent or run.version(EMPTY.hash)
    step = Gate(run, before, candidate, channel, problems)  # type: ignore[arg-type]  # a literal
    return run.log.record(step.decide(f"c1/r1/validate/{number}", "c1/r1/validate/incumbent"))


def attempts_below(run: Run, prefix: str) -> list[AttemptJudged]:
    entries = run.log.entries(stream=run.id, prefix=f"{prefix}/", kinds=[AttemptJudged])
    return [e.event for e in entries if isinstance(e.event, AttemptJudged)]


def test_a_candidate_that_is_losing_is_asked_no_more_and_says_so(
    open_with: Callable[..., Run],
) -> None:
    run = open_with()
    bad = gate(run, propose(run, says(HARMS)))
    assert bad.decision == "reject" and bad.reason.startswith("Stopped after")
    asked = attempts_below(run, bad.candidate_attempts)
    assert (bad.planned, bad.saved) == (60, 60 - len(asked)) and bad.saved > 0
    assert bad.block == tuple(event.problem for event in asked), "what was answered is the block"
    assert len(attempts_below(run, bad.incumbent_attempts)) == len(asked), "both arms the same part"
    good = gate(run, propose(run, says(HELPS)), number=2)
    assert (good.decision, good.saved, good.pairs) == ("accept", 0, 60)
    assert good.incumbent_attempts == bad.incumbent_attempts, "one incumbent arm a round"
    assert len(attempts_below(run, good.incumbent_attempts)) == 60, "asked as far as it was needed"
    slow = open_with(folder="slow", search={"race": False})
    whole = gate(slow, propose(slow, says(HARMS)))
    assert (whole.decision, whole.saved, whole.pairs) == ("reject", 0, 60)


def test_replicates_are_fresh_replies_with_luck_of_their_own(open_with: Callable[..., Run]) -> None:
    run = open_with(gate={"replicates": 3})
    found = gate(run, propose(run, says(HELPS)))
    assert (found.decision, found.replicates, found.pairs) == ("accept", 3, 60)
    asked = {
        entry.event.slot: entry.event
        for entry in run.log.entries(stream=run.id, kinds=[CallIntended])
        if isinstance(entry.event, CallIntended) and "/validate/" in entry.event.slot
    }
    assert len(asked) == 2 * 3 * 60
    assert len({call.seed for call in asked.values()}) == len(asked), "luck is never shared"
    assert {call.temperature for call in asked.values()} == {0.7}
    assert found.replicate_gain > 0, "the incumbent's replicates differ among themselves"


def test_an_arm_against_itself_differs_by_its_luck_alone(open_with: Callable[..., Run]) -> None:
    run = open_with(gate={"replicates": 2})
    found = gate(run, propose(run, says(EMPTY_WORDS)), block=32)
    assert found.decision != "accept"
    assert found.wins and found.losses, "replies are never handed on from arm to arm"


def test_a_lucky_seed_passes_a_gate_of_one_sample_and_not_one_of_replicates(
    open_with: Callable[..., Run],
) -> None:
    """The first replies to the candidate are lucky, all others are what the student can do."""

    def other(request: Request) -> bool:
        return bool(request.temperature) and HELPS in request.context and request.seed in later

    later: set[int] = set()
    run = open_with(Moody({HELPS: 0.6}, unlucky=other), gate={"replicates": 2})
    lucky = propose(run, says(HELPS))
    place = "c1/r1/validate/1/candidate"
    later |= {
        seed_of(run.config.seed, f"{place}/{problem.id}/1")
        for problem in run.problems["val"][:60]
        if int(problem.id, 16) % 10 < 7
    }
    found = gate(run, lucky)
    assert found.decision == "indecisive", found.reason
    assert "The replicates disagree" in found.reason and "a lucky seed" in found.reason


@pytest.mark.parametrize("pauses", [1, 6])
def test_a_gate_that_stopped_in_the_middle_decides_as_if_it_had_not(
    open_with: Callable[..., Run], pauses: int
) -> None:
    def gates(run: Run) -> list[GateDecided]:
        known = {v.strategy.rules[0].text: v for v in run.strategies.versions() if v.number}
        versions = [known.get(text) or propose(run, says(text)) for text in (HARMS, HELPS)]
        return [gate(run, version, number=n, block=48) for n, version in enumerate(versions, 1)]

    settings = {"gate": {"replicates": 2}}
    whole = gates(open_with(folder="whole", **settings))
    assert whole[0].saved > 0 and whole[1].decision == "accept"
    run = open_with(folder="stopped", **settings)
    left = iter(range(pauses))
    run.stopping = lambda: next(left, None) is None
    with pytest.raises(Paused):
        gates(run)
    run.stopping = lambda: False
    assert [facts(event) for event in gates(run)] == [facts(event) for event in whole]
    student = cast(Moody, run.student)
    assert len(student.asked) == len({(r.prompt, r.context, r.seed) for r in student.asked})


def facts(event: GateDecided) -> dict[str, Any]:
    return event.model_dump(mode="json", exclude={"at"})


def test_what_only_takes_rules_away_need_not_be_better(open_with: Callable[..., Run]) -> None:
    run = open_with()
    full = propose(run, says(HELPS), says(EMPTY_WORDS))
    helps, nothing = (rule.id for rule in full.strategy.rules)
    lean = propose(run, Deprecate(rule=nothing), parent=full)
    found = gate(run, lean, full, block=120)
    assert (found.claim, found.decision) == ("no worse", "accept"), found.reason
    assert found.gain == 0 and "is ruled out" in found.reason
    poor = gate(run, propose(run, Deprecate(rule=helps), parent=full), full, number=2, block=120)
    assert (poor.claim, poor.decision) == ("no worse", "reject")
    assert poor.saved > 0, "a removal that does harm is stopped early too"
    other = propose(run, Update(rule=nothing, text="It says little."), parent=full)
    assert gate(run, other, full, number=3).claim == "better"
    small = gate(run, propose(run, Deprecate(rule=nothing), parent=full), full, number=4, block=30)
    assert small.decision == "indecisive" and "too few" in small.reason
    assert small.detectable == pytest.approx(1 - 0.05 ** (1 / 30))


def test_what_can_be_found_is_announced_as_the_replicates_find_it(
    open_with: Callable[..., Run],
) -> None:
    run = open_with(gate={"replicates": 3})
    told = Told()
    run = replace(run, progress=told)
    found = gate(run, propose(run, says(HELPS)))
    assert (
        found.detectable
        == detectable_gain(60, GateSettings(found.alpha, replicates=3))
        < detectable_gain(60, GateSettings(found.alpha))
    )
    assert f"gains from {whole_points(found.detectable)} points can be found" in told.said


def test_how_hard_it_is_to_lose_nothing_is_announced(open_with: Callable[..., Run]) -> None:
    told = Told()
    run = replace(open_with(), progress=told)
    full = propose(run, says(HELPS), says(EMPTY_WORDS))
    lean = propose(run, Deprecate(rule=full.strategy.rules[1].id), parent=full)
    gate(run, lean, full, block=30)
    assert "even identical replies would rule out no loss below 9.5 points" in told.said
    gate(run, lean, full, number=2, block=120)
    assert re.search(r"identical replies pass, and without any loss about \d+% of", told.said)


class Told(SilentProgress):
    """Keeps what a gate says before it asks."""

    said = ""

    def stage(self, name: str, detail: str = "") -> None:
        self.said = detail if name == "validate" else self.said


def test_a_rule_that_no_example_follows_may_leave_untrained_and_may_not_come(
    tmp_path: Path,
) -> None:
    run = small_run(tmp_path, student=Pupil({"carry": 0.45}))
    run.freeze()
    carry = Add(section="Method", text="Carry.", steps=("carry",))
    before = propose(run, carry)
    wordy = propose(run, says("Take care."), parent=before)
    added = gate(run, wordy, before, channel="weights")
    assert (added.decision, added.reason) == ("reject", NOTHING_TO_TRAIN)
    gone = gate(run, before, wordy, number=2, channel="weights")
    assert (gone.decision, gone.reason, gone.claim) == ("accept", NOTHING_LOST, "no worse")
    assert (gone.pairs, gone.planned, gone.saved) == (0, 60, 0), "nothing was asked"
    assert len(gone.block) == 60 and not added.block, "validators are still to be asked"


def test_candidates_with_other_examples_meet_the_incumbent_in_its_other_adapter(
    tmp_path: Path,
) -> None:
    class Gaps(Parity):
        """Solutions that check cannot be had for every problem."""

        def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
            missing = "check" in (steps or ()) and problem.text.endswith("4 even?")
            return "" if missing else super().solution(problem, steps)

    run = small_run(tmp_path, domain=Gaps(), student=Pupil({"carry": 0.45}))
    run.freeze()
    carry = propose(run, Add(section="Method", text="Carry.", steps=("carry",)))
    check = propose(run, Add(section="Method", text="Check.", steps=("check",)))
    first = gate(run, carry, channel="weights")
    second = gate(run, check, number=2, channel="weights")
    assert first.incumbent_adapter != second.incumbent_adapter, "trained on what both arms solve"
    assert first.incumbent_attempts != second.incumbent_attempts
    for event in (first, second):
        asked = attempts_below(run, event.incumbent_attempts)
        assert event.pairs and {each.adapter for each in asked} == {event.incumbent_adapter}
