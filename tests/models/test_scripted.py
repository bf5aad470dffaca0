"""A script answers by rule, and fails loudly where it has none."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tutelage.evidence.pairs import MixedEngines, require_one_engine
from tutelage.models import (
    ModelError,
    Reply,
    Request,
    ScriptedModel,
    engine_of,
    open_model,
)


def script(tmp_path: Path, *replies: dict[str, Any]) -> str:
    path = tmp_path / "script.json"
    path.write_text(json.dumps({"replies": replies}))
    return f"scripted:{path}"


def test_it_remembers_what_it_was_asked() -> None:
    model = ScriptedModel(lambda request: request.prompt.upper())
    replies = model.reply([Request("a"), Request("b c", context="Shout.")])
    assert [reply.text for reply in replies] == ["A", "B C"]
    assert [request.context for request in model.asked] == ["", "Shout."]
    assert replies[1].usage.output == 2, "words stand in for tokens"


def test_it_can_fail_as_a_server_fails() -> None:
    model = ScriptedModel(lambda _: Reply("", "refused", detail="No."))
    assert model.reply([Request("a")])[0].outcome == "refused"


def test_it_keeps_the_promise_about_schemas() -> None:
    model = ScriptedModel(lambda _: '{"edits": 3}')
    schema = {"type": "object", "properties": {"edits": {"type": "array"}}}
    reply = model.reply([Request("a", answer_schema=schema)])[0]
    assert reply.outcome == "malformed" and "$.edits" in reply.detail


def test_it_can_be_a_student(tmp_path: Path) -> None:
    model = ScriptedModel(lambda _: "bare", tuned=lambda folder: lambda _: folder.name)
    adapted = model.with_adapter(tmp_path / "adapter")
    assert [m.reply([Request("a")])[0].text for m in (model, adapted)] == ["bare", "adapter"]
    assert model.with_adapter(None) is model and len(model.asked) == 2
    with pytest.raises(ModelError, match="tuned"):
        ScriptedModel(lambda _: "bare").with_adapter(tmp_path)


def test_in_a_file_the_first_match_wins(tmp_path: Path) -> None:
    spec = script(
        tmp_path,
        {"match": "carry.*7", "reply": "with the rule", "times": 1},
        {"match": "(?s)carry.*7", "reply": "across lines"},
        {"match": "7", "reply": "cut", "outcome": "truncated"},
    )
    model = open_model(spec)
    asked = [Request("and 7"), Request("carry 7"), Request("7", context="carry"), Request("carry7")]
    replies = model.reply(asked)
    assert [r.text for r in replies] == ["cut", "with the rule", "across lines", "across lines"]
    assert replies[0].outcome == "truncated" and model.name == spec


def test_a_prompt_nobody_thought_of_fails_loudly(tmp_path: Path) -> None:
    model = open_model(script(tmp_path, {"match": "7", "reply": "x", "times": 1}))
    model.reply([Request("7")])
    with pytest.raises(ModelError, match="no reply for this prompt: 'what is 7"):
        model.reply([Request("what is 7?")])


def test_a_prompt_nobody_thought_of_is_told_what_there_is_and_what_to_add(tmp_path: Path) -> None:
    spec = script(
        tmp_path, {"match": "7", "reply": "x", "times": 2}, {"match": "^Odd", "reply": ""}
    )
    model = open_model(spec)
    model.reply([Request("7"), Request("7")])
    with pytest.raises(ModelError) as error:
        model.reply([Request("what is 7?", context="carry")])
    said = str(error.value)
    assert "no reply for this prompt: 'what is 7?', under the context 'carry'" in said
    assert "Its entries match '7' (used up: 2 of 2), '^Odd'." in said
    assert 'Add {"match": "regex", "reply": "text"}' in said and '{"match": "",' in said


def test_of_a_long_script_a_few_entries_are_told(tmp_path: Path) -> None:
    model = open_model(script(tmp_path, *({"match": f"n{i}$", "reply": ""} for i in range(50))))
    with pytest.raises(ModelError, match=r"'n9\$', and 40 more\."):
        model.reply([Request("q")])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "the file: Invalid JSON"),
        ('{"replies": []}', "replies: List should have at least 1 item"),
        ('{"replies": [{"reply": "x"}]}', "replies.0.match: Field required"),
        ('{"replies": [{"match": "(", "reply": "x"}]}', "no regular expression"),
        ('{"replies": [{"match": "a", "repply": "x"}]}', "repply: Extra inputs"),
        ('{"replies": [{"match": "a", "outcome": "lost"}]}', "replies.0.outcome"),
    ],
)
def test_a_faulty_script_says_where(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(text)
    with pytest.raises(ModelError) as error:
        open_model(f"scripted:{path}")
    assert why in str(error.value) and str(path) in str(error.value)


def test_a_missing_script_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.json"):
        open_model(f"scripted:{tmp_path}/nowhere.json")


def test_a_script_in_a_file_tells_its_bytes(tmp_path: Path) -> None:
    file, engines = tmp_path / "pupil.json", list[str]()
    for reply in ("a", "b", "a"):
        file.write_text(json.dumps({"replies": [{"match": "", "reply": reply}]}))
        engines.append(engine_of(open_model(f"scripted:{file}")))
    assert engines[0] == engines[2] != engines[1]
    assert re.fullmatch("script, file [0-9a-f]{12}", engines[0])
    require_one_engine(["", "script", engines[0]])
    with pytest.raises(MixedEngines):
        require_one_engine(engines)
