"""Where candidates come from, in a world in which every rule's effect is known."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tutelage.graph.config import RunConfig
from tutelage.graph.context import Run, Silent
from tutelage.graph.frontier import pool
from tutelage.graph.run import Parts, go, open_run
from tutelage.graph.search import drafts, edit_cap
from tutelage.graph.state import FIRST
from tutelage.graph.teacher import Situation
from tutelage.store.edits import Add, Deprecate, Edit
from tutelage.store.events import (
    AttemptJudged,
    FrontierScored,
    GateDecided,
    ProposalRefused,
    RoundOpened,
    StrategyPromoted,
    StrategyProposed,
)

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
    parts = Parts(domain=Sums(), teacher=teacher, student=Reader())
    return open_run(home / "store", home / "runs", settings, run_id=run_id, parts=parts)


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

    class Fragile(Silent):
        left = 4

        def stage(self, name: str, detail: str = "") -> None:
            self.left -= name == "validate"
            if self.left == 0:
                raise Death

    broken = sums(tmp_path / "broken", Blind(3), **shape)
    broken.watch = Fragile()
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


def test_drafts_follow_from_the_log_alone(blind: Run) -> None:
    opened = events(blind, RoundOpened)[-1]
    state = {**FIRST, "round": 4, "strategy": opened.strategy, "incumbent": opened.incumbent}
    assert list(drafts(blind, state)) == list(drafts(blind, state))  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_loop_ends_with_what_helps_and_nothing_else(tmp_path: Path) -> None:
    parts = Parts(domain=Sums(), teacher=Blind(1), student=Reader())
    run = open_run(tmp_path / "store", tmp_path / "runs", searching(1), parts=parts)
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
