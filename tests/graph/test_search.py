"""Sources of candidates, in a world in which every rule's effect is known."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tutelage.evidence.effects import sign_test
from tutelage.graph.config.config import RunConfig
from tutelage.graph.context import Run, SilentProgress
from tutelage.graph.measure.candidates import Candidate, derive_candidates, removals_possible
from tutelage.graph.measure.frontier import pool
from tutelage.graph.measure.round_opening import edit_cap
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.graph.screening.admission import check
from tutelage.graph.state import FIRST
from tutelage.graph.teacher.contract import Situation, Unusable
from tutelage.store.edits import Add, Deprecate, Edit
from tutelage.store.events import (
    AttemptJudged,
    CreditMeasured,
    FrontierScored,
    GateDecided,
    ProposalRefused,
    RoundOpened,
    StrategyPromoted,
    StrategyProposed,
)
from tutelage.store.rules import EMPTY, Rule, Strategy

from .ideas import EFFECTS, HELPFUL, Blind, Reader, Sums, clean, searching
from .test_loop import events
from .world import small_run

TEXTS = tuple(EFFECTS)
SMALL = {
    "splits": {"train": 200, "val": 264, "test": 1, "ood": 0},
    "loop": {"cycles": 1, "rounds": 3, "candidates": 2, "batch": 24, "feedback": 1},
}


class Scripted(Blind):
    """Proposes what it is told to, candidate by candidate, and keeps what it was shown."""

    def __init__(self, *script: Sequence[str]) -> None:
        super().__init__(0)
        self._script = list(script)
        self.shown: list[Situation] = []

    def propose(self, ask: Any, situation: Situation) -> tuple[Edit, ...]:
        self.shown.append(situation)
        present = {rule.text: rule.id for rule in situation.strategy.rules}
        wanted = self._script.pop(0) if self._script else ()
        return tuple(
            Deprecate(rule=present[text]) if text in present else Add(section="Method", text=text)
            for text in wanted
        )


def sums(home: Path, teacher: Blind, run_id: str | None = None, **changes: Any) -> Run:
    settings: RunConfig = searching(1, **{**SMALL, **changes})
    parts = Overrides(domain=Sums(), teacher=teacher, student=Reader())
    return open_run(home / "store", home / "runs", settings, run_id=run_id, overrides=parts)


def texts(run: Run, strategy: str) -> set[str]:
    return {rule.text for rule in run.version(strategy).strategy.rules}


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A blind teacher's run over six rounds."""
    loop = {**SMALL["loop"], "rounds": 4}
    splits = {"train": 400, "val": 344, "test": 1, "ood": 0}
    run = sums(tmp_path_factory.mktemp("blind"), Blind(1), splits=splits, loop=loop)
    assert go(run)
    return run


def test_without_a_frontier_candidates_are_ever_smaller_edits_of_the_current_version(
    tmp_path: Path,
) -> None:
    teacher = Scripted(TEXTS[:1], TEXTS[3:8], TEXTS[1:2], TEXTS[5:8], TEXTS[3:5], TEXTS[6:9])
    loop = {**SMALL["loop"], "credit": False}
    run = sums(tmp_path, teacher, loop=loop, search={"frontier": 0})
    assert go(run)
    assert [situation.edits for situation in teacher.shown] == [4, 4, 3, 3, 1, 1]
    assert [len(p.edits) for p in events(run, StrategyProposed)] == [1, 4, 1, 3, 1, 1]
    for opened in events(run, RoundOpened):
        assert opened.strategy == opened.incumbent and opened.fronts == {}
    assert events(run, FrontierScored) == []
    gates = {gate.candidate: gate.incumbent for gate in events(run, GateDecided)}
    for proposed in events(run, StrategyProposed):
        assert proposed.origin == "teacher"
        assert proposed.parents == (gates[proposed.strategy],)


