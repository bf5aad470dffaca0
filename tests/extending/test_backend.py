"""A new back end teaches a run: its tokens are planned, priced and counted by its row of facts."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ..graph.server import obliging
from .harness import ROOT, Patched, patch

TOKENS = 10 + 5
"""What the server says that each call took."""
CONFIG = """
name = "small"
teacher = "{teacher}"
student = "scripted:pupil.json"
domain.name = "{fakes}:Parity"
splits = {{ train = 40, val = 24, test = 10, ood = 0 }}
loop = {{ cycles = 1, rounds = 1, candidates = 1, batch = 8, feedback = 4 }}
train.examples = 10
budget.tokens = {tokens}
"""


@pytest.fixture(scope="module")
def patched(tmp_path_factory: pytest.TempPathFactory) -> Patched:
    return patch(tmp_path_factory.mktemp("backend"), "backend", "tests")


@pytest.fixture
def asked(httpserver: HTTPServer) -> list[Any]:
    """What a server of completions was asked, which answers as an obliging teacher."""
    asked = []

    def answer(request: Request) -> Response:
        asked.append(body := json.loads(request.get_data()))
        prompt = body["prompt"]
        text = obliging(prompt, prompt) if re.search(r"\d", prompt) else "Ready."
        said = {
            "choices": [{"text": text, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5},
        }
        return Response(json.dumps(said), content_type="application/json")

    httpserver.expect_request("/v1/completions").respond_with_handler(answer)
    return asked


@pytest.fixture
def spec(httpserver: HTTPServer) -> str:
    return f"completions:{httpserver.url_for('/v1')}#teacher"


def write_config(place: Path, teacher: str, tokens: int) -> str:
    pupil = {"replies": [{"match": "[02468] even", "reply": "Answer: YES"},
                         {"match": "", "reply": "Answer: NO"}]}  # fmt: skip
    (place / "pupil.json").write_text(json.dumps(pupil))
    fakes = ROOT / "tests" / "graph" / "fakes.py"
    text = CONFIG.format(teacher=teacher, fakes=fakes, tokens=tokens)
    (place / f"{tokens}.toml").write_text(text)
    return f"{tokens}.toml"


def test_a_new_back_end_is_listed_looked_after_and_asked(
    patched: Patched, spec: str, asked: list[Any]
) -> None:
    assert patched.touched == ("models/registry.py", "models/remote/completions.py")
    forms = {it.get("form") for it in json.loads(patched.tutelage("models", "list", "--json").out)}
    assert "completions:<url>#<model>" in forms
    looked = json.loads(patched.tutelage("doctor", "--quick", "--json").out)
    assert "COMPLETIONS_API_KEY" in {each["what"] for each in looked}
    health = patched.tutelage("models", "check", spec)
    assert health.code == 0 and "answered in" in health.out and len(asked) == 1


def test_a_run_pays_a_new_back_end_as_planned_and_stops_at_the_budget(
    patched: Patched, spec: str, asked: list[Any], tmp_path: Path
) -> None:
    small, large = (write_config(tmp_path, spec, tokens) for tokens in (200, 900_000))
    plan = json.loads(patched.tutelage("plan", large, "--json", at=tmp_path).out)
    assert plan["usd_limit"] > plan["usd"] > 0 and asked == [], "priced by its row, none asked"

    stopped = patched.tutelage("run", small, at=tmp_path)
    spent = TOKENS * len(asked)
    assert stopped.code and f"{spent} of 200 tokens are spent" in stopped.err
    done = patched.tutelage("resume", "small", "--config", large, at=tmp_path)
    assert done.code == 0, done.err
    planned = sum(stage["calls"] for stage in plan["stages"] if stage["who"] == "teacher")
    assert 0 < len(asked) <= planned


def test_what_holds_for_each_kind_of_model_is_tested_for_a_new_one(patched: Patched) -> None:
    done = patched.pytest("tests/models/test_facts.py", "-k", "completions")
    assert done.code == 0 and " passed" in done.out, done.out
