"""Thirty programs that want the disk, by an outside measurement: none gets twice its cap.

The measurement needs a file system of its own and a look at what other processes hold: root.
"""

import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from tutelage.domains.sandbox import Limits
from tutelage.domains.sandbox.inside.files import FILE_BYTES
from tutelage.domains.sandbox.runner import Runner
from tutelage.domains.sandbox.zygote_sandbox import ZygoteSandbox

from .attacks.disk import PROGRAMS
from .disk_use import DiskUse, own_disk
from .levels import WASI, make_runner

MOST = {"zygote+ns": 2 * FILE_BYTES, "zygote": 0, "wasi": 0}
"""Level -> the most bytes that any program may hold: without a mount of its own, none at all."""
FILLERS = (
    "one file that grows",
    "many full files",
    "open and unlinked",
    "one page mapped, closed and unlinked",
    "mapped by C, closed and unlinked",
    "mapped privately, closed and unlinked",
    "sparse",
    "very sparse",
    "renamed over its like",
    "in folders",
    "linked",
    "in silence",
)
"""Programs that come to all that they may have, in a mount of their own."""
WRITERS = {
    "unlinked": "path = f'{home}/a'; out = open(path, 'wb'); os.unlink(path)",
    "mapped": "path = f'{home}/a'; out = open(path, 'wb'); fd = os.open(path, os.O_RDWR);"
    " os.ftruncate(fd, 1); held = mmap.mmap(fd, 1); os.close(fd); os.unlink(path)",
    "in memory": "out = open(os.memfd_create('a'), 'wb')",
    "in a mount of its own": "libc.unshare(0x20000); libc.mount(b'', b'/', b'', 0x44000, None);"
    " libc.mount(b'tmpfs', b'/proc', b'tmpfs', 0, b''); os.chdir('/proc'); out = open('a', 'wb')",
}
"""Ways to hold 40 MB with no sandbox at all."""


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as home, own_disk(Path(home)) as mounted:
        yield mounted


@pytest.mark.parametrize("way", WRITERS)
def test_the_measurement_sees_what_a_process_holds(disk: Path, way: str) -> None:
    source = (
        "import ctypes, mmap, os, sys; libc = ctypes.CDLL(None); home = sys.argv[1]\n"
        f"{WRITERS[way]}\nout.write(bytes(40_000_000)); out.flush(); print(flush=True); input()"
    )
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", source, str(disk)]
    with (
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as writer,
        DiskUse(disk) as use,
    ):
        assert writer.stdout is not None
        writer.stdout.readline()
        assert 40_000_000 <= use._look() < 41_000_000
        writer.communicate("\n")


def peak_of(runner: Runner, source: str, disk: Path, seconds: float) -> int:
    limits = Limits(seconds=seconds, memory_mb=256)
    runner.run("", [])  # what a sandbox itself needs is there before
    with DiskUse(disk) as use:
        ran = runner.run(source, [], limits=limits, files={"a.txt": "mine", "b/c.txt": "mine too"})
    assert ran.status in ("timeout", "killed"), ran
    return use.peak


def running(zygote: psutil.Process) -> list[psutil.Process]:
    below = zygote.children(recursive=True)
    return [it for it in below if it.is_running() and it.status() != psutil.STATUS_ZOMBIE]


def work(programs: list[psutil.Process]) -> float:
    """Return the seconds of processor time that programs have used."""
    return sum(sum(it.cpu_times()[:2]) for it in programs)