def test_parents_stand_on_the_frontier_and_candidates_face_the_current_version(blind: Run) -> None:
    current = blind.version(events(blind, RoundOpened)[0].incumbent).hash
    promoted = {p.slot.rsplit("/", 1)[0]: p.strategy for p in events(blind, StrategyPromoted)}
    chosen = set()
    for opened in events(blind, RoundOpened):
        assert opened.incumbent == current
        assert opened.strategy in (opened.fronts or {current: 1})
        chosen.add(opened.strategy == opened.incumbent)
        place = opened.slot.replace("open", "validate")
        gates = [g for g in events(blind, GateDecided) if g.slot.startswith(f"{place}/")]
        assert {gate.incumbent for gate in gates} <= {current}
        current = promoted.get(place, current)


def test_frontier_problems_are_in_no_gate_and_each_version_answers_them_once(blind: Run) -> None:
    aside = {problem.id for problem in blind.frontier_problems}
    assert not aside & {p for gate in events(blind, GateDecided) for p in gate.block}
    scored = events(blind, FrontierScored)
    assert len({event.strategy for event in scored}) == len(scored) > 1
    asked = blind.log.entries(stream=blind.id, prefix="frontier/", kinds=[AttemptJudged])
    assert sum(1 for _ in asked) == len(scored) * len(aside)


def test_rejected_versions_are_no_parents(blind: Run) -> None:
    rejected = {gate.candidate for gate in events(blind, GateDecided) if gate.decision == "reject"}
    assert rejected and not rejected & pool(blind).keys()
    assert blind.current().hash in pool(blind)


def test_a_run_that_lost_its_checkpoint_in_the_middle_tells_the_same_story(
    tmp_path: Path,
) -> None:
    shape = {
        "search": {"frontier": 24, "edits": 4},
        "loop": {**SMALL["loop"], "rounds": 2},
        "splits": {**SMALL["splits"], "val": 144},
    }
    whole = sums(tmp_path / "whole", Blind(3), **shape)
    assert go(whole)

    class Death(Exception):
        pass

    class Fragile(SilentProgress):
        left = 4

        def stage(self, name: str, detail: str = "") -> None:
            self.left -= name == "validate"
            if self.left == 0:
                raise Death

    broken = sums(tmp_path / "broken", Blind(3), **shape)
    broken.progress = Fragile()
    with pytest.raises(Death):
        go(broken)
    (broken.folder / "checkpoint.db").unlink()
    broken.log.close()
    again = sums(tmp_path / "broken", Blind(3), run_id=broken.id, **shape)
    assert go(again)
    told = [e.event.model_dump(mode="json") for e in again.log.entries()]
    assert told == [e.event.model_dump(mode="json") for e in whole.log.entries()]


@pytest.mark.parametrize(
    ("edits", "rounds", "caps"),
    [(4, 3, [4, 3, 1]), (4, 6, [4, 4, 3, 2, 1, 1]), (1, 3, [1, 1, 1]), (5, 1, [5])],
)
def test_the_edits_shrink_from_the_first_round_to_one_in_the_last(
    tmp_path: Path, edits: int, rounds: int, caps: list[int]
) -> None:
    loop = {**SMALL["loop"], "rounds": rounds}
    run = sums(tmp_path, Blind(0), loop=loop, search={"edits": edits})
    found = [edit_cap(run, {**FIRST, "round": number}) for number in range(1, rounds + 1)]
    assert found == caps
    run.log.close()


def test_what_is_idle_leaves_under_the_claim_that_nothing_is_lost(tmp_path: Path) -> None:
    bundle = (TEXTS[0], TEXTS[1], TEXTS[4])
    loop = {**SMALL["loop"], "batch": 48, "candidates": 1}
    splits = {"train": 400, "val": 384, "test": 1, "ood": 0}
    run = sums(tmp_path, Scripted(bundle), loop=loop, splits=splits, search={"frontier": 0})
    assert go(run)
    removal, *_ = [p for p in events(run, StrategyProposed) if p.origin == "ledger"]
    (edit,) = removal.edits
    assert isinstance(edit, Deprecate) and "Measured: " in edit.rationale
    assert texts(run, removal.strategy) == {TEXTS[0], TEXTS[1]}, "the harmful one leaves"
    (gate,) = [g for g in events(run, GateDecided) if g.candidate == removal.strategy]
    assert (gate.claim, gate.decision) == ("no worse", "accept")
    assert texts(run, run.current().hash) == {TEXTS[0], TEXTS[1]}
    assert gate.incumbent not in pool(run), "the longer version has had its day"


