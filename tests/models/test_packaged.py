"""A student with a name: real weights, fetched, and written out for torch once."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model

from tutelage.models import ModelError, Request, open_model
from tutelage.models.hf import dequantise as dequantising
from tutelage.models.hf.dequantise import dequantise
from tutelage.models.hf.model import HfModel
from tutelage.models.hf.weights_hash import hash_weights
from tutelage.models.packaged import (
    WEIGHTS,
    is_dequantised,
    torch_can_open,
    torch_folder,
    write_torch_manifest,
    written_weights,
)
from tutelage.weights import CATALOGUE, path_of
from tutelage.weights.cache import folder_of, write_manifest

from .tiny import save_tiny

NAME = "smollm2-135m"
RULES = "\n".join(f"- When {i} meetings overlap, count the rooms they need." for i in range(2, 6))
MEETINGS = [
    Request(f"Meetings {times}. Rooms {rooms}.", "Can every meeting have a room?", RULES, 8)
    for rooms, times in enumerate(["2-6, 3-4", "1-2, 2-3, 2-5", "4-9", "1-8, 2-3, 2-4, 3-4"], 1)
]


def test_a_batch_with_a_shared_strategy_says_what_each_says_alone(real: HfModel) -> None:
    together = [reply.text for reply in real.reply(MEETINGS)]
    assert len(set(together)) > 1 and all(text.isascii() for text in together)
    whole = open_model("smollm2-135m", device="cpu", share_prefix=False)
    assert [whole.reply([request])[0].text for request in MEETINGS[:2]] == together[:2]
    assert [reply.text for reply in whole.reply(MEETINGS)] == together


def test_a_short_answer_ends_by_itself(real: HfModel) -> None:
    reply = real.reply([Request("Reply with the single word yes.", max_tokens=60)])[0]
    assert reply.outcome == "ok" and reply.usage.output < 60


def test_an_adapter_leaves_the_model_as_it_was(real: HfModel, tmp_path: Path) -> None:
    file = torch_folder(NAME) / "model.safetensors"
    stamp, said = file.stat().st_mtime_ns, real.reply(MEETINGS[:1])
    module, _ = real.bare()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    config = LoraConfig(
        r=4, lora_alpha=64, target_modules=["q_proj", "down_proj"], init_lora_weights=False
    )
    torch.manual_seed(1)  # and strong: no reply stays as it was by chance
    wrapped = get_peft_model(module, config)
    wrapped.save_pretrained(tmp_path)
    wrapped.unload()
    assert real.with_adapter(tmp_path).reply(MEETINGS[:1]) != said
    assert real.reply(MEETINGS[:1]) == said
    after = real.bare().module.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert file.stat().st_mtime_ns == stamp


def test_the_second_opening_writes_nothing(real: HfModel, monkeypatch: pytest.MonkeyPatch) -> None:
    written = (torch_folder(NAME) / "model.safetensors").stat().st_mtime_ns
    monkeypatch.setattr(dequantising, "_convert", None)
    again = open_model(NAME)
    assert again.name == NAME == real.name
    assert (torch_folder(NAME) / "model.safetensors").stat().st_mtime_ns == written
    manifest = json.loads((torch_folder(NAME) / "manifest.json").read_text())
    assert manifest["dtype"] == "float32" and len(manifest["sizes"]) > 3


def test_a_name_that_is_nearly_right_is_corrected() -> None:
    with pytest.raises(ModelError, match="Did you mean smollm2-135m"):
        open_model("smollm2-135m-instruct")


@pytest.fixture(scope="module")
def usual() -> tuple[Path, Path]:
    """The real weights, and their torch folder."""
    return path_of(NAME), dequantise(NAME, 135e6)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def place(content: bytes | Path) -> None:
    """Put a file of the right size where the weights belong."""
    weights, folder = CATALOGUE[NAME], folder_of(NAME)
    folder.mkdir(parents=True)
    file = folder / weights.opens
    if isinstance(content, Path):
        file.symlink_to(content)
    else:
        file.write_bytes(content)
        with file.open("r+b") as out:
            out.truncate(weights.size)
    write_manifest(weights, folder, "this test")


def left_in(cache: Path) -> set[str]:
    return {path.name for path in (cache / "torch").iterdir() if path.suffix != ".lock"}


def test_what_is_not_here_names_the_command_that_fetches_it(cache: Path) -> None:
    assert not torch_can_open(NAME)
    with pytest.raises(ModelError, match="`tutelage models fetch smollm2-135m`"):
        open_model(NAME)
    assert not cache.exists()


def test_a_damaged_file_leaves_no_half_of_a_folder(cache: Path) -> None:
    place(b"GGUF but no more")
    with pytest.raises(
        ModelError, match=r"is damaged: .* Run `tutelage models fetch smollm2-135m`"
    ):
        open_model(NAME)
    assert left_in(cache) == set() and not is_dequantised(NAME)


def write_torch(content: bytes = b"weights") -> Path:
    """A torch folder as one is left, but for what the weights say."""
    folder = torch_folder(NAME)
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(content)
    write_torch_manifest(NAME, folder, {})
    return folder


def test_bytes_that_rotted_in_a_file_of_the_right_size_are_not_written_out(
    usual: tuple[Path, Path], cache: Path
) -> None:
    rotten = bytearray(usual[0].read_bytes())
    rotten[60_000_000:60_004_000] = bytes(4000)
    place(bytes(rotten))
    with pytest.raises(
        ModelError, match=r"is damaged: .* Run `tutelage models fetch smollm2-135m`"
    ):
        dequantise(NAME, 135e6)
    assert left_in(cache) == set()


@pytest.mark.parametrize(
    "fault", ["short", "gone", "other weights", "no hash", "a list", "no JSON"]
)
def test_a_torch_folder_that_is_not_made_of_these_weights_whole_is_none(
    cache: Path, fault: str
) -> None:
    folder = write_torch()
    assert is_dequantised(NAME) and torch_can_open(NAME)
    manifest, file = folder / "manifest.json", folder / "model.safetensors"
    told = json.loads(manifest.read_text())
    if fault == "short":
        file.write_bytes(b"half")
    elif fault == "gone":
        file.unlink()
    elif fault == "other weights":
        manifest.write_text(json.dumps(told | {"made_of": {CATALOGUE[NAME].opens: "0" * 64}}))
    elif fault == "no hash":
        manifest.write_text(json.dumps({"source": CATALOGUE[NAME].opens, "dtype": "float32"}))
    else:
        manifest.write_text("[1]" if fault == "a list" else "{")
    assert not is_dequantised(NAME) and not torch_can_open(NAME)
    with pytest.raises(ModelError, match="`tutelage models fetch smollm2-135m`"):
        open_model(NAME)
    assert folder.exists(), "what cannot be made again is kept"


def test_a_torch_folder_that_does_not_load_says_that_it_may_be_removed(cache: Path) -> None:
    folder = write_torch(b"no tensors")
    with pytest.raises(ModelError, match=r"Remove that folder: it is made again") as caught:
        open_model(NAME)
    assert str(folder) in str(caught.value)


def test_a_torch_folder_that_rotted_in_its_size_is_not_used(cache: Path) -> None:
    folder = torch_folder(NAME)
    save_tiny(folder)
    module = HfModel(folder, device="cpu").module
    hashes = {"float32": hash_weights(module), "bfloat16": hash_weights(module, torch.bfloat16)}
    write_torch_manifest(NAME, folder, {WEIGHTS: hashes})
    assert open_model(NAME, device="cpu").name == NAME
    assert hash_weights(module.to(torch.bfloat16)) == hashes["bfloat16"], "as a GPU loads it"
    file = folder / "model.safetensors"
    with file.open("r+b") as out:
        out.seek(-3, 2)
        byte = out.read(1)
        out.seek(-3, 2)
        out.write(bytes([byte[0] ^ 1]))
    assert is_dequantised(NAME), "its sizes are right"
    with pytest.raises(ModelError, match=r"has rotted.* Remove that folder: it is made again"):
        open_model(NAME, device="cpu")


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_folder_of_a_users_own_that_is_cut_short_is_named(tmp_path: Path, file: str) -> None:
    save_tiny(tmp_path)
    content = (tmp_path / file).read_bytes()
    (tmp_path / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=r"No model can be loaded from .* Give a folder") as caught:
        open_model(f"hf:{tmp_path}")
    assert str(tmp_path) in str(caught.value) and ".." not in str(caught.value)


def test_a_disk_without_room_is_told_before_the_work(cache: Path) -> None:
    place(b"GGUF")
    free = shutil.disk_usage(cache).free
    with pytest.raises(ModelError, match=r"takes \d+\.\d GB in .*torch, and .* GB are free"):
        dequantise(NAME, parameters=free)
    assert left_in(cache) == set()


def test_a_memory_without_room_is_told_before_the_work(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(b"GGUF")
    monkeypatch.setattr(dequantising, "PEAK", 1e9)
    with pytest.raises(ModelError, match=r"GB of memory, and this machine has .*llama:smollm2"):
        dequantise(NAME, parameters=135e6)
    assert left_in(cache) == set()


WRITING = f"""
from tutelage.models.hf import dequantise
def convert(source, draft):
    draft.mkdir()
    (draft / "model.safetensors").write_bytes(b"half")
    print("half", flush=True)
    input()
