"""The stranger's test: whoever follows docs/domains.md, and nothing else, gets where it says."""

import contextlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.domains import check, get, names, nearby

PAGE = (Path(__file__).parents[2] / "docs" / "domains.md").read_text()


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with every file that the page shows, as it shows it."""
    shown = re.findall(r"<!-- example: (\S+) -->\n```\w+\n(.*?)```", PAGE, re.S)
    assert {name for name, _ in shown} == {
        "metres.jsonl",
        "unit_conversion.py",
        "units.toml",
        "pupil.json",
    }
    for name, text in shown:
        (tmp_path / name).write_text(text)
    return tmp_path


def run_command(desk: Path, command: str) -> Result:
    with contextlib.chdir(desk):
        return CliRunner().invoke(app, command.split(), env={"COLUMNS": "200"})


def test_a_new_domain_takes_one_file_of_under_sixty_lines_and_is_sound(desk: Path) -> None:
    assert len((desk / "unit_conversion.py").read_text().splitlines()) < 60
    report = check(get(f"{desk / 'unit_conversion.py'}:UnitConversion"))
    assert report.ok, report.as_text()
    assert not [found for found in report.findings if found.level == "note"], report.as_text()


def test_the_commands_of_the_page_check_list_and_run_it(desk: Path) -> None:
    block = PAGE.split("```console\n")[1].split("```")[0]
    commands = re.findall(r"\$ tutelage (.*)", block)
    assert [command.split()[0] for command in commands] == ["domains", "domains", "run"]
    checked, listed, run = (run_command(desk, command) for command in commands)
    assert checked.exit_code == 0 and checked.stdout.startswith("unit-conversion: sound")
    assert "unit_conversion.py:UnitConversion" in listed.stdout
    assert "metres.jsonl" in listed.stdout
    assert run.exit_code == 0, run.stderr
    name = tomllib.loads((desk / "units.toml").read_text())["name"]
    table = json.loads((desk / "runs" / name / "attribution.json").read_text())
    assert {row["split"] for row in table["rows"]} >= {"test"}


def test_the_file_of_questions_and_answers_is_read_as_the_page_says(desk: Path) -> None:
    domain = get(str(desk / "metres.jsonl"))
    assert domain.problems("ood", 1, 0)[0].answer == "1500"
    drawn: list[Any] = []
    for split in ("train", "val", "test"):
        for n in (3, 2, 1):
            with contextlib.suppress(ValueError):
                drawn += domain.problems(split, n, 0)  # type: ignore[arg-type]  # One of the three.
                break
    assert {problem.answer for problem in drawn} == {"3000", "40000", "1 km"}
    for problem in drawn:
        assert domain.judge(problem, domain.solution(problem) or "").outcome == "right"


def test_every_domain_of_ours_is_in_the_table_of_the_page() -> None:
    table = PAGE.split("## Questions")[0]
    missing = [name for name in names() if f"`{name}`" not in table and name != "reasoning-gym"]
    assert missing == []


def test_a_folder_is_read_and_nothing_in_it_is_run(tmp_path: Path) -> None:
    methods = "".join(f"    def {it}(self): ...\n" for it in ("problems", "judge", "solution"))
    (tmp_path / "one.py").write_text(f'"""About."""\nraise SystemExit\nclass One:\n{methods}')
    (tmp_path / "half.py").write_text("class Half:\n    def judge(self): ...\n")
    (tmp_path / "broken.py").write_text("class (")
    (tmp_path / ".hidden.py").write_text(f"class Hidden:\n{methods}")
    (tmp_path / "log.jsonl").write_text('{"level": "info"}\n')
    (tmp_path / "qa.jsonl").write_text('{"prompt": "?", "answer": "!"}\n')
    found = nearby(tmp_path)
    assert [one.spec for one in found] == ["one.py:One", "qa.jsonl"]
    assert found[0].about == "About."
