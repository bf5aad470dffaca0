"""A keeper that appends JSON lines to a file passes the contract and serves the command line."""

from pathlib import Path

from tutelage.store import EMPTY, Rule, Strategies, Strategy, export_json, open_log
from tutelage.store.events import StrategyProposed

from .harness import patch


def _exported(home: Path) -> str:
    rules = (Rule(id="r1", section="Method", text="Count ten first."),)
    strategy = Strategy(rules=rules)
    with open_log(home) as log:
        log.record(
            StrategyProposed(
                stream="run-1", slot="c1/r1/update_strategy/1", domain="parity",
                branch="parity/run-1", parents=(EMPTY.hash,), strategy=strategy.hash,
                rules=rules, edits=(), origin="teacher",
            )
        )  # fmt: skip
        return export_json(Strategies(log).get(strategy.hash))


def test_a_keeper_of_json_lines_passes_the_contract_and_serves_the_commands(tmp_path: Path) -> None:
    patched = patch(tmp_path, "keeper", "tests")
    trial = patched.pytest("tests/store/test_log_contract.py", "-k", "jsonl")
    assert trial.code == 0 and " passed" in trial.out, trial.out + trial.err

    (tmp_path / "exported.json").write_text(_exported(tmp_path / "origin"))
    home = ("--home", f"jsonl:{tmp_path / 'lines'}")
    assert "There is no store in jsonl:" in patched.tutelage(*home, "runs").err
    told = patched.tutelage(*home, "strategy", "import", "exported.json", at=tmp_path)
    assert "parity@1 is on branch parity/import" in told.out, told.err
    assert f"tutelage {' '.join(home)} gate parity@1" in told.out, (
        "the next command, as it is typed"
    )
    assert "Count ten first." in patched.tutelage(*home, "strategy", "show", "parity@1").out
    whole = patched.tutelage(*home, "log", "verify")
    assert whole.code == 0 and "1 events, consistent" in whole.out

    file = tmp_path / "lines" / "log.jsonl"
    file.write_text(file.read_text().replace("Count ten first", "Count ten later"))
    changed = patched.tutelage(*home, "log", "verify")
    assert changed.code == 1 and "the hash differs" in changed.out
