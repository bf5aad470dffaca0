"""CPython on WebAssembly: built once, what programs find in it, and how it judges."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutelage.domains.sandbox import Call, Limits, Returned, component
from tutelage.domains.sandbox.wasi import WasiSandbox

from .levels import WASI

pytestmark = WASI

MODULES = """
    abc array base64 bisect calendar cmath collections collections.abc contextlib copy csv
    dataclasses datetime decimal enum fractions functools graphlib hashlib heapq io itertools json
    math numbers operator os.path pathlib queue random re statistics string struct textwrap time
    types typing unicodedata unittest urllib.parse uuid zoneinfo
"""
"""What programs that people write for a task load."""


@pytest.fixture(scope="module")
def box() -> Iterator[WasiSandbox]:
    with WasiSandbox() as mine:
        yield mine


def value(box: WasiSandbox, source: str) -> object:
    ran = box.run(source, [Call("f")])
    assert ran.status == "done" and isinstance(ran.results[0], Returned), ran
    return ran.results[0].value


def test_the_modules_that_programs_load_are_there(box: WasiSandbox) -> None:
    source = "".join(f"import {name}\n" for name in MODULES.split())
    assert value(box, f"{source}def f(): return 1") == 1


def test_a_module_that_is_not_there_is_told_as_everywhere(box: WasiSandbox) -> None:
    assert "ModuleNotFoundError" in box.run("import numpy", []).detail
    source = "try: import numpy\nexcept ImportError: numpy = None\ndef f(): return numpy"
    assert value(box, source) is None


def test_nothing_of_this_machine_shows_inside(box: WasiSandbox) -> None:
    source = (
        "import os, sys, time, socket\n"
        "def denied(act):\n"
        "    try: act()\n"
        "    except PermissionError: return True\n"
        "def f(): return [dict(os.environ), sys.path, sys.argv, os.getpid(),\n"
        "    time.time() < 1.768e9,\n"
        "    *map(denied, (socket.socket, lambda: open('/etc/passwd'), lambda: open('x')))]\n"
    )
    assert value(box, source) == [{}, [], [], 1, True, True, True, True]


def test_time_passes_when_a_program_sleeps_and_costs_the_judge_nothing(box: WasiSandbox) -> None:
    source = (
        "import datetime, time\n"
        "def f():\n"
        "    began, day = time.monotonic(), datetime.datetime.now()\n"
        "    time.sleep(500)\n"
        "    return [int(time.monotonic() - began), (datetime.datetime.now() - day).seconds]\n"
    )
    assert value(box, source) == [500, 500]


def test_a_program_gets_as_much_memory_as_its_limits_say(box: WasiSandbox) -> None:
    program = "def f(): return len(bytearray(200_000_000))"
    small, large = (
        box.run(program, [Call("f")], limits=Limits(60, memory_mb=size)) for size in (128, 512)
    )
    assert "MemoryError" in str(small.results) and large.results == (Returned(200_000_000, ()),)


def test_a_result_that_our_own_half_did_not_bound_ends_its_instance(box: WasiSandbox) -> None:
    """The program takes the place of the code that writes results down."""
    source = (
        "import sys\n"
        "for name, module in list(sys.modules.items()):\n"
        "    if name.endswith('inside.calling'): module._call = lambda *_: 'x' * {size}\n"
    )
    for size in (1_500_000, 100_000_000):
        ran = box.run(source.format(size=size), [Call("f")], limits=Limits(seconds=60))
        assert (ran.status, ran.results) == ("killed", ())
    assert value(box, "def f(): return 1") == 1


@pytest.mark.slow
def test_the_solutions_of_humaneval_are_right_there() -> None:
    source = (
        "from tutelage.domains import humaneval, sandbox\n"
        "domain = humaneval.HumanEval()\n"
        "problems = domain.problems('test', 164, 0)\n"
        "verdicts = [domain.judge(it, domain.solution(it)) for it in problems]\n"
        "print(sandbox.level()[0], sum(it.outcome == 'right' for it in verdicts))\n"
    )
    assert output_of(source) == "wasi 164"


@pytest.mark.slow
def test_the_solutions_of_our_own_coding_problems_are_right_there() -> None:
    source = (
        "from tutelage.domains import python_coding, sandbox\n"
        "domain = python_coding.PythonCoding()\n"
        "problems = domain.problems('train', 150, 0)\n"
        "verdicts = [domain.judge(it, domain.solution(it)) for it in problems]\n"
        "print(sandbox.level()[0], sum(it.outcome == 'right' for it in verdicts))\n"
    )
    assert output_of(source) == "wasi 150"


def output_of(source: str) -> str:
    """Run `source` in a process whose sandbox is WebAssembly; return its output."""
    ran = subprocess.run(
        [sys.executable, "-c", source],
        env={**os.environ, "TUTELAGE_SANDBOX": "wasi"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return ran.stdout.strip()


@pytest.mark.parametrize("damage", ["cut", "turned"])
def test_a_damaged_component_is_not_taken_for_one(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = component.build_once()
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path))
    shutil.copytree(whole.parent, component.cached_path().parent)
    assert "installed, built" in component.state()
    with component.cached_path().open("r+b") as file:
        if damage == "cut":
            file.truncate(30_000)
        else:
            file.seek(20_000_000)
            file.write(bytes(byte ^ 255 for byte in whole.read_bytes()[20_000_000:20_000_100]))
    assert "not built" in component.state(), "so the next program has it made anew"


@pytest.mark.slow
def test_one_of_two_processes_builds_and_one_that_was_killed_leaves_no_harm(tmp_path: Path) -> None:
    source = (
        "from tutelage.domains import sandbox\n"
        "print(sandbox.run('def f(): return 7', [sandbox.Call('f')]).results[0].value)\n"
    )
    environment = {**os.environ, "TUTELAGE_SANDBOX": "wasi", "TUTELAGE_CACHE": str(tmp_path)}

    def start() -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [sys.executable, "-c", source], env=environment, stdout=pipe, stderr=pipe, text=True
        )

    killed = start()
    assert killed.stderr is not None and "Building Python" in killed.stderr.readline()
    killed.kill()
    killed.communicate()
    said = [it.communicate() for it in (start(), start())]
    assert [out.strip() for out, _ in said] == ["7", "7"], said
    assert sorted("Building" in told for _, told in said) == [False, True]
    left = [path.name for path in tmp_path.iterdir()]
    assert not [name for name in left if "making" in name]
    assert sum(name.startswith("wasi-") and not name.endswith(".lock") for name in left) == 1
