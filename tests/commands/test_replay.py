"""`tutelage replay`: the same hashes, or the first difference as a diff."""

from pathlib import Path

from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.commands.workspace import Workspace
from tutelage.domains import Problem, Verdict
from tutelage.graph.planning.opening import Overrides

from ..graph.fakes import Parity
from ..graph.test_replay import Raised, Reworded
from .conftest import Said, Type, at, contents


def replay_reworded(place: Path, *words: str) -> Said:
    """Replay the finished run under a domain that asks in other words."""
    return replay_by(Reworded(), place, *words)


def replay_by(domain: Parity, place: Path, *words: str) -> Said:
    """Replay the finished run under another domain."""
    store = ["--home", str(place / "store"), "--runs", str(place / "runs")]
    result = CliRunner().invoke(
        app,
        [*store, "replay", "small", *words],
        obj=Workspace(overrides=Overrides(domain=domain)),
    )
    return Said(result.exit_code, result.stdout, result.stderr)


def test_a_finished_run_is_made_again_and_nothing_is_written(own: Path, type_words: Type) -> None:
    before = contents(own)
    said = type_words(own, "replay", "small")
    assert said.code == 0, said.err
    heads = type_words(own, "log", "verify", "--json").json["heads"]
    (end,) = [head["hash"] for head in heads if head["stream"] == "small"]
    assert "small ends in the same hashes, without a model: " in said.out
    assert f"  {end}  the last event" in said.out
    assert "resume" not in said.out
    assert contents(own) == before


def test_json_counts_what_was_made_again_and_what_came_from_outside(
    finished_run: Path, type_words: Type
) -> None:
    told = type_words(finished_run, "replay", "small", "--json").json
    assert told["same"] and told["finished"] and told["difference"] is None
    assert told["made"] + sum(told["from_outside"].values()) == told["events"]
    assert set(told["from_outside"]) == {"CallCompleted", "RunStarted", "SplitFrozen"}
    assert told["recorded_verdicts"] == 0, "today's judge read them, and reads them again"
    assert list(told["versions"]) == [f"parity@{n}" for n in range(1, 1 + len(told["versions"]))]


def test_the_first_difference_is_a_diff_with_its_slot_and_exit_code_1(finished_run: Path) -> None:
    said = replay_reworded(finished_run)
    assert said.code == 1 and not said.err
    lines = said.out.splitlines()
    assert any(" differs after 6 of " in line for line in lines)
    assert any(line.startswith("CallIntended in 'baseline/probe/bare/") for line in lines)
    assert "-End with `Answer: YES` or `Answer: NO`." in lines
    assert "+Close with `Answer: YES` or `Answer: NO`." in lines
    told = replay_reworded(finished_run, "--json").json["difference"]
    assert [field["name"] for field in told["fields"]] == ["request", "system_text"]


def test_the_first_line_says_that_verdicts_of_another_judge_were_not_checked(
    finished_run: Path, type_words: Type
) -> None:
    said = replay_by(Raised(), finished_run)
    assert said.code == 0, said.err
    told = replay_by(Raised(), finished_run, "--json").json
    every = told["recorded_verdicts"]
    assert every == told["verdicts_of_other_judges"] > 0 == told["checked_verdicts"]
    (line,) = [it for it in said.out.splitlines() if "ends in the same hashes" in it]
    assert f"{every} of {every} verdicts were not checked" in line
    assert "another judge than today's, see `tutelage rejudge small`" in line
    same = type_words(finished_run, "replay", "small")
    assert "not checked" not in same.out


class Raising(Parity):
    """A judge that raises, and keeps its version."""

    judge_version = 1

    def judge(self, problem: Problem, reply: str) -> Verdict:
        raise ZeroDivisionError("nothing can be judged")


def test_a_judge_that_raises_is_told_with_the_reply_that_it_was_asked_about(
    finished_run: Path,
) -> None:
    said = replay_by(Raising(), finished_run, "--json")
    assert said.code == 1
    told = said.json["difference"]
    assert told["slot"].startswith("baseline/")
    assert "asked anew about the recorded reply to problem" in told["said"]
    assert "nothing can be judged" in told["said"]


def test_a_run_of_the_command_line_needs_its_student_no_more(desk: Path) -> None:
    ran = at(desk, "run", "small.toml")
    assert ran.code == 0, ran.err
    (desk / "pupil.json").unlink()
    again = at(desk, "replay", "small")
    assert again.code == 0, again.err
    assert "ends in the same hashes, without a model" in again.out


def test_an_unknown_run_is_refused_with_the_known_ones(
    finished_run: Path, type_words: Type
) -> None:
    said = type_words(finished_run, "replay", "absent")
    assert said.code == 1 and "No run 'absent'. Known runs: small." in said.err
