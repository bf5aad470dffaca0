"""One string names a model; nothing heavy is loaded before it is opened."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tutelage.models import ModelError, check_model, open_model, spec_forms

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
