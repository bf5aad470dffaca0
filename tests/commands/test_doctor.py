"""The doctor tells what stands between a student's program and this machine."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.domains import sandbox
from tutelage.graph.planning import memory
from tutelage.weights import CATALOGUE


def test_the_doctor_names_the_sandbox_level_and_why() -> None:
    result = CliRunner().invoke(app, ["doctor", "--quick", "--json"])
    (finding,) = (it for it in json.loads(result.stdout) if it["what"] == "sandbox")
    level, why = sandbox.level()
    assert finding["found"] == f"{level}: {why}" and finding["level"] == "ok"


def weights_found(**environment: str) -> dict[str, dict[str, str]]:
    result = CliRunner().invoke(app, ["doctor", "--quick", "--json"], env=environment)
    return {it["what"]: it for it in json.loads(result.stdout) if it["what"] in CATALOGUE}


def test_the_doctor_names_the_command_for_weights_that_lack(tmp_path: Path) -> None:
    found = weights_found(TUTELAGE_CACHE=str(tmp_path))
    assert set(found) == set(CATALOGUE)
    for name, said in found.items():
        assert said["level"] == "note" and f"tutelage models fetch {name} (" in said["found"]
    assert weights_found()["smollm2-135m"]["found"] == "its weights are here"


def test_the_doctor_tells_a_student_that_is_too_large_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "TRAINING", 1e6)
    said = weights_found()["smollm2-135m"]
    assert said["level"] == "note" and "training it takes about 10000" in said["found"]


def test_the_doctor_tells_whether_the_rung_of_webassembly_is_there() -> None:
    result = CliRunner().invoke(app, ["doctor", "--quick", "--json"])
    (finding,) = (it for it in json.loads(result.stdout) if it["what"] == "webassembly")
    assert finding["level"] == "ok"
    assert finding["found"].startswith(("installed, built (", "installed, not built", "not ins"))
