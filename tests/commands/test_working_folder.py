"""Relative paths of a run count from the folder where it began, wherever it is resumed."""

import shutil
from pathlib import Path

import pytest

from tutelage.graph.config.config import ConfigError
from tutelage.graph.planning.reopening import (
    WORKING_FOLDERS,
    keep_working_folder,
    open_recorded,
)
from tutelage.models.contract import ModelError
from tutelage.store import open_log

from .conftest import Said, at, write_desk
from .test_handoff import write_config


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A working folder in which a run waits for its teacher's answers; its domain is a file."""
    desk = tmp_path / "desk"
    desk.mkdir()
    write_desk(desk)
    write_config(desk, teacher="handoff:answers")
    fakes = Path(__file__).parents[1] / "graph" / "fakes.py"
    (desk / "problems.py").write_text(
        f"import sys\nsys.path.insert(0, {str(fakes.parents[2])!r})\n"
        "from tests.graph.fakes import Parity\n"
    )
    config = (desk / "hand.toml").read_text()
    (desk / "hand.toml").write_text(config.replace(f"{fakes}:", "problems.py:"))
    assert at(desk, "run", "hand.toml").code == 5
    return desk


def resume_from(folder: Path, desk: Path) -> Said:
    return at(folder, "--home", f"{desk}/.tutelage", "--runs", f"{desk}/runs", "resume", "hand")


def heads(desk: Path) -> list[str]:
    with open_log(desk / ".tutelage") as log:
        return [entry.hash for entry in log.entries()]


@pytest.mark.parametrize("same", ["problems.py", "pupil.json", "answers", "nothing"])
def test_in_another_folder_both_are_named_and_nothing_is_asked(
    desk: Path, tmp_path: Path, same: str
) -> None:
    other, before = tmp_path / "other", heads(desk)
    other.mkdir()
    if same != "nothing":
        (other / same).write_text("another one")
    said = resume_from(other, desk)
    assert said.code == 2 and f"is a path from {desk}, where run hand began" in said.err
    assert f"the working folder is {other}. `cd {desk}`" in said.err
    assert heads(desk) == before and not (other / "answers").is_dir()
    assert at(desk, "resume", "hand").code == 5


@pytest.mark.parametrize("named", ["student", "teacher"])
def test_each_model_is_told_by_its_own_name(desk: Path, tmp_path: Path, named: str) -> None:
    (tmp_path / "problems.py").symlink_to(desk / "problems.py")
    if named == "student":
        (tmp_path / "answers").symlink_to(desk / "answers")
    spec = {"student": "scripted:pupil.json", "teacher": "handoff:answers"}[named]
    said = resume_from(tmp_path, desk)
    assert said.code == 2 and f"{spec} is a path from {desk}" in said.err


def test_links_to_the_same_files_are_the_same(desk: Path, tmp_path: Path) -> None:
    for name in ("problems.py", "pupil.json", "answers"):
        (tmp_path / name).symlink_to(desk / name)
    assert resume_from(tmp_path, desk).code == 5


@pytest.mark.parametrize("move", [shutil.move, shutil.copytree])
def test_a_whole_folder_that_was_moved_or_copied_goes_on(
    desk: Path, tmp_path: Path, move: object
) -> None:
    assert callable(move)
    move(desk, tmp_path / "elsewhere" / "desk")
    assert at(tmp_path / "elsewhere" / "desk", "resume", "hand").code == 5


def test_a_run_of_before_that_kept_no_folder_goes_on_from_any(desk: Path) -> None:
    file = desk / ".tutelage" / WORKING_FOLDERS / "hand.txt"
    assert file.read_text() == "..\n"
    file.unlink()
    assert at(desk, "resume", "hand").code == 5
    assert not file.exists(), "nobody knows where it began"


@pytest.mark.parametrize("runs", ["./runs", "gone"])
def test_the_folder_is_known_wherever_the_store_is(desk: Path, runs: str) -> None:
    other, before = desk / "sub", heads(desk)
    other.mkdir()
    (other / "pupil.json").write_text("{}")
    for name in ("problems.py", "answers"):
        (other / name).symlink_to(desk / name)
    if runs == "gone":
        shutil.rmtree(desk / "runs")
    for _ in range(2):
        said = at(other, "--home", "../.tutelage", "resume", "hand")
        assert said.code == 2 and f"scripted:pupil.json is a path from {desk}" in said.err
    assert heads(desk) == before and at(desk, "resume", "hand").code == 5


@pytest.mark.parametrize("command", ["replay", "rejudge"])
def test_what_is_read_again_is_read_by_the_domain_of_then(desk: Path, command: str) -> None:
    other = desk / "sub"
    other.mkdir()
    (other / "problems.py").write_text("raise SystemExit(9)")
    said = at(other, "--home", "../.tutelage", command, "hand")
    assert said.code == 2 and "problems.py:Parity is a path from" in said.err
    assert at(desk, command, "hand").code == 0


def test_a_new_run_of_a_name_says_anew_where_it_begins(desk: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(desk, other, ignore=shutil.ignore_patterns("runs", "*.db*"))
    (other / ".tutelage" / "heads.json").unlink(missing_ok=True)
    (other / ".tutelage" / WORKING_FOLDERS / "hand.txt").write_text("elsewhere\n")
    assert at(other, "run", "hand.toml").code == 5
    assert (other / ".tutelage" / WORKING_FOLDERS / "hand.txt").read_text() == "..\n"


def test_absolute_paths_are_the_same_everywhere(tmp_path: Path) -> None:
    desk, other = tmp_path / "desk", tmp_path / "other"
    desk.mkdir()
    other.mkdir()
    write_desk(desk)
    write_config(desk, teacher=f"handoff:{desk}/answers", student=f"scripted:{desk}/pupil.json")
    assert at(desk, "run", "hand.toml").code == 5
    assert resume_from(other, desk).code == 5


def test_a_name_of_packaged_weights_is_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, began, here = tmp_path / "home", tmp_path / "began", tmp_path / "here"
    for folder in (home, began, here / "smollm2-135m"):
        folder.mkdir(parents=True)
    monkeypatch.chdir(began)
    keep_working_folder(home, "hand")
    monkeypatch.chdir(here)
    with pytest.raises(ConfigError, match="is a path from"):
        open_recorded("hf:smollm2-135m", home=home, run_id="hand")
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path / "empty"))
    with pytest.raises(ModelError, match="models fetch smollm2-135m"):
        open_recorded("llama:smollm2-135m", home=home, run_id="hand")
