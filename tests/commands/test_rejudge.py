"""`tutelage rejudge`: what today's judge changes in a recorded run, or one line that nothing is."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.commands.workspace import Workspace
from tutelage.domains import Problem, Verdict
from tutelage.graph.planning.opening import Overrides

from ..golden.test_golden import unpack
from ..graph.fakes import Parity
from ..graph.test_rejudge import Asking, Blind
from .conftest import Said, Type, at, contents


def rejudge_by(domain: object, place: Path, *words: str) -> Said:
    """Rejudge the finished run with another judge."""
    store = ["--home", str(place / "store"), "--runs", str(place / "runs")]
    parts = Workspace(overrides=Overrides(domain=domain))  # type: ignore[arg-type]  # a fake
    result = CliRunner().invoke(app, [*store, "rejudge", "small", *words], obj=parts)
    return Said(result.exit_code, result.stdout, result.stderr)


def test_a_run_without_a_change_says_so_in_one_line_with_the_counts(
    own: Path, type_words: Type
) -> None:
    before = contents(own)
    replies = type_words(own, "rejudge", "small", "--json").json["replies"]
    said = type_words(own, "rejudge", "small")
    assert said.code == 0, said.err
    (line,) = [it for it in said.out.splitlines() if not it.startswith(("0", "1", "2"))]
    assert line.startswith(f"No change: parity 1 reads all {replies} replies of small as before ")
    assert "(0 run again, 0 left out), and 0 of " in line
    assert contents(own) == before


def test_changes_stand_by_reason_by_arm_and_reply_by_reply(finished_run: Path) -> None:
    said = rejudge_by(Blind(), finished_run)
    assert said.code == 0, said.err
    for title in ("By reason", "By arm", "Gates that would not decide", "Arms of the attribution"):
        assert title in said.out
    reasons = said.out.split("By reason")[1].split("By arm")[0]
    assert "right" in reasons and "unparsed (slip)" in reasons
    assert said.out.count("  reply:  ") == 20
    assert " more; --all shows them." in said.out
    told = rejudge_by(Blind(), finished_run, "--json").json
    assert told["judge"] == "parity 2" and list(told["judged_before"]) == ["parity 1"]
    every = rejudge_by(Blind(), finished_run, "--all").out
    assert every.count("  reply:  ") == told["changed"] == len(told["changes"]) > 20
    assert sum(it["replies"] for it in told["reasons"]) == told["changed"]
    first = told["changes"][0]
    assert f"{first['slot']}  problem {first['problem']}" in every
    assert first["now"]["feedback"] == "There is a bracket in it." and "[carry]" in first["reply"]


def test_each_gate_is_told_with_both_decisions_and_gains(finished_run: Path) -> None:
    told = rejudge_by(Blind(), finished_run, "--json").json
    flipped = [it for it in told["gates"] if it["outcome"] == "changed"]
    assert flipped
    for gate in flipped:
        assert gate["before"]["decision"] != gate["now"]["decision"]
    lines = rejudge_by(Blind(), finished_run).out.splitlines()
    (row,) = [line for line in lines if flipped[0]["gate"] in line]
    assert flipped[0]["before"]["decision"] in row and flipped[0]["now"]["decision"] in row


def test_what_a_model_judges_is_left_out_by_only_read(finished_run: Path) -> None:
    whole = rejudge_by(Asking(), finished_run, "--json").json
    part = rejudge_by(Asking(), finished_run, "--only-read", "--json").json
    assert whole["run_again"] == part["left_out"] > 0
    assert part["replies"] + part["left_out"] == whole["replies"]
    assert f"{part['left_out']} left out" in rejudge_by(Asking(), finished_run, "--only-read").out


class Raising(Parity):
    """A judge that raises on each reply which shows the step of the best rule."""

    judge_version = 2

    def judge(self, problem: Problem, reply: str) -> Verdict:
        print("it judges")
        if "[carry]" in reply:
            raise ZeroDivisionError("no bracket can be judged")
        return super().judge(problem, reply)


def test_replies_on_which_the_judge_raises_are_counted_and_told(finished_run: Path) -> None:
    said = rejudge_by(Raising(), finished_run, "--json")
    assert said.code == 0, said.err
    assert "it judges" in said.err
    told, whole = said.json, rejudge_by(Blind(), finished_run, "--json").json
    assert told["changed"] == 0 and len(told["errors"]) > 20
    assert told["replies"] + len(told["errors"]) == whole["replies"]
    first = told["errors"][0]
    assert "no bracket" in first["raised"] and "[carry]" in first["reply"]
    assert "unknown" in {it["outcome"] for it in told["gates"]}
    lines = rejudge_by(Raising(), finished_run).out
    assert f"parity 2 raised an error on {len(told['errors'])} replies of small." in lines
    assert "No change" not in lines
    assert lines.count("  raised: ZeroDivisionError") == 20 and "more errors; --all" in lines


SCRIPT = [
    {"match": "Answer with|rooms", "reply": "**Answer:** yes", "times": 40},
    {"match": "", "reply": "Answer: NO"},
]


@pytest.fixture
def scheduling(tmp_path: Path) -> Path:
    """A finished run on scheduling, by the command line, whose student follows a script."""
    (tmp_path / "pupil.json").write_text(json.dumps({"replies": SCRIPT}))
    (tmp_path / "small.toml").write_text(
        """
name = "rooms"
teacher = "rulebook"
student = "scripted:pupil.json"
domain.name = "scheduling"
splits = { train = 60, val = 48, test = 10, ood = 4 }
loop = { cycles = 1, rounds = 1, candidates = 2, batch = 12, feedback = 4 }
train.examples = 10
"""
    )
    ran = at(tmp_path, "run", "small.toml")
    assert ran.code == 0, ran.err
    return tmp_path


def test_a_run_of_the_command_line_on_scheduling_changes_nothing(scheduling: Path) -> None:
    said = at(scheduling, "rejudge", "rooms")
    assert said.code == 0, said.err
    assert "No change: scheduling " in said.out
    assert at(scheduling, "replay", "rooms").code == 0


def test_the_quickstart_changes_nothing_on_its_tuned_arm(tmp_path: Path) -> None:
    home = unpack("quickstart-fast", tmp_path)
    store = ["--home", str(home / "store"), "--runs", str(home / "runs")]
    result = CliRunner().invoke(app, [*store, "rejudge", "quickstart-fast", "--json"])
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    arms = {it["arm"]: it for it in told["attribution"]}
    assert (arms["evaluate/test/tuned"]["changed"], arms["evaluate/test/tuned"]["replies"]) == (
        0,
        72,
    )
    assert {it["outcome"] for it in told["gates"]} == {"same"}
    assert len(told["changes"]) == told["changed"]


def test_an_unknown_run_is_refused_with_the_known_ones(
    finished_run: Path, type_words: Type
) -> None:
    said = type_words(finished_run, "rejudge", "absent")
    assert said.code == 1 and "No run 'absent'. Known runs: small." in said.err
