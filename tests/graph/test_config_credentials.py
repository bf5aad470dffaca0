"""Credentials in a config: refused before anything is recorded, and never repeated."""

import json
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.graph import transfer_knowledge
from tutelage.graph.config.config import ConfigError, RunConfig, parse_config
from tutelage.graph.config.credentials import config_credentials, credential_faults, public_config
from tutelage.graph.config.sections import DomainConfig
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.models.credentials import REMOVED

from .fakes import Coach, Parity, Pupil
from .world import CARRY_HELPS, config

SECRET = "p4ssw0rd-Zebra"
SPEC = f"messages:http://user:{SECRET}@127.0.0.1:9#m"

PLACES: dict[str, dict[str, Any]] = {
    "teacher": {"teacher": SPEC},
    "student": {"student": SPEC},
    "validators": {"validators": ["smollm2-135m", SPEC]},
    "reviewer": {"reviewer": SPEC},
    "domain.name": {"domain": {"name": f"jsonl:http://user:{SECRET}@host/a.jsonl"}},
    "domain.options.judge_model": {"domain": {"name": "d", "options": {"judge_model": SPEC}}},
    "domain.options.password": {"domain": {"name": "d", "options": {"password": SECRET}}},
    "domain.options.db.api_key": {"domain": {"name": "d", "options": {"db": {"api_key": SECRET}}}},
    "domain.options.logins.token": {
        "domain": {"name": "d", "options": {"logins": [{"token": SECRET}]}}
    },
    "domain.options.secret": {"domain": {"name": "d", "options": {"secret": ["", SECRET]}}},
    "domain.options.passwords.of.db": {
        "domain": {"name": "d", "options": {"passwords": {"of": {"db": SECRET}}}}
    },
    "domain.options.credentials.v": {
        "domain": {"name": "d", "options": {"credentials": [{"v": SECRET}]}}
    },
    "domain.options.auth": {"domain": {"name": "d", "options": {"auth": ["user", SECRET]}}},
    "domain.options.headers": {
        "domain": {"name": "d", "options": {"headers": [f"Authorization: Bearer {SECRET}"]}}
    },
    "domain.options.command": {
        "domain": {"name": "d", "options": {"command": ["--api-key", SECRET]}}
    },
    "domain.options.dsn": {
        "domain": {"name": "d", "options": {"dsn": f"host=db user=u password={SECRET}"}}
    },
    "a name in domain.options": {
        "domain": {"name": "d", "options": {f"http://user:{SECRET}@host": 1}}
    },
}


@pytest.mark.parametrize("place", PLACES)
def test_a_config_with_a_credential_is_refused_and_not_repeated(place: str) -> None:
    data = config().model_dump() | PLACES[place]
    with pytest.raises(ConfigError, match=rf"{place} holds .*MESSAGES_API_KEY") as refused:
        parse_config(data)
    with pytest.raises(ValidationError) as direct:
        RunConfig(**data)
    for error in (refused.value, direct.value):
        assert SECRET not in "".join(traceback.format_exception(error)) + repr(error)
    assert parse_config(data, recorded=True).name == "small", "an old run goes on"


BY_TYPE = {
    "a number": 98761234,
    "a fraction": 98761234.5,
    "a date": date(1999, 1, 1),
    "a list": ["", [98761234]],
    "a table": {"n": {"m": 98761234}},
}


@pytest.mark.parametrize("kind", BY_TYPE)
def test_a_password_of_any_type_is_refused_and_not_shown_of_an_old_run(kind: str) -> None:
    options = {"password": BY_TYPE[kind], "tokens": 300, "secrets": 3}
    data = config().model_dump() | {"domain": {"name": "d", "options": options}}
    with pytest.raises(ConfigError, match=r"options\.password.* holds a credential") as refused:
        parse_config(data)
    shown = public_config(data)["domain"]["options"]
    for said in (str(refused.value), repr(shown["password"])):
        assert "98761234" not in said and "1999" not in said
    assert shown["tokens"] == 300 and shown["secrets"] == 3
    assert any(it.startswith(("98761234", "1999")) for it in config_credentials(data))


REPEATED: dict[str, dict[str, Any]] = {
    "the name of a setting": {f"http://user:{SECRET}@host": 1},
    "the name of a section's setting": {"loop": {f"http://user:{SECRET}@host": 1}},
    "train.method": {"train": {"method": f"http://user:{SECRET}@host"}},
    "gate.rule": {"gate": {"rule": f"http://user:{SECRET}@host"}},
    "gate.rule in a text": {"gate": {"rule": f"password={SECRET}"}},
    "an unknown setting": {"password": SECRET},
}


@pytest.mark.parametrize("place", REPEATED)
def test_what_is_refused_for_another_reason_is_not_repeated_either(place: str) -> None:
    data = config().model_dump() | REPEATED[place]
    with pytest.raises(ConfigError, match="holds a") as refused:
        parse_config(data)
    with pytest.raises(ValidationError) as direct:
        RunConfig(**data)
    assert SECRET not in f"{refused.value} {direct.value}"


