"""No program runs if a protection is missing; only an explicit setting changes that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutelage.domains.sandbox.contract import SandboxUnavailable
from tutelage.domains.sandbox.levels import ONLY, UNSAFE, StrongestSandbox, probe
from tutelage.domains.sandbox.seccomp import MACHINES, program
from tutelage.domains.sandbox.zygote import Protection
from tutelage.domains.sandbox.zygote_sandbox import ZygoteSandbox

from .levels import WASI

JUDGING = """
import sys; sys.path.insert(0, sys.argv[1])
import lacking
from tutelage.domains import sandbox
{before}
ran = sandbox.run("def f(): return 1", [sandbox.Call("f")])
print(ran.status, ran.level, ran.why)
"""
LACKING = {
    "no Landlock": "lacking.lack('landlock_create_ruleset')",
    "no seccomp": "lacking.lack_seccomp()",
    "neither": "lacking.lack('landlock_create_ruleset'); lacking.lack_seccomp()",
    "Landlock that cannot be entered": "lacking.lack('landlock_restrict_self', 1)",
    "capabilities that cannot be given up": "lacking.lack('capset', 1)",
    "an old Landlock": (
        "from tutelage.domains.sandbox import levels, zygote\n"
        "import platform; protection = zygote.Protection(machine=platform.machine(), oldest=99)\n"
        "sandbox.run = levels.StrongestSandbox(protection).run"
    ),
    "an unknown machine": (
        "from tutelage.domains.sandbox import levels, zygote\n"
        "sandbox.run = levels.StrongestSandbox(zygote.Protection(machine='riscv64')).run"
    ),
}


def judge(before: str, only: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Judge in a process of its own, after `before`, with the kind `only` or with any."""
    clean = {name: value for name, value in os.environ.items() if name != UNSAFE}
    environment[ONLY] = only
    return subprocess.run(
        [sys.executable, "-c", JUDGING.format(before=before), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        env={**clean, **environment},
    )


@pytest.mark.parametrize("what", LACKING)
def test_judging_refuses_where_a_protection_is_missing(what: str) -> None:
    ran = judge(LACKING[what], "zygote")
    assert ran.returncode != 0 and ran.stdout == ""
    assert "SandboxUnavailable: No program is run here" in ran.stderr
    assert UNSAFE in ran.stderr, "the message says what can be done"


def test_an_explicit_word_runs_programs_without_protections_and_every_result_says_so() -> None:
    ran = judge(LACKING["no Landlock"], "zygote", **{UNSAFE: "1"})
    assert ran.stdout.startswith("done unsafe no protections"), ran.stderr


def test_the_word_changes_nothing_where_the_protections_hold() -> None:
    ran = judge("", "", **{UNSAFE: "1"})
    assert ran.stdout.startswith("done zygote"), ran.stderr


@WASI
@pytest.mark.parametrize("what", LACKING)
def test_webassembly_takes_over_where_a_protection_is_missing(what: str) -> None:
    ran = judge(LACKING[what], "", **{UNSAFE: "1"})
    assert ran.stdout.startswith("done wasi CPython in wasmtime"), ran.stderr
    assert ";" in ran.stdout, "it says what is missing"


WITHOUT_THE_EXTRA = """
from tutelage.domains.sandbox import component
component.LIBRARIES = ("wasmtime-that-nobody-has",)
"""


@pytest.mark.parametrize("only", ["", "wasi"])
def test_without_the_extra_the_refusal_says_what_would_help(only: str) -> None:
    ran = judge(WITHOUT_THE_EXTRA + LACKING["no Landlock"], only)
    assert ran.returncode != 0 and ran.stdout == ""
    assert "pip install 'tutelage[wasi]'" in ran.stderr and UNSAFE in ran.stderr


@pytest.mark.parametrize("only", ["unsafe", "none", "zygote+ns", "ZYGOTE"])
def test_a_kind_that_is_none_is_not_guessed(only: str) -> None:
    ran = judge("", only)
    assert ran.returncode != 0 and f"{ONLY}={only} names none of zygote, wasi" in ran.stderr


def test_a_filter_for_another_machine_ends_the_process_before_any_program_runs() -> None:
    other = next(machine for machine in MACHINES if machine != os.uname().machine)
    with ZygoteSandbox(Protection(machine=other)) as box:
        assert "cannot be put on" in probe(box)


def test_a_sandbox_that_does_not_hold_is_found_out_by_a_trial() -> None:
    with ZygoteSandbox(Protection(on=False)) as box:
        assert probe(box).startswith("a confined program reached ['a file'")


def test_what_is_missing_is_said_and_nothing_stays_behind() -> None:
    strongest = StrongestSandbox(Protection(machine="riscv64"), only="zygote")
    level, why = strongest.level()
    assert level == "none" and "No filter for 'riscv64'" in why
    with pytest.raises(SandboxUnavailable, match="riscv64"):
        strongest.run("", [])
    strongest.close()


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_allows_what_it_names_and_nothing_else(machine: str) -> None:
    from tutelage.domains.sandbox import seccomp as filters

    column = tuple(MACHINES).index(machine)
    for files in (False, True):
        named = {**filters.FREE, **(filters.FILES if files else {})}
        free = {numbers[column] for numbers in named.values()}
        code = program(machine, files=files)
        asked = {filters.OPEN[column], filters.OPENAT[column], filters.FCNTL[column]}
        for number in {*range(600), *range(0x40000000, 0x40000200), 2**32 - 1} - asked:
            allowed = answer(code, MACHINES[machine], number) == 0x7FFF0000
            assert allowed == (number in free), (machine, number)
        openat = filters.OPENAT[column]
        assert openat is not None
        read, write, cut, nameless = 0o2000000, 0o1, 0o1000, 0o20200000
        for flags, fine in ((read, True), (write, files), (cut, files), (nameless, False)):
            said = answer(code, MACHINES[machine], openat, (0, 0, flags))
            assert (said == 0x7FFF0000) == fine, flags
        assert answer(code, 0, 1) == 0x80000000, "another architecture's door ends the process"


def answer(code: bytes, arch: int, number: int, args: tuple[int, ...] = ()) -> int:
    """Return what the kernel would for this system call."""
    import struct

    data = struct.pack("=IIQ6Q", number, arch, 0, *args, *(0,) * (6 - len(args)))
    at = held = 0
    while True:
        kind, yes, no, value = struct.unpack_from("=HBBI", code, 8 * at)
        at += 1
        if kind == 0x06:
            return int(value)
        if kind == 0x20:
            held = int(struct.unpack_from("=I", data, value)[0])
        else:
            holds = {0x15: held == value, 0x45: bool(held & value), 0x35: held >= value}[kind]
            at += yes if holds else no