def test_two_versions_of_the_frontier_are_joined_once_with_both_as_parents(tmp_path: Path) -> None:
    # Both are tried against nothing; the second is as good, yet only one can be promoted.
    loop = {**SMALL["loop"], "rounds": 2}
    run = sums(tmp_path, Scripted((TEXTS[0], TEXTS[5]), (TEXTS[1], TEXTS[6])), loop=loop)
    assert go(run)
    merged = [p for p in events(run, StrategyProposed) if p.origin == "merge"]
    (joined,) = merged
    one, other = joined.parents
    assert run.current().hash == joined.strategy
    assert texts(run, joined.strategy) >= {TEXTS[0], TEXTS[1]}
    ids = {r.id for it in (one, other) for r in run.version(it).strategy.rules}
    assert {rule.id for rule in run.version(joined.strategy).strategy.rules} <= ids


def test_the_same_words_are_not_put_twice_to_the_test_they_failed(tmp_path: Path) -> None:
    bad = (TEXTS[3],)
    teacher = Scripted(bad, bad, bad)
    loop = {**SMALL["loop"], "rounds": 2}
    run = sums(tmp_path, teacher, loop=loop, search={"frontier": 0})
    assert go(run)
    refused = events(run, ProposalRefused)
    reasons = [event.reason for event in refused if event.edits]
    assert len(reasons) == 2 and "waits for its gate already" in reasons[0]
    assert "were rejected against sums@0 already" in reasons[1]
    (edit,) = refused[0].edits
    assert isinstance(edit, Add) and edit.text == TEXTS[3], "what was refused is kept"
    assert teacher.shown[2].refused == reasons[:1]
    assert teacher.shown[2].effects[0].decision == "reject"
    assert [len(situation.taken) for situation in teacher.shown[:3]] == [0, 1, 0]


def test_a_strategy_over_its_token_budget_is_refused(tmp_path: Path) -> None:
    loop = {**SMALL["loop"], "rounds": 1, "strategy_tokens": 20}
    splits = {**SMALL["splits"], "val": 40}
    teacher, search = Scripted(TEXTS[:4], TEXTS[:1]), {"edits": 4}
    run = sums(tmp_path, teacher, loop=loop, splits=splits, search=search)
    assert go(run)
    refused, *_ = events(run, ProposalRefused)
    assert "20 is the most" in refused.reason and len(refused.edits) == 4
    assert [texts(run, p.strategy) for p in events(run, StrategyProposed)] == [{TEXTS[0]}]


def test_derived_candidates_follow_from_the_log_alone(blind: Run) -> None:
    opened = events(blind, RoundOpened)[-1]
    state = {**FIRST, "round": 4, "strategy": opened.strategy, "incumbent": opened.incumbent}
    assert list(derive_candidates(blind, state)) == list(derive_candidates(blind, state))  # type: ignore[arg-type]


WIDE = {"train": 200, "val": 624, "test": 1, "ood": 0}
"""200 problems a round: identical replies rule a loss of 5 points out, where 24 do not."""
TIGHT = {"channel": "words", "margin": 0.05}


