"""An index and a hub on this machine, an empty cache, and pip and hub that look nowhere else."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .places import FILE, NAME, Place, fill_hub, fill_index, part_bytes, serve


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "weights"


@pytest.fixture
def index(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """An index of poisoned wheels; after the test no poison has left its mark."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    mark = tmp_path / "mark"
    with serve() as place:
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"{place.url}/simple/")
        monkeypatch.setenv("PIP_RETRIES", "0")
        monkeypatch.setenv("PIP_TIMEOUT", "240")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        fill_index(place, mark)
        yield place
    assert not mark.exists(), mark.read_text()
    assert not any("never" in path or path.endswith(".tar.gz") for path in place.asked)


@pytest.fixture
def hub(index: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A hub that has the same file; processes that are started from now on reach it."""
    with serve() as place:
        monkeypatch.delenv("HF_HUB_OFFLINE")
        monkeypatch.setenv("HF_ENDPOINT", place.url)
        fill_hub(place)
        yield place


@pytest.fixture
def keep(cache: Path) -> Callable[[int], Path]:
    """Leave the first parts as an earlier fetch that broke; each spares a call of pip."""

    def leave(count: int) -> Path:
        files = cache / f"{NAME}.partial" / "files"
        files.mkdir(parents=True)
        kept = b"".join(part_bytes(number) for number in range(1, count + 1))
        (files / FILE).write_bytes(kept)
        return files / FILE

    return leave
