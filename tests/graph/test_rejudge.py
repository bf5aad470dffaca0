"""Today's judge reads a recorded run again: what changes, by arm, gate and reply."""

from dataclasses import replace
from pathlib import Path

import pytest

from tutelage import domains
from tutelage.domains.contract import Problem, Verdict
from tutelage.graph.calls.replay import RecordedModel
from tutelage.graph.context import Run
from tutelage.graph.measure import by_hand
from tutelage.graph.measure.rejudge import Rejudgement, rejudge
from tutelage.graph.planning.opening import recorded_config
from tutelage.graph.run import go
from tutelage.store.events import AttemptJudged, GateDecided
from tutelage.store.log import Log, open_log

from ..golden.test_golden import unpack
from .fakes import Parity
from .test_replay import TINY
from .world import small_run


class Blind(Parity):
    """A judge that cannot read a reply which shows the step of the best rule."""

    judge_version = 2

    def judge(self, problem: Problem, reply: str) -> Verdict:
        if "[carry]" in reply:
            return Verdict(0.0, "unparsed", "There is a bracket in it.", ("slip",))
        return super().judge(problem, reply)


class Contrary(Parity):
    """A judge to whom right is wrong and wrong is right."""

    judge_version = 3

    def judge(self, problem: Problem, reply: str) -> Verdict:
        verdict = super().judge(problem, reply)
        swapped = {"right": ("wrong", 0.0), "wrong": ("right", 1.0)}
        outcome, score = swapped.get(verdict.outcome, (verdict.outcome, verdict.score))
        return replace(verdict, outcome=outcome, score=score)  # type: ignore[arg-type]  # of two


class Asking(Parity):
    """A judge that asks a model about each YES."""

    def judge(self, problem: Problem, reply: str) -> Verdict:
        verdict = super().judge(problem, reply)
        asked = verdict.answer == "YES"
        return replace(verdict, judged_by="scripted:judge" if asked else "")


class Elsewhere(Parity):
    """Another domain, with problems that no run of parity has met."""

    name = "elsewhere"

    def problems(self, split: str, n: int, seed: int) -> list[Problem]:
        return [self._problem(900_000 + place) for place in range(n)]


