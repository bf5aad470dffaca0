"""Headers of GGUF files: read in a moment, and a damaged file is told and crashes nothing."""

import os
import random
import shutil
import struct
from pathlib import Path

import gguf
import numpy as np
import pytest

from tutelage.models import ModelError, facts_of, open_model
from tutelage.models.llama.gguf_header import context_of, read_header
from tutelage.weights import path_of

HEADER = 1_700_000
"""Bytes, about, of SmolLM2's header."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of SmolLM2 that may be damaged; `head` mends it first."""
    return Path(shutil.copy(path_of("smollm2-135m"), tmp_path_factory.mktemp("gguf") / "m.gguf"))


@pytest.fixture
def head(copy: Path) -> bytearray:
    shutil.copy(path_of("smollm2-135m"), copy)
    with copy.open("rb") as file:
        return bytearray(file.read(HEADER))


def write_head(copy: Path, head: bytes) -> None:
    with copy.open("r+b") as file:
        file.write(head)


def write_model(path: Path, numbers: int, **keys: int) -> None:
    """A GGUF file with one tensor."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(4096)
    for key, value in keys.items():
        writer.add_uint16(key.replace("_", "."), value)
    writer.add_tensor("output.weight", np.zeros((numbers,), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.gguf")
    writer = os.open(tmp_path / "m.gguf", os.O_RDWR)  # Else a reader would wait here for ever.
    try:
        with pytest.raises(ModelError, match="it is a folder, a pipe or a device"):
            read_header(tmp_path / "m.gguf")
    finally:
        os.close(writer)


def test_a_header_tells_the_size_of_a_model_and_where_its_file_ends() -> None:
    path = path_of("smollm2-135m")
    header = read_header(path)
    assert (header.architecture, header.parameters) == ("llama", 134_515_008)
    assert header.end == path.stat().st_size
    assert header.cache_bytes == 2 * 30 * 3 * (64 + 64)
    assert context_of(header) == header.number("context_length") == 8192
    size = facts_of("llama:smollm2-135m").size
    assert (size.parameters, size.context) == (134_515_008, 8192)


def test_a_context_whose_cache_would_be_too_large_is_shortened() -> None:
    header = read_header(path_of("smollm2-135m"))
    wide = header._replace(keys={**header.keys, "llama.context_length": 10**6})
    assert context_of(wide) == 2**30 // header.cache_bytes // 256 * 256 < 10**6
    bare = header._replace(keys={"general.architecture": "llama"})
    assert context_of(bare) == 4096


def test_a_file_that_was_cut_off_is_told_wherever_it_was(copy: Path, head: bytearray) -> None:
    luck, size = random.Random(0), copy.stat().st_size
    cuts = {0, 3, 4, 8, 23, 24, 32, size // 2, size - 1, *luck.sample(range(HEADER), 60)}
    for cut in sorted(cuts, reverse=True):
        os.truncate(copy, cut)
        with pytest.raises(ModelError, match=r"cut off|is no GGUF file"):
            read_header(copy)


@pytest.mark.parametrize("version", [0, 1, 4, 2**24 * 3])
def test_another_version_is_told(copy: Path, head: bytearray, version: int) -> None:
    head[4:8] = struct.pack("<I", version)
    write_head(copy, head)
    with pytest.raises(ModelError, match=f"GGUF of version {version}"):
        read_header(copy)


@pytest.mark.parametrize("place", [8, 16, 24])
@pytest.mark.parametrize("count", [2**62, 2**31])
def test_a_count_that_cannot_be_is_told_at_once(
    copy: Path, head: bytearray, place: int, count: int
) -> None:
    head[place : place + 8] = struct.pack("<Q", count)
    write_head(copy, head)
    with pytest.raises(ModelError, match="is damaged: its header counts"):
        read_header(copy)


def test_no_damage_of_a_header_is_anything_but_told(copy: Path, head: bytearray) -> None:
    for seed in range(60):
        luck, damaged = random.Random(seed), bytearray(head)
        for _ in range(luck.choice([1, 2, 20])):
            place = luck.choice([luck.randrange(24, 3000), luck.randrange(HEADER)])
            damaged[place] = luck.choice([0, 255, luck.randrange(256)])
        write_head(copy, damaged)
        try:
            read_header(copy)
        except ModelError as error:
            assert str(copy) in str(error) and "Download it again" in str(error)


def test_what_is_no_file_of_a_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("A story of some length, and no model at all.")
    (tmp_path / "empty.gguf").touch()
    for name, said in (
        ("text.gguf", "is no GGUF file"),
        ("empty.gguf", "is no GGUF file"),
        ("nowhere.gguf", "No GGUF file can be read"),
        ("", "it is a folder"),
    ):
        with pytest.raises(ModelError, match=said):
            read_header(tmp_path / name)
    assert facts_of(f"llama:{tmp_path}/text.gguf").size.parameters is None


def test_all_parts_of_a_split_model_have_to_be_there(tmp_path: Path) -> None:
    first, second = (tmp_path / f"m-0000{n}-of-00002.gguf" for n in (1, 2))
    write_model(first, 1000, split_count=2, split_no=0)
    with pytest.raises(ModelError, match=second.name):
        read_header(first)
    write_model(second, 500, split_count=2, split_no=1)
    header = read_header(first)
    assert header.parts == [first, second] and header.parameters == 1500
    os.truncate(second, second.stat().st_size - 1000)
    with pytest.raises(ModelError, match=f"{second.name} is cut off"):
        read_header(first)


def test_a_file_that_ends_llama_cpp_does_not_end_this_process(copy: Path, head: bytearray) -> None:
    pytest.importorskip("xllamacpp")
    # Two tokens of one name: llama.cpp asserts that there are none, and aborts.
    tokens = head.index(b"tokenizer.ggml.tokens")
    twin = head.index(b"<|im_end|>", tokens)
    other = head.index(b"<file_sep>", twin)
    head[other : other + 10] = head[twin : twin + 10]
    write_head(copy, head)
    with pytest.raises(ModelError, match=r"cannot load .*GGML_ASSERT"):
        open_model(f"llama:{copy}", context=256)


@pytest.mark.parametrize(
    ("key", "value"), [("llama.attention.head_count", 7), ("llama.embedding_length", 575)]
)
def test_why_llama_cpp_refuses_a_file_is_told(
    copy: Path, head: bytearray, key: str, value: int
) -> None:
    pytest.importorskip("xllamacpp")
    place = head.index(key.encode()) + len(key) + 4
    head[place : place + 4] = struct.pack("<I", value)
    write_head(copy, head)
    with pytest.raises(ModelError, match=r"cannot load .*error loading model"):
        open_model(f"llama:{copy}", context=256)