def worked_peak_of(runner: ZygoteSandbox, name: str, disk: Path, worked: float, least: int) -> int:
    """Return what a program held at most, once it has worked, and holds `least`; then end it.

    Only its own processor time counts, so that a busy machine gives it no less.
    """
    runner.run("", [])
    assert runner._zygote is not None
    zygote = psutil.Process(runner._zygote._process.pid)
    limits, files = Limits(seconds=120, memory_mb=256), {"a.txt": "mine", "b/c.txt": "mine too"}
    ends: list[str] = []

    def run() -> None:
        ends.append(runner.run(PROGRAMS[name], [], limits=limits, files=files).status)

    with DiskUse(disk) as use:
        thread = threading.Thread(target=run)
        thread.start()
        while thread.is_alive():
            with contextlib.suppress(psutil.NoSuchProcess):
                programs = running(zygote)
                if work(programs) >= worked and (not least or use._look() >= least):
                    for it in programs:
                        it.suspend()
                    use.peak = max(use.peak, use._look())
                    for it in programs:
                        it.kill()
                    break
            time.sleep(0.005)
        thread.join()
    assert ends == ["killed"], f"{name} did not come to {least} bytes: {ends}"
    return use.peak


def peaks_at(level: str, disk: Path, worked: float) -> dict[str, int]:
    """Return the most that each program held at `level`."""
    with make_runner(level) as runner:
        assert isinstance(runner, ZygoteSandbox)
        full = int(0.9 * FILE_BYTES) if MOST[level] else 0
        peaks = {
            name: worked_peak_of(runner, name, disk, worked, full if name in FILLERS else 0)
            for name in PROGRAMS
        }
    assert list(disk.iterdir()) == []
    return peaks


@pytest.mark.parametrize("level", ["zygote+ns", "zygote"])
def test_no_program_gets_twice_the_cap(disk: Path, level: str) -> None:
    """Those that can fill the cap do, so that none passes for want of time."""
    peaks = peaks_at(level, disk, 0.05)
    assert {name: peak for name, peak in peaks.items() if peak > MOST[level]} == {}


@pytest.mark.slow
def test_no_program_gets_twice_the_cap_in_more_time(disk: Path) -> None:
    peaks = peaks_at("zygote+ns", disk, 0.3)
    assert {name: peak for name, peak in peaks.items() if peak > MOST["zygote+ns"]} == {}


@pytest.mark.parametrize("name", FILLERS)
def test_without_a_sandbox_such_a_program_takes_more(disk: Path, name: str) -> None:
    with tempfile.TemporaryDirectory(dir=disk) as home, DiskUse(disk) as use:
        command = [sys.executable, "-c", PROGRAMS[name]]
        with subprocess.Popen(command, cwd=home) as program:
            while program.poll() is None and use._look() <= MOST["zygote+ns"]:
                pass
            assert program.poll() is None, "it was still writing"
            program.kill()


@pytest.mark.slow
@WASI
def test_no_program_in_webassembly_gets_any_disk(disk: Path) -> None:
    with make_runner("wasi") as runner:
        peaks = {name: peak_of(runner, it, disk, 0.2) for name, it in PROGRAMS.items()}
    assert {name: peak for name, peak in peaks.items() if peak} == {}


@WASI
def test_a_program_in_webassembly_gets_no_disk_at_all(disk: Path) -> None:
    with make_runner("wasi") as runner:
        assert peak_of(runner, PROGRAMS["one file that grows"], disk, 0.5) == 0


def test_a_program_fills_its_own_mount_which_no_other_process_sees(disk: Path) -> None:
    """It is seen to be full from outside, and nothing in it could be run or be a device."""
    source, limits = PROGRAMS["open and unlinked"], Limits(seconds=120)
    with make_runner("zygote+ns") as runner, DiskUse(disk) as use:
        run = partial(runner.run, source, [], limits=limits, files={})
        thread = threading.Thread(target=run)
        thread.start()
        while use._look() < 0.95 * FILE_BYTES:
            assert thread.is_alive()
        assert isinstance(runner, ZygoteSandbox) and runner._zygote is not None
        (program,) = psutil.Process(runner._zygote._process.pid).children()
        mounts = Path(f"/proc/{program.pid}/mountinfo").read_text().splitlines()
        own = [line for line in mounts if line.split()[4] == "/proc"][-1]
        assert {"nosuid", "nodev", "noexec"} <= set(own.split()[5].split(","))
        assert "tmpfs" in own and own not in Path("/proc/self/mountinfo").read_text()
        program.kill()
        thread.join()
