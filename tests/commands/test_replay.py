"""`tutelage replay`: the same hashes, or the first difference as a diff."""

from pathlib import Path

from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.commands.workspace import Workspace
from tutelage.graph.planning.opening import Overrides

from ..graph.test_replay import Reworded
from .conftest import Said, Type, at, contents


def replay_reworded(place: Path, *words: str) -> Said:
    """Replay the finished run under a domain that asks in other words."""
    store = ["--home", str(place / "store"), "--runs", str(place / "runs")]
    result = CliRunner().invoke(
        app,
        [*store, "replay", "small", *words],
        obj=Workspace(overrides=Overrides(domain=Reworded())),
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
