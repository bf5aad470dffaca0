"""One string names a model; nothing heavy is loaded before it is opened."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tutelage.models import ModelError, check_model, facts_of, open_model, spec_forms
from tutelage.models.credentials import without_keys
from tutelage.models.facts import Kind
from tutelage.models.registry import KINDS, RANGES, SECONDS

HEAVY = ("torch", "transformers", "peft", "anthropic", "openai", "jsonschema")


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import sys, tutelage.models; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_spec_lists_what_there_is() -> None:
    with pytest.raises(ModelError) as error:
        open_model("gpt-17")
    assert "'gpt-17'" in str(error.value)
    assert len(spec_forms()) >= 7 and all(form in str(error.value) for form, _ in spec_forms())


@pytest.mark.parametrize(
    ("spec", "meant"),
    [
        ("qwen2.5-coder-0.5", "qwen2.5-coder-0.5b"),
        ("SmolLM2-135M+adapter", "smollm2-135m"),
        ("antropic:claude-haiku-5-5", "anthropic:claude-haiku-5-5"),
        ("huggingface/model", "hf:huggingface/model"),
        ("model.gguf", "llama:model.gguf"),
        (str(Path(__file__).parent), f"hf:{Path(__file__).parent}"),
        ("llama:qwen2.5-coder-0.5", "llama:qwen2.5-coder-0.5b"),
        ("ollama:llama3", "openai:http://localhost:11434#llama3"),
        ("gpt-4o", "openai:gpt-4o"),
        ("claude-sonnet-5-5", "anthropic:claude-sonnet-5-5"),
    ],
)
def test_a_name_beside_the_mark_is_told_the_nearest_one(spec: str, meant: str) -> None:
    pytest.importorskip("xllamacpp")
    with pytest.raises(ModelError) as error:
        open_model(spec)
    assert f"Did you mean {meant!r}?" in str(error.value)


@pytest.mark.parametrize("spec", ["", "nobody", "nobody:nothing"])
def test_a_name_that_is_near_to_none_is_guessed_at_by_nobody(spec: str) -> None:
    with pytest.raises(ModelError) as error:
        open_model(spec)
    assert "Did you mean" not in str(error.value)


def test_weights_that_answer_nothing_say_so() -> None:
    pytest.importorskip("xllamacpp")
    for spec in ("all-minilm-l6-v2", "llama:all-minilm-l6-v2"):
        with pytest.raises(ModelError, match="search by meaning"):
            open_model(spec)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.remote and ":" in kind.start])
def test_a_kind_alone_is_told_what_follows_it(kind: Kind) -> None:
    with pytest.raises(ModelError) as error:
        open_model(kind.start)
    assert kind.form in str(error.value)


@pytest.mark.parametrize("option", RANGES)
@pytest.mark.parametrize("value", [-1, 10**9, "x", True, 1.5])
def test_a_number_out_of_its_range_is_refused_before_anything_is_loaded(
    option: str, value: object, tmp_path: Path
) -> None:
    kinds = {"batch_size": "hf:", "max_retries": "messages:http://localhost#"}
    spec = kinds.get(option, "llama:") + str(tmp_path / "nowhere")
    least, most = RANGES[option]
    with pytest.raises(ModelError, match=rf"{option} = .*from {least} to {most}\."):
        open_model(spec, **{option: value})


@pytest.mark.parametrize("option", SECONDS)
@pytest.mark.parametrize("value", [-1, 0, "x", True, None, float("nan"), float("inf")])
def test_seconds_that_nobody_can_wait_are_refused(option: str, value: object) -> None:
    with pytest.raises(ModelError, match=f"{option} = .*give seconds"):
        open_model("openai:http://localhost:9#m", **{option: value})
    open_model("openai:http://localhost:9#m", **{option: 0.5})


def test_a_role_that_nobody_plays_is_refused() -> None:
    with pytest.raises(ModelError, match="no role 'studnt': student, other"):
        open_model("openai:http://localhost:9#m", role="studnt")  # type: ignore[arg-type]


@pytest.mark.parametrize("spec", ["smollm2-135m+", "hf:some/model+", "llama:smollm2-135m+"])
def test_an_adapter_without_a_name_is_asked_for(spec: str) -> None:
    with pytest.raises(ModelError, match="Which adapter"):
        facts_of(spec)


def test_a_device_that_is_not_here_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "student").mkdir()
    for device in ("gpu", "cuda:99", "", 7, None, "meta"):
        for spec in (f"hf:{tmp_path / 'student'}", "smollm2-135m"):
            with pytest.raises(ModelError, match=r"device = .*\"cpu\""):
                open_model(spec, device=device)


def test_a_leading_tilde_is_the_home_folder_for_every_kind_with_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for spec in ("hf:~/m+~/a", "llama:~/m+~/a", "handoff:~/m", "scripted:~/m", "smollm2-135m+~/a"):
        facts = facts_of(spec)
        assert facts.spec == spec and facts.base in (f"{tmp_path}/m", "smollm2-135m")
        assert facts.adapter in (f"{tmp_path}/a", "")
    assert facts_of("hf:~/m+~/a").bare == "hf:~/m"
    (tmp_path / "m").mkdir()
    assert facts_of("hf:~/m").has_weights and open_model("handoff:~/m").name == "handoff:~/m"
    assert facts_of("openai:http://localhost#~x").base.endswith("~x")


def test_an_unknown_option_lists_what_there_is() -> None:
    with pytest.raises(ModelError, match=r"no option \['temprature'\].*max_retries"):
        open_model("messages:http://localhost#m", temprature=1)


def test_a_health_check_asks_one_question(httpserver: HTTPServer) -> None:
    spec = f"messages:{httpserver.url_for('')}#m"
    httpserver.expect_oneshot_request("/v1/messages").respond_with_json(
        {
            "type": "message",
            "content": [{"type": "text", "text": "Ready."}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
    )
    well = check_model(spec)
    assert well.ok and "'Ready.'" in well.line
    ill = check_model(spec)
    assert not ill.ok and "error" in ill.line


def test_a_health_check_never_raises_and_stays_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text(json.dumps({"replies": [{"match": "", "reply": "x"}]}))
    assert check_model(f"scripted:{path}").ok
    for spec in ("nobody", "anthropic:", "hf:/nowhere", "scripted:/nowhere", "messages:http://x"):
        health = check_model(spec)
        assert not health.ok and "\n" not in health.line and health.line.startswith(spec)
        assert len(health.line) < 400, "no table of all forms"


@pytest.mark.parametrize(
    "spec", ["anthropic:claude", "openai:gpt", "openai:http://me:hunter2secret@host#m"]
)
def test_advice_about_a_key_is_printed_whole(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in KINDS:
        for key in kind.keys:
            monkeypatch.delenv(key, raising=False)
    with pytest.raises(ModelError) as caught:
        open_model(spec)
    said = str(caught.value)
    assert re.search(r"`export [A-Z_]+_API_KEY=\.\.\.`", said) and without_keys(said) == said