class Measured:
    """A second round whose current version has three rules, and what is written of them."""

    def __init__(self, home: Path, **changes: Any) -> None:
        settings = {"splits": WIDE, "gate": TIGHT, "search": {"frontier": 24}, **changes}
        self.run = sums(home, Blind(0), **settings)
        self.run.freeze()
        self.whole = Strategy(
            rules=tuple(
                Rule(id=name, section="Method", text=text)
                for name, text in zip("abc", TEXTS[:3], strict=True)
            )
        )
        self.propose(self.whole, "c1/r1/update_strategy/1")
        now = self.whole.hash
        self.run.log.record(
            RoundOpened(
                stream=self.run.id, slot="c1/r2/open", strategy=now, adapter="", incumbent=now
            )
        )

    def propose(self, strategy: Strategy, slot: str) -> None:
        self.run.log.record(
            StrategyProposed(
                stream=self.run.id,
                slot=slot,
                domain="sums",
                branch=self.run.branch,
                strategy=strategy.hash,
                rules=strategy.rules,
                parents=(EMPTY.hash,),
                edits=(),
            )
        )

    def credit(self, rule: str, n: int, wins: int, losses: int, spread: float) -> None:
        gain = (wins - losses) / n
        told = len(events(self.run, CreditMeasured))
        self.run.log.record(
            CreditMeasured(
                stream=self.run.id,
                slot=f"c1/r1/credit/{rule}/{told}",
                domain="sums",
                strategy=self.whole.hash,
                rule=rule,
                adapter="",
                problems=(f"p{told}",),
                n=n,
                wins=wins,
                losses=losses,
                gain=gain,
                low=gain - spread,
                high=gain + spread,
                p=sign_test(wins, losses),
            )
        )

    def gate(self, incumbent: Strategy, candidate: Strategy, slot: str, **said: Any) -> None:
        self.run.log.record(
            GateDecided(
                stream=self.run.id,
                slot=slot,
                domain="sums",
                candidate=candidate.hash,
                incumbent=incumbent.hash,
                channel="words",
                **{"pairs": 200, "reason": "Told.", **said},
            )
        )

    def candidates(self) -> list[Candidate]:
        now = self.whole.hash
        state = {**FIRST, "round": 2, "strategy": now, "incumbent": now}
        return list(derive_candidates(self.run, state))  # type: ignore[arg-type]

    def left_out(self) -> list[str]:
        """The rule that each draft takes away: one."""
        found = []
        for derived in self.candidates():
            (edit,) = derived.edits
            assert isinstance(edit, Deprecate) and len(derived.strategy.rules) == 2
            found.append(edit.rule)
        return found


def test_rules_that_are_idle_leave_one_at_a_time_and_the_worst_is_tried_first(
    tmp_path: Path,
) -> None:
    world = Measured(tmp_path)
    world.credit("a", 100, 1, 1, 0.04)
    world.credit("b", 100, 0, 2, 0.04)
    world.credit("c", 100, 40, 0, 0.1)
    assert world.left_out() == ["b", "a"]


def test_eight_pairs_that_could_hide_anything_call_no_rule_idle(tmp_path: Path) -> None:
    world = Measured(tmp_path)
    world.credit("a", 8, 0, 0, 0.32)
    assert world.candidates() == []


def test_nothing_is_put_up_that_so_small_a_block_could_never_let_go(tmp_path: Path) -> None:
    world = Measured(tmp_path, splits={**WIDE, "val": 144})
    assert not removals_possible(world.run.config)
    world.credit("a", 100, 0, 0, 0.04)
    world.credit("b", 100, 0, 6, 0.05)
    assert world.left_out() == [], "harm of six points wins too few of 40 pairs"
    world.credit("c", 100, 5, 40, 0.1)
    assert world.left_out() == ["c"], "clear harm may still be shown to be no loss"


def test_removals_are_possible_where_credit_and_the_block_allow_them(tmp_path: Path) -> None:
    config = Measured(tmp_path).run.config
    assert removals_possible(config)
    blind = config.loop.model_copy(update={"credit": False})
    assert not removals_possible(config.model_copy(update={"loop": blind}))
    weights = config.gate.model_copy(update={"channel": "weights"})
    assert not removals_possible(config.model_copy(update={"gate": weights}))


