"""Measure from outside what the processes below this one hold on any file system, mapped or not."""

import contextlib
import ctypes
import os
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

PRIVATE = ("cwd", "root/proc")
"""Places below /proc/PID where a process may have a file system of its own."""
_c = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def own_disk(home: Path) -> Iterator[Path]:
    """Mount a file system on `home` and have temporary files go there; skip if it cannot be done.

    What is used of it is exact: files that have no name any more count as well.
    """
    if _c.mount(b"tmpfs", bytes(home), b"tmpfs", ctypes.c_ulong(0), b"size=2g"):
        pytest.skip(f"no file system can be mounted here: {os.strerror(ctypes.get_errno())}")
    kept, tempfile.tempdir = tempfile.tempdir, str(home)
    try:
        yield home
    finally:
        tempfile.tempdir = kept
        _c.umount2(bytes(home), 2)


class DiskUse:
    """Looks all the time, in a thread, at the disk that all below this process use."""

    def __init__(self, disk: Path) -> None:
        self.peak = 0
        """The most bytes that were held at one moment."""
        self._disk = disk
        self._known = set(_mounted())
        self._began = _used(disk)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.01):
            self.peak = max(self.peak, self._look())

    def _look(self) -> int:
        private: dict[int, int] = {}
        held: dict[tuple[int, int], int] = {}
        for pid in _below(os.getpid()):
            for place in PRIVATE:
                path = Path(f"/proc/{pid}/{place}")
                with contextlib.suppress(OSError):
                    if (device := path.stat().st_dev) not in self._known:
                        private[device] = _used(path)
            for seen in _writable(pid):
                held[seen.st_dev, seen.st_ino] = seen.st_blocks * 512
        counted = {self._disk.stat().st_dev, *private}
        elsewhere = sum(used for (device, _), used in held.items() if device not in counted)
        return _used(self._disk) - self._began + sum(private.values()) + elsewhere


def _used(place: Path) -> int:
    """Return the bytes that the file system of `place` holds."""
    seen = os.statvfs(place)
    return (seen.f_blocks - seen.f_bfree) * seen.f_frsize


def _mounted() -> Iterator[int]:
    """Yield the devices that are mounted where this process is."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        with contextlib.suppress(OSError):
            yield Path(line.split()[4].encode().decode("unicode_escape")).stat().st_dev


def _below(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from _below(int(child))


def _writable(pid: int) -> Iterator[os.stat_result]:
    """Yield plain files that a process holds open or mapped and that are nobody's but a program's.

    They have no name any more, or one where temporary files go.
    """
    for folder in ("fd", "map_files"):
        with contextlib.suppress(OSError):
            for path in Path(f"/proc/{pid}/{folder}").iterdir():
                with contextlib.suppress(OSError):
                    seen, name = path.stat(), str(path.readlink())
                    temporary = name.startswith(("/tmp/", "/var/tmp/", "/dev/shm/", "/memfd:"))
                    # A clone that lies there has its libraries there too.
                    temporary = temporary and not name.startswith(sys.prefix)
                    if stat.S_ISREG(seen.st_mode) and (temporary or not seen.st_nlink):
                        yield seen
