"""The doctor tells what stands between a student's program and this machine."""

import json

from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.domains import sandbox


def test_the_doctor_names_the_sandbox_level_and_why() -> None:
    result = CliRunner().invoke(app, ["doctor", "--quick", "--json"])
    (finding,) = (it for it in json.loads(result.stdout) if it["what"] == "sandbox")
    level, why = sandbox.level()
    assert finding["found"] == f"{level}: {why}" and finding["level"] == "ok"


def test_the_doctor_tells_whether_the_rung_of_webassembly_is_there() -> None:
    result = CliRunner().invoke(app, ["doctor", "--quick", "--json"])
    (finding,) = (it for it in json.loads(result.stdout) if it["what"] == "webassembly")
    assert finding["level"] == "ok"
    assert finding["found"].startswith(("installed, built (", "installed, not built", "not ins"))
