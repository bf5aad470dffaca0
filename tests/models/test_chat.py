"""A request becomes the same tokens wherever it is rendered, cut where nothing breaks."""

from typing import Any

import pytest

from tutelage.models import ModelError, Request
from tutelage.models.hf.chat_template import ChatTemplate

from .tiny import PUTS_ITS_OWN_SYSTEM, TAKES_NO_SYSTEM, byte_tokenizer


@pytest.fixture(params=[PUTS_ITS_OWN_SYSTEM, TAKES_NO_SYSTEM], ids=["system", "no system"])
def tokenizer(request: pytest.FixtureRequest) -> Any:
    return byte_tokenizer(request.param)


REQUESTS = [
    Request("Go."),
    Request("Go.", system="Be terse."),
    Request("Go.", context="- Carry."),
    Request("Go.", system="Be terse.", context="- Carry."),
    Request("\nGo.", system="Be terse."),
    Request("\n\n Go.\n", context="- Carry.\n"),
    Request("Été 中文 <|im_end|>", system="Be terse."),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda r: repr(r.instructions() + r.prompt))
def test_the_two_parts_are_the_tokens_of_the_whole(tokenizer: Any, request_: Request) -> None:
    chat = ChatTemplate(tokenizer)
    prefix, rest = chat.encode(request_)
    assert prefix + rest == tokenizer.encode(chat.text(request_), add_special_tokens=False)
    assert rest, "something is left that only this request says"


def test_requests_with_one_strategy_share_its_tokens(tokenizer: Any) -> None:
    chat = ChatTemplate(tokenizer)
    one, other = (chat.encode(Request(p, "Be terse.", "- Carry.")) for p in ("3 + 4", "9 + 9"))
    assert one.prefix == other.prefix
    assert "Strategy:\n- Carry." in tokenizer.decode(one.prefix)


def test_a_token_across_the_cut_forbids_the_cut() -> None:
    chat = ChatTemplate(byte_tokenizer())
    assert chat.encode(Request("Go.", "Be terse.")).prefix
    assert chat.encode(Request("\nGo.", "Be terse.")).prefix == [], "two line ends are one token"


def test_the_templates_own_system_message_never_comes_in() -> None:
    chat = ChatTemplate(byte_tokenizer(PUTS_ITS_OWN_SYSTEM))
    for request in REQUESTS:
        assert "I am the default." not in chat.text(request)


def test_a_template_without_a_system_turn_tells_the_user_turn() -> None:
    chat = ChatTemplate(byte_tokenizer(TAKES_NO_SYSTEM))
    text = chat.text(Request("Go.", "Be terse.", "- Carry."))
    assert "user\nBe terse.\n\nStrategy:\n- Carry.\n\nGo.<" in text


def test_a_tokenizer_without_a_template_is_refused() -> None:
    tokenizer = byte_tokenizer()
    tokenizer.chat_template = None
    with pytest.raises(ModelError, match="no chat template"):
        ChatTemplate(tokenizer)
