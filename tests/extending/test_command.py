"""A command is added by its file and its line in the list of commands."""

import json
import sqlite3
from collections import defaultdict
from pathlib import Path

import pytest

from ..golden.test_golden import unpack
from .harness import Patched, patch


@pytest.fixture(scope="module")
def patched(tmp_path_factory: pytest.TempPathFactory) -> Patched:
    return patch(tmp_path_factory.mktemp("command"), "command")


def test_a_command_lists_the_failure_modes_of_a_run(patched: Patched, tmp_path: Path) -> None:
    assert patched.touched == ("commands/app.py", "commands/failures.py")
    home = unpack("small", tmp_path / "golden")
    said = patched.tutelage("--home", "store", "failures", "golden", "--json", at=home)
    assert said.code == 0, said.err
    wrong: dict[str, list[str]] = defaultdict(list)
    with sqlite3.connect(home / "store" / "tutelage.db") as database:
        rows = database.execute("SELECT payload FROM event WHERE kind = 'AttemptJudged'")
        for attempt in (json.loads(payload) for (payload,) in rows):
            for mode in attempt["failure_modes"]:
                wrong[mode].append(attempt["problem"])
    database.close()
    assert json.loads(said.out) == [
        {"mode": mode, "replies": len(problems), "problems": len(set(problems))}
        for mode, problems in sorted(wrong.items(), key=lambda item: -len(item[1]))
    ]
    assert len(wrong["slip"]) > 500


def test_a_command_is_in_the_help_and_refuses_as_the_others_do(
    patched: Patched, tmp_path: Path
) -> None:
    assert "List the failure modes of a run" in patched.tutelage("--help").out
    home = unpack("small", tmp_path / "golden")
    said = patched.tutelage("--home", "store", "failures", "absent", at=home)
    assert said.code == 1 and "No run 'absent'. Known runs: golden." in said.err
