"""Help that teaches, and quickly."""

import os
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from tutelage.commands.app import app


def commands() -> list[tuple[str, ...]]:
    """The words of every command and group."""

    def below(group: typer.Typer, words: tuple[str, ...]) -> list[tuple[str, ...]]:
        found = [words]
        for command in group.registered_commands:
            assert command.callback is not None
            name = command.name or command.callback.__name__.replace("_", "-")
            found.append((*words, name))
        for inner in group.registered_groups:
            assert inner.typer_instance is not None
            name = (inner.name,) if isinstance(inner.name, str) else ()
            found += below(inner.typer_instance, (*words, *name))
        return found

    return list(dict.fromkeys(below(app, ())))


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_says_what_it_does_and_shows_an_example(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    text = result.stdout
    assert "Examples:" in text
    assert f"$ {' '.join(('tutelage', *words))}" in text or not words
    about = text.split("Usage:")[1].splitlines()[1:4]
    assert any(len(line.split()) >= 3 for line in about), "a sentence below the usage"


def test_all_commands_of_the_plan_are_there() -> None:
    wanted = """run resume review runs show report plan gate transfer evaluate ask doctor
    strategy-list strategy-show strategy-diff strategy-log strategy-blame strategy-search
    strategy-promote strategy-rollback strategy-export strategy-import log-verify index-rebuild
    domains-list domains-check models-list models-check"""
    assert set(wanted.split()) <= {"-".join(words) for words in commands()}


def test_help_comes_at_once_and_loads_nothing_heavy() -> None:
    code = (
        "import sys, time\n"
        "from tutelage.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'torch', 'transformers', 'peft', 'chromadb', 'anthropic', 'langgraph', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)), time.process_time())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True
    )
    loaded, seconds = done.stdout.splitlines()[-1].rsplit(" ", 1)
    assert loaded == "[]"
    assert float(seconds) < 1.5


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
        (("domains", "check", "scheduling", "--options", '{"rooms": 1}'), 1, "cannot be built"),
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
