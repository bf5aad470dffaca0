"""Help that teaches, and quickly."""

import keyword
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import COMMANDS, app, load_command

COMMANDS_FOLDER = Path(__file__).parents[2] / "commands"
WORDS = [word for words in COMMANDS.values() for word in words]


def commands() -> list[tuple[str, ...]]:
    """The words of every command and group."""
    found: list[tuple[str, ...]] = [()]
    for word in WORDS:
        found += [
            (word,),
            *((word, inner) for inner in getattr(load_command(word), "commands", ())),
        ]
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_says_what_it_does_and_shows_an_example(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    text = result.stdout
    assert "Examples:" in text
    assert f"$ {' '.join(('tutelage', *words))}" in text or not words
    about = text.split("Usage:")[1].splitlines()[1:4]
    assert any(len(line.split()) >= 3 for line in about), "a sentence below the usage"


def test_the_home_may_be_any_keepers() -> None:
    said = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout
    assert "KEEPER:PLACE" in next(line for line in said.splitlines() if "--home" in line)


def test_all_commands_of_the_plan_are_there() -> None:
    wanted = """run resume review runs show report plan gate transfer evaluate ask doctor
    strategy-list strategy-show strategy-diff strategy-log strategy-blame strategy-search
    strategy-promote strategy-rollback strategy-export strategy-import log-verify index-rebuild
    domains-list domains-check models-list models-check"""
    assert set(wanted.split()) <= {"-".join(words) for words in commands()}


@pytest.mark.parametrize("words", [it for it in commands() if it], ids=" ".join)
def test_every_command_stands_in_the_file_of_its_name(words: tuple[str, ...]) -> None:
    command = load_command(words[0])
    place = COMMANDS_FOLDER / words[0]
    if not place.is_dir():
        assert place.with_suffix(".py").is_file(), "one file for each command word"
    elif len(words) == 2:
        callback = command.commands[words[1]].callback
        file = f"{words[1]}_" if keyword.iskeyword(words[1]) else words[1]
        assert callback.__module__ == f"tutelage.commands.{words[0]}.{file}"


def test_the_folder_holds_one_entry_for_each_word_and_what_they_share() -> None:
    shared = {"__init__", "app", "errors", "output", "progress", "workspace"}
    entries = {path.stem for path in COMMANDS_FOLDER.iterdir() if path.name != "__pycache__"}
    assert entries == shared | set(WORDS)


def test_help_lists_each_command_with_the_first_sentence_of_its_own_help() -> None:
    listed = {word: about for words in COMMANDS.values() for word, about in words.items()}
    for word in WORDS:
        paragraph = load_command(word).help.split("\n\n")[0]
        assert listed[word] == " ".join(paragraph.split())


def test_help_comes_at_once_and_loads_nothing_heavy() -> None:
    loop = "import time, tutelage.graph.run; print(time.process_time())"
    code = (
        "import sys, time\n"
        "from tutelage.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'torch', 'transformers', 'peft', 'chromadb', 'anthropic', 'langgraph', 'scipy',\n"
        "         'sqlalchemy', 'pydantic', 'tutelage.store', 'tutelage.graph'}\n"
        "print(sorted(heavy & set(sys.modules)), time.process_time())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True
    )
    loaded, seconds = done.stdout.splitlines()[-1].rsplit(" ", 1)
    assert loaded == "[]"
    needed = subprocess.run([sys.executable, "-c", loop], capture_output=True, check=True).stdout
    assert float(seconds) < 0.5 * float(needed), "less than half of what loading the loop costs"


def test_a_wrong_word_is_a_usage_error_that_names_the_right_one() -> None:
    result = CliRunner().invoke(app, ["strategie"])
    assert result.exit_code == 2 and "strategy" in result.stderr


def test_the_doctor_tells_that_a_key_is_there_and_never_the_key() -> None:
    secret = "sk-ant-very-secret"
    result = CliRunner().invoke(
        app, ["doctor", "--quick", "--json"], env={"ANTHROPIC_API_KEY": secret}
    )
    assert '"ANTHROPIC_API_KEY"' in result.stdout and "set (never shown)" in result.stdout
    assert secret not in result.stdout + result.stderr
    assert "cores" in result.stdout and "file system" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "wanted"),
    [
        (("domains", "check", "schedulling"), 2, "Did you mean 'scheduling'?"),
        (("domains", "check", "gym:nothing"), 2, "no family 'nothing'"),
        (("domains", "check", "scheduling", "--options", "["), 2, "--options is no JSON"),
        (("domains", "check", "scheduling", "--options", '{"rooms": 1}'), 1, "no option 'rooms'"),
        (("models", "check", "gpt"), 1, "No model is called 'gpt'"),
    ],
)
def test_a_domain_or_model_that_cannot_be_had_is_answered_without_a_traceback(
    words: tuple[str, ...], code: int, wanted: str
) -> None:
    result = CliRunner().invoke(app, list(words))
    assert (result.exit_code, wanted in result.stdout + result.stderr) == (code, True)


def test_python_dash_m_is_the_same_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tutelage", "--version"],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    assert done.stdout.strip().count(".") == 2
