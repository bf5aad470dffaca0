"""A run whose programs ran without protections says so wherever its results are read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutelage.domains.sandbox.levels import ONLY, UNSAFE
from tutelage.store import open_log
from tutelage.store.events import AttemptJudged

from .conftest import Said, at

LACKING = Path(__file__).parents[1] / "domains" / "sandbox"
RUN = """
import sys; sys.path.insert(0, sys.argv.pop(1))
import lacking
lacking.lack("landlock_create_ruleset")
from tutelage.__main__ import main
sys.exit(main())
"""


@pytest.fixture
def coding(tmp_path: Path) -> Path:
    """A folder with a run of an MBPP-shaped file, whose student needs no model."""
    rows = [
        {
            "text": f"Write a function to add {number}.",
            "code": f"def plus(x):\n    return x + {number}",
            "test_list": [f"assert plus(1) == {number + 1}", f"assert plus(-1) == {number - 1}"],
        }
        for number in range(100)
    ]
    (tmp_path / "plus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    right = "```python\ndef plus(x):\n    return x + 7\n```"
    (tmp_path / "pupil.json").write_text(json.dumps({"replies": [{"match": "", "reply": right}]}))
    (tmp_path / "plus.toml").write_text("""
name = "plus"
teacher = "rulebook"
student = "scripted:pupil.json"
domain.name = "mbpp:plus.jsonl"
splits = { train = 32, val = 12, test = 6, ood = 0 }
loop = { cycles = 1, rounds = 1, candidates = 1, batch = 8, feedback = 4 }
train.examples = 10
""")
    return tmp_path


def without_landlock(folder: Path, *words: str, **environment: str) -> Said:
    clean = {name: value for name, value in os.environ.items() if name != UNSAFE}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(LACKING), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**clean, ONLY: "zygote", **environment},
        timeout=300,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def attempts(folder: Path) -> list[AttemptJudged]:
    with open_log(folder / ".tutelage") as log:
        entries = list(log.entries(kinds=[AttemptJudged]))
    return [entry.event for entry in entries if isinstance(entry.event, AttemptJudged)]


def test_an_unsafe_run_has_it_in_every_event_and_every_reader_is_warned(coding: Path) -> None:
    done = without_landlock(coding, "run", "plus.toml", **{UNSAFE: "1"})
    assert done.code == 0, done.err
    judged = attempts(coding)
    assert judged and all(it.judged_by.startswith("unsafe: ") for it in judged)
    assert all("Landlock" in it.judged_by for it in judged), "and the reason"
    warned = f"UNSAFE: {len(judged)} of {len(judged)} replies were judged without protections ("
    page = (coding / "runs" / "plus" / "report.html").read_text()
    for text in (done.out, at(coding, "report", "plus").out, at(coding, "show", "plus").out, page):
        assert warned in text
    for command in ("report", "show"):
        ((by, times),) = at(coding, command, "plus", "--json").json["judged_by"].items()
        assert (by, times) == (f"mbpp 1, {judged[0].judged_by}", len(judged))
    table = json.loads((coding / "runs" / "plus" / "attribution.json").read_text())
    assert table["judged_by"] == {f"mbpp 1, {judged[0].judged_by}": len(judged)}


def test_a_run_in_the_sandbox_names_its_level_and_its_words_are_tried_on_humaneval(
    coding: Path,
) -> None:
    done = at(coding, "run", "plus.toml")
    assert done.code == 0, done.err
    (by,) = {it.judged_by for it in attempts(coding)}
    assert by.split(":")[0] in ("zygote", "zygote+ns")
    for command in ("report", "show"):
        said = at(coding, command, "plus").out
        assert f"Judged by mbpp 1, {by} (" in said and "UNSAFE" not in said

    # What it learned of one kind of programs is tried on another.
    said = at(coding, "evaluate", "mbpp@1", "--domain", "humaneval", "-n", "4", "--json")
    assert said.code == 0, said.err
    arms = {(row["split"], row["student"], row["strategy"]) for row in said.json["rows"]}
    assert arms == {("humaneval", "base", False), ("humaneval", "base", True)}
    assert {row["n"] for row in said.json["rows"]} == {4}
    more = at(coding, "evaluate", "mbpp@1", "--domain", "humaneval", "-n", "165")
    assert more.code == 1 and "there are 164" in more.err


def test_a_run_is_refused_before_it_begins_where_nothing_can_be_judged(coding: Path) -> None:
    said = without_landlock(coding, "run", "plus.toml")
    assert said.code == 2
    assert "can be judged on this machine" in said.err and "Landlock" in said.err
    assert "tutelage doctor" in said.err and not (coding / ".tutelage").exists()


def test_a_domain_for_evaluation_only_is_refused_before_a_run_begins(coding: Path) -> None:
    config = (coding / "plus.toml").read_text().replace("mbpp:plus.jsonl", "humaneval")
    (coding / "plus.toml").write_text(config)
    for command in ("run", "plan"):
        said = at(coding, command, "plus.toml")
        assert said.code == 2
        assert "humaneval is for evaluation only" in said.err
        assert "`tutelage evaluate ADAPTER --domain humaneval`" in said.err
    assert not (coding / ".tutelage").exists()
