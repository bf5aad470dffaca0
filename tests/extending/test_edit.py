"""A new kind of edit is proposed, applied, gated, stored and told; its inverse is found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutelage.store.edits import rule_id

from .harness import Patched, patch

RULE = rule_id("narrowing/c1/r1/update_strategy/1", 0)
CONFIG = """
name = "narrowing"
teacher = "scripted:teacher.json"
student = "scripted:student.json"
domain.name = "parity.jsonl"
splits = { train = 40, val = 100, test = 4, ood = 0 }
loop = { cycles = 1, rounds = 2, candidates = 2, batch = 4, feedback = 4 }
gate.channel = "words"
train.examples = 4
"""
EMPTY: dict[str, Any] = {
    "because": ["a1"], "rationale": "It is worth a try.", "rule": "", "rules": [],
    "section": "Method", "text": "", "when": "", "when_not": "", "steps": [], "level": "method",
    "place": 0, "into": [], "unless": "", "consolidates": False,
}  # fmt: skip
PROPOSED = (
    {"op": "ADD", "text": "Look at the last digit."},
    {"op": "NARROW", "rule": "r-nobody", "unless": "it is late"},
    {"op": "NARROW", "rule": RULE, "unless": "the number is\nover 499"},
)
TEACHER = [
    {"match": "Write lessons", "reply": json.dumps({"lessons": ["Look at digits."]})},
    *(
        {"match": "NARROW one", "times": 1, "reply": json.dumps({"edits": [EMPTY | edit]})}
        for edit in PROPOSED
    ),
    {"match": "NARROW one", "reply": json.dumps({"edits": []})},
    {"match": r"number \d*[02468] even", "reply": "Answer: YES"},
    {"match": "even", "reply": "Answer: NO"},
]
STUDENT = [
    {"match": r"(?s)not when: .*number \d*[13579] even", "reply": "Answer: NO"},
    {"match": r"(?s)Look at.*number [1-4]\d*[13579] even", "reply": "Answer: NO"},
    {"match": "even", "reply": "Answer: YES"},
]
READ = (
    ("show", "narrowing"),
    ("show", "narrowing", "--json"),
    ("log", "verify", "--json"),
    ("strategy", "show", "parity@2"),
    ("strategy", "log"),
    ("strategy", "blame", "parity", "--json"),
    ("strategy", "diff", "parity@1", "parity@2"),
    ("strategy", "diff", "parity@1", "parity@2", "--edits"),
    ("strategy", "diff", "parity@1", "parity@2", "--edits", "--json"),
    ("strategy", "diff", "parity@2", "parity@1", "--edits"),
)
SCHEMA = """
import json
from tutelage.graph.teacher.edit_schema import SCHEMA
print(json.dumps(SCHEMA))
"""

Typed = Callable[..., str]


@pytest.fixture(scope="module")
def patched(tmp_path_factory: pytest.TempPathFactory) -> Patched:
    return patch(tmp_path_factory.mktemp("edit"), "edit")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that a scripted run needs."""
    desk = tmp_path_factory.mktemp("desk")
    numbers = (
        {"prompt": f"Is the number {n} even?", "answer": "NO" if n % 2 else "YES"}
        for n in range(100, 900)
    )
    (desk / "parity.jsonl").write_text("\n".join(json.dumps(it) for it in numbers))
    for name, replies in (("teacher", TEACHER), ("student", STUDENT)):
        (desk / f"{name}.json").write_text(json.dumps({"replies": replies}))
    (desk / "narrowing.toml").write_text(CONFIG)
    return desk


@pytest.fixture(scope="module")
def typed(patched: Patched, desk: Path) -> Typed:
    """Output of a command, typed where a teacher has narrowed a rule in a run."""

    told = patched.tutelage_all(("run", "narrowing.toml"), *READ, at=desk)
    assert not any(each.code for each in told), [each.err for each in told]
    return lambda *words: told[1 + READ.index(words)].out


def test_a_narrowed_rule_is_applied_gated_and_stored(typed: Typed) -> None:
    (_, proposed) = json.loads(typed("show", "narrowing", "--json"))["rounds"]
    (candidate,) = proposed["candidates"]
    assert candidate["edits"] == [f"NARROW {RULE} not when: the number is over 499"]
    assert [gate["decision"] for gate in proposed["gates"]] == ["accept"]
    assert "not when: the number is over 499" in typed("strategy", "show", "parity@2")
    assert json.loads(typed("log", "verify", "--json"))["ok"]


def test_every_reader_tells_it_without_knowing_the_kind(typed: Typed, desk: Path) -> None:
    said = f'narrow {RULE}: not when to "the number is over 499"'
    assert f"propose   parity@2: NARROW {RULE} not when: the number" in typed("show", "narrowing")
    assert f"{said}\n" in typed("strategy", "log")
    assert f"{RULE}  when_not: {{+the number is over 499+}}" in typed(
        "strategy", "diff", "parity@1", "parity@2"
    )
    (traced,) = json.loads(typed("strategy", "blame", "parity", "--json"))
    assert [it["rationale"] for it in traced["changes"]] == ["It is worth a try."]
    page = (desk / "runs" / "narrowing" / "report.html").read_text(encoding="utf-8")
    assert (
        f'<span class="op">NARROW</span><code>{RULE}</code> '
        '<span class="scope">not when: the number is over 499</span>'
    ) in page


def test_its_inverse_is_found_before_that_of_a_kind_that_tells_everything(typed: Typed) -> None:
    said = f'narrow {RULE}: not when to "the number is over 499"\n'
    assert typed("strategy", "diff", "parity@1", "parity@2", "--edits") == said
    told = json.loads(typed("strategy", "diff", "parity@1", "parity@2", "--edits", "--json"))
    assert told["edits"] == [{"op": "NARROW", "rule": RULE, "unless": "the number is over 499"}]
    (back,) = typed("strategy", "diff", "parity@2", "parity@1", "--edits").splitlines()
    assert back == f'change {RULE}: not when to ""', "no condition comes with the way back"


def test_a_model_may_answer_with_it_and_is_refused_an_unknown_rule(
    patched: Patched, typed: Typed
) -> None:
    draft = json.loads(patched.python("-c", SCHEMA).out)["$defs"]["_Draft"]
    assert draft["properties"]["op"]["enum"][-1] == "NARROW"
    assert list(draft["properties"])[-2:] == ["unless", "consolidates"]
    assert set(draft["required"]) == set(draft["properties"])
    (first, _) = json.loads(typed("show", "narrowing", "--json"))["rounds"]
    (refused,) = first["refused"]
    assert refused["reason"] == (
        "NARROW names a rule that the strategy does not have. Its rules: none."
    )
