"""One small finished run, a way to type commands at it, and a config that a process can run."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.commands.workspace import Workspace
from tutelage.graph.planning.opening import Overrides
from tutelage.graph.run import go
from tutelage.reports.files import write_results

from ..graph.fakes import Coach, Parity, Pupil
from ..graph.world import CARRY_HELPS, small_run

HELPS = "Check the result"
"""How the rule begins that the scripted pupil of the processes needs."""


@dataclass(frozen=True)
class Said:
    """Output of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Type = Callable[..., Said]


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`store` and `runs` of a finished run; never written to."""
    place = tmp_path_factory.mktemp("finished")
    run = small_run(
        place,
        splits={"train": 60, "val": 80, "test": 20, "ood": 8},
        loop={"cycles": 1, "rounds": 2, "candidates": 2, "batch": 8, "feedback": 8},
        train={"examples": 20},
    )
    assert go(run)
    write_results(run.log, run.id, run.folder)
    run.log.close()
    return place


@pytest.fixture
def own(finished_run: Path, tmp_path: Path) -> Path:
    """The same, for a test that writes."""
    return Path(shutil.copytree(finished_run, tmp_path / "own"))


@pytest.fixture
def type_words() -> Type:
    """Type a command: `type_words(place, "strategy", "list")`."""

    def type_words(place: Path, *words: str, env: dict[str, str] | None = None) -> Said:
        parts = Overrides(domain=Parity(), student=Pupil(CARRY_HELPS), trainer=Coach())
        result = CliRunner().invoke(
            app,
            ["--home", str(place / "store"), "--runs", str(place / "runs"), *words],
            obj=Workspace(overrides=parts),
            env=env,
        )
        return Said(result.exit_code, result.stdout, result.stderr)

    return type_words


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A working folder with a config that real processes can run without any model."""
    write_desk(tmp_path)
    return tmp_path


def write_desk(folder: Path) -> None:
    """Write `small.toml` and the script of its student."""
    replies = []
    for told, digits in ((True, "0-8"), (False, "0-3")):
        rule = f"(?s){HELPS}.*" if told else ""
        for ends, answer in (("[02468]", "YES"), ("[13579]", "NO")):
            match = rf"{rule}number \d*(?=[{digits}]){ends} even"
            replies.append({"match": match, "reply": f"Answer: {answer}"})
    replies.append({"match": r"number \d*[02468] even", "reply": "Answer: NO"})
    replies.append({"match": "even", "reply": "Answer: YES"})
    (folder / "pupil.json").write_text(json.dumps({"replies": replies}))
    (folder / "small.toml").write_text(
        f"""
name = "small"
teacher = "rulebook"
student = "scripted:pupil.json"
domain.name = "{Path(__file__).parents[1] / "graph" / "fakes.py"}:Parity"
splits = {{ train = 40, val = 24, test = 10, ood = 0 }}
loop = {{ cycles = 1, rounds = 1, candidates = 2, batch = 8, feedback = 4 }}
train.examples = 10
"""
    )


def at(desk: Path, *words: str) -> Said:
    """Run a command in this process, which stands in the folder `desk`; parts are the config's."""
    with contextlib.chdir(desk):
        result = CliRunner().invoke(app, list(words))
    return Said(result.exit_code, result.stdout, result.stderr)


def process(desk: Path, *words: str, **env: str) -> Said:
    """Run a command in its own process, in the folder `desk`."""
    done = subprocess.run(
        [sys.executable, "-m", "tutelage", *words],
        cwd=desk,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, byte for byte."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}
