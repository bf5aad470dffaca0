"""Thirty programs that want the disk, by an outside measurement: none gets twice its cap.

The measurement needs a file system of its own and a look at what other processes hold: root.
"""

import subprocess
import sys
import tempfile
import threading
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


def greedy(level: str, disk: Path, seconds: float) -> dict[str, int]:
    """Return the programs that got more than may be at `level`, and how much they got."""
    with make_runner(level) as runner:
        peaks = {name: peak_of(runner, it, disk, seconds) for name, it in PROGRAMS.items()}
    assert list(disk.iterdir()) == []
    return {name: peak for name, peak in peaks.items() if peak > MOST[level]}


@pytest.mark.parametrize("level", ["zygote+ns", "zygote"])
def test_no_program_gets_twice_the_cap(disk: Path, level: str) -> None:
    assert greedy(level, disk, 0.15) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("level", "seconds"), [("zygote+ns", 0.8), pytest.param("wasi", 0.2, marks=WASI)]
)
def test_no_program_gets_twice_the_cap_in_more_time(disk: Path, level: str, seconds: float) -> None:
    assert greedy(level, disk, seconds) == {}


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
