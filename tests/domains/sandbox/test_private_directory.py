"""Private directory of a program: alike at each level, bounded, and none of it on our disk."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tutelage.domains.sandbox import Call, Json, Returned
from tutelage.domains.sandbox.inside.files import FILE_BYTES, FILES
from tutelage.domains.sandbox.runner import Runner

from .levels import LEVELS, make_runner

GIVEN = {"a.txt": "one\ntwo\n", "given/b.txt": "three"}


@pytest.fixture(scope="module", params=LEVELS)
def runner(request: pytest.FixtureRequest) -> Iterator[Runner]:
    with make_runner(request.param) as mine:
        yield mine


def value(runner: Runner, source: str, files: dict[str, str] | None = None) -> Json:
    ran = runner.run(source, [Call("f")], files=GIVEN if files is None else files)
    assert ran.status == "done" and isinstance(ran.results[0], Returned), ran
    return ran.results[0].value


def test_a_private_directory_behaves_alike_at_each_level(runner: Runner) -> None:
    source = """
import os, pathlib, shutil
def f():
    with open("a.txt", "r+") as it:
        first = it.readline(); it.seek(0, 2); it.write("three\\n")
    with open("a.txt", "a") as it: print("four", file=it)
    os.makedirs("in/deep"); shutil.copyfile("a.txt", "in/deep/b.txt"); os.rename("in", "out")
    seen = sorted(name for _, _, names in os.walk(".") for name in names)
    refused = []
    for act in (lambda: open("none"), lambda: open("out"), lambda: open("a.txt", "x"),
                lambda: os.rmdir("out"), lambda: open("../a", "w"), lambda: os.mkdir("out")):
        try: act()
        except OSError as error: refused.append(type(error).__name__)
    lines = pathlib.Path("out/deep/b.txt").read_text().split()
    shutil.rmtree("out")
    return [first, lines, seen, refused, sorted(os.listdir())]
"""
    assert value(runner, source) == [
        "one\n",
        ["one", "two", "three", "four"],
        ["a.txt", "b.txt", "b.txt"],
        ["FileNotFoundError", "IsADirectoryError", "FileExistsError", "OSError",
         "PermissionError", "FileExistsError"],
        ["a.txt", "given"],
    ]  # fmt: skip


def test_what_people_use_with_files_works_at_each_level(runner: Runner) -> None:
    source = """
import configparser, csv, datetime, decimal, fileinput, glob, gzip, json, pathlib, zipfile, zoneinfo
def f():
    with open("a.csv", "w", newline="") as out: csv.writer(out).writerows([[1, 2], [3, 4]])
    with gzip.open("a.gz", "wt") as out: out.write("packed")
    with zipfile.ZipFile("a.zip", "w") as out: out.write("a.csv")
    json.dump([1], open("a.json", "w"))
    pathlib.Path("a.ini").write_text("[a]\\nb = 1\\n")
    ini = configparser.ConfigParser(); ini.read("a.ini")
    here = pathlib.Path.cwd()
    return [
        [row for row in csv.reader(open("a.csv"))], gzip.open("a.gz", "rt").read(),
        zipfile.ZipFile("a.zip").namelist(), json.load(open("a.json")), ini["a"]["b"],
        sorted(glob.glob("a.*")), list(fileinput.input(["given/b.txt"])),
        (here / "a.csv").exists(), (here / "b.csv").exists(), open(here / "a.txt").readline(),
        datetime.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).isoformat()[-6:],
    ]
"""
    names = ["a.csv", "a.gz", "a.ini", "a.json", "a.txt", "a.zip"]
    assert value(runner, source) == [
        [["1", "2"], ["3", "4"]], "packed", ["a.csv"], [1], "1", names, ["three"],
        True, False, "one\n", "+01:00",
    ]  # fmt: skip


FILLING = """
def f():
    wrote = number = 0
    try:
        while True:
            with open(f"b{number}", "wb") as out: out.write(bytes(SIZE))
            number += 1; wrote += SIZE
    except OSError: return [number, wrote]
"""


@pytest.mark.parametrize("size", [4096, 1_000_000])
def test_a_full_directory_is_an_error_that_a_program_can_catch(runner: Runner, size: int) -> None:
    number, wrote = value(runner, FILLING.replace("SIZE", str(size)), {})  # type: ignore[misc]
    assert number == FILES if size == 4096 else FILE_BYTES - 2 * size < wrote <= FILE_BYTES


JUDGING = """
import platform, sys
from tutelage.domains.sandbox import Limits
from tutelage.domains.sandbox.zygote import Protection
from tutelage.domains.sandbox.zygote_sandbox import ZygoteSandbox
kind = Protection(namespaces=sys.argv[1] == "zygote+ns", machine=platform.machine())
with ZygoteSandbox(kind) as box:
    box.level()
    print(box._zygote._process.pid, flush=True)
    box.run("while True: open('b', 'w').write('x')", [], limits=Limits(600), files={"a": "a"})
"""


@pytest.mark.parametrize("level", ["zygote+ns", "zygote"])
def test_a_judge_that_is_killed_leaves_no_file_and_no_process(level: str, tmp_path: Path) -> None:
    make_runner(level).close()
    judge = subprocess.Popen(
        [sys.executable, "-c", JUDGING, level],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert judge.stdout is not None
    zygote = psutil.Process(int(judge.stdout.readline()))
    while not zygote.children():
        assert judge.poll() is None
    program = zygote.children()[0]
    judge.send_signal(signal.SIGKILL)
    judge.communicate()
    psutil.wait_procs([zygote, program], timeout=30)
    assert not zygote.is_running() and not program.is_running()
    assert list(tmp_path.iterdir()) == []


def test_a_program_finds_one_open_descriptor_its_own_pipe(runner: Runner) -> None:
    source = """
import os
def is_open(fd):
    try: return bool(os.fstat(fd))
    except OSError: return False
def f(): return len([fd for fd in range(3, 32) if is_open(fd)])
"""
    assert value(runner, source) <= 1  # type: ignore[operator]
    ran = runner.run(source, [Call("f")])
    assert isinstance(ran.results[0], Returned) and ran.results[0].value <= 1  # type: ignore[operator]


def test_files_that_do_not_fit_are_refused_with_the_reason() -> None:
    with make_runner("zygote+ns") as runner:
        ran = runner.run("", [], files={"a": "x" * (FILE_BYTES + 1)})
        assert ran.status == "refused" and ran.detail.startswith("its files: ")


WITHOUT_MOUNTS = """
import sys; sys.path.insert(0, sys.argv[1])
import lacking; lacking.lack("mount", 1)
from tutelage.domains.sandbox import Call, Limits, level, run
program = "def f(): open('b', 'w').write('x'); return open('a').read() + open('b').read()"
print(run(program, [Call("f")], limits=Limits(60), files={"a": "y"}).results[0].value, level()[1])
"""


def test_where_nothing_can_be_mounted_files_are_in_memory_and_the_level_says_so() -> None:
    """As on a system that lets anybody into namespaces and then allows nothing there."""
    make_runner("zygote+ns").close()
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_MOUNTS, str(Path(__file__).parent)],
        env={**os.environ, "TUTELAGE_SANDBOX": "zygote"},
        capture_output=True,
        text=True,
    )
    assert ran.stdout.startswith("yx Landlock"), ran.stderr
    assert "namespaces of its own; private files are kept in memory" in ran.stdout
