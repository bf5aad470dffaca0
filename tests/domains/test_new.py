"""`domains new` writes a file that is a sound domain as it stands, and never over another one."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.domains import check, get

PROGRAM = CliRunner()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_draft_is_sound_without_a_note_and_its_rules_are_of_use(here: Path) -> None:
    done = PROGRAM.invoke(app, ["domains", "new", "unit-conversion"])
    assert done.exit_code == 0, done.output
    domain = get("unit_conversion.py:UnitConversion")
    assert domain.name == "unit-conversion"
    report = check(domain, 100)
    assert report.ok, report.as_text()
    assert not [found for found in report.findings if found.level == "note"], report.as_text()
    assert len(domain.guide.step_kinds) == 2
    assert {"sum", "carry", "care"} == {rule.name for rule in domain.guide.rules}


def test_what_to_do_next_works_when_it_is_done(here: Path) -> None:
    done = PROGRAM.invoke(app, ["domains", "new", "Meals", "--folder", "."])
    (command,) = re.findall(r"tutelage (domains check \S+)", done.output)
    checked = PROGRAM.invoke(app, [*command.split(), "--n", "20"])
    assert checked.exit_code == 0 and checked.output.startswith("meals: sound"), checked.output


def test_a_failure_mode_of_the_draft_names_the_slip(here: Path) -> None:
    PROGRAM.invoke(app, ["domains", "new", "meals"])
    domain = get("meals.py:Meals")
    late = next(p for p in domain.problems("train", 60, 0) if p.topic == "past the hour")
    hour, minute = map(int, late.answer.split(":"))
    lost = domain.judge(late, f"Answer: {hour - late.difficulty + 1:02d}:{minute:02d}")
    assert lost.failure_modes == ("no_carry",)
    assert domain.judge(late, "Answer: 23:59").failure_modes == ("wrong_time",)
    assert domain.judge(late, "Soon.").failure_modes == ("no_answer",)


def test_a_file_that_is_there_is_not_touched(here: Path) -> None:
    (here / "meals.py").write_text("mine")
    done = PROGRAM.invoke(app, ["domains", "new", "meals"])
    assert done.exit_code == 1
    assert (here / "meals.py").read_text() == "mine"


@pytest.mark.parametrize("name", ["9lives", "../x", "a b/c", "class", "", "scheduling", "x.py"])
def test_a_name_that_cannot_be_one_is_refused_and_nothing_is_written(here: Path, name: str) -> None:
    done = PROGRAM.invoke(app, ["domains", "new", name])
    assert done.exit_code == 2
    assert list(here.iterdir()) == []