def test_a_section_from_python_is_read_as_well() -> None:
    domain = DomainConfig(name="d", options={"password": SECRET})
    with pytest.raises(ValidationError, match=r"domain\.options\.password holds") as refused:
        RunConfig(**(config().model_dump() | {"domain": domain}))
    assert SECRET not in str(refused.value)


HONEST = {
    "max_tokens": 300, "tokens": 300, "token_limit": 10, "stop_token": "<|im_end|>",
    "stop_tokens": ["</s>", "END"], "password_rules": ["a digit", "a sign"], "passwords": 12,
    "author": "somebody2025x", "authority": "iso-639-2-2024", "passes": 3, "pass_rate": 0.5,
    "compass": "north", "sort_key": "name", "primary_key": "id2024-01-01x",
    "key": "C# minor 12 of 24",
    "answer_key": ["A1B2C3D4E5F6G7"], "api_key": "OPENAI_API_KEY", "auth": True, "secret": "",
    "url": "https://host/v1?session=2024&code=3", "args": ["--tokens", "300", "--fast"],
    "task": "Choose a password: at least eight characters, then say why.",
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_option_is_taken_and_shown_as_it_is(name: str) -> None:
    options = {name: HONEST[name]}
    taken = parse_config(config().model_dump() | {"domain": {"name": "d", "options": options}})
    assert taken.domain.options == options and public_config(options) == options


def test_another_fault_beside_it_repeats_nothing_either() -> None:
    data = config().model_dump() | {"teacher": SPEC, "validators": (SPEC, SPEC), "seed": SECRET}
    with pytest.raises(ConfigError) as refused:
        parse_config(data)
    with pytest.raises(ValidationError) as direct:
        RunConfig(**data)
    assert SECRET not in f"{refused.value} {direct.value}"


def test_a_secret_of_the_environment_is_refused_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", SECRET)
    plain = {"domain": {"name": "parity", "options": {"motto": {"says": f"so {SECRET}"}}}}
    with pytest.raises(ConfigError, match=r"options\.motto\.says holds a secret of the env") as it:
        open_run(
            tmp_path / "store",
            tmp_path / "runs",
            config(**plain),
            overrides=Overrides(domain=Parity(), student=Pupil(CARRY_HELPS), trainer=Coach()),
        )
    assert SECRET not in str(it.value) and not list(tmp_path.iterdir())


def test_a_model_from_python_may_not_bring_one_in_its_name(tmp_path: Path) -> None:
    given = Overrides(domain=Parity(), student=Pupil(CARRY_HELPS, name=SPEC), trainer=Coach())
    with pytest.raises(ConfigError, match="the name of a given model holds") as refused:
        open_run(tmp_path / "store", tmp_path / "runs", config(), overrides=given)
    assert SECRET not in str(refused.value) and not list(tmp_path.iterdir())


def test_the_call_from_python_refuses_likewise(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="teacher holds") as refused:
        transfer_knowledge(
            Parity(), SPEC, "scripted:pupil", home=tmp_path / "s", folder=tmp_path / "r"
        )
    assert SECRET not in str(refused.value) and not list(tmp_path.iterdir())


COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "run": lambda it: ["run", str(it / "run.toml")],
    "plan": lambda it: ["plan", str(it / "run.toml")],
    "models check": lambda it: ["models", "check", SPEC],
    "models check --json": lambda it: ["models", "check", SPEC, "--json"],
    "an unknown kind": lambda it: ["models", "check", SPEC.replace("messages", "message")],
    "domains check": lambda it: [
        "domains", "check", "writing", "--options", json.dumps({"judge_model": SPEC}),
    ],
    "domains read": lambda it: [
        "domains", "read", "writing", str(it / "run.toml"), "--options",
        json.dumps({"password": SECRET}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_takes_or_repeats_one(command: str, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(
        f'name = "r"\nteacher = "{SPEC}"\nstudent = "smollm2-135m"\ndomain.name = "scheduling"\n'
    )
    words = ["--home", str(tmp_path / "store"), "--runs", str(tmp_path / "runs")]
    done = CliRunner().invoke(app, [*words, *COMMANDS[command](tmp_path)])
    assert done.exit_code in (1, 2)
    assert SECRET not in done.output + done.stderr
    assert "This should not have happened" not in done.output
    assert {it.name for it in tmp_path.iterdir()} == {"run.toml"}


def test_what_is_shown_of_an_old_config_is_without() -> None:
    old = {"teacher": SPEC, "domain": {"options": {"password": SECRET, "n": 3, "of": [SPEC]}}}
    shown = public_config(old)
    assert SECRET not in json.dumps(shown)
    assert shown["domain"]["options"] == {
        "password": REMOVED,
        "n": 3,
        "of": [f"messages:http://{REMOVED}@127.0.0.1:9#m"],
    }
    assert credential_faults(config().model_dump()) == []
    assert public_config(config().model_dump(mode="json")) == config().model_dump(mode="json")
