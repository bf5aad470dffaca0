"""A keeper that appends JSON lines to a file passes the contract and holds a run's log."""

from pathlib import Path

from ..commands.conftest import write_desk
from .harness import patch


def test_a_keeper_of_json_lines_passes_the_contract_and_holds_a_run(tmp_path: Path) -> None:
    patched = patch(tmp_path, "keeper", "tests")
    trial = patched.pytest("tests/store/test_log_contract.py", "-k", "jsonl")
    assert trial.code == 0 and " passed" in trial.out, trial.out + trial.err

    write_desk(tmp_path)
    home = ("--home", "jsonl:lines")
    commands = (("runs",), ("run", "small.toml"), ("runs",), ("log", "verify"))
    none, done, runs, whole = patched.tutelage_all(
        *((*home, *words) for words in commands), at=tmp_path
    )
    assert "There is no store in jsonl:lines" in none.err
    assert done.code == 0 and "Attribution" in done.out, done.err
    assert "the store is jsonl:lines" in done.out
    assert "small" in runs.out
    assert whole.code == 0 and "events, consistent" in whole.out

    file = tmp_path / "lines" / "log.jsonl"
    file.write_text(file.read_text().replace("parity", "purity", 1))
    changed = patched.tutelage(*home, "log", "verify", at=tmp_path)
    assert changed.code == 1 and "hash differs" in changed.out