def test_a_gate_that_accepted_the_rule_alone_outweighs_credit_that_is_merely_flat(
    tmp_path: Path,
) -> None:
    world = Measured(tmp_path)
    before = Strategy(rules=world.whole.rules[1:])
    world.propose(before, "c1/r1/update_strategy/2")
    world.credit("a", 100, 0, 0, 0.04)
    assert world.left_out() == ["a"]
    world.gate(before, world.whole, "c1/r1/validate/1/gate", decision="accept", low=0.02)
    assert world.left_out() == []
    world.gate(before, world.whole, "c1/r1/validate/2/gate", decision="accept", low=0.2)
    assert world.left_out() == ["a"], "credit says that it is worth less than the gate found"


def test_an_undecided_removal_waits_for_new_credit_and_the_next_rule_is_tried(
    tmp_path: Path,
) -> None:
    world = Measured(tmp_path)
    world.credit("a", 100, 0, 1, 0.04)
    world.credit("b", 100, 0, 0, 0.04)
    first, second = world.candidates()
    world.propose(first.strategy, "c1/r1/update_strategy/2")
    lost: dict[str, Any] = {"claim": "no worse", "decision": "indecisive"}

    def admit(derived: Candidate) -> None:
        check(world.run, world.whole, world.whole, derived.strategy, derived.edits)

    world.gate(world.whole, first.strategy, "c1/r1/validate/2/gate", **lost, pairs=80, missing=120)
    admit(first)  # Lost replies decided nothing.
    world.gate(world.whole, first.strategy, "c1/r1/validate/3/gate", **lost)
    with pytest.raises(Unusable, match="left undecided against"):
        admit(first)
    admit(second)
    world.credit("b", 100, 0, 0, 0.04)
    with pytest.raises(Unusable, match="left undecided against"):
        admit(first)
    world.credit("a", 100, 0, 1, 0.04)
    admit(first)


def test_a_single_place_is_the_teachers_at_least_every_other_round(tmp_path: Path) -> None:
    bundle = (TEXTS[0], TEXTS[1], *TEXTS[5:8])
    loop = {**SMALL["loop"], "batch": 48, "candidates": 1, "rounds": 5}
    splits = {"train": 400, "val": 500, "test": 1, "ood": 0}
    search = {"frontier": 0, "edits": 5}
    run = sums(tmp_path, Scripted(bundle), loop=loop, splits=splits, search=search)
    assert go(run)
    removed = {
        int(p.slot.split("/")[1][1:]) for p in events(run, StrategyProposed) if p.origin == "ledger"
    }
    assert removed and not removed & {number + 1 for number in removed}
    asked = {
        int(p.slot.split("/")[1][1:])
        for p in events(run, ProposalRefused)
        if p.slot.split("/")[-1].isdigit()
    }
    assert asked == {2, 3, 4, 5} - removed


@pytest.mark.slow
def test_the_loop_ends_with_what_helps_and_nothing_else(tmp_path: Path) -> None:
    parts = Overrides(domain=Sums(), teacher=Blind(1), student=Reader())
    run = open_run(tmp_path / "store", tmp_path / "runs", searching(1), overrides=parts)
    assert go(run)
    assert texts(run, run.current().hash) == HELPFUL
    assert clean(run.current().strategy)


@pytest.mark.slow
def test_in_the_weights_channel_versions_are_scored_with_what_gates_trained(
    tmp_path: Path,
) -> None:
    run = small_run(tmp_path, search={"frontier": 24})
    assert go(run)
    gates = events(run, GateDecided)
    trained = {gate.candidate_adapter for gate in gates} | {g.incumbent_adapter for g in gates}
    scored = events(run, FrontierScored)
    assert len(scored) > 1 and {event.adapter for event in scored} <= trained - {""}
    replies = run.log.entries(stream=run.id, prefix="frontier/", kinds=[AttemptJudged])
    assert {e.event.strategy for e in replies if isinstance(e.event, AttemptJudged)} == {""}
