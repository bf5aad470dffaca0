"""Runs in real processes: to the end, stopped and resumed, and refused before anything is done."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tutelage.store import open_log

from .conftest import at, contents, process


def change(desk: Path, old: str, new: str, to: str = "other.toml") -> str:
    """Another config, beside the small one."""
    text = (desk / "small.toml").read_text()
    assert old in text
    (desk / to).write_text(text.replace(old, new))
    return to


STOPPED = """
import os, signal, sys
from tutelage.__main__ import main
from tutelage.terminal import PlainProgress

wanted, show = sys.argv.pop(1), PlainProgress.stage

def stage(self, name, detail=""):
    show(self, name, detail)
    if name == wanted:
        os.kill(os.getpid(), signal.SIGINT)

PlainProgress.stage = stage
main()
"""
"""The program, to which Ctrl-C comes when a stage begins, however busy the machine is."""


def stop_at(desk: Path, stage: str, *words: str) -> tuple[int, str]:
    """Send Ctrl-C when `stage` begins; exit code and output."""
    done = subprocess.run(
        [sys.executable, "-c", STOPPED, stage, *words],
        cwd=desk, stdout=subprocess.PIPE, text=True, timeout=300,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_a_rehearsal_in_memory_ends_like_any_run_and_leaves_no_store(desk: Path) -> None:
    done = at(desk, "--home", "memory:rehearsal", "run", "small.toml")
    assert done.code == 0 and "Attribution" in done.out, done.err
    assert {it.name for it in desk.iterdir()} == {"small.toml", "pupil.json", "runs"}
    assert (desk / "runs" / "small" / "attribution.json").exists()
    assert "There is no store in memory:" in process(desk, "--home", "memory:rehearsal", "runs").err


def test_a_rehearsal_in_memory_promises_nothing_that_it_cannot_keep(desk: Path) -> None:
    code, said = stop_at(desk, "solve", "--home", "memory:", "run", "small.toml")
    assert code == 130 and "nothing is left to go on with" in said and "resume" not in said
    asks = change(desk, "loop = {", 'reviewer = "Ada"\nloop = { review = "always",')
    done = at(desk, "--home", "memory:", "run", asks)
    assert done.code == 1 and "ends with this process" in done.err


def test_a_misspelt_keeper_is_refused_and_makes_no_folder(desk: Path) -> None:
    done = at(desk, "--home", "memroy:x", "run", "small.toml")
    assert done.code == 1 and "Known: sqlite, memory" in done.err
    assert not (desk / "memroy:x").exists()
    (desk / "odd:name").mkdir()
    assert at(desk, "--home", "odd:name", "run", "small.toml").code == 0


def test_a_run_leaves_the_files_of_another_stores_run_as_they_are(desk: Path) -> None:
    assert at(desk, "run", "small.toml").code == 0
    before = contents(desk / "runs" / "small")
    for number in (2, 3):
        done = at(desk, "--home", f"memory:{number}", "run", "small.toml")
        assert done.code == 0 and f"Run small-{number}; the store" in done.out
    assert contents(desk / "runs" / "small") == before


def test_a_stopped_run_says_how_to_go_on_and_ends_in_the_same_place(
    desk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = Path(shutil.copytree(desk, tmp_path_factory.mktemp("whole") / "desk"))
    done = at(whole, "run", "small.toml")
    assert done.code == 0, done.err
    for word in ("Attribution", "# parity@", "Report", "Adapter", "Peak memory", "wall time"):
        assert word in done.out
    assert "\x1b" not in done.out + done.err, "no escape codes in a file"
    assert "* Gate parity@" in done.out, "facts stay"

    code, out = stop_at(desk, "validate", "run", "small.toml")
    assert code == 130
    assert out.splitlines()[-1] == "tutelage resume small"
    unfinished = at(desk, "show", "small")
    assert unfinished.out.splitlines()[-1] == "tutelage resume small"
    again = process(desk, "resume", "small")
    assert again.code == 0, again.err
    table = Path("runs", "small", "attribution.json")
    assert (desk / table).read_bytes() == (whole / table).read_bytes()

    asked, unstopped = (at(d, "show", "small", "--json").json["calls"] for d in (desk, whole))
    assert asked == unstopped, "no call was made twice"
    planned = at(desk, "plan", "small.toml", "--json").json
    gates = at(desk, "show", "small", "--json").json["rounds"][0]["gates"]
    most = asked[0]["calls"] + sum(gate["saved"] for gate in gates)
    assert most <= planned["calls"] <= most + 4, "at most: not every feedback problem failed"


def test_a_spent_budget_exits_3_and_a_larger_one_goes_on(desk: Path) -> None:
    poor = change(desk, 'teacher = "rulebook"', 'teacher = "rulebook"\nbudget.hours = 1e-9')
    said = at(desk, "run", poor)
    assert said.code == 3
    assert "hours are spent" in said.err
    assert said.out.splitlines()[-1] == "tutelage resume small --config FILE"
    other = change(desk, "batch = 8", "batch = 7", "batch.toml")
    refused = at(desk, "resume", "small", "--config", other)
    assert refused.code == 2
    assert (
        "only [budget] and [calls] may differ" in refused.err
        and "loop.batch: 8 in the run" in refused.err
    )
    rich = change(
        desk,
        'teacher = "rulebook"',
        'teacher = "rulebook"\nbudget.hours = 1\ncalls.concurrency = 2',
        "rich.toml",
    )
    assert at(desk, "resume", "small", "--config", rich, "--json").json["run"] == "small"


def test_two_processes_never_work_on_one_run(desk: Path) -> None:
    with open_log(desk / ".tutelage") as log, log.alone("small"):
        said = at(desk, "run", "small.toml")
        assert said.code == 1 and "'small' is worked on already, by process" in said.err
        assert f"process {os.getpid()} on" in said.err
    stop_at(desk, "baseline", "run", "small.toml")
    with open_log(desk / ".tutelage") as log, log.alone("small"):
        assert at(desk, "runs", "--json").json[0]["state"] == "running"
        assert at(desk, "resume", "small").code == 1
        elsewhere = at(desk, "--runs", "elsewhere", "resume", "small")
        assert elsewhere.code == 1 and "is worked on already" in elsewhere.err
        assert not (desk / "elsewhere").exists()
    assert at(desk, "runs", "--json").json[0]["state"] == "stopped"
    assert not list(desk.rglob("running.lock"))


def test_a_new_run_beside_one_of_its_name_that_is_worked_on_is_told_before_it_pays(
    desk: Path,
) -> None:
    stop_at(desk, "baseline", "run", "small.toml")
    assert "is worked on" not in at(desk, "run", "small.toml").out, "the first one only stands"
    with open_log(desk / ".tutelage") as log, log.alone("small"):
        said = at(desk, "run", "small.toml")
    assert said.code == 0, said.err
    told, paid = (said.out.index(it) for it in ("`small` is worked on by process", "baseline"))
    assert told < paid and "This is a new run, small-3" in " ".join(said.out.split())


REFUSED = {
    "an unknown domain": ("fakes.py:Parity", "fakes.py:Parsley", 2, "Parsley"),
    "a malformed config": ("val = 24", 'val = "many"', 2, "splits.val: Input should be a valid"),
    "a missing model": ("pupil.json", "absent.json", 1, "absent.json: No such file"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_run_is_refused_before_anything_is_made(what: str, desk: Path) -> None:
    old, new, code, wanted = REFUSED[what]
    config = change(desk, old, new)
    before = contents(desk)
    said = process(desk, "run", config)
    assert said.code == code and wanted in said.err
    assert "Traceback" not in said.err
    assert contents(desk) == before and not (desk / ".tutelage").exists()
    assert not (desk / "runs").exists()


def test_too_few_problems_are_noticed_before_anything_is_made(desk: Path) -> None:
    before = contents(desk)
    said = at(desk, "run", change(desk, "graph/fakes.py:Parity", "commands/failing.py:Few"))
    assert said.code == 2 and "[splits] of small ask for too much" in said.err
    (desk / "other.toml").unlink()
    assert contents(desk) == before


def test_a_store_of_a_newer_version_is_left_as_it_was(desk: Path) -> None:
    open_log(desk / ".tutelage").close()
    raw = sqlite3.connect(desk / ".tutelage" / "tutelage.db")
    raw.execute("UPDATE meta SET value = '999' WHERE name = 'version'")
    raw.commit()
    raw.close()
    before = contents(desk)
    said = [process(desk, "run", "small.toml")]
    said += [at(desk, *words) for words in (("runs",), ("resume", "small"), ("log", "verify"))]
    for each in said:
        assert each.code == 1 and "Update tutelage" in each.err
        assert "Traceback" not in each.err
    assert contents(desk) == before


PLANNED = REFUSED | {
    "an unknown student": ("scripted:pupil.json", "gpt", 1, "No model is called 'gpt'"),
    "an unknown teacher": ('"rulebook"', '"gpt"', 1, "No model is called 'gpt'"),
    "a missing folder": ("scripted:pupil.json", "hf:./absent", 1, "There is no folder"),
    "a missing key": ('"rulebook"', '"anthropic:some"', 1, "ANTHROPIC_API_KEY is not set"),
    "a student without weights": ("train.", 'gate.channel = "weights"\ntrain.', 2,
                                  "cannot be trained here"),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANNED)
def test_a_plan_refuses_what_a_run_would_refuse(
    what: str, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(key, raising=False)
    old, new, code, wanted = PLANNED[what]
    config = change(desk, old, new)
    before = contents(desk)
    planned, run = at(desk, "plan", config), at(desk, "run", config)
    assert (planned.code, run.code) == (code, code)
    assert wanted in planned.err and wanted in run.err
    assert contents(desk) == before


def test_a_plan_takes_the_weights_of_a_local_student_for_trainable(desk: Path) -> None:
    (desk / "student").mkdir()
    config = change(desk, "scripted:pupil.json", 'hf:./student"\ngate.channel = "weights')
    assert at(desk, "plan", config).code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_before_the_run_begins_is_one_line_and_130(
    desk: Path, number: signal.Signals
) -> None:
    config = change(desk, "graph/fakes.py:Parity", "commands/failing.py:Slow")
    child = subprocess.Popen(
        [sys.executable, "-m", "tutelage", "run", config],
        cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None and "open" in child.stdout.readline()
    child.send_signal(number)
    _, err = child.communicate(timeout=300)
    assert child.returncode == 130, err
    assert len(err.splitlines()) == 1 and "Stopped" in err


@pytest.mark.parametrize("words", ["run", "plan"])
def test_what_a_domain_raises_is_told_as_the_domains_fault(words: str, desk: Path) -> None:
    config = change(desk, "graph/fakes.py:Parity", "commands/failing.py:Odd")
    said = at(desk, words, config)
    assert said.code == 1
    assert "The domain 'scheduling' failed: ZeroDivisionError: by nought" in said.err
    assert "options" in said.err and "should not have happened" not in said.err


def test_no_error_shows_the_password_of_an_address_that_it_quotes(desk: Path) -> None:
    config = change(desk, "graph/fakes.py:Parity", "commands/failing.py:Quoting")
    said = at(desk, "run", config)
    assert said.code == 1 and "postgres://[secret removed]@db/x" in said.err
    assert "hush" not in said.err + said.out


@pytest.mark.parametrize("words", ["run", "check"])
def test_options_that_break_a_domain_are_told_with_its_name(words: str, desk: Path) -> None:
    config = change(desk, "graph/fakes.py:Parity", "commands/failing.py:Picky")
    (name,) = [line for line in (desk / config).read_text().splitlines() if "domain.name" in line]
    path = name.split('"')[1]
    said = at(desk, "run", config) if words == "run" else at(desk, "domains", "check", path)
    assert said.code == 1 and f"The domain {path!r} failed: AttributeError" in said.err


def test_a_fault_that_nobody_expects_leaves_its_traceback_in_a_file(desk: Path) -> None:
    name = (desk / "small.toml").read_text().split('domain.name = "')[1].split('"')[0]
    odd = Path(__file__).with_name("failing.py")
    config = change(desk, name, f"{odd}:Unreadable")
    said = process(desk, "run", config, TMPDIR=str(desk))
    assert said.code == 1 and "ZeroDivisionError: by nought" in said.err
    assert "Traceback" not in said.err
    (kept,) = desk.glob("tutelage-*.txt")
    assert str(kept) in said.err and "Traceback" in kept.read_text()
    assert "Traceback" in process(desk, "--debug", "run", config).err


def test_plan_writes_nothing_and_says_what_a_gate_can_find(desk: Path) -> None:
    before = contents(desk)
    said = at(desk, "plan", "small.toml")
    assert said.code == 0, said.err
    assert "Each gate answers 24 pairs and can find gains from" in said.out
    assert contents(desk) == before
