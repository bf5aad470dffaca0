"""A run that goes on under another judge compares nothing that two judges read."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tutelage.store.events import AttemptJudged, AttemptReread, GateDecided, RunFinished
from tutelage.store.log import open_log
from tutelage.store.readings import attempts_below
from tutelage.store.slots import inside

ROOT = Path(__file__).parents[2]
KILLED = {"judge": 1, "says": 1, "kind": "AttemptJudged", "dies": 8}
"""All 96 replies of the incumbent are judged, by 16, and one batch of the candidate's."""
NEWER = {"judge": 2, "says": 2}


class Told(NamedTuple):
    """What a run left in its store."""

    gate: GateDecided
    arms: tuple[list[AttemptJudged], list[AttemptJudged]]
    """Of the candidate and the incumbent, as they were read at last."""
    first: tuple[AttemptJudged, ...]
    """All attempts as they were recorded."""
    again: tuple[AttemptReread, ...]
    events: frozenset[str]


def live(home: Path, *lives: dict[str, Any]) -> Told:
    """Live the lives of `two_judges`, the last one to the run's end."""
    words = map(json.dumps, lives)
    done = subprocess.run(
        [sys.executable, "-m", "tests.graph.two_judges", str(home), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with open_log(home / "store") as log:
        assert log.verify().ok
        (end,) = log.events(RunFinished)
        (gate,) = log.events(GateDecided, stream=end.stream)
        arms = [
            list(attempts_below(log, end.stream, inside(prefix)))
            for prefix in (gate.candidate_attempts, gate.incumbent_attempts)
        ]
        return Told(
            gate,
            (arms[0], arms[1]),
            tuple(log.events(AttemptJudged)),
            tuple(log.events(AttemptReread)),
            frozenset(str(entry.event) for entry in log.entries()),
        )


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Killed in the middle of its gate under the old judge, resumed under the new one."""
    return live(tmp_path_factory.mktemp("resumed"), KILLED, NEWER)


def judges(attempts: list[AttemptJudged] | tuple[AttemptJudged, ...]) -> set[str]:
    return {it.judge for it in attempts}


def test_a_gate_killed_under_the_old_judge_decides_on_readings_of_the_new_one(
    resumed: Told,
) -> None:
    for arm in resumed.arms:
        assert len(arm) == 96 and judges(arm) == {"parity 2"}
    raw = {it.slot: it for it in resumed.first}
    before = [{raw[it.slot].judge for it in arm} for arm in resumed.arms]
    assert before == [{"parity 1", "parity 2"}, {"parity 1"}], "killed in the candidate's arm"


def test_it_decides_as_a_run_that_the_new_judge_read_from_the_beginning(
    resumed: Told, tmp_path: Path
) -> None:
    whole = live(tmp_path, NEWER)
    assert resumed.gate == whole.gate
    assert whole.gate.decision != "accept" and whole.gate.candidate_unparsed == 0
    assert not whole.again, "one judge reads nothing again"


def test_a_gate_of_mixed_readings_would_have_decided_otherwise(tmp_path: Path) -> None:
    """The same kill, and a new judge that passes for the old one: nobody raised its version."""
    mixed = live(tmp_path, KILLED, {"judge": 2, "says": 1})
    assert mixed.gate.decision == "accept" and not mixed.again
    candidate, incumbent = ([it.outcome == "unparsed" for it in arm] for arm in mixed.arms)
    assert sum(candidate) < sum(incumbent) / 2, "what it accepts is the judges' difference"


def test_nothing_is_rewritten_and_each_reply_is_read_again_once(resumed: Told) -> None:
    old = {it.slot for it in resumed.first if it.judge == "parity 1"}
    again = [it.attempt for it in resumed.again]
    assert len(again) == len(set(again)) and set(again) <= old
    assert {it.judge for it in resumed.again} == {"parity 2"}
    assert any(it.outcome == "unparsed" for it in resumed.first if it.slot in set(again))


def test_a_kill_between_two_readings_costs_nothing_and_changes_nothing(
    resumed: Told, tmp_path: Path
) -> None:
    twice = live(tmp_path, KILLED, {**NEWER, "kind": "AttemptReread", "dies": 2}, NEWER)
    assert twice.events == resumed.events
