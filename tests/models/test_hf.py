"""A student answers in batches as it would alone, and takes its adapter off to the bit."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from torch import Tensor

from tutelage.models import ModelError, Request, adapter_files, check_model, engine_of, open_model
from tutelage.models.adapter_files import MANIFEST, hash_file
from tutelage.models.hf.decoding.generate import Decoder, Prompt
from tutelage.models.hf.model import HfModel, _AdaptedModel

RULES = "- Carry the ten.\n- Add the tens last."
SUMS = [
    Request(f"{a} + {a * b}" + "?" * b, "Add.", RULES, max_tokens=6 + b)
    for a in (3, 17, 256)
    for b in (1, 4, 9)
]


def adapter(folder: Path, student: HfModel, seed: int, **settings: Any) -> Path:
    """An adapter that says something: its weights are drawn, not trained."""
    module, _ = student.bare()
    config = LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False, **settings)
    torch.manual_seed(seed)
    wrapped = get_peft_model(module, config)
    wrapped.save_pretrained(folder)
    wrapped.unload()
    return folder


def weights(student: HfModel) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in student.bare().module.state_dict().items()}


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def alone(student: HfModel, requests: Sequence[Request]) -> list[str]:
    return [student.reply([request])[0].text for request in requests]


def test_a_batch_says_what_each_would_say_alone(tiny: HfModel) -> None:
    replies = tiny.reply(SUMS)
    assert [reply.text for reply in replies] == alone(tiny, SUMS)
    assert len({reply.text for reply in replies}) > 5, "the replies differ, so order shows"


def test_reading_the_strategy_once_changes_no_reply(tiny: HfModel, tiny_folder: Path) -> None:
    whole = HfModel(tiny_folder, device="cpu", share_prefix=False)
    assert tiny._decoder._shares and not whole._decoder._shares
    assert tiny.reply(SUMS) == whole.reply(SUMS)


def test_the_engine_tells_which_model_lies_in_a_folder(tiny_folder: Path, tmp_path: Path) -> None:
    def engine(folder: Path) -> str:
        return engine_of(open_model(f"hf:{folder}", device="cpu"))

    first = engine(tiny_folder)
    assert re.fullmatch(r"torch [\d.]+, cpu, float32, model [0-9a-f]{12}", first)
    moved = shutil.copytree(tiny_folder, tmp_path / "moved")
    assert engine(moved) == first, "not where it lies"
    found = {first}
    for change in (
        _change_template,
        _change_one_bit,
        _turn_rows_round,
        _change_setting,
        _forget_a_merge,
    ):
        folder = shutil.copytree(tiny_folder, tmp_path / change.__name__)
        change(folder)
        found.add(engine(folder))
    assert len(found) == 6


def _change_template(folder: Path) -> None:
    template = folder / "chat_template.jinja"
    template.write_text(template.read_text() + " ")


def _change_one_bit(folder: Path) -> None:
    _change_last_matrix(folder, lambda it: it.view(torch.int32).flatten()[-1].bitwise_xor_(1))


def _turn_rows_round(folder: Path) -> None:
    _change_last_matrix(folder, lambda it: it.copy_(it.flip(0)))


def _change_last_matrix(folder: Path, change: Callable[[Tensor], object]) -> None:
    weights = load_file(folder / "model.safetensors")
    change(weights[max(name for name, tensor in weights.items() if tensor.dim() == 2)])
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _change_setting(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"rms_norm_eps": 0.5}))


def _forget_a_merge(folder: Path) -> None:
    rules = json.loads((folder / "tokenizer.json").read_text())
    assert rules["model"]["merges"].pop()
    (folder / "tokenizer.json").write_text(json.dumps(rules))


def test_requests_of_several_strategies_mix(tiny: HfModel) -> None:
    mixed = [replace(r, context=r.context * (i % 3)) for i, r in enumerate(SUMS)]
    mixed.append(replace(SUMS[0], prompt="\nno cut here"))
    assert [reply.text for reply in tiny.reply(mixed)] == alone(tiny, mixed)


def test_it_agrees_with_the_librarys_own_generation(tiny: HfModel) -> None:
    module, tokenizer = tiny.bare()
    for request, reply in zip(SUMS, tiny.reply(SUMS), strict=True):
        ids = torch.tensor([tiny.encode(request).prefix + tiny.encode(request).rest])
        out = module.generate(ids, max_new_tokens=request.max_tokens, do_sample=False)
        assert reply.text == tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)


def test_a_reply_that_hits_its_limit_is_truncated_and_kept(tiny: HfModel) -> None:
    reply = tiny.reply([Request("Go.", max_tokens=3)])[0]
    assert reply.outcome == "truncated" and reply.usage.output == 3 and reply.text


def test_a_reply_that_ends_leaves_the_batch_and_the_others_go_on(tiny: HfModel) -> None:
    prompts = [Prompt((), tuple(tiny.encode(r).rest), 12, 0.0, 0) for r in SUMS]
    free = Decoder(tiny.module, frozenset(), 8).generate(prompts)
    stop = free[0].ids[5]
    stopped = Decoder(tiny.module, frozenset({stop}), 8).generate(prompts)
    for whole, cut in zip(free, stopped, strict=True):
        end = whole.ids.index(stop) if stop in whole.ids else len(whole.ids)
        assert cut.ids == whole.ids[:end] and cut.ended == (stop in whole.ids)
    assert stopped[0].ended and not all(cut.ended for cut in stopped)


def test_a_prompt_that_does_not_fit_says_so_and_the_others_are_answered(
    tiny: HfModel,
) -> None:
    replies = tiny.reply([SUMS[0], Request("x" * 600), SUMS[1]])
    assert [reply.outcome for reply in replies] == ["truncated", "malformed", "truncated"]
    assert "does not fit" in replies[1].detail


def test_an_empty_batch_is_answered_with_nothing(tiny: HfModel) -> None:
    assert tiny.reply([]) == []


def test_a_seed_says_the_same_again_whoever_sits_beside_it(tiny: HfModel) -> None:
    hot = [Request("Go.", "Add.", max_tokens=12, temperature=1.0, seed=s) for s in (1, 2, 1)]
    one, two, three = (reply.text for reply in tiny.reply(hot))
    assert one == three != two
    assert alone(tiny, hot) == [one, two, three]
    assert tiny.reply([*SUMS, hot[1]])[-1].text == two


def test_neither_end_token_of_the_model_is_missed(tiny_folder: Path, tmp_path: Path) -> None:
    student = HfModel(tiny_folder, device="cpu")
    student.module.generation_config.eos_token_id = [7, 8]
    student.module.save_pretrained(tmp_path)
    student.tokenizer.save_pretrained(tmp_path)
    again = HfModel(tmp_path, device="cpu")
    assert {7, 8, again.tokenizer.eos_token_id} <= again._decoder._stop


def test_an_adapter_goes_on_and_off_to_the_bit(tiny: HfModel, tmp_path: Path) -> None:
    before, said = weights(tiny), tiny.reply(SUMS)
    one = tiny.with_adapter(adapter(tmp_path / "one", tiny, seed=1))
    other = tiny.with_adapter(adapter(tmp_path / "other", tiny, seed=2, use_rslora=True))
    first, second = one.reply(SUMS), other.reply(SUMS)
    assert said != first != second != said
    assert one.reply(SUMS) == first
    assert tiny.reply(SUMS) == said
    assert same(weights(tiny), before)
    assert tiny.with_adapter(None) is tiny


def test_an_adapter_answers_as_it_does_unmerged(tiny: HfModel, tmp_path: Path) -> None:
    folder = adapter(tmp_path, tiny, seed=1)
    adapted = tiny.with_adapter(folder).reply(SUMS)
    module, tokenizer = tiny.bare()
    unmerged = PeftModel.from_pretrained(module, folder)
    for request, reply in zip(SUMS, adapted, strict=True):
        ids = torch.tensor([tiny.encode(request).prefix + tiny.encode(request).rest])
        out = unmerged.generate(input_ids=ids, max_new_tokens=request.max_tokens, do_sample=False)
        assert reply.text == tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)
    unmerged.unload()


def test_what_a_trainer_gets_has_no_adapter(tiny: HfModel, tmp_path: Path) -> None:
    before = weights(tiny)
    flags = [parameter.requires_grad for parameter in tiny.module.parameters()]
    tiny.with_adapter(adapter(tmp_path, tiny, seed=1)).reply(SUMS[:1])
    module, _ = tiny.bare()
    assert same(module.state_dict(), before)
    assert [parameter.requires_grad for parameter in module.parameters()] == flags
    assert not hasattr(module, "peft_config")
    assert module.config._attn_implementation != "tutelage_shared_prefix"


def test_an_adapter_left_on_by_a_trainer_is_seen(tiny: HfModel) -> None:
    module, _ = tiny.bare()
    wrapped = get_peft_model(module, LoraConfig(r=2, target_modules="all-linear"))
    with pytest.raises(ModelError, match="unload"):
        tiny.reply(SUMS[:1])
    wrapped.unload()
    assert tiny.reply(SUMS[:1])


def test_an_adapter_writes_nothing_into_the_models_folder(
    tiny: HfModel, tiny_folder: Path, tmp_path: Path
) -> None:
    before = (tiny_folder / "model.safetensors").read_bytes()
    tiny.with_adapter(adapter(tmp_path, tiny, seed=1)).reply(SUMS[:1])
    assert (tiny_folder / "model.safetensors").read_bytes() == before


def test_what_is_no_adapter_is_refused(tiny: HfModel, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no PEFT adapter"):
        tiny.with_adapter(tmp_path)


def test_an_adapter_that_rewrites_the_base_is_refused(tiny: HfModel, tmp_path: Path) -> None:
    folder = adapter(tmp_path, tiny, seed=1)
    config = folder / "adapter_config.json"
    said = config.read_text()
    for old, new in (
        ('"init_lora_weights": false', '"init_lora_weights": "pissa"'),
        ('"modules_to_save": null', '"modules_to_save": ["lm_head"]'),
    ):
        assert old in said
        config.write_text(said.replace(old, new))
        with pytest.raises(ModelError, match=r"changes the base|not a plain LoRA"):
            tiny.with_adapter(folder)


def test_an_adapter_of_another_model_is_refused_and_leaves_no_trace(
    tiny: HfModel, tmp_path: Path
) -> None:
    before = weights(tiny)
    folder = adapter(tmp_path, tiny, seed=1)
    file = folder / "adapter_model.safetensors"
    wide = {name: torch.cat([t, t], dim=-1) for name, t in load_file(file).items()}
    save_file({name: tensor.contiguous() for name, tensor in wide.items()}, file)
    with pytest.raises(ModelError, match="does not fit"):
        tiny.with_adapter(folder).reply(SUMS[:1])
    assert same(weights(tiny), before)


def seal_files(folder: Path) -> None:
    """Write a manifest, as a training does last."""
    files = {it.name: hash_file(it) for it in folder.iterdir() if it.suffix != ".md"}
    (folder / MANIFEST).write_text(json.dumps({"key": "k", "files": files}))


def flip_byte(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "adapter_config.json", MANIFEST])
def test_an_adapter_that_is_not_as_its_manifest_says_is_not_worn(
    tiny: HfModel, tmp_path: Path, name: str
) -> None:
    folder = adapter(tmp_path / "a", tiny, seed=1)
    assert tiny.with_adapter(folder).reply(SUMS[:1]), "somebody else's, without a manifest"
    seal_files(folder)
    adapted = tiny.with_adapter(folder)
    assert adapted.reply(SUMS[:1])
    tiny.reply(SUMS[:1])
    flip_byte(folder / name)
    if name == MANIFEST:
        (folder / name).write_text("[" * 100_000)
    for attempt in (
        lambda: tiny.with_adapter(folder),
        lambda: adapted.reply(SUMS[:1]),  # opened while it was whole
        lambda: open_model(f"{tiny.name}+{folder}", device="cpu"),
    ):
        with pytest.raises(ModelError, match=f"{name} .*It was not used"):
            attempt()
    assert not check_model(f"{tiny.name}+{folder}", device="cpu").ok


def test_an_adapters_files_are_read_once_while_they_stay_as_they_are(
    tiny: HfModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = adapter(tmp_path / "a", tiny, seed=1)
    read: list[Path] = []
    seal_files(folder)

    def hash_and_note(path: Path) -> str:
        read.append(path)
        return hash_file(path)

    monkeypatch.setattr(adapter_files, "hash_file", hash_and_note)
    for _ in range(5):
        tiny.with_adapter(folder).reply(SUMS[:1])
        tiny.reply(SUMS[:1])
    assert len(read) == len(set(read)) > 1


def test_a_folder_and_an_adapter_open_by_one_spec(tiny: HfModel, tmp_path: Path) -> None:
    folder = adapter(tmp_path / "a", tiny, seed=1)
    spec = f"hf:{tiny.name.removeprefix('hf:')}"
    bare, adapted = open_model(spec, device="cpu"), open_model(f"{spec}+{folder}", device="cpu")
    assert adapted.name == f"{spec}+{folder}" and bare.name == spec
    assert bare.reply(SUMS) == tiny.reply(SUMS)
    assert adapted.reply(SUMS) == tiny.with_adapter(folder).reply(SUMS)
    assert isinstance(adapted, _AdaptedModel) and adapted.with_adapter(None).name == spec


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        open_model(f"hf:{tmp_path}/nowhere")
