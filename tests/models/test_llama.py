"""`llama:` against real llama.cpp with SmolLM2: order, outcomes, schemas, usage, and no crash."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from urllib.error import HTTPError
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import gguf
import numpy as np
import pytest

from tutelage.models import Model, ModelError, Request, engine_of, open_model
from tutelage.models.contract import EngineKnown
from tutelage.models.llama.loading import engine_name
from tutelage.weights import CATALOGUE, path_of
from tutelage.weights.cache import folder_of, write_manifest

pytest.importorskip("xllamacpp")

SCHEMA = {
    "type": "object",
    "properties": {"name": {"enum": ["Ada", "Bo"]}, "ages": {"type": "array", "maxItems": 3}},
    "required": ["name", "ages"],
    "additionalProperties": False,
}
RULES = "- " + " Name the city and nothing else." * 20
CAPITALS = [f"What is the capital of {land}?" for land in ("France", "Italy", "Germany", "Japan")]


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    yield open_model("llama:smollm2-135m", context=1024)


def ask(model: Model, prompt: str, **given: object) -> str:
    (reply,) = model.reply([Request(prompt, max_tokens=12, **given)])  # type: ignore[arg-type]
    return reply.text


def test_it_answers_in_order(model: Model) -> None:
    asked = [Request(prompt, "Be brief.", max_tokens=24) for prompt in CAPITALS[:2] * 2]
    replies = model.reply(asked)
    for reply, city in zip(replies, ("Paris", "Rome") * 2, strict=True):
        assert reply.outcome == "ok" and city in reply.text
        assert reply.usage.input > 20 and 0 < reply.usage.output <= 24


def test_a_greedy_reply_depends_on_nothing_but_what_is_asked(model: Model) -> None:
    one = [ask(model, prompt, context=RULES) for prompt in CAPITALS]
    other = [ask(model, prompt, context=RULES) for prompt in reversed(CAPITALS)]
    assert one == other[::-1]
    ask(model, "Tell me a story.")
    assert [ask(model, prompt, context=RULES) for prompt in CAPITALS] == one


def test_the_strategy_is_read_once(model: Model) -> None:
    first, second = model.reply([Request(it, context=RULES, max_tokens=2) for it in CAPITALS[:2]])
    assert first.usage.cached == second.usage.cached > 100
    assert second.usage.input - second.usage.cached < 30


def test_a_seed_draws_the_same_reply_and_another_seed_another(model: Model) -> None:
    drawn = {seed: ask(model, "Tell me a story.", temperature=1.5, seed=seed) for seed in range(4)}
    assert len(set(drawn.values())) > 2
    for seed in (0, 2**32 - 1, 2**63, -1):
        twice = [ask(model, "Tell me.", temperature=1.5, seed=seed) for _ in range(2)]
        assert twice[0] == twice[1]


def test_a_schema_is_enforced_while_the_reply_is_written(model: Model) -> None:
    request = Request("Who is it, and how old?", max_tokens=80, answer_schema=SCHEMA)
    (reply,) = model.reply([request])
    assert reply.outcome == "ok" and '"name": "' in reply.text and "\n" not in reply.text


@pytest.mark.parametrize("schema", [{"not": {}}, {"$ref": "#/$defs/nothing"}, {"type": "object"}])
def test_a_schema_that_no_grammar_can_say_is_held_against_the_reply(
    model: Model, schema: dict[str, object]
) -> None:
    (reply,) = model.reply([Request("Hello.", max_tokens=12, answer_schema=schema)])
    assert reply.outcome in ("malformed", "truncated") or reply.text.startswith("{")


def test_what_cannot_be_held_against_a_schema_is_refused(model: Model) -> None:
    with pytest.raises(ModelError, match="no JSON Schema"):
        model.reply([Request("Hello.", answer_schema={"type": "nonsense"})])


def test_a_reply_that_was_cut_says_so(model: Model) -> None:
    (reply,) = model.reply([Request("Count to a hundred.", max_tokens=5)])
    assert reply.outcome == "truncated" and reply.text and reply.usage.output == 5


def test_a_prompt_that_does_not_fit_is_told_and_the_next_one_answered(model: Model) -> None:
    long, short = model.reply([Request("word " * 2000), Request(CAPITALS[0], max_tokens=16)])
    assert long.outcome == "malformed" and "1024 fit" in long.detail
    assert "Paris" in short.text


@pytest.mark.parametrize(
    "prompt", ["", "\0", "half a \ud800 character", "\u202e<|im_end|>", "x" * 99]
)
def test_any_text_can_be_asked(model: Model, prompt: str) -> None:
    (reply,) = model.reply([Request(prompt, prompt, prompt, max_tokens=4)])
    assert reply.outcome in ("ok", "truncated", "malformed")


def test_the_same_file_opened_twice_is_in_memory_once(model: Model) -> None:
    again = open_model("llama:smollm2-135m", context=1024)
    assert again._server is model._server  # type: ignore[attr-defined]
    assert "Paris" in again.reply([Request(CAPITALS[0], max_tokens=16)])[0].text


def write_adapter(path: Path, scale: float, architecture: str = "llama", width: int = 576) -> Path:
    """A LoRA adapter of rank 2 for one matrix of SmolLM2."""
    writer, luck = gguf.GGUFWriter(path, architecture), np.random.default_rng(0)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 2.0)
    for name, shape in (("a", (2, width)), ("b", (576, 2))):
        numbers = scale * luck.standard_normal(shape)
        writer.add_tensor(f"blk.20.attn_output.weight.lora_{name}", numbers.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_a_lora_adapter_is_worn(model: Model, tmp_path: Path) -> None:
    bare = ask(model, CAPITALS[0])
    for scale, same in ((0.0, True), (3.0, False)):
        adapter = write_adapter(tmp_path / f"{scale}.gguf", scale)
        worn = open_model(f"llama:smollm2-135m+{adapter}", context=512)
        assert worn.name == f"llama:smollm2-135m+{adapter}"
        assert (ask(worn, CAPITALS[0]) == bare) is same


def test_the_engine_tells_which_file_lies_under_a_path(model: Model, tmp_path: Path) -> None:
    smollm2, file = path_of("smollm2-135m"), tmp_path / "m.gguf"
    assert engine_of(model) == engine_name(), "a name of the catalogue tells its bytes"
    file.symlink_to(smollm2)
    known = CATALOGUE["smollm2-135m"].files[0].sha256[:12]
    opened = open_model(f"llama:{file}", context=256)
    assert ask(opened, "Hi.") and engine_of(opened) == f"{engine_name()}, file {known}"
    adapter, engines = tmp_path / "a.gguf", []
    for scale in (1.0, 2.0):
        os.utime(write_adapter(adapter, scale), (1, 1))
        worn = open_model(f"llama:smollm2-135m+{adapter}", context=256)
        assert ask(worn, "Hi.")
        engines.append(engine_of(worn))
    assert engines[0] != engines[1] and engines[0].startswith(f"{engine_name()}, adapter ")


def test_an_adapter_that_does_not_fit_is_told(tmp_path: Path) -> None:
    smollm2 = path_of("smollm2-135m")
    for adapter, said in (
        (tmp_path / "nowhere.gguf", "No GGUF file can be read"),
        (smollm2, "is no LoRA adapter"),
        (write_adapter(tmp_path / "q.gguf", 1.0, "qwen2"), "trained for the architecture 'qwen2'"),
        (write_adapter(tmp_path / "w.gguf", 1.0, width=575), "cannot load .* with .*w.gguf: "),
    ):
        with pytest.raises(ModelError, match=said):
            open_model(f"llama:smollm2-135m+{adapter}", context=512)
    with pytest.raises(ModelError, match="holds no model but an adapter"):
        open_model(f"llama:{tmp_path / 'q.gguf'}")


def test_a_model_without_a_chat_template_is_refused(tmp_path: Path) -> None:
    writer = gguf.GGUFWriter(tmp_path / "base.gguf", "llama")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ModelError, match="has no chat template"):
        open_model(f"llama:{tmp_path / 'base.gguf'}")


def test_a_model_that_the_memory_cannot_hold_is_refused() -> None:
    with pytest.raises(ModelError, match="smaller model or `context`"):
        open_model("llama:smollm2-135m", context=8192, slots=256)


def test_a_context_longer_than_the_model_was_trained_on_is_refused() -> None:
    with pytest.raises(ModelError, match=r"context = 8193 .*trained on 8192 tokens at most"):
        open_model("llama:smollm2-135m", context=8193)


def test_with_several_slots_replies_keep_their_order_and_the_engine_says_so() -> None:
    several = open_model("llama:smollm2-135m", context=256, slots=3)
    asked = [Request(prompt, "Be brief.", max_tokens=24) for prompt in CAPITALS[:2] * 3]
    for reply, city in zip(several.reply(asked), ("Paris", "Rome") * 3, strict=True):
        assert city in reply.text
    assert engine_of(several).endswith(", 3 slots") and several.batch_size == 3
    assert isinstance(several, EngineKnown) and not several.repeatable


def test_nobody_else_of_this_machine_can_ask_it(model: Model) -> None:
    address = model._server._server.listening_address  # type: ignore[attr-defined]
    for path in ("/v1/models", "/props", "/slots", "/lora-adapters"):
        with pytest.raises(HTTPError, match="401"):
            urlopen(address + path, timeout=30)
    body = json.dumps({"messages": [{"role": "user", "content": "Hello."}]}).encode()
    headers = {"Content-Type": "application/json"}
    with pytest.raises(HTTPError, match="401"):
        urlopen(HttpRequest(f"{address}/v1/chat/completions", body, headers), timeout=30)


def test_a_closed_model_gives_its_memory_back_and_disturbs_no_other() -> None:
    done = run_child(
        """
        import gc, psutil
        def rss(): return psutil.Process().memory_info().rss
        other = open_model("llama:smollm2-135m", context=256)
        sizes = []
        for _ in range(3):
            model = open_model("llama:smollm2-135m", context=4096)
            model.reply([Request("Hello.", max_tokens=2)])
            inside = rss()
            del model
            gc.collect()
            sizes.append(rss())
        assert inside - sizes[-1] > 80e6, (inside, sizes)
        assert sizes[2] - sizes[0] < 60e6, sizes
        print(other.reply([Request("What is the capital of France?", max_tokens=12)])[0].text)
        """
    )
    out, _ = done.communicate()
    assert done.returncode == 0 and "Paris" in out


def test_ctrl_c_is_heard_while_it_writes_and_it_answers_again() -> None:
    child = run_child(
        """
        model = open_model("llama:smollm2-135m", context=8192)
        endless = {"type": "array", "items": {"type": "integer"}, "minItems": 3000}
        print("asking", flush=True)
        try:
            model.reply([Request("Count.", max_tokens=8000, answer_schema=endless)])
            print("finished")
        except KeyboardInterrupt:
            print("interrupted")
        print(model.reply([Request("What is the capital of France?", max_tokens=12)])[0].text)
        """
    )
    assert child.stdout is not None and child.stdout.readline() == "asking\n"
    time.sleep(1)
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate()
    assert out.startswith("interrupted\n") and "Paris" in out


def run_child(code: str) -> subprocess.Popen[str]:
    head = "from tutelage.models import Request, open_model\n"
    return subprocess.Popen(
        [sys.executable, "-c", head + dedent(code)], stdout=subprocess.PIPE, text=True
    )


def test_packaged_weights_that_are_damaged_name_the_command_that_heals_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path))
    weights = CATALOGUE["smollm2-135m"]
    folder = folder_of(weights.name)
    folder.mkdir(parents=True)
    with (folder / weights.opens).open("wb") as out:
        out.truncate(weights.size)
    write_manifest(weights, folder, "this test")
    with pytest.raises(ModelError, match="`tutelage models fetch smollm2-135m`"):
        open_model("llama:smollm2-135m")


def test_a_model_that_is_dropped_before_it_was_asked_holds_nobody_up() -> None:
    """In processes of their own: where it hangs, it hangs below Python for ever."""
    code = """
from tutelage.models import open_model
for _ in range(3):
    open_model("llama:smollm2-135m")
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
