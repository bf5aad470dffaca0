"""`llama:` against real llama.cpp with SmolLM2: order, outcomes, schemas, usage, and no crash."""

from collections.abc import Iterator

import pytest

from tutelage.models import Model, ModelError, Request, open_model

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
