"""A run of old whose config holds credentials: it goes on, and nothing but its log has them."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.commands.workspace import Workspace
from tutelage.graph.config.config import parse_config
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.graph.teacher.model import ModelTeacher
from tutelage.models import open_recorded_model
from tutelage.store.events import RunFinished, RunStarted
from tutelage.store.log import open_log
from tutelage.store.slots import FINISH

from ..graph.fakes import Coach, Parity, Pupil
from ..graph.server import TeacherServer
from ..graph.world import CARRY_HELPS, config

PASSWORD, TOKEN, OPTION = "p4ss/w<rd&Zebra", "t0k3n-Giraffe", 'opt"ion-Okapi'
SECRETS = ("Zebra", "Giraffe", "Okapi")
"""Parts that no other text holds, however the whole is written: in JSON, in HTML, in per cent."""


class Stopped(Exception):
    """The process ends here."""


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    with HTTPServer() as server:
        yield server


@pytest.fixture(scope="module")
def old_run(tmp_path_factory: pytest.TempPathFactory, server: HTTPServer) -> Path:
    """A run that stopped in its first round, recorded as runs were before they were refused."""
    place = tmp_path_factory.mktemp("old")
    answers = TeacherServer(server)
    server.expect_request(re.compile(".*")).respond_with_handler(answers._handle)
    host = answers.url.removeprefix("http://")
    address = f"messages:http://us%65r:{PASSWORD.replace('/', '%2F')}@{host}"
    plain = config(
        splits={"train": 50, "val": 40, "test": 8, "ood": 4},
        loop={"cycles": 1, "rounds": 1, "candidates": 1, "batch": 8, "feedback": 8},
        train={"examples": 20},
    )
    held = plain.model_dump() | {
        "teacher": f"{address}?api_key={TOKEN}#teacher",
        "validators": [f"{address}#validator"],
        "domain": {"name": "parity", "options": {"password": OPTION, "n": 1}},
    }
    old = parse_config(held, recorded=True)
    run = open_run(place / "store", place / "runs", plain, overrides=given())
    run = replace(
        run,
        config=old,
        teacher=ModelTeacher(open_recorded_model(old.teacher)),
        validators=[open_recorded_model(spec) for spec in old.validators],
    )

    def stop(node: str) -> None:
        if node == "reflect":
            raise Stopped

    with pytest.raises(Stopped):
        go(run, after_node=stop)
    run.log.close()
    return place


def given() -> Overrides:
    return Overrides(domain=Parity(), student=Pupil(CARRY_HELPS), trainer=Coach())


def typed(place: Path, *words: str, **settings: Any) -> str:
    """Type a command, and return all that it printed."""
    done = CliRunner().invoke(
        app,
        ["--home", str(place / "store"), "--runs", str(place / "runs"), *words],
        obj=Workspace(overrides=given()),
        **settings,
    )
    said = done.stdout + done.stderr
    assert done.exit_code == 0, f"{words}: {said}"
    assert "This should not have happened" not in said
    return said


def places_of_secrets(folder: Path) -> list[str]:
    """Return the files below a folder that hold one, but for the log itself."""
    return [
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file()
        and not file.name.startswith("tutelage.db")
        and any(secret.encode() in file.read_bytes() for secret in SECRETS)
    ]


READING = (
    ["runs"],
    ["show", "small"],
    ["report", "small"],
    ["report", "small", "--html"],
    ["replay", "small"],
    ["rejudge", "small"],
    ["judge", "small", "--show"],
    ["strategy", "list"],
    ["strategy", "log"],
    ["strategy", "show", "parity@1"],
    ["strategy", "blame", "parity@1"],
    ["strategy", "search", "carry"],
    ["strategy", "diff", "parity@0", "parity@1"],
    ["strategy", "export", "parity@1"],
    ["log", "verify"],
)


def test_it_goes_on_and_nothing_but_its_log_has_them(old_run: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(old_run, tmp_path / "own"))
    said = {"resume": typed(place, "resume", "small")}
    for words in READING:
        said[" ".join(words)] = typed(place, *words)
        if words[-1] != "--html" and "export" not in words:
            said[" ".join([*words, "--json"])] = typed(place, *words, "--json")
    out = place / "exported.json"
    typed(place, "strategy", "export", "parity@1", "-o", str(out))
    leaks = {words: s for words, text in said.items() for s in SECRETS if s in text}
    assert leaks == {}
    assert places_of_secrets(place) == []
    with open_log(place / "store") as log:
        assert log.find(RunFinished, "small", FINISH)
        (start,) = log.events(RunStarted)
    assert all(secret in json.dumps(start.config) for secret in SECRETS), "the log keeps its truth"
    assert "[secret removed]@localhost" in said["show small"]
    for name in ("report.html", "attribution.json", "config.toml"):
        assert "[secret removed]@" in (place / "runs" / "small" / name).read_text(), name


def test_an_error_and_its_details_are_without(old_run: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(old_run, tmp_path / "own"))

    def fail(spec: str, **_: str) -> Any:
        raise RuntimeError(f"{spec} fell over")

    done = CliRunner().invoke(
        app,
        ["--home", str(place / "store"), "--runs", str(place / "runs"), "resume", "small"],
        obj=Workspace(overrides=replace(given(), opener=fail)),
    )
    assert done.exit_code == 1 and "fell over" in done.stderr
    (details,) = re.findall(r"details are in (\S+);", done.stderr)
    for said in (done.stderr, Path(details).read_text()):
        assert not [secret for secret in SECRETS if secret in said]
    Path(details).unlink()