dequantise._convert, dequantise.has_right_bytes = convert, bool
dequantise.dequantise({NAME!r}, 1e6)
"""


def test_a_killed_writing_is_begun_anew_and_a_second_one_waits_for_the_first(cache: Path) -> None:
    place(b"GGUF")
    writing = [sys.executable, "-c", WRITING]
    killed = subprocess.Popen(writing, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert killed.stdout is not None and killed.stdout.readline() == b"half\n"
    pipe = subprocess.PIPE
    second = subprocess.Popen(writing, stdin=pipe, stdout=pipe, stderr=pipe)
    assert second.stderr is not None
    assert b"writing out smollm2-135m: waiting for it" in second.stderr.readline()
    assert left_in(cache) == {f"{NAME}.partial"}
    killed.kill()
    killed.communicate()
    assert second.stdout is not None and second.stdout.readline() == b"half\n"
    second.kill()
    second.communicate()
    assert left_in(cache) == {f"{NAME}.partial"} and not is_dequantised(NAME)


@pytest.mark.slow
def test_what_was_left_half_is_written_out_again_with_the_same_weights(
    usual: tuple[Path, Path], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, whole = usual
    place(source)
    for half in (torch_folder(NAME), torch_folder(f"{NAME}.partial")):
        half.mkdir(parents=True)
        (half / "config.json").write_text("{half")
    assert dequantise(NAME, 135e6) == torch_folder(NAME) != whole
    assert set(written_weights(whole)) <= {"float32", "bfloat16"}
    opened = HfModel(whole, device="cpu")
    assert written_weights(torch_folder(NAME))["float32"] == hash_weights(opened.module)
    assert left_in(cache) == {NAME}
    said = capsys.readouterr()
    assert said.out == "" and said.err.splitlines() == [
        f"Writing {NAME} out in fp32, once: 0.6 GB in {torch_folder(NAME)}"
    ]
    for file in ("model.safetensors", "tokenizer.json", "chat_template.jinja"):
        assert (torch_folder(NAME) / file).read_bytes() == (whole / file).read_bytes()
