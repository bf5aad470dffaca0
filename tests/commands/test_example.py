"""Examples travel with the package, can be written once, and say what they need."""

import contextlib
import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.graph.config.config import load_config

EXAMPLES = Path(__file__).parents[2] / "examples"
CONFIGS = sorted(EXAMPLES.glob("*.toml"))
WITHOUT_KEYS = {"ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": "", "OPENAI_API_KEY": ""}


def type_in(place: Path, *words: str) -> tuple[int, str]:
    with contextlib.chdir(place):
        result = CliRunner().invoke(app, ["example", *words], env=WITHOUT_KEYS)
    return result.exit_code, result.output


def test_all_that_lie_in_the_folder_are_listed_with_their_first_comment(tmp_path: Path) -> None:
    code, out = type_in(tmp_path, "--json")
    listed = {row["name"]: row for row in json.loads(out)}
    assert code == 0 and set(listed) == {file.stem for file in EXAMPLES.iterdir()}
    for file in CONFIGS:
        assert file.read_text().startswith(f"# {listed[file.stem]['about']}\n")
    assert "export ANTHROPIC_API_KEY=..." in listed["claude"]["needs"]
    assert "export OPENAI_API_KEY=..." in listed["openai"]["needs"]
    assert type_in(tmp_path)[0] == 0 and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.stem)
def test_each_config_is_sound_and_named_like_its_file(file: Path) -> None:
    assert load_config(file).name == file.stem


def test_one_is_written_as_it_is_and_never_over_another(tmp_path: Path) -> None:
    code, said = type_in(tmp_path, "quickstart-fast")
    written = tmp_path / "quickstart-fast.toml"
    assert code == 0 and written.read_bytes() == (EXAMPLES / written.name).read_bytes()
    assert said.endswith(
        "  tutelage plan quickstart-fast.toml\n  tutelage run quickstart-fast.toml\n"
    )

    written.write_text("mine")
    code, said = type_in(tmp_path, "quickstart-fast.toml")
    assert code == 1 and "stays as it is" in said and written.read_text() == "mine"


def test_weights_that_lack_are_asked_for_by_the_command_that_fetches_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "fetch" not in type_in(tmp_path, "general")[1]
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path / "empty"))
    said = type_in(tmp_path, "maths")[1]
    assert "first:\n  tutelage models fetch smollm2-135m\nThen:\n" in said


def test_one_is_shown_without_a_trace(tmp_path: Path) -> None:
    code, said = type_in(tmp_path, "claude", "--print")
    assert code == 0 and tomllib.loads(said)["name"] == "claude"
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_name_is_told_which_there_are(tmp_path: Path) -> None:
    code, said = type_in(tmp_path, "../quickstart")
    assert code == 2 and "There are: claude, " in said