def read_again(log: Log, run: str, domain: Parity, *, only_read: bool = False) -> Rejudgement:
    """Rejudge a run, and expect that nothing is written."""
    before = log.end()
    found = rejudge(log, run, recorded_config(log, run), domain, only_read=only_read)
    assert log.end() == before
    return found


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run in whose gates the best rule was accepted; never written to."""
    run = small_run(tmp_path_factory.mktemp("rejudge"), **TINY)
    assert go(run)
    return run


def accepted(run: Run) -> list[str]:
    return [it.slot for it in run.log.events(GateDecided) if it.decision == "accept"]


def test_the_same_judge_reads_all_as_before_and_every_gate_is_decided_as_it_was(run: Run) -> None:
    found = read_again(run.log, run.id, Parity())
    assert len(found.replies) == sum(1 for _ in run.log.events(AttemptJudged))
    assert found.changes == []
    assert found.gates and {it.outcome for it in found.gates} == {"same"}
    for it in found.gates:
        assert it.now is not None
        assert (it.now.gain, it.now.p) == pytest.approx((it.gate.gain, it.gate.p), abs=1e-9)
    assert (found.judge, dict(found.judges_before)) == (
        "parity 1",
        {"parity 1": len(found.replies)},
    )


def test_a_judge_that_reads_otherwise_changes_the_arms_that_it_reads_otherwise(run: Run) -> None:
    found = read_again(run.log, run.id, Blind())
    texts = {it.before.slot: run.log.text(it.before.reply_text) for it in found.replies}
    right = {it.before.slot for it in found.replies if it.before.outcome == "right"}
    wrong = {it.before.slot for it in found.replies if it.before.outcome == "wrong"}
    told = {it.before.slot for it in found.changes}
    assert told == {slot for slot in right | wrong if "[carry]" in texts[slot]}
    assert {it.now.outcome for it in found.changes} == {"unparsed"}
    arms = {it.arm: it for it in found.evaluation}
    assert arms["evaluate/test/base"].changed == 0
    tuned = arms["evaluate/test/tuned"]
    assert tuned.changed == tuned.replies == 20
    assert tuned.right_now == 0 < tuned.right_before
    assert tuned.accuracy_before == tuned.right_before / 20
    assert sum(it.changed for it in found.arms) == len(found.changes)


def test_a_gate_that_would_decide_otherwise_is_told_with_its_gain(run: Run) -> None:
    found = read_again(run.log, run.id, Blind())
    flipped = {it.gate.slot: it for it in found.gates if it.outcome == "changed"}
    assert accepted(run) and set(accepted(run)) <= set(flipped)
    for slot in accepted(run):
        now = flipped[slot].now
        assert now is not None and now.decision == "reject" and now.gain < 0


def test_a_gate_that_was_stopped_and_would_not_be_today_wants_replies_that_nobody_has(
    tmp_path: Path,
) -> None:
    with open_log(unpack("small", tmp_path) / "store") as log:
        found = read_again(log, "golden", Contrary())
        stopped = {it.slot for it in log.events(GateDecided, stream="golden") if it.saved}
    asking = {it.gate.slot for it in found.gates if it.outcome == "asks on"}
    assert asking and asking <= stopped
    assert all(it.now is None for it in found.gates if it.gate.slot in asking)


def test_what_a_model_judged_is_asked_again_or_left_out_and_counted(tmp_path: Path) -> None:
    run = small_run(tmp_path, domain=Asking(), **TINY)
    assert go(run)
    asked = sum(it.judged_by != "" for it in run.log.events(AttemptJudged))
    every = sum(1 for _ in run.log.events(AttemptJudged))
    whole = read_again(run.log, run.id, Asking())
    assert (whole.run_again, whole.left_out, len(whole.replies)) == (asked, 0, every)
    assert {it.outcome for it in whole.gates} == {"same"}
    part = read_again(run.log, run.id, Asking(), only_read=True)
    assert (part.run_again, part.left_out, len(part.replies)) == (0, asked, every - asked)
    assert {it.outcome for it in part.gates} == {"unknown"}, "a half of the block is no block"


class Calling(Parity):
    """A judge that now asks a model of which only the name is here."""

    def judge(self, problem: Problem, reply: str) -> Verdict:
        RecordedModel("scripted:judge").reply([])
        raise AssertionError("nobody answers")


def test_a_reply_that_needs_a_model_which_is_not_here_is_left_out(run: Run) -> None:
    found = read_again(run.log, run.id, Calling(), only_read=True)
    assert found.left_out == sum(1 for _ in run.log.events(AttemptJudged))


def test_replies_to_problems_of_another_domain_are_left_to_its_judge(tmp_path: Path) -> None:
    run = small_run(tmp_path, **TINY)
    assert go(run)
    before = read_again(run.log, run.id, Blind())
    version = run.strategies.get("parity@1")
    by_hand.evaluate_on(run, version, "", Elsewhere(), 5)
    found = read_again(run.log, run.id, Blind())
    assert found.other_domain == 10, "base with and without the words"
    assert len(found.changes) == len(before.changes)


def test_the_tuned_arm_of_the_quickstart_is_read_as_before(tmp_path: Path) -> None:
    home = unpack("quickstart-fast", tmp_path)
    with open_log(home / "store") as log:
        found = rejudge(
            log,
            "quickstart-fast",
            recorded_config(log, "quickstart-fast"),
            domains.get("scheduling", {}),
        )
    assert len(found.replies) == 556
    arms = {it.arm: it for it in found.evaluation}
    for name in ("test/tuned", "test/tuned+strategy", "ood/tuned", "ood/tuned+strategy"):
        assert arms[f"evaluate/{name}"].changed == 0
    assert arms["evaluate/test/tuned"].right_now == 58
    assert [it.outcome for it in found.gates] == ["same"]
