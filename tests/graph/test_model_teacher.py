"""Prompts of a model in the teacher's role, and the replies that become edits."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import anthropic
import pytest

from tutelage.domains.contract import Problem
from tutelage.graph.measure.rule_worth import RuleWorth
from tutelage.graph.teacher.contract import Ask, Effect, ShownAttempt, Situation, Unusable
from tutelage.graph.teacher.edit_schema import SCHEMA
from tutelage.graph.teacher.model import ModelTeacher
from tutelage.graph.teacher.prompts import SHOWN
from tutelage.graph.teacher.quoting import UntrustedBlocks
from tutelage.models.contract import Model, Reply, Request
from tutelage.models.scripted import ScriptedModel
from tutelage.store.edits import Add, Deprecate, Merge, Split, Update
from tutelage.store.events import AttemptJudged
from tutelage.store.rules import Rule, Strategy

from .fakes import Parity
from .injections import injections

GUIDE = Parity().guide
STRATEGY = Strategy(
    rules=tuple(
        Rule(id=f"r-{k}", section="Method", text=f"Write {word} down.", steps=("carry",))
        for k, word in enumerate(("the carry", "every carry", "the digit"), start=1)
    )
)
EMPTY_EDIT: Mapping[str, Any] = {
    "op": "ADD",
    "because": ["a1"],
    "rationale": "It was left out.",
    "rule": "",
    "rules": [],
    "section": "",
    "text": "",
    "when": "",
    "when_not": "",
    "steps": [],
    "level": "method",
    "place": 0,
    "into": [],
    "consolidates": False,
}
BODY = {"section": "Method", "text": "Write\nboth digits.", "when": "", "when_not": "", "steps": []}


def attempt(
    number: int, right: bool = False, feedback: str = "The parity is wrong."
) -> ShownAttempt:
    event = AttemptJudged(
        stream="run",
        slot=f"c1/r1/solve/p{number}/0",
        problem=f"p{number}",
        model="m",
        strategy="",
        adapter="",
        reply_text="",
        outcome="right" if right else "wrong",
        score=float(right),
        answer=None,
        feedback=feedback,
        failure_modes=() if right else ("slip",),
    )
    problem = Problem(f"p{number}", f"Is {number} even?", "", 1, "YES")
    return ShownAttempt(problem, event, f"[carry] Answer: {number}")


def situation(**changes: Any) -> Situation:
    seen = [attempt(1), attempt(2, right=True)]
    plain = Situation(
        guide=GUIDE,
        strategy=STRATEGY,
        failure_modes={"slip": 1},
        failures=[frozenset({"slip"})],
        lessons=["When a digit is carried, write it down."],
        effects=[],
        because=(seen[0].attempt.slot,),
        taken=[],
        evidence=seen,
    )
    return replace(plain, **changes)


def teacher(answer: Callable[[Request], str | Reply]) -> tuple[ModelTeacher, ScriptedModel]:
    model = ScriptedModel(answer)
    return ModelTeacher(model), model


def asking(model: Model) -> Ask:
    return lambda asked: [model.reply([request])[0] for _, request in asked]


def propose_edits(*edits: Mapping[str, Any], **changes: Any) -> tuple[Any, ...]:
    said = json.dumps({"edits": [{**EMPTY_EDIT, **edit} for edit in edits]})
    one, model = teacher(lambda request: said)
    return one.propose(asking(model), situation(**changes))


def prompt_for(**changes: Any) -> str:
    one, model = teacher(lambda request: json.dumps({"edits": []}))
    one.propose(asking(model), situation(**changes))
    return model.asked[0].prompt


def test_all_five_ops_become_typed_edits() -> None:
    add, update, merge, split, gone = propose_edits(
        {"op": "ADD", **BODY, "steps": ["carry"], "level": "detail"},
        {"op": "UPDATE", "rule": "r-3", "text": "Write the last digit down.", "place": 1},
        {"op": "MERGE", **BODY, "rules": ["r-1", "r-2"]},
        {"op": "SPLIT", "rule": "r-3", "into": [{**BODY, "level": "method"}] * 2},
        {"op": "DEPRECATE", "rule": "r-3", "because": [], "consolidates": True},
        edits=5,
    )
    assert isinstance(add, Add) and (add.level, add.steps) == ("detail", ("carry",))
    assert add.text == "Write both digits.", "a rule is one line"
    assert isinstance(update, Update) and update.place == 1
    assert (update.section, update.when, update.steps, update.level) == (None,) * 4
    assert isinstance(merge, Merge) and merge.rules == ("r-1", "r-2")
    assert isinstance(split, Split) and len(split.into) == 2
    assert isinstance(gone, Deprecate) and gone.consolidates and gone.because == ()
    assert add.because == ("c1/r1/solve/p1/0",), "labels are mapped back to slots"


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        ({**BODY, "because": ["a7"]}, "attempts that were not shown"),
        ({**BODY, "because": []}, "An ADD names no attempt that supports it"),
        ({"op": "UPDATE", "rule": "r-1", "because": []}, "An UPDATE names no attempt"),
        ({**BODY, "rationale": " "}, "has no rationale"),
        ({"op": "DEPRECATE", "rule": "r-9"}, "a rule that the strategy does not have"),
        ({"op": "MERGE", **BODY, "rules": ["r-1"]}, "at least 2 items"),
        ({**BODY, "text": ""}, "at least 1 character"),
        ({**BODY, "text": "x" * 700}, "at most 600 characters"),
    ],
)
def test_a_draft_that_cannot_be_an_edit_is_unusable_and_says_why(
    draft: Mapping[str, Any], said: str
) -> None:
    with pytest.raises(Unusable, match=said) as caught:
        propose_edits(draft)
    assert "x" * 20 not in str(caught.value) and "r-9" not in str(caught.value)


@pytest.mark.parametrize(
    "reply",
    [
        "I would add a rule.",
        json.dumps({"edits": [{"op": "ADD"}]}),
        json.dumps({"edits": [{**EMPTY_EDIT, "op": "REPLACE"}]}),
        json.dumps({"edits": [{**EMPTY_EDIT, "extra": 1}]}),
    ],
)
def test_what_breaks_the_schema_is_unusable(reply: str) -> None:
    one, model = teacher(lambda request: reply)
    with pytest.raises(Unusable, match="malformed"):
        one.propose(asking(model), situation())


def test_a_cut_reply_is_never_read() -> None:
    whole = json.dumps({"edits": [{**EMPTY_EDIT, **BODY}]})
    one, model = teacher(lambda request: Reply(whole, "truncated", detail="Cut off."))
    with pytest.raises(Unusable, match="truncated"):
        one.propose(asking(model), situation())


def test_the_cap_on_edits_is_told_and_kept() -> None:
    assert "at most 2 edits" in prompt_for(edits=2)
    three = [{**BODY, "text": f"Write {word} down."} for word in ("one", "two", "three")]
    kept = propose_edits(*three, edits=2)
    assert [edit.text for edit in kept] == ["Write one down.", "Write two down."]


def test_the_teacher_is_told_what_was_measured_what_is_alike_and_what_was_refused() -> None:
    worth = RuleWorth("r-2", -0.12, -0.2, -0.04, 40, 2, 9, 0.03, "credit", "words", "parity@3")
    lost = Effect(
        (Deprecate(rule="r-1", rationale="It seemed idle."),), "h", "reject", -0.1, -0.2, 0.0
    )
    prompt = prompt_for(
        worth={"r-2": worth.as_text()},
        near_duplicates=[("r-1", "r-2")],
        refused=["Rule r-7 names a model (X); rules must hold for any."],
        effects=[replace(lost, pairs=30, wins=1, losses=4), replace(lost, reason="Untrained.")],
        taken=[(Add(section="Method", text="Write it twice.", rationale="Taken."),)],
        strategy_tokens=321,
    )
    assert worth.as_text() in prompt and "r-1, not measured" in prompt
    assert "MERGE them: r-1 and r-2" in prompt
    assert "Rule r-7 names a model" in prompt
    assert (
        "reject, gain -0.10 [-0.20, +0.00], 1 won and 4 lost of 30 pairs: DEPRECATE r-1" in prompt
    )
    assert "not measured: Untrained." in prompt
    assert "Write it twice." in prompt and "may have 321 tokens" in prompt
    assert "slip: 1" in prompt and "The parity is wrong." in prompt


def test_a_long_run_makes_no_long_prompt() -> None:
    lost = Effect((Deprecate(rule="r-1"),), "h", "reject", -0.1, -0.2, 0.0, pairs=9)
    prompt = prompt_for(effects=[lost] * 500, refused=["No."] * 500, lessons=["Do."] * 500)
    assert (
        prompt.count("<effect-") == prompt.count("<refusal-") == prompt.count("<lesson-") == SHOWN
    )


def test_every_foreign_text_stands_in_a_block_of_the_users_turn_and_none_can_close_it() -> None:
    for start in range(0, 200, 10):
        some = injections()[start : start + 10]
        seen = [
            replace(attempt(k, feedback=one.text), reply=one.text, solution=one.text)
            for k, one in enumerate(some)
        ]
        seen = [replace(s, problem=replace(s.problem, text=s.reply)) for s in seen]
        lost = Effect((Deprecate(rule="r-1", rationale=some[0].text),), "h", "reject", 0, 0, 0)
        told = situation(
            evidence=seen,
            lessons=[one.text for one in some],
            refused=[one.text for one in some],
            effects=[lost],
            taken=[(Add(section="M", text="x", rationale=some[1].text),)],
            failure_modes={some[2].text: 1},
        )
        one, model = teacher(lambda request: json.dumps({_kind(request): []}))
        one.propose(asking(model), told)
        one.reflect(asking(model), GUIDE, STRATEGY, seen)
        for request in model.asked:
            nonce = request.prompt.split("marks with ")[1].split(" ")[0]
            bare = _outside(request.prompt, nonce)
            for each in some:
                assert nonce not in each.text
                assert each.text not in bare and each.text not in request.instructions()


def _kind(request: Request) -> str:
    return "edits" if "makes one new candidate" in request.prompt else "lessons"


def _outside(prompt: str, nonce: str) -> str:
    """Return what of a prompt stands outside all blocks."""
    kept, depth = [], 0
    for line in prompt.splitlines():
        if line.startswith("</") and line.endswith(f"-{nonce}>"):
            depth -= 1
        elif line.startswith("<") and f"-{nonce}" in line:
            depth += 1
        elif depth == 0:
            kept.append(line)
    assert depth == 0
    return "\n".join(kept)


def test_a_mark_stands_in_no_text_and_is_the_same_for_the_same_texts() -> None:
    texts = ["a", "b"]
    first = UntrustedBlocks(texts).nonce
    assert UntrustedBlocks(texts).nonce == first != UntrustedBlocks(["a", "c"]).nonce
    assert UntrustedBlocks([*texts, first]).nonce != first


def test_the_schema_is_one_that_servers_take() -> None:
    """No shape for each op, no limits, nothing optional: what constrained decoding supports."""
    shape = json.dumps(anthropic.transform_schema(dict(SCHEMA)))
    for word in ("anyOf", "oneOf", "minLength", "maxItems", "discriminator", "default"):
        assert f'"{word}"' not in shape
    for part in (SCHEMA, *SCHEMA["$defs"].values()):
        assert sorted(part["required"]) == sorted(part["properties"])
        assert part["additionalProperties"] is False


def test_one_group_that_cannot_be_read_costs_its_lessons_and_not_the_others() -> None:
    def answer(request: Request) -> str:
        if "Is 3 even?" in request.prompt:
            return "no JSON"
        return json.dumps({"lessons": ["Joined." if "read apart" in request.prompt else "One."]})

    one, model = teacher(answer)
    seen = [attempt(number) for number in range(20)]
    lessons = one.reflect(asking(model), GUIDE, STRATEGY, seen)
    assert lessons == ["Joined."]
    assert model.asked[-1].prompt.count("<lesson-") == 3, "of four groups one gave none"
