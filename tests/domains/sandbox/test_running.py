"""The sandbox as its users see it: programs go in, values come out, nothing else happens."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tutelage.domains import sandbox
from tutelage.domains.sandbox import Call, Limits, Raised, Returned, close, same
from tutelage.domains.sandbox.levels import StrongestSandbox
from tutelage.domains.sandbox.wasi import WasiSandbox
from tutelage.domains.sandbox.zygote_sandbox import ZygoteSandbox

from .levels import KINDS

PROGRAM = """
class Shelf:
    @staticmethod
    def put(book, books):
        books.append(book)

def add(a, b):
    return a + b

def pair():
    return (1, 2)

def refuse(word):
    raise LookupError(word * 300)

def spin():
    while True:
        pass
"""


@pytest.fixture(scope="module", params=KINDS)
def strongest(request: pytest.FixtureRequest) -> Iterator[StrongestSandbox]:
    """Every promise is tried with each kind of sandbox that this machine can have."""
    mine = StrongestSandbox(only=request.param)
    yield mine
    mine.close()


def values(ran: sandbox.ProgramResult) -> list[object]:
    assert ran.status == "done", ran
    return [it.value if isinstance(it, Returned) else it.kind for it in ran.results]


def test_calls_give_values_in_order_and_show_what_they_did_to_their_arguments(
    strongest: StrongestSandbox,
) -> None:
    ran = strongest.run(PROGRAM, [Call("add", (1, 2)), Call("Shelf.put", ("a", ["b"]))])
    assert ran.results == (Returned(3, (1, 2)), Returned(None, ("a", ["b", "a"])))
    assert (
        ran.level.partition("+")[0] == strongest._only and (ran.level, ran.why) == strongest.level()
    )


def test_what_is_no_json_or_raises_is_told_as_an_exception_and_the_next_call_goes_on(
    strongest: StrongestSandbox,
) -> None:
    ran = strongest.run(PROGRAM, [Call("pair"), Call("refuse", ("x",)), Call("none"), Call("add")])
    assert values(ran) == ["TypeError", "LookupError", "NameError", "TypeError"]
    refused = ran.results[1]
    assert isinstance(refused, Raised) and refused.said == "x" * 200


BROKEN = [
    ("1 / 0", "broken", "ZeroDivisionError: division by zero", ""),
    ("def f(:", "broken", "SyntaxError", ""),
    ("import sys; sys.exit(3)", "broken", "SystemExit: 3", ""),
    ("\ud800", "broken", "UnicodeEncodeError", ""),
    ("a = '\0'", "broken", "", ""),
    ("import os; os._exit(3)", "killed", "code 3", "instance was ended"),
    ("import tutelage", "broken", "ModuleNotFoundError", ""),
    ("while True: pass", "timeout", "not done within 0.3 s", ""),
]
"""A program, what becomes of it, what is said, and what else is said on WebAssembly."""


@pytest.mark.parametrize(("source", "status", "detail", "elsewhere"), BROKEN)
def test_a_program_that_does_not_load_says_why(
    strongest: StrongestSandbox, source: str, status: str, detail: str, elsewhere: str
) -> None:
    limits = Limits(seconds=0.3) if status == "timeout" else None
    ran = strongest.run(source, [Call("f")], limits=limits)
    assert (ran.status, ran.results) == (status, ())
    assert (elsewhere if elsewhere and ran.level == "wasi" else detail) in ran.detail


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.closerange(0, 64)\nwhile True: pass", "pipe"),
    ],
)
def test_a_process_that_ends_says_how(source: str, detail: str) -> None:
    ran = sandbox.run(source, [Call("f")])
    assert ran.status == "killed" and detail in ran.detail


def test_a_result_over_the_cap_costs_only_its_own_call(strongest: StrongestSandbox) -> None:
    limits = Limits(result_bytes=1000, depth=3)
    many = "def many(n): return 'x' * n\ndef deep(n):\n    it = 1\n"
    many += "    for _ in range(n): it = [it]\n    return it\n"
    many += "def knot():\n    it = []; it.append(it); return it\n"
    calls = [Call("many", (900,)), Call("many", (900,)), Call("deep", (3,)), Call("deep", (4,))]
    ran = strongest.run(many, [*calls, Call("knot")], limits=limits)
    assert values(ran) == ["x" * 900, "TypeError", [[[1]]], "TypeError", "TypeError"]


def test_files_are_there_for_one_program_and_gone_afterwards(strongest: StrongestSandbox) -> None:
    source = (
        "import os\n"
        "def work():\n"
        "    with open('out.txt', 'w') as out: out.write(open('in/a.txt').read().upper())\n"
        "    os.rename('out.txt', 'done.txt'); os.remove('in/a.txt')\n"
        "    return [os.getcwd(), open('done.txt').read(), sorted(os.listdir('.'))]\n"
    )
    ran = strongest.run(source, [Call("work")], files={"in/a.txt": "hello"})
    (result,) = ran.results
    assert isinstance(result, Returned), result
    where, text, names = result.value  # type: ignore[misc]
    assert (text, names) == ("HELLO", ["done.txt", "in"])
    assert not Path(str(where), "done.txt").exists()
    assert values(strongest.run(source, [Call("os.listdir")], files={})) == [[]]


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", ""])
def test_a_file_outside_the_private_directory_is_refused(
    strongest: StrongestSandbox, name: str
) -> None:
    with pytest.raises(ValueError, match="no relative path"):
        strongest.run(PROGRAM, [], files={name: ""})


def test_programs_do_not_see_each_other_and_chance_is_the_same_for_each(
    strongest: StrongestSandbox,
) -> None:
    first = "import math, random\nmath.pi = 3\ndef f(): return random.random()"
    second = "import math, random\ndef f(): return [math.pi > 3, random.random()]"
    (draw,) = values(strongest.run(first, [Call("f")]))
    assert values(strongest.run(second, [Call("f")])) == [[True, draw]]


def test_threads_share_one_sandbox_and_each_gets_its_own_answer(
    strongest: StrongestSandbox,
) -> None:
    def ask(number: int) -> list[object]:
        return values(strongest.run(PROGRAM, [Call("add", (number, 1))]))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(64))) == [[number + 1] for number in range(64)]


def test_a_forked_process_starts_its_own(strongest: StrongestSandbox) -> None:
    strongest.run(PROGRAM, [])
    pid = os.fork()
    if not pid:
        code = 1
        try:
            code = 0 if values(strongest.run(PROGRAM, [Call("add", (2, 2))])) == [4] else 2
            strongest.close()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert values(strongest.run(PROGRAM, [Call("add", (1, 1))])) == [2]


@pytest.fixture(params=KINDS)
def box(request: pytest.FixtureRequest) -> Iterator[ZygoteSandbox | WasiSandbox]:
    with WasiSandbox() if request.param == "wasi" else ZygoteSandbox() as mine:
        yield mine


def kill(box: ZygoteSandbox | WasiSandbox) -> None:
    """End what the next program would run in, and nothing that a program runs in."""
    if isinstance(box, WasiSandbox):
        with box._lock:  # or another thread may take one between the look and the kill
            for worker in box._idle:
                worker._process.kill()
                worker._process.wait()
    elif box._zygote is not None:
        box._zygote._process.kill()


def test_what_was_killed_while_it_waited_is_replaced(box: ZygoteSandbox | WasiSandbox) -> None:
    for _ in range(3):
        assert values(box.run(PROGRAM, [Call("add", (1, 1))])) == [2]
        kill(box)


def trace() -> tuple[int, int, int]:
    """Count the descriptors, threads and processes."""
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    return descriptors, threading.active_count(), len(psutil.Process().children(recursive=True))


def test_nothing_is_left_behind(box: ZygoteSandbox | WasiSandbox) -> None:
    box.run(PROGRAM, [], files={})
    before = trace()
    for number in range(100):
        box.run(PROGRAM, [Call("add", (number, 1))], files={} if number % 10 == 0 else None)
    box.run(PROGRAM, [Call("spin")], limits=Limits(seconds=0.1))
    box.run(PROGRAM, [], files={})
    assert trace() == before, "one process waits, and nothing else"


@pytest.mark.slow
def test_thousands_of_runs_from_many_threads_end_and_leave_nothing_behind(
    box: ZygoteSandbox | WasiSandbox,
) -> None:
    """Good ones, broken, late and dying ones at once; now and then the zygote dies too."""

    def ask(number: int) -> bool:
        kind = number % 10
        if number % 500 == 499:
            kill(box)
        files = {"a.txt": "a"} if kind == 3 else None
        if kind == 5:
            return box.run("import os; os._exit(1)", []).status == "killed"
        if kind == 7 and number % 50 == 7:
            return box.run("while True: pass", [], limits=Limits(seconds=0.05)).status == "timeout"
        ran = box.run(PROGRAM, [Call("add", (number, 1))], files=files)
        return values(ran) == [number + 1]

    box.run(PROGRAM, [], files={})
    before = trace()
    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(ask, range(3000)))
    box.run(PROGRAM, [], files={})
    # Engines stay, up to one a core: a process and its two pipes each.
    more = len(box._alive) - 1 if isinstance(box, WasiSandbox) else 0
    assert 0 <= more < max(2, os.cpu_count() or 1)
    assert trace() == (before[0] + 2 * more, before[1], before[2] + more)


def test_importing_starts_nothing_and_leaving_ends_everything() -> None:
    source = (
        "import subprocess, sys\n"
        "from tutelage.domains import sandbox\n"
        "assert sandbox.shared._protected._zygote is None\n"
        "print(sandbox.run('def f(): return 1', [sandbox.Call('f')]).status)\n"
        "print(sandbox.shared._protected._zygote._process.pid)\n"
    )
    ran = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    status, pid = ran.stdout.split()
    assert status == "done" and not Path(f"/proc/{pid}").exists()


def test_same_means_the_same_json_value() -> None:
    alike: list[sandbox.Json] = [None, True, 1, 1.5, "a", [1, [2.0]], {"a": [None], "b": {}}]
    for value in alike:
        assert same(value, value) and close(value, value)
    for one, other in [(1, True), (1, 1.0), ("1", 1), ([1], [1, 2]), ([1, 2], [1]), ([], {})]:
        assert not same(one, other) and not same(other, one)  # type: ignore[arg-type]
    assert not same(float("nan"), float("nan")) and not close([float("nan")], [float("nan")])
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1}) and not same({"a": 1}, {"b": 1})
    assert not same(0.1 + 0.2, 0.3) and close([0.1 + 0.2], [0.3]) and not close(0.3, 0.3001)


def test_values_that_bring_their_own_equality_are_never_the_same() -> None:
    class Yes(int):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = int.__hash__

    assert not same(Yes(3), 4) and not same([Yes(3)], [3]) and not same(Yes(3), Yes(3))
